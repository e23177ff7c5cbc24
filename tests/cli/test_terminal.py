"""What is waited for: after two seconds, with the time left, and nothing over a question."""

from __future__ import annotations

import io
import sys
import threading

import pytest

from sts.cli import terminal as waiting
from sts.cli.terminal import foremost, show_wait, wait_line
from tests.support.threads import PATIENCE


class Screen(io.StringIO):
    """Terminal that sets an event when something is written to it."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal
        self.written = threading.Event()

    def isatty(self) -> bool:
        return self._terminal

    def flush(self) -> None:
        self.written.set()


def screen_on(monkeypatch: pytest.MonkeyPatch, *, terminal: bool = True) -> Screen:
    """Return what standard error is from now on, on which a wait is shown at once."""
    made = Screen(terminal=terminal)
    monkeypatch.setattr(sys, "stderr", made)
    monkeypatch.setattr(waiting, "QUIET_SECONDS", 0.01)
    monkeypatch.setattr(waiting, "TERMINAL_SECONDS", 0.01)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    return made


@pytest.mark.parametrize(
    ("elapsed", "seconds", "line"),
    [
        (2.0, 600.0, "waiting for it, 9:58 left"),
        (61.0, 60.0, "waiting for it, 0:00 left"),
        (3.4, None, "waiting for it, 3 s"),
    ],
)
def test_the_time_left(elapsed: float, seconds: float | None, line: str) -> None:
    """In minutes and seconds. Without a limit the elapsed seconds are shown."""
    assert wait_line("it", elapsed, seconds) == line


def test_a_long_wait_is_shown_and_wiped_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line of the terminal."""
    screen = screen_on(monkeypatch)
    with show_wait("the sign-in", 600.0):
        assert screen.written.wait(PATIENCE)
    shown = screen.getvalue().split("\r")

    assert shown[1].startswith("sts: waiting for the sign-in, 9:5")
    assert (shown[-2].strip(), shown[-1]) == ("", "")
    assert max(map(len, shown)) < 60


def test_a_short_wait_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most are."""
    screen = screen_on(monkeypatch)
    monkeypatch.setattr(waiting, "QUIET_SECONDS", 60.0)
    with show_wait("AWS"):
        pass

    assert screen.getvalue() == ""


def test_a_log_gets_lines_only_where_a_person_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written over."""
    screen = screen_on(monkeypatch, terminal=False)
    with show_wait("AWS", 5.0):
        pass
    assert screen.getvalue() == ""
    with show_wait("the sign-in", 600.0, lines=True):
        assert screen.written.wait(PATIENCE)

    assert screen.getvalue().startswith("sts: waiting for the sign-in, 9:5")
    assert "\r" not in screen.getvalue()


def test_only_the_innermost_wait_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """And none over a question."""
    screen = screen_on(monkeypatch)
    over = threading.Event()
    monkeypatch.setattr(waiting, "_waits", [over])
    with foremost():
        thread = threading.Thread(target=waiting._show, args=("nothing", 0.0, None, over))
        thread.start()
        assert not screen.written.wait(0.2)
        with show_wait("the MFA program", 600.0):
            assert screen.written.wait(PATIENCE)
        over.set()
        thread.join()

    assert "the MFA program, 9:5" in screen.getvalue()
    assert "nothing" not in screen.getvalue()
