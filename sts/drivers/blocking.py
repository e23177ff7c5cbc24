"""The blocking driver: performs effects on the calling thread."""

from __future__ import annotations

import time
from collections.abc import Callable

from sts.base.forks import load
from sts.base.time import Waker
from sts.errors import DeadlineExceededError
from sts.http import aborted, check_time
from sts.pipeline.call import Block, Send

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sts.http import Control
    from sts.pipeline.call import Effect, Flow


def drive(flow: Flow) -> Any:
    """Perform the effects that *flow* yields until it returns. Return its result or raise its error."""
    try:
        effect = next(flow)
        while True:
            try:
                result = perform(effect)
            except BaseException as error:  # noqa: BLE001 - thrown into the flow
                effect = flow.throw(error)
            else:
                effect = flow.send(result)
    except StopIteration as done:
        return done.value
    finally:
        flow.close()  # an interrupt between two effects was not thrown into the flow


def perform(effect: Effect) -> Any:
    """Perform one effect, within its deadline and until its abort signal."""
    control = effect.control
    if type(effect) is Send:
        handler, request = effect.handler, effect.request
        if control.prompt and not getattr(handler, "bounded", False):
            return bound(lambda: handler.send(request, control=control), control)
        return handler.send(request, control=control)
    if type(effect) is Block:
        return bound(effect.function, control, shared=effect.shared) if control.prompt else effect.function()
    seconds = effect.seconds  # type: ignore[union-attr]  # a Sleep; the pipeline has checked that the deadline is later
    if control.abort is None:
        time.sleep(seconds)
    elif control.abort.wait(seconds):
        raise aborted(control)
    return None


def bound(function: Callable[[], Any], control: Control, *, shared: bool = False) -> Any:
    """Run *function* on another thread and return its result. On timeout or abort, raise and abandon it."""
    check_time(control)
    flight = load("sts.drivers.flights").flights.start(function, shared=shared, unbounded=control.deadline is None)
    signal, waker = control.abort, Waker()
    removals = [latch.add_listener(waker.wake) for latch in (flight.done, signal) if latch is not None]
    try:
        waker.wait(control.remaining(None))
    finally:
        for remove in removals:
            remove()
    if signal is not None and signal.aborted:
        raise aborted(control)
    if not flight.done.is_set:
        raise DeadlineExceededError("The call did not finish within its timeout.")
    return flight.outcome()
