"""The sub-commands of the operations, derived from the table: make one call and print its result."""

from __future__ import annotations

import json
import os
from typing import Any

from sts.base.time import parse_timestamp
from sts.cli.command_parser import CommandParser
from sts.cli.commands import EXAMPLES
from sts.cli.operation_names import find_operation_command, flag_of
from sts.cli.output import print_result, search
from sts.cli.session import open_client, profile_section
from sts.cli.values import member_values
from sts.client import STS
from sts.errors import ConfigError
from sts.http import HttpResponse
from sts.model.shapes import Boolean, Integer, ListOf, MapOf, Operation, Shape, String, Structure, Timestamp, describe_shape
from sts.protocol.normalize import normalize_params
from sts.protocol.parse import parse_response
from sts.protocol.validate import validate_params

SYNTAX = (
    "Values are written as for `aws sts`: text, file://PATH, JSON, or Key=...,Value=...; lists take several values. "
    "Tags may also be key=value, and policies their ARN."
)

FORMS = {form: form for form in ("json", "text", "table", "yaml", "yaml-stream", "off")}
TIMES = {"wire": "wire", "none": "wire", "iso8601": "iso8601"}
"""Values of `cli_timestamp_format`; `none` is an old name of `wire`, which is the AWS CLI 1's default."""
EPOCH = "1970-01-01T00:00:00"
"""Sample timestamp of the AWS CLI in `--generate-cli-skeleton`."""


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
    if arguments.query is not None:
        search(arguments.query, None, checks_only=True)
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


def configured_output(arguments: Any) -> tuple[str, str]:
    """
    Return the output form and the format of times, from the environment and the profile as the AWS CLI reads them.

    The form is that of `--output`, AWS_DEFAULT_OUTPUT, the profile's `output`, or JSON. Raises ConfigError for unknown values.
    """
    section = profile_section(arguments)
    candidates = (
        ("--output", arguments.output),
        ("AWS_DEFAULT_OUTPUT", os.environ.get("AWS_DEFAULT_OUTPUT")),
        ("output in the profile", section.get("output")),
        ("the default", "json"),
    )
    where, form = next((where, form) for where, form in candidates if form)
    times = section.get("cli_timestamp_format") or "wire"
    return _known(where, form, FORMS), _known("cli_timestamp_format in the profile", times, TIMES)


def _known(where: str, value: Any, known: dict[str, str]) -> str:
    if value not in known:
        raise ConfigError(f"{where} is {value!r}. Use one of {', '.join(known)}.")
    return known[value]


def skeleton(shape: Shape, *, named: bool = False, name: str = "") -> Any:
    """Return a sample value of *shape*. With *named*, as for results, text is the name of the member."""
    if isinstance(shape, Structure):
        return {member.name: skeleton(member.shape, named=named, name=member.name) for member in shape.members}
    if isinstance(shape, ListOf):
        return [skeleton(shape.item, named=named, name=shape.item.name)]
    if isinstance(shape, MapOf):
        return {"KeyName": skeleton(shape.value, named=named)}
    if isinstance(shape, String):
        return name if named else (shape.enum or ("",))[0]
    return 0 if isinstance(shape, Integer) else True if isinstance(shape, Boolean) else EPOCH


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
