"""
Grammar of HTTP/1.1 responses (RFC 9110 and RFC 9112) as functions on bytes, with the errors for invalid ones, and of
request URLs.

Everything that two readers could interpret differently is rejected. Each error contains the section of the RFC.
"""

from __future__ import annotations

from functools import lru_cache

from sts.errors import ConfigError
from sts.http import MAX_BODY, Headers

MAX_LINES = 100
"""Largest number of header lines and of trailer lines in a response; the limit of Python's `http.client`."""
_DIGITS = b"0123456789"
_HEX = b"0123456789abcdefABCDEF"
TOKEN_BYTES = b"!#$%&'*+-.^_`|~" + _DIGITS + bytes(range(65, 91)) + bytes(range(97, 123))  # RFC 9110, 5.6.2
TEXT_BYTES = b"\t" + bytes(byte for byte in range(0x20, 0x100) if byte != 0x7F)  # RFC 9110, 5.5: no control characters


class InvalidResponse(ValueError):
    """
    A response that is not valid HTTP/1.1, or exceeds a limit.

    Attributes:
        section: the RFC and section with the violated rule, such as "RFC 9112, 6.3"; "" for a limit of this module.

    """

    def __init__(self, text: str, section: str = "") -> None:
        super().__init__(f"{text} ({section})" if section else text)
        self.section = section


class MalformedResponse(InvalidResponse):
    """Bytes that are not HTTP/1.1, or that can be interpreted in more than one way."""


class MalformedChunks(MalformedResponse):
    """A chunked body whose framing is invalid."""


class OversizedResponse(InvalidResponse):
    """A response beyond one of the limits of this module."""


class OversizedBody(OversizedResponse):
    """
    A body of more than `MAX_BODY` bytes.

    Attributes:
        status: HTTP status of the response.

    """

    def __init__(self, status: int) -> None:
        super().__init__(f"more than {MAX_BODY} bytes")
        self.status = status


class IncompleteResponse(InvalidResponse):
    """
    A response that ended too early.

    Attributes:
        got: number of received bytes of the body.
        expected: number of bytes of the body according to the headers, or None if it is unknown.

    """

    def __init__(self, got: int = 0, expected: int | None = None) -> None:
        size = "it ends within its headers or chunks" if expected is None else f"{got} of {expected} bytes arrived"
        super().__init__(f"the response is incomplete: {size}", "RFC 9112, 8")
        self.got, self.expected = got, expected


def parse_status_line(line: bytes) -> tuple[int, str, bool]:
    """Return status, reason, and whether the version is 1.1 or a later 1.x. Raises MalformedResponse."""
    version, _, rest = line.partition(b" ")
    code, _, reason = rest.partition(b" ")
    good = len(version) == 8 and version.startswith(b"HTTP/1.") and version[7:].isdigit()
    if not good or len(code) != 3 or not code.isdigit() or code < b"100" or reason.translate(None, TEXT_BYTES):
        raise MalformedResponse(f"{_shown(line)} is not a status line", "RFC 9112, 4")
    return int(code), reason.decode("latin-1"), version != b"HTTP/1.0"


def parse_headers(lines: list[bytes]) -> Headers:
    """Return the header *lines* by name. Raises MalformedResponse or OversizedResponse."""
    if len(lines) > MAX_LINES:
        raise OversizedResponse(f"more than {MAX_LINES} header lines")
    found: dict[str, str] = {}
    is_text = not b"".join(lines).translate(None, TEXT_BYTES)  # faster than line by line
    for line in lines:
        name, colon, value = line.partition(b":")
        key = _cached_name(name) if len(name) <= _LONGEST_CACHED else _header_name(name)
        if not colon or not key or (not is_text and value.translate(None, TEXT_BYTES)):
            raise _malformed_header(name, colon, value)
        text = value.strip(b" \t").decode("latin-1")
        found[key] = f"{found[key]},{text}" if key in found else text
    return Headers.of_lower_case(found)


def _header_name(name: bytes) -> str:
    """Return *name* in lower case, or "" if it is not a token."""
    return "" if name.translate(None, TOKEN_BYTES) else name.decode("ascii").lower()


_LONGEST_CACHED = 64
_cached_name = lru_cache(maxsize=100)(_header_name)  # a server sends the same names in each response


def _malformed_header(name: bytes, colon: bytes, value: bytes) -> MalformedResponse:
    if name[:1] in (b" ", b"\t"):
        return MalformedResponse("a header line is folded", "RFC 9112, 5.2")
    if colon and name[-1:] in (b" ", b"\t"):
        return MalformedResponse(f"header {_shown(name)} has a space or tab before its colon", "RFC 9112, 5.1")
    if colon and name and not name.translate(None, TOKEN_BYTES):
        section = "RFC 9112, 2.2" if b"\r" in value or b"\n" in value else "RFC 9110, 5.5"
        return MalformedResponse(f"header {_shown(name)} has a control character in its value", section)
    return MalformedResponse(f"{_shown(name)} is not the name of a header", "RFC 9112, 5")


def body_length(headers: Headers) -> int | None:
    """
    Return the length of the body from `Content-Length`, or None without one.

    Repeated equal values count as one, as RFC 9110 allows (8.6). Raises MalformedResponse for anything else, or if there is
    also a Transfer-Encoding.
    """
    declared = headers.get("content-length")
    if declared is None:
        return None
    if "transfer-encoding" in headers:
        raise MalformedResponse("both Content-Length and Transfer-Encoding are present", "RFC 9112, 6.3")
    if declared.isascii() and declared.isdigit() and len(declared) <= 20:
        return int(declared)
    lengths = {length.strip(" \t") for length in declared.split(",")}
    length = lengths.pop()
    if lengths:
        raise MalformedResponse(f"Content-Length has different values: {declared[:40]!r}", "RFC 9112, 6.3")
    if not (length.isascii() and length.isdigit() and len(length) <= 20):
        raise MalformedResponse(f"Content-Length is {declared[:40]!r}, which is not a number of bytes", "RFC 9112, 6.3")
    return int(length)


def is_chunked(headers: Headers) -> bool:
    """Return True if the body is chunked. Raise MalformedResponse for any transfer coding other than identity."""
    coding = headers.get("transfer-encoding")
    if coding is None or coding.lower() == "identity":
        return False
    if coding.lower() != "chunked":
        raise MalformedResponse(f"Transfer-Encoding is {coding[:40]!r}; it must be 'chunked'", "RFC 9112, 6.1")
    return True


def keeps_alive(headers: Headers, current: bool) -> bool:
    """Return True if the connection may be reused (RFC 9112, 9.3). *current* is False for HTTP/1.0."""
    options = headers.get("connection")
    if options is None:
        return current
    return current and "close" not in [option.strip(" \t") for option in options.lower().split(",")]


def parse_chunk_line(line: bytes) -> tuple[int, int]:
    """Return the size of a chunk, and the bytes of its extensions. Raises MalformedChunks."""
    digits, _, extension = line.partition(b";")
    digits = digits.rstrip(b" \t")
    if not 0 < len(digits) <= 16 or digits.translate(None, _HEX):
        raise MalformedChunks(f"the size of a chunk is {_shown(digits)}", "RFC 9112, 7.1")
    if extension.translate(None, TEXT_BYTES):
        raise MalformedChunks("a chunk extension has a control character", "RFC 9112, 7.1.1")
    return int(digits, 16), len(line) - len(digits)


def check_beginning(data: bytes) -> None:
    """Raise MalformedResponse as soon as *data* cannot be the beginning of an HTTP/1.x response."""
    start = b"HTTP/1."
    if data[: len(start)] != start[: len(data)]:
        raise MalformedResponse(f"it begins with {_shown(data)} instead of 'HTTP/1.'", "RFC 9112, 4")
    if b"\r\n" in data:
        parse_status_line(data.partition(b"\r\n")[0])


def check_line_ends(data: bytearray, start: int) -> None:
    """Raise MalformedResponse for a bare LF or a bare CR from *start* on. A CR at the end may still be followed by LF."""
    begin = start - 1 if data[start - 1 : start] == b"\r" else start
    text = bytes(data[begin:]).replace(b"\r\n", b"")
    if b"\n" in text or b"\r" in text[:-1] or (text[-1:] == b"\r" and not data.endswith(b"\r")):
        raise MalformedResponse("a header line has a bare CR or LF", "RFC 9112, 2.2")


def check_chunk_line(data: bytearray, limit: int) -> None:
    """Raise if the incomplete line before a chunk is too long or cannot become valid."""
    if len(data) > limit:
        raise OversizedResponse(f"the line before a chunk has more than {limit} bytes")
    line = bytes(data[:-1] if data.endswith(b"\r") else data)
    if line:
        parse_chunk_line(line)


def _shown(data: bytes) -> str:
    return repr(data[:40].decode("latin-1"))


DEFAULT_PORTS = {"http": 80, "https": 443}


def split_url(url: str) -> tuple[str, str, str]:
    """
    Split an absolute *url* into origin, host with port, and request target: `("http://h:80", "h:80", "/path?query")`.

    Raises:
        ConfigError: the scheme is not http or https, or the URL contains a password, spaces, control or non-ASCII characters.

    """
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ConfigError("The URL of the request has a space, control character or non-ASCII character; percent-encode it.")
    base, mark, query = url.partition("#")[0].partition("?")
    origin, place, path = _split_base(base)
    return origin, place, f"{path}{mark}{query}"


@lru_cache(maxsize=50)
def _split_base(base: str) -> tuple[str, str, str]:
    """Split a URL without its query. The query may contain secrets, so it must not be cached."""
    scheme, _, rest = base.partition("://")
    place, slash, path = rest.partition("/")
    scheme = scheme.lower()
    if scheme not in ("http", "https") or not _is_place(place):
        raise ConfigError("The URL of a request must begin with http:// or https:// and a host, without user and password.")
    return f"{scheme}://{place}", place, f"/{path}" if slash else "/"


def _is_place(place: str) -> bool:
    host, mark, port = place[1:].partition("]") if place.startswith("[") else place.partition(":")
    if place.startswith("["):
        named, port = mark == "]" and ":" in host, port.removeprefix(":") if port.startswith(":") else port and "x"
    else:
        named = host != ""
    numbered = not port or (port.isdecimal() and len(port) <= 5 and int(port) < 65536)
    return named and numbered and not any(character in host for character in "@\\[]")


def split_origin(origin: str) -> tuple[bool, str, int]:
    """Split the first item of `split_url` into TLS or not, the host (without brackets) and the port."""
    scheme, _, place = origin.partition("://")
    if place.startswith("["):
        host, _, port = place[1:].partition("]")
        port = port.removeprefix(":")
    else:
        host, _, port = place.partition(":")
    return scheme == "https", host, int(port or DEFAULT_PORTS[scheme])
