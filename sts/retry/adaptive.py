"""
The `adaptive` retry mode: standard retries plus a limit on the client's own request rate that follows the service's throttling.

The rate follows the CUBIC algorithm of TCP (RFC 9438): a throttling response reduces it, it recovers quickly to the rate at
which throttling started, and then grows slowly. The constants are those of all AWS SDKs.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable

from sts.base.forks import reset_after_fork
from sts.errors import ServiceError, STSError, TransportError
from sts.retry.standard import RetryToken, StandardRetry

BETA = 0.7
"""Factor for the rate after a throttling response."""
SCALE = 0.4
SMOOTH = 0.8
"""Weight of the newest measurement in the measured rate."""
MIN_FILL_RATE = 0.5
"""Lowest rate, in calls per second."""
MIN_CAPACITY = 1.0
BUCKET = 0.5
"""Seconds over which calls are counted to measure the rate."""
MIN_WAIT = 0.001
"""Shortest wait in seconds. Rounding must not make a waiting call retry in a tight loop."""


class RateMeter:
    """Meter for the calls per second of a client. Not thread-safe by itself."""

    __slots__ = ("_bucket", "_count", "rate")

    def __init__(self, now: float) -> None:
        self.rate = 0.0
        self._bucket = float(math.floor(now))
        self._count = 0

    def count(self, now: float) -> float:
        """Count one call and return the calls per second."""
        bucket = math.floor(now / BUCKET) * BUCKET
        self._count += 1
        if bucket > self._bucket:
            current = self._count / (bucket - self._bucket)
            self.rate = current * SMOOTH + self.rate * (1 - SMOOTH)
            self._count, self._bucket = 0, bucket
        return self.rate


class Cubic:
    """Allowed rate, computed from the time and the rate of the last throttling. Not thread-safe by itself."""

    __slots__ = ("_max_rate", "_throttled_at", "_window")

    def __init__(self, now: float) -> None:
        self._max_rate = 0.0
        self._throttled_at = now
        self._window = 0.0

    def throttled(self, rate: float, now: float) -> float:
        """Return the allowed rate after the service throttled at *rate*."""
        self._max_rate, self._throttled_at = rate, now
        self._window = (rate * (1 - BETA) / SCALE) ** (1 / 3)
        return rate * BETA

    def succeeded(self, now: float) -> float:
        """Return the allowed rate after a response that was not throttled."""
        return float(SCALE * (now - self._throttled_at - self._window) ** 3 + self._max_rate)


class RateLimiter:
    """
    Limit on the rate of all threads of a client, active after the first throttling response. Thread-safe.

    Does not sleep: when no token is available it returns the delay before the next try. The rate may have changed by then.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        began = now()
        self.enabled = False
        self.fill_rate = MIN_FILL_RATE
        self.capacity = MIN_CAPACITY
        self.available = 0.0
        self._now = now
        self._filled_at = began
        self._meter = RateMeter(began)
        self._cubic = Cubic(began)
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        self._lock = threading.Lock()

    def acquire(self) -> float:
        """Take one token and return 0.0, or take none and return the seconds to wait before the next try."""
        if not self.enabled:
            return 0.0
        with self._lock:
            self._fill(self._now())
            if self.available >= 1.0:
                self.available -= 1.0
                return 0.0
            return max((1.0 - self.available) / self.fill_rate, MIN_WAIT)

    def note(self, *, throttled: bool) -> None:
        """Adapt the rate to a response."""
        with self._lock:
            now = self._now()
            measured = self._meter.count(now)
            if throttled:
                rate = self._cubic.throttled(min(measured, self.fill_rate) if self.enabled else measured, now)
                self.enabled = True
            else:
                rate = self._cubic.succeeded(now)
            rate = min(rate, 2 * measured)
            self._fill(now)
            self.fill_rate = max(rate, MIN_FILL_RATE)
            self.capacity = max(rate, MIN_CAPACITY)
            self.available = min(self.available, self.capacity)

    def _fill(self, now: float) -> None:
        self.available = min(self.capacity, self.available + (now - self._filled_at) * self.fill_rate)
        self._filled_at = now


class AdaptiveRetry(StandardRetry):
    """`StandardRetry` with a rate that the service accepts: the SDKs' `adaptive` mode. For the calls of one client."""

    def __init__(
        self, max_attempts: int = 3, rand: Callable[[], float] = random.random, now: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(max_attempts, rand)
        self.limiter = RateLimiter(now)

    def send_delay(self) -> float:
        """Return 0.0 if an attempt may be made now, otherwise the seconds to wait before asking again."""
        return self.limiter.acquire()

    def refresh_retry_token_for_retry(self, token: RetryToken, error: STSError) -> RetryToken | None:
        """Return the token for the next attempt after *error*, or None to give up."""
        if isinstance(error, (ServiceError, TransportError)):
            self.limiter.note(throttled=error.throttling)
        return super().refresh_retry_token_for_retry(token, error)

    def record_success(self, token: RetryToken) -> None:
        """Record that the call succeeded."""
        self.limiter.note(throttled=False)
        super().record_success(token)
