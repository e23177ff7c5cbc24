r"""
The terminal: questions, independent of standard input and output, notes on standard error, and text made safe for it.

Control characters (C0, DEL, C1), line and paragraph separators and the marks that change the direction of text can move
the cursor, hide what was written, or make one line look like another. They are written as `\u001b`, as JSON does.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from typing import Any

from sts.base.text import fold
from sts.cli.waiting import foremost
from sts.cli.width import columns
from sts.errors import CredentialsError

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
