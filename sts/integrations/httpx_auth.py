"""Signature Version 4 for the `httpx` library: `httpx.Client(auth=SigV4Auth("execute-api", "eu-west-1"))`, and AsyncClient."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

from sts.base.records import of_whole
from sts.identity import obtain
from sts.integrations.missing import missing_package
from sts.integrations.service_signer import REFUSALS, SIGNATURE_HEADERS, Signature, SigningAuth, hash_of
from sts.signer import UNSIGNED_PAYLOAD

try:
    import anyio.to_thread
    import httpx
except ImportError as error:
    raise missing_package("httpx_auth", "httpx") from error


__all__ = ["SigV4Auth"]


class SigV4Auth(SigningAuth, httpx.Auth):
    """
    Authentication that signs each request to an AWS service with valid credentials. For Client and AsyncClient.

    If the service rejects a signature because of a wrong clock or expired credentials, the cause is corrected and the request
    is sent once more. Under asyncio and trio, credentials are refreshed on a thread. Bodies are read into memory, unless
    *unsigned_payload*.

    httpx follows redirects only with `follow_redirects=True`. The redirected request then carries no part of the signature, on
    any host. On the same host it is signed again after the service has rejected it.

    Args:
        service: signing name of the service: "execute-api" (API Gateway), "es" and "aoss" (OpenSearch), "lambda", "s3", ...
        region: region of the service. Default: that of environment or profile.
        credentials: any form that `STS(credentials=)` accepts. Default: the default chain.
        profile: profile of the shared files.
        unsigned_payload: do not sign the body. Amazon S3 allows this over TLS.
        region_set: use instead of *region* to sign with SigV4a for these regions ("*" for all). Multi-region access points of
            Amazon S3 require it. Needs the package cryptography: `pip install cryptography`.
        now: function that returns Unix time, for tests.

    """

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign the request. If it is rejected for a cause that can be corrected, sign it once more."""
        if not self._signer.unsigned_payload:
            request.read()
            buffered(request)
        signature = self._sign(request)
        response = yield request
        if response.status_code in REFUSALS:
            response.read()
            if self._mend(signature, response):
                request.url = response.request.url  # target of a redirect
                self._sign(request)
                yield request

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sign the request. If it is rejected for a cause that can be corrected, sign it once more."""
        if not self._signer.unsigned_payload:
            await request.aread()
            buffered(request)
        await self._get_credentials()
        signature = self._sign(request)
        response = yield request
        if response.status_code in REFUSALS:
            await response.aread()
            if self._mend(signature, response):
                request.url = response.request.url
                await self._get_credentials()
                self._sign(request)
                yield request

    async def _get_credentials(self) -> None:
        if self._signer.provider.cached() is None:
            await anyio.to_thread.run_sync(obtain, self._signer.provider)

    def _sign(self, request: httpx.Request) -> Signature:
        request.headers = httpx.Headers(request.headers)  # without any earlier signature
        for name in SIGNATURE_HEADERS:
            request.headers.pop(name, None)
        body_hash = UNSIGNED_PAYLOAD if self._signer.unsigned_payload else hash_of(request.content)
        address = request.url
        url = f"{address.scheme}://{address.netloc.decode('ascii')}{address.raw_path.decode('ascii')}"  # exactly as it is sent
        signature = self._signer.sign(request.method, url, request.headers, body_hash)
        request.headers = SignedHeaders(request.headers, signature.headers)
        return signature

    def _mend(self, signature: Signature, response: httpx.Response) -> bool:
        first, last = response.history[0].request.url if response.history else response.url, response.url
        if response.history and (first.scheme, first.netloc) == (last.scheme, last.netloc):
            return response.request.method in {"GET", "HEAD"}
        return not response.history and self._signer.mend(signature, response.status_code, response.headers, response.content)


class SignedHeaders(httpx.Headers):
    """
    Headers of one request with a signature that copies do not include.

    httpx builds the redirected request from a copy of the headers, without calling the authentication. That copy must not
    contain the session token.
    """

    def __init__(self, headers: httpx.Headers, signature: dict[str, str]) -> None:
        super().__init__(headers)
        self._sent = httpx.Headers([*headers.raw, *((name.encode(), value.encode()) for name, value in signature.items())])

    @property
    def raw(self) -> list[tuple[bytes, bytes]]:
        """All headers, as they are sent."""
        return self._sent.raw

    def __setitem__(self, key: str, value: str) -> None:
        super().__setitem__(key, value)
        self._sent[key] = value

    def __delitem__(self, key: str) -> None:
        if super().__contains__(key):
            super().__delitem__(key)
        del self._sent[key]

    @of_whole
    def __repr__(self) -> str:
        return f"SignedHeaders({list(self)})"  # names only


def _of_sent(name: str) -> Callable[..., Any]:
    """Return the method *name* for `SignedHeaders`: that of the headers as they are sent."""
    return lambda self, *args, **options: getattr(self._sent, name)(*args, **options)


for _name in (
    *("keys", "values", "items", "multi_items", "get", "get_list"),
    *("__getitem__", "__contains__", "__iter__", "__len__", "__eq__"),
):
    setattr(SignedHeaders, _name, _of_sent(_name))


def buffered(request: httpx.Request) -> None:
    """Read a request body of unknown length and set its length, which AWS services require."""
    if request.headers.pop("transfer-encoding", None) is not None:
        request.headers["content-length"] = str(len(request.content))
