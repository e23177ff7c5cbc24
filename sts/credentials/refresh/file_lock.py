"""Lock between processes on a file, and atomic replacement of a private file."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from sts.credentials.refresh.private_files import make_private_folder
from sts.logs import LOGGER

LONGEST_WAIT = 300.0
"""Seconds to wait for another process: enough for a user to enter an MFA code."""
UNFINISHED_SECONDS = 60.0
"""Age in seconds from which an unfinished file is abandoned: writing one takes milliseconds."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.1
_HELD: tuple[type[OSError], ...] = (BlockingIOError, PermissionError) if os.name == "nt" else (BlockingIOError,)
"""Errors for a lock held by another process."""
_held = threading.local()
"""Locks held by each thread: a role whose source has the same name on disk must not wait for itself."""


@contextlib.contextmanager
def locked(path: str, wait: float = LONGEST_WAIT) -> Iterator[bool]:
    """
    Hold the lock on the file *path*. The file is created and not removed.

    Yields False, without a lock, if locking is impossible (no such folder, a file system without locks, a denied lock), after
    *wait* seconds, or if this thread already holds the lock, because the protected work must be done anyway.
    """
    mine = _held.__dict__.setdefault("paths", set())
    descriptor = None if path in mine else _open(path)
    if descriptor is None:
        yield False
        return
    owner = os.getpid()
    held = False
    try:
        held = _acquire(descriptor, path, wait)
        mine.add(path)
        yield held
    finally:
        mine.discard(path)
        if os.getpid() == owner:  # a child forked meanwhile has closed its copy and must not unlock the parent's
            if held:
                _unlock(descriptor)
            _close(descriptor)


class _Descriptors:
    """
    Open lock files of this process. A forked child closes them.

    A lock belongs to the open file, which parent and child share. The child's copy would keep the lock after the parent ends.
    """

    def __init__(self) -> None:
        self.open: set[int] = set()
        self.generation = 0
        """Odd while a fork is in progress: a file opened then may have a copy in the child that the child does not know."""

    def before_fork(self) -> None:
        self.generation += 1

    def after_fork_in_parent(self) -> None:
        self.generation += 1

    def after_fork_in_child(self) -> None:
        _held.__dict__.clear()
        while self.open:
            with contextlib.suppress(OSError):
                os.close(self.open.pop())
        self.generation = 0


_descriptors = _Descriptors()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_descriptors.before_fork,
        after_in_parent=_descriptors.after_fork_in_parent,
        after_in_child=_descriptors.after_fork_in_child,
    )


def _open(path: str) -> int | None:
    """Return a descriptor of the file *path* without unknown copies in forked children, or None if it cannot be opened."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
    while True:
        generation = _descriptors.generation
        try:
            descriptor = os.open(path, flags, 0o600)
        except OSError:
            return None
        _descriptors.open.add(descriptor)
        if generation == _descriptors.generation and generation % 2 == 0:
            return descriptor
        _close(descriptor)
        time.sleep(_FIRST_PAUSE)


def _close(descriptor: int) -> None:
    _descriptors.open.discard(descriptor)
    os.close(descriptor)


def _acquire(descriptor: int, path: str, wait: float) -> bool:
    deadline, pause, waited = time.monotonic() + wait, _FIRST_PAUSE, 0.0
    while True:
        try:
            _lock(descriptor)
        except OSError as error:
            if not isinstance(error, _HELD):
                return False  # locks are unsupported or denied (EACCES by AppArmor or SELinux): waiting would not help
        else:
            return True
        if max(time.monotonic() - deadline, waited - wait) >= 0:  # a tool of tests may have stopped the clock
            LOGGER.warning("Another process has held the lock %s for %.0f s; continuing without it.", path, wait)
            return False
        time.sleep(pause)
        waited += pause
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def _lock_functions() -> tuple[Callable[[int], Any], Callable[[int], Any]]:
    if os.name == "nt":
        msvcrt = import_module("msvcrt")
        return lambda fd: msvcrt.locking(fd, msvcrt.LK_NBLCK, 1), lambda fd: msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)
    fcntl = import_module("fcntl")
    return lambda fd: fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB), lambda fd: fcntl.flock(fd, fcntl.LOCK_UN)


_lock, _unlock = _lock_functions()


def write_private(path: str, text: str, modified: float | None = None) -> None:
    """
    Replace the file *path* atomically by *text*, readable by its owner only. Create a missing folder with mode 0700.

    Readers see either the old file or the new one. *modified* becomes the modification time of the file.
    """
    folder = os.path.dirname(path)
    make_private_folder(folder)
    _sweep(folder, f".{os.path.basename(path)}.")
    unfinished = os.path.join(folder, f".{os.path.basename(path)}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if modified is not None:
            os.utime(unfinished, (modified, modified))
        os.replace(unfinished, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(unfinished)
        raise


def _sweep(folder: str, prefix: str) -> None:
    """Remove unfinished files of writers that were killed: they may contain secrets."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            unfinished = entry.name.startswith(prefix) and entry.name.endswith(".tmp")
            if unfinished and time.time() - entry.stat(follow_symlinks=False).st_mtime > UNFINISHED_SECONDS:
                os.unlink(entry.path)
