"""The calls of a client that are queued or running."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from sts.errors import ConfigError
from sts.model.operations import OPERATIONS
from sts.pipeline.call import Call, CallsInProgress
from tests.support.threads import PATIENCE


def call_of() -> Any:
    return Call(None, OPERATIONS[0], {})  # type: ignore[arg-type]  # no client is needed


def queued(calls: CallsInProgress) -> Any:
    call = call_of()
    calls.admit(call)
    call.sender = 0
    return call


def waits(calls: CallsInProgress, seconds: float | None = 0.01) -> bool:
    """Return what `wait` returns on another thread."""
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(calls.wait(seconds)))
    thread.start()
    thread.join(PATIENCE)
    return answers[0]


def test_a_closed_client_rejects_calls() -> None:
    """Both a call that runs immediately and a queued one are rejected."""
    calls = CallsInProgress()
    assert calls.close() is True
    assert calls.close() is False
    for call in (queued(calls), call_of()):
        with calls.enter(call), pytest.raises(ConfigError, match="closed"):
            calls.check(call)
        calls.leave(call)

    assert calls.wait(0)


def test_a_call_that_was_admitted_runs_after_the_client_closed() -> None:
    """A call that was queued before the client closed is made, and `wait` waits for it."""
    calls = CallsInProgress()
    call = queued(calls)
    calls.close()
    assert calls.occupied
    assert not calls.wait(0.01)
    with calls.enter(call):
        calls.check(call)
        assert not waits(calls)
        calls.leave(call)

    assert waits(calls)
    assert not calls.occupied


def test_a_call_that_this_thread_is_sending_is_not_waited_for() -> None:
    """A signal handler that closes the client meanwhile would wait for its own thread."""
    calls, call = CallsInProgress(), call_of()
    calls.admit(call)

    assert calls.wait(0)
    assert not waits(calls)


def test_a_withdrawn_call_is_not_waited_for() -> None:
    """A call whose sending was interrupted never runs."""
    calls = CallsInProgress()
    call = queued(calls)
    calls.withdraw(call)
    calls.withdraw(call)

    assert calls.wait(0)


def test_waiting_is_for_the_calls_of_other_threads() -> None:
    """A call may close its client. `wait` does not wait for that call, but for those of other threads."""
    calls, call = CallsInProgress(), call_of()
    with calls.enter(call):
        calls.check(call)
        calls.close()
        assert calls.wait(0)
        assert not waits(calls)


def test_the_end_of_the_last_call_ends_the_wait() -> None:
    """This applies to running and to queued calls."""
    calls, first = CallsInProgress(), call_of()
    second = queued(calls)
    with calls.enter(first):
        calls.close()
        waiter = threading.Thread(target=calls.wait)
        waiter.start()
        calls.leave(first)
    assert waiter.is_alive()
    with calls.enter(second):
        calls.check(second)
        calls.leave(second)
    waiter.join(PATIENCE)

    assert not waiter.is_alive()


def test_an_interrupted_call_that_could_not_leave_is_not_waited_for() -> None:
    """The interpreter releases the lock of the call in any case."""
    calls, call = CallsInProgress(), call_of()
    with pytest.raises(KeyboardInterrupt), calls.enter(call):
        raise KeyboardInterrupt
    calls.enter(call_of())  # interrupted before it had its lock

    assert not calls.occupied
    assert waits(calls)
    assert calls._running == {}


def test_a_child_process_starts_empty() -> None:
    """After a fork no call is in progress, but a closed client stays closed."""
    calls, call = CallsInProgress(), call_of()
    with calls.enter(call):
        calls.admit(call_of())
        calls.close()
        calls._after_fork()

        assert waits(calls)
        assert calls.closed
        calls.leave(call)  # the parent's call ends in the child too
    assert calls.wait(0)
