"""Checks of the command line that need more than its syntax: values of client options, options without an effect."""

from __future__ import annotations

import os
import re
from typing import Any

from sts.cli.option_table import OPTIONS
from sts.endpoints import resolve_endpoint
from sts.errors import ConfigError
from sts.settings.table import OPTIONS as CLIENT_OPTIONS


class UsageError(ConfigError):
    """An option or word of the command line that is wrong: exit code 252."""


UNFORMED = {
    **dict.fromkeys(("assume", "fan-out"), "Choose the form with --format."),
    "credential-process": "Its JSON is that of the setting credential_process.",
    **dict.fromkeys(("exec", "login", "logout", "console", "login-url", "prove", "shell-init", "completion", "man"), ""),
}
"""Commands that print no result in the AWS CLI's forms, with advice."""

_FLAGS = {option.client: option.flag for option in reversed(OPTIONS) if option.client}
_IN_PYTHON = re.compile(rf"(?<![\w.?&-])(?:[Oo]ption )?({'|'.join(_FLAGS)})=(?=(.?))")


def check_client_options(given: dict[str, Any]) -> None:
    """Raise UsageError for a value of the command line that the client would refuse, with the name of the flag."""
    if isinstance(given.get("verify"), str) and not os.path.exists(given["verify"]):
        raise UsageError(f"--ca-bundle is {given['verify']!r}, which does not exist. Give a PEM file or a directory of them.")
    for name, value in given.items():
        if (name, value) == ("region", ""):
            continue  # none, as for the client
        kind = CLIENT_OPTIONS[name].kind
        try:
            kind.check(value)
        except (ValueError, TypeError):
            shown = f"{value:g}" if isinstance(value, float) else repr(value)
            raise UsageError(f"{_FLAGS[name]} is {shown}; it must be {kind.allowed}.") from None
    try:
        resolve_endpoint(given.get("region") or "us-east-1", endpoint=given.get("endpoint"))
    except ConfigError as error:
        raise UsageError(in_flags(str(error))) from None


def check_output(arguments: Any) -> None:
    """Raise UsageError for `--output` and `--query` of a command that they do not apply to."""
    advice = UNFORMED.get(arguments.command)
    if advice is None:
        return
    flag = "--output" if arguments.output is not None else "--query"
    raise UsageError(f"{flag} cannot be used with `sts {arguments.command}`, which prints text of its own. {advice}".strip())


def in_flags(text: str) -> str:
    """Return an error's *text* with client options named as on the command line: `--region` for `option region=`."""
    return _IN_PYTHON.sub(lambda found: _FLAGS[found[1]] + ("" if found[2] in ("", *" ,;.)") else " "), text)
