"""Background work of the namespace outside a client, and the exit of the process from a callback."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sts.base.functions import fit
from sts.calling.promise import Promise, Settlement
from sts.drivers.workers import Workers
from sts.logs import surface

_workers = Workers(8, name="sts-v2")
_callbacks = Workers(1, name="sts-callback")


def promise_of(function: Callable[[], Any]) -> Promise[Any]:
    """Run *function* on a worker. Returns a promise for its result."""
    future = Settlement()
    _workers.submit_or_drain(lambda: future.settle(*outcome_of(function)), future)
    return Promise(future, _callbacks, end_process)


def run_later(function: Callable[[], Any]) -> None:
    """Run *function* on a worker."""
    _workers.submit_or_drain(function)


def call_later(function: Callable[[], Any], callback: Callable[..., object]) -> None:
    """Run *function* on a worker, then *callback* with its error or result."""
    _workers.submit_or_drain(lambda: deliver(callback, *outcome_of(function)))


def wait_for(event: threading.Event) -> None:
    """Wait until *event* is set. A worker first runs what is queued, which may set it while no other thread is free."""
    _workers.work_off()
    event.wait()


def deliver(callback: Callable[..., object], *args: Any) -> None:
    """Run *callback* with *args* on the callback thread of the namespace, one callback at a time."""
    _callbacks.submit_or_drain(lambda: call_with(callback, *args))


def call_with(callback: Callable[..., object], *args: Any) -> Any:
    """Call *callback* with as many of *args* as it accepts. Exceptions are logged; SystemExit ends the process."""
    try:
        return callback(*fit(callback, args))
    except SystemExit as exit_:
        end_process(exit_)
    except BaseException as raised:  # noqa: BLE001 - reported
        surface("A callback raised an exception", raised)
    return None


def outcome_of(function: Callable[[], Any]) -> tuple[BaseException | None, Any]:
    """Run *function*. Returns its exception and None, or None and its result."""
    try:
        return None, function()
    except BaseException as error:  # noqa: BLE001 - delivered to the callback
        return error, None


def end_process(exit_: SystemExit) -> None:
    """End the process with the status of *exit_* as `sys.exit()` in the main thread would, with exit handlers and output."""
    if threading.current_thread() is threading.main_thread():  # no other thread can raise it there
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
