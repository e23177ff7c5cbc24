"""The sub-commands of the operations, derived from the table: make one call and print its result. The command `presign`."""

from __future__ import annotations

import argparse
import json
import os
from importlib import import_module
from typing import Any

from sts.base.time import parse_timestamp
from sts.cli.command_parser import CommandParser, duration
from sts.cli.command_table import EXAMPLES
from sts.cli.operation_names import flag_of, operation_commands
from sts.cli.option_table import FORMS
from sts.cli.output import is_formed, print_result, search
from sts.cli.session import open_client, profile_section
from sts.cli.values import member_values, pairs
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

PRESIGN = """Print the URL of a presigned request. Anyone with the URL can make this one call, for a limited time.

A GET has its params in the URL. A POST has them in a signed body, which proxies do not log. A request that is more than a
URL is printed as a curl command, or as JSON with --output json. Signed headers must be sent with the request. STS accepts
a presigned request for at most 15 minutes.

Examples:
  curl -s $(sts presign get-caller-identity --expires-in 1m)
  sts presign get-caller-identity --headers x-k8s-aws-id=prod --output json
  sts presign assume-role --role-arn arn:aws:iam::123456789012:role/demo --role-session-name ci --method POST | sh"""
TIMES = {"wire": "wire", "none": "wire", "iso8601": "iso8601"}
"""Values of `cli_timestamp_format`; `none` is an old name of `wire`, which is the AWS CLI 1's default."""
EPOCH = "1970-01-01T00:00:00"
"""Sample timestamp of the AWS CLI in `--generate-cli-skeleton`."""


def add_operation(parser: CommandParser, name: str) -> bool:
    """Configure *parser* for the sub-command of an operation. Returns False if the operation does not exist."""
    operation = operation_commands().get(name)
    if operation is None:
        return False
    text = f"{operation.doc}\n\n{SYNTAX}\n\nExample: {EXAMPLES[operation.name]}"
    parser.describe(text, run=call_operation, needs=required_params(operation), operation=operation)
    add_members(parser, operation, required=parser.requires_params)
    group = parser.add_argument_group("whole request")
    group.add_argument("--cli-input-json", metavar="JSON", help="params as a JSON object, or file://PATH; options override it")
    kinds = ("input", "output")
    what = "print sample params (input) or a sample result (output) instead of making the call"
    group.add_argument("--generate-cli-skeleton", nargs="?", const="input", choices=kinds, metavar="WHAT", help=what)
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
    if arguments.generate_cli_skeleton == "input":
        print(json.dumps(skeleton(operation.input), indent=4))
        return
    if arguments.generate_cli_skeleton:
        validate_params(operation, normalize_params(operation, params))
        print_result(arguments, skeleton(operation.output, named=True), operation.name)
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
    parsed = parse_response(operation._replace(output=untimed(operation.output)), responses[-1])
    members = in_order(operation.output, parsed, times)
    return {**members, "ResponseMetadata": result["ResponseMetadata"]}


def configured_output(arguments: Any) -> tuple[str, str]:
    """
    Return the output form and the format of times, from the environment and the profile as the AWS CLI reads them.

    The form is that of `--output`, AWS_DEFAULT_OUTPUT, the profile's `output`, or JSON. Raises ConfigError for unknown values.
    """
    section = profile_section(arguments)
    candidates = {
        "--output": arguments.output,
        "AWS_DEFAULT_OUTPUT": os.environ.get("AWS_DEFAULT_OUTPUT"),
        "output in the profile": section.get("output"),
        "the default": "json",
    }
    where, form = next((where, form) for where, form in candidates.items() if form)
    times = section.get("cli_timestamp_format") or "wire"
    for name, value, known in ((where, form, FORMS), ("cli_timestamp_format in the profile", times, [*TIMES])):
        if value not in known:
            raise ConfigError(f"{name} is {value!r}. Use one of {', '.join(known)}.")
    return form, TIMES[times]


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


def untimed(shape: Any) -> Any:
    """Return *shape* with times typed as text, so that the parser does not convert them."""
    if isinstance(shape, Structure):
        members = tuple(member._replace(shape=untimed(member.shape)) for member in shape.members)
        return Structure(shape.name, members)
    if isinstance(shape, ListOf):
        return shape._replace(item=untimed(shape.item))
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


def add_presign(parser: CommandParser) -> None:
    """Add the options of the command, and the operations with their params."""
    parser.describe(PRESIGN, run=print_presigned, needs="OPERATION [params]")
    parser.set_defaults(expires_in=900, method="GET", headers=())
    add_own(parser)
    operations = parser.add_subparsers(title="operations", metavar="OPERATION", required=True, prog=parser.prog)
    text = PRESIGN.partition("\n\nExamples")[0]
    for name, operation in operation_commands().items():
        command = operations.add_parser(name, help=operation.doc, argument_default=argparse.SUPPRESS)
        example = f"Example: sts presign {name} --expires-in 1m"
        command.describe(f"{text}\n\n{example}", needs=required_params(operation), operation=operation)
        add_members(command, operation)
        add_own(command)
        command.add_options("common")


def add_own(parser: CommandParser) -> None:
    """Add the options that may stand before and after the operation."""
    parser.add_argument("--expires-in", type=duration, metavar="TIME", help="lifetime: 900, 15m, 1h; default: 15m")
    parser.add_argument("--method", choices=("GET", "POST"), help="default: GET")
    parser.add_argument("--headers", nargs="+", metavar="NAME=VALUE", help="further headers to sign")


def print_presigned(arguments: Any) -> None:
    """Print the URL, or the curl command if the request is more than a URL."""
    operation = arguments.operation
    with open_client(arguments) as client:
        options = {"expires_in": arguments.expires_in, "method": arguments.method}
        params, headers = member_values(operation, arguments), pairs("--headers", arguments.headers)
        made = client.presign(operation.method_name, params, **options, headers=headers)
    if is_formed(arguments):
        body = {"Body": made.body.decode("ascii")} if made.body else {}
        print_result(arguments, {"Url": made.url, "Method": made.method, "Headers": made.headers, **body}, "presign")
    else:
        print(made.url if made.method == "GET" and not made.headers else curl(made))


def curl(made: Any) -> str:
    """Return the curl command that sends the request."""
    words = ["curl", "-sS"]
    for name, value in made.headers.items():
        words += ["-H", f"{name}: {value}"]
    if made.body:
        words += ["--data-raw", made.body.decode("ascii")]
    return str(import_module("shlex").join([*words, made.url]))
