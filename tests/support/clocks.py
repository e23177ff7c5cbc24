"""Clocks that a test moves by hand, and records of how long the code under test asked the system to wait."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from sts.base.time import Latch, Waker
from sts.handlers import connections

_OF_CALLS = (
    *("http", "handlers.exchange", "handlers.direct", "pipeline.call_log", "pipeline.recovery", "pipeline.run"),
    *("calling.request", "drivers.alarms", "drivers.asyncio", "drivers.blocking"),
)
"""Modules that read the clock for the limits of a call."""


class HandTime:
    """A stand-in for the module `time`. Its clock moves only by `sleep`, whose pauses it records, and by `advance`."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        """Return the time of the clock."""
        return self.now

    def time(self) -> float:
        """Return the time of the clock."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Record the pause, and move the clock by it."""
        self.pauses.append(seconds)
        self.now += seconds

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.now += seconds

    def replace(self, monkeypatch: pytest.MonkeyPatch, *modules: str) -> HandTime:
        """
        Be the time of these modules of the package, which are named without `sts.`. All others keep the real one.

        Without names these are the modules that keep the timeout of a call.
        """
        for name in modules or _OF_CALLS:
            monkeypatch.setattr(f"sts.{name}.time", self)
        return self


def record_pauses(monkeypatch: pytest.MonkeyPatch, clock: HandTime) -> list[float]:
    """Record the pauses of blocking calls, such as those between attempts. They move *clock* instead of taking time."""

    def wait(latch: Latch, seconds: float | None = None) -> bool:
        clock.sleep(seconds or 0.0)
        return latch.is_set

    monkeypatch.setattr(Latch, "wait", wait)
    return clock.pauses


class Wait(NamedTuple):
    """A wait for sockets: when it began, and after how many seconds the system was asked to end it."""

    at: float
    seconds: float | None

    @property
    def end(self) -> float | None:
        """Time of the clock at which the wait ends without an event."""
        return None if self.seconds is None else round(self.at + self.seconds, 6)


def reads_of_this_thread(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Return an event that is set when this thread has read something from a socket."""
    read, reader = threading.Event(), threading.get_ident()

    def telling(function: Any) -> Any:
        def receive(sock: socket.socket, *more: Any) -> Any:
            got = function(sock, *more)
            if threading.get_ident() == reader:
                read.set()
            return got

        return receive

    for name in ("recv", "recv_into"):
        monkeypatch.setattr(socket.socket, name, telling(getattr(socket.socket, name)))
    return read


def record_polls(monkeypatch: pytest.MonkeyPatch, clock: HandTime, *takes: float, events: int = connections.READ) -> list[Wait]:
    """
    Record the waits of the default handler for one of *events*: the first takes the first of *takes* in seconds of *clock*...

    The last one stays. A wait that asks for less ends without an event. One that asks for more really waits for its event.
    """
    lengths = list(takes)
    true, waits = connections.poll, list[Wait]()

    def poll(wanted: dict[int, int], seconds: float | None) -> list[tuple[int, int]]:
        if not any(one & events for one in wanted.values()) or seconds == 0:
            return true(wanted, 0 if seconds == 0 else None)
        waits.append(Wait(clock.now, seconds))
        length = lengths.pop(0) if len(lengths) > 1 else lengths[0]
        if seconds is not None and seconds <= length:
            clock.advance(seconds)
            return []
        clock.advance(length)
        return true(wanted, None)

    monkeypatch.setattr(connections, "poll", poll)
    return waits


def record_wakers(
    monkeypatch: pytest.MonkeyPatch, clock: HandTime, module: str, first: Callable[[], object] = lambda: None
) -> list[float | None]:
    """
    Record how long wakers of the module `sts.`*module* are asked to wait. Limited waits end without being woken.

    Before that, *first* is called, which may wait for what has to happen meanwhile.
    """
    asked: list[float | None] = []

    class Recorded(Waker):
        def wait(self, seconds: float | None = None) -> bool:
            asked.append(seconds)
            assert len(asked) < 1000, "the code waits again and again, although time has passed"
            if seconds is None:
                return super().wait()
            first()
            clock.advance(seconds)
            return False

    monkeypatch.setattr(f"sts.{module}.Waker", Recorded)
    return asked
