"""The total timeout covers everything in every style. Work in progress is abandoned, and the error says what had happened."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sts import STS, AbortController, AsyncSTS, Credentials, errors
from sts.drivers.alarms import alarms
from sts.testing import LocalSTS
from tests.support.clocks import HandTime, record_wakers
from tests.support.fakes import CREDENTIALS, AlwaysLater, FakeHandler, client, ok, refused
from tests.support.threads import PATIENCE, once, wait_until
from tests.support.wire import WireServer

TIMEOUT = 0.1
"""Seconds after which something endless is ended. The tests show that it ends, and which limit is set, not how long it takes."""


def sync(options: dict[str, Any], **call: Any) -> Any:
    with STS(**options) as made:
        return made.get_caller_identity(**call)


def callback(options: dict[str, Any], **call: Any) -> Any:
    done: list[Any] = []
    called = threading.Event()
    made = STS(**options)
    made.get_caller_identity(lambda error, data: (done.append(error or data), called.set()), **call)
    assert called.wait(PATIENCE)
    threading.Thread(target=made.close, daemon=True).start()
    (outcome,) = done
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def on_a_loop(options: dict[str, Any], **call: Any) -> Any:
    async def run() -> Any:
        async with AsyncSTS(**options) as made:
            return await made.get_caller_identity(**call)

    return asyncio.run(run())


STYLES: list[Callable[..., Any]] = [sync, callback, on_a_loop]


class Sleeping:
    """A handler or provider that ignores everything until the end of the test."""

    def __init__(self, event: threading.Event) -> None:
        self.event = event
        self.begun = threading.Event()

    def send(self, request: Any, *, control: Any) -> Any:
        self.begun.set()
        self.event.wait()
        return ok()

    def retrieve(self) -> Any:
        self.event.wait()
        return Credentials("AKIAIOSFODNN7EXAMPLE", "secret")

    def close(self) -> None:
        pass


@pytest.fixture
def end() -> Iterator[threading.Event]:
    """Event that is set at the end of the test, so that abandoned threads end."""
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.parametrize("style", STYLES)
def test_a_handler_that_ignores_the_deadline(style: Any, end: threading.Event) -> None:
    """It is abandoned together with its exchange."""
    with pytest.raises(errors.DeadlineExceededError, match=r"GetCallerIdentity: \d attempts? in [\d.]+ s") as caught:
        style({**CREDENTIALS, "request_handler": Sleeping(end)}, timeout=TIMEOUT)

    assert caught.value.code == "TimeoutError"
    assert caught.value.retryable is False


@pytest.mark.parametrize("style", STYLES)
def test_a_slow_credential_provider(style: Any, end: threading.Event) -> None:
    """It is abandoned, whatever it waits for."""
    options = {"region": "us-east-1", "credentials": Sleeping(end), "request_handler": Sleeping(end)}
    with pytest.raises(errors.DeadlineExceededError):
        style(options, timeout=TIMEOUT)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("given", ["call", "client"])
def test_slow_settings(style: Any, given: str, end: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hanging file system, and instance metadata that is asked for a region, are covered as well."""

    def hang(*_: Any) -> Any:
        end.wait()
        raise AssertionError("nobody waits for this")

    monkeypatch.setattr("sts.pipeline.wiring.load_profiles", hang)
    options = {**CREDENTIALS, "region": None, "request_handler": Sleeping(end)}
    with pytest.raises(errors.DeadlineExceededError):
        if given == "call":
            style(options, timeout=TIMEOUT)
        else:
            style({**options, "timeout": TIMEOUT})


@pytest.mark.parametrize("style", STYLES)
def test_a_slow_resolver(style: Any, end: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    """No library can interrupt the system's resolver. The call ends without it."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: end.wait() and [])
    with pytest.raises(errors.DeadlineExceededError):
        style({**CREDENTIALS, "endpoint": "http://slow.example"}, timeout=TIMEOUT)


def silent(sock: socket.socket, server: WireServer, number: int) -> None:
    """Neither read nor send anything."""
    server.stopped.wait()


def dripping(sock: socket.socket, server: WireServer, number: int) -> None:
    """Send a header that never ends."""
    sock.sendall(b"HTTP/1.1 200 OK\r\n")
    while not server.stopped.wait(0.02):
        sock.sendall(b"a: b\r\n")


def dripping_handshake(sock: socket.socket, server: WireServer, number: int) -> None:
    """Send a TLS record byte by byte."""
    sock.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03")
    while not server.stopped.wait(0.02):
        sock.sendall(b"\x00")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    ("scheme", "behave"), [("http", silent), ("http", dripping), ("https", silent), ("https", dripping_handshake)]
)
@pytest.mark.parametrize("kind", ["direct", "urllib3", "requests"])
def test_a_server_that_takes_its_time(style: Any, scheme: str, behave: Any, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No response, a slow one, and an endless TLS handshake all end in time, and our connection is closed."""
    monkeypatch.setattr("sts.pipeline.wiring.handler_kind", lambda _: kind)
    with WireServer(behave) as server:
        endpoint = server.url.replace("http:", f"{scheme}:")
        with pytest.raises(errors.DeadlineExceededError):
            style({**CREDENTIALS, "endpoint": endpoint}, timeout=TIMEOUT)


def test_our_socket_is_dropped_with_the_call() -> None:
    """The server sees the end of the connection when the caller gets the error, not after some timeout."""
    gone = threading.Event()

    def watch(sock: socket.socket, server: WireServer, number: int) -> None:
        while sock.recv(65536):
            pass
        gone.set()

    with WireServer(watch) as server, STS(**CREDENTIALS, endpoint=server.url, read_timeout=3600) as made:
        with pytest.raises(errors.DeadlineExceededError):
            made.get_caller_identity(timeout=TIMEOUT)
        assert gone.wait(PATIENCE)


@pytest.mark.parametrize("style", STYLES)
def test_a_connection_that_cannot_be_made(style: Any) -> None:
    """A full backlog neither accepts nor refuses a connection."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    fillers = []
    try:
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
            fillers.append(filler)
        with pytest.raises(errors.DeadlineExceededError):
            style({**CREDENTIALS, "endpoint": f"http://127.0.0.1:{listener.getsockname()[1]}"}, timeout=TIMEOUT)
    finally:
        for sock in (*fillers, listener):
            sock.close()


@pytest.mark.parametrize("style", STYLES)
def test_waits_between_attempts(style: Any) -> None:
    """A wait that would end after the timeout is not started. The error contains the error of the last attempt."""
    made = client(refused("Throttling", "Rate exceeded"))
    options = {**CREDENTIALS, "request_handler": made.handler, "retry_strategy": AlwaysLater(7200.0)}
    with pytest.raises(
        errors.DeadlineExceededError, match=r"1 attempt in .*the last error was: Throttling: Rate exc"
    ) as caught:
        style(options, timeout=3600)

    assert isinstance(caught.value.original_error, errors.ServiceError)


def test_the_http_librarys_own_words_stay_out_of_the_message(local_sts: LocalSTS) -> None:
    """The timeout of the library was ours, whether our handler or the driver detects it first."""
    local_sts.inject("slow_headers", seconds=3600)
    with STS(**local_sts.client_options()) as made, pytest.raises(errors.DeadlineExceededError) as caught:
        made.get_caller_identity(timeout=TIMEOUT)

    assert re.search(r"\(GetCallerIdentity: \d attempts? in [\d.]+ s\)$", str(caught.value))


@pytest.mark.parametrize("style", STYLES)
def test_attempts_that_fail_quickly_end_with_the_timeout(style: Any) -> None:
    """The number of attempts does not matter."""
    made = client(refused("InternalFailure", status=500))
    options = {**CREDENTIALS, "request_handler": made.handler, "max_attempts": 10**6}
    with pytest.raises((errors.DeadlineExceededError, errors.ServiceError)):
        style(options, timeout=TIMEOUT)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("of_client", "of_call", "seconds"), [(60, None, 60), (60, 20, 20), (60, 90, 90), (None, 20, 20)])
def test_a_call_has_the_last_word_over_its_client(
    style: Any, of_client: float | None, of_call: float | None, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This holds for a shorter and for a longer timeout. It counts from the call."""
    clock, handler = HandTime().replace(monkeypatch), FakeHandler(ok())
    style({**CREDENTIALS, "request_handler": handler, "timeout": of_client}, **({"timeout": of_call} if of_call else {}))
    assert [control.deadline for control in handler.controls] == [clock.now + seconds]


def test_the_driver_waits_until_the_deadline_and_no_longer(end: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came before, such as a listener, has taken its part of the timeout. The error says how long it took in all."""
    clock, handler = HandTime().replace(monkeypatch), Sleeping(end)
    waits = record_wakers(monkeypatch, clock, "drivers.blocking", lambda: handler.begun.wait(PATIENCE))
    made = client(request_handler=handler)
    made._wire()
    made.on("sign", lambda request: clock.advance(1.0))
    with pytest.raises(errors.DeadlineExceededError, match=r"GetCallerIdentity: 1 attempt in 30\.0 s"):
        made.get_caller_identity(timeout=30)
    assert waits == [29.0]


def test_it_is_the_time_since_the_call_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for a free worker counts."""
    clock, release = HandTime().replace(monkeypatch), threading.Event()
    made = client(lambda request: release.wait() and ok(), max_concurrency=1)
    calls = [made.get_caller_identity(lambda error, data: None, timeout=seconds) for seconds in (3600, 30)]
    clock.advance(20.0)
    release.set()
    for call in calls:
        call.result(PATIENCE)

    assert [control.deadline for control in made.handler.controls] == [clock.now - 20.0 + 3600, clock.now - 20.0 + 30]


def test_a_timeout_does_not_disturb_the_next_call() -> None:
    """Closed connections are not used again."""
    with LocalSTS() as server, STS(**server.client_options()) as made:
        for _ in range(5):
            server.inject("slow_body", seconds=3600)
            with pytest.raises(errors.DeadlineExceededError):
                made.get_caller_identity(timeout=0.1)
            assert made.get_caller_identity()["Account"] == "123456789012"


@pytest.mark.parametrize("style", STYLES)
def test_an_abort_works_like_a_timeout(style: Any, end: threading.Event) -> None:
    """This also holds for a handler that does not know of aborts."""
    controller, handler = AbortController(), Sleeping(end)
    once(handler.begun, lambda: controller.abort("enough"))
    with pytest.raises(errors.RequestAbortedError, match="enough"):
        style({**CREDENTIALS, "request_handler": handler}, abort_signal=controller.signal)


def test_no_timeouts_at_all_still_have_the_usual_ones() -> None:
    """By default no call waits for ever."""
    control = client()._wire().control

    assert (control.connect_timeout, control.read_timeout) == (5.0, 30.0)


@pytest.mark.parametrize("option", [True, False])
def test_a_queued_call_is_told_on_time(option: bool) -> None:
    """Even if every worker is busy, the error is raised at the timeout, the call is never sent, and nothing remains."""
    release, over = threading.Event(), threading.Event()
    made = client(lambda request: release.wait() and ok(), max_concurrency=2, **({"timeout": TIMEOUT} if option else {}))
    if option:  # each call has the client's own timeout unless it says otherwise
        made._wire()
    for _ in range(2):
        made.get_caller_identity(lambda error, data: None, timeout=3600)
    wait_until(lambda: len(made.handler.requests) == 2)
    told: list[Any] = []
    unhurried = made.get_caller_identity(lambda error, data: told.append(data), timeout=3600)
    made.get_caller_identity(lambda error, data: (told.append(error), over.set()), **({} if option else {"timeout": TIMEOUT}))
    assert over.wait(PATIENCE)
    assert isinstance(told[0], errors.DeadlineExceededError)
    assert "before the call could start" in str(told[0])

    release.set()
    assert unhurried.result(PATIENCE)["Account"] == "123456789012"
    made.close()
    assert len(made.handler.requests) == 3
    assert not alarms._functions
