"""The gate of a client: counts the calls inside, and closes."""

from __future__ import annotations

import threading
import time

from sts.errors import ConfigError


class Gate:
    """Let calls in until closed, then wait for those inside. Thread-safe."""

    __slots__ = ("_changed", "_here", "_inside", "closed")

    def __init__(self) -> None:
        self.closed = False
        self.after_fork()

    def after_fork(self) -> None:
        """Forget the calls of the parent process."""
        self._changed = threading.Condition(threading.Lock())
        self._inside = 0
        self._here = threading.local()

    def admit(self) -> None:
        """Count a call that is sent but runs later; raise ConfigError when closed."""
        with self._changed:
            if self.closed:
                raise ConfigError("This client is closed; make a new one to make more calls.")
            self._inside += 1

    def enter(self, *, admitted: bool = False) -> None:
        """Count a call that runs on this thread."""
        if not admitted:
            self.admit()
        self._here.calls = getattr(self._here, "calls", 0) + 1

    def leave(self) -> None:
        """Count it no longer."""
        self._here.calls = getattr(self._here, "calls", 1) - 1
        with self._changed:
            self._inside -= 1
            if self.closed:
                self._changed.notify_all()

    def close(self) -> bool:
        """Let nobody in any more; return whether it was open."""
        with self._changed:
            was_open, self.closed = not self.closed, True
        return was_open

    @property
    def empty(self) -> bool:
        """Whether nobody is inside."""
        return self._inside == 0

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until only calls of this very thread are inside; return whether that came about in time."""
        own = getattr(self._here, "calls", 0)
        deadline = None if seconds is None else time.monotonic() + seconds
        with self._changed:
            return self._changed.wait_for(
                lambda: self._inside <= own, None if deadline is None else deadline - time.monotonic()
            )
