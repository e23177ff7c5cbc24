"""The parser of the command line: one sub-command for each operation, made from the table."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any

from sts._version import __version__
from sts.cli.operations import call_operation
from sts.cli.report import add_report
from sts.describe import describe_shape
from sts.operations import OPERATIONS
from sts.shapes import Integer, ListOf, Member, Operation

EXAMPLES = {
    "AssumeRole": "sts assume-role --role-arn arn:aws:iam::123456789012:role/demo --role-session-name me",
    "AssumeRoleWithSAML": "sts assume-role-with-saml --role-arn ARN --principal-arn ARN --saml-assertion file://assertion.b64",
    "AssumeRoleWithWebIdentity": "sts assume-role-with-web-identity --role-arn ARN --role-session-name me --web-identity-token file://token",
    "AssumeRoot": "sts assume-root --target-principal 210987654321 --task-policy-arn ARN",
    "DecodeAuthorizationMessage": "sts decode-authorization-message --encoded-message MESSAGE",
    "GetAccessKeyInfo": "sts get-access-key-info --access-key-id AKIAIOSFODNN7EXAMPLE",
    "GetCallerIdentity": "sts get-caller-identity --local",
    "GetDelegatedAccessToken": "sts get-delegated-access-token --trade-in-token file://token",
    "GetFederationToken": "sts get-federation-token --name bob --policy file://policy.json",
    "GetSessionToken": "sts get-session-token --serial-number arn:aws:iam::123456789012:mfa/me --token-code 123456",
    "GetWebIdentityToken": "sts get-web-identity-token --audience https://api.example.com --signing-algorithm RS256",
}


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    common = common_options()
    parser = argparse.ArgumentParser(
        prog="sts",
        description="Call AWS Security Token Service.",
        epilog="Exit codes: 0 done, 1 refused by the service or no answer, 2 the command or the configuration cannot be used.",
        parents=[common],
    )
    parser.add_argument("--version", action="version", version=f"sts-client {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for operation in OPERATIONS:
        add_operation(commands, operation, common)
    add_report(commands, common)
    return parser


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return what the command line says; an option of every command counts wherever it stands."""
    defaults = argparse.Namespace(
        region=None, profile=None, endpoint=None, timeout=None, local=False, metadata=False, debug=False
    )
    return build_parser().parse_args(argv, defaults)


def common_options() -> argparse.ArgumentParser:
    """Return a parser of the options that every command takes, before or after its name."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    group = common.add_argument_group("options of every command")
    group.add_argument("--region", help="region to call, such as eu-west-1")
    group.add_argument("--profile", help="profile of the shared files")
    group.add_argument("--endpoint", metavar="URL", help="endpoint to call instead of the region's")
    group.add_argument("--timeout", type=float, metavar="SECONDS", help="give up after so many seconds")
    group.add_argument("--local", action="store_true", help="call a local STS made for the occasion; needs no AWS account")
    group.add_argument("--metadata", action="store_true", help="print ResponseMetadata too")
    group.add_argument("--debug", action="store_true", help="log to standard error, secrets masked")
    return common


def add_operation(commands: Any, operation: Operation, common: argparse.ArgumentParser) -> None:
    """Add the sub-command of *operation*."""
    command = commands.add_parser(
        kebab(operation.method_name),
        help=operation.doc,
        description=operation.doc,
        epilog=f"Example: {EXAMPLES[operation.name]}",
        parents=[common],
    )
    command.set_defaults(run=call_operation, operation=operation)
    for member in operation.input.members:
        add_member(command, member)


def add_member(command: argparse.ArgumentParser, member: Member) -> None:
    """Add the option of one member; its value is read by `values.member_values`."""
    repeated = isinstance(member.shape, ListOf)
    command.add_argument(
        f"--{kebab(snake(member.name))}",
        dest=member.name,
        required=member.required,
        nargs="+" if repeated else None,
        type=int if isinstance(member.shape, Integer) else str,
        metavar="VALUE",
        help=f"{member.doc} ({describe_shape(member.shape)})".replace("%", "%%"),
    )


def kebab(name: str) -> str:
    """Return a snake_case name with hyphens."""
    return name.replace("_", "-")


def snake(name: str) -> str:
    """Return a PascalCase name in snake_case; runs of capitals stay together (SAMLAssertion is saml_assertion)."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
