"""Results in the form of the AWS CLI: members in the order of the service model, times as in the response."""

from __future__ import annotations

from typing import Any

from sts.base.time import parse_timestamp
from sts.model.shapes import ListOf, Operation, Shape, String, Structure, Timestamp


def as_sent(operation: Operation) -> Operation:
    """Return *operation* with output times typed as text, so that the parser does not convert them."""
    return operation._replace(output=_untimed(operation.output))


def _untimed(shape: Any) -> Any:
    if isinstance(shape, Structure):
        members = tuple(member._replace(shape=_untimed(member.shape)) for member in shape.members)
        return Structure(shape.name, members)
    if isinstance(shape, ListOf):
        return shape._replace(item=_untimed(shape.item))
    return String(shape.name) if isinstance(shape, Timestamp) else shape


def in_order(shape: Shape, value: Any, times: str) -> Any:
    """Return *value* with the members of structures in the order of *shape*, and times in the format *times*."""
    if isinstance(shape, Structure) and isinstance(value, dict):
        return {one.name: in_order(one.shape, value[one.name], times) for one in shape.members if one.name in value}
    if isinstance(shape, ListOf) and isinstance(value, list):
        return [in_order(shape.item, item, times) for item in value]
    if isinstance(shape, Timestamp) and times == "iso8601" and value:
        return parse_timestamp(value).isoformat()
    return value
