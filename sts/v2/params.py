"""Params of v2 calls: the object of the caller until the request is sent. A null member is treated as absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def snapshot(value: Any) -> Any:
    """Return a copy of *value* and of the dicts and lists in it."""
    if type(value) is dict:
        return {name: snapshot(one) for name, one in value.items()}
    return [snapshot(one) for one in value] if type(value) is list else value


def without_nulls(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *params* without members that are None, or the same object if it has no such member."""
    if None not in params.values():
        return params
    return {name: value for name, value in params.items() if value is not None}
