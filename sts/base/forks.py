"""Fork safety: reset locks, threads and connections in the child; do not fork while an import is in progress."""

from __future__ import annotations

import os
import sys
import threading
from _weakrefset import WeakSet  # that of weakref, with which threading has loaded it

LONGEST_WAIT = 30.0
"""Longest time in seconds that a fork waits for imports in progress."""


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Protocol

    class Forkable(Protocol):
        """Object that can reset itself in a forked child."""

        def _after_fork(self) -> None:
            """Replace locks and drop state that belongs to the parent."""


_every: WeakSet[Forkable] = WeakSet()


def reset_after_fork(forkable: Forkable) -> None:
    """Call `forkable._after_fork()` in every child process while the object exists."""
    _every.add(forkable)


class _Loading:
    """Mutual exclusion of imports and forks: a module that is being imported during a fork stays locked in the child."""

    def __init__(self) -> None:
        self.unlock()
        self.follows_logging = False

    def unlock(self) -> None:
        """Replace the lock with a free one."""
        self.lock = threading.RLock()
        self.held = 0

    def register(self, **more: Callable[[], None]) -> None:
        """Call `before` and `after_in_parent` at each fork, before the hooks registered earlier."""
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self.before, after_in_parent=self.after_in_parent, **more)

    def follow_logging(self) -> None:
        """
        Import logging, and wait for imports in progress before the hook of logging runs at a fork.

        That hook takes a lock that imports of libraries need, and hooks run in reverse order of registration.
        """
        if not self.follows_logging:
            import logging  # noqa: F401

            self.follows_logging = True
            self.register()

    def before(self) -> None:
        self.held += self.lock.acquire(timeout=LONGEST_WAIT)

    def after_in_parent(self) -> None:
        if self.held:
            self.held -= 1
            self.lock.release()

    def after_in_child(self) -> None:
        self.unlock()
        for forkable in list(_every):
            forkable._after_fork()


_loading = _Loading()
_loading.register(after_in_child=_loading.after_in_child)


def load(*names: str) -> ModuleType:
    """Import modules that need no library when a call needs them, while no fork happens. Return the last one."""
    module = sys.modules.get(names[-1])
    if module is None or getattr(module.__spec__, "_initializing", False):
        with _loading.lock:
            for name in names:
                __import__(name)
                module = sys.modules[name]
    return module  # type: ignore[return-value]  # imported by now


def load_library(*names: str) -> ModuleType:
    """Import modules like `load`, if one of them may import logging."""
    module = sys.modules.get(names[-1])
    if module is None or getattr(module.__spec__, "_initializing", False):
        with _loading.lock:
            _loading.follow_logging()
            return load(*names)
    return module
