"""The default handler: what it sends, which connections it reuses, and how every wait ends."""

from __future__ import annotations

import errno
import gc
import os
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

import sts.handlers.resolve
from sts import STS
from sts.errors import (
    ConnectTimeoutError,
    DeadlineExceededError,
    EndpointConnectionError,
    ReadTimeoutError,
    RequestAbortedError,
    ResponseParseError,
    TransportError,
)
from sts.handlers import HandlerOptions
from sts.handlers.connections import WRITE
from sts.handlers.direct import DirectHandler
from sts.http import AbortController, Control
from tests.support.clocks import HandTime, reads_of_this_thread, record_polls
from tests.support.fakes import CALLER, CREDENTIALS
from tests.support.threads import PATIENCE, wait_until
from tests.support.wire import WireServer, answering, free_port, reply, request, reset, silent, unanswering_port

SLOW = Control(20, 20)
OURS = os.path.dirname(sts.handlers.resolve.__file__)


@pytest.fixture
def handler() -> Iterator[DirectHandler]:
    made = DirectHandler()
    yield made
    made.close()


def test_a_request_is_one_write(handler: DirectHandler, monkeypatch: pytest.MonkeyPatch) -> None:
    """Headers and body of a small request are one packet, sent from at most five frames of the library."""
    writes, depths = [], []
    true = socket.socket.send

    def send(self: socket.socket, data: bytes) -> int:
        writes.append(bytes(data))
        frame, ours = sys._getframe(), 0
        while frame is not None:
            ours += OURS in frame.f_code.co_filename
            frame = frame.f_back  # type: ignore[assignment]
        depths.append(ours)
        return true(self, data)

    monkeypatch.setattr(socket.socket, "send", send, raising=False)
    with WireServer(answering(reply())) as server:
        handler.send(request(server.url, b"Action=A"), control=SLOW)
    sent = [write for write in writes if write.startswith(b"POST / ")]
    assert len(sent) == 1
    assert sent[0].endswith(b"\r\n\r\nAction=A")
    assert max(depths) <= 5


# --- which connections are kept ---

LEFT_OVER = {
    "surplus": reply() + b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<bad>",
    "a second Connection line": reply(b"<ok/>", "200 OK", "Connection: keep-alive", "Connection: close"),
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n<ok/>",
    "a redirect": reply(b"<ok/>", "302 Found", "Location: /"),
}


@pytest.mark.parametrize("case", LEFT_OVER)
def test_a_connection_that_may_hold_more_is_not_kept(handler: DirectHandler, case: str) -> None:
    """Leftover bytes would be taken as the response to another call."""
    with WireServer(answering(LEFT_OVER[case])) as server:
        for _ in range(2):
            handler.send(request(server.url), control=SLOW)
    assert server.connections == 2


def test_bytes_that_come_late_cost_the_connection(handler: DirectHandler) -> None:
    """The connection is checked before each use."""
    there = threading.Event()

    def behave(sock: socket.socket, server: WireServer, number: int) -> None:
        while server.read(sock):
            sock.sendall(reply(b"%d" % number))
            if number == 1:
                there.wait(PATIENCE)
                sock.sendall(reply(b"<bad>"))
                there.clear()

    with WireServer(behave) as server:
        assert handler.send(request(server.url), control=SLOW).body == b"1"
        there.set()
        wait_until(lambda: not there.is_set())
        assert handler.send(request(server.url), control=SLOW).body == b"2"


def test_an_interim_answer_is_not_the_answer_to_the_next_call(handler: DirectHandler) -> None:
    """103 Early Hints come before each response on one connection."""

    def behave(sock: socket.socket, server: WireServer, _: int) -> None:
        while server.read(sock):
            sock.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
            sock.sendall(reply(server.requests[-1][1]))

    with WireServer(behave) as server:
        for name in (b"alice", b"bobby", b"carol"):
            assert handler.send(request(server.url, name), control=SLOW).body == name
    assert server.connections == 1


def test_idle_connections_are_closed_after_a_minute(handler: DirectHandler, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is closed at the next use of the handler, for any host."""
    closed = threading.Event()

    def behave(sock: socket.socket, server: WireServer, _: int) -> None:
        while server.read(sock):
            sock.sendall(reply())
        closed.set()

    with WireServer(behave) as server, WireServer(answering(reply())) as other:
        handler.send(request(server.url), control=SLOW)
        now = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: now + 61)
        handler.send(request(other.url), control=SLOW)
        assert closed.wait(PATIENCE)


def test_no_more_connections_are_kept_than_max_pool() -> None:
    """The most recently used ones are kept."""
    made = DirectHandler(HandlerOptions(max_pool=2))
    barrier = threading.Barrier(5)

    def behave(sock: socket.socket, server: WireServer, _: int) -> None:
        while server.read(sock):
            barrier.wait(PATIENCE)
            sock.sendall(reply())

    with WireServer(behave) as server:
        threads = [threading.Thread(target=made.send, args=(request(server.url),), kwargs={"control": SLOW}) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [len(kept) for kept in made._idle.values()] == [2]
    made.close()


@pytest.mark.parametrize("options", [{"max_attempts": 1}, {"retry_mode": "off"}], ids=str)
@pytest.mark.parametrize("seen", [True, False], ids=["closed before", "closed when used"])
def test_one_attempt_is_one_request_on_the_wire(options: dict[str, object], seen: bool) -> None:
    """A closed idle connection is not used. One that breaks after the request is an error, and nothing is sent again."""

    def behave(sock: socket.socket, server: WireServer, number: int) -> None:
        server.read(sock)
        sock.sendall(reply(CALLER.encode()))
        if number == 1 and not seen:
            server.read(sock)

    with WireServer(behave) as server, STS(**CREDENTIALS, endpoint=server.url, **options) as client:
        client.get_caller_identity()
        if seen:
            wait_until(lambda: server.closed)
            client.get_caller_identity()
        else:
            with pytest.raises(EndpointConnectionError):
                client.get_caller_identity()
        assert len(server.requests) == 2


def test_a_broken_connection_costs_no_attempt_where_more_are_allowed() -> None:
    """The request is sent once more on a new connection."""

    def behave(sock: socket.socket, server: WireServer, number: int) -> None:
        server.read(sock)
        sock.sendall(reply(CALLER.encode()))
        server.read(sock)

    with WireServer(behave) as server, STS(**CREDENTIALS, endpoint=server.url) as client:
        client.get_caller_identity()
        assert client.get_caller_identity()["ResponseMetadata"]["Attempts"] == 1
        assert len(server.requests) == 3


# --- an answer that comes early ---


@pytest.mark.parametrize("end", ["open", "reset"])
def test_an_answer_that_comes_while_the_request_is_sent_is_read(
    handler: DirectHandler, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Servers reject a large body without reading it, and keep the connection open or reset it after the answer was read."""
    read = reads_of_this_thread(monkeypatch)

    def refuse(sock: socket.socket, server: WireServer, _: int) -> None:
        sock.recv(1000)
        sock.sendall(reply(b"<too-large/>", "413 Content Too Large", "Connection: close"))
        if end == "reset":
            assert read.wait(PATIENCE)
            reset(sock)
        else:
            server.stopped.wait()

    with WireServer(refuse, buffer=4096) as server:
        answer = handler.send(request(server.url, b"x" * 20_000_000), control=SLOW)
    assert (answer.status, answer.body) == (413, b"<too-large/>")


# --- names and addresses ---


@pytest.fixture
def slow_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """List of the names that are looked up. The look-ups end with the test."""
    end, asked = threading.Event(), []
    true = socket.getaddrinfo

    def getaddrinfo(host: object, *more: object) -> object:
        asked.append(host)
        end.wait()
        return true("127.0.0.1", *more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield asked
    end.set()
    wait_until(lambda: not sts.handlers.resolve._state.pending)


def test_a_slow_resolver_is_bounded(handler: DirectHandler, slow_names: list[object]) -> None:
    """The connect timeout, the deadline and an abort end it, each alone. All calls share one look-up."""
    with pytest.raises(ConnectTimeoutError):
        handler.send(request("http://slow.test/"), control=Control(0.1, None))
    with pytest.raises(DeadlineExceededError):
        handler.send(request("http://slow.test/"), control=Control(None, None, time.monotonic() + 0.1))
    controller = AbortController()
    threading.Timer(0.1, controller.abort).start()
    with pytest.raises(RequestAbortedError):
        handler.send(request("http://slow.test/"), control=Control(None, None, abort=controller.signal))
    assert slow_names == ["slow.test"]


@pytest.mark.usefixtures("slow_names")
def test_every_wait_ends_while_the_clock_stands_still(handler: DirectHandler, monkeypatch: pytest.MonkeyPatch) -> None:
    """freezegun stops `time.monotonic` too: name resolution, connection and response keep their limits all the same."""
    HandTime().replace(monkeypatch, "handlers.exchange", "handlers.direct", "http")
    with WireServer(silent) as server, unanswering_port() as port:
        waits = (
            ("http://slow.test/", ConnectTimeoutError),
            (f"http://127.0.0.1:{port}/", ConnectTimeoutError),
            (server.url, ReadTimeoutError),
        )
        for target, kind in waits:
            with pytest.raises(kind):
                handler.send(request(target), control=Control(0.1, 0.1))


def test_look_ups_that_hang_are_bounded_in_number(handler: DirectHandler, slow_names: list[object]) -> None:
    """Forty names that hang use only the allowed number of threads."""
    for number in range(40):
        with pytest.raises(ConnectTimeoutError):
            handler.send(request(f"http://n{number}.test/"), control=Control(0.01, 1))
    assert len(slow_names) <= sts.handlers.resolve.MAX_THREADS


def test_no_thread_is_needed_for_an_address(handler: DirectHandler, monkeypatch: pytest.MonkeyPatch) -> None:
    """This holds for IPv4 and IPv6 addresses, and for a name with an idle connection."""
    with WireServer(answering(reply())) as server:
        named = server.url.replace("127.0.0.1", "localhost")
        handler.send(request(named), control=SLOW)

        def refuse(*_: object) -> None:
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr("_thread.start_new_thread", refuse)
        assert handler.send(request(server.url), control=SLOW).status == 200
        assert handler.send(request(named), control=SLOW).status == 200
        with pytest.raises(EndpointConnectionError):
            handler.send(request(f"http://[::1]:{free_port()}/"), control=SLOW)
        with pytest.raises(TransportError, match="no thread can be started"):
            handler.send(request("http://other.test/"), control=SLOW)


@pytest.mark.parametrize(("limit", "head_start"), [(0.6, 0.25), (0.4, 0.2), (None, 0.25)])
def test_a_silent_address_leaves_time_for_the_next(
    handler: DirectHandler, limit: float | None, head_start: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its head start is a quarter of a second, or half of a shorter connect timeout."""
    clock = HandTime().replace(monkeypatch, "handlers.exchange")
    waits = record_polls(monkeypatch, clock, 60.0, 0.1, events=WRITE)
    with unanswering_port() as port, WireServer(answering(reply())) as server:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", place)) for place in (port, server.port)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found)
        assert handler.send(request("http://two.test/"), control=Control(limit, 20)).status == 200
    rest = None if limit is None else pytest.approx(limit - head_start)
    assert [wait.seconds for wait in waits] == [pytest.approx(head_start), rest]


# --- every wait ends ---


def garbage(sock: socket.socket, server: WireServer, _: int) -> None:
    server.read(sock)
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n<ok/>")
    server.stopped.wait()


def in_signal_handler(abort: Callable[[], None]) -> None:
    signal.signal(signal.SIGALRM, lambda *_: abort())
    signal.setitimer(signal.ITIMER_REAL, 0.1)


@pytest.mark.parametrize("phase", ["resolve", "connect", "handshake", "send", "answer", "body"])
@pytest.mark.parametrize("how", ["thread", "signal handler"])
@pytest.mark.usefixtures("slow_names")
def test_an_abort_ends_every_phase(handler: DirectHandler, phase: str, how: str) -> None:
    """From another thread and from a signal handler. Nothing else would end it."""

    def half(sock: socket.socket, server: WireServer, _: int) -> None:
        server.read(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<")
        server.stopped.wait()

    controller = AbortController()
    with unanswering_port() as port, WireServer(half if phase == "body" else silent, buffer=4096) as server:
        url = {
            "resolve": "http://slow.test/",
            "connect": f"http://127.0.0.1:{port}/",
            "handshake": server.url.replace("http:", "https:"),
        }.get(phase, server.url)
        if how == "thread":
            threading.Timer(0.1, controller.abort).start()
        else:
            in_signal_handler(controller.abort)
        with pytest.raises(RequestAbortedError):
            body = b"x" * (20_000_000 if phase == "send" else 5)
            handler.send(request(url, body), control=Control(None, None, abort=controller.signal))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="descriptors are listed in /proc")
@pytest.mark.parametrize("case", ["refused", "reset", "garbage", "timeout", "cut"])
def test_failing_calls_leave_no_descriptors(handler: DirectHandler, case: str) -> None:
    """The error of the last address is raised."""
    behave = {"reset": lambda sock, *_: reset(sock), "garbage": garbage, "timeout": silent}.get(
        case, answering(reply(b"<", length=9), close=True)
    )
    with WireServer(behave) as server:
        port = free_port() if case == "refused" else server.port
        for _ in range(200 if case != "timeout" else 20):
            with pytest.raises(TransportError):
                handler.send(request(f"http://127.0.0.1:{port}/"), control=Control(5, 0.01 if case == "timeout" else 5))
        assert connections_to(port) == 0


def connections_to(port: int) -> int:
    """Return the number of descriptors of this process that are connections to *port*, or duplicates of them."""
    count = 0
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            if os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                with socket.socket(fileno=os.dup(int(name))) as sock:
                    count += sock.getpeername()[1] == port
    return count


def test_too_many_open_files_leave_no_socket_behind(handler: DirectHandler, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the duplicate descriptor for aborts cannot be made, the socket itself is closed."""

    def dup(_: int) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    with WireServer(answering(reply())) as server:
        monkeypatch.setattr(socket, "dup", dup)
        with pytest.raises(TransportError, match="too many files open"):
            handler.send(request(server.url), control=SLOW)
        gc.collect()  # a socket that is collected unclosed is a warning, which is an error here


def own_echo(sock: socket.socket, server: WireServer, number: int) -> None:
    """Respond to each request with its own body, independent of other connections."""
    data = b""
    while True:
        head, end, rest = data.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]) if end else 0
        if not end or len(rest) < length:
            block = sock.recv(65536)
            if not block:
                return
            data += block
            continue
        data = rest[length:]
        sock.sendall(reply(rest[:length]))


def test_threads_share_connections_while_they_are_swept_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call gets its own response, and no error from the cleanup of another thread."""
    monkeypatch.setattr("sts.handlers.direct.LONGEST_IDLE", 0.0)
    handler = DirectHandler(HandlerOptions(max_pool=2))
    failures: list[BaseException] = []
    over = threading.Event()

    def call(number: int) -> None:
        try:
            for turn in range(60):
                body = f"{number}.{turn}".encode()
                assert handler.send(request(server.url, body), control=SLOW).body == body
        except BaseException as error:
            failures.append(error)

    def housekeep() -> None:
        try:
            while not over.is_set():
                handler.close()
        except BaseException as error:
            failures.append(error)

    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with WireServer(own_echo) as server:
            keeper = threading.Thread(target=housekeep)
            callers = [threading.Thread(target=call, args=(number,)) for number in range(8)]
            for thread in (keeper, *callers):
                thread.start()
            for thread in callers:
                thread.join()
            over.set()
            keeper.join()
            handler.close()
            assert connections_to(server.port) == 0
    finally:
        sys.setswitchinterval(switch)
    assert failures == []


def test_a_malformed_answer_closes_the_connection(handler: DirectHandler) -> None:
    """The bytes after it cannot be trusted."""
    with WireServer(garbage) as server:
        with pytest.raises(ResponseParseError, match=r"RFC 9112, 6\.3"):
            handler.send(request(server.url), control=SLOW)
        assert handler._idle == {}


def test_errors_hold_no_bytes_of_the_exchange(handler: DirectHandler) -> None:
    """The frames of an error contain neither the request nor the response."""
    with WireServer(garbage) as server, pytest.raises(ResponseParseError) as caught:
        handler.send(request(server.url, b"s3cret-request"), control=SLOW)
    trace = caught.value.__traceback__
    while trace is not None:
        if OURS in trace.tb_frame.f_code.co_filename:
            assert "s3cret" not in repr(trace.tb_frame.f_locals)
        trace = trace.tb_next
    assert caught.value.__cause__ is not None
    assert caught.value.__cause__.__traceback__ is None


def test_a_linger_is_no_wait(handler: DirectHandler) -> None:
    """Closing a connection with unread bytes does not block."""

    def endless(sock: socket.socket, server: WireServer, _: int) -> None:
        server.read(sock)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0))
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 100_000)

    with WireServer(endless) as server, pytest.raises(ResponseParseError):
        handler.send(request(server.url), control=SLOW)
