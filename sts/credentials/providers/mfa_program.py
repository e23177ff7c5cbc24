"""MFA codes printed by a program: the profile key `mfa_process` and the command line's `--mfa-command`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping

from sts.base.records import of_whole
from sts.credentials.providers.process import split_command
from sts.credentials.providers.programs import OutputTooLongError, run_program
from sts.errors import CredentialsError

TIMEOUT_SECONDS = 60.0
"""Timeout in seconds: enough to touch a key or to unlock a password store."""
LONGEST_CODE = 64
"""Largest number of digits accepted. Devices for AWS show six."""


class MFAProgram:
    """
    Function from the serial number of an MFA device to the code printed by *command*.

    The program runs without a shell. The variable `STS_MFA_SERIAL` contains the serial number. Its standard error is the
    caller's, so that it can ask the user to touch a key.

    Args:
        command: the command as text, split as a shell would but without variables, `~`, pipes and the like.
        timeout: seconds after which the program is stopped.

    """

    def __init__(self, command: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._words = split_command(command, "MFA program (mfa_process or --mfa-command)")
        self.timeout = timeout

    def __call__(self, serial: str) -> str:
        """Return the code. Raise CredentialsError, which never shows the output of the program, if it prints no code."""
        what = f"The MFA program {os.path.basename(self._words[0])!r}"
        environ = {**os.environ, "STS_MFA_SERIAL": serial}
        try:
            done = run_program(self._words, self.timeout, environ, show_errors=True)
            problem = f"failed with exit code {done.returncode}." if done.returncode else ""
            code = done.stdout.decode("ascii", "replace").strip()
        except subprocess.TimeoutExpired:
            problem, code = f"did not exit within {self.timeout:g} s and was stopped.", ""
        except (OSError, ValueError, OutputTooLongError) as error:
            problem, code = f"cannot be used: {getattr(error, 'strerror', None) or type(error).__name__}.", ""
        if not problem and not (code.isascii() and code.isdigit() and len(code) <= LONGEST_CODE):
            problem = "printed something other than digits (not shown here); it must print only the code."
        if problem:
            raise CredentialsError(f"{what} {problem}")
        return code

    @of_whole
    def __repr__(self) -> str:
        return f"MFAProgram({os.path.basename(self._words[0])!r})"


def mfa_process_of(section: Mapping[str, object]) -> MFAProgram | None:
    """Return the program of a profile's `mfa_process`, or None if it has none."""
    command = section.get("mfa_process")
    return MFAProgram(command) if isinstance(command, str) and command.strip() else None
