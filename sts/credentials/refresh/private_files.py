"""
Files with secrets: read only if no other user can have written or read them, and created so that no other user can.

Only the standard library is needed, because the command line reads cached sessions before it loads anything else.
"""

from __future__ import annotations

import errno
import os
import stat

LONGEST = 1 << 20
"""Largest number of bytes to read from a file: many times the size of any session."""
_KINDS = {"regular file": stat.S_IFREG, "folder": stat.S_IFDIR}
_POSIX = os.name != "nt"
_PLAIN = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOCTTY", 0)


class UntrustedPathError(OSError):
    """A file or folder that another user may have written. `strerror` contains the reason and what to do."""


def read_private(path: str, *, loose: int = 0o077, longest: int = LONGEST) -> tuple[bytes, os.stat_result]:
    """
    Return the content of the file *path* and its status.

    Raises UntrustedPathError if it is not a regular file, has more than *longest* bytes, has one of the mode bits *loose*, or
    it or its folder belongs to another user. Never blocks, even for a pipe without a writer or a device.
    """
    check_private_folder(os.path.dirname(path))
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | _PLAIN)) as file:
        status = os.fstat(file.fileno())
        _check(path, status, "regular file", loose, "600")
        content = file.read(longest + 1)
    if len(content) > longest:
        raise UntrustedPathError(errno.EFBIG, f"it has more than {longest} bytes; remove it", path)
    return content, status


def check_private_folder(folder: str) -> None:
    """Raise UntrustedPathError if *folder* belongs to another user, or if others can replace files in it."""
    status = os.stat(folder or ".")
    # In a folder with the sticky bit, such as /tmp, others can add files of their own but not replace existing ones.
    loose = 0 if status.st_mode & stat.S_ISVTX else 0o022
    _check(folder, status, "folder", loose, "700")


def _check(path: str, status: os.stat_result, kind: str, loose: int, mode: str) -> None:
    if stat.S_IFMT(status.st_mode) != _KINDS[kind]:
        raise UntrustedPathError(errno.EINVAL, f"it is not a {kind}; remove it", path)
    if not _POSIX:
        return
    # Files of the superuser are trusted, because it can do anything.
    if status.st_uid not in {os.geteuid(), 0}:
        reason = f"it belongs to another user (uid {status.st_uid}, not {os.geteuid()}); remove it"
        raise UntrustedPathError(errno.EPERM, reason, path)
    if status.st_mode & loose:
        shown = f"{stat.S_IMODE(status.st_mode):o}"
        raise UntrustedPathError(errno.EPERM, f"it is open to other users (mode {shown}); run chmod {mode} on it", path)


def make_private_folder(folder: str) -> None:
    """Create *folder* and its missing parents, each with mode 0700 whatever the umask. Leave existing ones unchanged."""
    folder = os.path.abspath(folder)
    if os.path.isdir(folder):
        return
    parent = os.path.dirname(folder)
    if parent != folder:
        make_private_folder(parent)
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        if not os.path.isdir(folder):
            raise
    else:
        os.chmod(folder, 0o700)  # a umask can also remove bits of the owner
