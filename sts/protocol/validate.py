"""Validation of params against the table before sending. All problems are reported at once, each with what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from sts.base.forks import load
from sts.base.records import Record
from sts.errors import ParamValidationError, ValidationProblem
from sts.model.shapes import ANY_TEXT, ENCODABLE, Anything, Boolean, Integer, ListOf, Operation, String, Structure, Timestamp
from sts.protocol.normalize import is_duration, is_pair, is_policy, normalize_params

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Checks = bool | Mapping[str, bool]
_Problems = Iterator[ValidationProblem]

_Ranged = String | Integer | ListOf

__all__ = ["Checks", "normalize_params", "validate_params"]

_LONGEST_SHOWN = 60
_UNITS = {String: "characters", ListOf: "items"}


class _Scope(Record):
    """Context of a check: which limits apply, and whether the value may be shown."""

    min: bool
    max: bool
    pattern: bool
    enum: bool
    secret: bool = False

    def show(self, value: object) -> str:
        return f"a value of type {type(value).__name__}, not shown here" if self.secret else _show(value)


_ALL = _Scope(True, True, True, True)
_ALL_SECRET = _ALL._replace(secret=True)


def validate_params(
    operation: Operation,
    params: Mapping[str, Any],
    checks: Checks = True,
    *,
    on_aws: bool = True,
    omitted: frozenset[str] = frozenset(),
) -> None:
    """
    Raise ParamValidationError with all problems unless normalized *params* are valid for the *operation*.

    *checks* is the `param_validation` option: False skips all checks. A mapping can disable `min`, `max`, `pattern` and `enum`
    individually; required and unknown members and types are then still checked. If not *on_aws*, limits of AWS alone do not
    apply, and members *omitted* on purpose are not missing.
    """
    if checks is False:
        return
    scope = _ALL if checks is True else _Scope(*(bool(checks.get(name, True)) for name in ("min", "max", "pattern", "enum")))
    shape = operation.input if on_aws else operation.input.elsewhere
    problems = [
        problem
        for problem in _check_structure(shape, params, "params", scope)
        if problem.code != "MissingRequiredParameter" or problem.member not in omitted
    ]
    if operation.one_of and all(params.get(name) is None for name in operation.one_of):
        keys = " or ".join(f"'{name}'" for name in operation.one_of)
        text = f"Missing key {keys} in params: at least one of them is needed."
        problems.append(_problem("MissingRequiredParameter", "params", text))
    if problems:
        raise ParamValidationError.of(*problems, operation=operation.name)


def _check_structure(shape: Structure, value: Any, path: str, scope: _Scope) -> _Problems:
    if not isinstance(value, (dict, Mapping)):
        yield _wrong_type(path, f"a mapping with the keys {', '.join(m.name for m in shape.members)}", value, scope)
        return
    known = 0
    for name, inner, kind, required, secret in shape.plan:
        given = value.get(name)
        if given is not None:
            known += 1
            yield from _CHECKS[kind](inner, given, f"{path}.{name}", _secret(scope) if secret else scope)
        elif required:
            doc = next(one.doc for one in shape.members if one.name == name)
            yield _problem("MissingRequiredParameter", f"{path}.{name}", f"Missing required key '{name}' in {path}: {doc}")
    if known < len(value):
        yield from _unknown(shape, value, path)


def _secret(scope: _Scope) -> _Scope:
    return _ALL_SECRET if scope is _ALL else scope._replace(secret=True)


def _check_string(shape: String, value: Any, path: str, scope: _Scope) -> _Problems:
    if not isinstance(value, str):
        policy = "a policy: a string, or a mapping that can be converted to JSON"
        yield _wrong_type(path, policy if is_policy(shape) else "a string", value, scope)
        return
    if problem := _range_problem(shape, len(value), value, path, scope):
        yield problem
    pattern = (shape.pattern or ANY_TEXT) if scope.pattern else ENCODABLE
    if value and not fits(pattern, value):
        yield _mismatch(pattern, value, path, scope)
    if scope.enum and shape.enum and value not in shape.enum:
        allowed = " or ".join(map(repr, shape.enum))
        yield _problem("EnumError", path, f"Expected {path} to be {allowed}, but found {scope.show(value)}.")


_PRINTABLE_CLASSES = (ANY_TEXT, ENCODABLE, r"[\u0009\u000A\u000D\u0020-\u007E", r"[\u0009\u000A\u000D\u0020-\u00FF")
_WORD = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
_PRINTABLE = frozenset(map(chr, range(0x20, 0x7F)))
_plain: dict[str, frozenset[str]] = {}


def fits(pattern: str, value: str) -> bool:
    """Return True if *pattern* allows *value*. Few values need a regular expression, which is slow to import and compile."""
    plain = _plain.get(pattern)
    if plain is None:
        plain = _plain[pattern] = _plain_characters(pattern)
    return (value != "" and plain.issuperset(value)) or load("sts.model.patterns").matcher(pattern)(value) is not None


def _plain_characters(pattern: str) -> frozenset[str]:
    """Return characters that *pattern* allows anywhere; not necessarily all that it allows."""
    is_class = pattern.count("[") == 1 and pattern.endswith(("]*", "]+"))
    if is_class and pattern.startswith(_PRINTABLE_CLASSES):
        return _PRINTABLE
    if is_class and pattern.startswith(r"[\w"):
        return _WORD.union((sign for sign in "+=,.@:/" if sign in pattern[:-1]), "-" if "-]" in pattern else "")
    return frozenset()


def _check_integer(shape: Integer, value: Any, path: str, scope: _Scope) -> _Problems:
    if isinstance(value, int) and not isinstance(value, bool):
        if problem := _range_problem(shape, value, value, path, scope):
            yield problem
    else:
        yield _wrong_type(
            path, "whole seconds or text such as '1h30m'" if is_duration(shape) else "a whole number", value, scope
        )


def _check_boolean(_shape: Boolean, value: Any, path: str, scope: _Scope) -> _Problems:
    if not isinstance(value, bool):
        yield _wrong_type(path, "True or False", value, scope)


def _check_timestamp(_shape: Timestamp, value: Any, path: str, scope: _Scope) -> _Problems:
    if not isinstance(value, datetime):
        yield _wrong_type(path, "a datetime", value, scope)


def _check_list(shape: ListOf, value: Any, path: str, scope: _Scope) -> _Problems:
    if not isinstance(value, (list, tuple)):
        yield _wrong_type(path, "a list or a mapping of keys to values" if is_pair(shape.item) else "a list", value, scope)
        return
    if problem := _range_problem(shape, len(value), value, path, scope):
        yield problem
    check = _CHECKS[type(shape.item)]
    for number, item in enumerate(value):
        yield from check(shape.item, item, f"{path}[{number}]", scope)


def _check_anything(_shape: Anything, _value: Any, _path: str, _scope: _Scope) -> _Problems:
    return iter(())


_CHECKS: dict[type, Callable[[Any, Any, str, _Scope], _Problems]] = {
    String: _check_string,
    Integer: _check_integer,
    Boolean: _check_boolean,
    Timestamp: _check_timestamp,
    ListOf: _check_list,
    Structure: _check_structure,
    Anything: _check_anything,
}


def _range_problem(shape: _Ranged, size: int, value: object, path: str, scope: _Scope) -> ValidationProblem | None:
    if scope.min and shape.min is not None and size < shape.min:
        return _out_of_range("MinRangeError", shape, size, value, path, scope)
    if scope.max and shape.max is not None and size > shape.max:
        return _out_of_range("MaxRangeError", shape, size, value, path, scope)
    return None


# --- texts of problems ---


def _problem(code: str, path: str, message: str) -> ValidationProblem:
    return ValidationProblem(code, path.removeprefix("params."), message)


def _unknown(shape: Structure, value: Mapping[Any, Any], path: str) -> _Problems:
    from sts.base.suggestions import suggest  # valid params do not need difflib

    known = [member.name for member in shape.members]
    allowed = f"Allowed are {', '.join(known)}." if known else "This operation takes no parameters."
    for name in value:
        if name not in known:
            message = f"Unexpected key {_show(name)} found in {path}.{suggest(name, known)} {allowed}"
            yield _problem("UnexpectedParameter", f"{path}.{name}"[:_LONGEST_SHOWN], message)


def _wrong_type(path: str, expected: str, value: object, scope: _Scope) -> ValidationProblem:
    return _problem("InvalidParameterType", path, f"Expected {path} to be {expected}, but found {scope.show(value)}.")


def _out_of_range(code: str, shape: _Ranged, size: int, value: object, path: str, scope: _Scope) -> ValidationProblem:
    found = _show_number(size)
    if isinstance(value, str) and not scope.secret:
        found += f": {_show(value)}"
    expected = f"be {_limits(shape)}" if isinstance(shape, Integer) else f"have {_limits(shape)} {_UNITS[type(shape)]}"
    return _problem(code, path, f"Expected {path} to {expected}, but found {found}.")


def _limits(shape: _Ranged) -> str:
    if shape.max is None:
        return f"at least {shape.min}"
    if shape.min is None:
        return f"at most {shape.max}"
    return f"exactly {shape.min}" if shape.min == shape.max else f"{shape.min} to {shape.max}"


def _mismatch(pattern: str, value: str, path: str, scope: _Scope) -> ValidationProblem:
    patterns = load("sts.model.patterns")
    found, allowed = patterns.stray(pattern, value), patterns.in_words(pattern)
    if found is None:
        told = "" if scope.secret else f", but found {_show(value)}"
        return _problem("PatternMatchError", path, f"Expected {path} to be {allowed}{told}.")
    where = found.start()
    character = "a character" if scope.secret else f"the character {value[where]!a}"
    message = f"{path} has {character} at position {where + 1} that is not allowed there. Allowed: {allowed}."
    code = "InvalidParameterType" if "\ud800" <= value[where] <= "\udfff" else "PatternMatchError"
    return _problem(code, path, message)


def _show(value: object) -> str:
    """Return *value* for a message: its ASCII repr, shortened, and its type unless the type is obvious."""
    if isinstance(value, str):
        return ascii(value) if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]!a}..."
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{_show_number(value)} (int)"
    if value is None or isinstance(value, (bool, float, timedelta)):
        return f"{value} ({type(value).__name__})"
    return f"a value of type {type(value).__name__}"


def _show_number(value: int) -> str:
    # Python refuses to print very long numbers.
    return str(value) if -(10**18) < value < 10**18 else "a number of more than 18 digits"
