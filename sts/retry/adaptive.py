"""
The `adaptive` retry mode: standard retries, and a limit on the client's own rate that follows the service's throttling.

The rate grows and shrinks as the CUBIC algorithm of TCP lets a window do (RFC 9438): cut by a throttling answer, quick to come
back to where that happened, then slowly beyond. Constants are those that all AWS SDKs share.
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
"""What a throttling answer leaves of the rate."""
SCALE = 0.4
SMOOTH = 0.8
"""Weight of the newest measurement in the measured rate."""
MIN_FILL_RATE = 0.5
"""Calls a second; the rate never falls below."""
MIN_CAPACITY = 1.0
BUCKET = 0.5
"""Seconds over which calls are counted to measure the rate."""
MIN_WAIT = 0.001
"""Seconds; keeps rounding from making a waiting call ask in a tight loop."""


class RateMeter:
    """Measure how many calls a second a client makes; not thread-safe by itself."""

    __slots__ = ("_bucket", "_count", "rate")

    def __init__(self, now: float) -> None:
        self.rate = 0.0
        self._bucket = float(math.floor(now))
        self._count = 0

    def count(self, now: float) -> float:
        """Count one call and return the calls a second."""
        bucket = math.floor(now / BUCKET) * BUCKET
        self._count += 1
        if bucket > self._bucket:
            current = self._count / (bucket - self._bucket)
            self.rate = current * SMOOTH + self.rate * (1 - SMOOTH)
            self._count, self._bucket = 0, bucket
        return self.rate


class Cubic:
    """Compute the rate to allow from when, and at which rate, the service throttled last; not thread-safe by itself."""

    __slots__ = ("_max_rate", "_throttled_at", "_window")

    def __init__(self, now: float) -> None:
        self._max_rate = 0.0
        self._throttled_at = now
        self._window = 0.0

    def throttled(self, rate: float, now: float) -> float:
        """Return the rate to allow after the service has throttled at *rate*."""
        self._max_rate, self._throttled_at = rate, now
        self._window = (rate * (1 - BETA) / SCALE) ** (1 / 3)
        return rate * BETA

    def succeeded(self, now: float) -> float:
        """Return the rate to allow after an answer that was no throttling."""
        return float(SCALE * (now - self._throttled_at - self._window) ** 3 + self._max_rate)


class RateLimiter:
    """
    Limit the calls of all threads of a client together, from the first throttling answer on; thread-safe.

    Nobody waits in here: who finds no token is told when to ask again, and the rate may have changed by then.
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
        """Replace the lock, which a thread of the parent may have held."""
        self._lock = threading.Lock()

    @property
    def measured_rate(self) -> float:
        """The calls a second that were made of late."""
        return self._meter.rate

    def acquire(self) -> float:
        """Take one token and return 0.0; or take none and return the seconds after which to ask again."""
        if not self.enabled:
            return 0.0
        with self._lock:
            self._fill(self._now())
            if self.available >= 1.0:
                self.available -= 1.0
                return 0.0
            return max((1.0 - self.available) / self.fill_rate, MIN_WAIT)

    def note(self, *, throttled: bool) -> None:
        """Adapt the rate to an answer."""
        with self._lock:
            now = self._now()
            measured = self._meter.count(now)
            if throttled:
                rate = self._cubic.throttled(min(measured, self.fill_rate) if self.enabled else measured, now)
                self.enabled = True
            else:
                rate = self._cubic.succeeded(now)
            self._allow(min(rate, 2 * measured), now)

    def _allow(self, rate: float, now: float) -> None:
        self._fill(now)
        self.fill_rate = max(rate, MIN_FILL_RATE)
        self.capacity = max(rate, MIN_CAPACITY)
        self.available = min(self.available, self.capacity)

    def _fill(self, now: float) -> None:
        self.available = min(self.capacity, self.available + (now - self._filled_at) * self.fill_rate)
        self._filled_at = now


class AdaptiveRetry(StandardRetry):
    """Retry as `StandardRetry` does, at a rate that the service takes: the SDKs' `adaptive` mode. For one client's calls."""

    def __init__(
        self, max_attempts: int = 3, rand: Callable[[], float] = random.random, now: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(max_attempts, rand)
        self.limiter = RateLimiter(now)

    def send_delay(self) -> float:
        """Return 0.0 when an attempt may be made now, else the seconds after which to ask again."""
        return self.limiter.acquire()

    def refresh_retry_token_for_retry(self, token: RetryToken, error: STSError) -> RetryToken | None:
        """Return the token for one more attempt after *error*, or None to give up."""
        if isinstance(error, (ServiceError, TransportError)):
            self.limiter.note(throttled=error.throttling)
        return super().refresh_retry_token_for_retry(token, error)

    def record_success(self, token: RetryToken) -> None:
        """Note that the call succeeded."""
        self.limiter.note(throttled=False)
        super().record_success(token)
