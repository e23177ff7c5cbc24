"""The terminal: questions are asked there, whatever standard input and output are."""

from __future__ import annotations

import os
import sys

from sts.base.text import fold
from sts.cli.width import columns
from sts.errors import CredentialsError

_TTY = ("CONIN$", "CONOUT$") if os.name == "nt" else ("/dev/tty", "/dev/tty")


def ask_code(serial: str) -> str:
    """Ask for a code of the MFA device *serial* on the terminal; raise CredentialsError where there is none."""
    try:
        with open(_TTY[1], "w", encoding="utf-8") as out, open(_TTY[0], encoding="utf-8") as answer:
            out.write(f"Code of the MFA device {serial}: ")
            out.flush()
            code = answer.readline().strip()
    except OSError:
        raise CredentialsError(
            f"A code of the MFA device {serial} is needed, but there is no terminal to ask for it; give it with --mfa-code."
        ) from None
    if not code:
        raise CredentialsError(f"No code of the MFA device {serial} was given.")
    return code


def note(text: str, who: str = "sts") -> None:
    """Say something to the user that is no part of the result; on a terminal no word of it is torn apart."""
    lines = f"{who}: {text}"
    if sys.stderr.isatty():
        lines = "\n".join(fold(lines.replace(" Hint: ", "\nHint: "), columns(), "  ", whole_words=True))
    print(lines, file=sys.stderr)
