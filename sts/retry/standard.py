"""
Retry strategies: whether, and after how long, a failed attempt is followed by another.

A strategy keeps what all calls of a client share (the quota); a `RetryToken` keeps what one call needs. Constants are those of
the AWS SDKs' 2026 retry rules.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from sts.base.forks import reset_after_fork
from sts.base.records import Record
from sts.errors import ConfigError, STSError

BASE_DELAY = 0.05
"""Seconds, doubled for each retry, after a transient error."""
THROTTLING_BASE_DELAY = 1.0
"""Seconds, doubled for each retry, after a throttling error."""
MAX_DELAY = 20.0
"""Seconds; no computed delay is longer."""
MAX_HINT_EXCESS = 5.0
"""Seconds by which a delay asked for by the service may exceed the computed one."""
MAX_WAIT = 1e9
"""Seconds; a longer wait is a mistake, and the operating system's clocks may refuse it."""
MAX_DOUBLINGS = 64
"""Beyond it a doubled delay only risks an overflow."""
QUOTA = 500
"""Units that the retries of one client may use up before calls succeed again."""
RETRY_COST = 14
THROTTLING_RETRY_COST = 5
NO_RETRY_INCREMENT = 1
"""Units that a call gives back which succeeded at once."""


def uniform() -> float:
    """Return a random number from 0 to 1, for delays; the module is loaded with the first."""
    from random import random

    return random()  # noqa: S311 - delays are no secret


class RetryToken(Record):
    """Hold one call's standing: retries so far, seconds to wait before the next attempt, quota spent on it."""

    retry_count: int = 0
    delay: float = 0.0
    cost: int = 0


class RetryStrategy(Protocol):
    """
    Decide about retries; any object with these members will do as `retry_strategy=`.

    It may also have `send_delay() -> float`, asked before each attempt until it returns 0; else the seconds to wait meanwhile.
    """

    max_attempts: int

    def acquire_initial_retry_token(self) -> RetryToken:
        """Return the token of a call before its first attempt; its delay is waited for."""

    def refresh_retry_token_for_retry(self, token: RetryToken, error: STSError) -> RetryToken | None:
        """Return the token for one more attempt after *error*, or None to give up."""

    def record_success(self, token: RetryToken) -> None:
        """Note that the call succeeded."""


class RetryQuota:
    """Limit the retries of all calls of a client together; a store that refills as calls succeed. Thread-safe."""

    def __init__(self, capacity: int = QUOTA) -> None:
        self.capacity = capacity
        self.available = capacity
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        """Replace the lock, which a thread of the parent may have held."""
        self._lock = threading.Lock()

    def acquire(self, cost: int) -> bool:
        """Take *cost*, or return False when too little is left."""
        with self._lock:
            if cost > self.available:
                return False
            self.available -= cost
            return True

    def release(self, amount: int) -> None:
        """Give *amount* back, up to the capacity."""
        # A full store needs no lock: reading an int is atomic, and a wrong guess only skips one increment.
        if self.available < self.capacity:
            with self._lock:
                self.available = min(self.available + amount, self.capacity)


_INITIAL = RetryToken()


class StandardRetry:
    """Retry retryable errors with full jitter, within a quota: the SDKs' `standard` mode."""

    def __init__(self, max_attempts: int = 3, rand: Callable[[], float] = uniform) -> None:
        self.max_attempts = max_attempts
        self.quota = RetryQuota()
        self._random = rand

    def acquire_initial_retry_token(self) -> RetryToken:
        """Return the token of a call before its first attempt."""
        return _INITIAL

    def refresh_retry_token_for_retry(self, token: RetryToken, error: STSError) -> RetryToken | None:
        """Return the token for one more attempt after *error*, or None to give up."""
        if not error.retryable or token.retry_count + 1 >= self.max_attempts:
            return None
        if error.mended:
            # The service is well: neither a pause nor the quota would spare it anything.
            return RetryToken(token.retry_count + 1, 0.0, token.cost)
        cost = THROTTLING_RETRY_COST if error.throttling else RETRY_COST
        if not self.quota.acquire(cost):
            return None
        return RetryToken(token.retry_count + 1, self._delay(token.retry_count, error), cost)

    def _delay(self, retry_count: int, error: STSError) -> float:
        base = THROTTLING_BASE_DELAY if error.throttling else BASE_DELAY
        delay: float = self._random() * min(base * 2.0 ** min(retry_count, MAX_DOUBLINGS), MAX_DELAY)
        if error.retry_delay is None:
            return delay
        return max(delay, min(error.retry_delay, delay + MAX_HINT_EXCESS))

    def record_success(self, token: RetryToken) -> None:
        """Give back what the last retry cost, or one unit after a call that needed none."""
        self.quota.release(token.cost or NO_RETRY_INCREMENT)


class NoRetry:
    """Never retry: `retry_mode="off"`."""

    max_attempts = 1

    def acquire_initial_retry_token(self) -> RetryToken:
        """Return the token of a call before its only attempt."""
        return _INITIAL

    def refresh_retry_token_for_retry(self, token: RetryToken, error: STSError) -> RetryToken | None:  # noqa: ARG002 - protocol
        """Give up."""
        return None

    def record_success(self, token: RetryToken) -> None:
        """Do nothing."""


class ConfiguredRetry(StandardRetry):
    """
    Retry as `StandardRetry` does, with delays of your own: the JavaScript SDK's `ConfiguredRetryStrategy`.

    *delay* is seconds, or gives them for the number of attempts made so far; what the service asks for is not heeded.
    """

    def __init__(self, max_attempts: int, delay: float | Callable[[int], float] = 0.0) -> None:
        super().__init__(max_attempts)
        self._delay_of: Callable[[int], float] = delay if callable(delay) else lambda _: delay

    def refresh_retry_token_for_retry(self, token: RetryToken, error: STSError) -> RetryToken | None:
        """Return the token for one more attempt after *error*, or None to give up."""
        following = super().refresh_retry_token_for_retry(token, error)
        return following and following._replace(delay=check_delay(self._delay_of(following.retry_count), "delay="))


def check_delay(given: object, name: str = "The retry strategy's delay", unit: str = "seconds") -> float:
    """Return a delay that code of the user's gave; raise ConfigError for what nobody can wait."""
    if isinstance(given, (int, float)) and -MAX_WAIT <= given <= MAX_WAIT:
        return float(given)
    raise ConfigError(f"{name} before the next attempt is {given!r}; it must be a number of {unit}, at most {MAX_WAIT:.0f}.")


_MEMBERS = ("acquire_initial_retry_token", "refresh_retry_token_for_retry", "record_success")


def check_strategy(given: RetryStrategy) -> RetryStrategy:
    """Return the user's strategy; raise ConfigError when it lacks a member of `RetryStrategy`."""
    lacking = [name for name in _MEMBERS if not callable(getattr(given, name, None))]
    if not isinstance(getattr(given, "max_attempts", None), int):
        lacking.append("max_attempts (a whole number)")
    if lacking:
        raise ConfigError(
            f"retry_strategy is of type {type(given).__name__}, which has no {', no '.join(lacking)}; "
            "sts.retry.RetryStrategy says what a strategy is."
        )
    return given
