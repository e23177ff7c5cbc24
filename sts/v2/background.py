"""Work that belongs to no client: refreshes with a callback, and the exit status that a callback asked for."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sts.calling.promise import Promise, Settlement
from sts.calling.request import call_back
from sts.drivers.workers import Workers

_workers = Workers(8, name="sts-v2")
_callbacks = Workers(1, name="sts-callback")


def promise_of(function: Callable[[], Any]) -> Promise[Any]:
    """Run *function* on a worker; return a promise for what it returns."""
    future = Settlement()

    def run() -> None:
        future.settle(*_outcome(function))

    _workers.submit_or_drain(run, future)
    return Promise(future, _callbacks, end_process)


def call_later(function: Callable[[], Any], callback: Callable[[Any, Any], object]) -> None:
    """Run *function* on a worker, then *callback* with its error or result."""

    def run() -> None:
        error, data = _outcome(function)
        _callbacks.submit_or_drain(lambda: call_back(callback, error, data, end_process))

    _workers.submit_or_drain(run)


def _outcome(function: Callable[[], Any]) -> tuple[BaseException | None, Any]:
    try:
        return None, function()
    except BaseException as error:  # noqa: BLE001 - delivered, whatever it is
        return error, None


def end_process(exit_: SystemExit) -> None:
    """
    End the process with the status of *exit_*, as `sys.exit()` in the main thread would.

    Elsewhere Python has no gentle way: exit handlers run and output is flushed, then the process is gone, as in Node.
    """
    if threading.current_thread() is threading.main_thread():
        raise exit_
    status = exit_.code if isinstance(exit_.code, int) else 0 if exit_.code is None else 1
    if status == 1 and exit_.code != 1:
        print(exit_.code, file=sys.stderr)
    with suppress(Exception):
        atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    os._exit(status & 0xFF)
