"""Alarms: functions called at a given time, for example to end a call that still waits for a worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from itertools import count

from sts.base.forks import reset_after_fork
from sts.base.time import Waker


class Alarms:
    """
    Functions called at times of `time.monotonic()`, on one thread that ends when none is left. Thread-safe.

    The lock is reentrant and implemented by the interpreter. So a signal handler may set or cancel alarms, whatever it
    interrupted, and an interrupt (Ctrl-C) leaves nothing locked.
    """

    def __init__(self) -> None:
        self._keys = count()
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        self._lock = threading.RLock()
        self._changed = Waker()
        self._instants: list[tuple[float, int]] = []
        self._functions: dict[int, Callable[[], object]] = {}
        self._thread: threading.Thread | None = None

    def set(self, instant: float, function: Callable[[], object]) -> Callable[[], None]:
        """Call *function*, which must be fast, at *instant* (never without threads). Return a function that cancels it."""
        key = next(self._keys)
        with self._lock:
            self._functions[key] = function
            heappush(self._instants, (instant, key))
            if self._thread is None:
                self._start()
        self._changed.wake()
        return partial(self._cancel, key)

    def _cancel(self, key: int) -> None:
        self._functions.pop(key, None)
        if not self._functions:
            self._changed.wake()

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="sts-alarm", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # the main thread has ended, or there are too many threads
            self._thread = None
        except BaseException:  # an interrupt: the thread may or may not run, and a second one does no harm
            self._thread = None
            raise

    def _run(self) -> None:
        while (function := self._next()) is not None:
            function()
            del function  # the call must not be kept alive until the next alarm

    def _next(self) -> Callable[[], object] | None:
        """Wait for the next alarm and return its function. If there is none, return None and stop counting the thread."""
        while True:
            with self._lock:
                while self._instants and self._instants[0][1] not in self._functions:
                    heappop(self._instants)  # cancelled
                if not self._instants:
                    self._thread = None
                    return None
                instant, key = self._instants[0]
                left = instant - time.monotonic()
                if left <= 0:
                    heappop(self._instants)
                    return self._functions.pop(key, lambda: None)  # cancelled meanwhile
            self._changed.wait(left)


alarms = Alarms()
"""The alarms of this process."""
