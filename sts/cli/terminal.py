"""The terminal: questions, independent of standard input and output, and notes on standard error."""

from __future__ import annotations

import os
import sys

from sts.base.text import fold
from sts.cli.visible import visible, visible_lines
from sts.cli.waiting import asking
from sts.cli.width import columns
from sts.errors import CredentialsError

_TTY = ("CONIN$", "CONOUT$") if os.name == "nt" else ("/dev/tty", "/dev/tty")


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
    with asking(), open(_TTY[1], "w", encoding="utf-8") as out, open(_TTY[0], encoding="utf-8") as answer:
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
