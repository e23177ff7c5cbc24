"""A command line with quotes, cut into words for completion."""

from __future__ import annotations

import shlex


def split_line(line: str) -> list[str]:
    """Return the words of *line*; the last one is "" after a space, and may have a quote that is not closed yet."""
    for closing in ("", "'", '"'):
        try:
            words = shlex.split(line + closing)
        except ValueError:
            continue
        return [*words, ""] if not closing and line[-1:].isspace() else words
    return line.split(" ")
