"""Alarms: each on time, in order, once; and no thread when there is none."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

import pytest

from sts.drivers.alarms import Alarms


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "sts-alarm"]


def wait_until(condition: Any, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.002)
    return bool(condition())


def test_each_is_called_at_its_instant() -> None:
    """In the order of the instants, whatever the order in which they were set; a past one at once."""
    alarms, now, rung = Alarms(), time.monotonic(), []
    for delay in (0.15, 0.05, 0.1, -1.0, 0.05):
        alarms.set(now + delay, lambda delay=delay: rung.append((delay, time.monotonic() - now)))  # type: ignore[misc]
    assert wait_until(lambda: len(rung) == 5)

    assert [delay for delay, _ in rung] == [-1.0, 0.05, 0.05, 0.1, 0.15]
    assert all(delay <= at for delay, at in rung)
    assert wait_until(lambda: threads() == [])


def test_a_cancelled_one_is_not_called() -> None:
    """And when nothing is left the thread ends at once, though the instant is far."""
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


def test_an_earlier_one_may_come_later() -> None:
    """The thread does not sleep through it."""
    alarms, rung = Alarms(), []
    cancel = alarms.set(time.monotonic() + 3600, lambda: rung.append("late"))
    time.sleep(0.02)
    alarms.set(time.monotonic() + 0.02, lambda: rung.append("early"))
    assert wait_until(lambda: rung == ["early"])
    cancel()


def test_without_threads_nothing_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """As at the end of the program: who set it is told when its turn comes."""

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
    """It sets its own, on a thread of its own."""
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
