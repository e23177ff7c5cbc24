"""The clock that signs: the machine's time, plus what each host's clock was found to differ by."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone


class Clock:
    """
    Tell the time of each host; thread-safe, since an offset is one dict entry.

    *offset* is in seconds and applies to every host (`system_clock_offset`); *now* gives Unix time and is there for tests.
    """

    __slots__ = ("_now", "_offsets", "offset")

    def __init__(self, offset: float = 0.0, now: Callable[[], float] = time.time) -> None:
        self.offset = offset
        self._now = now
        self._offsets: dict[str, float] = {}

    def time(self, host: str = "") -> float:
        """Return the Unix time to sign with for *host*."""
        return self._now() + self._offsets.get(host, self.offset)

    def now(self, host: str = "") -> datetime:
        """Return the time to sign with for *host*, aware, in UTC."""
        return datetime.fromtimestamp(self.time(host), timezone.utc)

    def offset_of(self, host: str) -> float:
        """Return the seconds by which *host* is ahead of this machine, as far as known."""
        return self._offsets.get(host, self.offset)

    def correct(self, host: str, host_time: float) -> None:
        """Remember that it is *host_time* (Unix time) at *host* now."""
        self._offsets[host] = host_time - self._now()
