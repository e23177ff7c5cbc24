"""Calls of operations without a client method: rows of other servers, rows of the user, or a name only."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sts.model.lookup import look_up
from sts.model.masks import add_secret_names
from sts.model.shapes import ANY_RESULT, Anything, Member, Operation, Structure


def operation_for(row: Operation | str, args: tuple[Any, ...], members: Mapping[str, Any], signed: bool | None) -> Operation:
    """
    Return the operation that `invoke(row, ...)` calls.

    An unknown name means an operation with the given members, whose values all count as secrets.

    Raises TypeError if *row* is neither a row nor a name.
    """
    if isinstance(row, str):
        given = args[0] if args and isinstance(args[0], Mapping) else members
        known = look_up(row)
        found = known or _nameless(row, tuple(map(str, given)))
    elif isinstance(row, Operation):
        found = known = row
    else:
        raise TypeError(f"invoke() takes a row such as sts.vendors.minio.ASSUME_ROLE, or a name, not a {type(row).__name__}.")
    if known is not None:
        add_secret_names(member.name for member in known.input.members if member.sensitive)
    return found if signed is None or signed == found.signed else found._replace(signed=signed)


@lru_cache(maxsize=64)
def _nameless(action: str, names: tuple[str, ...]) -> Operation:
    members = tuple(Member(name, Anything(), sensitive=True) for name in names)
    return Operation(
        action, action, "An operation known only to its server.", Structure(f"{action}Request", members), ANY_RESULT
    )
