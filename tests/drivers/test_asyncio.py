"""AsyncSTS: calls as coroutines that can be cancelled like any other."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time
import warnings
from datetime import datetime
from typing import Any

import pytest

from sts import AbortController, AsyncSTS, GetCallerIdentityCommand, Promise, errors
from tests.support.fakes import CREDENTIALS, FakeHandler, ok, refused
from tests.support.threads import PATIENCE, reached, wait_until
from tests.support.wire import WireServer

try:
    import uvloop
except ImportError:
    uvloop = None

LOOPS = ["asyncio", pytest.param("uvloop", marks=pytest.mark.skipif(uvloop is None, reason="uvloop is not installed"))]


def run(main: Any, loop: str = "asyncio") -> Any:
    """Run *main* on a new loop in debug mode. No task, thread or warning may remain."""
    factory = asyncio.new_event_loop if loop == "asyncio" else uvloop.new_event_loop
    made = factory()
    made.set_debug(True)
    problems: list[Any] = []
    made.set_exception_handler(lambda loop, context: problems.append(context))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = made.run_until_complete(asyncio.wait_for(main, 60))  # whatever happens, it must not wait for ever
            left = asyncio.all_tasks(made)
            made.run_until_complete(asyncio.sleep(0))
            gc.collect()
    finally:
        made.close()
    assert problems == []
    assert left == set()
    return result


def client(*answers: Any, **options: Any) -> Any:
    handler = FakeHandler(*(answers or (ok(),)))
    made = AsyncSTS(**{**CREDENTIALS, "request_handler": handler, **options})
    made.handler = handler  # type: ignore[attr-defined]
    return made


@pytest.mark.parametrize("how", ["cancelled", "wait_for"])
def test_a_cancelled_task_drops_its_connection(how: str) -> None:
    """It is closed immediately, not after a timeout of the exchange."""
    there, gone = threading.Event(), threading.Event()

    def watch(sock: socket.socket, server: WireServer, number: int) -> None:
        there.set()
        sock.settimeout(20)
        while sock.recv(65536):
            pass
        gone.set()

    async def main() -> None:
        made = AsyncSTS(**CREDENTIALS, endpoint=server.url)
        call = asyncio.ensure_future(made.get_caller_identity())
        await reached(there.is_set)  # on a busy machine that may take a while
        with pytest.raises((asyncio.CancelledError, asyncio.TimeoutError)):
            if how == "wait_for":
                await asyncio.wait_for(call, 0.3)
            else:
                asyncio.get_running_loop().call_later(0.3, call.cancel)
                await call
        assert await asyncio.to_thread(gone.wait, 3)
        await made.close()

    with WireServer(watch) as server:
        asyncio.run(main())


@pytest.mark.parametrize("loop", LOOPS)
def test_calls_are_coroutines(loop: str, local_sts: Any) -> None:
    """The params are keywords, a mapping, or a command. The connection is real."""

    async def main() -> list[Any]:
        async with AsyncSTS(**local_sts.client_options()) as made:
            role = {"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "ci"}
            results = [
                await made.get_caller_identity(),
                await made.assume_role(role),
                await made.assume_role(**role, Tags={"a": "b"}),
                await made.send(GetCallerIdentityCommand()),
            ]
            with pytest.raises(errors.ParamValidationError):
                await made.assume_role({})
            return results

    me, by_mapping, by_keywords, by_command = run(main(), loop)
    assert me["Arn"] == by_command["Arn"] == "arn:aws:iam::123456789012:user/demo"
    assert by_mapping["AssumedRoleUser"] == by_keywords["AssumedRoleUser"]


@pytest.mark.parametrize("loop", LOOPS)
def test_two_hundred_calls_at_once_share_a_bounded_pool(loop: str) -> None:
    """There are never more exchanges than `max_concurrency`, and no call is lost."""
    together, most, lock = 0, 0, threading.Lock()

    def answer(request: Any) -> Any:
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        time.sleep(0.001)
        with lock:
            together -= 1
        return ok()

    async def main() -> int:
        async with client(answer, max_concurrency=8) as made:
            return len(await asyncio.gather(*(made.get_caller_identity() for _ in range(200))))

    assert run(main(), loop) == 200
    assert 1 < most <= 8
    assert wait_until(lambda: not [thread for thread in threading.enumerate() if thread.name == "sts-async"])


@pytest.mark.parametrize("loop", LOOPS)
def test_a_call_cancelled_in_backoff_sends_nothing_more(loop: str) -> None:
    """The wait ends, and the error is the cancellation."""

    async def main() -> int:
        made = client(refused("Throttling"), retry_mode="legacy", retry_delay_options={"custom_backoff": lambda n, e: 60_000})
        events: list[str] = []
        for event in ("retry", "error", "complete"):
            made.on(event, lambda *args, event=event: events.append(event))  # type: ignore[misc]
        task = asyncio.ensure_future(made.get_caller_identity())
        await reached(lambda: "retry" in events)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert events == ["retry", "error", "complete"]
        await made.close()
        return len(made.handler.requests)

    assert run(main(), loop) == 1


@pytest.mark.parametrize("loop", LOOPS)
def test_a_call_cancelled_on_the_wire_closes_its_connection(loop: str, local_sts: Any) -> None:
    """The server sees the end of the connection, and the pool does not reuse it."""
    local_sts.inject("slow_headers", seconds=3600)

    async def main() -> None:
        async with AsyncSTS(**local_sts.client_options(), read_timeout=3600) as made:
            task = asyncio.ensure_future(made.get_caller_identity())
            await reached(lambda: local_sts.calls)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await made.get_caller_identity())["Account"] == "123456789012"

    run(main(), loop)
    assert len(local_sts.calls) == 2


@pytest.mark.parametrize("loop", LOOPS)
def test_timeouts_of_asyncio_work(loop: str, local_sts: Any) -> None:
    """`asyncio.timeout` (3.11) or `wait_for` ends a call that hangs."""
    local_sts.inject("slow_headers", seconds=3600)

    async def main() -> None:
        async with AsyncSTS(**local_sts.client_options(), read_timeout=3600) as made:
            if hasattr(asyncio, "timeout"):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await made.get_caller_identity()
            else:
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(made.get_caller_identity(), 0.05)

    run(main(), loop)


def test_a_cancelled_call_that_was_queued_is_never_sent() -> None:
    """When it is its turn, it does not start."""
    release = threading.Event()

    async def main() -> int:
        made = client(lambda request: release.wait(PATIENCE) and ok(), max_concurrency=1)
        first = asyncio.ensure_future(made.get_caller_identity())
        await reached(lambda: made.handler.requests)
        second = asyncio.ensure_future(made.get_caller_identity())
        await reached(lambda: made._workers.behind)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        release.set()
        await first
        await made.close()
        return len(made.handler.requests)

    assert run(main()) == 1


@pytest.mark.parametrize("listening", [False, True])
@pytest.mark.parametrize(
    ("options", "error"), [({"timeout": 0.05}, errors.DeadlineExceededError), ({}, errors.RequestAbortedError)]
)
def test_timeout_and_abort_signal_are_kept(options: Any, error: Any, listening: bool) -> None:
    """This holds although the handler ignores both, with and without listeners."""
    release, controller = threading.Event(), AbortController()

    async def main() -> None:
        made = client(lambda request: release.wait(PATIENCE) and ok())
        if listening:
            made.on("validate", lambda request: started.append(request.start_time))
        if not options:
            asyncio.get_running_loop().call_later(0.05, controller.abort, "enough")
        with pytest.raises(error):
            await made.get_caller_identity(**options, abort_signal=controller.signal)
        release.set()
        assert controller.signal._listeners == made._closing.signal._listeners == {}

    started: list[Any] = []
    run(main())
    assert [type(moment) for moment in started] == ([datetime] if listening else [])


def test_everything_of_the_users_runs_on_the_loop() -> None:
    """Listeners, callbacks and promise handlers run in the caller's context, and never inside `then`."""

    async def main() -> None:
        made, here = client(), threading.get_ident()
        threads: list[int] = []
        made.on("sign", lambda request: threads.append(threading.get_ident()))
        await made.get_caller_identity()

        over = asyncio.get_running_loop().create_future()
        made.make_request(
            "get_caller_identity", None, lambda error, data: (threads.append(threading.get_ident()), over.set_result(data))
        )
        assert (await over)["Account"] == "123456789012"

        promise = made.make_request("getCallerIdentity").promise()
        chained = promise.then(lambda data: threads.append(threading.get_ident()) or data["Account"])
        assert await chained == "123456789012"
        assert await Promise.all([promise, chained.then(str.upper)])
        assert len(threads) == 5
        assert set(threads) == {here}
        await made.close()

    run(main())


def test_a_promise_of_the_loop_cannot_be_waited_for_on_the_loop() -> None:
    """It would deadlock, so it is an error with advice. After the promise is settled, it works."""

    async def main() -> None:
        made = client()
        promise = made.make_request("get_caller_identity").promise()
        with pytest.raises(RuntimeError, match="await the promise"):
            promise.result()
        data = await promise
        assert promise.result() is data

    run(main())


def test_a_request_is_sent_by_a_running_loop() -> None:
    """Without a loop, the error says so, and the request can still be sent."""
    made = client()
    request = made.make_request("get_caller_identity")
    for method in (request.promise, request.send):
        with pytest.raises(RuntimeError, match="needs a running asyncio event loop"):
            method()

    async def main() -> Any:
        return (await request.promise())["Account"]

    assert run(main()) == "123456789012"


def test_a_request_cancelled_before_it_begins_ends_all_the_same() -> None:
    """The end of `asyncio.run` cancels tasks that have not started. Their callbacks run once, and the client can close."""
    seen: list[Any] = []

    async def main() -> Any:
        made = client()
        made.on("complete", lambda response: seen.append("complete"))
        made.make_request("get_caller_identity", None, lambda error, data: seen.append(type(error)))
        return made

    made = asyncio.run(main())
    assert seen == ["complete", errors.RequestAbortedError]
    asyncio.run(made.close())
    assert made.handler.requests == []


@pytest.mark.parametrize("style", ["request", "call"])
def test_a_request_can_be_aborted(style: str) -> None:
    """This works on the loop as on threads."""
    release = threading.Event()

    async def main() -> None:
        made = client(lambda request: release.wait(PATIENCE) and ok())
        events: list[str] = []
        made.on("complete", lambda response: events.append("complete"))
        if style == "request":
            request = made.make_request("get_caller_identity")
            promise = request.promise()
            asyncio.get_running_loop().call_later(0.02, request.abort)
            with pytest.raises(errors.RequestAbortedError):
                await promise
        else:
            made.on("sign", lambda request: asyncio.get_running_loop().call_later(0.02, request.abort))
            with pytest.raises(errors.RequestAbortedError):
                await made.get_caller_identity()
        release.set()
        assert events == ["complete"]

    run(main())


@pytest.mark.parametrize("wait", [True, False])
def test_closing(wait: bool) -> None:
    """It waits for calls in progress, or aborts them. New calls are rejected in both cases."""
    release = threading.Event()

    async def main() -> None:
        made = client(lambda request: (release.wait(0.05 if wait else 10), ok())[1])
        calls = [asyncio.ensure_future(made.get_caller_identity()) for _ in range(3)]
        promise = made.make_request("get_caller_identity").promise()
        await asyncio.sleep(0.01)
        await made.close(wait=wait)
        ended = await asyncio.gather(*calls, promise, return_exceptions=True)
        release.set()
        kinds = {type(one) for one in ended}
        assert kinds == ({dict} if wait else {errors.RequestAbortedError})
        with pytest.raises(errors.ConfigError, match="closed"):
            await made.get_caller_identity()

    run(main())


def test_misuse_is_told_apart() -> None:
    """Callbacks belong to STS. Wrong arguments raise when the call is awaited."""

    async def main() -> None:
        made = client()
        with pytest.raises(TypeError, match="takes no callback"):
            await made.get_caller_identity(lambda error, data: None)
        with pytest.raises(TypeError, match="Did you mean 'timeout'"):
            await made.get_caller_identity(timout=3)

    run(main())


def test_an_unawaited_request_still_ends() -> None:
    """A sent request has its own task. Its error is logged if it is not retrieved."""

    async def main() -> int:
        made = client()
        made.make_request("get_caller_identity").send()
        await asyncio.sleep(0)
        await made.close()
        return len(made.handler.requests)

    assert run(main()) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_loop_that_was_closed_in_the_middle_of_a_call_keeps_no_abort_from_others() -> None:
    """Its call gets no event any more. The next listener of the same signal does, and abort() raises nothing."""
    release, controller = threading.Event(), AbortController()
    made = client(lambda request: release.wait(PATIENCE) and ok())
    lost = asyncio.new_event_loop()
    task = lost.create_task(made.get_caller_identity(abort_signal=controller.signal))
    lost.run_until_complete(reached(lambda: made.handler.requests))
    lost.close()

    async def main() -> None:
        other = client(lambda request: release.wait(PATIENCE) and ok())
        asyncio.get_running_loop().call_later(0.02, controller.abort)
        with pytest.raises(errors.RequestAbortedError):
            await other.get_caller_identity(abort_signal=controller.signal)

    run(main())
    release.set()
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    del task
    gc.collect()


def test_under_trio_the_error_says_what_to_use_instead() -> None:
    """AsyncSTS needs asyncio. Under trio, use an STS in a thread."""
    trio = pytest.importorskip("trio")

    async def main() -> list[str]:
        made, texts = client(), []
        for use in (made.get_caller_identity, made.__aenter__):
            with pytest.raises(RuntimeError) as caught:
                await use()
            texts.append(str(caught.value))
        with pytest.raises(RuntimeError, match="asyncio"):
            made.make_request("get_caller_identity").send()
        return texts

    for text in trio.run(main):
        assert "asyncio" in text
        assert "trio.to_thread" in text


def test_a_client_serves_several_loops() -> None:
    """Loops run in sequence or at the same time, each on its own thread."""
    made = client()

    async def main() -> int:
        return len(await asyncio.gather(*(made.get_caller_identity() for _ in range(20))))

    assert [run(main()) for _ in range(2)] == [20, 20]
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(asyncio.run(main()))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert counts == [20, 20, 20]
    asyncio.run(made.close())


class OnLoop(FakeHandler):
    """A user's asyncio handler. It waits for `release`, ignores deadline and abort signal, and records its cancellation."""

    def __init__(self, release: Any) -> None:
        super().__init__(ok())
        self.release = release
        self.begun = self.cancelled = 0

    async def send(self, request: Any, *, control: Any) -> Any:  # type: ignore[override]  # the other kind of handler
        self.begun += 1
        try:
            await asyncio.wait_for(self.release.wait(), 60)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return super().send(request, control=control)


@pytest.mark.parametrize("end", ["answer", "timeout", "abort", "cancel"])
def test_a_handler_of_the_users_may_be_a_coroutine(end: str) -> None:
    """It runs on the loop, in the caller's task or in one that is cancelled in time."""

    async def main() -> None:
        handler, controller = OnLoop(asyncio.Event()), AbortController()
        made = AsyncSTS(**CREDENTIALS, request_handler=handler)
        if end == "answer":
            handler.release.set()
            assert (await made.get_caller_identity())["Account"] == "123456789012"
            return
        task = asyncio.ensure_future(
            made.get_caller_identity(timeout=0.05 if end == "timeout" else None, abort_signal=controller.signal)
        )
        if end != "timeout":
            await reached(lambda: handler.begun)
            (controller.abort if end == "abort" else task.cancel)()
        expected = {"timeout": errors.DeadlineExceededError, "abort": errors.RequestAbortedError}
        with pytest.raises(expected.get(end, asyncio.CancelledError)):
            await task
        await reached(lambda: handler.cancelled == handler.begun)

    run(main())
