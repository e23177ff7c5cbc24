"""Command-line names of operations and members. Loads little besides the table of operations."""

from __future__ import annotations

from sts.base.spelling import snake_case
from sts.model.operations import OPERATIONS
from sts.model.shapes import Member, Operation


def operation_commands() -> dict[str, str]:
    """Return the name and the one-line description of each operation's sub-command."""
    return {kebab(operation.method_name): operation.doc for operation in OPERATIONS}


def find_operation_command(name: str) -> Operation | None:
    """Return the operation of the sub-command called *name*."""
    return next((operation for operation in OPERATIONS if kebab(operation.method_name) == name), None)


def flag_of(member: Member) -> str:
    """Return the option of an operation's member."""
    return f"--{snake_case(member.name).replace('_', '-')}"


def kebab(name: str) -> str:
    """Return a snake_case name with hyphens."""
    return name.replace("_", "-")
