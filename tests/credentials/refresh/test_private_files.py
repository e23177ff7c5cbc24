"""Files with secrets: what somebody else may have written is not used, and nothing that is not a file is waited for."""

from __future__ import annotations

import logging
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from sts import Credentials
from sts.credentials.refresh.disk_cache import DiskCache, DiskCachedProvider
from sts.credentials.refresh.file_lock import locked
from sts.credentials.refresh.private_files import UntrustedPathError, check_private_folder, make_private_folder, read_private
from tests.support.threads import PATIENCE

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the superuser can give files away")
NOBODY = 65534


class Fresh:
    """Give a new session."""

    def retrieve(self) -> Credentials:
        return session("ASIAFRESH")


def session(key: str) -> Credentials:
    return Credentials(key, "SECRET+KEY", "TOKEN+OF", datetime.now(timezone.utc) + timedelta(hours=1))


def planted(directory: Path) -> tuple[DiskCache, Path]:
    """Return a cache with an entry as an attacker would write it."""
    cache = DiskCache(directory)
    cache.write("key", session("ASIAPLANTED"))
    return cache, directory / "key.json"


def used(cache: DiskCache) -> str:
    return DiskCachedProvider(Fresh(), cache, lambda: "key").retrieve().access_key_id


def test_an_entry_of_ones_own_is_used(tmp_path: Path) -> None:
    """Else the tests below would prove nothing."""
    assert used(planted(tmp_path)[0]) == "ASIAPLANTED"


@root
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o666, 0o400])
def test_an_entry_of_another_user_is_not_used(tmp_path: Path, mode: int, caplog: pytest.LogCaptureFixture) -> None:
    """With any mode. The log names the owner, and the entry is replaced."""
    cache, path = planted(tmp_path)
    os.chown(path, NOBODY, NOBODY)
    path.chmod(mode)

    assert used(cache) == "ASIAFRESH"
    assert f"belongs to another user (uid {NOBODY}" in caplog.text
    assert path.stat().st_uid == os.geteuid()


@root
def test_a_folder_of_another_user_is_not_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Its owner can put any file of ours there under any name."""
    cache, path = planted(tmp_path)
    os.chown(tmp_path, NOBODY, NOBODY)

    assert used(cache) == "ASIAFRESH"
    assert f"belongs to another user (uid {NOBODY}" in caplog.text
    assert b"ASIAPLANTED" in path.read_bytes()


@pytest.mark.parametrize("mode", [0o602, 0o620, 0o666, 0o660])
def test_an_entry_that_others_can_write_is_not_used(tmp_path: Path, mode: int, caplog: pytest.LogCaptureFixture) -> None:
    """It is replaced by one that only its owner can write."""
    cache, path = planted(tmp_path)
    path.chmod(mode)

    assert used(cache) == "ASIAFRESH"
    assert "open to other users" in caplog.text
    assert "chmod 600" in caplog.text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o777, 0o707, 0o770, 0o720, 0o702])
def test_a_folder_that_others_can_write_is_not_used(tmp_path: Path, mode: int, caplog: pytest.LogCaptureFixture) -> None:
    """They could exchange two entries, and so give one caller another's session."""
    cache, _ = planted(tmp_path)
    tmp_path.chmod(mode)

    assert used(cache) == "ASIAFRESH"
    assert f"mode {mode:o}" in caplog.text
    assert "chmod 700" in caplog.text


def test_in_a_folder_with_the_sticky_bit_entries_of_ones_own_are_safe(tmp_path: Path) -> None:
    """As in /tmp: others cannot replace them."""
    cache, _ = planted(tmp_path)
    tmp_path.chmod(0o1777)

    assert used(cache) == "ASIAPLANTED"


@pytest.mark.parametrize("kind", ["pipe", "directory", "zero", "full", "loop", "huge", "socket"])
def test_no_special_file_is_read_or_waited_for(tmp_path: Path, kind: str) -> None:
    """In place of an entry or of its lock. The session is fetched anyway."""
    for name in ("key.json", "key.lock"):
        _put(kind, tmp_path / name)
    done: list[str] = []
    thread = threading.Thread(target=lambda: done.append(used(DiskCache(tmp_path, wait=0.1))), daemon=True)
    thread.start()
    thread.join(PATIENCE)

    assert done == ["ASIAFRESH"]


def _put(kind: str, path: Path) -> None:
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    elif kind == "huge":
        path.write_bytes(b" " * (2 << 20))
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as server, suppress(OSError):  # a path can be too long for one
            server.bind(str(path))
    else:
        path.symlink_to({"zero": "/dev/zero", "full": "/dev/full", "loop": path}[kind])


@pytest.mark.parametrize("mask", [0, 0o002, 0o022, 0o077, 0o277, 0o777])
def test_folders_are_made_for_their_owner_alone_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    """Missing parents too: anyone who can write to a parent could replace the folder."""
    before = os.umask(mask)
    try:
        make_private_folder(str(tmp_path / "a" / "b" / "c"))
    finally:
        os.umask(before)

    assert [stat.S_IMODE((tmp_path / path).stat().st_mode) for path in ("a", "a/b", "a/b/c")] == [0o700] * 3


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    """And one that is too long is refused whole."""
    path = tmp_path / "file"
    path.write_bytes(b"text")
    path.chmod(0o600)

    assert read_private(str(path))[0] == b"text"
    with pytest.raises(UntrustedPathError, match="more than 3 bytes"):
        read_private(str(path), longest=3)


@pytest.mark.parametrize("size", [3, 4])
def test_a_file_may_have_just_the_longest_size(tmp_path: Path, size: int) -> None:
    """One byte more is refused."""
    path = tmp_path / "file"
    path.write_bytes(b"x" * size)
    path.chmod(0o600)
    if size == 3:
        assert read_private(str(path), longest=3)[0] == b"xxx"
        return
    with pytest.raises(UntrustedPathError):
        read_private(str(path), longest=3)


def test_the_longest_size_is_a_mebibyte(tmp_path: Path) -> None:
    """By default."""
    path = tmp_path / "file"
    path.touch(0o600)
    os.truncate(path, 2**20)
    assert len(read_private(str(path))[0]) == 2**20
    os.truncate(path, 2**20 + 1)
    with pytest.raises(UntrustedPathError, match="more than 1048576 bytes"):
        read_private(str(path))


@pytest.mark.parametrize(("mode", "read"), [(0o600, True), (0o700, True), (0o640, False), (0o604, False), (0o601, False)])
def test_a_private_file_is_open_to_nobody_else(tmp_path: Path, mode: int, read: bool) -> None:
    """By default neither for reading nor for writing."""
    path = tmp_path / "file"
    path.write_bytes(b"text")
    path.chmod(mode)
    if read:
        assert read_private(str(path))[0] == b"text"
        return
    with pytest.raises(UntrustedPathError, match=rf"mode {mode:o}\); run chmod 600 on it"):
        read_private(str(path))


@pytest.mark.parametrize(("owner", "trusted"), [(0, True), (1000, True), (1, False), (1001, False)])
def test_owners_that_are_trusted(monkeypatch: pytest.MonkeyPatch, owner: int, trusted: bool) -> None:
    """Oneself and the superuser."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(os, "stat", lambda _: os.stat_result((stat.S_IFDIR | 0o700, 0, 0, 1, owner, 0, 0, 0, 0, 0)))
    if trusted:
        check_private_folder("folder")
        return
    with pytest.raises(UntrustedPathError, match=rf"belongs to another user \(uid {owner}, not 1000\)"):
        check_private_folder("folder")


def test_a_relative_folder_is_made_where_the_program_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its missing parents."""
    monkeypatch.chdir(tmp_path)
    make_private_folder("a/b")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_file_in_a_folder_that_others_can_write_is_not_read(tmp_path: Path) -> None:
    """Also where only a file is read."""
    path = tmp_path / "open" / "file"
    path.parent.mkdir()
    path.write_bytes(b"text")
    path.chmod(0o600)
    path.parent.chmod(0o722)
    with pytest.raises(UntrustedPathError, match=r"mode 722\); run chmod 700 on it"):
        read_private(str(path))


@pytest.mark.parametrize("mode", [0o700, 0o711, 0o755, 0o1777])
def test_a_folder_that_others_can_only_read_is_trusted(tmp_path: Path, mode: int) -> None:
    """Or one with the sticky bit, in which they cannot replace files."""
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(mode)
    check_private_folder(str(folder))


def test_a_new_folder_is_never_open_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even between its creation and the change of its mode."""
    monkeypatch.setattr(os, "chmod", lambda *_: None)
    before = os.umask(0)
    try:
        make_private_folder(str(tmp_path / "new"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_a_folder_that_another_process_makes_meanwhile_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without changes. A file in its place is an error."""
    make = os.mkdir

    def make_twice(path: str, mode: int) -> None:
        make(path, mode)
        make(path, mode)

    monkeypatch.setattr(os, "mkdir", make_twice)
    make_private_folder(str(tmp_path / "new"))
    assert (tmp_path / "new").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        make_private_folder(str(tmp_path / "file"))


def test_a_denied_lock_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """EACCES is a rule of AppArmor or SELinux, not another process."""
    asked: list[int] = []

    def deny(descriptor: int) -> None:
        asked.append(descriptor)
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("sts.credentials.refresh.file_lock._lock", deny)
    with locked(str(tmp_path / "lock"), 300.0) as held:
        assert not held
    assert len(asked) == 1


HOLDER = """
import os, sys, threading, time
from sts.credentials.refresh.file_lock import locked
inside = threading.Event()
def hold():
    with locked(sys.argv[1]) as held:
        assert held
        if sys.argv[2] == "same": fork()
        inside.set(); time.sleep(120)
def fork():
    global child
    child = os.fork()
    if child == 0:
        os.close(1)
        if sys.argv[2] == "other": time.sleep(120); os._exit(0)
threading.Thread(target=hold, daemon=True).start()
inside.wait()
if sys.argv[2] == "other": fork()
print(child, flush=True)
sys.stdin.read()
os._exit(0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("thread", ["same", "other"])
def test_a_forked_child_holds_no_lock_of_its_parent(tmp_path: Path, thread: str) -> None:
    """Whether another thread forks or the one that holds the lock. The parent keeps its lock."""
    path = str(tmp_path / "lock")
    parent = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path, thread], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdin is not None and parent.stdout is not None
    child = int(parent.stdout.readline())
    try:
        with locked(path, 0.0) as held:
            assert not held
        parent.kill()
        parent.wait()
        with locked(path, 60.0) as held:
            assert held
    finally:
        for pid in (child, parent.pid):
            with suppress(OSError):
                os.kill(pid, 9)
        parent.stdin.close()
        parent.stdout.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_the_end_of_a_child_forked_inside_does_not_unlock_the_parent(tmp_path: Path) -> None:
    """It leaves the block as the parent does, and must not take the lock along."""
    path = str(tmp_path / "lock")
    block = locked(path)
    assert block.__enter__()
    child = os.fork()
    if child == 0:
        block.__exit__(None, None, None)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0

    code = (
        "import sys; from sts.credentials.refresh.file_lock import locked\nwith locked(sys.argv[1], 0.0) as held: print(held)"
    )
    shown = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True).stdout
    block.__exit__(None, None, None)
    assert shown == "False\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_no_child_keeps_a_lock_whenever_it_is_forked(tmp_path: Path) -> None:
    """Also one forked at the moment in which another thread opens the file: its copy has to be known to be closed."""
    path, stop = str(tmp_path / "lock"), threading.Event()

    def churn() -> None:
        while not stop.is_set():
            with locked(path, 0.0):
                pass

    threads = [threading.Thread(target=churn, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    children = []
    for _ in range(60):
        child = os.fork()
        if child == 0:
            time.sleep(300)
            os._exit(0)
        children.append(child)
    stop.set()
    for thread in threads:
        thread.join()
    try:
        with locked(path, 0.0) as held:
            assert held
    finally:
        for child in children:
            os.kill(child, 9)
            os.waitpid(child, 0)


def test_the_log_shows_no_secret_of_what_is_refused(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Only why, and where."""
    caplog.set_level(logging.DEBUG)
    cache, path = planted(tmp_path)
    path.chmod(0o666)
    used(cache)
    assert "open to other users" in caplog.text
    assert not any(secret in caplog.text for secret in ("SECRET+KEY", "TOKEN+OF"))
