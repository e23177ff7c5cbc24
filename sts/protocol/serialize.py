"""
Params in the form of the awsQuery protocol: one line of `name=value` pairs.

The order is that of the table, so the same params are always the same bytes. A list is `Name.member.1`, `Name.member.2`, and an
empty one `Name=`. All characters except `A-Z a-z 0-9 - _ . ~` are percent-encoded UTF-8.
https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sts.base.time import format_timestamp
from sts.errors import ParamValidationError, ValidationProblem
from sts.http import MAX_BODY, Headers, HttpRequest
from sts.model.operations import API_VERSION
from sts.model.shapes import Anything, Boolean, Integer, ListOf, Operation, String, Structure, Timestamp
from sts.signer import percent_encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CONTENT_TYPE = "application/x-www-form-urlencoded"

_Pairs = list[str]


class _Misfit(Exception):
    """Unvalidated params contain a value that cannot be sent. The args are path and reason."""


def serialize_params(operation: Operation, params: Mapping[str, Any]) -> bytes:
    """
    Return the request body of *operation* with *params*. None values are left out. Unknown members are sent after the others.

    Expects normalized params. Raises ParamValidationError for a value of the wrong type (possible without validation) and for a
    body of more than 1 MiB.
    """
    pairs = [f"Action={operation.name}&Version={API_VERSION}"]
    try:
        _add_structure(operation.input, params, "", pairs)
    except _Misfit as misfit:
        path, reason = misfit.args
        raise _error(operation, "InvalidParameterType", path, f"params.{path} {reason}") from None
    body = "&".join(pairs).encode("ascii")
    if len(body) > MAX_BODY:
        raise _error(operation, "MaxRangeError", "params", _too_large(len(body), params))
    return body


def build_request(operation: Operation, params: Mapping[str, Any], endpoint_url: str) -> HttpRequest:
    """Return the unsigned POST request of *operation* to *endpoint_url*."""
    body = serialize_params(operation, params)
    url = endpoint_url if "/" in endpoint_url.partition("://")[2] else f"{endpoint_url}/"
    if operation.in_query:
        return HttpRequest("POST", f"{url}?{body.decode('ascii')}", Headers())
    return HttpRequest("POST", url, Headers({"content-type": CONTENT_TYPE}), body)


def _is_unreserved(text: str) -> bool:
    letters = text.replace("-", "a").replace("_", "a").replace(".", "a").replace("~", "a")
    return text == "" or (letters.isalnum() and letters.isascii())


def _error(operation: Operation, code: str, member: str, message: str) -> ParamValidationError:
    return ParamValidationError.of(ValidationProblem(code, member, message), operation=operation.name)


def _too_large(size: int, params: Mapping[str, Any]) -> str:
    longest = max(params, key=lambda name: len(str(params[name])))
    return (
        f"The request body would have {size} bytes, but at most {MAX_BODY} (1 MiB) are sent. The longest member is "
        f"{longest}: make it shorter."
    )


def _add_structure(shape: Structure, value: Any, name: str, pairs: _Pairs) -> None:
    if not isinstance(value, (dict, Mapping)):
        raise _Misfit(name, f"must be a mapping, but is of type {type(value).__name__}.")
    prefix = f"{name}." if name else ""
    known = 0
    for member, inner, kind, _, _ in shape.plan:
        given = value.get(member)
        if given is not None:
            known += 1
            _ADD[kind](inner, given, prefix + member, pairs)
    if known < len(value):
        names = {member.name for member in shape.members}
        for member, given in value.items():
            if member not in names and given is not None:
                _add_anything(shape, given, prefix + percent_encode(str(member)), pairs)


def _add_anything(_shape: Any, value: Any, name: str, pairs: _Pairs) -> None:
    """Add a *value* that no shape describes, by its type. A mapping is a structure."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if item is not None:
                _add_anything(_shape, item, f"{name}.{percent_encode(str(key))}", pairs)
    elif isinstance(value, (list, tuple)):
        _add_list(_ANYTHINGS, value, name, pairs)
    else:
        _add_scalar(_shape, value, name, pairs)


def _add_list(shape: ListOf, value: Any, name: str, pairs: _Pairs) -> None:
    if not isinstance(value, (list, tuple)):
        raise _Misfit(name, f"must be a list, but is of type {type(value).__name__}.")
    add = _ADD[type(shape.item)]
    items = [item for item in value if item is not None]
    for number, item in enumerate(items, 1):
        add(shape.item, item, f"{name}.member.{number}", pairs)
    if not items:
        pairs.append(f"{name}=")


def _add_scalar(_shape: Any, value: Any, name: str, pairs: _Pairs) -> None:
    if isinstance(value, str):
        text = value if _is_unreserved(value) else _percent_encode(value, name)
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, (int, float)):
        text = percent_encode(repr(value))
    elif isinstance(value, datetime):
        text = percent_encode(format_timestamp(value))
    else:
        raise _Misfit(name, f"must be a string, a number, a boolean or a datetime, but is of type {type(value).__name__}.")
    pairs.append(f"{name}={text}")


def _percent_encode(value: str, name: str) -> str:
    try:
        return percent_encode(value)
    except UnicodeEncodeError as error:
        raise _Misfit(name, f"has a lone surrogate at position {error.start + 1}, which cannot be sent.") from None


_ADD: dict[type, Callable[[Any, Any, str, _Pairs], None]] = {
    String: _add_scalar,
    Integer: _add_scalar,
    Boolean: _add_scalar,
    Timestamp: _add_scalar,
    ListOf: _add_list,
    Structure: _add_structure,
    Anything: _add_anything,
}
_ANYTHINGS = ListOf("Anythings", Anything())
