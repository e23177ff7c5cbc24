"""Signature Version 4 for the `requests` library: `requests.get(url, auth=SigV4Auth("execute-api", "eu-west-1"))`."""

from __future__ import annotations

import hashlib
import re
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit

from requests.auth import AuthBase
from requests.models import PreparedRequest, Response
from requests.utils import requote_uri

from sts.integrations.service_signer import REFUSALS, SIGNATURE_HEADERS, Signature, SigningAuth, hash_of
from sts.signer import UNSIGNED_PAYLOAD

__all__ = ["SigV4Auth"]

_ESCAPE = re.compile("%[0-9a-f]{2}", re.IGNORECASE)
_CHUNK = 1024 * 1024
_KEEP_METHOD = frozenset({307, 308})


class SigV4Auth(SigningAuth, AuthBase):
    """
    Authentication that signs each request to an AWS service with valid credentials.

        session.auth = SigV4Auth("es", "eu-west-1", credentials=assume_role_credentials(role_arn))

    One object serves any number of sessions and threads. Redirects to the same host are signed again; redirects to another host
    carry no signature. If the service rejects a signature because of a wrong clock or expired credentials, the cause is
    corrected and the request is sent once more.

    Args:
        service: signing name of the service: "execute-api" (API Gateway), "es" and "aoss" (OpenSearch), "lambda", "s3", ...
        region: region of the service. Default: that of environment or profile.
        credentials: any form that `STS(credentials=)` accepts. Default: the default chain.
        profile: profile of the shared files.
        unsigned_payload: do not sign the body. Amazon S3 allows this over TLS. Otherwise a file is read twice, and a body that
            can be read only once, such as a generator, is read into memory first.
        region_set: use instead of *region* to sign with SigV4a for these regions ("*" for all). Multi-region access points of
            Amazon S3 require it. Needs the package cryptography: `pip install cryptography`.
        now: function that returns Unix time, for tests.

    """

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Sign *request* and register a hook for its response."""
        body_hash = self._prepare_body(request)
        signature = self._sign(request, body_hash)
        body: Any = request.body
        hop = _Hop(signature, body.tell() if is_seekable(body) else 0)
        request.hooks["response"].append(partial(self._answered, hop))
        return request

    def _prepare_body(self, request: PreparedRequest) -> str:
        body: Any = request.body
        if body is None or isinstance(body, (bytes, str)):
            return UNSIGNED_PAYLOAD if self._signer.unsigned_payload else hash_of(body)
        if self._signer.unsigned_payload:
            return UNSIGNED_PAYLOAD
        if is_seekable(body):
            return hash_of_file(body)
        request.body = joined(body)
        request.headers.pop("Transfer-Encoding", None)
        return hash_of(request.body)

    def _sign(self, request: PreparedRequest, body_hash: str) -> Signature:
        strip(request)
        headers = {_text(name): _text(value) for name, value in request.headers.items()}
        url = _ESCAPE.sub(lambda match: match[0].upper(), str(request.url))  # as urllib3 sends it
        signature = self._signer.sign(str(request.method), url, headers, body_hash)
        request.headers.update({name.title(): value for name, value in signature.headers.items()})
        return signature

    def _answered(self, hop: _Hop, response: Response, **options: Any) -> Response:
        if response.is_redirect:
            self._prepare_redirect(hop, response)
            return response
        connection: Any = getattr(response, "connection", None)  # set by the adapters of requests
        if response.status_code not in REFUSALS or connection is None:
            return response
        if not self._signer.mend(hop.signature, response.status_code, response.headers, response.content):
            return response
        again = response.request.copy()
        body: Any = again.body
        if is_seekable(body):
            body.seek(hop.start)
        elif body is not None and not isinstance(body, (bytes, str)):
            return response  # it was sent unsigned and cannot be read again
        response.close()
        hop.signature = self._sign(again, hop.signature.body_hash)
        final: Response = connection.send(again, **options)
        final.history.append(response)
        final.request = again
        return final

    def _prepare_redirect(self, hop: _Hop, response: Response) -> None:
        """Sign the request that follows a redirect. If it goes to another host, remove the signature."""
        following = response.request
        response.request = following.copy()  # keep the request as it was sent
        target = redirect_target(response)
        strip(following)
        if not same_host(str(following.url), target):
            return
        following_hash = hop.signature.body_hash if response.status_code in _KEEP_METHOD else hash_of(None)
        if self._signer.unsigned_payload:
            following_hash = UNSIGNED_PAYLOAD
        as_redirected = following.copy()
        as_redirected.url, as_redirected.method = target, redirected_method(str(following.method), response.status_code)
        if response.status_code not in _KEEP_METHOD:
            as_redirected.headers.pop("Content-Type", None)
        hop.signature = self._sign(as_redirected, following_hash)
        following.headers.update(
            {name: as_redirected.headers[name] for name in SIGNATURE_HEADERS if name in as_redirected.headers}
        )


class _Hop:
    """Signature of a request in flight, and the start position of its body."""

    __slots__ = ("signature", "start")

    def __init__(self, signature: Signature, start: int) -> None:
        self.signature = signature
        self.start = start


def strip(request: PreparedRequest) -> None:
    """Remove the signature from *request*."""
    for name in SIGNATURE_HEADERS:
        request.headers.pop(name, None)


def redirect_target(response: Response) -> str:
    """Return the URL to which requests will follow *response*."""
    location = response.headers["location"].encode("latin1").decode("utf-8", "replace")
    return urljoin(str(response.url), requote_uri(location))


def redirected_method(method: str, status: int) -> str:
    """Return the method with which requests follows a redirect."""
    if (status in {302, 303} and method != "HEAD") or (status == 301 and method == "POST"):
        return "GET"
    return method


def same_host(one: str, other: str) -> bool:
    """Return True if two URLs have the same scheme, host and port."""
    first, second = urlsplit(one), urlsplit(other)
    ports = {"http": 80, "https": 443}
    return (first.scheme, first.hostname, first.port or ports.get(first.scheme)) == (
        second.scheme,
        second.hostname,
        second.port or ports.get(second.scheme),
    )


def hash_of_file(file: Any) -> str:
    """Return the SHA-256 of the rest of a seekable *file*, and restore its position."""
    start = file.tell()
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk.encode() if isinstance(chunk, str) else chunk)
    file.seek(start)
    return digest.hexdigest()


def joined(chunks: Any) -> bytes:
    """Return all the data of an iterable, or of a file that cannot seek, as one value."""
    source = iter(lambda: chunks.read(_CHUNK), b"") if hasattr(chunks, "read") else chunks
    return b"".join(chunk.encode() if isinstance(chunk, str) else bytes(chunk) for chunk in source)


def is_seekable(body: Any) -> bool:
    """Return True if *body* is a file that can be read twice."""
    try:
        return hasattr(body, "read") and bool(body.seekable())
    except (AttributeError, ValueError, OSError):
        return hasattr(body, "read") and hasattr(body, "seek") and hasattr(body, "tell")


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
