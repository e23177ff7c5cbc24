"""The asyncio driver: the loop waits, worker threads perform what blocks."""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sts.drivers.workers import Workers
from sts.errors import DeadlineExceededError, RequestAbortedError
from sts.http import AbortController, aborted
from sts.pipeline.call import Send, Sleep
from sts.pipeline.run import run_call

if TYPE_CHECKING:
    from concurrent.futures import Future

    from sts.http import AbortSignal
    from sts.pipeline.call import Call, Effect


async def drive_async(call: Call, workers: Workers, closing: AbortSignal) -> Any:
    """Run *call* and return its result; a cancelled task drops its connection and sends nothing more."""
    controller = AbortController()
    unfollow = [controller.follow(signal) for signal in (call.abort, closing) if signal is not None]
    call.abort = controller.signal
    cancelled: asyncio.CancelledError | None = None
    flow = run_call(call)
    try:
        effect = next(flow)
        while True:
            try:
                answer = await perform(effect, workers)
            except asyncio.CancelledError as error:
                cancelled = error
                controller.abort("the task was cancelled")
                effect = flow.throw(aborted(effect.control))
            except BaseException as error:  # noqa: BLE001 - thrown into the flow
                effect = flow.throw(error)
            else:
                effect = flow.send(answer)
    except StopIteration as done:
        return done.value
    except Exception:
        if cancelled is not None:
            raise cancelled from None  # whatever the call ended with, the task was asked to stop
        raise
    finally:
        for end in unfollow:
            end()


async def perform(effect: Effect, workers: Workers) -> Any:
    """Perform one effect without blocking the loop."""
    control = effect.control
    if type(effect) is Send:
        return await on_worker(lambda: effect.handler.send(effect.request, control=control), effect, workers)
    if type(effect) is Sleep:
        return await until(asyncio.get_running_loop().create_future(), effect, effect.seconds)
    return await on_worker(effect.function, effect, workers)  # type: ignore[union-attr]  # a Block


async def on_worker(function: Callable[[], Any], effect: Effect, workers: Workers) -> Any:
    """Run *function* on a worker and wait for it, until the deadline or the abort signal."""
    loop, control = asyncio.get_running_loop(), effect.control
    future = loop.create_future()
    context = contextvars.copy_context()
    if control.deadline is not None and time.monotonic() >= control.deadline:
        raise DeadlineExceededError("The call's timeout had passed before this could begin.")

    def run() -> None:
        if future.done():
            return  # aborted, cancelled or too late while it was queued: it must not begin any more
        outcome: tuple[BaseException | None, Any]
        try:
            outcome = (None, context.run(function))
        except BaseException as error:  # noqa: BLE001 - handed to the loop
            outcome = (error, None)
        tell(future, *outcome)

    if not workers.submit(run):
        raise RequestAbortedError("No thread can be started to perform the call.")
    return await until(future, effect, None)


async def until(future: asyncio.Future[Any], effect: Effect, seconds: float | None) -> Any:
    """Wait for *future* (or *seconds*), the deadline, or the abort signal, whichever is first."""
    loop = asyncio.get_running_loop()
    control = effect.control
    timer = None
    if seconds is not None:
        timer = loop.call_later(seconds, _set, future, None, None)
    elif control.deadline is not None:
        late = DeadlineExceededError("The call did not finish within its timeout.")
        timer = loop.call_later(max(control.deadline - time.monotonic(), 0), _set, future, late, None)
    remove = None
    if control.abort is not None:
        remove = control.abort.add_listener(lambda: tell(future, aborted(control), None))
    try:
        return await future
    finally:
        if timer is not None:
            timer.cancel()
        if remove is not None:
            remove()


def tell(future: asyncio.Future[Any], error: BaseException | None, result: Any) -> None:
    """Settle *future* from any thread; when its loop is closed nobody waits any more."""
    with suppress(RuntimeError):
        future.get_loop().call_soon_threadsafe(_set, future, error, result)


def _set(future: asyncio.Future[Any], error: BaseException | None, result: Any) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


async def wait_for_future(future: Future[Any]) -> Any:
    """Wait for a `concurrent.futures.Future` on the running loop."""
    return await asyncio.wrap_future(future)
