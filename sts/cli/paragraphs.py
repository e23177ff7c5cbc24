"""Paragraphs of help, wrapped to the width of the terminal; loaded only for a page of help."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

_LISTED = re.compile(r"(  \S+(?:, \S+)* {2,})\S")
"""The beginning of a line with two columns."""


def fill(text: str, width: int, indent: str = "") -> str:
    """Return *text* with paragraphs and the second columns of lists wrapped; other indented lines stay as they are."""
    return "\n".join(f"{indent}{line}".rstrip() for line in wrapped(text.splitlines(), width - len(indent)))


def wrapped(lines: list[str], width: int) -> Iterator[str]:
    """Give the lines after wrapping."""
    paragraph: list[str] = []
    for line in [*lines, ""]:
        if line and not line.startswith(" "):
            paragraph.append(line)
            if not line.endswith(":"):
                continue
        yield from textwrap.wrap(" ".join(paragraph), width)
        if not paragraph or not paragraph[-1].endswith(":"):
            listed = _LISTED.match(line)
            yield from textwrap.wrap(line, width, subsequent_indent=" " * len(listed[1])) if listed else [line]
        paragraph = []
