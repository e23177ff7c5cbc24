"""Work of the namespace that belongs to no client: refreshes with a callback or a promise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sts.calling.promise import Promise, Settlement
from sts.calling.request import call_back
from sts.drivers.workers import Workers
from sts.v2.background__exits import end_process

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
