"""The lock on a file: how long a process waits, what it leaves open, and how a private file is replaced."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sts.credentials.refresh import file_lock
from sts.credentials.refresh.file_lock import locked, write_private
from tests.support.clocks import HandTime

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the locks of Windows are others")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HandTime:
    """The clock of the locks."""
    return HandTime(1e9).replace(monkeypatch, "credentials.refresh.file_lock")


def hold_elsewhere(monkeypatch: pytest.MonkeyPatch, clock: HandTime, until: float) -> None:
    """Let another process hold every lock for *until* seconds."""
    end = clock.now + until

    def lock(descriptor: int) -> None:
        if clock.now < end:
            raise BlockingIOError

    monkeypatch.setattr(file_lock, "_lock", lock)


def test_pauses_grow_to_a_tenth_of_a_second(tmp_path: Path, clock: HandTime, monkeypatch: pytest.MonkeyPatch) -> None:
    """They start at five milliseconds. A free lock is taken without a pause."""
    with locked(str(tmp_path / "lock")) as held:
        assert held
    assert clock.pauses == []
    hold_elsewhere(monkeypatch, clock, 1.0)
    with locked(str(tmp_path / "lock")) as held:
        assert held
    assert clock.pauses[:3] == [0.005, 0.005 * 1.5, 0.005 * 1.5**2]
    assert clock.pauses[-2:] == [0.1, 0.1]
    assert max(clock.pauses) == 0.1


@pytest.mark.parametrize("wait", [0.0, 0.005])
def test_the_wait_ends_at_its_limit(tmp_path: Path, clock: HandTime, monkeypatch: pytest.MonkeyPatch, wait: float) -> None:
    """With a limit of 0 there is no pause. The work continues without a lock."""
    hold_elsewhere(monkeypatch, clock, 60.0)
    with locked(str(tmp_path / "lock"), wait) as held:
        assert held is False
    assert clock.pauses == [0.005][: int(wait > 0)]


def test_the_wait_ends_while_the_clock_stands_still(tmp_path: Path, clock: HandTime, monkeypatch: pytest.MonkeyPatch) -> None:
    """freezegun stops the clock; the pauses count all the same."""
    hold_elsewhere(monkeypatch, clock, 60.0)
    monkeypatch.setattr(clock, "sleep", clock.pauses.append)
    with locked(str(tmp_path / "lock"), 1.0) as held:
        assert held is False
    assert 1.0 <= sum(clock.pauses) <= 1.1


def test_a_system_without_locks_is_not_waited_for(tmp_path: Path, clock: HandTime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor one that denies them, nor a folder that is not there."""

    def refuse(descriptor: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(file_lock, "_lock", refuse)
    for path in (tmp_path / "lock", tmp_path / "missing" / "lock"):
        with locked(str(path)) as held:
            assert held is False
    assert clock.pauses == []


def test_nothing_stays_open(tmp_path: Path) -> None:
    """Neither a descriptor nor the note of one, whether the lock was had or not."""
    before = set(file_lock._descriptors.open)
    path = str(tmp_path / "lock")
    with locked(path) as held, locked(path, 0.0) as again:
        assert (held, again) == (True, False)
        (descriptor,) = file_lock._descriptors.open - before
        os.fstat(descriptor)
    assert file_lock._descriptors.open == before
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(descriptor)


def test_a_file_that_is_opened_during_a_fork_is_opened_again(
    tmp_path: Path, clock: HandTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child may have an unknown copy of the first descriptor. In this test the fork ends with the pause."""
    descriptors = file_lock._Descriptors()
    monkeypatch.setattr(file_lock, "_descriptors", descriptors)
    monkeypatch.setattr(clock, "sleep", lambda seconds: (clock.pauses.append(seconds), descriptors.after_fork_in_parent()))
    descriptors.before_fork()
    with locked(str(tmp_path / "lock")) as held:
        assert held
        assert len(descriptors.open) == 1
    assert (clock.pauses, descriptors.open) == ([0.005], set())


def test_a_child_closes_the_parents_files_and_forgets_its_locks(tmp_path: Path) -> None:
    """It holds none of them, and may lock what the thread that forked had locked."""
    descriptors = file_lock._Descriptors()
    opened = os.open(tmp_path / "file", os.O_CREAT | os.O_RDWR)
    closed = os.open(tmp_path / "file", os.O_RDWR)
    os.close(closed)
    descriptors.open |= {opened, closed}
    file_lock._held.paths = {"a path"}
    descriptors.before_fork()
    descriptors.after_fork_in_child()
    assert (descriptors.open, descriptors.generation, file_lock._held.__dict__) == (set(), 0, {})
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(opened)


def test_a_file_is_whole_on_the_disk_before_it_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the loss of power could leave an empty one under its name."""
    path, events = tmp_path / "file", list[str]()
    replace = os.replace
    monkeypatch.setattr(
        os, "fsync", lambda fd: events.append(f"{os.fstat(fd).st_size} bytes, mode {os.fstat(fd).st_mode & 0o777:o}")
    )
    monkeypatch.setattr(os, "replace", lambda *paths: (events.append("replaced"), replace(*paths)))
    write_private(str(path), "text", 5.0)
    assert events == ["4 bytes, mode 600", "replaced"]
    assert (path.read_text(), path.stat().st_mtime) == ("text", 5.0)


@pytest.mark.parametrize(("age", "kept"), [(59, True), (60, True), (61, False)])
def test_unfinished_files_of_a_minute_ago_are_removed(tmp_path: Path, clock: HandTime, age: float, kept: bool) -> None:
    """Writing a file takes milliseconds. Only files of the same entry are removed."""
    unfinished = [tmp_path / name for name in (".file.1.ab.tmp", ".other.1.ab.tmp", ".file.1.ab")]
    for path in unfinished:
        path.touch()
        os.utime(path, (clock.now - age, clock.now - age))
    write_private(str(tmp_path / "file"), "text")
    assert [path.exists() for path in unfinished] == [kept, True, True]
