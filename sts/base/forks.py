"""What a child process must forget after `fork`: locks, threads, connections. And what must be over before: imports."""

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
"""Seconds that a fork waits at most for imports that are under way."""


if TYPE_CHECKING:
    from typing import Protocol

    class Forkable(Protocol):
        """Know how to begin anew in a child process."""

        def _after_fork(self) -> None:
            """Replace locks and drop what belongs to the parent."""


_every: weakref.WeakSet[Forkable] = weakref.WeakSet()


def reset_after_fork(forkable: Forkable) -> None:
    """Call `forkable._after_fork()` in every child process, as long as the object lives."""
    _every.add(forkable)


class _Loading:
    """Keep imports and forks apart: what a thread is importing at a fork stays locked in the child for ever."""

    def __init__(self) -> None:
        self.unlock()

    def unlock(self) -> None:
        """Make a lock that nobody holds."""
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
    """Import the modules that a call needs only when it comes to them, while no fork happens; return the last one."""
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
