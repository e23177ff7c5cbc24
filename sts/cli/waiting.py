"""Display of waits over two seconds on standard error, with the time left."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator

from sts.cli.width import columns

QUIET_SECONDS = 2.0
"""Seconds before a wait is shown."""
TERMINAL_SECONDS, LINE_SECONDS = 1.0, 60.0
"""Seconds between updates on a terminal, and between lines elsewhere."""
_waits: list[threading.Event] = []
"""Current waits, the innermost last. Only that one is shown, and none while the user is asked a question."""


@contextlib.contextmanager
def show_wait(what: str, seconds: float | None = None, *, lines: bool = False) -> Iterator[None]:
    """
    Show the wait for *what* until the block ends, with the time left of *seconds*, or the elapsed time without a limit.

    If standard error is not a terminal, nothing is shown, or with *lines* one line per minute.
    """
    if not lines and not is_terminal():
        yield
        return
    with foremost() as over:
        thread = threading.Thread(target=_show, args=(what, time.monotonic(), seconds, over), daemon=True, name="sts-wait")
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


@contextlib.contextmanager
def foremost() -> Iterator[threading.Event]:
    """Show no wait but this one until the block ends: none at all while the user is asked. Yields the event that ends it."""
    over = threading.Event()
    _waits.append(over)
    try:
        yield over
    finally:
        _waits.remove(over)


def is_terminal() -> bool:
    """Return whether a line on standard error can be overwritten."""
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def wait_line(what: str, elapsed: float, seconds: float | None) -> str:
    """Return the line after *elapsed* seconds: `waiting for the sign-in, 9:40 left`."""
    if seconds is None:
        return f"waiting for {what}, {elapsed:.0f} s"
    left = max(int(seconds - elapsed), 0)
    return f"waiting for {what}, {left // 60}:{left % 60:02} left"


def _show(what: str, began: float, seconds: float | None, over: threading.Event) -> None:
    if over.wait(QUIET_SECONDS):
        return
    terminal, shown = is_terminal(), False
    while not over.is_set():
        if _waits[-1:] == [over]:
            _write(f"sts: {wait_line(what, time.monotonic() - began, seconds)}", terminal=terminal)
            shown = terminal
        over.wait(TERMINAL_SECONDS if terminal else LINE_SECONDS)
    if shown:
        _write("", terminal=True)
        _write("\r", terminal=False, end="")


def _write(text: str, *, terminal: bool, end: str = "\n") -> None:
    """Write *text* to standard error. On a terminal, overwrite the previous line."""
    width = columns() - 1
    sys.stderr.write(f"\r{text[:width].ljust(width)}" if terminal else f"{text}{end}")
    sys.stderr.flush()
