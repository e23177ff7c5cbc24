"""
The reader of answers beside h11, llhttp (httptools) and `http.client`: `python -m tests.suites.oracles.http1 --count 100000`.

Answers are generated: valid ones, and ones broken at random, in pieces cut anywhere. On each, our verdict (accepted or not)
must be h11's and llhttp's, and where all accept, so must status and body. `http.client` accepts too much for a verdict; its body
is compared where we accept. Deliberate differences are listed, each with the section of the RFC that it rests on and with what the
bytes must look like.
"""

from __future__ import annotations

import argparse
import http.client
import io
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

import h11
import httptools

from sts.handlers.grammar import InvalidResponse
from sts.handlers.http1 import ResponseReader


class Verdict(NamedTuple):
    """Outcome of a reader for a response: status and body, or the reason of the rejection."""

    status: int = 0
    body: bytes = b""
    refusal: str = ""

    @property
    def accepted(self) -> bool:
        return not self.refusal


class Case(NamedTuple):
    """A response in pieces, followed by the end of the connection. *valid* is True if it was not damaged."""

    pieces: tuple[bytes, ...]
    valid: bool

    @property
    def data(self) -> bytes:
        return b"".join(self.pieces)


# --- the readers ---


def ours(case: Case) -> Verdict:
    """Read with `ResponseReader`."""
    reader = ResponseReader()
    try:
        for piece in case.pieces:
            if reader.feed(piece):
                return Verdict(reader.status, reader.body)
        reader.eof()
    except InvalidResponse as error:
        return Verdict(refusal=str(error) or "?")
    return Verdict(reader.status, reader.body)


def h11_reads(case: Case) -> Verdict:
    """Read with h11."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="POST", target="/", headers=[("host", "h"), ("content-length", "0")]))
    connection.send(h11.EndOfMessage())
    status, body = 0, b""
    try:
        for piece in (*filter(None, case.pieces), b""):  # an empty one would be the end
            connection.receive_data(piece)
            while (event := connection.next_event()) is not h11.NEED_DATA:
                if isinstance(event, h11.Response):
                    status = event.status_code
                elif isinstance(event, h11.Data):
                    body += bytes(event.data)
                elif isinstance(event, h11.EndOfMessage):
                    return Verdict(status, body)
                elif event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                    return Verdict(refusal="h11 stopped")
    except h11.ProtocolError as error:
        return Verdict(refusal=str(error) or "?")
    return Verdict(refusal="incomplete")


class _Messages:
    """Callbacks of httptools. `found` is the first final response."""

    def __init__(self) -> None:
        self.found: Verdict | None = None
        self.body = b""
        self.framed = False
        self.head = False

    def on_message_begin(self) -> None:
        self.body, self.framed, self.head = b"", False, False

    def on_header(self, name: bytes, value: bytes) -> None:
        framing = name.lower() == b"content-length" or (name.lower() == b"transfer-encoding" and value.lower() != b"identity")
        self.framed = self.framed or framing

    def on_headers_complete(self) -> None:
        self.head = True

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        status = self.parser.get_status_code()
        if self.found is None and status >= 200:
            self.found = Verdict(status, self.body)

    parser: httptools.HttpResponseParser


def llhttp_reads(case: Case) -> Verdict:
    """Read with llhttp, which Node.js uses. httptools does not pass on the end of the stream, so it is checked here."""
    messages = _Messages()
    parser = messages.parser = httptools.HttpResponseParser(messages)
    try:
        for piece in case.pieces:
            if piece and messages.found is None:
                parser.feed_data(piece)
    except httptools.HttpParserUpgrade:
        return messages.found or Verdict(refusal="upgrade")
    except httptools.HttpParserError as error:
        return messages.found or Verdict(refusal=str(error) or "?")
    if messages.found is None and messages.head and not messages.framed and parser.get_status_code() >= 200:
        return Verdict(parser.get_status_code(), messages.body)
    return messages.found or Verdict(refusal="incomplete")


class _Socket:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def makefile(self, _: str) -> io.BytesIO:
        return io.BytesIO(self.data)


def http_client_reads(case: Case) -> Verdict:
    """Read with Python's own client, whose only interim response is 100."""
    response = http.client.HTTPResponse(_Socket(case.data), method="POST")  # type: ignore[arg-type]
    try:
        response.begin()
        return Verdict(response.status, response.read())
    except (http.client.HTTPException, ValueError, OverflowError) as error:
        return Verdict(refusal=str(error) or "?")


# --- what they are given ---

HEADERS = (
    b"Content-Type: text/xml",
    b"x-amzn-RequestId: 0d2b6a8e-0000-4000-8000-000000000000",
    b"Date: Mon, 30 Nov 2026 17:00:00 GMT",
    b"Via: 1.1 a, 1.1 b",
    b"Empty:",
    b"Set-Cookie: a=b; path=/",
    b"Blanks:  \t x \t ",
    b"Latin-1: \xe9\xff",
    b"Connection: keep-alive",
    b"Connection: close",
)
FRAMINGS = ("length", "length", "chunks", "chunks", "close", "none", "twice")
BROKEN_LINES = (
    b"Content-Length: 5",
    b"Content-Length: +5",
    b"Content-Length: 5,",
    b"Content-Length: 5, 5",
    b"Content-Length: 5 5",
    b"Content-Length: 0x5",
    b"Content-Length : 5",
    b"Content-Length:",
    b"Content-Length: 99999999999999999999999",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: identity",
    b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: chunked, chunked",
    b"Transfer-Encoding: xchunked",
    b"Transfer-Encoding : chunked",
    b"Transfer-Encoding:\x0bchunked",
    b" folded",
    b"\tfolded",
    b"no colon",
    b": no name",
    b"a b: c",
    b"a\0: b",
    b"a: b\0",
    b"a: \x01",
    b"a: b\rContent-Length: 3",
    b"a: b\nContent-Length: 3",
)
BODY = (b"<", b"ok", b"/>", b"0", b" ", b";", b":", b"\xe9", b"\r\n")
"""No bare CR or LF. The rules about these concern lines of heads and chunks."""
INTERIM = (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", b"HTTP/1.1 102 x\r\n\r\n")
STATUS_LINES = (
    b"HTTP/1.1 200 OK",
    b"HTTP/1.1 200",
    b"HTTP/1.1 200 ",
    b"HTTP/1.0 200 OK",
    b"HTTP/1.1 403 For\xe9bidden",
    b"HTTP/1.1 500 Internal Server Error",
    b"HTTP/1.1 204 No Content",
    b"HTTP/1.1 304 Not Modified",
)
BROKEN_STATUS_LINES = (
    b"HTTP/1.1  200 OK",
    b"HTTP/1.1 20 OK",
    b"HTTP/1.1 2000 OK",
    b"HTTP/1.1 +20 OK",
    b"HTTP/1.1 099 OK",
    b"HTTP/1.1 999 OK",
    b"HTTP/2.0 200 OK",
    b"HTTP/1.1 101 Switching Protocols",
    b"http/1.1 200 OK",
    b"HTTP/11 200 OK",
    b"HTTP/1.1\t200\tOK",
    b"HTTP/1.1 200 O\0K",
    b"ICY 200 OK",
    b"\r\nHTTP/1.1 200 OK",
)
SPICES = (
    b"\r",
    b"\n",
    b"\r\n",
    b"\0",
    b" ",
    b"\t",
    b":",
    b";",
    b",",
    b"0",
    b"5",
    b"+",
    b"-",
    b"f",
    b"\x0b",
    b"\x7f",
    b"\x80",
    b"\r\n\r\n",
)


def cases(seed: int, count: int) -> Iterator[Case]:
    """Yield *count* responses, the same for the same *seed*."""
    chance = random.Random(seed)
    for _ in range(count):
        valid = chance.random() < 0.4
        data = make_answer(chance, valid)
        if not valid and chance.random() < 0.7:
            data = spoil(chance, data)
        yield Case(cut(chance, data), valid)


def make_answer(chance: random.Random, valid: bool) -> bytes:
    """Return a response. If it is not *valid*, its lines may be damaged."""
    status_line = chance.choice(STATUS_LINES if valid or chance.random() < 0.8 else BROKEN_STATUS_LINES)
    lines = chance.sample(HEADERS, chance.randrange(5))
    framing = chance.choice(FRAMINGS)
    body = b"".join(chance.choices(BODY, k=chance.choice((0, 1, 5, 5, 40, 300))))
    if b" 204" in status_line or b" 304" in status_line:
        framing, body = "none", b""
    if framing in ("length", "twice"):
        lines += [b"Content-Length: %d" % len(body)] * (2 if framing == "twice" and not valid else 1)
    elif framing == "chunks":
        lines.append(chance.choice((b"Transfer-Encoding: chunked", b"transfer-encoding:CHUNKED")))
        body = make_chunks(chance, body)
    if not valid and chance.random() < 0.5:
        lines.append(chance.choice(BROKEN_LINES))
    chance.shuffle(lines)
    interim = b"".join(chance.choice(INTERIM) for _ in range(chance.choice((0, 0, 0, 1, 2))))
    return interim + b"\r\n".join([status_line, *lines]) + b"\r\n\r\n" + body


def make_chunks(chance: random.Random, body: bytes) -> bytes:
    """Return *body* in chunks, sometimes with extensions and trailers."""
    chunks = []
    while body:
        size = chance.randrange(len(body)) + 1
        piece, body = body[:size], body[size:]
        extension = chance.choice((b"", b"", b"", b";a", b";a=b", b';a="b;c"'))
        chunks.append(b"%s%s\r\n%s\r\n" % ((b"%x" if chance.random() < 0.5 else b"00%X") % size, extension, piece))
    trailers = chance.choice((b"", b"", b"X-Trailer: y\r\n"))
    return b"".join(chunks) + b"0\r\n" + trailers + b"\r\n"


def spoil(chance: random.Random, data: bytes) -> bytes:
    """Return *data* with a few bytes inserted, removed, replaced or repeated, or truncated."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        place = chance.randrange(len(data) + 1)
        action = chance.randrange(5)
        if action == 0:
            data = data[:place] + chance.choice(SPICES) + data[place:]
        elif action == 1:
            data = data[:place] + data[place + chance.randrange(1, 4) :]
        elif action == 2:
            data = data[:place] + chance.choice(SPICES) + data[place + 1 :]
        elif action == 3:
            data = data[:place]
        else:
            data = data + chance.choice((b"\r\n", b"x", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    return data


def cut(chance: random.Random, data: bytes) -> tuple[bytes, ...]:
    """Return *data* in one piece, in several, or in single bytes."""
    kind = chance.randrange(4)
    if kind == 0:
        return (data,)
    if kind == 1:
        return tuple(data[place : place + 1] for place in range(len(data)))
    places = sorted(chance.randrange(len(data) + 1) for _ in range(kind * 2))
    return tuple(data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True))


# --- where they may differ ---


class Difference(NamedTuple):
    """A deliberate difference: *peer* has another outcome than we have for responses whose bytes match."""

    peer: str
    accepted: bool
    section: str
    reason: str
    applies: Callable[[bytes], object]


def _matching(pattern: bytes) -> Callable[[bytes], object]:
    return re.compile(pattern, re.DOTALL | re.IGNORECASE).search


_NO_BODY = _matching(rb"HTTP/1\.\d (204|304)")
_NOT_HTTP1 = _matching(rb"HTTP/(?!1\.\d )")
_CONTROL = _matching(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BARE = _matching(rb"(?<!\r)\n|\r(?!\n)")

DIFFERENCES = (
    Difference("h11", True, "RFC 9112, 6.3", "a 204 or 304 ends with its headers, whatever they say", _NO_BODY),
    Difference("llhttp", True, "RFC 9112, 6.3", "a 204 or 304 ends with its headers, whatever they say", _NO_BODY),
    Difference(
        "h11", True, "RFC 9112, 6.1", "identity changes nothing; old servers send it", _matching(rb"coding:[ \t]*identity")
    ),
    Difference("h11", True, "RFC 9112, 7.1.2", "trailers are not headers", _matching(rb"\r\n0+\r\n.*(length|coding)")),
    Difference("h11", True, "RFC 9112, 7.1.1", "blanks before a chunk's extensions are legal", _matching(rb"[0-9a-f][ \t]+;")),
    Difference(
        "llhttp", True, "RFC 9110, 8.6", "equal lengths are one", _matching(rb"content-length:[^\r]*(,|.*content-length:)")
    ),
    Difference(
        "llhttp", True, "RFC 9112, 7.1", "blanks end a chunk's line on real servers", _matching(rb"[0-9a-f][ \t]+(;|\r\n)")
    ),
    Difference("llhttp", True, "RFC 9112, 7.1.1", "unknown chunk extensions are ignored", _matching(rb"\r\n[0-9a-f]+[ \t]*;")),
    Difference("llhttp", True, "RFC 9110, 2.5", "a later minor version is read as 1.1", _matching(rb"HTTP/1\.[2-9] ")),
    Difference(
        "llhttp",
        True,
        "RFC 9112, 9.6",
        "the final answer follows an interim one that closes",
        _matching(rb"^HTTP/1\.[01] 1\d\d"),
    ),
    Difference(
        "llhttp", False, "RFC 9110, 15", "a status has three digits, and is 100 or more", _matching(rb"HTTP/1\.\d 0\d\d")
    ),
    Difference("h11", False, "RFC 9112, 2.3", "another protocol than HTTP/1.x", _NOT_HTTP1),
    Difference("llhttp", False, "RFC 9112, 2.3", "another protocol than HTTP/1.x", _NOT_HTTP1),
    Difference(
        "llhttp",
        False,
        "RFC 9112, 2.2",
        "only servers skip blank lines before a message",
        _matching(rb"^[\r\n]|\r\n\r\n[\r\n]"),
    ),
    Difference("h11", False, "RFC 9112, 2.2", "a bare CR or LF ends no line", _BARE),
    Difference("llhttp", False, "RFC 9112, 2.2", "a bare CR or LF ends no line", _BARE),
    Difference("h11", False, "RFC 9112, 5.2", "folded lines are deprecated", _matching(rb"\r\n[ \t]")),
    Difference("h11", False, "RFC 9110, 5.5", "control characters are invalid", _CONTROL),
    Difference("llhttp", False, "RFC 9110, 5.5", "control characters are invalid", _CONTROL),
    Difference(
        "h11", False, "RFC 9112, 6.3", "length and chunks are ambiguous", _matching(rb"length:.*coding:|coding:.*length:")
    ),
    Difference("llhttp", False, "RFC 9112, 6.1", "a coding that was not asked for", _matching(rb"transfer-encoding:")),
)


class Tally(NamedTuple):
    """Result of a run."""

    cases: int
    accepted: int
    deliberate: Counter[str]
    failures: list[str]


def compare(case: Case, deliberate: Counter[str]) -> Iterator[str]:
    """Yield the errors of our reading of *case*. Count deliberate differences."""
    mine = ours(case)
    if case.valid and not mine.accepted:
        yield f"a valid answer is refused: {case} {mine}"
    for peer, reads in (("h11", h11_reads), ("llhttp", llhttp_reads)):
        theirs = reads(case)
        if theirs.accepted != mine.accepted:
            excuse = find_difference(peer, mine.accepted, case.data)
            if excuse is None:
                yield f"{peer} decides otherwise: {case} ours: {mine} theirs: {theirs}"
            else:
                deliberate[f"{peer}: {excuse.section}, {excuse.reason}"] += 1
        elif mine.accepted and mine != theirs:
            yield f"{peer} reads something else: {case} ours: {mine} theirs: {theirs}"
    python = http_client_reads(case)
    if mine.accepted and python.accepted and python.status >= 200 and mine != python and not misread(case.data):
        yield f"http.client reads something else: {case} ours: {mine} theirs: {python}"


def find_difference(peer: str, accepted: bool, data: bytes) -> Difference | None:
    """Return the listed difference that explains another outcome of *peer*."""
    rows = (row for row in DIFFERENCES if row.peer == peer and row.accepted == accepted)
    return next((row for row in rows if row.applies(data)), None)


def run(seed: int, count: int) -> Tally:
    """Compare *count* responses."""
    deliberate: Counter[str] = Counter()
    failures: list[str] = []
    accepted = 0
    for case in cases(seed, count):
        accepted += ours(case).accepted
        failures += compare(case, deliberate)
    return Tally(count, accepted, deliberate, failures)


misread = _matching(rb"content-length:[^\r]*,|transfer-encoding:[^\r]*[ \t]\r")
"""`http.client` ignores a length that is a list, and a transfer coding followed by a blank (RFC 9112, 5.1)."""


def main() -> int:
    """Run from the command line. The exit code is 1 for a difference that is not listed."""
    parser = argparse.ArgumentParser(prog="python -m tests.suites.oracles.http1", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    tally = run(arguments.seed, arguments.count)
    print(f"{tally.cases} answers, {tally.accepted} accepted, {len(tally.failures)} unexplained differences")
    for reason, times in tally.deliberate.most_common():
        print(f"{times:8} {reason}")
    for failure in tally.failures[:20]:
        print(failure)
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
