"""Results as JSON."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sts.base.time import format_timestamp


def to_json(data: object, *, indent: int | None = 2) -> str:
    """Return *data*, a result, as JSON with ISO 8601 times and secrets in clear text. *indent*: spaces; None for one line."""
    return json.dumps(data, indent=indent, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return format_timestamp(value)
    raise TypeError(f"A {type(value).__name__} cannot be converted to JSON.")
