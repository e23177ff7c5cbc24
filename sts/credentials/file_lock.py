"""A lock between processes, on a file; and files that nobody but their owner can read."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from sts.logs import LOGGER

LONGEST_WAIT = 300.0
"""Seconds to wait for another process; long enough for somebody to look up an MFA code."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.1


@contextlib.contextmanager
def locked(path: str, wait: float = LONGEST_WAIT) -> Iterator[bool]:
    """
    Hold the lock on the file *path*; the file is made, and stays.

    Gives False, and does not lock, where that is impossible (no such folder, a file system without locks) or after *wait*
    seconds: what is locked here is work that must be done anyway.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError:
        yield False
        return
    held = False
    try:
        held = _acquire(descriptor, path, wait)
        yield held
    finally:
        if held:
            _unlock(descriptor)
        os.close(descriptor)


def _acquire(descriptor: int, path: str, wait: float) -> bool:
    deadline, pause = time.monotonic() + wait, _FIRST_PAUSE
    while True:
        try:
            _lock(descriptor)
        except (BlockingIOError, PermissionError):  # held by another (Windows says PermissionError)
            if time.monotonic() >= deadline:
                LOGGER.warning("Another process has held the lock %s for %.0f s; going on without it.", path, wait)
                return False
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)
        except OSError:
            return False
        else:
            return True


def _lock_functions() -> tuple[Callable[[int], Any], Callable[[int], Any]]:
    if os.name == "nt":
        msvcrt = import_module("msvcrt")
        return lambda fd: msvcrt.locking(fd, msvcrt.LK_NBLCK, 1), lambda fd: msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)
    fcntl = import_module("fcntl")
    return lambda fd: fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB), lambda fd: fcntl.flock(fd, fcntl.LOCK_UN)


_lock, _unlock = _lock_functions()


def write_private(path: str, text: str, modified: float | None = None) -> None:
    """
    Replace the file *path* by *text* in one step, readable by its owner only; a missing folder is made with mode 0700.

    Readers see the old file or the new one, never a part. *modified* becomes the file's time of modification.
    """
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
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
