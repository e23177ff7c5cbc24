"""Fork safety: reset locks, threads and connections in the child; do not fork while an import is in progress."""

from __future__ import annotations

import logging  # noqa: F401 - before us: hooks before a fork run in reverse order, and its own takes a lock that imports need
import os
import sys
import threading
import weakref
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, cast

LONGEST_WAIT = 30.0
"""Longest time in seconds that a fork waits for imports in progress."""


if TYPE_CHECKING:
    from typing import Protocol

    class Forkable(Protocol):
        """Object that can reset itself in a forked child."""

        def _after_fork(self) -> None:
            """Replace locks and drop state that belongs to the parent."""


_every: weakref.WeakSet[Forkable] = weakref.WeakSet()


def reset_after_fork(forkable: Forkable) -> None:
    """Call `forkable._after_fork()` in every child process while the object exists."""
    _every.add(forkable)


class _Loading:
    """Mutual exclusion of imports and forks: a module that is being imported during a fork stays locked in the child."""

    def __init__(self) -> None:
        self.unlock()

    def unlock(self) -> None:
        """Replace the lock by a free one."""
        self.lock = threading.RLock()
        self.held = False

    def before(self) -> None:
        self.held = self.lock.acquire(timeout=LONGEST_WAIT)

    def after_in_parent(self) -> None:
        if self.held:
            self.lock.release()

    def after_in_child(self) -> None:
        self.unlock()
        for forkable in list(_every):
            forkable._after_fork()


_loading = _Loading()


def load(*names: str) -> ModuleType:
    """Import the modules that a call needs when it needs them, while no fork happens. Return the last one."""
    module = sys.modules.get(names[-1])
    if module is None or getattr(module.__spec__, "_initializing", False):
        with _loading.lock:
            for name in names:
                module = import_module(name)
    return cast("ModuleType", module)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_loading.before, after_in_parent=_loading.after_in_parent, after_in_child=_loading.after_in_child
    )
