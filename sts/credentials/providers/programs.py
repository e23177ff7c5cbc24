"""Runs a program with limits on output and time, for `credential_process`."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Mapping
from typing import IO, Any

MAX_OUTPUT = 1 << 20
"""Bytes of each stream to keep: many times the size of credentials."""
GRACE_SECONDS = 1.0
"""Seconds after the exit of a program until its output must end. Its child processes may keep the streams open."""


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
    Run *command* (text or words, as for `subprocess`) and return its exit status and output.

    With *show_errors* it writes to the standard error of this process.

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
