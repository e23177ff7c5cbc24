"""The AWS CLI's output form table: nested sections of rows between lines of hyphens."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from sts.cli.aws_text import is_scalar
from sts.errors import STSError

NO_TERMINAL = 80
"""Columns that the AWS CLI assumes when standard output is not a terminal."""
_CELL_PADDING = 4
VALUE_STYLE, FRAME_STYLE, PLAIN_STYLE = "\x1b[1m\x1b[34m", "\x1b[2m\x1b[33m", "\x1b[0m"
"""Colors of the AWS CLI: values in bright blue, the frame of nested sections in dim yellow."""


class Section:
    """One titled part of a table: an optional head and rows of the same length."""

    def __init__(self, title: str, indent: int) -> None:
        self.title = title
        self.indent = indent
        self.head: list[str] = []
        self.rows: list[list[str]] = []

    def add_row(self, values: Sequence[Any]) -> None:
        """Append a row. Raises ConfigError if its length differs from the other rows."""
        known = self.rows[0] if self.rows else self.head
        if known and len(known) != len(values):
            raise STSError(
                f"The result is not a table: a row has {len(values)} values, and the rows before it have {len(known)}. "
                "Change --query, or use --output json."
            )
        self.rows.append([str(value) for value in values])

    def widths(self) -> list[int]:
        """Return the width of the longest text of each column."""
        lines = [self.head, *self.rows] if self.head else self.rows
        return [max(map(text_width, column)) for column in zip(*lines, strict=True)] if lines else []

    def width(self) -> int:
        """Return the width of the whole section with its frames."""
        frame = 2 + 2 * self.indent
        cells = sum(width + _CELL_PADDING for width in self.widths())
        return frame + max(text_width(self.title), cells)

    def stand_up(self) -> None:
        """Turn a single row below a head into one row per value."""
        if len(self.rows) == 1 and self.head:
            self.rows, self.head = [[name, value] for name, value in zip(self.head, self.rows[0], strict=True)], []


def as_table(title: str, data: Any, *, color: bool) -> str:
    """Return *data* as a table under *title*, or an empty string if there is no data."""
    if not data:
        return ""
    sections: list[Section] = []
    _add(sections, title, data, 0)
    width = max(section.width() for section in sections)
    if width > terminal_columns():
        for section in sections:
            section.stand_up()
        width = max(section.width() for section in sections)
    lines = ["-" * width]
    for section in sections:
        frame = (f"{FRAME_STYLE}|{PLAIN_STYLE}" if color else "|") * section.indent
        lines += [f"{frame}{line}{frame}" for line in _lines(section, width - 2 * section.indent, color=color)]
    return "".join(f"{line}\n" for line in lines)


def terminal_columns() -> int:
    """Return the width of the terminal of standard output, or the default of the AWS CLI."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError, AttributeError):
        return NO_TERMINAL


def text_width(text: str) -> int:
    """Return the columns that *text* takes; wide and ambiguous East Asian characters take two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in text)


def _add(sections: list[Section], title: str | None, data: Any, indent: int) -> None:
    """Append the sections of *data*. Without a *title*, its rows are added to the last section."""
    if not data:
        return
    if title is not None:
        sections.append(Section(title, indent))
    if isinstance(data, Mapping):
        _add_mapping(sections, data, indent)
    elif isinstance(data, list) and isinstance(data[0], Mapping):
        _add_mappings(sections, title, data, indent)
    elif isinstance(data, list):
        for item in data:
            if is_scalar(item):
                sections[-1].add_row([item])
            elif all(map(is_scalar, item)):  # of a mapping: its names, as the AWS CLI does
                sections[-1].add_row(list(item))
            else:
                _add(sections, None, item, 0)


def _add_mapping(sections: list[Section], data: Mapping[str, Any], indent: int) -> None:
    flat, nested = _names([data])
    if len(flat) == 1:
        sections[-1].add_row([flat[0], data[flat[0]]])
    elif flat:
        sections[-1].head = flat
        sections[-1].add_row([data[name] for name in flat])
    for name in nested:
        _add(sections, name, data[name], indent + 1)


def _add_mappings(sections: list[Section], title: str | None, rows: list[Any], indent: int) -> None:
    if not all(isinstance(row, Mapping) for row in rows):
        raise STSError("The result is not a table: it mixes structures and other values. Change --query, or use --output json.")
    flat, nested = _names(rows)
    sections[-1].head = flat
    for number, row in enumerate(rows):
        if number and nested:
            sections.append(Section(title or "", indent))
            sections[-1].head = flat
        sections[-1].add_row([row.get(name, "") for name in flat])
        for name in nested:
            if name in row:
                _add(sections, name, row[name], indent + 1)


def _names(rows: list[Any]) -> tuple[list[str], list[str]]:
    """Return the sorted names of scalar members and of the others."""
    flat = {name for row in rows for name, value in row.items() if is_scalar(value)}
    nested = {name for row in rows for name, value in row.items() if not is_scalar(value)}
    return sorted(flat), sorted(nested)


def _lines(section: Section, width: int, *, color: bool) -> list[str]:
    lines = []
    if section.title:
        lines.append(_centered(section.title, width, "|"))
        if not section.head and not section.rows:
            lines.append(f"+{'-' * (width - 2)}+")
    widths = _scaled([one + _CELL_PADDING for one in section.widths()], width)
    rule = "".join(f"{'' if number else '+'}{'-' * (one - (1 if number else 2))}+" for number, one in enumerate(widths))
    if section.head:
        cells = zip(widths, section.head, strict=True)
        lines += [rule, "".join(_centered(text, one, "" if number else "|") for number, (one, text) in enumerate(cells))]
    if section.rows and widths:
        rows = (
            "".join(_left(text, one, "" if number else "|", color=color) for number, (one, text) in enumerate(zip(widths, row)))  # noqa: B905
            for row in section.rows
        )
        lines += [rule, *rows, rule]
    return lines


def _scaled(widths: list[int], total: int) -> list[int]:
    """Return *widths* in the same proportion, with the sum *total*."""
    if not widths:
        return []
    factor = total / float(sum(widths))
    scaled = [round(factor * width) for width in widths]
    while (excess := sum(scaled) - total) != 0:
        step = -1 if excess > 0 else 1
        order = range(len(scaled)) if excess > 0 else range(len(scaled) - 1, -1, -1)
        for place in list(order)[: abs(excess)]:
            scaled[place] += step
    return scaled


def _centered(text: str, width: int, edge: str) -> str:
    """Return *text* in the middle of *width* columns, between *edge* and a bar."""
    taken = text_width(text)
    before = edge + " " * (width // 2 - taken // 2 - 1)
    return f"{before}{text}{' ' * (width - 1 - len(before) - taken)}|"


def _left(text: str, width: int, edge: str, *, color: bool) -> str:
    """Return *text* at the left of a cell, between *edge* and a bar."""
    taken = text_width(text)
    padding = "  " if width - taken - 2 - len(edge) - 1 >= 0 else ""
    used = len(edge) + len(padding) + taken
    styled = f"{VALUE_STYLE}{text}{PLAIN_STYLE}" if color else text
    return f"{edge}{padding}{styled}{' ' * (width - used - 1)}|"
