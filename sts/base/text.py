"""Layout of text for a terminal: folded lines and aligned columns."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import zip_longest

MIN_ROOM = 40
"""Minimum width of the second and third column in characters. With less room they are put below the first."""


def fold(text: str, width: int, indent: str = "", *, whole_words: bool = False) -> list[str]:
    """
    Return *text* in lines of at most *width*. All lines of a paragraph except the first are indented.

    A longer word is broken. With *whole_words* it stays whole on a line of its own, for example an ARN to copy.
    """
    folder = textwrap.TextWrapper(width, subsequent_indent=indent, break_on_hyphens=False, break_long_words=not whole_words)
    return [line for paragraph in text.splitlines() or [""] for line in folder.wrap(paragraph) or [""]]


def three_columns(rows: Sequence[tuple[str, str, str]], width: int | None = None) -> list[str]:
    """Return *rows* as lines with aligned columns. With a *width*, the last two columns are folded to it."""
    first, second, third = (max((len(row[column]) for row in rows), default=0) for column in range(3))
    if width is None:
        second = min(second, 60)
        return [f"  {a:<{first}}  {b:<{second}}  {c}".replace("\n", "\n      ") for a, b, c in rows]
    room = width - first - 6
    if room < MIN_ROOM:
        return [line for a, b, c in rows for line in (f"  {a}", *fold(f"    {b} ({c})", width, "      "))]
    second = min(second, max(room - third, room // 2))
    cells = ((a, fold(b, second), fold(c, room - second)) for a, b, c in rows)
    lines = (line for a, *more in cells for line in zip_longest([a], *more, fillvalue=""))
    return [f"  {a:<{first}}  {b:<{second}}  {c}".rstrip() for a, b, c in lines]
