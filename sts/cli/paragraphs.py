"""Wrapping of help text to the width of the terminal; loaded only for a help page."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

EXAMPLE = "Example: "
_LISTED = re.compile(r"(  \S+(?:, \S+)* {2,})\S")
"""The beginning of a line with two columns."""


def fill(text: str, width: int, indent: str = "") -> str:
    """Return *text* with paragraphs, second columns of lists, and command lines of examples wrapped, and nothing else."""
    return "\n".join(f"{indent}{line}".rstrip() for line in wrapped(text.splitlines(), width - len(indent)))


def wrapped(lines: list[str], width: int) -> Iterator[str]:
    """Yield the wrapped lines."""
    paragraph: list[str] = []
    examples = False
    for line in [*lines, ""]:
        if line.startswith(EXAMPLE):
            is_long = len(line) > width
            yield from [EXAMPLE.strip(), *command(f"  {line.removeprefix(EXAMPLE)}", width)] if is_long else [line]
            continue
        examples = line == "Examples:" or (examples and line.startswith(" "))
        if line and not line.startswith(" "):
            paragraph.append(line)
            if not line.endswith(":"):
                continue
        yield from textwrap.wrap(" ".join(paragraph), width)
        if not paragraph or not paragraph[-1].endswith(":"):
            yield from command(line, width) if examples else columns(line, width)
        paragraph = []


def columns(line: str, width: int) -> list[str]:
    """Return an indented line, wrapped if it has two columns."""
    listed = _LISTED.match(line)
    return textwrap.wrap(line, width, subsequent_indent=" " * len(listed[1])) if listed else [line]


def command(line: str, width: int) -> list[str]:
    """Return a command line, broken between words with a backslash if it is too long."""
    words = textwrap.TextWrapper(width - 2, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    *first, last = words.wrap(line)
    return [*(f"{part} \\" for part in first), last]
