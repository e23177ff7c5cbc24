"""The command `credential-process`: credentials in the form that every AWS SDK reads from a program."""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module

from sts.cli.command_parser import CommandParser
from sts.cli.quick import fresh_session, session_path

TYPE_CHECKING = False  # type checkers take it for typing's, and typing takes time to load
if TYPE_CHECKING:
    from typing import Any

TEXT = """Print credentials in the form of the setting credential_process, for boto3, the AWS CLI and all other AWS SDKs.

The SDKs do not cache the output. The command caches it in ~/.aws/sts/cache, readable only by you, until it must be
refreshed. MFA codes are read from the terminal, not from standard input.

In ~/.aws/config:

  [profile audit]
  credential_process = sts credential-process --profile base --role-arn ARN

Examples:
  sts credential-process --profile base --role-arn arn:aws:iam::123456789012:role/Audit --duration max
  sts credential-process prod"""
RUNNING = "STS_CREDENTIAL_PROCESS"
"""Variable that marks child processes, to detect a profile whose credential_process reads the same profile."""


def add_credential_process(parser: CommandParser) -> None:
    """Describe the command."""
    parser.describe(TEXT, run=print_credentials)


def print_credentials(arguments: Any) -> None:
    """Print the credentials as one JSON object."""
    kept = fresh_session(arguments)
    found = ask(arguments) if kept is None else kept["Credentials"]
    if sys.stdout.isatty() and not arguments.show_secrets:
        found = import_module("sts.cli.output").mask(found)
    print(json.dumps({"Version": 1, **{name: value for name, value in found.items() if value is not None}}))


def ask(arguments: Any) -> dict[str, Any]:
    """Return new credentials. Raises ConfigError if the source profile runs this command with the same profile."""
    path = session_path(arguments)
    session = import_module("sts.cli.session")
    words = str(session.profile_section(arguments).get("credential_process", "")).split()
    circle = arguments.profile is None and "credential-process" in words and "--profile" not in words
    if circle or os.environ.get(RUNNING) == path:
        raise import_module("sts.errors").ConfigError(
            "The profile runs this command in credential_process, and the command reads the same profile. "
            "Add --profile with the source profile to credential_process."
        )
    os.environ[RUNNING] = path
    try:
        found: dict[str, Any] = import_module("sts.cli.formats").members(session.retrieve(arguments))
    finally:
        del os.environ[RUNNING]
    return found
