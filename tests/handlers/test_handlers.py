"""Rules of all handlers: one exchange, limited in memory and time, with nothing added and no redirect followed."""

from __future__ import annotations

import gc
import gzip
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
import zlib
from contextlib import ExitStack, contextmanager, nullcontext

import pytest
import requests

from sts import STS
from sts.errors import (
    ConfigError,
    ConnectTimeoutError,
    DeadlineExceededError,
    EndpointConnectionError,
    ReadTimeoutError,
    RequestAbortedError,
    ResponseParseError,
    STSError,
    TransportError,
)
from sts.handlers import HandlerOptions, acquire_handler, release_handler, session_handler
from sts.handlers.choose import _registry
from sts.handlers.connections import READ, WRITE
from sts.handlers.direct import DirectHandler
from sts.http import MAX_BODY, AbortController, Control, Handler, HttpResponse
from tests.support.clocks import HandTime, Wait, reads_of_this_thread, record_polls
from tests.support.threads import PATIENCE, once, wait_until
from tests.support.wire import (
    WireServer,
    answering,
    dripping,
    driven,
    free_port,
    reply,
    request,
    reset,
    silent,
    told,
    unanswering_port,
)

KINDS = ["direct", "urllib3", "requests"]


@pytest.fixture(params=KINDS)
def handler(request):
    made = acquire_handler(request.param, HandlerOptions())
    yield made
    release_handler(made)


@pytest.fixture
def direct():
    """The handler that applies all limits itself, and sends again after a stale connection broke."""
    made = acquire_handler("direct", HandlerOptions())
    yield made
    release_handler(made)


def send(handler: Handler, url: str, control: Control | None = None, body: bytes = b"Action=A", **headers: str) -> HttpResponse:
    return driven(handler, request(url, body, **headers), control or Control(connect_timeout=3, read_timeout=3))


def failure(handler: Handler, url: str, control: Control | None = None, **more) -> STSError:
    with pytest.raises(STSError) as caught:
        send(handler, url, control, **more)
    error = caught.value
    if isinstance(error, TransportError):
        assert error.hostname == "127.0.0.1"
        assert error.original_error is error.__cause__
    return error


# --- one exchange ---


def test_an_answer_has_status_reason_headers_and_body(handler):
    """Status, reason, case-insensitive headers (repeated ones joined) and body are returned as sent."""
    with WireServer(answering(reply(b"<Error/>", "403 Forbidden", "X-Amzn-RequestId: r1", "Via: a", "Via: b"))) as server:
        answer = send(handler, server.url)
    assert (answer.status, answer.reason, answer.body) == (403, "Forbidden", b"<Error/>")
    assert answer.headers["x-amzn-requestid"] == "r1"
    assert answer.headers["VIA"].replace(" ", "") == "a,b"


def test_a_request_arrives_as_it_was_made(handler):
    """Method, target, headers and body reach the server unchanged, without any identifying header."""
    with WireServer(answering(reply())) as server:
        send(handler, server.url + "path?Tag=a%2Fb%20c", body=b"Action=X&Y=%C3%A9")
    head, body = server.requests[0]
    line, *headers = head.decode().split("\r\n")
    assert line == "POST /path?Tag=a%2Fb%20c HTTP/1.1"
    assert body == b"Action=X&Y=%C3%A9"
    sent = {name.lower(): value for name, value in (header.split(": ") for header in headers)}
    assert sent["authorization"] == "AWS4-HMAC-SHA256 x"
    assert sent["user-agent"] == "sts-test"
    assert sent["content-length"] == str(len(body))
    assert set(sent) <= {"authorization", "user-agent", "content-length", "host", "accept-encoding"}


def test_connections_are_kept(handler):
    """Several calls share one connection."""
    with WireServer(answering(reply())) as server:
        for _ in range(5):
            assert send(handler, server.url).body == b"<ok/>"
    assert server.connections == 1
    assert len(server.requests) == 5


@pytest.mark.parametrize("framing", ["chunked", "close", "empty"])
def test_every_framing_is_read(handler, framing):
    """Chunked bodies, bodies ended by the close, and empty bodies are read completely."""
    raw = {
        "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<a/><\r\n3;x=y\r\nb/>\r\n0\r\n\r\n",
        "close": b"HTTP/1.0 200 OK\r\n\r\n<a/><b/>",
        "empty": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    }[framing]
    with WireServer(answering(raw, close=framing == "close")) as server:
        answers = [send(handler, server.url).body for _ in range(2)]
    assert answers == [b"" if framing == "empty" else b"<a/><b/>"] * 2
    assert server.connections == (2 if framing == "close" else 1)


def test_many_threads_share_a_handler(handler):
    """Each of many threads gets the response to its own request."""

    def echo(sock, server, _):
        while server.read(sock):
            sock.sendall(reply(sock_body(server, sock)))

    def sock_body(server, sock):
        return str(sock.getpeername()[1]).encode()

    wrong = []

    def work():
        bodies = [send(handler, server.url).body for _ in range(10)]
        wrong.extend(body for body in bodies if not body.isdigit())

    with WireServer(echo) as server:
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong
    assert server.connections <= 8
    assert len(server.requests) == 80


# --- nothing followed, nothing added ---


def test_a_redirect_is_neither_followed_nor_read(handler):
    """A 302 is returned immediately, without its body of 60 MB."""

    def redirecting(sock, server, number):
        server.read(sock)
        sock.sendall(reply(b"x" * 1000, "302 Found", f"Location: {server.url}elsewhere", length=60_000_000))
        server.stopped.wait()

    with WireServer(redirecting) as server:
        answer = send(handler, server.url)
    assert (answer.status, answer.body) == (302, b"")
    assert answer.headers["location"].endswith("/elsewhere")
    assert len(server.requests) == 1


def test_an_unusable_location_is_only_data(handler):
    """A redirect to an invalid URL is returned like any other."""
    with WireServer(answering(reply(b"", "302 Found", "Location: http://[bad:::/"))) as server:
        assert send(handler, server.url).headers["location"] == "http://[bad:::/"


def test_an_error_with_a_redirect_status_but_no_location_is_read(handler):
    """Without `Location`, a 301 is an ordinary response with a body."""
    with WireServer(answering(reply(b"<Error/>", "301 Moved"))) as server:
        assert send(handler, server.url).body == b"<Error/>"


def test_netrc_is_ignored(handler, monkeypatch, tmp_path):
    """A netrc file never replaces the Authorization header."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("default login me password hunter2\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    with WireServer(answering(reply())) as server:
        send(handler, server.url)
    assert b"authorization: AWS4-HMAC-SHA256 x" in server.requests[0][0]


def test_cookies_are_not_kept(handler):
    """A cookie set by the server is not sent back."""
    with WireServer(answering(reply(b"", "200 OK", "Set-Cookie: a=b; Path=/"))) as server:
        for _ in range(2):
            send(handler, server.url)
    assert b"cookie" not in server.requests[1][0].lower()
    assert not getattr(handler, "_session", requests.Session()).cookies


def test_the_environment_is_not_read_per_call(handler, monkeypatch):
    """Proxies come only from the options, not from variables set later."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with WireServer(answering(reply())) as server:
        assert send(handler, server.url).status == 200


@pytest.mark.parametrize("value", ["a\r\nx-evil: 1", "a\nb", "a\r\n b", "a\0b"])
def test_a_header_that_breaks_the_line_is_refused(handler, value):
    """A line break in a header is a ConfigError before sending. It contains the header's name but not its value."""
    error = failure(handler, f"http://127.0.0.1:{free_port()}/", **{"x-custom": value})
    assert isinstance(error, ConfigError)
    assert "'x-custom'" in str(error)
    assert value not in str(error)


@pytest.mark.parametrize("name", ["x\r\nx-evil", "x\ny", "x\0"])
def test_a_header_name_that_breaks_the_line_is_refused(handler, name):
    """Names are checked like values."""
    assert isinstance(failure(handler, f"http://127.0.0.1:{free_port()}/", **{name: "1"}), ConfigError)


def test_a_header_outside_of_latin_1_is_refused(handler):
    """A header that cannot be encoded is a ConfigError."""
    with WireServer(answering(reply())) as server:
        assert isinstance(failure(handler, server.url, **{"x-custom": "ł"}), ConfigError)


@pytest.mark.parametrize(
    "url", ["http://a b/", "http://a/\r\nx", "ftp://a/", "http://", "http://u:p@host/", "http://host:99999/", "é"]
)
def test_an_unusable_url_is_refused(handler, url):
    """A URL that is not a plain http(s) URL is a ConfigError, which does not show a password in it."""
    made = request("http://x/")
    made.url = url
    with pytest.raises(ConfigError) as caught:
        handler.send(made, control=Control())
    assert "u:p" not in str(caught.value)


# --- bounded in memory ---


def endless(start: bytes, block: bytes):
    def behave(sock, server, _):
        server.read(sock)
        sock.sendall(start)
        for _ in range(1000):
            sock.sendall(block)

    return behave


@pytest.mark.parametrize(
    ("start", "block"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 60000000\r\n\r\n", b"x" * 60000),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"EA60\r\n" + b"x" * 60000 + b"\r\n"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b"x" * 60000),
        (b"HTTP/1.1 302 Found\r\nLocation: /\r\nConnection: close\r\n\r\n", b"x" * 60000),
        (b"HTTP/1.1 500 Oh\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n", b"\0" * 60000),
    ],
    ids=["declared", "chunked", "closed", "redirect", "encoded"],
)
def test_a_huge_answer_leaves_memory_flat(handler, start, block):
    """60 MB are not read. A ResponseParseError (or the redirect without body) is returned soon and with little memory."""
    with WireServer(answering(reply())) as server:
        send(handler, server.url)  # whatever is loaded once is not counted
    with WireServer(endless(start, block)) as server:
        tracemalloc.start()
        try:
            if b"302" in start:
                assert send(handler, server.url).body == b""
            else:
                error = failure(handler, server.url)
                assert isinstance(error, ResponseParseError)
                assert "1048576 bytes" in str(error)
                assert not error.retryable
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 6 * MAX_BODY


@pytest.mark.parametrize("chunked", [False, True])
def test_the_limit_is_exact(handler, chunked):
    """A body of exactly the limit is read. One byte more is rejected."""

    def answer(size: int) -> bytes:
        if not chunked:
            return reply(b"x" * size)
        return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (size, b"x" * size)

    with WireServer(answering(answer(MAX_BODY), answer(MAX_BODY + 1))) as server:
        assert len(send(handler, server.url).body) == MAX_BODY
        assert isinstance(failure(handler, server.url), ResponseParseError)


AMBIGUOUS = {
    "both lengths and chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody",
    "a length with a sign": b"HTTP/1.1 200 OK\r\nContent-Length: +4\r\n\r\nbody",
    "a coding that was not asked for": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("case", AMBIGUOUS)
def test_an_answer_that_has_two_meanings_is_refused(handler, case):
    """Every handler rejects it, whatever the library below makes of it, and closes the connection."""
    with WireServer(answering(AMBIGUOUS[case], reply())) as server:
        assert isinstance(failure(handler, server.url), ResponseParseError)
        assert send(handler, server.url).body == b"<ok/>"
        assert server.connections == 2


def test_an_interim_answer_is_no_answer(handler):
    """The final response, which comes later, is never taken as the response to the next call."""

    def behave(sock, server, _):
        while server.read(sock):
            name = server.requests[-1][1]
            sock.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
            time.sleep(0.05)
            sock.sendall(reply(name))

    with WireServer(behave) as server:
        for name in (b"one", b"two", b"three"):
            try:
                assert send(handler, server.url, body=name).body == name
            except ResponseParseError as error:
                assert "status 103" in str(error)


def test_a_request_that_asks_to_close_is_the_last_on_its_connection(direct):
    """This holds even if the server does not close it. Source: RFC 9112, 9.6."""
    with WireServer(answering(reply())) as server:
        for headers in ({"connection": "Close"}, {"connection": "keep-alive"}, {}):
            send(direct, server.url, **headers)
        assert server.connections == 2


def test_a_connection_with_unread_bytes_is_not_used_again(handler):
    """After a rejected response, the next request uses a new connection."""
    with WireServer(answering(reply(b"x", length=99_999_999), reply())) as server:
        failure(handler, server.url)
        assert send(handler, server.url).body == b"<ok/>"
    assert server.connections == 2


def raw_deflate(text: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(text) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", raw_deflate), ("identity", bytes)]
)
def test_an_encoded_body_is_unpacked(handler, encoding, pack):
    """gzip and deflate (both forms) are decoded, although they are never requested."""
    with WireServer(answering(reply(pack(b"<a/>" * 99), "200 OK", f"Content-Encoding: {encoding}"))) as server:
        assert send(handler, server.url).body == b"<a/>" * 99


@pytest.mark.parametrize(
    ("encoding", "body", "words"),
    [
        ("gzip", gzip.compress(b"\0" * 50_000_000, 9, mtime=0), "1048576 bytes"),
        ("deflate", zlib.compress(b"\0" * 50_000_000, 9), "1048576 bytes"),
        ("gzip", gzip.compress(b"<a/>" * 99, mtime=0)[:-9], "not valid gzip"),
        ("gzip", b"<a/>", "not valid gzip"),
        ("br", b"<a/>", "'br'"),
    ],
)
def test_a_bomb_or_broken_encoding_is_refused(handler, encoding, body, words):
    """A body that exceeds the limit when decoded, or cannot be decoded, is a ResponseParseError."""
    with WireServer(answering(reply(body, "200 OK", f"Content-Encoding: {encoding}"))) as server:
        tracemalloc.start()
        try:
            error = failure(handler, server.url)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert isinstance(error, ResponseParseError)
    assert words in str(error)
    assert peak < 6 * MAX_BODY


@pytest.mark.parametrize("head", [b"X-A: " + b"x" * 70000, b"\r\n".join(b"X-%d: x" % n for n in range(150))])
def test_huge_headers_are_refused(handler, head):
    """An endless header line, or too many header lines, is a ResponseParseError that is not retried."""
    with WireServer(answering(b"HTTP/1.1 200 OK\r\n" + head + b"\r\nContent-Length: 0\r\n\r\n", close=True)) as server:
        error = failure(handler, server.url)
    assert isinstance(error, ResponseParseError)
    assert not error.retryable


# --- bounded in time ---

DRIPS = {
    "headers": dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"x"),
    "status": dripping(b"HTTP/1.1 2", b"0"),
    "continue": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
    "chunks": dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "chunk size": dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    "until close": dripping(b"HTTP/1.0 200 OK\r\n\r\n", b"x"),
    "nothing": silent,
}


@pytest.mark.parametrize("drip", DRIPS)
def test_the_deadline_holds_against_a_dripping_answer(handler, drip):
    """A response that never ends is given up with DeadlineExceededError, however slowly data arrives."""
    with WireServer(DRIPS[drip]) as server:
        error = failure(handler, server.url, Control(None, None, deadline=time.monotonic() + 0.1))
    assert isinstance(error, DeadlineExceededError)


@pytest.mark.parametrize("drip", DRIPS)
@pytest.mark.parametrize(("limit", "kind"), [("read_timeout", ReadTimeoutError), ("deadline", DeadlineExceededError)])
def test_one_limit_covers_all_waits_for_an_answer(direct, drip, limit, kind, monkeypatch):
    """Single bytes extend neither the read timeout nor the deadline: every wait asks for its end at the same instant."""
    clock = HandTime().replace(monkeypatch, "handlers.exchange")
    waits = record_polls(monkeypatch, clock, 60.0 if drip == "nothing" else 0.03)
    with WireServer(DRIPS[drip]) as server:
        error = failure(direct, server.url, Control(**{limit: 0.1 if limit == "read_timeout" else 1000.1}))
    assert type(error) is kind
    assert ("0.1 s" in str(error), error.retryable) == (limit == "read_timeout",) * 2
    assert len(waits) == (1 if drip == "nothing" else 4)
    assert {wait.end for wait in waits} == {1000.1}


def record_reads(monkeypatch, clock: HandTime, takes: float) -> list[float | None]:
    """Record the timeouts of sockets in the reads of the libraries, each of which takes some seconds of *clock*."""
    timeouts, true = [], socket.socket.recv_into

    def recv_into(sock, *more):
        timeouts.append(sock.gettimeout())
        clock.advance(takes)
        return true(sock, *more)

    monkeypatch.setattr(socket.socket, "recv_into", recv_into)
    return timeouts


@pytest.mark.parametrize("kind", ["urllib3", "requests"])
def test_the_libraries_wait_for_a_body_no_longer_than_the_rest_of_the_read_timeout(kind, monkeypatch):
    """Whatever they have read of it already."""
    clock = HandTime().replace(monkeypatch, "handlers.exchange", "http")
    timeouts = record_reads(monkeypatch, clock, 7.0)
    handler = acquire_handler(kind, HandlerOptions())
    with WireServer(DRIPS["body"]) as server:
        error = failure(handler, server.url, Control(read_timeout=20.0))
    release_handler(handler)
    assert isinstance(error, ReadTimeoutError)
    assert timeouts == [20.0, 20.0, 13.0, 6.0]  # the first is that of the headers


def test_a_short_deadline_does_not_haunt_the_connection(handler, monkeypatch):
    """The timeouts of a call on an idle connection are its own, not those of the previous call."""
    clock = HandTime().replace(monkeypatch, "handlers.exchange", "http")
    polls, timeouts = record_polls(monkeypatch, clock, 0.0), record_reads(monkeypatch, clock, 0.0)
    with WireServer(answering(reply(b"<one/>"), reply(b"<two/>"))) as server:
        send(handler, server.url, Control(deadline=clock.now + 20))
        assert {*timeouts, *(wait.seconds for wait in polls)} == {20.0}
        timeouts.clear(), polls.clear()
        assert send(handler, server.url, Control(read_timeout=25)).body == b"<two/>"
        assert {*timeouts, *(wait.seconds for wait in polls)} == {25.0}
    assert server.connections == 1


def test_a_deadline_that_has_passed_sends_nothing(handler):
    """A call without time left opens no connection."""
    with WireServer(answering(reply())) as server:
        assert isinstance(failure(handler, server.url, Control(deadline=time.monotonic() - 1)), DeadlineExceededError)
    assert server.connections == 0


@pytest.mark.parametrize("reused", [False, True])
def test_sending_is_bounded_too(handler, reused):
    """A server that does not read a long body cannot delay the call beyond its deadline."""

    def deaf(sock, server, _):
        if reused:
            server.read(sock)
            sock.sendall(reply())
        server.stopped.wait()

    with WireServer(deaf) as server:
        if reused:
            send(handler, server.url)
        control = Control(None, None, deadline=time.monotonic() + 0.1)
        error = failure(handler, server.url, control, body=b"x" * 30_000_000)
    assert isinstance(error, DeadlineExceededError)


def test_sending_may_take_longer_than_connecting(direct, monkeypatch):
    """The connect timeout does not apply after the connection is open. The answer has the read timeout for itself."""
    clock = HandTime().replace(monkeypatch, "handlers.exchange")
    waits = record_polls(monkeypatch, clock, 2.0, events=READ | WRITE)
    with WireServer(answering(reply()), buffer=32768) as server:
        assert send(direct, server.url, Control(connect_timeout=5, read_timeout=2000), body=b"x" * 8_000_000).status == 200
    connecting, *sending_waits, answer = waits
    assert (connecting.seconds, answer) == (5.0, Wait(clock.now - 2.0, 2000.0))
    assert {wait.end for wait in sending_waits} == {3002.0}


@pytest.mark.parametrize(
    ("control", "kind"),
    [({"connect_timeout": 0.15}, ConnectTimeoutError), ({"deadline": 0.15}, DeadlineExceededError)],
)
def test_connecting_is_bounded(handler, control, kind):
    """A connection attempt that gets no response ends at its timeout."""
    if "deadline" in control:
        control = {"connect_timeout": None, "deadline": time.monotonic() + control["deadline"]}
    with unanswering_port() as port:
        error = failure(handler, f"http://127.0.0.1:{port}/", Control(**control))
    assert type(error) is kind


def addresses(monkeypatch, *ports: int) -> None:
    """Let the name `many.test` have one address for each port."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]
    true = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more: found if host == "many.test" else true(host, *more))


def test_all_addresses_share_the_connect_timeout(direct, monkeypatch):
    """Each of four unreachable addresses has its share before the next is tried, and the last one what is left."""
    clock = HandTime().replace(monkeypatch, "handlers.exchange")
    waits = record_polls(monkeypatch, clock, 60.0, events=WRITE)
    with unanswering_port() as port:
        addresses(monkeypatch, port, port, port, port)
        with pytest.raises(ConnectTimeoutError):
            send(direct, "http://many.test/", Control(connect_timeout=0.5))
    assert waits == [Wait(1000.0, 0.125), Wait(1000.125, 0.125), Wait(1000.25, 0.125), Wait(1000.375, 0.125)]


def test_a_dead_address_leaves_time_for_the_next(handler, monkeypatch):
    """If the first address does not respond, the second one still does within the connect timeout."""
    limit = 20 if isinstance(handler, DirectHandler) else 0.3  # the libraries give it to every address
    with unanswering_port() as port, WireServer(answering(reply())) as server:
        addresses(monkeypatch, port, free_port(), server.port)
        assert send(handler, "http://many.test/", Control(connect_timeout=limit)).status == 200


# --- aborted ---

WAITS = {"headers": silent, "body": DRIPS["body"], "body until close": dripping(b"HTTP/1.0 200 OK\r\n\r\n<a/>", b"", None)}


CONNECTING = pytest.param(
    "connect", False, marks=pytest.mark.skipif(sys.platform != "linux", reason="a connecting socket is only woken on Linux")
)


@pytest.mark.parametrize(("wait", "reused"), [CONNECTING, *((wait, reused) for wait in WAITS for reused in (False, True))])
def test_an_abort_ends_the_exchange_at_once(handler, wait, reused):
    """An abort from another thread ends any wait, which has no other end, and is not retried."""
    waiting, arrived = told(WAITS.get(wait, silent))

    def behave(sock, server, number):
        if reused and not server.requests:
            server.read(sock)
            sock.sendall(reply())
        waiting(sock, server, number)

    controller = AbortController()
    with unanswering_port() as port, WireServer(behave) as server:
        if reused:
            send(handler, server.url)
        if wait == "connect":
            threading.Timer(0.1, controller.abort, args=("enough",)).start()
        else:
            once(arrived, lambda: controller.abort("enough"))
        url = f"http://127.0.0.1:{port}/" if wait == "connect" else server.url
        error = failure(handler, url, Control(None, None, abort=controller.signal))
    assert isinstance(error, RequestAbortedError)
    assert "enough" in str(error)
    assert server.connections <= 1


def test_an_abort_before_sends_nothing(handler):
    """With an aborted signal no connection is opened."""
    controller = AbortController()
    controller.abort()
    with WireServer(answering(reply())) as server:
        assert isinstance(failure(handler, server.url, Control(abort=controller.signal)), RequestAbortedError)
    assert server.connections == 0


def test_an_abort_after_the_answer_leaves_the_connection_alone(handler):
    """The signal of a finished exchange does not affect the connection, which may serve other calls by then."""
    controller = AbortController()
    with WireServer(answering(reply())) as server:
        send(handler, server.url, Control(abort=controller.signal))
        assert not controller.signal._listeners
        controller.abort()
        assert send(handler, server.url).status == 200
    assert server.connections == 1


def test_watching_for_an_abort_leaks_no_descriptor(handler):
    """The descriptor for an abort is closed with its exchange."""
    with WireServer(answering(reply())) as server:
        send(handler, server.url)
        before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
        for _ in range(20):
            send(handler, server.url, Control(abort=AbortController().signal))
        after = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    assert after <= before + 2


# --- broken connections ---


def stale(end, *, answers: int = 1):
    """Respond on the first connection, then break it after the next request. Later connections work."""

    def behave(sock, server, number):
        for _ in range(answers if number == 1 else 99):
            if not server.read(sock):
                return
            sock.sendall(reply(b"%d" % number))
        server.read(sock)
        end(sock)

    return behave


@pytest.mark.parametrize("end", [socket.socket.close, reset], ids=["closed", "reset"])
def test_a_stale_connection_is_replaced(direct, end):
    """An idle connection that breaks before the first byte causes no error: the request is sent on a new one."""
    with WireServer(stale(end)) as server:
        assert send(direct, server.url).body == b"1"
        assert send(direct, server.url).body == b"2"
    assert server.connections == 2


def test_every_stale_connection_may_be_met(direct):
    """If all idle connections are dead, one failure is enough to use a new one."""
    both = threading.Barrier(2)

    def behave(sock, server, number):
        while server.read(sock):
            if number <= 2:
                both.wait(2)
                sock.sendall(reply())
                server.read(sock)
                reset(sock)
                return
            sock.sendall(reply(b"fresh"))

    with WireServer(behave) as server:
        first = threading.Thread(target=send, args=(direct, server.url))
        first.start()
        send(direct, server.url)
        first.join()
        assert send(direct, server.url).body == b"fresh"
    assert server.connections == 3


def test_a_reset_within_the_answer_is_not_repeated(handler, monkeypatch):
    """After a byte of the response has arrived, the request was processed. A reset is then an error on any connection."""
    read = reads_of_this_thread(monkeypatch)

    def behave(sock, server, _):
        server.read(sock)
        sock.sendall(reply())
        server.read(sock)
        read.clear()
        sock.sendall(reply(b"<a", length=99))
        assert read.wait(PATIENCE)
        reset(sock)

    with WireServer(behave) as server:
        send(handler, server.url)
        assert isinstance(failure(handler, server.url), EndpointConnectionError)
    assert server.connections == 1


def test_a_connection_closed_while_idle_is_replaced(handler):
    """A connection that the server closed between two calls is detected."""
    with WireServer(answering(reply(), close=True)) as server:
        for number in range(1, 4):
            assert send(handler, server.url).status == 200
            wait_until(lambda number=number: server.closed == number)
    assert server.connections == 3


def test_only_one_fresh_connection_is_tried(direct):
    """If the new connection breaks too, that is an error."""

    def behave(sock, server, number):
        server.read(sock)
        if number == 1:
            sock.sendall(reply())
            server.read(sock)
        reset(sock)

    with WireServer(behave) as server:
        send(direct, server.url)
        error = failure(direct, server.url)
    assert isinstance(error, EndpointConnectionError)
    assert server.connections == 2


@pytest.mark.parametrize("end", [socket.socket.close, reset], ids=["closed", "reset"])
def test_a_fresh_connection_that_breaks_is_an_error(handler, end):
    """A connection that breaks before the response is a retryable EndpointConnectionError. It is tried once."""

    def behave(sock, server, _):
        server.read(sock)
        end(sock)

    with WireServer(behave) as server:
        error = failure(handler, server.url)
    assert type(error) is EndpointConnectionError
    assert error.retryable
    assert error.code == "NetworkingError"
    assert "closed the connection" in str(error)
    assert server.connections == 1


BROKEN = {
    "cut body": (reply(b"<a", length=100), "2 of 100 bytes"),
    "cut chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n<a", "incomplete"),
    "bad chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<a/>\r\n0\r\n\r\n", "incomplete"),
    "cut headers": (b"HTTP/1.1 200 OK\r\nContent-Le", "incomplete"),
    "cut after a header": (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", "incomplete"),
}


BROKEN_BY_KIND = [(kind, case) for kind in KINDS for case in BROKEN if kind == "direct" or "header" not in case]
"""`http.client` takes the end of the connection as the end of the headers."""


@pytest.mark.parametrize(("kind", "case"), BROKEN_BY_KIND)
@pytest.mark.parametrize("reused", [False, True])
def test_a_cut_answer_is_a_retryable_error(kind, case, reused):
    """A body that is truncated or badly framed is never returned, and the request is not repeated here."""
    raw, words = BROKEN[case]
    answers = (reply(), raw) if reused else (raw,)

    def behave(sock, server, _):
        for answer in answers:
            if server.read(sock):
                sock.sendall(answer)

    handler = acquire_handler(kind, HandlerOptions())
    with WireServer(behave) as server:
        if reused:
            send(handler, server.url)
        error = failure(handler, server.url)
    release_handler(handler)
    assert type(error) is EndpointConnectionError
    assert error.retryable
    assert words in str(error)
    assert server.connections == 1


@pytest.mark.parametrize("raw", [b"garbage\r\n\r\n", b"\0\1\2\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n"])
def test_garbage_is_not_an_answer(handler, raw):
    """Data that is not HTTP is a retryable ResponseParseError."""
    with WireServer(answering(raw, close=True)) as server:
        error = failure(handler, server.url)
    assert isinstance(error, ResponseParseError)
    assert error.retryable


TWO_LENGTHS = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n<a/>"
BELOW_ZERO = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n<a/>"


@pytest.mark.parametrize("raw", [TWO_LENGTHS, BELOW_ZERO], ids=["two lengths", "a chunk below 0"])
@pytest.mark.parametrize("kind", [*KINDS, "session"])
def test_an_answer_that_lies_about_its_length(kind, raw):
    """The error is about the response, not about a request that cannot be sent, and is retryable."""
    made = (
        session_handler(requests.Session(), HandlerOptions()) if kind == "session" else acquire_handler(kind, HandlerOptions())
    )
    with WireServer(answering(raw, close=True)) as server:
        error = failure(made, server.url)
    release_handler(made)
    assert isinstance(error, (ResponseParseError, EndpointConnectionError))
    assert error.retryable
    assert "sent" not in str(error)


def test_a_refused_connection(handler):
    """A port without a server is an EndpointConnectionError with v2's code UnknownEndpoint."""
    port = free_port()
    error = failure(handler, f"http://127.0.0.1:{port}/")
    assert type(error) is EndpointConnectionError
    assert error.code == "UnknownEndpoint"
    assert f"127.0.0.1:{port} refused" in str(error)


def test_an_unknown_name(handler):
    """A name that cannot be resolved is an EndpointConnectionError that contains the name."""
    with pytest.raises(EndpointConnectionError) as caught:
        send(handler, "http://sts.nowhere.invalid/")
    assert caught.value.code == "UnknownEndpoint"
    assert caught.value.hostname == "sts.nowhere.invalid"
    assert "could not be resolved" in str(caught.value)


def test_the_global_host_has_a_hint_for_vpcs(handler, monkeypatch):
    """A connect timeout to sts.amazonaws.com has the hint that a VPC endpoint has only the regional name."""
    with unanswering_port() as port:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found)
        with pytest.raises(ConnectTimeoutError) as caught:
            send(handler, "https://sts.amazonaws.com/", Control(connect_timeout=0.05))
    assert "regional" in caught.value.hint


# --- shared, forked, loaded ---


@pytest.mark.parametrize("kind", KINDS)
def test_equal_options_share_a_handler(kind):
    """Clients with equal options share a handler. Those with different options or kinds do not."""
    one, two = acquire_handler(kind, HandlerOptions()), acquire_handler(kind, HandlerOptions())
    other = acquire_handler(kind, HandlerOptions(verify=False))
    try:
        assert one is two
        assert one is not other
    finally:
        for handler in (one, two, other):
            release_handler(handler)


@pytest.mark.parametrize("kind", KINDS)
def test_a_handler_lingers_after_its_last_user(kind, monkeypatch):
    """A client made soon reuses its connections. After LINGER seconds, the next use of any handler closes it."""

    options = HandlerOptions(max_pool=7)
    closed = threading.Event()

    def behave(sock, server, _):
        while server.read(sock):
            sock.sendall(reply())
        closed.set()

    with WireServer(behave) as server:
        handler = acquire_handler(kind, options)
        acquire_handler(kind, options)
        send(handler, server.url)
        release_handler(handler)
        release_handler(handler)
        again = acquire_handler(kind, options)
        assert again is handler
        send(again, server.url)
        assert server.connections == 1
        assert not closed.is_set()
        monkeypatch.setattr("sts.handlers.choose.LINGER", 0.0)
        release_handler(again)
        assert closed.wait(PATIENCE)
    fresh = acquire_handler(kind, options)
    assert fresh is not handler
    release_handler(fresh)


def test_a_client_that_is_dropped_gives_its_handler_back(monkeypatch, local_sts):
    """It is released like that of a closed client, and its connections are closed after LINGER seconds."""
    monkeypatch.setattr("sts.handlers.choose.LINGER", 0.0)
    client = STS(**local_sts.client_options(), verify=False)
    client.get_caller_identity()
    key = next(key for key in _registry.handlers if key[1].verify is False)
    handler = _registry.handlers[key]
    assert sum(map(len, handler._idle.values())) == 1
    del client
    gc.collect()
    release_handler(handler)  # any use of the registry; this one is not counted twice
    assert key not in _registry.handlers
    assert sum(map(len, handler._idle.values())) == 0


def test_a_handler_of_the_users_is_not_closed():
    """Releasing a handler that was not acquired does nothing."""

    class Mine:
        def close(self):
            raise AssertionError

    release_handler(Mine())


def in_child(work) -> int:
    """Run *work* in a forked child and return its exit status."""
    child = os.fork()
    if child == 0:
        signal.alarm(10)  # a deadlock would last for ever
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
@pytest.mark.parametrize("locked", [False, True])
def test_a_forked_child_has_connections_of_its_own(handler, locked):
    """The child opens its own connection, even if a thread held our locks at the fork. The parent keeps using its own."""

    with WireServer(answering(reply())) as server:
        send(handler, server.url)
        with held(_registry.lock, getattr(handler, "_lock", None)) if locked else nullcontext():

            def work():
                other = acquire_handler("direct", HandlerOptions(max_pool=3))
                assert send(handler, server.url, Control(read_timeout=2)).status == 200
                assert send(other, server.url.replace("127.0.0.1", "localhost"), Control(read_timeout=2)).status == 200
                release_handler(other)

            assert in_child(work) == 0
        assert server.connections == 3
        assert send(handler, server.url).status == 200
        assert server.connections == 3


@contextmanager
def held(*locks):
    """Hold *locks* on another thread."""
    ready, end = threading.Event(), threading.Event()

    def hold():
        with ExitStack() as stack:
            for lock in filter(None, locks):
                stack.enter_context(lock)
            ready.set()
            end.wait(20)

    thread = threading.Thread(target=hold)
    thread.start()
    ready.wait()
    try:
        yield
    finally:
        end.set()
        thread.join()


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("h.handler_options()", "urllib3 requests ssl certifi http.client"),
        ("h.acquire_handler('direct', h.HandlerOptions())", "urllib3 requests ssl certifi http.client email"),
        ("h.acquire_handler('urllib3', h.HandlerOptions())", "requests"),
    ],
)
def test_libraries_are_loaded_when_needed(code, absent):
    """The package loads no HTTP library, and the default handler does not load requests."""
    check = f"import sts.handlers as h; {code}\nimport sys\nprint([name for name in {absent.split()!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_session_handler_needs_no_import_by_the_caller():
    """`session_handler` wraps a user's session."""
    with requests.Session() as session, WireServer(answering(reply())) as server:
        assert send(session_handler(session, HandlerOptions()), server.url).status == 200
