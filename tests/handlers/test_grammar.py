"""Grammar of HTTP/1.1 responses, rule by rule: what is rejected immediately, and the last valid value."""

from __future__ import annotations

import pytest

from sts.handlers.grammar import (
    MalformedChunks,
    MalformedResponse,
    OversizedResponse,
    body_length,
    check_chunk_line,
    check_line_ends,
)
from sts.http import Headers


@pytest.mark.parametrize(
    ("data", "start"),
    [
        (b"A: b", 0),
        (b"A: b\r\nC: d\r\n", 0),
        (b"A: b\r", 0),
        (b"A: b\r\n", 5),
        (b"A: b\r\nC", 5),
        (b"A: b\r\nC", 6),
        (b"A: b\r\n\r\n", 7),
    ],
)
def test_lines_end_with_both(data: bytes, start: int) -> None:
    """The text before *start* may have ended between CR and LF. A CR at the end may still be followed by LF."""
    check_line_ends(bytearray(data), start)


@pytest.mark.parametrize(
    ("data", "start"),
    [
        (b"AB\nC", 0),
        (b"AB\rC", 0),
        (b"AB\r\r\n", 0),
        (b"AB\r\r", 0),
        (b"AB\n", 0),
        (b"AB\rC", 3),
        (b"AB\rCD", 3),
        (b"AB\r\nC\n", 3),
    ],
)
def test_a_bare_end_of_a_line_is_refused_at_once(data: bytes, start: int) -> None:
    """It is rejected before the end of the head, because other readers could see another header there."""
    with pytest.raises(MalformedResponse, match="bare CR or LF"):
        check_line_ends(bytearray(data), start)


@pytest.mark.parametrize("data", [b"", b"\r", b"1", b"1f\r", b"abc"])
def test_a_beginning_of_a_chunks_line(data: bytes) -> None:
    """A line of exactly the limit is accepted."""
    check_chunk_line(bytearray(data), 3)


@pytest.mark.parametrize("data", [b"g", b"g\r", b"1g\r", b"\r\r", b" "])
def test_what_cannot_become_a_chunks_line_is_refused_at_once(data: bytes) -> None:
    """It is rejected if it is not a size."""
    with pytest.raises(MalformedChunks, match="size of a chunk"):
        check_chunk_line(bytearray(data), 3)


def test_a_chunks_line_that_is_too_long() -> None:
    """It has one byte more than allowed."""
    with pytest.raises(OversizedResponse, match="more than 3 bytes"):
        check_chunk_line(bytearray(b"1234"), 3)


@pytest.mark.parametrize(("text", "length"), [("5", 5), ("5, 5", 5), ("0" * 19 + "7", 7), ("9" * 20, 10**20 - 1)])
def test_the_length_of_a_body(text: str, length: int) -> None:
    """A length may have up to 20 digits."""
    assert body_length(Headers({"content-length": text})) == length


@pytest.mark.parametrize("text", ["", "+5", "5 5", "\u0665", "0" * 21, "x" * 50])
def test_what_is_no_length(text: str) -> None:
    """The message contains at most 40 characters of it."""
    with pytest.raises(MalformedResponse) as caught:
        body_length(Headers({"content-length": text}))
    assert f"Content-Length is {text[:40]!r}, which is not a number of bytes" in str(caught.value)


def test_lengths_that_differ() -> None:
    """Two readers could each use another one."""
    text = "1, 2, " + "3" * 50
    with pytest.raises(MalformedResponse) as caught:
        body_length(Headers({"content-length": text}))
    assert f"Content-Length has different values: {text[:40]!r}" in str(caught.value)
