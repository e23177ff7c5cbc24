"""The command `configure-report`: how calls would be made from here, and why."""

from __future__ import annotations

import json
import sys
from typing import Any

from sts.cli.operations import client_options
from sts.explain import explain


def configure_report(arguments: Any) -> int:
    """Print the report; exit code 2 when a call could not be made."""
    explanation = explain(client_options(arguments), ask=not arguments.offline)
    if arguments.json:
        print(json.dumps(explanation.to_dict(), indent=2))
    else:
        print(explanation)
    if explanation.problems:
        print("sts: a call could not be made from here; see the problems above.", file=sys.stderr)
    return 2 if explanation.problems else 0


def add_report(commands: Any, common: Any) -> None:
    """Add the sub-command."""
    doc = "Show each setting with its source, and what each credential provider says; secrets are masked."
    command = commands.add_parser("configure-report", help=doc, description=doc, parents=[common])
    command.add_argument("--offline", action="store_true", help="do not ask the credential providers")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=configure_report)
