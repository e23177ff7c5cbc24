"""Command objects, one class for each operation, as in the JavaScript SDK v3: `client.send(AssumeRoleCommand({...}))`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

from sts.base.records import of_whole
from sts.model.operations import OPERATIONS
from sts.model.shapes import Operation, describe_command

R = TypeVar("R")


class Command(Generic[R]):
    """The *input* of one operation. `client.send(command)` makes the call."""

    operation: ClassVar[Operation]

    def __init__(self, input: Mapping[str, Any] | None = None, /, **members: Any) -> None:
        if input is not None and members:
            raise TypeError(
                f"{type(self).__name__} was given a mapping and keywords; give its input as a mapping or as keywords."
            )
        if input is not None and not isinstance(input, Mapping):
            raise TypeError(
                f"{type(self).__name__} takes its input as a mapping or as keywords, not as {type(input).__name__}."
            )
        self.input: Mapping[str, Any] = members if input is None else input

    @of_whole
    def __repr__(self) -> str:
        return f"<{type(self).__name__} {sorted(self.input)}>"


COMMANDS: dict[str, type[Command[Any]]] = {
    f"{one.name}Command": type(
        f"{one.name}Command", (Command,), {"operation": one, "__doc__": describe_command(one), "__module__": __name__}
    )
    for one in OPERATIONS
}
"""All command classes by name."""
globals().update(COMMANDS)
__all__ = ["COMMANDS", "Command", *COMMANDS]
