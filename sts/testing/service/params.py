"""Parsing of params from a form, and the service's validation of them. Both read the operation table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sts.model.patterns import matcher
from sts.model.shapes import Integer, ListOf, Operation, Shape, String, Structure
from sts.testing.service.error_responses import ErrorResponse, refusal

_INTEGER = re.compile(r"-?\d{1,12}", re.ASCII)


def parse_params(shape: Structure, form: Mapping[str, str], prefix: str = "") -> dict[str, Any]:
    """Return the members of *shape* in *form*, whose keys begin with *prefix*. Unknown keys are ignored, as by the service."""
    values = ((member.name, _value(member.shape, form, prefix + member.name)) for member in shape.members)
    return {name: value for name, value in values if value is not None}


def _value(shape: Shape, form: Mapping[str, str], key: str) -> Any:
    if isinstance(shape, Structure):
        return parse_params(shape, form, f"{key}.") or None
    if isinstance(shape, ListOf):
        prefix = f"{key}.member."
        places = {name[len(prefix) :].partition(".")[0] for name in form if name.startswith(prefix)}
        if not places:
            return [] if key in form else None
        numbers = sorted(int(place) for place in places if place.isascii() and place.isdigit())
        items = (_value(shape.item, form, f"{prefix}{number}") for number in numbers)
        return [{} if item is None else item for item in items]
    text = form.get(key)
    if text is None or not isinstance(shape, Integer):
        return text
    if not _INTEGER.fullmatch(text):
        raise ErrorResponse("MalformedInput", f"Invalid value '{text}' for '{key}': an integer is expected")  # wording is ours
    return int(text)


def check_params(operation: Operation, params: Mapping[str, Any]) -> None:
    """Reject *params* that break constraints of the table, listing all of them in the service's wording."""
    problems = list(_problems(operation.input, params, ""))
    if operation.one_of and not any(name in params for name in operation.one_of):
        told = f"At least one of {' and '.join(operation.one_of)} must be specified"  # wording is ours
        raise refusal("ValidationError", told)
    if problems:
        count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected"
        raise refusal("ValidationError", f"{count}: {'; '.join(problems)}")


def _problems(shape: Shape, value: Any, path: str, *, hidden: bool = False) -> Iterator[str]:
    if isinstance(shape, Structure):
        for member in shape.members:
            place = f"{path}{'.' if path else ''}{member.name[:1].lower()}{member.name[1:]}"
            if member.name in value:
                yield from _problems(member.shape, value[member.name], place, hidden=member.sensitive)
            elif member.required:
                yield f"Value null at '{place}' failed to satisfy constraint: Member must not be null"
        return
    shown = "Value" if hidden or getattr(shape, "sensitive", False) else f"Value '{value}'"
    for constraint in _broken(shape, value):
        yield f"{shown} at '{path}' failed to satisfy constraint: Member must {constraint}"
    if isinstance(shape, ListOf):
        for number, item in enumerate(value, 1):
            yield from _problems(shape.item, item, f"{path}.{number}.member")


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    if not isinstance(shape, (String, Integer, ListOf)):
        return
    measure, amount = ("value", value) if isinstance(shape, Integer) else ("length", len(value))
    if shape.max is not None and amount > shape.max:
        yield f"have {measure} less than or equal to {shape.max}"
    if shape.min is not None and amount < shape.min:
        yield f"have {measure} greater than or equal to {shape.min}"
    if isinstance(shape, String) and shape.pattern and not matcher(shape.pattern)(value):
        yield f"satisfy regular expression pattern: {shape.pattern}"
    if isinstance(shape, String) and shape.enum and value not in shape.enum:
        yield f"satisfy enum value set: [{', '.join(shape.enum)}]"
