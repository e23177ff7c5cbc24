"""Alarms: what is to happen at an instant, such as giving up a call that still waits for a worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from itertools import count

from sts.base.forks import reset_after_fork


class Alarms:
    """Call functions at instants of `time.monotonic()`, on one thread that ends when none is left. Thread-safe."""

    def __init__(self) -> None:
        self._keys = count()
        self.after_fork()
        reset_after_fork(self)

    def after_fork(self) -> None:
        """Forget the alarms of the parent process, whose thread is not here."""
        self._changed = threading.Condition()
        self._instants: list[tuple[float, int]] = []
        self._functions: dict[int, Callable[[], object]] = {}
        self._running = False

    def set(self, instant: float, function: Callable[[], object]) -> Callable[[], None]:
        """Call *function*, which must be quick, at *instant*; return what cancels that. Without threads nothing is called."""
        key = next(self._keys)
        with self._changed:
            self._functions[key] = function
            heappush(self._instants, (instant, key))
            if self._running:
                self._changed.notify()
            else:
                self._running = self._start()
        return partial(self._cancel, key)

    def _cancel(self, key: int) -> None:
        with self._changed:
            self._functions.pop(key, None)
            if not self._functions:
                self._changed.notify()

    def _start(self) -> bool:
        try:
            threading.Thread(target=self._run, name="sts-alarm", daemon=True).start()
        except RuntimeError:  # the main thread has ended, or there are too many threads
            return False
        return True

    def _run(self) -> None:
        while (function := self._next()) is not None:
            function()
            del function  # the call must not live until the next alarm

    def _next(self) -> Callable[[], object] | None:
        """Wait for the next alarm and return its function; None, and the thread is not counted any more, if there is none."""
        with self._changed:
            while self._functions:
                instant, key = self._instants[0]
                left = instant - time.monotonic()
                if key in self._functions and left > 0:
                    self._changed.wait(left)
                    continue
                heappop(self._instants)
                if key in self._functions:
                    return self._functions.pop(key)
            self._instants.clear()
            self._running = False
            return None


alarms = Alarms()
"""Those of this process."""
