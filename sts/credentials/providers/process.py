"""Programs that print credentials (`credential_process`) or MFA codes (`mfa_process`, `--mfa-command` of the command line)."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, Union

from sts.base.frames import without_locals
from sts.base.records import of_whole
from sts.base.time import unix_time
from sts.credentials.chain.chain import Confidential, Context, text_of
from sts.credentials.exchange.fetch import parse_object
from sts.credentials.exchange.json_credentials import PROCESS, credentials_in, is_past
from sts.errors import ConfigError, CredentialsError
from sts.identity import Credentials
from sts.model.masks import MASK, mask
from sts.settings.profiles import WINDOWS, Profiles

MAX_SHOWN = 300
"""Characters to show of the last line of a program."""
TIMEOUT_SECONDS = 120.0
"""Timeout in seconds: enough for a program that opens a browser or asks for a code."""
MFA_TIMEOUT_SECONDS = 60.0
"""Timeout in seconds: enough to touch a key or to unlock a password store."""
LONGEST_CODE = 64
"""Largest number of digits accepted. Devices for AWS show six."""
MAX_OUTPUT = 1 << 20
"""Bytes of each stream of a program to keep: many times the size of credentials."""
GRACE_SECONDS = 1.0
"""Seconds after the exit of a program until its output must end. Its child processes may keep the streams open."""
_OPAQUE = re.compile(r"(?=[\w+/=.-]*[A-Z0-9])(?=[\w+/=.-]*[a-z])[\w+/=.-]{20,}")
"""A long word of mixed characters: it could be a key or a token in an unknown format."""


class ProcessProvider(Confidential):
    """
    Provider that runs *command* without a shell and reads the JSON it prints (`Version` 1).

    If the program fails, the error shows the last line of its standard error, without secrets.

    Args:
        command: the command as text, split as a shell would but without variables, `~`, pipes and the like; or as a list.
        account_id: account id to use if the program does not print one.
        timeout: seconds after which the program is stopped.
        environ: the environment of the program.

    """

    def __init__(
        self,
        command: Union[str, Sequence[str]],
        *,
        account_id: str | None = None,
        timeout: float = TIMEOUT_SECONDS,
        environ: Mapping[str, str] | None = None,
        now: Callable[[], float] = unix_time,
    ) -> None:
        self._command = command
        self._account_id = account_id
        self._timeout = timeout
        self._environ = environ
        self._now = now

    @without_locals
    def retrieve(self) -> Credentials:
        """Run the program and return its credentials. Raise CredentialsError with the problem, but without the output."""
        words = split_command(self._command)
        what = f"The credential process {os.path.basename(words[0])!r}"
        done = self._run(words, what)
        document = parse_object(done.stdout)
        if document is None:
            raise CredentialsError(f"{what} printed output that is not a JSON object.{last_words(done)}")
        version = document.get("Version")
        if version != 1 or not isinstance(version, int) or isinstance(version, bool):
            shown = "no Version" if version is None else "another Version"
            raise CredentialsError(f"{what} printed {shown}; it must be the number 1.")
        if self._account_id and not document.get("AccountId"):
            document["AccountId"] = self._account_id
        credentials = credentials_in(document, PROCESS, what, "process")
        if is_past(credentials.expiration, self._now()):
            raise CredentialsError(f"{what} printed credentials that expired at {credentials.expiration}.")
        return credentials

    def _run(self, words: Sequence[str], what: str) -> subprocess.CompletedProcess[bytes]:
        command: Any = self._command if WINDOWS and isinstance(self._command, str) else words
        try:
            done = run_program(command, self._timeout, self._environ)
        except OutputTooLongError:
            problem = f"printed more than {MAX_OUTPUT} bytes and was stopped; it must print one JSON object with credentials."
        except subprocess.TimeoutExpired as error:
            problem = f"did not exit within {self._timeout:g} s and was stopped.{last_words(error)}"
        except (OSError, ValueError) as error:
            problem = f"cannot be run: {getattr(error, 'strerror', None) or type(error).__name__}."
        else:
            if done.returncode == 0:
                return done
            problem = f"failed with exit code {done.returncode}.{last_words(done)}"
        raise CredentialsError(f"{what} {problem}")  # raise here, because the exceptions above contain the output

    def _shown(self) -> str:
        return repr(os.path.basename(split_command(self._command)[0]))


def last_words(ended: subprocess.CompletedProcess[bytes] | subprocess.TimeoutExpired) -> str:
    """Return a sentence with the last line of a program's standard error, or "". Secrets and its standard output are masked."""
    lines = [line for line in (ended.stderr or b"").decode("utf-8", "replace").splitlines() if line.strip()]
    if not lines:
        return ""
    printed = re.split(r"[\s\"',:{}]+", (ended.stdout or b"").decode("utf-8", "replace"))
    line = "".join(c if c.isprintable() else " " for c in _OPAQUE.sub(MASK, mask(lines[-1].strip(), printed)))
    return f" Its last line is: {line[:MAX_SHOWN]}{'...' if len(line) > MAX_SHOWN else ''}"


def split_command(command: Union[str, Sequence[str]], what: str = "credential process") -> list[str]:
    """Return the words of a command. Raise ConfigError, which calls it *what*, if it is empty or a quote is not closed."""
    try:
        words = shlex.split(command, posix=not WINDOWS) if isinstance(command, str) else list(command)
    except ValueError:
        words = []
    if not words or not words[0]:
        raise ConfigError(f"The {what} is empty, or a quote in it is not closed (it is not shown).")
    return words


def from_profile(profiles: Profiles, profile: str, context: Context) -> ProcessProvider:
    """Return the provider of a profile with a `credential_process`."""
    section = profiles.profiles[profile]
    command = section["credential_process"]
    if not isinstance(command, str):
        raise ConfigError(f"credential_process in profile {profile!r} is not a string.")
    account = text_of(section, "aws_account_id")
    environ = None if context.environ is os.environ else context.environ
    return ProcessProvider(command, account_id=account, environ=environ, now=context.now)


class MFAProgram:
    """
    Function from the serial number of an MFA device to the code printed by *command*.

    The program runs without a shell. The variable `STS_MFA_SERIAL` contains the serial number. Its standard error is the
    caller's, so that it can ask the user to touch a key.

    Args:
        command: the command as text, split as a shell would but without variables, `~`, pipes and the like.
        timeout: seconds after which the program is stopped.

    """

    def __init__(self, command: str, *, timeout: float = MFA_TIMEOUT_SECONDS) -> None:
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


class OutputTooLongError(Exception):
    """The program wrote more than `MAX_OUTPUT` bytes and was stopped."""


class _Stream(threading.Thread):
    """Thread that reads one stream of a program and stops the program after more than `MAX_OUTPUT` bytes."""

    def __init__(self, file: IO[bytes], process: subprocess.Popen[bytes]) -> None:
        super().__init__(name="sts-process", daemon=True)
        self._file = file
        self._process = process
        self.content = bytearray()
        self.too_long = False
        self.start()

    def run(self) -> None:
        with self._file as file:
            while part := file.read(65536):
                room = MAX_OUTPUT - len(self.content)
                self.content += part[:room]
                if len(part) > room:
                    self.too_long = True
                    self._process.kill()
                    return


def run_program(
    command: Any, timeout: float, environ: Mapping[str, str] | None, *, show_errors: bool = False
) -> subprocess.CompletedProcess[bytes]:
    """
    Run *command* and return its exit status and output. With *show_errors* it writes to the standard error of this process.

    Raises `subprocess.TimeoutExpired` with the output so far after *timeout* seconds, OutputTooLongError, and OSError or
    ValueError if it cannot be started. In these cases a running program is stopped.
    """
    deadline = time.monotonic() + timeout
    process = subprocess.Popen(  # noqa: S603 - running the user's program is the point
        command,
        stdout=subprocess.PIPE,
        stderr=None if show_errors else subprocess.PIPE,
        bufsize=0,
        env=None if environ is None else dict(environ),
    )
    streams = [_Stream(file, process) for file in (process.stdout, process.stderr) if file is not None]
    try:
        ended = _wait(process, streams[0], deadline)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    for stream in streams:
        stream.join(GRACE_SECONDS)
    output, errors = (*(bytes(stream.content) for stream in streams), b"")[:2]
    if any(stream.too_long for stream in streams):
        raise OutputTooLongError
    if not ended:
        raise subprocess.TimeoutExpired(command, timeout, output, errors)
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def _wait(process: subprocess.Popen[bytes], output: threading.Thread, deadline: float) -> bool:
    """Wait until *process* has exited. Return False at the *deadline*. The end of its *output* ends the wait early."""
    while output.is_alive() and process.poll() is None:
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        output.join(min(left, 0.05))
    try:
        process.wait(max(deadline - time.monotonic(), 0.0))
    except subprocess.TimeoutExpired:
        return False
    return True
