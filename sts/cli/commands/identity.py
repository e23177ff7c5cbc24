"""The commands about identities and settings: `whoami`, `decode`, `key-info`, `configure-report`."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any

from sts.arns import account_id_from_access_key_id
from sts.base.text import fold
from sts.base.time import format_timestamp
from sts.cli.command_parser import CommandParser
from sts.cli.command_table import EXIT_CONFIGURATION, EXIT_NO
from sts.cli.output import STRUCTURED, is_formed, print_result, print_text, readable, terminal_width
from sts.cli.session import client_options, open_client
from sts.cli.terminal import note
from sts.cli.values import read_file
from sts.explain import explain

WHOAMI = """Show the identity of the credentials: account, ARN, source and expiration.

With --explain, first show the source of every setting and the result of each credential provider.

Examples:
  sts whoami
  sts whoami prod
  sts whoami --explain --profile ci"""
DECODE = """Decode the message of an access-denied error, and show in one line which principal was denied which action, and why.

The argument is the encoded message, or text that contains it: a line of a log, the output of a tool. The call needs the
permission sts:DecodeAuthorizationMessage.

Examples:
  sts decode MESSAGE
  terraform apply 2>&1 | sts decode -"""
KEY_INFO = """Show the account of an access key.

Ids created since about 2019 contain the account. AWS does not document that: the result is a hint. --ask is reliable.

Example: sts key-info AKIASP2TPHJSQH3FJRUX"""
REPORT = """Show each setting with its source, and the result of each credential provider. Secrets are masked.

The command calls the providers: it reads files, and may send requests to SSO, metadata services or STS.

Example: sts configure-report --profile ci"""


def add_whoami(parser: CommandParser) -> None:
    """Add the options of the command."""
    parser.describe(WHOAMI, run=whoami, choose=False)
    parser.add_argument("--explain", action="store_true", help="show the source of settings and credentials")


def whoami(arguments: Any) -> int:
    """Print the identity, with --explain after the explanation, which is printed even if the call fails."""
    explanation = explain(client_options(arguments)) if arguments.explain else None
    as_json = arguments.query or (arguments.output or readable()) in STRUCTURED
    if explanation is not None and not as_json:
        print_text(f"{explanation.text(terminal_width())}\n")
        if explanation.problems:
            return EXIT_CONFIGURATION
    identity = ask(arguments)
    if explanation is not None and as_json:
        identity["Explanation"] = explanation.to_dict()
    print_result(arguments, identity, "whoami", readable())
    return 0


def ask(arguments: Any) -> dict[str, Any]:
    """Return the identity of the credentials, with their source, expiration and endpoint."""
    with open_client(arguments) as client:
        result = client.get_caller_identity()
        credentials = client._wire().credentials.retrieve()
        expiration = credentials.expiration
        found = {
            "Account": result["Account"],
            "Arn": result["Arn"],
            "UserId": result["UserId"],
            "AccessKeyId": credentials.access_key_id,
            "Source": credentials.source,
            "Expiration": format_timestamp(expiration) if expiration else None,
            "Region": client.region,
            "Endpoint": client.endpoint,
        }
    return {name: value for name, value in found.items() if value is not None}


def add_decode(parser: CommandParser) -> None:
    """Add the options of the command."""
    parser.describe(DECODE, run=decode, needs="MESSAGE")
    what = "message, text that contains it, file://PATH, or - for standard input"
    parser.add_argument("message", metavar="MESSAGE", help=what)


def decode(arguments: Any) -> None:
    """Print the decoded message: one line on a terminal, all of it as JSON."""
    text = sys.stdin.read() if arguments.message == "-" else read_file("MESSAGE", arguments.message)
    with open_client(arguments) as client:
        decoded = import_module("sts.authorization_messages").decode_authorization_message(text, client)
    output = arguments.output or readable()
    if output != "readable" or arguments.query:
        print_result(arguments, decoded, "decode", output)
        return
    width = terminal_width()
    print_text(decoded["summary"] if width is None else "\n".join(fold(decoded["summary"], width, "  ", whole_words=True)))
    more = {name: value for name, value in decoded.items() if name not in ("summary", "message")}
    print_result(arguments, more, "decode", output)


def add_key_info(parser: CommandParser) -> None:
    """Add the options of the command."""
    parser.describe(KEY_INFO, run=key_info, needs="ID")
    parser.add_argument("access_key_id", metavar="ID", help="access key id, AKIA... or ASIA...")
    parser.add_argument("--ask", action="store_true", help="call GetAccessKeyInfo; needs credentials")


def key_info(arguments: Any) -> int:
    """Print the account. Returns exit code 1 if the id does not contain it."""
    key = arguments.access_key_id
    if arguments.ask:
        with open_client(arguments) as client:
            account: str | None = client.get_access_key_info(AccessKeyId=key)["Account"]
    else:
        account = account_id_from_access_key_id(key)
    if account is None:
        note(f"{key[:24]} contains no account: it has the old format, or is not an access key id. Call AWS with --ask")
        return EXIT_NO
    kind = {"AKIA": "long-term key of a user", "ASIA": "temporary credentials"}.get(key[:4], "other")
    print_result(arguments, {"Account": account, "Kind": kind, "AskedAWS": arguments.ask}, "key-info", readable())
    return 0


def add_configure_report(parser: CommandParser) -> None:
    """Add the options of the command."""
    parser.describe(REPORT, run=configure_report)
    parser.add_argument("--offline", action="store_true", help="do not call the credential providers")
    parser.add_argument("--json", action="store_true", help="print JSON")


def configure_report(arguments: Any) -> int:
    """Print the report. Returns exit code 253 if a call would fail."""
    explanation = explain(client_options(arguments), ask=not arguments.offline)
    if is_formed(arguments):
        print_result(arguments, explanation.to_dict(), "configure-report")
    elif arguments.json:
        print(json.dumps(explanation.to_dict(), indent=2))
    else:
        print_text(explanation.text(terminal_width()))
    if explanation.problems:
        note("calls would fail with these settings; see the problems above.")
    return EXIT_CONFIGURATION if explanation.problems else 0
