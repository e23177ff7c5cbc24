"""
Ctrl-C, aborts and closes at every point of a call where a signal handler may run.

A tracing function stands for the signal handler: it runs between two instructions of the code that it interrupts, on the same
thread. The points are tried one after the other, so that the tests depend on no clock and no luck.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any

import pytest

from sts import AbortController, errors
from tests.support.fakes import client, ok
from tests.support.threads import PATIENCE, on_thread

LOOKS = ("CALL", "RESUME", "JUMP_BACKWARD")
"""Instructions after which the interpreter checks for signals (Python 3.11 and later; 3.10 checks more often)."""
ENOUGH = 100 if sys.version_info < (3, 13) else 30
"""Minimum number of points of a call. From Python 3.13 on, threads are started in C, which has none."""
OURS = ("/sts/", "/threading.py", "/queue.py", "/concurrent/")


FIRST_3_12 = (3, 12, 0) <= sys.version_info < (3, 12, 2)


class Interrupt:
    """
    Calls *act* at the *place*-th point of this thread's code at which the interpreter looks for signals, while it is entered.

    Those points are after a call, at the begin of a function, and where a loop goes back. `reached` says whether it acted.
    """

    def __init__(self, place: int, act: Callable[[], object]) -> None:
        self.left = place
        self.act = act
        self.reached = False

    def __enter__(self) -> Interrupt:
        sys.settrace(self.trace)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def trace(self, frame: Any, event: str, argument: Any) -> Any:
        if not any(part in frame.f_code.co_filename for part in OURS):
            return None
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        before = "RESUME"

        def trace_opcode(frame: Any, event: str, argument: Any) -> Any:
            nonlocal before
            if event == "opcode":
                looks = before.startswith(LOOKS)
                before = dis.opname[frame.f_code.co_code[frame.f_lasti]]
                if looks:
                    self.count()
            return trace_opcode

        return trace_opcode

    def count(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.reached = True
            sys.settrace(None)
            self.act()


def interrupt() -> None:
    raise KeyboardInterrupt


def plain(made: Any, **more: Any) -> None:
    made.get_caller_identity(**more)


def bounded(made: Any, **more: Any) -> None:
    made.get_caller_identity(timeout=3600, **more)


def with_callback(made: Any, **more: Any) -> None:
    told: SimpleQueue[Any] = SimpleQueue()  # an interrupt may break an Event
    made.get_caller_identity(lambda error, data: told.put(1), **more)
    told.get(timeout=PATIENCE)


def sent(made: Any, **more: Any) -> None:
    made.make_request("get_caller_identity").send()


STYLES: list[Callable[..., None]] = [plain, bounded, with_callback, sent]


def every_place(run: Callable[[int], bool], step: int = 1) -> int:
    """Call *run* with 1, 2, 3, ... until the call has fewer points. Return their number."""
    place = 1
    while on_thread(partial(run, place)):
        place += step
    if place == 1 and FIRST_3_12:
        pytest.skip("this Python does not trace the opcodes of each call")
    return place


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES)
def test_after_an_interrupt_at_any_point_the_client_works_and_closes(style: Callable[..., None]) -> None:
    """Locks and counts of the calls in progress are right, the pools take work, and nothing waits for the interrupted code."""

    def run(place: int) -> bool:
        made = client(ok())
        trap = Interrupt(place, interrupt)
        try:
            with trap:
                style(made)
        except KeyboardInterrupt:
            pass
        on_thread(lambda: (plain(made), bounded(made), with_callback(made)))
        on_thread(lambda: (made.close(), 1))
        return trap.reached

    assert every_place(run, 3) > ENOUGH


@pytest.mark.parametrize("style", [plain, bounded, with_callback])
def test_a_signal_handler_may_abort_at_any_point(style: Callable[..., None]) -> None:
    """It waits for no lock of the interrupted code. The call ends with the abort, or had already ended."""

    def run(place: int) -> bool:
        made, controller = client(ok()), AbortController()
        trap = Interrupt(place, controller.abort)
        try:
            with trap:
                style(made, abort_signal=controller.signal)
        except errors.RequestAbortedError:
            assert trap.reached
        made.close()
        return trap.reached

    assert every_place(run, 3) > ENOUGH


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("style", [plain, bounded, with_callback])
def test_a_signal_handler_may_close_the_client_at_any_point(style: Callable[..., None], wait: bool) -> None:
    """The interrupted call ends with its result, or with an error that gives the reason."""

    def run(place: int) -> bool:
        made = client(ok())
        trap = Interrupt(place, lambda: made.close(wait=wait))
        try:
            with trap:
                style(made)
        except (errors.RequestAbortedError, errors.ConfigError):
            assert trap.reached
        assert made._calls.closed == trap.reached
        return trap.reached

    assert every_place(run, 3) > ENOUGH
