"""Reading an answer in bounded memory."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from http.client import IncompleteRead

from sts.errors import ResponseParseError
from sts.handlers.exchange import Exchange
from sts.http import MAX_BODY, Headers, HttpResponse

_BLOCK = 65536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def read_answer(
    status: int, reason: str | None, headers: Headers, read: Callable[[int], bytes], exchange: Exchange
) -> HttpResponse:
    """
    Return the answer with its body, got by calling *read*; a redirect's body is not read.

    The caller closes the library's response: what was not read to its end costs the connection, but nothing waits for it.

    Raises:
        ResponseParseError: the body is, or unpacks to, more than `MAX_BODY` bytes, or cannot be unpacked.
        IncompleteRead: the headers were cut off.
        ConnectionAbortedError: the call was aborted, so that the body may be cut off.

    """
    if exchange.ended:
        raise IncompleteRead(b"")  # `http.client` takes the end of the stream for the end of the headers
    redirects = status in _REDIRECTS and "location" in headers
    answer = HttpResponse(status, headers, b"" if redirects else read_body(read, headers, status, exchange), reason or "")
    exchange.check_abort()
    return answer


def read_body(read: Callable[[int], bytes], headers: Headers, status: int, exchange: Exchange) -> bytes:
    """Call *read* until the end or `MAX_BODY`, and undo the content encoding."""
    declared = headers.get("content-length", "")
    length = int(declared) if declared.isdecimal() and len(declared) < 20 and "transfer-encoding" not in headers else None
    if length is not None and length > MAX_BODY:
        raise _too_large(exchange, status)
    pieces, total = [], 0
    while total <= MAX_BODY:
        piece = read(_BLOCK)
        pieces.append(piece)
        total += len(piece)
        if not piece or total == length:
            body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            return decode(body, headers, status, exchange)
    raise _too_large(exchange, status)


def decode(body: bytes, headers: Headers, status: int, exchange: Exchange) -> bytes:
    """Undo the content encoding. We ask for none; a proxy on the way may apply one all the same."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity") or not body:
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise ResponseParseError(
            f"{exchange.place} answered (HTTP {status}) with content encoding {encoding[:40]!r}, which was not asked for.",
            status_code=status,
            hostname=exchange.host,
        )
    try:
        return _inflate(body, encoding, status, exchange)
    except zlib.error as error:
        raise ResponseParseError(
            f"{exchange.place} answered (HTTP {status}) with a body that is not valid {encoding}: {error}.",
            status_code=status,
            hostname=exchange.host,
            retryable=True,
            original_error=error,
        ) from error


def _inflate(body: bytes, encoding: str, status: int, exchange: Exchange) -> bytes:
    # "deflate" should have zlib's header, yet some servers leave it out.
    window = zlib.MAX_WBITS | 16 if encoding != "deflate" else zlib.MAX_WBITS if body[0] & 15 == 8 else -zlib.MAX_WBITS
    inflater = zlib.decompressobj(window)
    text = inflater.decompress(body, MAX_BODY + 1)
    if len(text) > MAX_BODY:
        raise _too_large(exchange, status)
    if not inflater.eof:
        raise zlib.error("it ends too early")
    return text


def _too_large(exchange: Exchange, status: int) -> ResponseParseError:
    return ResponseParseError(
        f"The answer of {exchange.place} (HTTP {status}) has more than {MAX_BODY} bytes; STS answers with a few thousand. "
        "The rest was not read. Is this the right endpoint?",
        status_code=status,
        hostname=exchange.host,
    )
