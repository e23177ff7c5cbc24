"""The gate of a client."""

from __future__ import annotations

import threading

import pytest

from sts.errors import ConfigError
from sts.pipeline.call import Gate


def test_a_closed_gate_lets_nobody_in() -> None:
    """Neither a call that runs now nor one that is to run later."""
    gate = Gate()
    assert gate.close() is True
    assert gate.close() is False
    assert gate.admit() is False
    with pytest.raises(ConfigError, match="closed"):
        gate.enter()


def test_who_was_admitted_may_enter_a_closed_gate() -> None:
    """A call that was sent before the client closed is made."""
    gate = Gate()
    assert gate.admit()
    gate.close()
    gate.enter(admitted=True)
    gate.leave()

    assert gate.wait(0)


def test_waiting_is_for_the_calls_of_others() -> None:
    """A call may wait in its own middle, but not past somebody else's."""
    gate = Gate()
    gate.enter()
    gate.close()
    assert gate.wait(0)

    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(gate.wait(0.01)))
    thread.start()
    thread.join(5)
    assert answers == [False]


def test_the_last_call_wakes_who_waits() -> None:
    """`wait` returns and the functions of `when_empty` are called when the last call leaves."""
    gate = Gate()
    gate.admit()
    gate.admit()
    gate.close()
    called: list[int] = []
    gate.when_empty(lambda: called.append(1))
    waiter = threading.Thread(target=gate.wait)
    waiter.start()
    gate.leave()
    assert called == []
    gate.leave()
    waiter.join(5)

    assert called == [1]
    assert not waiter.is_alive()
    gate.when_empty(lambda: called.append(2))
    assert called == [1, 2]


def test_a_child_process_starts_empty() -> None:
    """After a fork nothing is in flight, but closed stays closed."""
    gate = Gate()
    gate.enter()
    gate.close()
    gate.after_fork()

    assert gate.wait(0)
    assert gate.closed
    gate.leave()  # the parent's call ends in the child too
    assert gate.wait(0)
