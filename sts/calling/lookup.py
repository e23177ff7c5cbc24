"""Look-up of operations by name, row or command, and advice for missing attributes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sts.calling.arguments import Arguments, read_arguments
from sts.model.lookup import BY_NAME, find_operation, look_up
from sts.model.masks import add_secret_names
from sts.model.shapes import ANY_RESULT, Anything, Member, Operation, Structure

if TYPE_CHECKING:
    from sts.commands import Command


def find_call(
    operation: str | Operation | Command[Any], params: Mapping[str, Any] | None = None
) -> tuple[Operation, Mapping[str, Any] | None]:
    """Return operation and params of a name, row or command. Raises TypeError, with the nearest name, if it is unknown."""
    if isinstance(operation, (str, Operation)):
        return find_operation(operation), params
    from sts.commands import Command  # code with names does not need commands

    if isinstance(operation, Command):
        return operation.operation, operation.input if params is None else params
    raise TypeError(f"Expected an operation's name or a command, not a {type(operation).__name__}.")


def read_command(command: Any, options: Any, callback: Any, timeout: Any, abort_signal: Any) -> tuple[Operation, Arguments]:
    """Return operation and arguments of `send(command, options, callback)`. *options* may be the callback. Raises TypeError."""
    from sts.commands import Command

    if not isinstance(command, Command):
        given = repr(command) if isinstance(command, (str, type)) else f"a {type(command).__name__}"
        raise TypeError(f"send() takes a command, such as AssumeRoleCommand(RoleArn=...), not {given}.")
    operation = command.operation
    args = (command.input,) if options is None else (command.input, options)
    return operation, read_arguments(operation, args, {}, callback, timeout, abort_signal)


def operation_for(row: Operation | str, args: tuple[Any, ...], members: Mapping[str, Any], signed: bool | None) -> Operation:
    """
    Return the operation that `invoke(row, ...)` calls: a row of another server or of the user, or a name.

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
    members = Structure(f"{action}Request", tuple(Member(name, Anything(), sensitive=True) for name in names))
    return Operation(action, action, "An operation known only to its server.", members, ANY_RESULT)


_ELSEWHERE = {
    "generate_presigned_url": "Use presign(operation, params, expires_in=...).url.",
    "exceptions": "Import the error classes from sts.errors.",
    "meta": "Use on(event, listener) for its events, region and endpoint for the rest.",
    "middlewareStack": "Use on(event, listener), or your own handler object as request_handler=.",
    "get_paginator": "No operation of STS has pages.",
    "get_waiter": "STS has no waiters; sts.wait_until_usable() waits for new keys and roles.",
}


def no_attribute(owner: object, name: str) -> AttributeError:
    """Return the error for a missing attribute of *owner*. It names the probable attribute, or the alternative."""
    from sts.base.suggestions import suggest

    kind = type(owner).__name__
    known = [known for known in dir(type(owner)) if not known.startswith("_")]
    advice = "" if name.startswith("_") else suggest(name, known)
    row = BY_NAME.get(name)
    if row is not None and row.method_name not in known:
        advice = f" Use STS(...).{row.method_name}(), or {kind}(...).send({row.name}Command(...))."
    if name in _ELSEWHERE:
        advice = f" {_ELSEWHERE[name]}"
    # With obj=owner the interpreter would add its own suggestion.
    return AttributeError(f"{kind!r} object has no attribute {name!r}.{advice}", name=name, obj=None)
