"""What a child process must forget after `fork`: locks, threads, connections."""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Forkable(Protocol):
    """Know how to begin anew in a child process."""

    def after_fork(self) -> None:
        """Replace locks and drop what belongs to the parent."""


_every: weakref.WeakSet[Forkable] = weakref.WeakSet()


def reset_after_fork(forkable: Forkable) -> None:
    """Call `forkable.after_fork()` in every child process, as long as the object lives."""
    _every.add(forkable)


def _reset_all() -> None:
    for forkable in list(_every):
        forkable.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_all)
