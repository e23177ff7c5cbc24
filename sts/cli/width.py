"""The width of the terminal."""

from __future__ import annotations

import os


def columns() -> int:
    """Return the width of the terminal of any standard stream (for `sts --help | less`), or 80 without one."""
    text = os.environ.get("COLUMNS", "")
    if text.isdigit() and int(text) > 0:
        return max(int(text), 40)
    for stream in (1, 2, 0):
        try:
            found = os.get_terminal_size(stream).columns
        except (OSError, ValueError):
            continue
        if found > 0:  # some terminals report 0
            return max(found, 40)
    return 80
