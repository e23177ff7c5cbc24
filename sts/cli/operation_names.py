"""Command-line names of operations and members. Loads little besides the table of operations."""

from __future__ import annotations

from sts.base.spelling import snake_case
from sts.model.operations import OPERATIONS
from sts.model.shapes import Member, Operation


def operation_commands() -> dict[str, Operation]:
    """Return the operation of each sub-command."""
    return {operation.method_name.replace("_", "-"): operation for operation in OPERATIONS}


def flag_of(member: Member) -> str:
    """Return the option of an operation's member."""
    return f"--{snake_case(member.name).replace('_', '-')}"
