"""The handler of AsyncSTS: on the loop, with limits in every phase, a limited number of connections, and no threads."""

from __future__ import annotations

import _thread
import asyncio
import gc
import os
import random
import socket
import ssl
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from sts import AbortController, AsyncSTS, errors
from sts.handlers.direct_async import AsyncDirectHandler, OriginPool
from sts.handlers.exchange import Exchange
from sts.handlers.options import HandlerOptions
from sts.http import Control
from sts.testing import LocalSTS
from tests.handlers.test_direct import connections_to
from tests.support.threads import PATIENCE, reached
from tests.support.wire import Authority, WireServer, answering, dripping, reply, request, server_tls, silent, unanswering_port

try:
    import uvloop
except ImportError:
    uvloop = None

Main = Callable[[AsyncDirectHandler], Coroutine[Any, Any, Any]]
SHORT = 0.1
"""Seconds after which something endless is ended. The tests show that it ends, not when."""


@pytest.fixture(params=["asyncio", pytest.param("uvloop", marks=pytest.mark.skipif(uvloop is None, reason="no uvloop"))])
def run(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Return a function that runs a coroutine function with a handler. No task, warning or open connection may remain."""

    def run(main: Main, **options: Any) -> Any:
        handler = AsyncDirectHandler(HandlerOptions(**options))
        loop = uvloop.new_event_loop() if request.param == "uvloop" else asyncio.new_event_loop()
        problems: list[Any] = []
        loop.set_exception_handler(lambda loop, context: problems.append(context))

        async def whole() -> Any:
            try:
                return await asyncio.wait_for(main(handler), 60)
            finally:
                handler.close()
                for _ in range(3):
                    await asyncio.sleep(0)

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                warnings.filterwarnings("ignore", "The certificate of .* is not verified")
                result = loop.run_until_complete(whole())
                left = asyncio.all_tasks(loop)
                gc.collect()
        finally:
            loop.close()
        assert problems == []
        assert left == set()
        return result

    return run


def send(handler: AsyncDirectHandler, url: str, control: Control | None = None, body: bytes = b"a=b") -> Any:
    return handler.send(request(url, body), control=control or Control(5.0, 20.0))


def test_a_connection_is_kept(run: Any) -> None:
    """Sequential calls use the same connection."""

    async def main(handler: AsyncDirectHandler) -> list[bytes]:
        return [(await send(handler, server.url)).body for _ in range(3)]

    with WireServer(answering(reply(b"<one/>"), reply(b"<two/>"))) as server:
        assert run(main) == [b"<one/>", b"<two/>", b"<two/>"]
        assert server.connections == 1
        head, body = server.requests[0]
        assert head.startswith(b"POST / HTTP/1.1\r\n")
        assert body == b"a=b"


def test_no_more_connections_than_allowed_and_first_come_first_served(run: Any) -> None:
    """Further calls wait in a queue. The requests are sent in the order of the calls."""

    async def main(handler: AsyncDirectHandler) -> None:
        calls = [asyncio.ensure_future(send(handler, server.url, body=str(number).encode())) for number in range(60)]
        await asyncio.gather(*calls)

    with WireServer(answering(reply())) as server:
        run(main, max_pool=1)
        assert server.connections == 1
        assert [int(body) for _, body in server.requests] == list(range(60))
    with WireServer(answering(reply())) as server:
        run(main, max_pool=8)
        assert server.connections <= 8
        assert len(server.requests) == 60


def test_a_cancelled_task_closes_its_connection_and_nothing_else(run: Any) -> None:
    """Other calls continue. Those in the queue get the connection."""
    gone, go_on = threading.Event(), threading.Event()

    def behave(sock: socket.socket, server: WireServer, number: int) -> None:
        while server.read(sock):
            if server.requests[-1][1] == b"hang":
                sock.settimeout(60)
                if not sock.recv(1):
                    gone.set()
                return
            go_on.wait(60)
            sock.sendall(reply())

    async def main(handler: AsyncDirectHandler) -> int:
        hanging = asyncio.ensure_future(send(handler, server.url, body=b"hang"))
        other = asyncio.ensure_future(send(handler, server.url))
        await reached(lambda: len(server.requests) == 2)
        in_line = [asyncio.ensure_future(send(handler, server.url)) for _ in range(3)]
        await asyncio.sleep(0)
        in_line[0].cancel()
        hanging.cancel()
        assert await asyncio.to_thread(gone.wait, 60)
        go_on.set()
        ended = await asyncio.gather(hanging, other, *in_line, return_exceptions=True)
        assert [type(one) for one in ended[:3:2]] == [asyncio.CancelledError] * 2
        return [getattr(one, "status", None) for one in ended].count(200)

    with WireServer(behave) as server:
        assert run(main, max_pool=2) == 3


def test_a_call_cancelled_when_its_turn_comes_passes_the_turn_on(run: Any) -> None:
    """Otherwise the connection would be lost permanently."""

    async def main(handler: AsyncDirectHandler) -> None:
        for _ in range(20):
            first, second, third = (asyncio.ensure_future(send(handler, server.url)) for _ in range(3))
            first.add_done_callback(lambda _, second=second: second.cancel())  # type: ignore[misc]  # second's turn has come
            await asyncio.wait([first, second, third])
            assert third.result().status == 200

    with WireServer(answering(reply())) as server:
        run(main, max_pool=1)


def cut_body(sock: socket.socket, server: WireServer, number: int) -> None:
    server.read(sock)
    sock.sendall(reply(b"<ok", length=30))


def bound(control: dict[str, Any]) -> Control:
    limits = {"connect_timeout": 20.0, "read_timeout": 20.0, **control}
    deadline = limits.pop("timeout", None)
    return Control(**limits, deadline=None if deadline is None else time.monotonic() + deadline)


PHASES: dict[str, tuple[Any, str, str]] = {
    "handshake": (silent, "https", "connect_timeout"),
    "answer": (silent, "http", "read_timeout"),
    "headers": (dripping(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"), "http", "read_timeout"),
    "body": (dripping(reply(length=10**5), b"x"), "http", "read_timeout"),
}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("option", ["own", "timeout", "abort"])
def test_every_phase_is_bounded(run: Any, phase: str, option: str) -> None:
    """Its timeout, the deadline and an abort from another thread end it, however slowly data arrives."""
    behave, scheme, own = PHASES[phase]
    controller = AbortController()

    async def main(handler: AsyncDirectHandler) -> None:
        if option == "abort":
            control = Control(20.0, 20.0, abort=controller.signal)
            threading.Timer(SHORT, controller.abort).start()
        else:
            control = bound({own if option == "own" else "timeout": SHORT})
        expected: Any = {
            "own": errors.ConnectTimeoutError if own == "connect_timeout" else errors.ReadTimeoutError,
            "timeout": errors.DeadlineExceededError,
            "abort": errors.RequestAbortedError,
        }
        with pytest.raises(expected[option]):
            await send(handler, server.url.replace("http:", f"{scheme}:"), control)

    with WireServer(behave) as server:
        run(main, verify=False)


@pytest.mark.parametrize("option", ["connect_timeout", "timeout", "abort"])
@pytest.mark.parametrize("phase", ["resolution", "connection"])
def test_resolution_and_connection_are_bounded(
    run: Any, phase: str, option: str, monkeypatch: pytest.MonkeyPatch, end: threading.Event
) -> None:
    """This covers a resolver that hangs and an address that never responds."""
    controller = AbortController()

    async def main(handler: AsyncDirectHandler) -> None:
        control = Control(20.0, 20.0, abort=controller.signal) if option == "abort" else bound({option: SHORT})
        if option == "abort":
            threading.Timer(SHORT, controller.abort).start()
        expected = {"connect_timeout": errors.ConnectTimeoutError, "timeout": errors.DeadlineExceededError}
        with pytest.raises(expected.get(option, errors.RequestAbortedError)):
            await send(handler, url, control)

    with unanswering_port() as port:
        url = f"http://127.0.0.1:{port}/"
        if phase == "resolution":
            url = f"http://{phase}-{option}.example/"
            monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: end.wait(60) and [])
        run(main)


@pytest.fixture
def end() -> Iterator[threading.Event]:
    """Event that is set at the end of the test, so that abandoned threads end."""
    event = threading.Event()
    yield event
    event.set()


def test_an_address_that_never_answers_leaves_time_for_the_next(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Happy Eyeballs: the second address is tried while the first is silent. One that refuses costs no time."""

    async def main(handler: AsyncDirectHandler) -> int:
        return int((await send(handler, "http://two.example/", Control(20.0, 20.0))).status)

    with unanswering_port() as port, WireServer(answering(reply())) as server:
        refusing = socket.create_server(("127.0.0.1", 0))
        places = [refusing.getsockname()[1], port, server.port]
        refusing.close()
        kind = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(*kind, ("127.0.0.1", place)) for place in places])
        assert run(main) == 200


@pytest.mark.parametrize("resend", [True, False])
def test_a_kept_connection_that_breaks_is_replaced_once_if_attempts_allow_it(run: Any, resend: bool) -> None:
    """The server had closed the connection, which says nothing about the request. Without attempts left it is an error."""

    def behave(sock: socket.socket, server: WireServer, number: int) -> None:
        server.read(sock)
        sock.sendall(reply())
        if number == 1:
            server.read(sock)  # and no answer to the second
        else:
            silent(sock, server, number)

    async def main(handler: AsyncDirectHandler) -> int:
        await send(handler, server.url)
        control = Control(5.0, 20.0)
        control.resend = resend
        return int((await send(handler, server.url, control)).status)

    with WireServer(behave) as server:
        if resend:
            assert run(main) == 200
        else:
            with pytest.raises(errors.EndpointConnectionError):
                run(main)
        assert len(server.requests) == 2 + resend


def test_a_connection_that_the_server_closed_is_not_used(run: Any) -> None:
    """It is checked before a request is sent on it."""
    closed = threading.Event()

    def behave(sock: socket.socket, server: WireServer, number: int) -> None:
        server.read(sock)
        sock.sendall(reply())
        sock.shutdown(socket.SHUT_RDWR)
        closed.set()

    async def main(handler: AsyncDirectHandler) -> None:
        for _ in range(5):
            closed.clear()
            control = Control(5.0, 20.0)
            control.resend = False
            assert (await send(handler, server.url, control)).status == 200
            closed.wait(60)  # the loop has no chance to see it

    with WireServer(behave) as server:
        run(main)
        assert len(server.requests) == server.connections == 5


@pytest.mark.parametrize("more", [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<mal>", b"x"])
def test_bytes_after_an_answer_cost_the_connection(run: Any, more: bytes) -> None:
    """They would be taken as the response to the next call."""

    async def main(handler: AsyncDirectHandler) -> list[bytes]:
        return [(await send(handler, server.url)).body for _ in range(3)]

    with WireServer(answering(reply(b"<fine/>") + more)) as server:
        assert run(main) == [b"<fine/>"] * 3
        assert server.connections == 3


def test_an_answer_that_comes_while_the_request_is_sent_is_read(run: Any) -> None:
    """STS rejects a body that is too large without reading it."""

    def behave(sock: socket.socket, server: WireServer, number: int) -> None:
        sock.recv(1000)
        sock.sendall(reply(b"<large/>", "413 Content Too Large"))
        silent(sock, server, number)

    async def main(handler: AsyncDirectHandler) -> Any:
        return await send(handler, server.url, body=b"x" * (1 << 20))

    with WireServer(behave, buffer=4096) as server:
        assert run(main).status == 413


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return a certificate authority for the tests of this module."""
    return Authority(tmp_path_factory.mktemp("authority"))


def test_tls_is_verified(run: Any, authority: Authority, tmp_path: Path) -> None:
    """The right name and issuer are accepted. Another name and another issuer are rejected."""
    other = Authority(tmp_path, "other")

    async def main(handler: AsyncDirectHandler) -> list[int]:
        return [(await send(handler, server.url)).status for _ in range(2)]

    with WireServer(answering(reply()), server_tls(authority.sign("right", "127.0.0.1"))) as server:
        assert run(main, verify=authority.file) == [200, 200]
        assert server.connections == 1
        with pytest.raises(errors.TLSError, match="cannot be trusted"):
            run(main, verify=other.file)
    with WireServer(answering(reply()), server_tls(authority.sign("wrong", "192.0.2.1"))) as server:
        with pytest.raises(errors.TLSError, match="cannot be trusted"):
            run(main, verify=authority.file)
        assert run(main, verify=False) == [200, 200]


@pytest.mark.parametrize("orderly", [True, False])
def test_over_tls_only_an_orderly_end_ends_a_body(run: Any, authority: Authority, orderly: bool) -> None:
    """An attacker could have truncated it."""

    def behave(sock: socket.socket, server: WireServer, number: int) -> None:
        server.read(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n<ok/>")
        assert isinstance(sock, ssl.SSLSocket)
        if orderly:
            sock.unwrap()
        else:
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    async def main(handler: AsyncDirectHandler) -> Any:
        return (await send(handler, server.url)).body

    with WireServer(behave, server_tls(authority.sign("end", "127.0.0.1"))) as server:
        if orderly:
            assert run(main, verify=authority.file) == b"<ok/>"
        else:
            with pytest.raises(errors.EndpointConnectionError) as caught:
                run(main, verify=authority.file)
            assert caught.value.retryable


def test_a_handler_serves_several_loops() -> None:
    """Each loop has its own connections, in sequence and concurrently."""
    handler = AsyncDirectHandler()

    async def main() -> list[int]:
        return [(await send(handler, server.url)).status for _ in range(5)]

    def on_thread() -> None:
        statuses.extend(asyncio.run(main()))

    statuses: list[int] = []
    with WireServer(answering(reply())) as server, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the loops end before the handler is closed
        asyncio.run(main())
        threads = [threading.Thread(target=on_thread) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert statuses == [200] * 20
        asyncio.run(main())
        assert len(handler._loops) == 1  # those of closed loops were let go
        handler.close()
        gc.collect()


def test_no_thread_is_made(run: Any, monkeypatch: pytest.MonkeyPatch, local_sts: LocalSTS) -> None:
    """This holds for calls to an address or on an idle connection, with cached credentials."""
    started: list[Any] = []

    async def main(_: AsyncDirectHandler) -> None:
        made = AsyncSTS(**local_sts.client_options())
        made._wire()  # settings are read from files, which blocks
        mine = threading.get_ident()

        def count(make: Callable[..., Any]) -> Callable[..., Any]:
            def counted(*arguments: Any) -> Any:
                if threading.get_ident() == mine:
                    started.append(arguments)
                return make(*arguments)

            return counted

        monkeypatch.setattr(threading.Thread, "start", count(threading.Thread.start))
        monkeypatch.setattr(_thread, "start_new_thread", count(_thread.start_new_thread))
        await asyncio.gather(*(made.get_caller_identity() for _ in range(100)))
        await made.get_caller_identity(timeout=60, abort_signal=AbortController().signal)
        monkeypatch.undo()
        await made.close()

    run(main)
    assert started == []


def test_a_thousand_tasks_at_once_leave_nothing_behind(run: Any) -> None:
    """There are at most 64 connections, and no more objects after each further thousand calls."""
    counts: list[int] = []

    async def main(handler: AsyncDirectHandler) -> None:
        for _ in range(4):
            answers = await asyncio.gather(*(send(handler, server.url) for _ in range(1000)))
            assert {answer.status for answer in answers} == {200}
            del answers
            server.requests.clear()
            gc.collect()
            counts.append(len(gc.get_objects()))

    with WireServer(answering(reply())) as server:
        run(main, max_pool=64)
        assert server.connections <= 64
    assert abs(counts[-1] - counts[1]) < 500


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_leaves_the_parents_connections_alone(run: Any) -> None:
    """They belong to the parent, which continues to use them after the child has ended."""

    async def main(handler: AsyncDirectHandler) -> None:
        await send(handler, server.url)
        pid = os.fork()
        if pid == 0:
            os._exit(0 if not handler._loops else 1)
        assert os.waitpid(pid, 0)[1] == 0
        await send(handler, server.url)

    with WireServer(answering(reply())) as server:
        run(main)
        assert server.connections == 1


# --- what is left behind ---


async def own_echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Respond to each request with its own body."""
    with suppress(OSError, asyncio.IncompleteReadError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            writer.write(reply(body))
            await writer.drain()
    writer.close()


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_a_task_may_be_cancelled_at_any_step(run: Any, tls: bool, authority: Authority) -> None:
    """Each call before and after gets its own response, no connection of the pool is lost, and no socket stays open."""
    certificate = authority.sign("steps", "127.0.0.1") if tls else None

    async def main(handler: AsyncDirectHandler) -> int:
        context = server_tls(certificate) if certificate else None
        server = await asyncio.start_server(own_echo, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        url = f"http{'s' if tls else ''}://127.0.0.1:{port}/"
        cancelled = 0
        for steps in range(60):
            for company in (0, 3):
                calls = [asyncio.ensure_future(send(handler, url, body=b"%d" % number)) for number in range(company)]
                lost = asyncio.ensure_future(send(handler, url, body=b"lost"))
                for _ in range(steps):
                    await asyncio.sleep(0)
                lost.cancel()
                answers = await asyncio.gather(*calls, lost, return_exceptions=True)
                cancelled += isinstance(answers[-1], asyncio.CancelledError)
                assert isinstance(answers[-1], asyncio.CancelledError) or answers[-1].body == b"lost"
                assert [answer.body for answer in answers[:-1]] == [b"%d" % number for number in range(company)]
                if steps % 2:
                    drop_idle(handler)  # so that the next one connects
        (origin,) = next(iter(handler._loops.values())).origins.values()
        assert origin._opened == len(origin.idle) == len(origin.open)
        assert not origin._queue
        handler.close()
        server.close()
        return cancelled

    assert run(main, max_pool=2, **({"verify": authority.file} if tls else {})) > 10


def drop_idle(handler: AsyncDirectHandler) -> None:
    for known in handler._loops.values():
        for origin in known.origins.values():
            while origin.idle:
                origin._drop(origin.idle.pop())
                origin._opened -= 1


@pytest.mark.parametrize("seed", range(3))
def test_a_storm_of_cancellations_and_aborts_mixes_no_answers(run: Any, seed: int) -> None:
    """Tasks end by cancellation, abort and timeout at any time, over few connections. Each success has its own response."""
    chance = random.Random(seed)

    async def main(handler: AsyncDirectHandler) -> tuple[int, int]:
        server = await asyncio.start_server(own_echo, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        done = 0

        async def call(number: int) -> None:
            nonlocal done
            body, kind, controller = b"%d" % number, chance.random(), AbortController()
            deadline = time.monotonic() + chance.random() * 0.02 if kind < 0.2 else None
            sending = send(handler, url, Control(5, 20, deadline, controller.signal), body)
            task = asyncio.ensure_future(sending)
            if 0.2 <= kind < 0.4:
                asyncio.get_running_loop().call_later(chance.random() * 0.02, task.cancel)
            elif kind < 0.6:
                threading.Timer(chance.random() * 0.02, controller.abort).start()
            with suppress(asyncio.CancelledError, errors.STSError):
                assert (await task).body == body
                done += 1

        await asyncio.gather(*(call(number) for number in range(300)))
        (origin,) = next(iter(handler._loops.values())).origins.values()
        for _ in range(3):
            await asyncio.sleep(0)
        assert origin._opened == len(origin.idle) == len(origin.open)
        assert not origin._queue
        handler.close()
        server.close()
        return done, len(origin.open)

    done, left = run(main, max_pool=4)
    assert done > 60
    assert left == 0


@pytest.mark.parametrize("close", [False, True])
def test_a_server_that_speaks_first_is_heard(run: Any, close: bool) -> None:
    """As with the blocking handler, data sent before the request is the response, whenever the loop reads it."""

    def behave(sock: socket.socket, server: WireServer, _: int) -> None:
        sock.sendall(reply(b"busy", "503 Service Unavailable", "Connection: close"))
        if not close:
            server.read(sock)

    async def main(handler: AsyncDirectHandler) -> None:
        for pause in range(30):
            sending = asyncio.ensure_future(send(handler, server.url))
            for _ in range(pause):
                await asyncio.sleep(0)
            answer = await sending
            assert (answer.status, answer.body) == (503, b"busy")

    with WireServer(behave) as server:
        run(main)


@pytest.mark.parametrize("late", [False, True])
def test_a_call_that_ends_before_it_stands_in_line_is_given_no_connection(run: Any, late: bool) -> None:
    """A connection given to it would be lost."""

    async def main(handler: AsyncDirectHandler) -> None:
        origin, controller = OriginPool("http://127.0.0.1:1", HandlerOptions(max_pool=1)), AbortController()
        assert await origin._take(Exchange(Control(), "127.0.0.1:1")) is None
        if late:
            control, kind = Control(deadline=time.monotonic() - 1), TimeoutError
        else:
            control, kind = Control(abort=controller.signal), ConnectionAbortedError
            controller.abort()
        with pytest.raises(kind):
            await origin._take(Exchange(control, "127.0.0.1:1"))
        origin._give(None)
        assert origin._opened == 0

    run(main)


def test_calls_that_waited_too_long_leave_the_line(run: Any) -> None:
    """Otherwise the queue would grow as long as a connection hangs."""

    async def main(handler: AsyncDirectHandler) -> None:
        hanging = asyncio.ensure_future(send(handler, server.url))
        await reached(lambda: server.requests)
        for _ in range(50):
            with pytest.raises(errors.DeadlineExceededError):
                await send(handler, server.url, bound({"timeout": 0.001}))
        (origin,) = next(iter(handler._loops.values())).origins.values()
        assert len(origin._queue) == 0
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)

    def behave(sock: socket.socket, server: WireServer, _: int) -> None:
        server.read(sock)
        server.stopped.wait()

    with WireServer(behave) as server:
        run(main, max_pool=1)


def test_a_connection_is_closed_after_a_minute_also_without_limits(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call without timeouts sets no timer."""
    monkeypatch.setattr("sts.handlers.loop_connections.LONGEST_IDLE", 0.01)

    async def main(handler: AsyncDirectHandler) -> None:
        await send(handler, server.url, Control(None, None))
        (origin,) = next(iter(handler._loops.values())).origins.values()
        await reached(lambda: not origin.open and not origin.idle)

    with WireServer(answering(reply())) as server:
        run(main)


UNCLOSED = """
import asyncio, gc, os, socket, sys
from sts import AsyncSTS
loops, options = sys.argv[1], eval(sys.argv[2])

async def main():
    client = AsyncSTS(**options)
    await asyncio.gather(*(client.get_caller_identity() for _ in range(5)))
    if "kept" in loops:
        keep.append(client)

keep = []
run = asyncio.run
if "uvloop" in loops:
    import uvloop
    run = uvloop.run
for _ in range(3):
    run(main())
    gc.collect()
    port = int(options["endpoint"].rpartition(":")[2])
    count = 0
    for name in os.listdir("/proc/self/fd"):
        try:
            with socket.socket(fileno=os.dup(int(name))) as sock:
                count += sock.getpeername()[1] == port
        except OSError:
            continue
    print(count)
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="descriptors are listed in /proc")
@pytest.mark.parametrize("loops", ["asyncio kept", "asyncio dropped", "uvloop kept", "uvloop dropped"])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_a_client_that_was_never_closed_leaves_nothing_when_its_loop_ends(loops: str, tls: bool) -> None:
    """There is no open socket and no warning, whether the client still exists or not."""
    if "uvloop" in loops and uvloop is None:
        pytest.skip("no uvloop")
    with LocalSTS(tls=tls) as server:
        options = {**server.client_options(), **({"verify": server.certificate} if tls else {})}
        arguments = [sys.executable, "-W", "error", "-X", "dev", "-c", UNCLOSED, loops, repr(options)]
        root = Path(__file__).resolve().parent.parent.parent
        done = subprocess.run(arguments, cwd=root, capture_output=True, text=True, check=False)
    shown = [line for line in done.stderr.splitlines() if not line.startswith("Executing ")]  # a busy machine
    assert (done.stdout.split(), shown) == (["0"] * 3, [])


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="descriptors are listed in /proc")
@pytest.mark.filterwarnings("ignore:unclosed transport:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("how", ["handler closed", "another loop"])
def test_connections_of_a_loop_that_just_stopped_are_closed_later(how: str) -> None:
    """A loop that was closed without its usual end closes nothing. The handler does."""
    with WireServer(answering(reply())) as server:
        handler = AsyncDirectHandler()
        loop = asyncio.new_event_loop()
        loop.run_until_complete(send(handler, server.url))
        loop.close()
        assert connections_to(server.port) == 1
        if how == "another loop":
            asyncio.run(send(handler, server.url))
        handler.close()
        assert connections_to(server.port) == 0
    del handler, loop
    gc.collect()  # asyncio warns of its transports here, and not in another test
