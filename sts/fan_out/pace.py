"""Pace of a fan-out: the highest rate that the service accepts, derived from its throttling."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sts.base.forks import reset_after_fork
from sts.base.records import Record
from sts.errors import STSError
from sts.retry.standard import RetryToken, StandardRetry

EPOCH_SECONDS = 0.5
EPOCH_RESPONSES = 20
"""Fewest responses before the rate is adjusted, never before `EPOCH_SECONDS`. With fewer, the rate would jump."""
LONGEST_EPOCH_SECONDS = 3.0
SHORTEST_EPOCH_SECONDS, FEW = 0.1, 5
"""An epoch ends early if, after this many seconds and throttled responses, most responses are throttled."""
GROWTH = 0.1
"""Share by which the rate grows each second while there is almost no throttling."""
LITTLE, MUCH = 0.02, 0.05
"""
Shares of throttled responses: below `LITTLE` the rate may grow, above `MUCH` it is too high. Services throttle single calls for
other reasons. At slightly more than the service's limit, the limit is fully used.
"""
LOWEST_RATE = 0.5
"""Attempts per second."""
MAX_THROTTLED = 100
"""Throttled attempts after which a call gives up. A call is throttled this often only if something else is wrong."""


class PacedToken(Record):
    """State of one call: a `RetryToken` that also counts how often the call was throttled."""

    retry_count: int
    delay: float
    cost: int
    throttled: int


class Pace:
    """
    Pace shared by all calls of a fan-out. Assigns a time slot to each attempt. Thread-safe.

    There is no limit until the service throttles. From then on, the rate is the rate of successful calls in the last epoch with
    much throttling. It grows in each epoch with almost none.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.rate: float | None = None
        self._now = now
        self._free_at = 0.0
        self._began = now()
        self._let_through = 0
        self._throttled = 0
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        """Replace the lock, which may have been held by a thread of the parent."""
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Reserve the next slot and return the seconds until it."""
        if self.rate is None:
            return 0.0
        with self._lock:
            now = self._now()
            turn = max(self._free_at, now)
            self._free_at = turn + 1.0 / self.rate
            return turn - now

    def note(self, *, throttled: bool) -> None:
        """Count a response, and adjust the rate at the end of an epoch."""
        with self._lock:
            self._throttled += throttled
            self._let_through += not throttled
            elapsed = self._now() - self._began
            enough = elapsed >= EPOCH_SECONDS and self._let_through + self._throttled >= EPOCH_RESPONSES
            too_fast = elapsed >= SHORTEST_EPOCH_SECONDS and self._throttled >= max(FEW, self._let_through)
            if enough or too_fast or elapsed >= LONGEST_EPOCH_SECONDS:
                self._end_epoch(elapsed)

    def _end_epoch(self, elapsed: float) -> None:
        share = self._throttled / max(self._throttled + self._let_through, 1)
        let_through = self._let_through / elapsed
        if share > MUCH:
            self.rate = max(let_through, (self.rate or 0.0) / 2, LOWEST_RATE)
        elif share < LITTLE and self.rate is not None and let_through > self.rate / 2:
            self.rate *= 1.0 + GROWTH * elapsed  # otherwise something else limits the calls
        self._began, self._let_through, self._throttled = self._now(), 0, 0


class PacedRetry(StandardRetry):
    """`StandardRetry` that repeats throttled calls until they succeed, at a pace shared by all calls."""

    def __init__(self, max_attempts: int) -> None:
        super().__init__(max_attempts)
        self.pace = Pace()

    def acquire_initial_retry_token(self) -> RetryToken:
        """Return the token of a call. Its delay is the time until its slot."""
        return RetryToken(delay=self.pace.reserve())

    def refresh_retry_token_for_retry(self, token: RetryToken, error: STSError) -> RetryToken | None:
        """Return the token for the next attempt after *error*, or None to give up."""
        throttled = getattr(token, "throttled", 0) + error.throttling
        self.pace.note(throttled=error.throttling)
        if error.throttling:
            again = token._replace(delay=error.retry_delay or 0.0) if throttled <= MAX_THROTTLED else None
        else:
            again = super().refresh_retry_token_for_retry(token, error)
        if again is None:
            return None
        turn = max(again.delay, self.pace.reserve())
        return PacedToken(again.retry_count, turn, again.cost, throttled)  # type: ignore[return-value]  # it has a token's fields

    def record_success(self, token: RetryToken) -> None:
        """Count a call that was not throttled."""
        self.pace.note(throttled=False)
        super().record_success(token)
