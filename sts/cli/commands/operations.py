"""The sub-commands of the operations, made from the table: make one call, print its result."""

from __future__ import annotations

import argparse
from typing import Any

from sts.base.spelling import snake_case
from sts.cli.commands import EXAMPLES
from sts.cli.options import page
from sts.cli.output import print_result
from sts.cli.session import open_client
from sts.cli.values import member_values
from sts.model.describe import describe_shape
from sts.model.operations import OPERATIONS
from sts.model.shapes import Integer, ListOf, Member, Operation


def operation_commands() -> dict[str, str]:
    """Return the name and the one-line description of each operation's sub-command."""
    return {kebab(operation.method_name): operation.doc for operation in OPERATIONS}


def find_operation_command(name: str) -> Operation | None:
    """Return the operation of the sub-command called *name*."""
    return next((operation for operation in OPERATIONS if kebab(operation.method_name) == name), None)


def add_operation(parser: argparse.ArgumentParser, name: str) -> bool:
    """Make *parser* that of an operation's sub-command; return False if there is no such operation."""
    operation = find_operation_command(name)
    if operation is None:
        return False
    page(parser, operation.doc, EXAMPLES[operation.name], needs=required_params(operation))
    parser.add_argument("--metadata", action="store_true", help="print ResponseMetadata too")
    add_members(parser, operation)
    parser.set_defaults(run=call_operation, operation=operation)
    return True


def required_params(operation: Operation) -> str:
    """Return the options of an operation that cannot be left out."""
    return " ".join(f"--{kebab(snake_case(member.name))} VALUE" for member in operation.input.members if member.required)


def add_members(parser: argparse.ArgumentParser, operation: Operation) -> None:
    """Add the options of an operation's members."""
    group = parser.add_argument_group("params", "Text may be file://PATH; lists take several values, tags KEY=VALUE, or JSON.")
    for member in operation.input.members:
        add_member(group, member)


def add_member(group: Any, member: Member) -> None:
    """Add the option of one member; its value is read by `values.member_values`."""
    group.add_argument(
        f"--{kebab(snake_case(member.name))}",
        dest=member.name,
        required=member.required,
        nargs="+" if isinstance(member.shape, ListOf) else None,
        type=int if isinstance(member.shape, Integer) else str,
        metavar="VALUE",
        help=f"{member.doc} ({describe_shape(member.shape)})".replace("%", "%%"),
    )


def call_operation(arguments: Any) -> None:
    """Make the call of an operation's sub-command and print the result."""
    params = member_values(arguments.operation, arguments)
    with open_client(arguments) as client:
        result = getattr(client, arguments.operation.method_name)(params)
    if not arguments.metadata:
        del result["ResponseMetadata"]
    print_result(arguments, result)


def kebab(name: str) -> str:
    """Return a snake_case name with hyphens."""
    return name.replace("_", "-")
