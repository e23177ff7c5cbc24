r"""
Text of servers, files and programs, made safe for a terminal and for a line of a log.

Control characters (C0, DEL, C1), line and paragraph separators and the marks that change the direction of text can move
the cursor, hide what was written, or make one line look like another. They are written as `\u001b`, as JSON does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_UNSAFE = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
_IN_LINES = re.compile(f"[{_UNSAFE}]")
_IN_VALUES = re.compile(f"[{_UNSAFE}\t\n]")


def visible(text: str) -> str:
    """Return *text*, one value, with each unsafe character, tab and line end as an escape sequence."""
    return _IN_VALUES.sub(_escape, text)


def visible_lines(text: str) -> str:
    """Return *text* with each unsafe character as an escape sequence; tabs and line ends, which are our own, are kept."""
    return _IN_LINES.sub(_escape, text)


def visible_data(data: Any) -> Any:
    """Return *data* with `visible` applied to each text, including names."""
    if isinstance(data, str):
        return visible(data)
    if isinstance(data, Mapping):
        return {visible(str(name)): visible_data(value) for name, value in data.items()}
    return [visible_data(item) for item in data] if isinstance(data, (list, tuple)) else data


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
