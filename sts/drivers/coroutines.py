"""Runs coroutines from threads: on the loop of the waiting call, or on a separate loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from functools import partial
from typing import Any

from sts.drivers.flights import flights

LOOP: ContextVar[asyncio.AbstractEventLoop | None] = ContextVar("sts_loop", default=None)
"""Loop of the call for which a thread works."""


def remember_loop() -> None:
    """Let the coroutines of this task's calls run on its loop."""
    LOOP.set(asyncio.get_running_loop())


async def in_thread(function: Callable[[], Any]) -> Any:
    """Run *function* on a thread. Coroutines that it waits for run on this loop."""
    remember_loop()
    return await asyncio.to_thread(function)


def run_coroutine(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run *coroutine* from a thread that may block: on the loop of the current call, which its objects need, or a new one."""
    loop = LOOP.get()
    here = asyncio._get_running_loop()
    if loop is not None and loop.is_running() and loop is not here:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result()
    if here is None:
        return asyncio.run(coroutine)
    # The loop of this thread waits for the coroutine.
    flight = flights.start(partial(asyncio.run, coroutine))
    flight.done.wait()
    return flight.outcome()
