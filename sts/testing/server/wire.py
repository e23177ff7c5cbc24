"""HTTP/1.1 as bytes: requests read, answers written."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from sts.base.records import Record
from sts.http import MAX_BODY, Headers, HttpRequest

_MAX_LINE = 65536
_MAX_HEADERS = 200
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Answer(Record):
    """Hold what is sent back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""


class BadRequestError(Exception):
    """What was received is not an HTTP request that can be answered; `status` says how it is refused."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Reader:
    """Read lines and blocks from what *receive* gives, and know what was received but not read yet."""

    def __init__(self, receive: Callable[[int], bytes]) -> None:
        self._receive = receive
        self._buffer = b""

    @property
    def pending(self) -> bool:
        """Say whether something was received that nobody has read."""
        return bool(self._buffer)

    def readline(self, limit: int) -> bytes:
        """Return the next line with its end, at most *limit* bytes; less at the end of the stream."""
        while b"\n" not in self._buffer and len(self._buffer) < limit and self._fill():
            pass
        return self._take(min(self._buffer.find(b"\n") + 1 or limit, limit))

    def read(self, size: int) -> bytes:
        """Return the next *size* bytes; less at the end of the stream."""
        while len(self._buffer) < size and self._fill():
            pass
        return self._take(size)

    def _fill(self) -> bool:
        received = self._receive(65536)
        self._buffer += received
        return bool(received)

    def _take(self, size: int) -> bytes:
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken


def read_request(stream: Reader, scheme: str, send: Callable[[bytes], None]) -> HttpRequest | None:
    """Return the next request on *stream*, or None at its end; *send* sends an interim answer."""
    line = _line(stream)
    if not line:
        return None
    parts = line.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequestError(400, "malformed request line")
    method, target, version = parts
    headers = _headers(stream)
    if version == "HTTP/1.0":
        headers.setdefault("connection", "close")
    if headers.get("expect", "").lower() == "100-continue":
        send(_CONTINUE)
    return HttpRequest(method, _url(scheme, headers, target), headers, _body(stream, headers))


def head(answer: Answer, *, close: bool) -> bytes:
    """Return status line and headers of *answer*; a Content-Length among its headers stands."""
    try:
        reason = HTTPStatus(answer.status).phrase
    except ValueError:
        reason = "Unknown"
    lines = [f"HTTP/1.1 {answer.status} {reason}", *(f"{name}: {value}" for name, value in answer.headers)]
    if not any(name == "Content-Length" for name, _ in answer.headers):
        lines.append(f"Content-Length: {len(answer.body)}")
    if close:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _line(stream: Reader) -> str:
    line = stream.readline(_MAX_LINE + 1)
    if len(line) > _MAX_LINE:
        raise BadRequestError(431, "a line is too long")
    return line.decode("latin-1").rstrip("\r\n")


def _headers(stream: Reader) -> Headers:
    pairs: list[tuple[str, str]] = []
    while line := _line(stream):
        name, colon, value = line.partition(":")
        if not colon or len(pairs) >= _MAX_HEADERS:
            raise BadRequestError(431 if colon else 400, "malformed or too many headers")
        pairs.append((name, value.strip()))
    return Headers(pairs)


def _url(scheme: str, headers: Headers, target: str) -> str:
    if target.startswith(("http://", "https://")):  # what a client sends that takes us for a proxy
        return target
    return f"{scheme}://{headers.get('host', 'localhost')}{target}"


def _body(stream: Reader, headers: Headers) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _chunks(stream)
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise BadRequestError(400, "malformed Content-Length")
    return _exactly(stream, int(length))


def _chunks(stream: Reader) -> bytes:
    body = b""
    while size := _chunk_size(stream):
        body += _exactly(stream, size)
        if len(body) > MAX_BODY:
            raise BadRequestError(413, "the body is too large")
        _line(stream)
    while _line(stream):
        pass
    return body


def _chunk_size(stream: Reader) -> int:
    try:
        return int(_line(stream).partition(";")[0], 16)
    except ValueError:
        raise BadRequestError(400, "malformed chunk") from None


def _exactly(stream: Reader, length: int) -> bytes:
    if length > MAX_BODY:
        raise BadRequestError(413, "the body is too large")
    body = stream.read(length) if length else b""
    if len(body) < length:
        raise ConnectionError("the client went away")
    return body
