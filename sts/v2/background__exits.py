"""How a handler ends the program: v2's scripts say `process.exit(1)` in their callbacks."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from contextlib import suppress


def end_process(exit_: SystemExit) -> None:
    """
    End the process with the status of *exit_*, as `sys.exit()` in the main thread would.

    Elsewhere Python has no gentle way: exit handlers run and output is flushed, then the process is gone, as in Node.
    """
    if threading.current_thread() is threading.main_thread():
        raise exit_
    status = exit_.code if isinstance(exit_.code, int) else 0 if exit_.code is None else 1
    if status == 1 and exit_.code != 1:
        print(exit_.code, file=sys.stderr)
    with suppress(Exception):
        atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    os._exit(status & 0xFF)
