"""Signature Version 4 for the `httpx` library: `httpx.Client(auth=SigV4Auth("execute-api", "eu-west-1"))`, and AsyncClient."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator, ItemsView, Iterable, Iterator, KeysView, ValuesView
from typing import TYPE_CHECKING, Any

from sts.base.records import of_whole
from sts.base.time import unix_time
from sts.integrations import missing_package
from sts.integrations.service_signer import REFUSALS, SIGNATURE_HEADERS, ServiceSigner, Signature, hash_of
from sts.signer import UNSIGNED_PAYLOAD

if TYPE_CHECKING:
    from sts.integrations.service_signer import CredentialsOrClient

try:
    import anyio.to_thread
    import httpx
except ImportError as error:
    raise missing_package("httpx_auth", "httpx") from error


__all__ = ["SigV4Auth"]


class SigV4Auth(httpx.Auth):
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

    def __init__(
        self,
        service: str,
        region: str | None = None,
        credentials: CredentialsOrClient | None = None,
        *,
        profile: str | None = None,
        unsigned_payload: bool = False,
        region_set: str | Iterable[str] | None = None,
        now: Callable[[], float] = unix_time,
    ) -> None:
        self._signer = ServiceSigner(
            service, region, credentials, profile=profile, unsigned_payload=unsigned_payload, region_set=region_set, now=now
        )

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
        if self._signer.cached() is None:
            await anyio.to_thread.run_sync(self._signer.credentials)

    def _sign(self, request: httpx.Request) -> Signature:
        request.headers = httpx.Headers(request.headers)  # without any earlier signature
        for name in SIGNATURE_HEADERS:
            request.headers.pop(name, None)
        body_hash = UNSIGNED_PAYLOAD if self._signer.unsigned_payload else hash_of(request.content)
        signature = self._signer.sign(request.method, url_as_sent(request), request.headers, body_hash)
        request.headers = SignedHeaders(request.headers, signature.headers)
        return signature

    def _mend(self, signature: Signature, response: httpx.Response) -> bool:
        first, last = response.history[0].request.url if response.history else response.url, response.url
        if response.history and (first.scheme, first.netloc) == (last.scheme, last.netloc):
            return response.request.method in {"GET", "HEAD"}
        return not response.history and self._signer.mend(signature, response.status_code, response.headers, response.content)

    @of_whole
    def __repr__(self) -> str:
        return f"SigV4Auth({self._signer.service!r}, {self._signer.region!r})"


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

    def keys(self) -> KeysView[str]:
        """Return the names of all headers."""
        return self._sent.keys()

    def values(self) -> ValuesView[str]:
        """Return the values of all headers."""
        return self._sent.values()

    def items(self) -> ItemsView[str, str]:
        """Return names and values; values of the same name are joined."""
        return self._sent.items()

    def multi_items(self) -> list[tuple[str, str]]:
        """Return names and values, each as it is sent."""
        return self._sent.multi_items()

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of the header *key*, or *default*."""
        return self._sent.get(key, default)

    def get_list(self, key: str, split_commas: bool = False) -> list[str]:
        """Return the values of the header *key*."""
        return self._sent.get_list(key, split_commas)

    def __getitem__(self, key: str) -> str:
        return self._sent[key]

    def __setitem__(self, key: str, value: str) -> None:
        super().__setitem__(key, value)
        self._sent[key] = value

    def __delitem__(self, key: str) -> None:
        if super().__contains__(key):
            super().__delitem__(key)
        del self._sent[key]

    def __contains__(self, key: Any) -> bool:
        return key in self._sent

    def __iter__(self) -> Iterator[Any]:
        return iter(self._sent)

    def __len__(self) -> int:
        return len(self._sent)

    def __eq__(self, other: object) -> bool:
        return self._sent == other

    @of_whole
    def __repr__(self) -> str:
        return f"SignedHeaders({list(self)})"  # names only


def url_as_sent(request: httpx.Request) -> str:
    """Return the URL with path and query exactly as they are sent."""
    url = request.url
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.raw_path.decode('ascii')}"


def buffered(request: httpx.Request) -> None:
    """Read a request body of unknown length and set its length, which AWS services require."""
    if request.headers.pop("transfer-encoding", None) is not None:
        request.headers["content-length"] = str(len(request.content))
