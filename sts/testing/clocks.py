"""`FakeClock`: a clock that stands still until a test moves it."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

from sts.base.time import pop_clock, push_clock


class FakeClock:
    """
    A clock that begins at *start*, an aware datetime, and changes only by `advance`. Call it to get the Unix time.

    `LocalSTS(clock=clock)` and `CachedProvider(provider, now=clock)` accept one. In a `with` block it sets the time of the
    whole library in this process: signatures, refreshes, caches, tokens and a LocalSTS. Thread-safe.

        with FakeClock() as clock, LocalSTS() as server:
            client = STS(**server.client_options())
            clock.advance(timedelta(hours=3))
    """

    def __init__(self, start: datetime = datetime(2030, 1, 1, tzinfo=timezone.utc)) -> None:
        self._time = start.timestamp()
        self._lock = threading.Lock()

    def __enter__(self) -> FakeClock:
        push_clock(self)
        return self

    def __exit__(self, *exc_info: object) -> None:
        pop_clock(self)

    def __call__(self) -> float:
        """Return the time in seconds since 1970."""
        with self._lock:
            return self._time

    @property
    def now(self) -> datetime:
        """Return the time as an aware datetime in UTC."""
        return datetime.fromtimestamp(self(), timezone.utc)

    def advance(self, by: float | timedelta) -> None:
        """Move the time forward by seconds or a timedelta."""
        with self._lock:
            self._time += by.total_seconds() if isinstance(by, timedelta) else by
