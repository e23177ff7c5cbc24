"""Code run on a thread of its own, so that what waits for itself fails a test instead of hanging it."""

from __future__ import annotations

import faulthandler
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

R = TypeVar("R")
PATIENCE = 60.0
"""Seconds after which a thread counts as hung, on a machine however loaded."""


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
