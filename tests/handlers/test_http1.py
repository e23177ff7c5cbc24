"""HTTP/1.1 without I/O: what is read, what is rejected and why, and where a response ends."""

from __future__ import annotations

import pytest

from sts.errors import ConfigError
from sts.handlers.grammar import (
    IncompleteResponse,
    InvalidResponse,
    MalformedChunks,
    MalformedResponse,
    OversizedBody,
    OversizedResponse,
)
from sts.handlers.http1 import MAX_CHUNK_LINE, MAX_HEAD, MAX_INTERIM, ResponseReader, request_bytes
from sts.http import MAX_BODY, HttpRequest

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def read(*pieces: bytes, method: str = "POST", eof: bool = False) -> ResponseReader:
    """Feed *pieces* and return the reader. The response must be complete."""
    reader = ResponseReader(method)
    for piece in pieces:
        reader.feed(piece)
    if eof:
        reader.eof()
    assert reader.complete
    return reader


def refusal(data: bytes) -> InvalidResponse:
    """Return the error for *data*. It must be the same for one piece and for single bytes."""
    with pytest.raises(InvalidResponse) as whole:
        read(data, eof=True)
    with pytest.raises(InvalidResponse) as single:
        read(*(data[place : place + 1] for place in range(len(data))), eof=True)
    assert type(whole.value) is type(single.value)
    return whole.value


# --- read ---

ANSWERS = {
    "length": (OK + b"Content-Length: 5\r\n\r\n<ok/>", False, 200, b"<ok/>", True),
    "empty": (OK + b"Content-Length: 0\r\n\r\n", False, 200, b"", True),
    "equal lengths": (OK + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\n<ok/>", False, 200, b"<ok/>", True),
    "a list of equal lengths": (OK + b"Content-Length: 5, 5\r\n\r\n<ok/>", False, 200, b"<ok/>", True),
    "any case": (OK + b"cOnTeNt-LeNgTh:5\r\n\r\n<ok/>", False, 200, b"<ok/>", True),
    "tabs around a value": (OK + b"Content-Length: \t5\t \r\n\r\n<ok/>", False, 200, b"<ok/>", True),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\n<ok/>", False, 200, b"<ok/>", True),
    "a minor version to come": (b"HTTP/1.2 200 OK\r\nContent-Length: 5\r\n\r\n<ok/>", False, 200, b"<ok/>", True),
    "close": (OK + b"Content-Length: 5\r\nConnection: close\r\n\r\n<ok/>", False, 200, b"<ok/>", False),
    "close among others": (OK + b"Content-Length: 5\r\nConnection: x,\tClose \r\n\r\n<ok/>", False, 200, b"<ok/>", False),
    "close in a second line": (
        OK + b"Connection: keep-alive\r\nContent-Length: 5\r\nConnection: close\r\n\r\n<ok/>",
        False,
        200,
        b"<ok/>",
        False,
    ),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n<ok/>", False, 200, b"<ok/>", False),
    "HTTP/1.0 with chunks": (
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<ok/>\r\n0\r\n\r\n",
        False,
        200,
        b"<ok/>",
        False,
    ),
    "until the end": (OK + b"\r\n<ok/>", True, 200, b"<ok/>", False),
    "identity until the end": (OK + b"Transfer-Encoding: Identity\r\n\r\n<ok/>", True, 200, b"<ok/>", False),
    "HTTP/1.0 until the end": (b"HTTP/1.0 403 no\r\n\r\n<no/>", True, 403, b"<no/>", False),
    "chunks": (CHUNKED + b"2\r\n<o\r\n3\r\nk/>\r\n0\r\n\r\n", False, 200, b"<ok/>", True),
    "chunks with leading zeros": (CHUNKED + b"0005\r\n<ok/>\r\n000\r\n\r\n", False, 200, b"<ok/>", True),
    "hexadecimal": (CHUNKED + b"a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", False, 200, b"0123456789" * 2, True),
    "chunk extensions": (CHUNKED + b'5;a=b;c="d;e"\r\n<ok/>\r\n0;last\r\n\r\n', False, 200, b"<ok/>", True),
    "a blank before the semicolon": (CHUNKED + b"5 \t;a=b\r\n<ok/>\r\n0\r\n\r\n", False, 200, b"<ok/>", True),
    "a blank after the size": (CHUNKED + b"5 \r\n<ok/>\r\n0\r\n\r\n", False, 200, b"<ok/>", True),
    "trailers": (CHUNKED + b"5\r\n<ok/>\r\n0\r\nX: y\r\n\r\n", False, 200, b"<ok/>", True),
    "a trailer with a framing name": (CHUNKED + b"5\r\n<ok/>\r\n0\r\nContent-Length: 9\r\n\r\n", False, 200, b"<ok/>", True),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", False, 204, b"", True),
    "304 with a length": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", False, 304, b"", False),
    "304 with chunks and a length": (
        b"HTTP/1.1 304 x\r\nContent-Length: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        False,
        304,
        b"",
        False,
    ),
    "a redirect": (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 99\r\n\r\n", False, 302, b"", False),
    "100 before": (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 5\r\n\r\n<ok/>", False, 200, b"<ok/>", True),
    "103 before": (
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 9\r\n\r\n" + OK + b"Content-Length: 5\r\n\r\n<ok/>",
        False,
        200,
        b"<ok/>",
        True,
    ),
    "many 1xx before": (
        b"HTTP/1.1 102 Processing\r\n\r\n" * MAX_INTERIM + OK + b"Content-Length: 5\r\n\r\n<ok/>",
        False,
        200,
        b"<ok/>",
        True,
    ),
    "surplus": (OK + b"Content-Length: 5\r\n\r\n<ok/>HTTP/1.1 200 OK\r\n", False, 200, b"<ok/>", False),
    "surplus after chunks": (CHUNKED + b"5\r\n<ok/>\r\n0\r\n\r\n\n", False, 200, b"<ok/>", False),
    "surplus after a 204": (b"HTTP/1.1 204 No\r\n\r\nx", False, 204, b"", False),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_is_read(case: str) -> None:
    """Status, body, and whether the connection may be reused are as expected."""
    data, eof, status, body, reusable = ANSWERS[case]
    reader = read(data, eof=eof)
    assert (reader.status, reader.body, reader.reusable) == (status, body, reusable)


@pytest.mark.parametrize("case", [case for case in ANSWERS if "surplus" not in case and case != "a redirect"])
def test_an_answer_is_read_the_same_in_any_pieces(case: str) -> None:
    """The response is split in two at every byte, and into single bytes."""
    data, eof, status, body, reusable = ANSWERS[case]
    cuts = [(data[:place], data[place:]) for place in range(len(data) + 1)]
    for pieces in [*cuts, tuple(data[place : place + 1] for place in range(len(data)))]:
        reader = read(*pieces, eof=eof)
        assert (reader.status, reader.body, reader.reusable) == (status, body, reusable)


def test_headers_and_reason_are_latin_1() -> None:
    """Names have any case, values of a repeated name are joined, and bytes beyond ASCII become the same Latin-1 characters."""
    reader = read(b"HTTP/1.1 200 \xe9t\xe9\r\nX-A: 1\r\nx-a: \xff\r\nEmpty:\r\nContent-Length: 0\r\n\r\n")
    assert reader.reason == "été"
    assert reader.headers == {"x-a": "1,ÿ", "empty": "", "content-length": "0"}


def test_an_answer_to_head_has_no_body() -> None:
    """Its headers do not matter."""
    reader = read(OK + b"Content-Length: 5\r\n\r\n", method="HEAD")
    assert reader.body == b""


def test_begun_says_whether_a_byte_has_come() -> None:
    """A request may be sent again only before the first byte."""
    reader = ResponseReader()
    assert not reader.begun
    assert not reader.feed(b"H")
    assert reader.begun


def test_a_reader_is_no_cycle() -> None:
    """No garbage collection is needed after an exchange."""
    import gc
    import weakref

    class Watched(ResponseReader):
        __slots__ = ("__weakref__",)

    gc.disable()
    try:
        reader = Watched()
        reader.feed(CHUNKED + b"2\r\n")
        watch = weakref.ref(reader)
        del reader
        assert watch() is None
    finally:
        gc.enable()


# --- refused ---

MALFORMED = {
    "not HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", "RFC 9112, 4"),
    "HTTP/2": (b"HTTP/2.0 200 OK\r\n\r\n", "RFC 9112, 4"),
    "HTTP/0.9": (b"<ok/>", "RFC 9112, 4"),
    "lower case": (b"http/1.1 200 OK\r\n\r\n", "RFC 9112, 4"),
    "a blank line first": (b"\r\nHTTP/1.1 200 OK\r\n\r\n", "RFC 9112, 4"),
    "no status": (b"HTTP/1.1\r\n\r\n", "RFC 9112, 4"),
    "a status of two digits": (b"HTTP/1.1 20 OK\r\n\r\n", "RFC 9112, 4"),
    "a status of four digits": (b"HTTP/1.1 2000 OK\r\n\r\n", "RFC 9112, 4"),
    "a status with a sign": (b"HTTP/1.1 +20 OK\r\n\r\n", "RFC 9112, 4"),
    "a status below 100": (b"HTTP/1.1 099 OK\r\n\r\n", "RFC 9112, 4"),
    "two blanks before the status": (b"HTTP/1.1  200 OK\r\n\r\n", "RFC 9112, 4"),
    "a NUL in the reason": (b"HTTP/1.1 200 O\0K\r\n\r\n", "RFC 9112, 4"),
    "another protocol": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", "RFC 9110, 15.2.2"),
    "bare LF": (b"HTTP/1.1 200 OK\nContent-Length: 0\n\n", "RFC 9112, 2.2"),
    "bare CR hides a header": (OK + b"A: b\rContent-Length: 0\r\n\r\n", "RFC 9112, 2.2"),
    "bare CR at a line's end": (OK + b"A: b\r\r\n\r\n", "RFC 9112, 2.2"),
    "NUL in a value": (OK + b"A: b\0c\r\n\r\n", "RFC 9110, 5.5"),
    "control character in a value": (OK + b"A: b\x0bc\r\n\r\n", "RFC 9110, 5.5"),
    "folded": (OK + b"A: b\r\n c\r\n\r\n", "RFC 9112, 5.2"),
    "first line folded": (OK + b" A: b\r\n\r\n", "RFC 9112, 5.2"),
    "blank before the colon": (OK + b"Content-Length : 0\r\n\r\n", "RFC 9112, 5.1"),
    "tab before the colon": (OK + b"Content-Length\t: 0\r\n\r\n", "RFC 9112, 5.1"),
    "no colon": (OK + b"Content-Length\r\n\r\n", "RFC 9112, 5"),
    "no name": (OK + b": 5\r\n\r\n", "RFC 9112, 5"),
    "a name of other letters": (OK + "Contént: 5\r\n\r\n".encode(), "RFC 9112, 5"),
    "lengths that differ": (OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n<ok/>", "RFC 9112, 6.3"),
    "a list of lengths": (OK + b"Content-Length: 5, 6\r\n\r\n<ok/>", "RFC 9112, 6.3"),
    "lengths that are written differently": (OK + b"Content-Length: 5, 05\r\n\r\n<ok/>", "RFC 9112, 6.3"),
    "length and chunks": (OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "RFC 9112, 6.3"),
    "chunks twice": (OK + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", "RFC 9112, 6.1"),
    "chunks in two lines": (
        OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        "RFC 9112, 6.1",
    ),
    "compressed": (OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "RFC 9112, 6.1"),
    "an unknown coding": (OK + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "RFC 9112, 6.1"),
    "an empty coding": (OK + b"Transfer-Encoding:\r\n\r\n0\r\n\r\n", "RFC 9112, 6.1"),
    "a coding with a vertical tab": (OK + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", "RFC 9110, 5.5"),
}
LENGTHS = ("+5", "-1", "0x5", "", "5,", ",5", "5 5", "5.0", "5e0", "1_0", '"5"', "5;", "\u0665", "\xb2", "9" * 21)
SIZES = ("+5", "-1", "0x5", "", "5 5", " 5", "5,", "g", "1_0", "\u0665", "5.", "0" * 17, ";a")


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_answer_is_refused(case: str) -> None:
    """The error contains the section of the RFC."""
    data, section = MALFORMED[case]
    error = refusal(data)
    assert type(error) is MalformedResponse
    assert error.section == section
    assert error.section in str(error)


@pytest.mark.parametrize("length", LENGTHS)
def test_a_length_is_digits_alone(length: str) -> None:
    """Signs, prefixes, blanks, separators and digits of other scripts are rejected."""
    assert type(refusal(OK + f"Content-Length: {length}\r\n\r\n<ok/>".encode())) is MalformedResponse


@pytest.mark.parametrize("size", SIZES)
def test_a_chunk_size_is_hexadecimal_digits_alone(size: str) -> None:
    """Signs, prefixes, blanks before or inside, and digits of other scripts are rejected."""
    error = refusal(CHUNKED + f"{size}\r\n<ok/>\r\n0\r\n\r\n".encode())
    assert type(error) is MalformedChunks
    assert error.section.startswith("RFC 9112, 7.1")


@pytest.mark.parametrize(
    "body",
    [
        b"5\r\n<ok/>0\r\n\r\n",
        b"4\r\n<ok/>\r\n0\r\n\r\n",
        b"5\r\n<ok/>\n0\r\n\r\n",
        b"5\n<ok/>\n0\n\n",
        b"5\r\n<ok/>\rx0\r\n\r\n",
        b"5;a=\rb\r\n<ok/>\r\n0\r\n\r\n",
        b"5;a=\nb\r\n<ok/>\r\n0\r\n\r\n",
        b"5;a=\0b\r\n<ok/>\r\n0\r\n\r\n",
    ],
)
def test_chunks_that_do_not_meet_their_sizes_are_refused(body: bytes) -> None:
    """Their lines must also end with CR LF."""
    assert type(refusal(CHUNKED + body)) is MalformedChunks


@pytest.mark.parametrize("trailers", [b"a\r\n\r\n", b"a : b\r\n\r\n", b"a: b\n\n", b"a: b\r\n c\r\n\r\n", b"a: \0\r\n\r\n"])
def test_malformed_trailers_are_refused(trailers: bytes) -> None:
    """Trailers follow the rules of headers."""
    assert type(refusal(CHUNKED + b"0\r\n" + trailers)) is MalformedResponse


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (OK + b"A: " + b"b" * MAX_HEAD, "status line and headers"),
        (b"HTTP/1.1 200 " + b"O" * MAX_HEAD, "status line and headers"),
        (OK + b"A: " + b"b" * MAX_HEAD + b"\r\n\r\n", "status line and headers"),
        (OK + b"A: b\r\n" * 101 + b"\r\n", "100 header lines"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * (MAX_INTERIM + 1), "interim"),
        (CHUNKED + b"5;" + b"a" * MAX_CHUNK_LINE, "chunk"),
        (CHUNKED + (b"1;" + b"a" * 1000 + b"\r\nx\r\n") * 66, "chunk extensions"),
        (CHUNKED + b"0\r\nA: " + b"b" * MAX_HEAD, "trailers"),
        (CHUNKED + b"0\r\n" + b"A: b\r\n" * 101 + b"\r\n", "100 header lines"),
    ],
)
def test_each_bound_has_an_error_of_its_own(data: bytes, words: str) -> None:
    """Endless headers, lines, interim responses, chunk extensions and trailers are errors."""
    error = refusal(data)
    assert type(error) is OversizedResponse
    assert words in str(error)


@pytest.mark.parametrize(
    "data",
    [
        OK + f"Content-Length: {MAX_BODY + 1}\r\n\r\n".encode(),
        OK + b"Content-Length: 99999999999999999999\r\n\r\n",
        CHUNKED + f"{MAX_BODY + 1:x}\r\n".encode(),
        CHUNKED + b"ffffffffffffffff\r\n",
        CHUNKED + f"{MAX_BODY:x}\r\n".encode() + b"a" * MAX_BODY + b"\r\n1\r\n",
        OK + b"\r\n" + b"a" * (MAX_BODY + 1),
    ],
)
def test_a_body_is_bounded(data: bytes) -> None:
    """One mebibyte is accepted and one byte more is rejected, for every framing. It is rejected before it is read."""
    with pytest.raises(OversizedBody):
        ResponseReader().feed(data)


def test_a_body_of_the_largest_size_is_read() -> None:
    """A body of exactly the limit is accepted."""
    body = b"a" * MAX_BODY
    assert read(OK + f"Content-Length: {MAX_BODY}\r\n\r\n".encode() + body).body == body
    assert read(CHUNKED + f"{MAX_BODY:x}\r\n".encode() + body + b"\r\n0\r\n\r\n").body == body
    assert read(OK + b"\r\n" + body, eof=True).body == body


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 2",
        OK,
        OK + b"Content-Length: 0\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
        OK + b"Content-Length: 5\r\n\r\n",
        OK + b"Content-Length: 5\r\n\r\n<ok/",
        CHUNKED,
        CHUNKED + b"5",
        CHUNKED + b"5\r\n<ok/>",
        CHUNKED + b"5\r\n<ok/>\r\n",
        CHUNKED + b"5\r\n<ok/>\r\n0\r\n",
        CHUNKED + b"0\r\nA: b\r\n",
    ],
)
def test_an_answer_that_ends_too_early_is_incomplete(data: bytes) -> None:
    """It may end anywhere, for example before the last line."""
    assert type(refusal(data)) is IncompleteResponse


def test_an_incomplete_answer_says_how_much_came() -> None:
    """The error has the number of bytes if the length is known."""
    error = refusal(OK + b"Content-Length: 100\r\n\r\n<a")
    assert isinstance(error, IncompleteResponse)
    assert (error.got, error.expected) == (2, 100)
    assert "2 of 100 bytes" in str(error)


# --- the request ---


def test_a_request_is_one_piece() -> None:
    """It has the request line, the given headers, the length, and no request for compression."""
    request = HttpRequest("POST", "https://sts.test/a?b=c", {"Host": "sts.test", "X-A": "\xe9"}, b"body")
    assert request_bytes(request) == (
        b"POST /a?b=c HTTP/1.1\r\nhost: sts.test\r\nx-a: \xe9\r\naccept-encoding: identity\r\ncontent-length: 4\r\n\r\nbody"
    )


@pytest.mark.parametrize("value", ["a\tb", "caf\xe9", "\x80\xa0\xff", ""])
def test_a_header_may_have_tabs_and_latin_1(value: str) -> None:
    """Source: RFC 9110, 5.5."""
    assert f"a: {value}\r\n".encode("latin-1") in request_bytes(HttpRequest("POST", "http://h/", {"a": value}))


def test_the_host_is_added() -> None:
    """The port is that of the URL."""
    assert b"\r\nhost: [::1]:8080\r\n" in request_bytes(HttpRequest("GET", "http://[::1]:8080/"))


@pytest.mark.parametrize(("method", "length"), [("GET", False), ("HEAD", False), ("POST", True), ("PUT", True)])
def test_a_request_without_a_body_has_a_length_where_one_is_expected(method: str, length: bool) -> None:
    """Source: RFC 9110, 8.6."""
    assert (b"content-length: 0" in request_bytes(HttpRequest(method, "http://h/"))) is length


@pytest.mark.parametrize(
    ("method", "url", "headers", "words"),
    [
        ("POST", "http://h/a b", {}, "percent-encode"),
        ("POST", "http://h/a\r\nb: c", {}, "percent-encode"),
        ("POST", "http://h/\xe9", {}, "percent-encode"),
        ("POST", "ftp://h/", {}, "http:// or https://"),
        ("PO ST", "http://h/", {}, "'PO ST'"),
        ("", "http://h/", {}, "''"),
        ("POST", "http://h/", {"a:b": "secret"}, "'a:b'"),
        ("POST", "http://h/", {"": "secret"}, "''"),
        ("POST", "http://h/", {"a\r\nb": "secret"}, "a\\r\\nb"),
        ("POST", "http://h/", {"caf\xe9": "secret"}, "caf\xe9"),
        ("POST", "http://h/", {"a": "secret\r\nb: c"}, "'a'"),
        ("POST", "http://h/", {"a": "secret\n"}, "'a'"),
        ("POST", "http://h/", {"a": "secret\r"}, "'a'"),
        ("POST", "http://h/", {"a": "secret\0"}, "'a'"),
        ("POST", "http://h/", {"a": "secret\x01"}, "'a'"),
        ("POST", "http://h/", {"a": "secret\x7f"}, "'a'"),
        ("POST", "http://h/", {"a": "\xe9secret\x0b"}, "'a'"),
        ("POST", "http://h/", {"a": "secret\u20ac"}, "'a'"),
        ("POST", "http://h/", {"content-length": "9"}, "content-length"),
        ("POST", "http://h/", {"transfer-encoding": "chunked"}, "transfer-encoding"),
    ],
)
def test_a_request_cannot_be_broken_apart(method: str, url: str, headers: dict[str, str], words: str) -> None:
    """Neither the URL nor a header can do it. The message contains the name of the header, never a value."""
    with pytest.raises(ConfigError) as caught:
        request_bytes(HttpRequest(method, url, headers, b"body"))
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


# --- the ends of the bounds ---


def padded(head: int) -> bytes:
    """Return an empty response whose status line and headers have *head* bytes."""
    start = OK + b"Content-Length: 0\r\nA: "
    return start + b"x" * (head - len(start)) + b"\r\n\r\n"


def test_the_longest_head() -> None:
    """The limit is 64 KiB. One byte more is rejected."""
    assert read(padded(65536)).status == 200
    assert isinstance(refusal(padded(65537)), OversizedResponse)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 300, 305, 309])
def test_a_redirect_is_complete_without_its_body(status: int) -> None:
    """It is not followed and the connection is not reused. A response with another status has its body."""
    reader = ResponseReader("POST")
    complete = reader.feed(b"HTTP/1.1 %d X\r\nLocation: /\r\nContent-Length: 5\r\n\r\n" % status)
    assert complete is (status in {301, 302, 303, 307, 308})
    if complete:
        assert (reader.body, reader.reusable) == (b"", False)


def test_the_reader_says_when_an_answer_is_complete() -> None:
    """`feed` returns True with the last byte, and `eof` at the end of the connection."""
    reader = ResponseReader("POST")
    assert reader.feed(OK + b"Content-Length: 2\r\n\r\na") is False
    assert reader.feed(b"b") is True
    assert reader.reusable
    assert reader.eof() is True
    assert not reader.reusable
    unbounded = ResponseReader("POST")
    assert unbounded.feed(OK + b"\r\nab") is False
    assert unbounded.eof() is True


def test_an_interim_answer_may_announce_the_end_of_the_connection() -> None:
    """The final response does not revoke it."""
    interim = b"HTTP/1.1 100 Continue\r\nConnection: close\r\n\r\n"
    plain = b"HTTP/1.1 100 Continue\r\n\r\n"
    empty = OK + b"Content-Length: 0\r\n\r\n"
    assert [read(*pieces).reusable for pieces in ((empty,), (plain, empty), (interim, empty), (interim, plain, empty))] == [
        True,
        True,
        False,
        False,
    ]


def test_the_longest_line_of_a_chunk() -> None:
    """The limit does not depend on the pieces."""
    longest = b"2;" + b"x" * (MAX_CHUNK_LINE - 2)
    assert read(CHUNKED, longest + b"\r\nab\r\n0\r\n\r\n").body == b"ab"
    assert isinstance(refusal(CHUNKED + longest + b"x\r\nab\r\n0\r\n\r\n"), OversizedResponse)


def test_the_longest_chunk_extensions() -> None:
    """The limit is 64 KiB for all chunks of a response."""
    chunks = b"".join(b"1;" + b"x" * size + b"\r\na\r\n" for size in [1022] * 64 + [63])
    assert read(CHUNKED, chunks, b"0\r\n\r\n").body == b"a" * 65
    assert isinstance(refusal(CHUNKED + chunks + b"0;\r\n\r\n"), OversizedResponse)


def test_a_chunk_that_is_too_long_is_refused_at_once() -> None:
    """It is rejected before more data arrives."""
    reader = ResponseReader("POST")
    reader.feed(CHUNKED)
    with pytest.raises(MalformedChunks, match="longer than its size"):
        reader.feed(b"1\r\na\rX")
