"""Callbacks: exactly once, one at a time, and never lost."""

from __future__ import annotations

import contextvars
import os
import threading
import time
from typing import Any

import pytest

from sts import STS, errors
from tests.support.fakes import client, ok, refused
from tests.support.threads import PATIENCE, wait_until

WHO: contextvars.ContextVar[str] = contextvars.ContextVar("who", default="nobody")


class Box:
    """Callback that stores its arguments."""

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self.threads: list[str] = []
        self._over = threading.Semaphore(0)

    def __call__(self, error: Any, data: Any) -> None:
        self.calls.append((error, data))
        self.threads.append(threading.current_thread().name)
        self._over.release()

    def wait(self, count: int = 1) -> list[Any]:
        for _ in range(count):
            assert self._over.acquire(timeout=PATIENCE)
        return self.calls


def test_a_callback_gets_the_result_or_the_error() -> None:
    """`(None, data)` or `(error, None)`, on another thread than the caller's."""
    box = Box()
    client(ok()).get_caller_identity(box)
    (error, data), *_ = box.wait()
    assert error is None
    assert data["Account"] == "123456789012"
    assert box.threads == ["sts-callback"]

    client(refused("AccessDenied", status=403)).get_caller_identity(box)
    error, data = box.wait()[-1]
    assert (error.code, error.status_code, data) == ("AccessDenied", 403, None)


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda made, cb: made.assume_role({}, cb), errors.ParamValidationError),
        (lambda made, cb: made.assume_role({"Nope": 1}, cb), errors.ParamValidationError),
        (lambda made, cb: made.get_caller_identity(cb), errors.MissingRegionError),
    ],
)
def test_everything_but_misuse_goes_to_the_callback(call: Any, kind: Any) -> None:
    """Validation and configuration too: code that calls back has one place for errors."""
    box = Box()
    made = client() if kind is errors.ParamValidationError else STS()
    call(made, box)
    (error, data), *_ = box.wait()

    assert type(error) is kind
    assert data is None


def test_a_closed_client_tells_the_callback() -> None:
    """It is an error of the call, not of its arguments. The events are emitted too."""
    made, box, seen = client(), Box(), []
    made.on("error", lambda error, response: seen.append("error")).on("complete", lambda response: seen.append("complete"))
    made.close()
    made.get_caller_identity(box)

    assert isinstance(box.wait()[0][0], errors.ConfigError)
    assert seen == ["error", "complete"]


def test_callbacks_of_one_client_run_one_at_a_time() -> None:
    """Though the calls themselves overlap."""
    box, busy, overlaps = Box(), threading.Lock(), []
    made = client(lambda request: time.sleep(0.001) or ok())

    def callback(error: Any, data: Any) -> None:
        if not busy.acquire(blocking=False):
            overlaps.append(1)
            return
        time.sleep(0.0005)
        busy.release()
        box(error, data)

    for _ in range(100):
        made.get_caller_identity(callback)
    box.wait(100)
    assert overlaps == []


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_an_exception_in_a_callback_is_reported_twice_and_loses_nothing(
    kind: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """By `threading.excepthook` and the logger. The callback is not called again, and the next callback runs."""
    hooked: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", hooked.append)
    made, box, called = client(), Box(), []

    def explode(error: Any, data: Any) -> None:
        called.append(1)
        raise kind("boom")

    made.get_caller_identity(explode)
    assert wait_until(lambda: called)
    made.get_caller_identity(box)
    box.wait()

    assert called == [1]
    assert [type(args.exc_value) for args in hooked] == [kind]
    assert "A callback raised an exception" in caplog.text


def test_system_exit_in_a_callback_is_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A thread cannot end the program, so it must not look as if it did."""
    hooked: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", hooked.append)
    made, box = client(), Box()

    def leave(error: Any, data: Any) -> None:
        box(error, data)
        raise SystemExit(3)

    made.get_caller_identity(leave)
    made.get_caller_identity(box)
    box.wait(2)

    assert wait_until(lambda: "SystemExit(3)" in caplog.text)
    assert hooked == []


class Scheduler:
    """A `callback_scheduler` with every fault there is."""

    def __init__(self, fault: str) -> None:
        self.fault = fault
        self.given: list[Any] = []
        self.ended = 0

    def __call__(self, function: Any) -> None:
        self.given.append(function)
        try:
            self.run(function)
        finally:
            self.ended += 1

    def run(self, function: Any) -> None:
        if self.fault in {"runs", "runs and raises", "runs twice"}:
            function()
        if self.fault == "runs twice":
            function()
        if self.fault in {"raises", "runs and raises"}:
            raise RuntimeError("no")
        if self.fault == "exits":
            raise SystemExit(1)


@pytest.mark.parametrize("fault", ["runs", "raises", "exits", "runs and raises", "runs twice"])
def test_a_scheduler_cannot_lose_or_double_a_callback(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    """It gets one function per callback. If it raises, that is logged and the callback runs on the worker."""
    scheduler, box = Scheduler(fault), Box()
    made = client(callback_scheduler=scheduler)
    for _ in range(3):
        made.get_caller_identity(box)
    box.wait(3)
    wait_until(lambda: scheduler.ended == 3)
    logged = 3 if fault in {"raises", "exits", "runs and raises"} else 0
    wait_until(lambda: caplog.text.count("callback_scheduler failed") == logged)

    assert len(box.calls) == 3
    assert len(scheduler.given) == 3
    if fault in {"raises", "exits"}:
        assert set(box.threads) == {"sts-callback"}


def test_a_scheduler_must_be_a_plain_function() -> None:
    """What an async one is given would never run."""

    async def scheduler(function: Any) -> None:
        function()

    for bad in (scheduler, 5):
        with pytest.raises(TypeError, match="callback_scheduler"):
            STS(callback_scheduler=bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("maximum", [0, -1, "many"])
def test_an_impossible_concurrency_is_the_calls_error(maximum: Any) -> None:
    """Told to the callback, like every other bad setting."""
    box = Box()
    client(max_concurrency=maximum).get_caller_identity(box)

    assert isinstance(box.wait()[0][0], errors.ConfigError)


def test_the_context_of_the_caller_is_carried() -> None:
    """Listeners, handlers and callbacks run in it. Their changes do not reach the caller."""
    seen: list[str] = []
    box = Box()
    made = client(lambda request: seen.append(f"handler {WHO.get()}") or ok())
    made.on("sign", lambda request: seen.append(f"listener {WHO.get()}"))

    def callback(error: Any, data: Any) -> None:
        seen.append(f"callback {WHO.get()}")
        WHO.set("changed")
        box(error, data)

    token = WHO.set("alice")
    made.get_caller_identity(callback)
    made.make_request("get_caller_identity").promise().then(lambda data: seen.append(f"then {WHO.get()}")).result(PATIENCE)
    made.get_caller_identity(timeout=5)
    WHO.reset(token)
    box.wait()

    assert set(seen) == {"handler alice", "listener alice", "callback alice", "then alice"}
    assert WHO.get() == "nobody"


@pytest.mark.parametrize("maximum", [1, 2])
def test_calls_nested_in_callbacks_and_handlers_cannot_block_each_other(maximum: int) -> None:
    """Blocking, as promise and as callback, on a client with a single slot."""
    made, box = client(max_concurrency=maximum), Box()

    def callback(error: Any, data: Any) -> None:
        made.get_caller_identity()
        made.make_request("get_caller_identity").promise().then(lambda d: d["Account"]).result(PATIENCE)
        made.get_caller_identity(box)

    def listener(response: Any) -> None:
        if response.request.params:
            made.make_request("get_caller_identity").result(PATIENCE)

    made.on("complete", listener)
    for _ in range(5):
        made.get_caller_identity(callback)
    box.wait(5)
    made.make_request("get_access_key_info", {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}).send(box)
    box.wait(1)


def test_no_more_calls_at_once_than_max_concurrency() -> None:
    """The rest waits in a queue."""
    together, most, lock, box, barrier = 0, 0, threading.Lock(), Box(), threading.Barrier(4)

    def answer(request: Any) -> Any:
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        barrier.wait()  # ends when there are four
        with lock:
            together -= 1
        return ok()

    made = client(answer, max_concurrency=4)
    for _ in range(40):
        made.get_caller_identity(box)
    box.wait(40)
    assert most == 4


# --- closing ---


def test_close_waits_for_calls_in_flight() -> None:
    """Queued ones too: each is delivered as if nothing had happened."""
    made, box = client(lambda request: time.sleep(0.01) or ok(), max_concurrency=2), Box()
    for _ in range(10):
        made.get_caller_identity(box)
    made.close()

    assert len(made.handler.requests) == 10
    assert all(error is None for error, _ in box.wait(count=10))


def test_close_without_waiting_aborts() -> None:
    """Queued calls and calls in progress, also blocking ones on other threads, end with an error that names the reason."""
    release = threading.Event()
    made, box = client(lambda request: release.wait() and ok(), max_concurrency=1), Box()
    for _ in range(3):
        made.get_caller_identity(box)
    assert wait_until(lambda: len(made.handler.requests) == 1)
    made.close(wait=False)
    box.wait(3)
    release.set()

    assert {(type(error), str(error)) for error, _ in box.calls} == {
        (errors.RequestAbortedError, "The call was aborted: the client was closed.")
    }


def test_close_without_waiting_cuts_a_blocking_call(local_sts: Any) -> None:
    """The handler drops its connection. Nothing else would end the call."""
    local_sts.inject("slow_headers", seconds=3600)
    made = STS(**local_sts.client_options(), max_attempts=1, read_timeout=3600)
    closer = threading.Thread(target=lambda: wait_until(lambda: local_sts.calls) and made.close(wait=False))
    closer.start()
    with pytest.raises(errors.RequestAbortedError, match="the client was closed"):
        made.get_caller_identity()
    closer.join()


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("style", ["callback", "listener", "then"])
def test_a_client_may_be_closed_from_anywhere(style: str, wait: bool) -> None:
    """In a callback, in a listener of a call that is itself in flight, and in a promise's handler."""
    made, over = client(max_concurrency=1), threading.Event()

    def close(*args: Any) -> None:
        made.get_caller_identity(lambda error, data: None)
        made.close(wait=wait)
        over.set()

    if style == "callback":
        made.get_caller_identity(close)
    elif style == "listener":
        made.make_request("get_caller_identity").on("complete", close).send()
    else:
        made.make_request("get_caller_identity").promise().then(close)
    assert over.wait(PATIENCE)
    made.close()


def test_closing_twice_is_fine() -> None:
    """And `destroy` is another name for it."""
    made = client()
    made.close()
    made.close()
    made.destroy()


# --- fork ---


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize("where", ["main", "callback"])
def test_a_child_process_calls_back_too(where: str) -> None:
    """A client used before the fork works in the child, with threads of its own, even forked in a callback."""
    made, box = client(), Box()
    reader, writer = os.pipe()

    def child() -> None:
        inner = Box()
        made.get_caller_identity(inner)
        os.write(writer, b"ok" if inner.wait()[0][0] is None else b"no")

    def fork(error: Any = None, data: Any = None) -> None:
        pid = os.fork()
        if pid == 0:
            try:
                child()
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        box(None, None)

    made.get_caller_identity(box)
    box.wait()
    if where == "main":
        fork()
    else:
        made.get_caller_identity(fork)
    box.wait()
    assert os.read(reader, 2) == b"ok"
    made.get_caller_identity(box)
    box.wait()
