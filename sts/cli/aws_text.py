"""The AWS CLI's output forms text and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sts.base.time import format_timestamp
from sts.errors import STSError


def is_scalar(value: object) -> bool:
    """Return whether *value* is neither a mapping nor a list."""
    return not isinstance(value, (Mapping, list))


def as_json(data: Any) -> str:
    """Return *data* as the JSON of the AWS CLI, or an empty string for an empty mapping."""
    return "" if data == {} else f"{json.dumps(data, indent=4, ensure_ascii=False, default=plain)}\n"


def plain(value: Any) -> Any:
    """Return a value without a JSON type as text."""
    return format_timestamp(value) if hasattr(value, "isoformat") else str(value)


def as_text(data: Any) -> str:
    """Return *data* as tab-separated lines, mappings sorted by name, nested ones after a word with their name."""
    return "".join(f"{line}\n" for line in _text_lines(data, None, None))


def _text_lines(item: Any, label: str | None, columns: list[str] | None) -> Iterator[str]:
    if is_scalar(item):
        yield str(item)
    else:
        yield from _mapping_lines(item, label, columns) if isinstance(item, Mapping) else _list_lines(item, label)


def _mapping_lines(item: Mapping[str, Any], label: str | None, columns: list[str] | None) -> Iterator[str]:
    """Yield the line of the scalar members (*columns* for a mapping in a list), then the lines of nested members."""
    names = columns if columns is not None else sorted(name for name, value in item.items() if is_scalar(value))
    if names:
        yield "\t".join([*([label.upper()] if label else []), *(str(item.get(name, "")) for name in names)])
    for name in sorted(set(item) - set(names)):
        yield from _text_lines(item[name], name, None)


def _list_lines(items: list[Any], label: str | None) -> Iterator[str]:
    if any(isinstance(item, Mapping) for item in items):
        if not all(isinstance(item, Mapping) for item in items):
            raise STSError(
                "The result does not fit into text: it mixes structures and other values. Change --query, or use --output json."
            )
        columns = sorted({name for item in items for name, value in item.items() if is_scalar(value)})
        for item in items:
            yield from _text_lines(item, label, columns)
        return
    scalars = [str(item) for item in items if is_scalar(item)]
    if scalars:
        yield from [f"{label.upper()}\t{text}" for text in scalars] if label else ["\t".join(scalars)]
    for item in items:
        if not is_scalar(item):
            yield from _text_lines(item, label, None)
