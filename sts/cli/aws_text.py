"""The AWS CLI's output forms text, JSON and YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sts.base.time import format_timestamp
from sts.errors import ConfigError

_PLAIN_YAML = re.compile(r"[A-Za-z_/][\w./+@-]*(?:[:=,][\w./+@-]+)*\Z", re.ASCII)
"""Text that YAML reads as itself without quotes."""
_YAML_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))


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
    if isinstance(item, Mapping):
        yield from _mapping_lines(item, label, columns)
    elif isinstance(item, list):
        yield from _list_lines(item, label)
    else:
        yield str(item)


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
            raise ConfigError(
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


def as_yaml(data: Any) -> str:
    """Return *data* as block YAML, or an empty string for an empty mapping."""
    return "" if data == {} else "".join(f"{line}\n" for line in _yaml_lines(data))


def _yaml_lines(data: Any) -> Iterator[str]:
    if isinstance(data, Mapping) and data:
        for name, value in data.items():
            yield from _yaml_entry(f"{_yaml_scalar(name)}:", value)
    elif isinstance(data, list) and data:
        for value in data:
            yield from _yaml_entry("-", value)
    else:
        yield _yaml_scalar(data)


def _yaml_entry(head: str, value: Any) -> Iterable[str]:
    """Return the lines of one entry: an item begins beside its dash, the members of a mapping below its name."""
    lines = list(_yaml_lines(value))
    if is_scalar(value) or not value:
        return [f"{head} {lines[0]}"]
    if head == "-":
        return [f"- {lines[0]}", *(f"  {line}" for line in lines[1:])]
    indent = "" if isinstance(value, list) else "  "
    return [head, *(f"{indent}{line}" for line in lines)]


def _yaml_scalar(value: Any) -> str:
    """Return one value. Text that YAML would read as another type is put in double quotes."""
    if not isinstance(value, str):
        return json.dumps(value, default=plain)
    safe = _PLAIN_YAML.match(value) and value.lower() not in _YAML_WORDS
    return value if safe else json.dumps(value)
