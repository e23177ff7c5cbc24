r"""
The terminal: questions, independent of standard input and output; notes and waits over two seconds on standard error.

Control characters (C0, DEL, C1), line and paragraph separators and the marks that change the direction of text can move
the cursor, hide what was written, or make one line look like another. They are written as `\u001b`, as JSON does.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from sts.base.text import fold
from sts.cli.width import columns
from sts.errors import CredentialsError

QUIET_SECONDS = 2.0
"""Seconds before a wait is shown."""
TERMINAL_SECONDS, LINE_SECONDS = 1.0, 60.0
"""Seconds between updates on a terminal, and between lines elsewhere."""
_waits: list[threading.Event] = []
"""Current waits, the innermost last. Only that one is shown, and none while the user is asked a question."""
_TTY = ("CONIN$", "CONOUT$") if os.name == "nt" else ("/dev/tty", "/dev/tty")
_UNSAFE = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
_IN_LINES = re.compile(f"[{_UNSAFE}]")
_IN_VALUES = re.compile(f"[{_UNSAFE}\t\n]")


def ask_code(serial: str) -> str:
    """Ask for a code of the MFA device *serial*. Raises CredentialsError without a terminal or a code."""
    try:
        code = ask(f"Code of the MFA device {visible(serial)}: ")
    except OSError:
        raise CredentialsError(
            f"A code of the MFA device {serial} is needed, but there is no terminal to ask for it. "
            "Pass it with --mfa-code, or name a program that prints it with --mfa-command or mfa_process in the profile."
        ) from None
    if not code:
        raise CredentialsError(f"The code of the MFA device {serial} is empty. Enter the digits that the device shows.")
    return code


def ask(question: str) -> str:
    """Return the answer to *question* on the terminal. Raises OSError without a terminal."""
    with foremost(), open(_TTY[1], "w", encoding="utf-8") as out, open(_TTY[0], encoding="utf-8") as answer:
        out.write(question if os.name == "nt" else f"\r{question}")
        out.flush()
        return answer.readline().strip()


def has_terminal() -> bool:
    """Return whether the user can be asked: there is a terminal, and standard error goes to it."""
    return sys.stderr is not None and sys.stderr.isatty() and (os.name == "nt" or os.access(_TTY[0], os.R_OK | os.W_OK))


def note(text: str, who: str = "sts") -> None:
    """Write *text* to standard error, wrapped between words on a terminal."""
    lines = visible_lines(f"{who}: {text}")
    if sys.stderr.isatty():
        lines = "\n".join(fold(lines.replace(" Hint: ", "\nHint: "), columns(), "  ", whole_words=True))
    print(lines, file=sys.stderr)


def visible(text: str) -> str:
    """Return *text*, one value, with each unsafe character, tab and line end as an escape sequence."""
    return _IN_VALUES.sub(_escape, text)


def visible_lines(text: str) -> str:
    """Return *text* with each unsafe character as an escape sequence; tabs and line ends, which are our own, are kept."""
    return _IN_LINES.sub(_escape, text)


def visible_data(data: Any) -> Any:
    """Return *data* with `visible` applied to each text, including names."""
    if isinstance(data, str):
        return visible(data)
    if isinstance(data, Mapping):
        return {visible(str(name)): visible_data(value) for name, value in data.items()}
    return [visible_data(item) for item in data] if isinstance(data, (list, tuple)) else data


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


@contextlib.contextmanager
def show_wait(what: str, seconds: float | None = None, *, lines: bool = False) -> Iterator[None]:
    """Show the wait until the block ends, with the time left of *seconds*; elsewhere than on a terminal only with *lines*."""
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
