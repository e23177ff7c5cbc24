"""HTTP/1.1 as bytes: reading requests, writing responses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from http import HTTPStatus
from io import BufferedReader
from urllib.parse import urlsplit

from sts.base.records import Record
from sts.errors import ConfigError
from sts.handlers.grammar import split_url
from sts.http import MAX_BODY, Headers, HttpRequest

_MAX_LINE = 65536
_MAX_HEADERS = 200
_MAX_DIGITS = 7
"""Longest number in digits, decimal or hexadecimal: that of `MAX_BODY`."""
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_METHOD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A token of HTTP (RFC 9110, 5.6.2): a method, or the name of a header."""
_VERSION = re.compile(r"HTTP/1\.[0-9]")
_DIGITS, _HEX_DIGITS = re.compile(r"[0-9]+"), re.compile(r"[0-9A-Fa-f]+")
_REASONS = {status.value: status.phrase for status in HTTPStatus}
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Answer(Record):
    """An HTTP response."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""


class BadRequestError(Exception):
    """The received data is not a valid HTTP request. `status` is the status of the response."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def read_request(stream: BufferedReader, scheme: str, send: Callable[[bytes], None]) -> HttpRequest | None:
    """
    Return the next request on *stream*, or None at its end. *send* sends an interim response.

    Raises:
        BadRequestError: the data is not a request according to RFC 9112, or is too large.
        ConnectionError: the client closed the connection in the middle of a request.

    """
    line = _line(stream, first=True)
    if line is None:
        return None
    parts = line.split(" ")
    if len(parts) != 3 or not _METHOD.fullmatch(parts[0]) or not _VERSION.fullmatch(parts[2]):
        raise BadRequestError(400, "malformed request line")
    method, target, version = parts
    headers = _headers(stream)
    if version == "HTTP/1.0":
        headers.setdefault("connection", "close")
    length = _length(headers)
    url = _url(scheme, headers, target)
    if headers.get("expect", "").lower() == "100-continue":
        send(_CONTINUE)
    return HttpRequest(method, url, headers, _chunks(stream) if length is None else _exactly(stream, length))


def head(answer: Answer, *, close: bool) -> bytes:
    """Return status line and headers of *answer*. A Content-Length in its headers is kept."""
    lines = [
        f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Unknown')}",
        *(f"{name}: {value}" for name, value in answer.headers),
    ]
    if not any(name == "Content-Length" for name, _ in answer.headers):
        lines.append(f"Content-Length: {len(answer.body)}")
    if close:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _line(stream: BufferedReader, *, first: bool = False) -> str | None:
    """Return the next line without its end, or None at the end of the stream. Only before the *first* line it may end."""
    line = stream.readline(_MAX_LINE + 1)
    if len(line) > _MAX_LINE:
        raise BadRequestError(431, "a line is too long")
    if not line.endswith(b"\n"):
        if first and not line:
            return None
        raise ConnectionError("the client went away")
    text = line.decode("latin-1").removesuffix("\n").removesuffix("\r")
    if _CONTROL.search(text):
        raise BadRequestError(400, "a control character in a line")
    return text


def _headers(stream: BufferedReader) -> Headers:
    pairs: list[tuple[str, str]] = []
    while line := _line(stream):
        name, colon, value = line.partition(":")
        if not colon or not _METHOD.fullmatch(name):
            raise BadRequestError(400, "malformed header")
        if len(pairs) >= _MAX_HEADERS:
            raise BadRequestError(431, "too many headers")
        pairs.append((name, value.strip(" \t")))
    if sum(name.lower() == "host" for name, _ in pairs) > 1:
        raise BadRequestError(400, "more than one Host")
    return Headers(pairs)


def _url(scheme: str, headers: Headers, target: str) -> str:
    if target.startswith("/"):
        target = f"{scheme}://{headers.get('host') or 'localhost'}{target}"
    try:  # a client that takes this server for a proxy sends an absolute target
        split_url(target)
        parts = urlsplit(target)
        parts.port  # noqa: B018 - raises for what is no port
        if ":" in (parts.hostname or ""):
            ipaddress.ip_address(parts.hostname or "")  # Python before 3.11.4 does not check what is in brackets
    except (ConfigError, ValueError):
        raise BadRequestError(400, "malformed target or Host") from None
    return target


def _length(headers: Headers) -> int | None:
    """Return the number of bytes of the body, or None for a chunked one."""
    length, coding = headers.get("content-length"), headers.get("transfer-encoding")
    if coding is not None:
        if coding.lower() != "chunked" or length is not None:
            raise BadRequestError(400, "the length of the body is unknown")
        return None
    if length is None:
        return 0
    if not _DIGITS.fullmatch(length):
        raise BadRequestError(400, "malformed Content-Length")
    return _bounded(length, 10)


def _bounded(digits: str, base: int) -> int:
    digits = digits.lstrip("0") or "0"
    if len(digits) > _MAX_DIGITS or int(digits, base) > MAX_BODY:
        raise BadRequestError(413, "the body is too large")
    return int(digits, base)


def _chunks(stream: BufferedReader) -> bytes:
    body = b""
    while size := _chunk_size(stream):
        body += _exactly(stream, size)
        if len(body) > MAX_BODY:
            raise BadRequestError(413, "the body is too large")
        if _line(stream) != "":
            raise BadRequestError(400, "a chunk is longer than its size")
    while _line(stream):
        pass
    return body


def _chunk_size(stream: BufferedReader) -> int:
    digits = (_line(stream) or "").partition(";")[0].rstrip(" \t")
    if not _HEX_DIGITS.fullmatch(digits):
        raise BadRequestError(400, "malformed chunk")
    return _bounded(digits, 16)


def _exactly(stream: BufferedReader, length: int) -> bytes:
    body = stream.read(length) if length else b""
    if len(body) < length:
        raise ConnectionError("the client went away")
    return body
