"""The pace of a fan-out: as fast as the service takes it, which only its throttling tells."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sts.base.forks import reset_after_fork
from sts.base.records import Record
from sts.errors import STSError
from sts.retry.standard import RetryToken, StandardRetry

EPOCH_SECONDS = 0.5
EPOCH_ANSWERS = 20
"""Answers after which, and not before `EPOCH_SECONDS`, the rate is set anew; fewer would make it jump."""
LONGEST_EPOCH_SECONDS = 3.0
SHORTEST_EPOCH_SECONDS, FEW = 0.1, 5
"""An epoch ends early when, after so many seconds and throttled answers, most are throttled."""
GROWTH = 0.1
"""Share by which the rate grows in each second with next to no throttling."""
LITTLE, MUCH = 0.02, 0.05
"""Shares of throttled answers: with less than `LITTLE` the rate may grow, above `MUCH` it is too high. Services throttle the
odd call for reasons of their own, and at a little over its limit all of the limit is used."""
LOWEST_RATE = 0.5
"""Attempts a second."""
MAX_THROTTLED = 100
"""Throttled attempts of one call; it is turned away so often only where something else is wrong."""


class PacedToken(Record):
    """Hold one call's standing: a `RetryToken` that also counts how often the call was throttled."""

    retry_count: int = 0
    delay: float = 0.0
    cost: int = 0
    throttled: int = 0


class Pace:
    """
    Give every attempt its turn; thread-safe.

    There is no limit until the service throttles. From then on the rate is what the service let through in the last epoch
    with much throttling, and grows in each epoch with next to none.
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
        """Replace the lock, which a thread of the parent may have held."""
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Take the next turn and return the seconds until it comes."""
        if self.rate is None:
            return 0.0
        with self._lock:
            now = self._now()
            turn = max(self._free_at, now)
            self._free_at = turn + 1.0 / self.rate
            return turn - now

    def note(self, *, throttled: bool) -> None:
        """Count an answer, and set the rate anew at the end of an epoch."""
        with self._lock:
            self._throttled += throttled
            self._let_through += not throttled
            elapsed = self._now() - self._began
            enough = elapsed >= EPOCH_SECONDS and self._let_through + self._throttled >= EPOCH_ANSWERS
            too_fast = elapsed >= SHORTEST_EPOCH_SECONDS and self._throttled >= max(FEW, self._let_through)
            if enough or too_fast or elapsed >= LONGEST_EPOCH_SECONDS:
                self._end_epoch(elapsed)

    def _end_epoch(self, elapsed: float) -> None:
        share = self._throttled / max(self._throttled + self._let_through, 1)
        let_through = self._let_through / elapsed
        if share > MUCH:
            self.rate = max(let_through, (self.rate or 0.0) / 2, LOWEST_RATE)
        elif share < LITTLE and self.rate is not None and let_through > self.rate / 2:
            self.rate *= 1.0 + GROWTH * elapsed  # else it is not the rate that holds up the calls
        self._began, self._let_through, self._throttled = self._now(), 0, 0


class PacedRetry(StandardRetry):
    """Retry as `StandardRetry` does, but a throttled call until it is let through, at a pace that all calls share."""

    def __init__(self, max_attempts: int = 5, pace: Pace | None = None) -> None:
        super().__init__(max_attempts)
        self.pace = pace or Pace()

    def acquire_initial_retry_token(self) -> RetryToken:
        """Return the token of a call; its delay is the time until its turn."""
        return RetryToken(delay=self.pace.reserve())

    def refresh_retry_token_for_retry(self, token: RetryToken, error: STSError) -> RetryToken | None:
        """Return the token for one more attempt after *error*, or None to give up."""
        throttled = getattr(token, "throttled", 0)
        if error.throttling:
            self.pace.note(throttled=True)
            turn = max(self.pace.reserve(), error.retry_delay or 0.0)
            again = PacedToken(token.retry_count, turn, token.cost, throttled + 1)
            return again if throttled < MAX_THROTTLED else None  # type: ignore[return-value]  # it has all of a token's fields
        self.pace.note(throttled=False)
        following = super().refresh_retry_token_for_retry(token, error)
        if following is None:
            return None
        turn = max(following.delay, self.pace.reserve())
        return PacedToken(following.retry_count, turn, following.cost, throttled)  # type: ignore[return-value]  # as above

    def record_success(self, token: RetryToken) -> None:
        """Note that the service let a call through."""
        self.pace.note(throttled=False)
        super().record_success(token)
