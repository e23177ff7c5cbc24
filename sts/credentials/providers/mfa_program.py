"""MFA codes that a program prints: the profile key `mfa_process` and the command line's `--mfa-command`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping

from sts.base.records import of_whole
from sts.credentials.providers.process import split_command
from sts.credentials.providers.programs import OutputTooLongError, run_program
from sts.errors import CredentialsError

TIMEOUT_SECONDS = 60.0
"""Long enough to touch a key or to unlock a password store."""
LONGEST_CODE = 64
"""Digits that are taken at most; the devices of AWS show six."""


class MFAProgram:
    """
    Function from the serial number of an MFA device to the code that *command* prints.

    The program runs without a shell; it finds the serial number in the variable `STS_MFA_SERIAL`. Its standard error is the
    caller's, where it may ask for a touch.

    Args:
        command: the command as text, split as a shell would but without variables, `~`, pipes and the like.
        timeout: seconds after which the program is stopped.

    """

    def __init__(self, command: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._words = split_command(command)
        self._timeout = timeout

    def __call__(self, serial: str) -> str:
        """Return the code; raises CredentialsError, which never shows what the program printed, if it prints none."""
        what = f"The MFA program {os.path.basename(self._words[0])!r}"
        environ = {**os.environ, "STS_MFA_SERIAL": serial}
        try:
            done = run_program(self._words, self._timeout, environ, show_errors=True)
            problem = f"failed with exit code {done.returncode}." if done.returncode else ""
            code = done.stdout.decode("ascii", "replace").strip()
        except subprocess.TimeoutExpired:
            problem, code = f"did not end within {self._timeout:g} s and was stopped.", ""
        except (OSError, ValueError, OutputTooLongError) as error:
            problem, code = f"cannot be used: {getattr(error, 'strerror', None) or type(error).__name__}.", ""
        if not problem and not (code.isascii() and code.isdigit() and len(code) <= LONGEST_CODE):
            problem = "printed something else than digits (it is not shown); it must print the code and nothing else."
        if problem:
            raise CredentialsError(f"{what} {problem}")
        return code

    @of_whole
    def __repr__(self) -> str:
        return f"MFAProgram({os.path.basename(self._words[0])!r})"


def mfa_process_of(section: Mapping[str, object]) -> MFAProgram | None:
    """Return the program of a profile's `mfa_process`, None if it has none."""
    command = section.get("mfa_process")
    return MFAProgram(command) if isinstance(command, str) and command.strip() else None
