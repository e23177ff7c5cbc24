"""Bodies of responses: reading within limits of size and time, and decoding."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from sts.errors import ResponseParseError
from sts.handlers.exchange import Exchange
from sts.handlers.grammar import MalformedResponse, OversizedBody, body_length, is_chunked
from sts.http import MAX_BODY, Headers, HttpResponse

_BLOCK = 65536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def read_response(
    status: int, reason: str | None, headers: Headers, read: Callable[[int], bytes], exchange: Exchange
) -> HttpResponse:
    """
    Return the response with the body that *read* returns. The body of a redirect is not read.

    The caller closes the library's response. If the body was not read to its end, the connection cannot be reused.

    Raises:
        OversizedBody: the body, encoded or decoded, has more than `MAX_BODY` bytes.
        ResponseParseError: the body cannot be decoded.
        ConnectionAbortedError: the call was aborted, so the body may be truncated.
        TimeoutError: the time for this stage of the exchange has passed.

    """
    redirects = status in _REDIRECTS and "location" in headers
    body = b"" if redirects else decode(read_body(read, headers, status, exchange), headers, status, exchange)
    exchange.check_abort()
    return HttpResponse(status, headers, body, reason or "")


def check_framing(status: int, headers: Headers) -> None:
    """
    Raise MalformedResponse for framing that `http.client` accepts but may read as the response to another request.

    `http.client` treats every interim response except 100 as the final one. Of two framing headers it uses one.
    """
    if status < 200:
        raise MalformedResponse(f"status {status} is not that of a final response", "RFC 9110, 15.2")
    if status not in (204, 304):
        body_length(headers)
        is_chunked(headers)


def read_body(read: Callable[[int], bytes], headers: Headers, status: int, exchange: Exchange) -> bytes:
    """Call *read* until the end of the body. Raise OversizedBody beyond `MAX_BODY`."""
    declared = headers.get("content-length", "")
    length = int(declared) if declared.isdecimal() and len(declared) < 20 and "transfer-encoding" not in headers else None
    if length is not None and length > MAX_BODY:
        raise OversizedBody(status)
    body = bytearray()
    while len(body) <= MAX_BODY:
        exchange.left()
        piece = read(_BLOCK)
        body += piece
        if not piece or len(body) == length:
            return bytes(body)
    raise OversizedBody(status)


def decode(body: bytes, headers: Headers, status: int, exchange: Exchange) -> bytes:
    """Decode the content encoding of a body. The handlers do not request one, but a proxy may apply one."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity") or not body:
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise ResponseParseError(
            f"{exchange.place} responded (HTTP {status}) with content encoding {encoding[:40]!r}; only gzip and deflate can be "
            "decoded. Check the proxy in between.",
            status_code=status,
            hostname=exchange.host,
        )
    try:
        return _inflate(body, encoding, status)
    except zlib.error as error:
        raise ResponseParseError(
            f"{exchange.place} responded (HTTP {status}) with a body that is not valid {encoding}: {error}.",
            status_code=status,
            hostname=exchange.host,
            retryable=True,
            original_error=error,
        ) from error


def _inflate(body: bytes, encoding: str, status: int) -> bytes:
    # "deflate" should have zlib's header, but some servers leave it out.
    window = zlib.MAX_WBITS | 16 if encoding != "deflate" else zlib.MAX_WBITS if body[0] & 15 == 8 else -zlib.MAX_WBITS
    inflater = zlib.decompressobj(window)
    text = inflater.decompress(body, MAX_BODY + 1)
    if len(text) > MAX_BODY:
        raise OversizedBody(status)
    if not inflater.eof:
        raise zlib.error("the data is truncated")
    return text
