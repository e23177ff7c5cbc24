"""The params of v2's calls: the caller's own object until it is sent; a null member is one that is not given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def snapshot(value: Any) -> Any:
    """Return a copy of *value* and of the dicts and lists in it."""
    if type(value) is dict:
        return {name: snapshot(one) for name, one in value.items()}
    return [snapshot(one) for one in value] if type(value) is list else value


def without_nulls(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *params* without the members that are None; the very object if there are none of these."""
    if None not in params.values():
        return params
    return {name: value for name, value in params.items() if value is not None}
