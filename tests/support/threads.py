"""Waits of tests for other threads. What never happens fails a test instead of hanging it; how long something takes does not."""

from __future__ import annotations

import asyncio
import faulthandler
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

R = TypeVar("R")
PATIENCE = 60.0
"""
Seconds after which a thread counts as hung, on a machine however loaded. The only limit of time in the tests, and no more than a watchdog.

No test may pass or fail because something takes more or less time than it used to.
"""


def on_thread(function: Callable[[], R]) -> R:
    """Return what *function* returns, or raise what it raises, on a thread of its own; fail when it does not end."""
    future: Future[R] = Future()

    def run() -> None:
        try:
            future.set_result(function())
        except BaseException as error:
            future.set_exception(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if thread.is_alive():
        faulthandler.dump_traceback()
    assert future.done(), "the thread does not end; it may wait for itself"
    return future.result()


def raised_on_thread(function: Callable[[], object]) -> BaseException | None:
    """Return what *function* raises on a thread of its own, None if nothing; fail when it does not end."""
    return on_thread(lambda: _raised(function))


def _raised(function: Callable[[], object]) -> BaseException | None:
    try:
        function()
    except BaseException as error:
        return error
    return None


def wait_until(condition: Callable[[], object]) -> bool:
    """Return True as soon as *condition* holds; fail when it never does."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "what the test waits for does not happen"
        time.sleep(0.002)
    return True


async def reached(condition: Callable[[], object]) -> None:
    """Let the event loop run until *condition* holds; fail when it never does."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "what the test waits for does not happen"
        await asyncio.sleep(0.002)


def once(event: threading.Event, function: Callable[[], object]) -> None:
    """Call *function* on a thread of its own as soon as *event* is set."""
    threading.Thread(target=lambda: event.wait(PATIENCE) and function(), daemon=True).start()
