"""Coroutines run from threads: on the loop of the call that waits for them, else on a loop of their own."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any

LOOP: ContextVar[asyncio.AbstractEventLoop | None] = ContextVar("sts_loop", default=None)
"""The loop of the call for which a thread works."""


def remember_loop() -> None:
    """Let the coroutines of this task's calls run on its loop."""
    LOOP.set(asyncio.get_running_loop())


async def in_thread(function: Callable[[], Any]) -> Any:
    """Run *function* on a thread; coroutines that it waits for run on this loop."""
    remember_loop()
    return await asyncio.to_thread(function)


def run_coroutine(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """
    Wait for *coroutine* and return its result, from a thread that may block.

    It runs on the loop of the present call (an aiohttp session, say, belongs to that), or else on one of its own.
    """
    loop = LOOP.get()
    here = asyncio._get_running_loop()
    if loop is not None and loop.is_running() and loop is not here:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result()
    if here is None:
        return asyncio.run(coroutine)
    return _on_thread(coroutine)


def _on_thread(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run *coroutine* on a thread with a loop: in this one a loop is running, and waits for us."""
    outcome: list[Any] = []
    context = contextvars.copy_context()

    def run() -> None:
        try:
            outcome.append((context.run(asyncio.run, coroutine), None))
        except BaseException as error:  # noqa: BLE001 - raised by the thread that waits
            outcome.append((None, error))

    thread = threading.Thread(target=run, name="sts-coroutine", daemon=True)
    thread.start()
    thread.join()
    result, error = outcome.pop()
    if error is not None:
        raise error
    return result
