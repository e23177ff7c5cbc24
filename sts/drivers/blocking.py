"""The blocking driver: performs effects on the calling thread."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sts.drivers.workers import Workers
from sts.errors import DeadlineExceededError
from sts.http import aborted
from sts.pipeline.call import Send, Sleep

if TYPE_CHECKING:
    from sts.http import Control
    from sts.pipeline.call import Effect, Flow

_lent = Workers(daemon=True, idle=5.0, name="sts-io")
"""Threads for I/O that somebody waits for with a deadline or an abort signal, and abandons when it takes too long."""


def drive(flow: Flow) -> Any:
    """Perform what *flow* yields until it returns; return its result or raise its error."""
    try:
        effect = next(flow)
        while True:
            try:
                answer = perform(effect)
            except BaseException as error:  # noqa: BLE001 - thrown into the flow
                effect = flow.throw(error)
            else:
                effect = flow.send(answer)
    except StopIteration as done:
        return done.value


def perform(effect: Effect) -> Any:
    """Perform one effect, within its deadline and until its abort signal."""
    control = effect.control
    if type(effect) is Send:
        if control.prompt:
            return bound(lambda: effect.handler.send(effect.request, control=control), control)
        return effect.handler.send(effect.request, control=control)
    if type(effect) is Sleep:
        return pause(effect.seconds, control)
    return bound(effect.function, control) if control.prompt else effect.function()  # type: ignore[union-attr]  # a Block


def pause(seconds: float, control: Control) -> None:
    """Wait, and stop waiting on abort; the pipeline has made sure that the deadline is not nearer."""
    if control.abort is None:
        time.sleep(seconds)
    elif control.abort.wait(seconds):
        raise aborted(control)


def bound(function: Callable[[], Any], control: Control) -> Any:
    """Run *function* on another thread; return its result, or raise on time while it is abandoned."""
    signal = control.abort
    if signal is not None and signal.aborted:
        raise aborted(control)
    if control.deadline is not None and time.monotonic() >= control.deadline:
        raise DeadlineExceededError("The call's timeout had passed before this could begin.")
    ready = threading.Event()
    outcome: list[Any] = []
    context = contextvars.copy_context()

    def run() -> None:
        try:
            outcome.append((context.run(function), None))
        except BaseException as error:  # noqa: BLE001 - handed to the waiting thread
            outcome.append((None, error))
        ready.set()

    if not _lent.submit(run):
        run()  # no more threads at interpreter shutdown: our handlers keep the deadline by themselves
    remove = signal.add_listener(ready.set) if signal is not None else None
    try:
        ready.wait(control.remaining(None))
    finally:
        if remove is not None:
            remove()
    if signal is not None and signal.aborted:
        raise aborted(control)
    if not outcome:
        raise DeadlineExceededError("The call did not finish within its timeout.")
    result, error = outcome.pop()
    if error is not None:
        try:
            raise error
        finally:
            del error  # breaks the cycle of the error, its traceback and this frame
    return result
