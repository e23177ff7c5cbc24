"""Times as servers write them, and the clock that signs."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

# Patterns are text: re compiles them when they are needed, which for the form that STS sends they are not.
_ISO_8601 = r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d+))?\s*(?:[Zz]|([+-]\d\d):?(\d\d))?"
_EPOCH = r"-?\d{1,12}(?:\.\d+)?(?:[eE]\+?\d{1,2})?"
_HTTP_DATE = r"(?:\w+,?\s+)?(\d{1,2})[ -](\w{3})[ -](\d{4})\s+(\d\d):(\d\d):(\d\d)\s*(?:GMT|UTC|Z|[+-]0000)?"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EPOCH_START = datetime(1970, 1, 1, tzinfo=timezone.utc)


_fake: list[Callable[[], float]] = []
"""Clocks of tests; the last one is the time of this process."""


def unix_time() -> float:
    """Return the Unix time. `time.time` is looked up at the call, so that freezegun and its like are heard."""
    return _fake[-1]() if _fake else time.time()


def utc_now() -> datetime:
    """Return the time as an aware datetime in UTC."""
    return datetime.fromtimestamp(unix_time(), timezone.utc)


def push_clock(clock: Callable[[], float]) -> None:
    """Let *clock*, which gives Unix time, be the time of this process: for tests."""
    _fake.append(clock)


def pop_clock(clock: Callable[[], float]) -> None:
    """End what `push_clock` began."""
    _fake.remove(clock)


def parse_timestamp(text: str) -> datetime:
    """
    Return the aware UTC time that *text* names; raise ValueError if it names none.

    Takes ISO 8601 with or without fraction (nanoseconds are cut to microseconds) and offset (UTC if absent), seconds since
    1970, and HTTP dates: real servers send each of them.
    """
    text = text.strip()
    if len(text) == 20 and text[4] == text[7] == "-" and text[10] == "T" and text[-1] == "Z":
        return datetime.fromisoformat(text[:-1]).replace(tzinfo=timezone.utc)
    match = re.fullmatch(_ISO_8601, text, re.ASCII)
    if match:
        return _from_iso_8601(match)
    if re.fullmatch(_EPOCH, text, re.ASCII):
        return _from_seconds(float(text))
    return parse_http_date(text)


def _from_iso_8601(match: re.Match[str]) -> datetime:
    day, clock, fraction, hours, minutes = match.groups()
    micros = (fraction or "")[:6].ljust(6, "0")
    moment = datetime.fromisoformat(f"{day}T{clock}.{micros}{hours or '+00'}:{minutes or '00'}")
    return moment.replace(tzinfo=timezone.utc) if hours is None else _in_utc(moment)


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(timezone.utc)
    except OverflowError as error:
        raise ValueError(f"{moment} is out of range") from error


def _from_seconds(seconds: float) -> datetime:
    try:
        return _EPOCH_START + timedelta(seconds=seconds)
    except OverflowError as error:
        raise ValueError(f"{seconds} seconds since 1970 is out of range") from error


def parse_http_date(text: str) -> datetime:
    """Return the aware UTC time of an HTTP header such as `Date` (RFC 9110, 5.6.7); raise ValueError if it is none."""
    match = re.fullmatch(_HTTP_DATE, text.strip(), re.ASCII)
    if not match or match[2].lower() not in _MONTHS:
        raise ValueError("not a date that is known here")
    day, month, *rest = match.groups()
    year, hour, minute, second = map(int, rest)
    return datetime(year, _MONTHS.index(month.lower()) + 1, int(day), hour, minute, second, tzinfo=timezone.utc)


def format_timestamp(moment: datetime) -> str:
    """Return *moment* in ISO 8601, UTC, `Z`; a naive one is taken as UTC, a fraction is kept only if there is one."""
    moment = moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)
    return moment.replace(tzinfo=None).isoformat() + "Z"


class Clock:
    """
    Tell the time of each host; thread-safe, since an offset is one dict entry.

    *offset* is in seconds and applies to every host (`system_clock_offset`); *now* gives Unix time and is there for tests.
    """

    __slots__ = ("_now", "_offsets", "offset")

    def __init__(self, offset: float = 0.0, now: Callable[[], float] = unix_time) -> None:
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
