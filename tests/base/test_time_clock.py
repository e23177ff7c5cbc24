"""The clock for signatures."""

from __future__ import annotations

import threading
from datetime import datetime, timezone

from sts.base.time import Clock


def test_it_tells_the_machines_time_in_utc() -> None:
    """The time is an aware datetime."""
    clock = Clock(now=lambda: 1_700_000_000.0)

    assert clock.now() == datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)
    assert clock.offset_of("a") == 0.0


def test_the_offset_of_the_option_holds_for_every_host_until_one_is_known_better() -> None:
    """The offset of a host refers to the machine's clock, not to the option."""
    clock = Clock(30.0, now=lambda: 1000.0)
    clock.correct("a", 4600.0)

    assert (clock.time("a"), clock.time("b")) == (4600.0, 1030.0)
    assert (clock.offset_of("a"), clock.offset_of("b")) == (3600.0, 30.0)


def test_each_host_has_its_own_time() -> None:
    """A host with a wrong clock does not affect others."""
    clock = Clock(now=lambda: 1000.0)
    clock.correct("a", 0.0)

    assert (clock.time("a"), clock.time("b")) == (0.0, 1000.0)


def test_a_corrected_clock_goes_on() -> None:
    """It stores an offset, not a time."""
    now = [1000.0]
    clock = Clock(now=lambda: now[0])
    clock.correct("a", 4600.0)
    now[0] += 60.0

    assert clock.time("a") == 4660.0


def test_many_threads_may_correct_it_at_once() -> None:
    """The last correction is used, and nothing is lost."""
    clock = Clock(now=lambda: 0.0)

    def correct(host: str) -> None:
        for offset in range(500):
            clock.correct(host, float(offset))

    threads = [threading.Thread(target=correct, args=(f"h{n}",)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {clock.offset_of(f"h{n}") for n in range(16)} == {499.0}
