"""State of one exchange: the limit of each stage, the time left, and the effect of an abort on its waits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sts import AbortController
from sts.errors import ConfigError, DeadlineExceededError, RequestAbortedError
from sts.handlers.exchange import Exchange, check_host
from sts.http import Control


class Time:
    """A clock whose time passes only when a test advances it."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The clock of all exchanges."""
    made = Time()
    monkeypatch.setattr("sts.handlers.exchange.time", made)
    return made


def exchange(place: str = "sts.example:443", **control: Any) -> Exchange:
    return Exchange(Control(**control), place)


class Wait:
    """A wait that records how often it was ended."""

    def __init__(self) -> None:
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1


@pytest.mark.parametrize(
    ("limit", "deadline", "left"),
    [(None, None, None), (5.0, None, 5.0), (None, 103.0, 3.0), (5.0, 103.0, 3.0), (2.0, 103.0, 2.0)],
)
def test_a_stage_has_its_limit_or_what_the_deadline_leaves(
    clock: Time, limit: float | None, deadline: float | None, left: float | None
) -> None:
    """The lower limit applies. Its time starts with the stage, and none is left at its end."""
    one = exchange(deadline=deadline)
    one.enter("response", limit)
    assert one.stage == "response"
    assert one.left() == left
    if left is None:
        return
    clock.seconds += left - 0.25
    assert one.left() == 0.25
    clock.seconds += 0.25
    with pytest.raises(TimeoutError, match="timed out"):
        one.left()
    one.enter("body", limit)
    if deadline is None:
        assert one.left() == limit


def test_before_the_first_stage_nothing_is_bounded(clock: Time) -> None:
    """A new exchange has sent and received nothing. It has no proxy."""
    one = exchange(deadline=100.5)
    assert (one.left(), one.stage, one.received, one.proxy, one.data) == (None, "connect", False, None, b"")
    one.begun = True
    assert one.received


def test_late_is_a_millisecond_before_the_deadline(clock: Time) -> None:
    """Waits may end a millisecond early. Without a deadline an exchange is never late."""
    clock.seconds = 0.0
    one = exchange(deadline=1.0)
    assert not one.late
    clock.seconds = 0.9985
    assert not one.late
    clock.seconds = 0.999
    assert one.late
    assert not exchange().late


def test_an_exchange_begins_before_the_deadline_only(clock: Time) -> None:
    """At the deadline it is too late. The error contains the host."""
    exchange(deadline=100.25).start()
    with pytest.raises(DeadlineExceededError, match="before the request was sent") as caught:
        exchange(deadline=100.0).start()
    assert caught.value.hostname == "sts.example"


def test_an_abort_before_the_begin_is_raised(clock: Time) -> None:
    """The abort takes precedence over a deadline that has passed."""
    controller = AbortController()
    exchange(abort=controller.signal, deadline=101.0).start()
    controller.abort()
    with pytest.raises(RequestAbortedError):
        exchange(abort=controller.signal, deadline=100.0).start()


def test_an_abort_ends_the_waits_of_the_moment() -> None:
    """It ends neither earlier waits, nor any wait after the end of the exchange."""
    controller = AbortController()
    one = exchange(abort=controller.signal)
    one.start()
    earlier, first, second = Wait(), Wait(), Wait()
    one.watch(earlier)
    one.watch(first, second)
    one.check_abort()
    assert not one.aborted
    controller.abort()
    assert (earlier.woken, first.woken, second.woken) == (0, 1, 1)
    assert one.aborted
    for check in (one.check_abort, one.watch):
        with pytest.raises(ConnectionAbortedError):
            check()


def test_the_end_forgets_the_waits_and_the_request() -> None:
    """The return value says whether the connection may be reused. After an abort it may not."""
    controller = AbortController()
    one, wait = exchange(abort=controller.signal), Wait()
    one.start()
    one.watch(wait)
    one.data = b"secret"
    assert one.end() is True
    assert one.data == b""
    controller.abort()
    one.drop()
    assert wait.woken == 0
    assert one.end() is False
    assert exchange().end() is True


def test_a_listener_is_taken_back() -> None:
    """Otherwise a controller that serves many calls would keep all their listeners."""
    dropped: list[str] = []
    abort: Any = SimpleNamespace(aborted=False, add_listener=lambda _: lambda: dropped.append("listener"))
    one = exchange(abort=abort)
    one.start()
    assert dropped == []
    one.end()
    assert dropped == ["listener"]


@pytest.mark.parametrize(
    ("place", "host"),
    [
        ("sts.example:443", "sts.example"),
        ("127.0.0.1:80", "127.0.0.1"),
        ("[::1]:443", "::1"),
        ("[fe80::1%eth0]:1", "fe80::1%eth0"),
    ],
)
def test_the_host_of_a_place(place: str, host: str) -> None:
    """The host has neither port nor brackets."""
    assert exchange(place).host == host


def test_a_guarded_network_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent to a host that `sts.testing` blocks. The error contains the host."""
    monkeypatch.setattr("sts.handlers.exchange.allow_host", lambda host: host == "localhost")
    check_host("localhost")
    exchange("localhost:1").start()
    with pytest.raises(ConfigError, match="tried to reach sts.example, but") as caught:
        exchange().start()
    assert caught.value.hostname == "sts.example"
    monkeypatch.setattr("sts.handlers.exchange.allow_host", None)
    exchange().start()
