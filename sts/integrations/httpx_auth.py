"""Signature Version 4 for the `httpx` library: `httpx.Client(auth=SigV4Auth("execute-api", "eu-west-1"))`, and AsyncClient."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator, ItemsView, Iterable, Iterator, KeysView, ValuesView
from typing import Any

from sts.base.records import of_whole
from sts.base.time import unix_time
from sts.integrations import missing_package
from sts.integrations.service_signer import REFUSALS, SIGNATURE_HEADERS, ServiceSigner, Signature, hash_of
from sts.signer import UNSIGNED_PAYLOAD

try:
    import anyio.to_thread
    import httpx
except ImportError as error:
    raise missing_package("httpx_auth", "httpx") from error


__all__ = ["SigV4Auth"]


class SigV4Auth(httpx.Auth):
    """
    Sign requests to an AWS service, each with credentials that are good at that moment; for Client and AsyncClient.

    When the service refuses a signature because the clock is wrong or the credentials have expired, that is put right and the
    request sent once more. Under asyncio and trio a refresh of credentials runs on a thread. Bodies are read into memory,
    unless *unsigned_payload*.

    httpx follows no redirects unless told so. If it is, the request that it makes of one carries no part of the signature, on
    whatever host. On the same host it is signed anew once the service has refused it.

    Args:
        service: signing name of the service: "execute-api" (API Gateway), "es" and "aoss" (OpenSearch), "lambda", "s3", ...
        region: region of the service; else that of the environment or profile.
        credentials: in any form that `STS(credentials=)` takes; else the default chain.
        profile: profile of the shared files.
        unsigned_payload: leave the body out of the signature, which Amazon S3 allows over TLS.
        region_set: instead of *region*: sign with SigV4a for these regions, "*" for all, as multi-region access points of
            Amazon S3 want it. Needs the package cryptography: `pip install 'sts-client[sigv4a]'`.
        now: gives Unix time; for tests.

    """

    def __init__(
        self,
        service: str,
        region: str | None = None,
        credentials: Any = None,
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
        """Sign, and sign once more if that mends a refusal."""
        if not self._signer.unsigned_payload:
            request.read()
            buffered(request)
        signature = self._sign(request)
        response = yield request
        if response.status_code in REFUSALS:
            response.read()
            if self._mend(signature, response):
                request.url = response.request.url  # where a redirect led
                self._sign(request)
                yield request

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sign, and sign once more if that mends a refusal."""
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
        request.headers = httpx.Headers(request.headers)  # without an earlier signature
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
    Headers of one request with a signature, which no copy of them has.

    httpx makes the request that follows a redirect of a copy of the headers, and asks nobody: what it copies must not hold the
    session token.
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
        """Return names and values, those of one name joined."""
        return self._sent.items()

    def multi_items(self) -> list[tuple[str, str]]:
        """Return names and values, each as it is sent."""
        return self._sent.multi_items()

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of the header *key*, else *default*."""
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
    """Return the URL with the path and query exactly as they go over the wire."""
    url = request.url
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.raw_path.decode('ascii')}"


def buffered(request: httpx.Request) -> None:
    """Give a request whose body was a stream of unknown length its length, which AWS services want."""
    if request.headers.pop("transfer-encoding", None) is not None:
        request.headers["content-length"] = str(len(request.content))
