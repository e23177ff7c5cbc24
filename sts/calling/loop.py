"""Requests of `AsyncSTS` on an event loop: launched as tasks, with their callbacks and promises on the same loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from sts.drivers.asyncio import drive_async, tell
from sts.drivers.blocking import drive
from sts.drivers.workers import Workers
from sts.http import aborted
from sts.pipeline.run import run_call

if TYPE_CHECKING:
    from concurrent.futures import Future

    from sts.calling.request import Request
    from sts.http import AbortSignal
    from sts.pipeline.call import Gate


def launch_task(request: Request[Any], workers: Workers, closing: AbortSignal) -> None:
    """Run a sent request as a task of the running loop, and settle it there."""
    loop_reactions()  # says what to do when no loop is running
    request.call.admitted = request.call.client.gate.admit()
    task = asyncio.get_running_loop().create_task(_run(request, workers, closing))
    _tasks.add(task)
    task.add_done_callback(partial(_end_task, request))


def _end_task(request: Request[Any], task: asyncio.Task[None]) -> None:
    _tasks.discard(task)
    if not request.future.done():  # the task was cancelled before it began
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
"""Tasks of sent requests; the loop itself keeps only weak references."""


class LoopReactions:
    """Run callbacks and what was given to `then` on an event loop, one at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def submit_or_drain(self, function: Callable[[], object], settles: Future[Any] | None = None) -> None:  # noqa: ARG002 - protocol
        """Run *function* on the loop soon; here, if the loop has been closed."""
        try:
            self._loop.call_soon_threadsafe(function)
        except RuntimeError:
            function()

    def wait(self, future: Future[Any], timeout: float | None = None) -> bool:
        """Wait until *future* is done; raise RuntimeError on the loop itself, which would wait for ever."""
        if not future.done() and asyncio._get_running_loop() is self._loop:
            raise RuntimeError("result() would block the event loop that has to bring the result about; await the promise.")
        return _no_workers.wait(future, timeout)


_no_workers = Workers(0, name="sts-loop")
"""A pool without threads, for its `wait`."""


def loop_reactions() -> LoopReactions:
    """Return the reactions of the running loop; raise RuntimeError, with what to do, when none is running."""
    loop = asyncio._get_running_loop()
    if loop is None:
        raise RuntimeError("Requests of AsyncSTS are sent by a running event loop; use STS outside of one.")
    return LoopReactions(loop)


async def wait_until_empty(gate: Gate) -> None:
    """Wait until no call is inside the closed *gate*."""
    empty = asyncio.get_running_loop().create_future()
    gate.when_empty(lambda: tell(empty, None, None))
    await empty
