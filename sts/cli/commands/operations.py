"""The sub-commands of the operations, derived from the table: make one call and print its result."""

from __future__ import annotations

import json
from typing import Any

from sts.cli.command_parser import CommandParser
from sts.cli.commands import EXAMPLES
from sts.cli.operation_names import find_operation_command, flag_of
from sts.cli.output import print_result
from sts.cli.output_settings import configured_output
from sts.cli.query import check as check_query
from sts.cli.session import open_client
from sts.cli.skeleton import skeleton
from sts.cli.values import member_values
from sts.cli.wire_times import as_sent, in_order
from sts.client import STS
from sts.http import HttpResponse
from sts.model.describe import describe_shape
from sts.model.shapes import ListOf, Operation
from sts.protocol.normalize import normalize_params
from sts.protocol.parse import parse_response
from sts.protocol.validate import validate_params

SYNTAX = (
    "Values are written as for `aws sts`: text, file://PATH, JSON, or Key=...,Value=...; lists take several values. "
    "Tags may also be key=value, and policies their ARN."
)


def add_operation(parser: CommandParser, name: str) -> bool:
    """Configure *parser* for the sub-command of an operation. Returns False if the operation does not exist."""
    operation = find_operation_command(name)
    if operation is None:
        return False
    text = f"{operation.doc}\n\n{SYNTAX}\n\nExample: {EXAMPLES[operation.name]}"
    parser.describe(text, run=call_operation, needs=required_params(operation), operation=operation)
    add_members(parser, operation, required=parser.requires_params)
    group = parser.add_argument_group("whole request")
    group.add_argument("--cli-input-json", metavar="JSON", help="params as a JSON object, or file://PATH; options override it")
    group.add_argument(
        *("--generate-cli-skeleton",),
        nargs="?",
        const="input",
        choices=("input", "output"),
        metavar="WHAT",
        help="print sample params (input) or a sample result (output) instead of making the call",
    )
    group.add_argument("--metadata", action="store_true", help="print ResponseMetadata too")
    return True


def required_params(operation: Operation) -> str:
    """Return the required options of an operation."""
    return " ".join(f"{flag_of(member)} VALUE" for member in operation.input.members if member.required)


def add_members(parser: CommandParser, operation: Operation, *, required: bool = True) -> None:
    """Add the options of an operation's members."""
    group = parser.add_argument_group("params")
    for member in operation.input.members:
        group.add_argument(
            flag_of(member),
            dest=member.name,
            required=member.required and required,
            nargs="*" if isinstance(member.shape, ListOf) else None,
            metavar="VALUE",
            help=f"{member.doc} ({describe_shape(member.shape)})".replace("%", "%%"),
        )


def call_operation(arguments: Any) -> None:
    """Make the call of the sub-command and print the result as `aws sts` does."""
    operation = arguments.operation
    arguments.output, times = configured_output(arguments)
    check_query(arguments.query)
    params = member_values(operation, arguments)
    if arguments.generate_cli_skeleton:
        print_skeleton(arguments, params)
        return
    with open_client(arguments) as client:
        result = call(client, operation, params, signed=not arguments.no_sign_request, times=times)
    if not arguments.metadata:
        del result["ResponseMetadata"]
    print_result(arguments, result, operation.name)


def call(client: STS, operation: Operation, params: dict[str, Any], *, signed: bool, times: str) -> dict[str, Any]:
    """Return the result of a call: members in the order of the model, *times* as text in the format "wire" or "iso8601"."""
    responses: list[HttpResponse] = []
    client.on("success", lambda response: responses.append(response.http_response))
    if signed:
        result = getattr(client, operation.method_name)(params)
    else:
        result = client.make_unauthenticated_request(operation.name, params).promise().result()
    parsed = parse_response(as_sent(operation), responses[-1])
    members = in_order(operation.output, parsed, times)
    return {**members, "ResponseMetadata": result["ResponseMetadata"]}


def print_skeleton(arguments: Any, params: dict[str, Any]) -> None:
    """Print sample params, or check *params* and print a sample result."""
    operation = arguments.operation
    if arguments.generate_cli_skeleton == "input":
        print(json.dumps(skeleton(operation.input), indent=4))
        return
    validate_params(operation, normalize_params(operation, params))
    print_result(arguments, skeleton(operation.output, named=True), operation.name)
