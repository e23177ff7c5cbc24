"""The asyncio driver: the loop waits, worker threads perform what blocks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sts.call import Send, Sleep
from sts.errors import DeadlineExceededError, RequestAbortedError
from sts.http import AbortController, aborted
from sts.pipeline import run_call

if TYPE_CHECKING:
    from concurrent.futures import Future

    from sts.call import Call, Effect, Flow
    from sts.drivers.workers import Workers
    from sts.request import Request


async def drive_async(flow: Flow, call: Call, workers: Workers) -> Any:
    """Perform what *flow* yields; a cancelled task drops its connection and sends nothing more."""
    controller = AbortController()
    if call.abort is not None:
        call.abort.add_listener(lambda: controller.abort(call.abort.reason))  # type: ignore[union-attr]
    call.abort = controller.signal
    cancelled: asyncio.CancelledError | None = None
    try:
        effect = next(flow)
        while True:
            try:
                answer = await perform(effect, workers)
            except asyncio.CancelledError as error:
                cancelled = error
                controller.abort("the task was cancelled")
                effect = flow.throw(RequestAbortedError("The call's task was cancelled."))
            except BaseException as error:  # noqa: BLE001 - thrown into the flow
                effect = flow.throw(error)
            else:
                effect = flow.send(answer)
    except StopIteration as done:
        return done.value
    except RequestAbortedError:
        if cancelled is not None:
            raise cancelled from None
        raise


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
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    def run() -> None:
        outcome: tuple[Any, BaseException | None]
        try:
            outcome = (function(), None)
        except BaseException as error:  # noqa: BLE001 - handed to the loop
            outcome = (None, error)
        try:
            loop.call_soon_threadsafe(settle, *outcome)
        except RuntimeError:
            return  # the loop is closed: nobody waits any more

    if not workers.submit(run):
        raise RequestAbortedError("The interpreter is shutting down; no thread is left to perform the call.")
    return await until(future, effect, None)


async def until(future: asyncio.Future[Any], effect: Effect, seconds: float | None) -> Any:
    """Wait for *future* (or *seconds*), the deadline, or the abort signal, whichever is first."""
    loop = asyncio.get_running_loop()
    control = effect.control
    timers = []
    if seconds is not None:
        timers.append(loop.call_later(seconds, _set, future, None))
    elif control.deadline is not None:
        late = DeadlineExceededError("The call did not finish within its timeout.")
        timers.append(loop.call_later(max(control.deadline - time.monotonic(), 0), _set, future, late))
    remove = None
    if control.abort is not None:
        remove = control.abort.add_listener(lambda: loop.call_soon_threadsafe(lambda: _set(future, aborted(control))))
    try:
        return await future
    finally:
        for timer in timers:
            timer.cancel()
        if remove is not None:
            remove()


def _set(future: asyncio.Future[Any], error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)


async def wait_for_future(future: Future[Any]) -> Any:
    """Wait for a `concurrent.futures.Future` on the running loop."""
    return await asyncio.wrap_future(future)


def launch_task(request: Request[Any], workers: Workers) -> None:
    """Run a sent request as a task of the running loop, and settle it there."""

    async def run() -> None:
        call = request.call
        try:
            data = await drive_async(run_call(call), call, workers)
        except BaseException as error:
            request.settle(error, None)
            if isinstance(error, asyncio.CancelledError):
                raise
        else:
            request.settle(None, data)

    task = asyncio.get_running_loop().create_task(run())
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


_tasks: set[asyncio.Task[None]] = set()
"""Tasks of sent requests; the loop itself keeps only weak references."""


async def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until *condition* holds, looking every 10 ms."""
    while not condition():
        await asyncio.sleep(0.01)
