"""The command `configure-report`: the settings of calls and their sources."""

from __future__ import annotations

import json
from typing import Any

from sts.cli.command_parser import CommandParser
from sts.cli.commands import EXIT_CONFIGURATION
from sts.cli.output import is_formed, print_result, print_text, terminal_width
from sts.cli.session import client_options
from sts.cli.terminal import note
from sts.explain import explain

TEXT = """Show each setting with its source, and the result of each credential provider. Secrets are masked.

The command calls the providers: it reads files, and may send requests to SSO, metadata services or STS.

Example: sts configure-report --profile ci"""


def add_configure_report(parser: CommandParser) -> None:
    """Add the options of the command."""
    parser.describe(TEXT, run=configure_report)
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
