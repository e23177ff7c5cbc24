"""
Retry strategies: decide whether a failed attempt is retried, and after which delay.

A strategy holds the state that all calls of a client share (the quota). A `RetryToken` holds the state of one call. The
constants are those of the AWS SDKs' 2026 retry rules.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from sts.base.forks import reset_after_fork
from sts.base.records import Record
from sts.errors import ConfigError, STSError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object  # used only by type checkers; typing is slow to import

BASE_DELAY = 0.05
"""Seconds, doubled for each retry, after a transient error."""
THROTTLING_BASE_DELAY = 1.0
"""Seconds, doubled for each retry, after a throttling error."""
MAX_DELAY = 20.0
"""Longest computed delay in seconds."""
MAX_HINT_EXCESS = 5.0
"""Seconds by which a delay requested by the service may exceed the computed one."""
MAX_WAIT = 1e9
"""Longest delay in seconds. A longer one is a mistake, and the operating system's clocks may reject it."""
MAX_DOUBLINGS = 64
"""Highest exponent of the doubled delay. More would only risk an overflow."""
QUOTA = 500
"""Quota units that the retries of one client may use before calls succeed again."""
RETRY_COST = 14
THROTTLING_RETRY_COST = 5
NO_RETRY_INCREMENT = 1
"""Quota units that a call returns if its first attempt succeeded."""


def uniform() -> float:
    """Return a random number from 0 to 1 for delays. The random module is loaded on first use."""
    from random import random

    return random()  # noqa: S311 - delays are no secret


class RetryToken(Record):
    """State of one call: retries so far, delay in seconds before the next attempt, and quota units spent on the delay."""

    retry_count: int = 0
    delay: float = 0.0
    cost: int = 0


class RetryStrategy(Protocol):
    """
    Interface of a retry strategy. Any object with these members works as `retry_strategy=`.

    It may also have `send_delay() -> float`. It is called before each attempt until it returns 0; other values are seconds to
    wait before it is called again.
    """

    max_attempts: int

    def acquire_initial_retry_token(self) -> RetryToken:
        """Return the token of a call before its first attempt. The call waits for the token's delay."""

    def refresh_retry_token_for_retry(self, token: RetryToken, error: STSError) -> RetryToken | None:
        """Return the token for the next attempt after *error*, or None to give up."""

    def record_success(self, token: RetryToken) -> None:
        """Record that the call succeeded."""


class RetryQuota:
    """Limit on the retries of all calls of a client, refilled as calls succeed. Thread-safe."""

    def __init__(self, capacity: int = QUOTA) -> None:
        self.capacity = capacity
        self.available = capacity
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        self._lock = threading.Lock()

    def acquire(self, cost: int) -> bool:
        """Take *cost* units. Return False if too few are left."""
        with self._lock:
            if cost > self.available:
                return False
            self.available -= cost
            return True

    def release(self, amount: int) -> None:
        """Return *amount* units to the quota, up to its capacity."""
        # A full quota needs no lock: reading an int is atomic, and a wrong result only skips one increment.
        if self.available < self.capacity:
            with self._lock:
                self.available = min(self.available + amount, self.capacity)


_INITIAL = RetryToken()


class StandardRetry:
    """Retry strategy of the SDKs' `standard` mode: retries retryable errors with full jitter, within a quota."""

    def __init__(self, max_attempts: int = 3, rand: Callable[[], float] = uniform) -> None:
        self.max_attempts = max_attempts
        self.quota = RetryQuota()
        self._random = rand

    def acquire_initial_retry_token(self) -> RetryToken:
        """Return the token of a call before its first attempt."""
        return _INITIAL

    def refresh_retry_token_for_retry(self, token: RetryToken, error: STSError) -> RetryToken | None:
        """Return the token for the next attempt after *error*, or None to give up."""
        if not error.retryable or token.retry_count + 1 >= self.max_attempts:
            return None
        if error.mended:
            # The service is not overloaded, so neither a delay nor the quota is needed.
            return RetryToken(token.retry_count + 1, 0.0, token.cost)
        cost = THROTTLING_RETRY_COST if error.throttling else RETRY_COST
        if not self.quota.acquire(cost):
            return None
        base = THROTTLING_BASE_DELAY if error.throttling else BASE_DELAY
        delay: float = self._random() * min(base * 2.0 ** min(token.retry_count, MAX_DOUBLINGS), MAX_DELAY)
        if error.retry_delay is not None:
            delay = max(delay, min(error.retry_delay, delay + MAX_HINT_EXCESS))
        return RetryToken(token.retry_count + 1, delay, cost)

    def record_success(self, token: RetryToken) -> None:
        """Return to the quota the cost of the last retry, or one unit for a call without retries."""
        self.quota.release(token.cost or NO_RETRY_INCREMENT)


class NoRetry(StandardRetry):
    """Retry strategy of `retry_mode="off"`: one attempt."""

    def __init__(self) -> None:
        super().__init__(max_attempts=1)


class ConfiguredRetry(StandardRetry):
    """
    Retry strategy like `StandardRetry`, with your own delays: `ConfiguredRetryStrategy` of the JavaScript SDK.

    *delay* is a number of seconds, or a function from the number of attempts so far to seconds. Delays requested by the service
    are ignored.
    """

    def __init__(self, max_attempts: int, delay: float | Callable[[int], float] = 0.0) -> None:
        super().__init__(max_attempts)
        self._delay_of: Callable[[int], float] = delay if callable(delay) else lambda _: delay

    def refresh_retry_token_for_retry(self, token: RetryToken, error: STSError) -> RetryToken | None:
        """Return the token for the next attempt after *error*, or None to give up."""
        following = super().refresh_retry_token_for_retry(token, error)
        return following and following._replace(delay=check_delay(self._delay_of(following.retry_count), "delay="))


def check_delay(given: object, name: str = "The retry strategy's delay", unit: str = "seconds") -> float:
    """Return a delay that came from user code. Raise ConfigError if it is not a usable number."""
    if isinstance(given, (int, float)) and -MAX_WAIT <= given <= MAX_WAIT:
        return float(given)
    raise ConfigError(f"{name} before the next attempt is {given!r}; it must be a number of {unit}, at most {MAX_WAIT:.0f}.")


_MEMBERS = ("acquire_initial_retry_token", "refresh_retry_token_for_retry", "record_success")


def check_strategy(given: RetryStrategy) -> RetryStrategy:
    """Return the user's strategy. Raise ConfigError if it lacks a member of `RetryStrategy`."""
    lacking = [name for name in _MEMBERS if not callable(getattr(given, name, None))]
    if not isinstance(getattr(given, "max_attempts", None), int):
        lacking.append("max_attempts (a whole number)")
    if lacking:
        raise ConfigError(
            f"retry_strategy is of type {type(given).__name__}, which has no {', no '.join(lacking)}; see "
            "sts.retry.RetryStrategy for the members that it needs."
        )
    return given
