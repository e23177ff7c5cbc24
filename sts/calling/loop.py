"""Requests of `AsyncSTS` on an event loop: launched as tasks, with their callbacks and promises on the same loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from sts.drivers.asyncio import drive_async, running_loop
from sts.drivers.blocking import drive
from sts.drivers.workers import Workers
from sts.http import aborted
from sts.pipeline.run import run_call

if TYPE_CHECKING:
    from concurrent.futures import Future

    from sts.calling.request import Request
    from sts.http import AbortSignal
    from sts.pipeline.call import CallsInProgress


def launch_task(request: Request[Any], workers: Workers, closing: AbortSignal) -> None:
    """Run a sent request as a task of the running loop, and settle it there."""
    loop = running_loop()
    request.call.client._calls.admit(request.call)
    task = loop.create_task(_run(request, workers, closing))
    request.call.sender = 0
    _tasks.add(task)
    task.add_done_callback(partial(_end_task, request))


def _end_task(request: Request[Any], task: asyncio.Task[None]) -> None:
    _tasks.discard(task)
    if not request.future.done():  # the task was cancelled before it started
        request.abort().run(lambda call: drive(run_call(call)))


async def _run(request: Request[Any], workers: Workers, closing: AbortSignal) -> None:
    try:
        data = await drive_async(request.call, workers, closing)
    except BaseException as error:
        request.settle(error if isinstance(error, Exception) else aborted(request.call.control), None)
        if not isinstance(error, Exception):
            raise
    else:
        request.settle(None, data)


_tasks: set[asyncio.Task[None]] = set()
"""Tasks of sent requests. The loop itself keeps only weak references."""


class LoopReactions:
    """Executor of callbacks and promise handlers on the running loop, one at a time. Raises RuntimeError if there is none."""

    def __init__(self) -> None:
        self._loop = running_loop()

    def submit_or_drain(self, function: Callable[[], object], settles: Future[Any] | None = None) -> None:  # noqa: ARG002 - protocol
        """Run *function* on the loop soon. If the loop has been closed, run it here."""
        try:
            self._loop.call_soon_threadsafe(function)
        except RuntimeError:
            function()

    def wait(self, future: Future[Any], timeout: float | None = None) -> bool:
        """Wait until *future* is done. Raise RuntimeError on the loop itself, where this would never end."""
        if not future.done() and asyncio._get_running_loop() is self._loop:
            raise RuntimeError("result() would block the event loop that must produce the result; await the promise.")
        return _no_workers.wait(future, timeout)


_no_workers = Workers(0, name="sts-loop")
"""A pool without threads, used for its `wait`."""


async def wait_until_empty(calls: CallsInProgress) -> None:
    """Wait until none of the *calls* of a closed client is queued or runs."""
    while calls.occupied:
        await asyncio.sleep(_CLOSING_INTERVAL)


_CLOSING_INTERVAL = 0.005
"""Seconds between checks of the calls of a closing client. Polling, so that no call has to report its end."""
