"""The gate of a client."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from sts.errors import ConfigError
from sts.model.operations import OPERATIONS
from sts.pipeline.call import Call, Gate


def call_of() -> Any:
    return Call(None, OPERATIONS[0], {})  # type: ignore[arg-type]  # no client is needed


def queued(gate: Gate) -> Any:
    call = call_of()
    gate.admit(call)
    call.sender = 0
    return call


def waits(gate: Gate, seconds: float | None = 0.01) -> bool:
    """Return what `wait` returns on another thread."""
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(gate.wait(seconds)))
    thread.start()
    thread.join(10)
    return answers[0]


def test_a_closed_gate_refuses_calls() -> None:
    """Neither a call that runs now nor one that is to run later gets in."""
    gate = Gate()
    assert gate.close() is True
    assert gate.close() is False
    for call in (queued(gate), call_of()):
        with gate.enter(call), pytest.raises(ConfigError, match="closed"):
            gate.check(call)
        gate.leave(call)

    assert gate.wait(0)


def test_a_call_that_was_admitted_runs_in_a_closed_gate() -> None:
    """A call that was sent before the client closed is made, and waited for."""
    gate = Gate()
    call = queued(gate)
    gate.close()
    assert gate.occupied
    assert not gate.wait(0.01)
    with gate.enter(call):
        gate.check(call)
        assert not waits(gate)
        gate.leave(call)

    assert waits(gate)
    assert not gate.occupied


def test_a_call_that_this_thread_is_sending_is_not_waited_for() -> None:
    """A signal handler that closes the client in the middle of that would wait for itself."""
    gate, call = Gate(), call_of()
    gate.admit(call)

    assert gate.wait(0)
    assert not waits(gate)


def test_a_withdrawn_call_is_not_waited_for() -> None:
    """One whose sending was interrupted never runs."""
    gate = Gate()
    call = queued(gate)
    gate.withdraw(call)
    gate.withdraw(call)

    assert gate.wait(0)


def test_waiting_is_for_the_calls_of_other_threads() -> None:
    """A call may close its client, but not past a call of another thread."""
    gate, call = Gate(), call_of()
    with gate.enter(call):
        gate.check(call)
        gate.close()
        assert gate.wait(0)
        assert not waits(gate)


def test_the_end_of_the_last_call_ends_the_wait() -> None:
    """Calls that run and calls that are queued alike."""
    gate, first = Gate(), call_of()
    second = queued(gate)
    with gate.enter(first):
        gate.close()
        waiter = threading.Thread(target=gate.wait)
        waiter.start()
        gate.leave(first)
    assert waiter.is_alive()
    with gate.enter(second):
        gate.check(second)
        gate.leave(second)
    waiter.join(10)

    assert not waiter.is_alive()


def test_an_interrupted_call_that_could_not_leave_is_not_waited_for() -> None:
    """The interpreter releases its lock, whatever interrupts the rest."""
    gate, call = Gate(), call_of()
    with pytest.raises(KeyboardInterrupt), gate.enter(call):
        raise KeyboardInterrupt
    gate.enter(call_of())  # interrupted before it had its lock

    assert not gate.occupied
    assert waits(gate)
    assert gate._running == {}


def test_a_child_process_starts_empty() -> None:
    """After a fork nothing is in progress, but closed stays closed."""
    gate, call = Gate(), call_of()
    with gate.enter(call):
        gate.admit(call_of())
        gate.close()
        gate._after_fork()

        assert waits(gate)
        assert gate.closed
        gate.leave(call)  # the parent's call ends in the child too
    assert gate.wait(0)
