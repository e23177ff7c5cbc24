"""Splitting a command line with quotes into words, for completion."""

from __future__ import annotations

import shlex


def split_line(line: str) -> list[str]:
    """Return the words of *line*. The last word is "" after a space, and can have an unclosed quote."""
    for closing in ("", "'", '"'):
        try:
            words = shlex.split(line + closing)
        except ValueError:
            continue
        return [*words, ""] if not closing and line[-1:].isspace() else words
    return line.split(" ")
