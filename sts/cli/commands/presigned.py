"""The command `presign`: a presigned request."""

from __future__ import annotations

import argparse
import shlex
from typing import Any

from sts.cli.command_parser import CommandParser, duration
from sts.cli.commands.operations import add_members, required_params
from sts.cli.operation_names import kebab
from sts.cli.output import is_formed, print_result
from sts.cli.session import open_client
from sts.cli.values import member_values, pairs
from sts.model.operations import OPERATIONS

TEXT = """Print the URL of a presigned request. Anyone with the URL can make this one call, for a limited time.

A GET has its params in the URL. A POST has them in a signed body, which proxies do not log. A request that is more than a
URL is printed as a curl command, or as JSON with --output json. Signed headers must be sent with the request. STS accepts
a presigned request for at most 15 minutes.

Examples:
  curl -s $(sts presign get-caller-identity --expires-in 1m)
  sts presign get-caller-identity --headers x-k8s-aws-id=prod --output json
  sts presign assume-role --role-arn arn:aws:iam::123456789012:role/demo --role-session-name ci --method POST | sh"""


def add_presign(parser: CommandParser) -> None:
    """Add the options of the command, and the operations with their params."""
    parser.describe(TEXT, run=print_presigned, needs="OPERATION [params]")
    parser.set_defaults(expires_in=900, method="GET", headers=())
    add_own(parser)
    operations = parser.add_subparsers(title="operations", metavar="OPERATION", required=True, prog=parser.prog)
    text = TEXT.partition("\n\nExamples")[0]
    for operation in OPERATIONS:
        name = kebab(operation.method_name)
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
    with open_client(arguments) as client:
        made = client.presign(
            arguments.operation.method_name,
            member_values(arguments.operation, arguments),
            expires_in=arguments.expires_in,
            method=arguments.method,
            headers=pairs("--headers", arguments.headers),
        )
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
    return shlex.join([*words, made.url])
