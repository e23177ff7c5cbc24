"""
Conversion of convenient values to those of the service model, by shape: a policy as a dict, a duration as a timedelta, ...

Values that cannot be converted are left unchanged, so that the validator reports all problems together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from sts.errors import ParamValidationError, ValidationProblem
from sts.model.shapes import Anything, Boolean, Integer, ListOf, Operation, Shape, String, Structure, Timestamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BEYOND_LATIN_1 = "[^\x00-\xff]"


def normalize_params(operation: Operation, params: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return *params* in the form of the service model, as a new dict. Members that are None are left out.

    A mapping becomes compact JSON for a policy document, or keys and values for a list of tags. A string becomes a list with
    one item, or a structure with one member. A timedelta, digits and `1h30m` become a number. Raises ParamValidationError if
    *params* is not a mapping.
    """
    if not isinstance(params, (dict, Mapping)):  # dict is checked much faster
        message = (
            f"Expected params to be a mapping of member names to values, but found a value of type {type(params).__name__}."
        )
        problem = ValidationProblem("InvalidParameterType", "params", message)
        raise ParamValidationError.of(problem, operation=operation.name)
    return _normalize_members(operation.input, params)


def _normalize_members(shape: Structure, values: Mapping[str, Any]) -> dict[str, Any]:
    normalized: dict[str, Any] = {}
    for name, inner, kind, _, _ in shape.plan:
        value = values.get(name)
        if value is not None:
            normalized[name] = _NORMALIZERS[kind](inner, value)
    if len(normalized) < len(values):
        known = {member.name for member in shape.members}
        normalized.update((name, value) for name, value in values.items() if name not in known and value is not None)
    return normalized


def _normalize_string(shape: String, value: Any) -> Any:
    return _as_json(value) if not isinstance(value, str) and isinstance(value, Mapping) and is_policy(shape) else value


def is_policy(shape: String) -> bool:
    """Return True if *shape* is a policy document, which may be given as a mapping."""
    return shape.name.lower().endswith("policydocumenttype")


def _as_json(policy: Mapping[Any, Any]) -> Any:
    import json  # most calls have no policy
    import re

    try:
        text = json.dumps(policy, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_as_dict)
    except (TypeError, ValueError, RecursionError):
        return policy  # the validator reports the reason
    # A policy must not contain characters above U+00FF. For those below, an escape would only be longer.
    return text if text.isascii() else re.sub(_BEYOND_LATIN_1, lambda match: json.dumps(match[0])[1:-1], text)


def _as_dict(value: Any) -> dict[Any, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} cannot be converted to JSON")


def _normalize_integer(shape: Integer, value: Any) -> Any:
    if isinstance(value, timedelta) and is_duration(shape) and value.microseconds == 0:
        return value.days * 86400 + value.seconds
    if isinstance(value, str) and _is_whole_number(value):
        return int(value)
    return _seconds(value) if isinstance(value, str) and is_duration(shape) else value


def _is_whole_number(text: str) -> bool:
    digits = text.removeprefix("-")
    return len(digits) <= 18 and digits.isascii() and digits.isdecimal()


def _seconds(text: str) -> int | str:
    from sts.base.durations import parse_duration  # few durations are text

    try:
        return parse_duration(text)
    except ValueError:
        return text


def is_duration(shape: Integer) -> bool:
    """Return True if *shape* is a number of seconds, which may be given as a timedelta."""
    return shape.name.lower().endswith("durationsecondstype")


def _normalize_list(shape: ListOf, value: Any) -> Any:
    item = shape.item
    if isinstance(value, str) and (isinstance(item, String) or _takes_text(item)):
        value = [value]
    elif isinstance(value, Mapping) and is_pair(item):
        value = [{"Key": key, "Value": text} for key, text in value.items()]
    if not isinstance(value, (list, tuple)):
        return value
    normalize = _NORMALIZERS[type(item)]
    return [normalize(item, each) for each in value]


def is_pair(shape: Shape) -> bool:
    """Return True if *shape* is a key and a value. A list of them may be given as a mapping."""
    return isinstance(shape, Structure) and len(shape.members) == 2 and shape.members[0].name == "Key"


def _takes_text(shape: Shape) -> bool:
    return isinstance(shape, Structure) and len(shape.members) == 1 and isinstance(shape.members[0].shape, String)


def _normalize_structure(shape: Structure, value: Any) -> Any:
    if isinstance(value, str) and _takes_text(shape):
        return {shape.members[0].name: value}
    return _normalize_members(shape, value) if isinstance(value, (dict, Mapping)) else value


def _keep(_shape: Any, value: Any) -> Any:
    return value


_NORMALIZERS: dict[type, Callable[[Any, Any], Any]] = {
    String: _normalize_string,
    Integer: _normalize_integer,
    ListOf: _normalize_list,
    Structure: _normalize_structure,
    Boolean: _keep,
    Timestamp: _keep,
    Anything: _keep,
}
