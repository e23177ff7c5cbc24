"""
HTTP/1.1 for one exchange, without I/O: a request as bytes, and a reader for the bytes of the response.

The reader follows RFC 9112 and rejects everything that two readers could interpret differently. After an ambiguous response,
the next bytes of the connection could be taken as the response to another call. Each error contains the section of the RFC.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from sts.errors import ConfigError
from sts.handlers.grammar import (
    TEXT_BYTES,
    TOKEN_BYTES,
    IncompleteResponse,
    MalformedChunks,
    MalformedResponse,
    OversizedBody,
    OversizedResponse,
    body_length,
    check_beginning,
    check_chunk_line,
    check_line_ends,
    is_chunked,
    keeps_alive,
    parse_chunk_line,
    parse_headers,
    parse_status_line,
    split_url,
)
from sts.http import MAX_BODY, Headers, HttpRequest
from sts.signer import host_of

MAX_HEAD = 65536
"""Largest size in bytes of status line and headers, of the trailers, and of all chunk extensions of a response."""
MAX_CHUNK_LINE = 1024
"""Largest size in bytes of the line before a chunk, with its extensions."""
MAX_INTERIM = 16
"""Largest number of interim (1xx) responses before the final one."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WITHOUT_BODY = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods whose requests have no Content-Length if they have no body (RFC 9110, 8.6)."""


def request_bytes(request: HttpRequest, target: str | None = None) -> bytes:
    """
    Return the bytes of *request* on the wire.

    Adds `Host`, `Content-Length` and `Accept-Encoding: identity` if they are absent. *target* is the third item of
    `split_url`; without it, the URL is split here.

    Raises:
        ConfigError: method, URL or a header would break the framing of the request. The message contains no header values.

    """
    headers, body = request.headers, request.body
    given = dict(headers if type(headers) is Headers else Headers(headers))  # a listener may have replaced them
    check_request(request.method, given, body)
    if target is None:
        *_, target = split_url(request.url)
    lines = [f"{request.method} {target} HTTP/1.1"]
    if "host" not in given:
        lines.append(f"host: {host_of(request.url)}")
    lines += [f"{name}: {value}" for name, value in given.items()]
    if "accept-encoding" not in given:
        lines.append("accept-encoding: identity")
    if "content-length" not in given and (body or request.method not in _WITHOUT_BODY):
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def check_request(method: str, headers: dict[str, str], body: bytes) -> None:
    """Raise ConfigError for a method or header that would break the framing of a request. Values are not shown."""
    _check_names(method, tuple(headers))
    if not _is_text("".join(headers.values())):
        _check_values(headers)
    if "content-length" in headers and headers["content-length"] != str(len(body)):
        raise ConfigError(f"Header 'content-length' is not the length of the body, {len(body)} bytes; leave it out.")
    if "transfer-encoding" in headers:
        raise ConfigError("Header 'transfer-encoding' is not allowed: the body is sent with content-length. Leave it out.")


@lru_cache(maxsize=50)
def _check_names(method: str, names: tuple[str, ...]) -> None:
    for what, token in [("Method", method), *[("Header name", name) for name in names]]:
        if not token or token.encode("utf-8", "surrogatepass").translate(None, TOKEN_BYTES):
            raise ConfigError(f"{what} {token!r} is not a token of HTTP; use only letters, digits and -_.!#$%&'*+^`|~.")


def _is_text(text: str) -> bool:
    """Return True if *text* is Latin-1 without control characters."""
    try:
        return not text.encode("latin-1").translate(None, TEXT_BYTES)
    except UnicodeEncodeError:
        return False


def _check_values(headers: dict[str, str]) -> None:
    for name, value in headers.items():
        if any(character > "\xff" for character in value):
            raise ConfigError(f"Header {name!r} has a character outside Latin-1; HTTP allows only Latin-1.")
        if value.encode("latin-1").translate(None, TEXT_BYTES):
            raise ConfigError(f"Header {name!r} has a line break or another control character; give one line of text.")


class ResponseReader:
    """
    Incremental parser of the response to one request.

    `feed` and `eof` return True when the response is complete. It is then in `status`, `reason`, `headers` and `body`, and
    `reusable` is True if the connection may be used for another request. Interim responses (1xx) are skipped. The body of a
    redirect is not read. After an error, or if the response is not complete, the connection must be closed.

    Attributes:
        begun: True if a byte of a response was received.

    """

    __slots__ = (
        "_body",
        "_buffer",
        "_closing",
        "_extensions",
        "_interim",
        "_length",
        "_method",
        "_scanned",
        "_step",
        "begun",
        "body",
        "complete",
        "headers",
        "reason",
        "reusable",
        "status",
    )

    def __init__(self, method: str = "POST") -> None:
        self._method = method
        self._buffer = bytearray()
        self._body = bytearray()
        self._scanned = self._interim = self._length = self._extensions = 0
        # A function, not a bound method, which would create a reference cycle.
        self._step: Callable[[ResponseReader], bool] = ResponseReader._read_head
        self.begun = self.complete = self.reusable = self._closing = False
        self.status = 0
        self.reason = ""
        self.headers = Headers()
        self.body = b""

    def feed(self, data: bytes) -> bool:
        """Take the next bytes. Return True if the response is complete. Raise InvalidResponse if it is invalid."""
        self.begun = self.begun or bool(data)
        self._buffer += data
        while not self.complete and self._step(self):
            pass
        if self._buffer and self.complete:
            self.reusable = False  # surplus bytes would be read as the response to the next request
        return self.complete

    def eof(self) -> bool:
        """Take the orderly end of the connection. Return True if that completes the response, or raise IncompleteResponse."""
        if self.complete:
            self.reusable = False
            return True
        if self._step is not ResponseReader._read_to_end:
            counted = self._step is ResponseReader._read_length
            raise IncompleteResponse(len(self._buffer) if counted else len(self._body), self._length if counted else None)
        self._finish(bytes(self._buffer), reusable=False)
        self._buffer.clear()
        return True

    def _read_head(self) -> bool:
        end = self._find_end()
        if end < 0:
            return False
        lines = bytes(self._buffer[:end]).split(b"\r\n")
        del self._buffer[: end + 4]
        self._scanned = 0
        self.status, self.reason, current = parse_status_line(lines[0])
        if self.status < 200:
            return self._read_interim(lines, current)
        self.headers = parse_headers(lines[1:])
        self._choose_framing(current)
        return True

    def _find_end(self) -> int:
        """Return the end of the head, or -1 if it has not arrived. Reject invalid data without waiting for more."""
        buffer = self._buffer
        end = buffer.find(b"\r\n\r\n", max(self._scanned - 3, 0))
        if (len(buffer) if end < 0 else end) > MAX_HEAD:
            raise OversizedResponse(f"status line and headers of more than {MAX_HEAD} bytes")
        if end < 0:
            if buffer.find(b"\r\n", 0, self._scanned) < 0:
                check_beginning(bytes(buffer))
            check_line_ends(buffer, self._scanned)
            self._scanned = len(buffer)
        return end

    def _read_interim(self, lines: list[bytes], current: bool) -> bool:
        self._closing = self._closing or not keeps_alive(parse_headers(lines[1:]), current)
        self._interim += 1
        if self.status == 101:
            raise MalformedResponse("status 101 switches to another protocol, which was not requested", "RFC 9110, 15.2.2")
        if self._interim > MAX_INTERIM:
            raise OversizedResponse(f"more than {MAX_INTERIM} interim responses (status 1xx) without a final one")
        self.status = 0
        return True

    def _choose_framing(self, current: bool) -> None:
        """Decide how the body ends (RFC 9112, 6.3). *current* is False for HTTP/1.0, whose connections are not reused."""
        headers = self.headers
        self.reusable = not self._closing and keeps_alive(headers, current)
        if self.status in (204, 304) or self._method == "HEAD":
            announced = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
            self._finish(b"", reusable=self.reusable and not announced)
            return
        length = body_length(headers)
        if self.status in _REDIRECTS and "location" in headers:
            self._buffer.clear()
            self._finish(b"", reusable=False)
        elif length is not None and length > MAX_BODY:
            raise OversizedBody(self.status)
        elif length is not None:
            self._length, self._step = length, ResponseReader._read_length
        elif is_chunked(headers):
            self._step = ResponseReader._read_chunk
        else:
            self.reusable, self._step = False, ResponseReader._read_to_end

    def _read_length(self) -> bool:
        if len(self._buffer) < self._length:
            return False
        body = bytes(self._buffer[: self._length])
        del self._buffer[: self._length]
        self._finish(body, reusable=self.reusable)
        return False

    def _read_to_end(self) -> bool:
        if len(self._buffer) > MAX_BODY:
            raise OversizedBody(self.status)
        return False

    def _read_chunk(self) -> bool:
        line = self._take_line(MAX_CHUNK_LINE)
        if line is None:
            return False
        size, extensions = parse_chunk_line(line)
        self._extensions += extensions
        if self._extensions > MAX_HEAD:
            raise OversizedResponse(f"chunk extensions of more than {MAX_HEAD} bytes")
        if len(self._body) + size > MAX_BODY:
            raise OversizedBody(self.status)
        self._length, self._step = size, ResponseReader._read_chunk_data if size else ResponseReader._read_trailers
        return True

    def _take_line(self, limit: int) -> bytes | None:
        end = self._buffer.find(b"\r\n", 0, limit + 2)
        if end < 0:
            check_chunk_line(self._buffer, limit)
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    def _read_chunk_data(self) -> bool:
        size = self._length
        if len(self._buffer) < size + 2:
            if self._buffer[size : size + 1].strip(b"\r"):
                raise MalformedChunks("a chunk is longer than its size", "RFC 9112, 7.1")
            return False
        if self._buffer[size : size + 2] != b"\r\n":
            raise MalformedChunks("a chunk is longer than its size", "RFC 9112, 7.1")
        self._body += self._buffer[:size]
        del self._buffer[: size + 2]
        self._step = ResponseReader._read_chunk
        return True

    def _read_trailers(self) -> bool:
        buffer = self._buffer
        end = -2 if buffer.startswith(b"\r\n") else buffer.find(b"\r\n\r\n", max(self._scanned - 3, 0))
        if (len(buffer) if end == -1 else end) > MAX_HEAD:
            raise OversizedResponse(f"trailers of more than {MAX_HEAD} bytes")
        if end == -1:
            check_line_ends(buffer, self._scanned)
            self._scanned = len(buffer)
            return False
        if end >= 0:
            parse_headers(bytes(buffer[:end]).split(b"\r\n"))  # checked and dropped: trailers are not used
        del buffer[: end + 4]
        self._finish(bytes(self._body), reusable=self.reusable)
        return False

    def _finish(self, body: bytes, *, reusable: bool) -> None:
        self.body, self.reusable, self.complete = body, reusable, True
