"""Latches: set once, by any thread or signal handler, and every listener is called."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from sts.base.time import Latch, Waker


def test_a_latch_keeps_the_first_value() -> None:
    """A second `set` does nothing."""
    latch, called = Latch(), []
    latch.add_listener(lambda: called.append(1))
    assert not latch.is_set
    latch.set("first")
    latch.set("second")

    assert latch.is_set
    assert latch.value == "first"
    assert called == [1]


def test_a_listener_of_a_latch_that_is_set_is_called_at_once() -> None:
    """It is called once."""
    latch, called = Latch(), []
    latch.set()
    latch.add_listener(lambda: called.append(1))
    latch.set()

    assert called == [1]


def test_a_removed_listener_is_not_called() -> None:
    """Removing it twice does nothing."""
    latch, called = Latch(), []
    remove = latch.add_listener(lambda: called.append(1))
    remove()
    remove()
    latch.set()

    assert called == []


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_listener_that_raises_keeps_no_other_from_being_called(place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in JavaScript, its error is reported and not raised by `set`."""
    reported: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: reported.append(args.exc_type))
    latch, called = Latch(), []
    for number in range(3):
        latch.add_listener(lambda number=number: 1 / 0 if number == place else called.append(number))  # type: ignore[misc]
    latch.set()

    assert called == [number for number in range(3) if number != place]
    assert reported == [ZeroDivisionError]


def test_an_interrupt_in_a_listener_is_raised_when_all_were_called() -> None:
    """Ctrl-C ends the program, but all waits have been ended before."""
    latch, called = Latch(), []

    def interrupt() -> None:
        raise KeyboardInterrupt

    latch.add_listener(interrupt)
    latch.add_listener(lambda: called.append(1))
    with pytest.raises(KeyboardInterrupt):
        latch.set()
    assert called == [1]


def test_a_listener_may_set_and_add() -> None:
    """A signal handler may do so during either operation."""
    latch, called = Latch(), []

    def again() -> None:
        latch.set("inner")
        latch.add_listener(lambda: called.append("added"))

    latch.add_listener(again)
    latch.set("outer")
    assert latch.value == "outer"
    assert called == ["added"]


def test_of_many_threads_each_listener_is_called_once() -> None:
    """This holds for any number of threads that add listeners and set the latch."""
    for _ in range(50):
        latch, called = Latch(), []
        start = threading.Barrier(8)

        def work(number: int, latch: Latch = latch, called: list[int] = called, start: threading.Barrier = start) -> None:
            start.wait()
            latch.add_listener(lambda: called.append(number))
            latch.set(number)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(called) == list(range(8))


def test_a_wait_ends_when_the_latch_is_set_or_the_time_is_over() -> None:
    """No listener remains."""
    latch = Latch()
    assert not latch.wait(0.001)
    assert latch._listeners == {}
    threading.Timer(0.01, latch.set).start()
    assert latch.wait()
    assert latch.wait(0)


def test_a_waker_wakes_the_present_wait_or_the_next() -> None:
    """Several calls before a wait count as one."""
    waker = Waker()
    waker.wake()
    waker.wake()

    assert waker.wait()
    assert not waker.wait(0)
    assert not waker.wait(-1)
