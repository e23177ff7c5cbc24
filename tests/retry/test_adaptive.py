"""The rate limit of the adaptive mode: reference values of the SDKs, botocore as oracle, and a simulated service."""

from __future__ import annotations

import heapq
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.retries.adaptive import ClientRateLimiter, RateClocker
from botocore.retries.bucket import TokenBucket
from botocore.retries.throttling import CubicCalculator, CubicParams
from hypothesis import given, settings
from hypothesis import strategies as st

from sts import errors
from sts.retry.adaptive import AdaptiveRetry, Cubic, RateLimiter, RateMeter
from tests.support.fakes import client, ok, refused

THROTTLED = errors.ServiceError("Rate exceeded", code="Throttling", retryable=True, throttling=True)


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    "table",
    [
        [
            (0.2, False, 0.0, 0.5),
            (0.4, False, 0.0, 0.5),
            (0.6, False, 4.8, 0.5),
            (0.8, False, 4.8, 0.5),
            (1.0, False, 4.16, 0.5),
            (1.2, False, 4.16, 0.6912),
            (1.4, False, 4.16, 1.0976),
            (1.6, False, 5.632, 1.6384),
            (1.8, False, 5.632, 2.3328),
            (2.0, True, 4.3264, 3.02848),
            (2.2, False, 4.3264, 3.486639),
            (2.4, False, 4.3264, 3.821874),
            (2.6, False, 5.66528, 4.053386),
            (2.8, False, 5.66528, 4.200373),
            (3.0, False, 4.333056, 4.282037),
            (3.2, True, 4.333056, 2.997426),
            (3.4, False, 4.333056, 3.452226),
        ]
    ],
)
def test_the_reference_values(table: list[tuple[float, bool, float, float]]) -> None:
    """The example shared by the AWS SDKs: measured rate and allowed rate after each response."""
    time = Time()
    limiter = RateLimiter(time)
    for time.now, throttled, measured, allowed in table:
        limiter.note(throttled=throttled)

        assert limiter._meter.rate == pytest.approx(measured, abs=1e-6)
        assert limiter.fill_rate == pytest.approx(allowed, abs=1e-6)


class BotocoreClock:
    def __init__(self) -> None:
        self.now = 0.0

    def current_time(self) -> float:
        return self.now


MOMENTS = st.lists(st.floats(0.001, 3.0), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(MOMENTS)
def test_the_measured_rate_is_botocores(pauses: list[float]) -> None:
    """This holds for any times of the calls."""
    clock = BotocoreClock()
    theirs, ours = RateClocker(clock), RateMeter(0.0)
    for pause in pauses:
        clock.now += pause
        assert ours.count(clock.now) == pytest.approx(theirs.record())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0.001, 5.0), st.floats(0.1, 500.0), st.booleans()), min_size=1, max_size=40))
def test_the_allowed_rate_is_botocores(answers: list[tuple[float, float, bool]]) -> None:
    """This holds after any sequence of responses."""
    now = 0.0
    theirs, ours = CubicCalculator(starting_max_rate=0.0, start_time=0.0), Cubic(0.0)
    for pause, rate, throttled in answers:
        now += pause
        expected = theirs.error_received(rate, now) if throttled else theirs.success_received(now)
        got = ours.throttled(rate, now) if throttled else ours.succeeded(now)
        assert got == pytest.approx(expected)
    assert isinstance(theirs.get_params_snapshot(), CubicParams)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0.05, 20.0), st.booleans()), min_size=1, max_size=40))
def test_the_limit_is_botocores(answers: list[tuple[float, bool]]) -> None:
    """After any sequence of responses, it is at most twice the measured rate, however fast the cubic function grows."""
    clock, time = BotocoreClock(), Time()
    bucket = TokenBucket(max_rate=1, clock=clock)
    theirs = ClientRateLimiter(
        rate_adjustor=CubicCalculator(starting_max_rate=0.0, start_time=0.0),
        rate_clocker=RateClocker(clock),
        token_bucket=bucket,
        throttling_detector=SimpleNamespace(is_throttling_error=lambda throttled: throttled),
        clock=clock,
    )
    ours = RateLimiter(time)
    for pause, throttled in answers:
        time.now = clock.now = clock.now + pause
        theirs.on_receiving_response(throttled=throttled)
        ours.note(throttled=throttled)
        assert ours.fill_rate == pytest.approx(bucket.max_rate)
        assert ours.fill_rate <= max(2 * ours._meter.rate, 0.5)


def test_nobody_waits_before_the_first_throttling() -> None:
    """The number of calls does not matter."""
    retry = AdaptiveRetry(now=Time())

    assert {retry.send_delay() for _ in range(1000)} == {0.0}


def throttled_limiter(time: Time, rate: float) -> RateLimiter:
    limiter = RateLimiter(time)
    limiter.note(throttled=True)
    limiter.fill_rate = limiter.capacity = rate
    return limiter


def test_tokens_come_at_the_allowed_rate() -> None:
    """A call without a token gets the time of the next token, and must take it then."""
    time = Time()
    limiter = throttled_limiter(time, 4.0)

    assert limiter.acquire() == pytest.approx(0.25)
    assert limiter.acquire() == pytest.approx(0.25)
    time.now += 0.25
    assert limiter.acquire() == 0.0
    assert limiter.acquire() == pytest.approx(0.25)
    time.now += 60.0
    assert [limiter.acquire() for _ in range(4)] == [0.0] * 4
    assert limiter.acquire() > 0


def test_a_throttled_call_backs_off_as_in_the_standard_mode() -> None:
    """Delay and cost are those of the standard mode. The rate limit is added."""
    retry = AdaptiveRetry(2, rand=lambda: 1.0, now=Time())
    first = retry.refresh_retry_token_for_retry(retry.acquire_initial_retry_token(), THROTTLED)

    assert (first.delay, first.cost) == (1.0, 5)
    assert retry.send_delay() == pytest.approx(2.0)
    assert retry.refresh_retry_token_for_retry(first, THROTTLED) is None


def test_a_part_of_a_token_shortens_the_wait() -> None:
    """At four tokens per second, half a token takes an eighth of a second."""
    time = Time()
    limiter = throttled_limiter(time, 4.0)
    time.now += 0.125
    assert limiter.acquire() == pytest.approx(0.125)


def test_a_success_gives_back_what_its_retry_cost() -> None:
    """This is the same as in the standard mode."""
    retry = AdaptiveRetry(now=Time())
    following = retry.refresh_retry_token_for_retry(retry.acquire_initial_retry_token(), THROTTLED)
    assert following is not None
    assert retry.quota.available == 500 - 5
    retry.record_success(following)
    assert retry.quota.available == 500


def test_three_attempts_without_other_wishes() -> None:
    """This is the default of every mode of the SDKs."""
    assert AdaptiveRetry().max_attempts == 3


def test_errors_that_were_not_sent_do_not_count() -> None:
    """The rate counts exchanges."""
    retry = AdaptiveRetry(now=Time())
    before = retry.limiter._meter._count
    retry.refresh_retry_token_for_retry(retry.acquire_initial_retry_token(), errors.CredentialsError("none"))

    assert retry.limiter._meter._count == before


def test_the_client_waits_before_the_first_attempt_too() -> None:
    """A later call uses the learned rate. Its delay is in the metadata."""
    made = client(refused("Throttling"), ok(), retry_mode="adaptive", max_attempts=1)
    with pytest.raises(errors.ServiceError):
        made.get_caller_identity()
    limiter = made._wire().retry.limiter
    limiter.fill_rate = 20.0

    assert made.get_caller_identity()["ResponseMetadata"]["TotalRetryDelay"] == pytest.approx(0.05, abs=0.04)


def test_a_deadline_bounds_the_wait_for_a_token() -> None:
    """No call waits for a token that would come too late."""
    made = client(refused("Throttling"), ok(), retry_mode="adaptive", max_attempts=1)
    with pytest.raises(errors.ServiceError):
        made.get_caller_identity()
    with pytest.raises(errors.DeadlineExceededError, match="0 attempts"):
        made.get_caller_identity(timeout=0.5)


def test_all_threads_share_one_limit() -> None:
    """No token is taken twice."""
    time = Time()
    limiter = throttled_limiter(time, 500.0)
    time.now = 1.0
    waits: list[float] = []
    threads = [threading.Thread(target=lambda: waits.extend(limiter.acquire() for _ in range(100))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert waits.count(0.0) == 500


class Service:
    """A service that accepts *limit* calls in each second of simulated time."""

    def __init__(self, limit: int) -> None:
        self.limit, self.second, self.taken = limit, 0, 0

    def take(self, now: float) -> bool:
        if int(now) != self.second:
            self.second, self.taken = int(now), 0
        self.taken += 1
        return self.taken <= self.limit


def simulate(limit: int, callers: int, seconds: float) -> tuple[int, int]:
    """Let *callers* call without pause. Return the numbers of successful and of throttled calls in the second half."""
    time, service = Time(), Service(limit)
    retry = AdaptiveRetry(1000, rand=lambda: 0.0, now=time)
    queue: list[tuple[float, int, Any]] = [(0.001 * n, n, None) for n in range(callers)]
    good = bad = 0
    while queue:
        time.now, caller, token = heapq.heappop(queue)
        if time.now > seconds:
            break
        delay = retry.send_delay()
        if delay:
            heapq.heappush(queue, (time.now + delay, caller, token))
            continue
        token = token or retry.acquire_initial_retry_token()
        if service.take(time.now):
            retry.record_success(token)
            good += time.now > seconds / 2
            heapq.heappush(queue, (time.now + 0.01, caller, None))
        else:
            bad += time.now > seconds / 2
            retry.quota.release(500)
            following = retry.refresh_retry_token_for_retry(token, THROTTLED)
            heapq.heappush(queue, (time.now + following.delay, caller, following))
    return good, bad


@pytest.mark.parametrize("limit", [5, 20, 100])
def test_the_rate_settles_near_what_the_service_takes(limit: int) -> None:
    """64 callers without pauses use most of the limit, with few throttled calls."""
    good, bad = simulate(limit, 64, 120.0)

    assert good >= 0.5 * limit * 60
    assert bad <= 0.25 * good
