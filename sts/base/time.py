"""
Time: the clock, the times that servers send, and waits.

Another thread or a signal handler can end a wait. No lock is used that interrupted code could hold.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Patterns are text, and re is imported on first use; the form that STS sends needs none of them.
_ISO_8601 = r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d+))?\s*(?:[Zz]|([+-]\d\d):?(\d\d))?"
_EPOCH = r"-?\d{1,12}(?:\.\d+)?(?:[eE]\+?\d{1,2})?"
_HTTP_DATE = r"(?:\w+,?\s+)?(\d{1,2})[ -](\w{3})[ -](\d{4})\s+(\d\d):(\d\d):(\d\d)\s*(?:GMT|UTC|Z|[+-]0000)?"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EPOCH_START = datetime(1970, 1, 1, tzinfo=timezone.utc)


_fake: list[Callable[[], float]] = []
"""Clocks of tests. The last one replaces the time of this process."""


def unix_time() -> float:
    """Return the Unix time. `time.time` is looked up at each call, so that freezegun and similar tools work."""
    return _fake[-1]() if _fake else time.time()


def utc_now() -> datetime:
    """Return the time as an aware datetime in UTC."""
    return datetime.fromtimestamp(unix_time(), timezone.utc)


def sleep(seconds: float) -> None:
    """Wait. `time.sleep` is looked up at each call, so that gevent and tests may replace it at any time."""
    time.sleep(seconds)


def push_clock(clock: Callable[[], float]) -> None:
    """Let *clock*, a function that returns Unix time, replace the time of this process. For tests."""
    _fake.append(clock)


def pop_clock(clock: Callable[[], float]) -> None:
    """Undo the last `push_clock`."""
    _fake.remove(clock)


def parse_timestamp(text: str) -> datetime:
    """
    Parse *text* as a time and return an aware UTC datetime. Raise ValueError if it is not a time.

    Accepts ISO 8601 with or without fraction (nanoseconds are truncated to microseconds) and offset (UTC if absent), seconds
    since 1970, and HTTP dates. Real servers send each of these forms.
    """
    text = text.strip()
    if len(text) == 20 and text[4] == text[7] == "-" and text[10] == "T" and text[-1] == "Z":
        return datetime.fromisoformat(text[:-1]).replace(tzinfo=timezone.utc)
    import re

    match = re.fullmatch(_ISO_8601, text, re.ASCII)
    if match:
        day, clock, fraction, hours, minutes = match.groups()
        micros = (fraction or "")[:6].ljust(6, "0")
        moment = datetime.fromisoformat(f"{day}T{clock}.{micros}{hours or '+00'}:{minutes or '00'}")
        try:
            return moment.astimezone(timezone.utc)
        except OverflowError as error:
            raise ValueError(f"{moment} is out of range") from error
    if not re.fullmatch(_EPOCH, text, re.ASCII):
        return parse_http_date(text)
    try:
        return _EPOCH_START + timedelta(seconds=float(text))
    except OverflowError as error:
        raise ValueError(f"{float(text)} seconds since 1970 is out of range") from error


def parse_http_date(text: str) -> datetime:
    """Parse an HTTP date header (RFC 9110, 5.6.7) and return an aware UTC datetime. Raise ValueError if it is not a date."""
    import re

    match = re.fullmatch(_HTTP_DATE, text.strip(), re.ASCII)
    if not match or match[2].lower() not in _MONTHS:
        raise ValueError("not a date in a known format")
    day, month, *rest = match.groups()
    year, hour, minute, second = map(int, rest)
    return datetime(year, _MONTHS.index(month.lower()) + 1, int(day), hour, minute, second, tzinfo=timezone.utc)


def format_timestamp(moment: datetime) -> str:
    """Return *moment* in ISO 8601, UTC, with `Z`. A naive one is taken as UTC. A zero fraction is left out."""
    moment = moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)
    return moment.replace(tzinfo=None).isoformat() + "Z"


class Clock:
    """
    Clock with an offset for each host. Thread-safe, because an offset is one dict entry.

    *offset* is in seconds and applies to every host (`system_clock_offset`). *now* is a function that returns Unix time, for
    tests.
    """

    __slots__ = ("_now", "_offsets", "offset")

    def __init__(self, offset: float = 0.0, now: Callable[[], float] = unix_time) -> None:
        self.offset = offset
        self._now = now
        self._offsets: dict[str, float] = {}

    def time(self, host: str = "") -> float:
        """Return the Unix time for signatures to *host*."""
        return self._now() + self._offsets.get(host, self.offset)

    def now(self, host: str = "") -> datetime:
        """Return the time for signatures to *host* (aware, UTC)."""
        return datetime.fromtimestamp(self.time(host), timezone.utc)

    def offset_of(self, host: str) -> float:
        """Return the known offset of *host* to this machine's clock, in seconds."""
        return self._offsets.get(host, self.offset)

    def correct(self, host: str, host_time: float) -> None:
        """Record that the current time at *host* is *host_time* (Unix time)."""
        self._offsets[host] = host_time - self._now()


# --- waits ---


class Waker:
    """Wait of a thread that others can end. `wake` may be called from any thread or signal handler, any number of times."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def wake(self) -> None:
        """End the current wait, or the next one."""
        try:
            self._lock.release()
        except RuntimeError:  # it was not locked: woken before
            pass

    def wait(self, seconds: float | None = None) -> bool:
        """Wait up to *seconds* (None: without limit) until `wake` is called. Return True if it was."""
        return self._lock.acquire(timeout=-1 if seconds is None else min(max(seconds, 0.0), threading.TIMEOUT_MAX))


class Latch:
    """
    A flag that is set once, with a value, and its listeners. Thread-safe.

    It has no lock, so that a signal handler may set it, whatever code it interrupted. Each step is one atomic operation on a
    list or dict.
    """

    __slots__ = ("_listeners", "_values")

    def __init__(self) -> None:
        self._values: list[Any] = []
        self._listeners: dict[object, Callable[[], object]] = {}

    def set(self, value: Any = None) -> None:
        """Set the flag and call every listener. Further calls do nothing."""
        if not self._values:
            self._values.append(value)
            self._call_listeners()

    @property
    def is_set(self) -> bool:
        """True after `set` was called."""
        return bool(self._values)

    @property
    def value(self) -> Any:
        """Value of the first `set` call, or None before."""
        return self._values[0] if self._values else None

    def wait(self, seconds: float | None = None) -> bool:
        """Wait up to *seconds* (None: without limit). Return True as soon as the flag is set."""
        waker = Waker()
        remove = self.add_listener(waker.wake)
        try:
            waker.wait(seconds)
        finally:
            remove()
        return self.is_set

    def add_listener(self, listener: Callable[[], object]) -> Callable[[], None]:
        """
        Call *listener* once, when the flag is set (immediately if it is already set). Return a function that removes the
        listener.

        All listeners are called in order, even if one raises. Exceptions are passed to `threading.excepthook`.
        """
        key = object()
        self._listeners[key] = listener
        if self._values:  # `set` may have run before it could see this listener
            self._call_listeners()
        return lambda: self._remove(key)

    def _after_fork(self) -> None:
        self._listeners = {}

    def _remove(self, key: object) -> None:
        self._listeners.pop(key, None)

    def _call_listeners(self) -> None:
        interrupt: BaseException | None = None
        for key in list(self._listeners):
            listener = self._listeners.pop(key, None)  # None: another thread or a signal handler has taken it
            try:
                if listener is not None:
                    listener()
            except Exception as error:  # noqa: BLE001 - must not keep the other listeners from being called
                kind, thread = type(error), threading.current_thread()
                threading.excepthook(threading.ExceptHookArgs((kind, error, error.__traceback__, thread)))
            except BaseException as error:  # noqa: BLE001 - raised once every listener has been called
                interrupt = error
        if interrupt is not None:
            raise interrupt
