"""Values of command-line options: text, files, `key=value` pairs, JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sts.errors import ParamValidationError, ValidationProblem
from sts.model.shapes import ListOf, Member, Operation, Structure


def member_values(operation: Operation, arguments: Any) -> dict[str, Any]:
    """Return the params that the options of *operation*'s sub-command give."""
    given = ((member, getattr(arguments, member.name, None)) for member in operation.input.members)
    return {member.name: member_value(member, value) for member, value in given if value is not None}


def member_value(member: Member, value: Any) -> Any:
    """Return what one option means: `file://` is read, JSON is parsed, pairs become tags."""
    if isinstance(value, str):
        return read_file(member.name, value)
    if not isinstance(member.shape, ListOf) or not isinstance(value, list):
        return value
    items = [read_file(member.name, item) for item in value]
    if len(items) == 1 and items[0].lstrip().startswith(("[", "{")):
        return parse_json(member.name, items[0])
    if isinstance(member.shape.item, Structure) and [m.name for m in member.shape.item.members] == ["Key", "Value"]:
        return dict(split_pair(member.name, item) for item in items)
    return items


def read_file(name: str, value: str) -> str:
    """Return *value*, or the text of the file that `file://PATH` names, without the newline at its end."""
    if not value.startswith("file://"):
        return value
    try:
        return Path(value[len("file://") :]).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise invalid(name, f"cannot read {value}: {error}") from None


def parse_json(name: str, text: str) -> Any:
    """Return the JSON value *text* stands for."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid(name, f"is not valid JSON: {error}") from None


def split_pair(name: str, text: str) -> tuple[str, str]:
    """Return key and value of `key=value`."""
    key, equals, value = text.partition("=")
    if not equals:
        raise invalid(name, f"takes key=value pairs, not {text!r}")
    return key, value


def invalid(name: str, what: str) -> ParamValidationError:
    """Return the error of an option whose value cannot be used."""
    problem = ValidationProblem("InvalidParameterType", name, f"{name} {what}.")
    return ParamValidationError(problem.message, code=problem.code, problems=(problem,))


def text_of(option: str, value: str | None) -> str | None:
    """Return the text of an option that belongs to no member, or that of the file it names."""
    return read_file(option, value) if value is not None else None


def pairs(option: str, values: Sequence[str]) -> dict[str, str]:
    """Return the `KEY=VALUE` pairs of an option that belongs to no member."""
    return dict(split_pair(option, text) for text in values)
