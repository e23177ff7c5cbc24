"""Values of command-line options: text, files, `key=value` pairs, JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sts.errors import ParamValidationError, ValidationProblem
from sts.shapes import ListOf, Member, Operation, Structure


def member_values(operation: Operation, arguments: Any) -> dict[str, Any]:
    """Return the params that the options of *operation*'s sub-command give."""
    given = ((member, getattr(arguments, member.name, None)) for member in operation.input.members)
    return {member.name: member_value(member, value) for member, value in given if value is not None}


def member_value(member: Member, value: Any) -> Any:
    """Return what one option means: `file://` is read, JSON is parsed, pairs become tags."""
    if isinstance(value, str):
        return read_text(member, value)
    if not isinstance(member.shape, ListOf) or not isinstance(value, list):
        return value
    items = [read_text(member, item) for item in value]
    if len(items) == 1 and items[0].lstrip().startswith(("[", "{")):
        return parse_json(member, items[0])
    if isinstance(member.shape.item, Structure) and [m.name for m in member.shape.item.members] == ["Key", "Value"]:
        return dict(split_pair(member, item) for item in items)
    return items


def read_text(member: Member, value: str) -> str:
    """Return *value*, or the text of the file that `file://PATH` names, without the newline at its end."""
    if not value.startswith("file://"):
        return value
    try:
        return Path(value[len("file://") :]).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise invalid(member, f"cannot read {value}: {error}") from None


def parse_json(member: Member, text: str) -> Any:
    """Return the JSON value *text* stands for."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise invalid(member, f"is not valid JSON: {error}") from None


def split_pair(member: Member, text: str) -> tuple[str, str]:
    """Return key and value of `key=value`."""
    key, equals, value = text.partition("=")
    if not equals:
        raise invalid(member, f"takes key=value pairs, not {text!r}")
    return key, value


def invalid(member: Member, what: str) -> ParamValidationError:
    """Return the error of an option whose value cannot be used."""
    problem = ValidationProblem("InvalidParameterType", member.name, f"{member.name} {what}.")
    return ParamValidationError(problem.message, code=problem.code, problems=(problem,))
