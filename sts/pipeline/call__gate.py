"""The gate of a client: counts the calls inside, and closes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sts.errors import ConfigError


class Gate:
    """Let calls in until closed, then wait for those inside. Thread-safe."""

    __slots__ = ("_changed", "_here", "_inside", "_watchers", "closed")

    def __init__(self) -> None:
        self.closed = False
        self.after_fork()

    def after_fork(self) -> None:
        """Forget the calls of the parent process."""
        self._changed = threading.Condition(threading.Lock())
        self._inside = 0
        self._here = threading.local()
        self._watchers: list[Callable[[], object]] = []

    def admit(self) -> bool:
        """Count a call that will run; return False, with nothing counted, when closed."""
        with self._changed:
            if not self.closed:
                self._inside += 1
            return not self.closed

    def enter(self, *, admitted: bool = False) -> None:
        """Count a call that runs on this thread, unless it was admitted before; raise ConfigError when closed."""
        if not admitted and not self.admit():
            raise ConfigError(
                "This client is closed; make a new one to make more calls, or close it after the callbacks that use it."
            )
        self._here.calls = getattr(self._here, "calls", 0) + 1

    def leave(self) -> None:
        """Count it no longer."""
        self._here.calls = max(getattr(self._here, "calls", 0) - 1, 0)
        with self._changed:
            self._inside = max(self._inside - 1, 0)  # a call that forked leaves twice, in two processes
            if not self.closed:
                return
            self._changed.notify_all()
            watchers = self._take_watchers()
        for watcher in watchers:
            watcher()

    def close(self) -> bool:
        """Let nobody in any more; return whether it was open."""
        with self._changed:
            was_open, self.closed = not self.closed, True
        return was_open

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until only calls of this very thread are inside; return whether that came about in time."""
        own = getattr(self._here, "calls", 0)
        deadline = None if seconds is None else time.monotonic() + seconds
        with self._changed:
            return self._changed.wait_for(
                lambda: self._inside <= own, None if deadline is None else deadline - time.monotonic()
            )

    def when_empty(self, function: Callable[[], object]) -> None:
        """Call *function* once nobody is inside a closed gate, on whatever thread is last; at once if that is so."""
        with self._changed:
            self._watchers.append(function)
            watchers = self._take_watchers()
        for watcher in watchers:
            watcher()

    def _take_watchers(self) -> list[Callable[[], object]]:
        if self._inside:
            return []
        taken, self._watchers = self._watchers, []
        return taken
