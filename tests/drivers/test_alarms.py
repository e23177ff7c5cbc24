"""Alarms: each is called on time, in order and once. Without alarms there is no thread."""

from __future__ import annotations

import os
import threading
import time

import pytest

from sts.base.time import Waker
from sts.drivers.alarms import Alarms
from tests.support.clocks import HandTime
from tests.support.threads import PATIENCE, wait_until


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "sts-alarm"]


def test_each_is_called_at_its_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are called in the order of their instants, not of their setting. A past one is called immediately."""
    clock, alarms, rung = HandTime().replace(monkeypatch), Alarms(), list[float]()
    now = clock.now
    for delay in (0.03, 0.01, 0.02, -1.0, 0.01):
        alarms.set(now + delay, lambda delay=delay: rung.append(delay))  # type: ignore[misc]
    for at, expected in ((0.0, [-1.0]), (0.01, [-1.0, 0.01, 0.01]), (0.02, [-1.0, 0.01, 0.01, 0.02])):
        clock.now = now + at
        wait_until(lambda expected=expected: len(rung) >= len(expected))  # type: ignore[misc]
        assert rung == expected
    clock.now = now + 0.03
    assert wait_until(lambda: threads() == [])
    assert rung == [-1.0, 0.01, 0.01, 0.02, 0.03]


def test_a_cancelled_one_is_not_called() -> None:
    """When none is left, the thread ends immediately, even if the instant is far away."""
    alarms, rung = Alarms(), []
    cancels = [alarms.set(time.monotonic() + delay, lambda: rung.append(1)) for delay in (3600, 0.02, 0.02)]
    cancels[1]()
    assert wait_until(lambda: rung == [1])
    assert len(threads()) == 1
    cancels[0]()
    cancels[0]()
    assert wait_until(lambda: threads() == [])
    assert not alarms._functions

    alarms.set(time.monotonic(), lambda: rung.append(2))
    assert wait_until(lambda: rung == [1, 2])


class Told(Waker):
    """A waker that sets an event when a thread waits for it."""

    def __init__(self, event: threading.Event) -> None:
        super().__init__()
        self.event = event

    def wait(self, seconds: float | None = None) -> bool:
        woken = super().wait(0)
        if not woken:
            self.event.set()
        return woken or super().wait(seconds)


def test_an_earlier_one_may_come_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread does not sleep beyond it."""
    alarms, rung, sleeping = Alarms(), [], threading.Event()
    monkeypatch.setattr(alarms, "_changed", Told(sleeping))
    cancel = alarms.set(time.monotonic() + 3600, lambda: rung.append("late"))
    assert sleeping.wait(PATIENCE)
    alarms.set(time.monotonic() + 0.02, lambda: rung.append("early"))
    assert wait_until(lambda: rung == ["early"])
    cancel()


def test_without_threads_nothing_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """This happens at the end of the program. The call then ends when it is its turn."""

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread at interpreter shutdown")

    alarms = Alarms()
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        cancel = alarms.set(time.monotonic(), lambda: None)
    cancel()
    assert not alarms._functions


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_child_process_has_none_of_its_parents() -> None:
    """It sets its own alarms, on its own thread."""
    alarms = Alarms()
    cancel = alarms.set(time.monotonic() + 3600, lambda: None)
    pid = os.fork()
    if pid == 0:
        rung: list[int] = []
        before = len(alarms._functions)
        alarms.set(time.monotonic(), lambda: rung.append(1))
        os._exit(0 if before == 0 and wait_until(lambda: rung) else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert len(alarms._functions) == 1
    cancel()
