"""The credential cache: when and how often it calls its provider, and what it returns meanwhile."""

from __future__ import annotations

import logging
import os
import random
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sts.credentials.refresh.cache import CachedProvider, backoff, early_window, hold, mandatory_window, name_of
from sts.errors import ConfigError, CredentialsError, ServiceError, TransportError
from sts.identity import Credentials, StaticProvider
from tests.support.refresher_calls import CountingProvider, FakeClock, botocore_calls, our_calls, run_now
from tests.support.threads import PATIENCE, wait_until


class FlakyProvider(CountingProvider):
    """Provider that fails while `failing` is set, and counts simultaneous calls."""

    def __init__(self, clock: FakeClock, lifetime: float) -> None:
        super().__init__(clock, lifetime)
        self.failing: Callable[[], bool] = lambda: False
        self.failures = 0
        self.inside = 0
        self.most_inside = 0

    def retrieve(self) -> Credentials:
        """Return new credentials, or raise what a broken network raises."""
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        try:
            if self.failing():
                self.failures += 1
                raise TransportError("the network is down")
            return super().retrieve()
        finally:
            self.inside -= 1


def use(cached: CachedProvider) -> Credentials:
    """Get credentials as a call does."""
    return cached.cached() or cached.retrieve()


def make(lifetime: float) -> tuple[FakeClock, FlakyProvider, CachedProvider]:
    """Return a clock, a provider, and a refresher whose background runs at once."""
    clock = FakeClock()
    provider = FlakyProvider(clock, lifetime)
    return clock, provider, CachedProvider(provider, clock, jitter=lambda: 0.0, spawn=run_now)


@pytest.mark.parametrize(
    ("lifetime", "early", "mandatory"),
    [
        (43200, 3600, 60),
        (5400, 3600, 60),
        (5398.2, 3600, 60),
        (5340, 900, 60),
        (3600, 900, 60),
        (1260, 900, 60),
        (1230, 900, 60),
        (1202.5, 300, 60),
        (1200, 300, 60),
        (900, 300, 60),
        (600, 300, 60),
        (300, 100, 30),
        (60, 20, 6),
        (0, 0, 0),
        (-5, 0, 0),
    ],
)
def test_windows_scale_with_the_lifetime(lifetime: float, early: float, mandatory: float) -> None:
    """
    Long sessions are refreshed an hour before the end, shorter ones later, and none from the beginning.

    What counts is the lifetime that was asked for, in minutes: the seconds on the way, and a clock a little off, change nothing.
    """
    assert (early_window(lifetime), mandatory_window(lifetime)) == (early, mandatory)


@given(st.floats(1, 50_000), st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_the_moments_are_in_order(lifetime: float, jitter: float) -> None:
    """Whatever the lifetime and the jitter: first early, then mandatory, then the end, all after birth."""
    clock = FakeClock()
    now = clock()
    held = hold(Credentials("a", "b", "c", clock.datetime + timedelta(seconds=lifetime)), now, jitter)
    assert now < held.early < held.mandatory < held.end <= now + lifetime + 0.001


def test_credentials_without_expiration_are_asked_for_once() -> None:
    """What never expires is kept for ever."""
    clock = FakeClock()
    asked = []

    class Forever:
        def retrieve(self) -> Credentials:
            asked.append(1)
            return Credentials("AKIA", "secret")

    cached = CachedProvider(Forever(), clock)
    for _ in range(10):
        use(cached)
        clock.seconds += 1e8
    assert len(asked) == 1


def test_an_early_refresh_is_waited_for_by_nobody() -> None:
    """In the early window the old credentials are handed out at once, the new ones when they have come."""
    clock, provider, _ = make(3600)
    waiting: list[Callable[[], object]] = []

    def spawn(function: Callable[[], object]) -> bool:
        waiting.append(function)
        return True

    cached = CachedProvider(provider, clock, jitter=lambda: 0.0, spawn=spawn)
    first = use(cached)
    clock.seconds += 3600 - 900
    for _ in range(5):
        assert cached.cached() is first
    assert len(waiting) == 1
    waiting.pop()()
    assert cached.cached() is not first
    assert provider.calls == 2


def test_the_background_is_a_thread_that_does_not_keep_the_program_alive() -> None:
    """The early refresh runs on a daemon thread."""
    clock = FakeClock()
    seen: list[bool] = []
    came = threading.Event()

    class Looking(CountingProvider):
        def retrieve(self) -> Credentials:
            seen.append(threading.current_thread().daemon)
            if len(seen) == 2:
                came.set()
            return super().retrieve()

    cached = CachedProvider(Looking(clock, 3600), clock)
    use(cached)
    clock.seconds += 3000
    assert cached.cached() is not None
    assert came.wait(PATIENCE)
    assert seen[1]


def test_a_background_that_cannot_start_changes_nothing() -> None:
    """At interpreter shutdown there are no new threads: the old credentials are served, and a later call may try again."""
    clock, provider, _ = make(3600)
    cached = CachedProvider(provider, clock, spawn=lambda _: False)
    first = use(cached)
    clock.seconds += 3000
    assert cached.cached() is first
    assert cached.cached() is first
    clock.seconds += 590
    assert use(cached) is not first


def test_in_the_mandatory_window_a_call_waits() -> None:
    """A minute before the end `cached()` has nothing, and `retrieve()` fetches."""
    clock, provider, _ = make(3600)
    cached = CachedProvider(provider, clock, spawn=lambda _: False)
    first = use(cached)
    clock.seconds += 3541
    assert cached.cached() is None
    assert cached.retrieve() is not first


def test_a_failed_refresh_serves_what_is_valid_and_then_raises() -> None:
    """While the old credentials are valid, failures are hidden. Then the provider's error is raised."""
    clock, provider, cached = make(3600)
    first = use(cached)
    provider.failing = lambda: True
    while clock() < first.expiration.timestamp():  # type: ignore[union-attr]
        assert use(cached) is first
        clock.seconds += 7
    with pytest.raises(TransportError, match="network is down"):
        use(cached)
    provider.failing = lambda: False
    assert use(cached) is not first


def test_failures_are_spaced() -> None:
    """During an outage of 15 minutes with a call every second there are few tries, not 900, and the last one in time."""
    clock, provider, cached = make(3600)
    use(cached)
    provider.failing = lambda: True
    clock.seconds += 2700
    for _ in range(899):
        use(cached)
        clock.seconds += 1
    assert 10 <= provider.failures <= 50


@pytest.mark.parametrize(
    ("failures", "left", "jitter", "seconds"),
    [
        (1, 3600.0, 0.0, 10.0),
        (2, 3600.0, 0.0, 20.0),
        (5, 3600.0, 0.0, 160.0),
        (6, 3600.0, 0.0, 300.0),
        (10_000, 3600.0, 0.0, 300.0),
        (float("inf"), 3600.0, 0.0, 300.0),
        (6, 400.0, 0.0, 100.0),
        (2, 3600.0, 0.5, 15.0),
        (2, 3600.0, 1.0, 10.0),
        (1, 6.0, 0.0, 1.5),
        (1, 3.9, 0.0, 1.0),
        (1, 6.0, 1.0, 1.0),
    ],
)
def test_the_pause_after_failures(failures: float, left: float, jitter: float, seconds: float) -> None:
    """It doubles from 10 s to 300 s, is at most a quarter of the time left, up to a half shorter by chance, at least 1 s."""
    assert backoff(failures, left, jitter) == pytest.approx(seconds)


def test_each_failure_in_a_row_doubles_the_pause() -> None:
    """The provider is called at the end of each pause, not before. A success resets the pause."""
    clock, provider, cached = make(12 * 3600)
    for _ in range(2):
        first = use(cached)
        provider.failing = lambda: True
        clock.seconds = first.expiration.timestamp() - 3600  # type: ignore[union-attr]
        use(cached)
        failures = provider.failures
        for pause in (10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 300.0):
            clock.seconds += pause - 1
            use(cached)
            assert provider.failures == failures
            clock.seconds += 1
            use(cached)
            failures += 1
            assert provider.failures == failures
        provider.failing = lambda: False
        clock.seconds += 300
        assert use(cached) is first
        assert use(cached) is not first


def test_a_background_refresh_that_starts_late_asks_only_if_it_is_still_due() -> None:
    """Another thread may have refreshed, or met a failure whose pause lasts."""
    clock, provider, _ = make(3600)
    waiting: list[Callable[[], object]] = []
    cached = CachedProvider(provider, clock, spawn=lambda function: waiting.append(function) or True)  # type: ignore[func-returns-value]
    use(cached)
    clock.seconds += 3000
    use(cached)
    cached.refresh()
    waiting.pop()()
    assert provider.calls == 2

    clock.seconds += 3000
    use(cached)
    cached._retry_at = clock() + 10
    waiting.pop()()
    assert provider.calls == 2


class Giving:
    """Provider that gives anything."""

    def __init__(self, given: Any) -> None:
        self.given = given

    def retrieve(self) -> Any:
        return self.given


def test_what_is_no_credentials_is_refused() -> None:
    """The error names the provider and the type of the value, but not the value."""
    with pytest.raises(CredentialsError, match=r"^Giving returned a dict; retrieve\(\) must return Credentials") as caught:
        CachedProvider(Giving({"AccessKeyId": "hush"})).retrieve()
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(("source", "named"), [("process", "process"), (None, "Giving")])
def test_expired_credentials_are_named_by_their_source(source: str | None, named: str) -> None:
    """Else by the provider that gave them."""
    clock = FakeClock()
    given = Credentials("ASIA", "s", "t", clock.datetime, source=source)
    with pytest.raises(CredentialsError, match=rf"^The credentials \({named}\) expired at"):
        CachedProvider(Giving(given), clock).retrieve()


def test_a_failure_is_logged_without_the_text_of_a_stranger() -> None:
    """What a user's function raises may hold a secret, so only its type is logged."""
    clock = FakeClock()
    answers: list[object] = [Credentials("ASIA", "s", "t", clock.datetime + timedelta(hours=1)), ValueError("hunter2")]

    class Stranger:
        def retrieve(self) -> Credentials:
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            assert isinstance(answer, Credentials)
            return answer

    cached = CachedProvider(Stranger(), clock, spawn=run_now)
    use(cached)
    clock.seconds += 3000
    records: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("sts").addHandler(handler)
    try:
        use(cached)
    finally:
        logging.getLogger("sts").removeHandler(handler)
    assert len(records) == 1
    assert "ValueError" in records[0]
    assert "hunter2" not in records[0]


def test_expired_credentials_from_the_provider_are_refused() -> None:
    """Expired credentials of a provider (an old file, a wrong clock) are an error."""
    clock, _, _ = make(3600)
    cached = CachedProvider(CountingProvider(clock, -1), clock)
    with pytest.raises(CredentialsError, match=r"expired at .*clock"):
        cached.retrieve()


class CountedLock:
    """A lock that counts how often it was asked for."""

    def __init__(self) -> None:
        self.asked = 0
        self._lock, self._count = threading.Lock(), threading.Lock()

    def __enter__(self) -> None:
        with self._count:
            self.asked += 1
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_waiting_threads_share_one_failure() -> None:
    """Of 32 simultaneous threads one calls the failing provider. Each thread raises its own copy of the error."""
    _clock, provider, cached = make(3600)
    leave = threading.Event()

    def failing() -> bool:
        return leave.wait()

    provider.failing = failing
    errors: list[BaseException] = []
    lock = cached._lock = CountedLock()

    def ask() -> None:
        try:
            cached.retrieve()
        except TransportError as error:
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(32)]
    for thread in threads:
        thread.start()
    wait_until(lambda: lock.asked == len(threads))
    leave.set()
    for thread in threads:
        thread.join()
    assert len(errors) == 32
    assert len({id(error) for error in errors}) == 32
    assert provider.failures == 1
    assert provider.most_inside == 1


def test_an_interrupted_refresh_is_no_failure_of_the_others() -> None:
    """KeyboardInterrupt in the provider is raised on its thread, and the next caller starts another refresh."""
    _clock, provider, cached = make(3600)

    def interrupt() -> bool:
        raise KeyboardInterrupt

    provider.failing = interrupt
    with pytest.raises(KeyboardInterrupt):
        cached.retrieve()
    provider.failing = lambda: False
    assert cached.retrieve() is cached.cached()


@pytest.mark.slow
@pytest.mark.parametrize("lifetime", [900, 3600, 43200])
def test_twelve_hours_with_64_threads(lifetime: int) -> None:
    """Never an expired credential, never two requests at once, and with random failures only few of them are seen."""
    clock = FakeClock()
    provider = FlakyProvider(clock, lifetime)
    cached = CachedProvider(provider, clock)
    chance = random.Random(lifetime)
    provider.failing = lambda: chance.random() < 0.5
    end = clock() + 12 * 3600
    seen = failed = 0

    def call(_: int) -> bool:
        try:
            found = use(cached)
        except TransportError:
            return False
        assert found.expiration is not None
        assert found.expiration.timestamp() > clock()
        return True

    with ThreadPoolExecutor(64) as threads:
        while clock() < end:
            outcomes = list(threads.map(call, range(64)))
            seen += len(outcomes)
            failed += outcomes.count(False)
            clock.seconds += chance.uniform(1, min(lifetime / 12, 400))
    assert provider.most_inside == 1
    assert seen > 10_000
    assert failed < seen / 50  # only at the very start there is nothing to fall back on


@pytest.mark.parametrize("starts", [0.1, 0.3, 0.49, 0.5])
@pytest.mark.parametrize("lifetime", [2 * 3600, 12 * 3600])
def test_an_outage_of_50_minutes_fails_no_call(lifetime: float, starts: float) -> None:
    """Sessions of more than an hour and a half outlive it, whenever it begins, with one call a second."""
    clock, provider, cached = make(lifetime)
    begin = clock() + lifetime * starts
    provider.failing = lambda: begin <= clock() < begin + 3000
    while clock() < begin + 3600:
        use(cached)
        clock.seconds += 1
    assert provider.failures < 40


@given(st.sampled_from([5400, 7200]), st.integers(0, 7200))
@settings(max_examples=50, deadline=None)
def test_an_outage_may_begin_at_any_moment(lifetime: int, begins: int) -> None:
    """There is no unlucky moment for an outage of 50 minutes, with the latest possible early refresh, too."""
    clock, provider, _ = make(lifetime)
    cached = CachedProvider(provider, clock, jitter=lambda: 1.0, spawn=run_now)
    use(cached)
    begin = clock() + begins
    provider.failing = lambda: begin <= clock() < begin + 3000
    while clock() < begin + 3600:
        assert use(cached)
        clock.seconds += 10


OUTLIVED = [(900, 4.5 * 60), (1200, 4.5 * 60), (3600, 13.5 * 60), (5340, 13.5 * 60), (5400, 54 * 60), (43200, 54 * 60)]
"""Lifetime, and the longest outage that the README promises to hide, in seconds: the early window at its latest."""


@pytest.mark.parametrize(("lifetime", "outage"), OUTLIVED)
@given(share=st.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_the_outages_of_the_readme_are_not_noticed(lifetime: float, outage: float, share: float) -> None:
    """Whenever they begin, with the latest possible early refresh and a call every few seconds."""
    clock, provider, _ = make(lifetime)
    cached = CachedProvider(provider, clock, jitter=lambda: 1.0, spawn=run_now)
    use(cached)
    begin = clock() + lifetime * share
    provider.failing = lambda: begin <= clock() < begin + outage
    while clock() < begin + outage + 60:
        assert use(cached)
        clock.seconds += outage / 200


@pytest.mark.parametrize(("lifetime", "outage"), [(3600, 50 * 60), (5340, 50 * 60), (900, 6 * 60)])
def test_longer_outages_are_noticed(lifetime: float, outage: float) -> None:
    """The windows are the contract's: a session of an hour cannot be renewed 50 minutes ahead. It fails only once it has expired."""
    clock, provider, cached = make(lifetime)
    end = use(cached).expiration
    assert end is not None
    clock.seconds = end.timestamp() - early_window(lifetime) - 1
    begin = clock()
    provider.failing = lambda: begin <= clock() < begin + outage
    while clock() < end.timestamp():
        assert use(cached)
        clock.seconds += 1
    with pytest.raises(TransportError):
        use(cached)


@pytest.mark.parametrize(("lifetime", "most"), [(60, 40), (300, 200), (900, 600)])
def test_short_sessions_cost_one_call_per_window(lifetime: float, most: float) -> None:
    """Twelve hours of calls every second cost one session each two thirds of a lifetime, not one each call."""
    clock, provider, cached = make(lifetime)
    for _ in range(12 * 3600):
        use(cached)
        clock.seconds += 1
    assert provider.calls == pytest.approx(12 * 3600 / most, abs=1)


def test_botocore_asks_at_every_use_of_a_short_session() -> None:
    """For 20 uses of a 900 s session, botocore calls 21 times and we call once. For an hour's session both call once."""
    assert botocore_calls(900, 20) == 21
    assert our_calls(900, 20) == 1
    assert botocore_calls(3600, 20) == our_calls(3600, 20) == 1


def test_credentials_the_service_refused_are_forgotten_once() -> None:
    """Many calls may report the same rejection. Only the first drops the credentials and calls the inner provider."""
    clock, provider, _ = make(3600)
    told: list[Credentials] = []
    provider.invalidate = told.append  # type: ignore[attr-defined]
    cached = CachedProvider(provider, clock)
    first = use(cached)
    assert cached.invalidate(first)
    second = use(cached)
    assert cached.invalidate(first)
    assert use(cached) is second
    assert told == [first]
    assert provider.calls == 2


@pytest.mark.parametrize(("token", "others"), [(None, False), ("token", True)])
def test_only_sessions_can_be_had_anew(token: str | None, others: bool) -> None:
    """Long-term keys stay the same however often they are read. A session in a file may have been replaced."""
    cached = CachedProvider(StaticProvider(Credentials("AKIA", "secret", token)))
    assert cached.invalidate(use(cached)) is others


def test_refresh_asks_at_once_and_raises() -> None:
    """`refresh()` fetches even if the credentials are valid. If it fails, they stay."""
    _clock, provider, cached = make(3600)
    first = use(cached)
    second = cached.refresh()
    assert second is not first
    provider.failing = lambda: True
    with pytest.raises(TransportError):
        cached.refresh()
    assert use(cached) is second


def test_many_who_refresh_at_once_share_what_comes() -> None:
    """`refresh()` from many threads, as v2's scripts do it, is one request."""
    _clock, provider, cached = make(3600)
    use(cached)
    leave, found = threading.Event(), []
    lock = cached._lock = CountedLock()

    def failing() -> bool:
        leave.wait()
        return False

    def ask() -> None:
        found.append(cached.refresh())

    provider.failing = failing
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    wait_until(lambda: lock.asked == len(threads))
    leave.set()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert provider.calls == 2


def test_refused_credentials_are_kept_until_there_are_new_ones() -> None:
    """
    The rejection may have been wrong, and they are the best available while the provider fails. The next call refreshes again.
    """
    clock, provider, cached = make(3600)
    first = use(cached)
    cached.invalidate(first)
    asked: list[bool] = []
    provider.failing = lambda: asked.append(True) or True  # type: ignore[func-returns-value]
    assert use(cached) is first
    assert use(cached) is first
    assert len(asked) == 1  # not again at once
    provider.failing = lambda: False
    clock.seconds += 300
    assert use(cached) is not first


def test_a_failure_in_the_background_raises_nowhere() -> None:
    """Also if the credentials were rejected meanwhile. Once they have expired, the next call raises the error."""
    clock, provider, _ = make(3600)
    waiting: list[Callable[[], object]] = []

    def spawn(function: Callable[[], object]) -> bool:
        waiting.append(function)
        return True

    cached = CachedProvider(provider, clock, spawn=spawn)
    first = use(cached)
    clock.seconds += 3000
    use(cached)
    cached.invalidate(first)
    provider.failing = lambda: True
    waiting.pop()()
    assert use(cached) is first
    clock.seconds += 600
    with pytest.raises(TransportError):
        use(cached)
    provider.failing = lambda: False
    assert use(cached) is not first


@pytest.mark.parametrize("where", ["early", "mandatory"])
def test_a_failed_refresh_of_another_thread_is_not_for_retrieve(where: str) -> None:
    """`retrieve()` serves valid credentials whatever another thread's `refresh()` meets."""
    clock, provider, cached = make(3600)
    first = use(cached)
    clock.seconds += 3560 if where == "mandatory" else 3000
    entered, leave = threading.Event(), threading.Event()

    def fail() -> bool:
        entered.set()
        leave.wait(60)
        return True

    provider.failing = fail
    failed: list[BaseException] = []

    def refresh() -> None:
        try:
            cached.refresh()
        except TransportError as error:
            failed.append(error)

    thread = threading.Thread(target=refresh)
    thread.start()
    assert entered.wait(PATIENCE)
    found: list[Any] = []
    other = threading.Thread(target=lambda: found.append(cached.retrieve()))
    other.start()
    if where == "early":
        other.join(PATIENCE)  # it does not even wait
        assert found == [first]
    leave.set()
    thread.join(PATIENCE)
    other.join(PATIENCE)
    assert (found, len(failed)) == ([first], 1)


@pytest.mark.parametrize(
    ("error", "lasting"),
    [
        (ServiceError("m", code="AccessDenied", status_code=403), True),
        (ServiceError("m", code="Throttling", status_code=400, retryable=True, throttling=True), False),
        (ServiceError("m", code="InternalFailure", status_code=500, retryable=True), False),
        (CredentialsError("the SSO token is not accepted any more", status_code=401), True),
        (CredentialsError("the agent is ill", status_code=500), False),
        (ConfigError("m"), True),
        (TransportError("m"), False),
        (RuntimeError("m"), False),
    ],
    ids=repr,
)
def test_a_refusal_is_told_from_an_outage(error: Exception, lasting: bool, caplog: pytest.LogCaptureFixture) -> None:
    """Both leave valid credentials in use. A rejection is logged as an error and retried at the longest interval."""
    clock, provider, cached = make(12 * 3600)
    first = use(cached)
    asked: list[bool] = []

    def fail() -> bool:
        asked.append(True)
        raise error

    provider.failing = fail
    clock.seconds += 11.5 * 3600
    assert use(cached) is first
    assert use(cached) is first
    assert [record.levelname for record in caplog.records] == ["ERROR" if lasting else "WARNING"]
    assert ("until the cause is corrected" in caplog.text) is lasting
    clock.seconds += 100
    use(cached)
    assert len(asked) == (1 if lasting else 2)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform has no fork")
def test_a_child_process_can_refresh_although_the_parent_was_refreshing() -> None:
    """A lock held at the time of the fork does not block the child."""
    _clock, provider, cached = make(3600)
    entered, leave = threading.Event(), threading.Event()

    def slow() -> bool:
        entered.set()
        leave.wait()
        return False

    provider.failing = slow
    thread = threading.Thread(target=cached.retrieve)
    thread.start()
    assert entered.wait(PATIENCE)
    child = os.fork()
    if child == 0:
        provider.failing = lambda: False
        os._exit(0 if cached.retrieve().access_key_id.startswith("ASIA") else 1)
    assert os.waitpid(child, 0) == (child, 0)
    leave.set()
    thread.join()


def test_the_hot_path_is_cheap() -> None:
    """Getting cached credentials makes a few function calls, and takes no lock."""
    _, _, cached = make(3600)
    use(cached)
    calls: list[str] = []
    with cached._lock:
        sys.setprofile(lambda _, event, __: calls.append(event))
        try:
            cached.cached()
        finally:
            sys.setprofile(None)
    assert 1 <= calls.count("call") <= 4


def test_the_repr_shows_no_stranger() -> None:
    """The repr of our providers is shown, and only the type of others."""

    class Leaky:
        def retrieve(self) -> Credentials:
            raise AssertionError

        def __repr__(self) -> str:
            return "Leaky('secret')"

    assert repr(CachedProvider(Leaky())) == "CachedProvider(Leaky)"
    assert name_of(StaticProvider(Credentials("AKIAIOSFODNN7EXAMPLE", "secret"))).startswith("StaticProvider(<Credentials ...")
