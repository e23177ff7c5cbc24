"""The asyncio driver: the loop performs the effects it can, threads perform blocking ones."""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache, partial
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from sts.drivers.flights import flights
from sts.drivers.workers import Workers, thread_limit
from sts.errors import DeadlineExceededError, RequestAbortedError
from sts.events import NO_LISTENERS
from sts.http import AbortController, Control, aborted, check_time
from sts.pipeline.call import Block, Send
from sts.pipeline.run import run_call

if TYPE_CHECKING:
    from sts.http import AbortSignal
    from sts.pipeline.call import Call, Effect


async def drive_async(call: Call, workers: Workers, closing: AbortSignal) -> Any:
    """Run *call* and return its result. A cancelled task closes its connection and sends nothing more."""
    running_loop()
    unfollow = join_signals(call, closing)
    cancelled: asyncio.CancelledError | None = None
    flow = run_call(call)
    try:
        effect = next(flow)
        while True:
            try:
                result = await perform(effect, workers)
            except asyncio.CancelledError as error:
                cancelled = error
                effect = flow.throw(RequestAbortedError("The call was aborted: the task was cancelled."))
            except BaseException as error:  # noqa: BLE001 - thrown into the flow
                effect = flow.throw(error)
            else:
                effect = flow.send(result)
    except StopIteration as done:
        return done.value
    except Exception:
        if cancelled is not None:
            raise cancelled from None  # however the call ended, the task was asked to stop
        raise
    finally:
        for end in unfollow:
            end()


def join_signals(call: Call, closing: AbortSignal) -> list[Callable[[], None]]:
    """Let *closing* abort *call*, in addition to its own signal. Return a function that undoes this."""
    if call.abort is None or call.emit is not NO_LISTENERS:  # the signal of a request already follows *closing*
        call.abort = call.abort or closing
        return []
    controller = AbortController()
    ends = [controller.follow(signal) for signal in (call.abort, closing)]
    call.abort = controller.signal
    return ends


async def perform(effect: Effect, workers: Workers) -> Any:
    """Perform one effect without blocking the loop."""
    control = effect.control
    if type(effect) is Send:
        handler = effect.handler
        if not sends_on_loop(type(handler)):
            return await on_worker(effect, workers)
        sending: Any = handler.send(effect.request, control=control)
        return await (sending if getattr(handler, "bounded", False) else on_loop(sending, control))
    if type(effect) is Block:
        return await on_flight(effect)
    return await until(asyncio.get_running_loop().create_future(), control, effect.seconds)  # type: ignore[union-attr]  # a Sleep


@lru_cache(maxsize=64)
def sends_on_loop(kind: type) -> bool:
    """Return True if the `send` of a *kind* of handler is a coroutine function."""
    return iscoroutinefunction(getattr(kind, "send", None))


async def on_loop(sending: Any, control: Control) -> Any:
    """Await the coroutine of a handler that does not check deadline and abort signal itself. Cancel it when they occur."""
    future = asyncio.get_running_loop().create_future()

    def report(task: asyncio.Future[Any]) -> None:
        text = "The call was aborted: the handler cancelled it."
        error = RequestAbortedError(text) if task.cancelled() else task.exception()
        _set(future, error, None if error is not None else task.result())

    task = asyncio.ensure_future(sending)
    task.add_done_callback(report)
    try:
        return await until(future, control)
    finally:
        task.cancel()


async def on_flight(effect: Block) -> Any:
    """Wait for a blocking function on a thread that other calls may share."""
    check_time(effect.control)
    flight = flights.start(effect.function, shared=effect.shared)
    future = asyncio.get_running_loop().create_future()
    remove = flight.done.add_listener(lambda: tell(future, None, None))
    try:
        await until(future, effect.control)
    finally:
        remove()
    return flight.outcome()


async def on_worker(effect: Send, workers: Workers) -> Any:
    """Let a blocking handler send on a worker. Stop its exchange at the deadline, on abort or when the task is cancelled."""
    control = effect.control
    check_time(control)
    future = asyncio.get_running_loop().create_future()
    controller = AbortController()
    bounds = Control(control.connect_timeout, control.read_timeout, control.deadline, controller.signal)
    work = [partial(contextvars.copy_context().run, effect.handler.send, effect.request, control=bounds)]

    def run() -> None:
        if future.done():
            return  # aborted, cancelled or too late while it was queued: it must not start
        try:
            # Popped: this frame is still running when the error is raised elsewhere, so it must not keep the request.
            result = work.pop()()
        except BaseException as error:  # noqa: BLE001 - passed to the loop
            tell(future, error, None)
        else:
            tell(future, None, result)

    if not workers.submit(run):
        raise thread_limit("for a handler that blocks")
    try:
        return await until(future, control)
    except BaseException:
        controller.abort(control.abort.reason if control.abort is not None else None)
        raise


async def until(future: asyncio.Future[Any], control: Control, seconds: float | None = None) -> Any:
    """Wait for *future* (or *seconds*), the deadline, or the abort signal, whichever comes first."""
    loop = asyncio.get_running_loop()
    ends: list[Callable[[], object]] = []
    if seconds is not None:
        ends.append(loop.call_later(seconds, _set, future, None, None).cancel)
    elif control.deadline is not None:
        late = DeadlineExceededError("The call did not finish within its timeout.")
        ends.append(loop.call_later(max(control.deadline - time.monotonic(), 0), _set, future, late, None).cancel)
    if control.abort is not None:
        ends.append(control.abort.add_listener(lambda: tell(future, aborted(control), None)))
    try:
        return await future
    finally:
        for end in ends:
            end()


def running_loop() -> asyncio.AbstractEventLoop:
    """Return the running loop. Raise RuntimeError, with advice, if there is none."""
    loop = asyncio._get_running_loop()
    if loop is None:
        raise RuntimeError(
            "AsyncSTS needs a running asyncio event loop, and there is none. In synchronous code use STS; under trio, "
            "call the methods of an STS with trio.to_thread.run_sync."
        )
    return loop


def tell(future: asyncio.Future[Any], error: BaseException | None, result: Any) -> None:
    """Settle *future* from any thread. If its loop is closed, no code waits for it."""
    with suppress(RuntimeError):
        future.get_loop().call_soon_threadsafe(_set, future, error, result)


def _set(future: asyncio.Future[Any], error: BaseException | None, result: Any) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
