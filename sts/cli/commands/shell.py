"""The commands `shell-init`, `completion` and `man`: integration with shells."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from sts._version import __version__
from sts.cli.command_parser import EXIT_CODES, CommandParser
from sts.cli.command_table import COMMANDS
from sts.cli.option_table import GROUPS, options_of
from sts.cli.output import print_text
from sts.cli.usage import UsageError

SHELLS = ("bash", "zsh", "fish", "powershell")
INIT = """Print a shell function `assume`, which assumes a role in the shell, and a prompt with the time left.

The function takes the options of `sts assume`. Without an argument it renews the session or offers a choice of profiles.
`assume --unset` removes the session.

Put the line of the example into ~/.bashrc, ~/.zshrc, ~/.config/fish/config.fish or $PROFILE.

Examples:
  eval "$(sts shell-init bash)"
  sts shell-init fish | source
  sts shell-init powershell | Out-String | Invoke-Expression"""
COMPLETION = """Print the script that completes commands, options, profiles, regions and roles of `sts` in a shell.

Put the line of the example into ~/.bashrc, ~/.zshrc, ~/.config/fish/config.fish or $PROFILE.

Examples:
  eval "$(sts completion bash)"
  sts completion fish | source
  sts completion powershell | Out-String | Invoke-Expression"""
MANUAL = """Print the manual page, in troff.

Example: sts man | man -l -"""

ENVIRONMENT = {
    "AWS_PROFILE, AWS_REGION, AWS_DEFAULT_OUTPUT, ...": "as for the AWS CLI",
    "NO_COLOR, FORCE_COLOR": "no colors, or colors even without a terminal; --color has precedence",
    "STS_ASSUMED_PROFILE, STS_ASSUMED_ROLE, STS_ASSUMED_UNTIL": "exported by assume and exec: the session's source and end",
}


def add_shell_init(parser: CommandParser) -> None:
    """Describe the command."""
    add_shell(parser, INIT)


def add_completion(parser: CommandParser) -> None:
    """Describe the command."""
    add_shell(parser, COMPLETION)


def add_shell(parser: CommandParser, text: str) -> None:
    """Add the help page *text* and the name of the shell."""
    parser.describe(text, run=print_script, needs="SHELL")
    parser.add_argument("shell", nargs="?", choices=SHELLS, metavar="SHELL", help="bash, zsh, fish or powershell")


def add_man(parser: CommandParser) -> None:
    """Describe the command."""
    parser.describe(MANUAL, run=print_manual)


def print_script(arguments: Any) -> None:
    """Print the script of the command for the named shell, or the user's. Raises UsageError if it is not supported."""
    name = arguments.shell or os.path.basename(os.environ.get("SHELL", ""))
    if name not in SHELLS:
        raise UsageError(f"The shell is not named, and SHELL is {name!r}. Name one of: {', '.join(SHELLS)}.")
    scripts = import_module("sts.cli.shell_scripts")
    print((scripts.INIT if arguments.command == "shell-init" else scripts.COMPLETION)[name].strip())


def print_manual(_arguments: Any) -> None:
    """Print the manual page in troff, from the tables of commands and options."""
    lines = [
        f'.TH STS 1 "" "sts-client {__version__}" "User Commands"',
        ".SH NAME",
        r"sts \- credentials of AWS Security Token Service for shells and programs",
        ".SH SYNOPSIS",
        r".B sts",
        r"[\fIoptions\fR] \fICOMMAND\fR ...",
    ]
    lines += section("COMMANDS", COMMANDS)
    operations = import_module("sts.cli.operation_names").operation_commands()
    lines += section("OPERATIONS OF THE SERVICE", {name: operation.doc for name, operation in operations.items()})
    for group, title in GROUPS.items():
        lines += section(title.upper(), {f"{one.flag} {one.metavar or ''}".strip(): one.help for one in options_of(group)})
    codes = [line.strip().partition(" ") for line in EXIT_CODES.splitlines()[1:]]
    lines += section("EXIT STATUS", {code: text.strip() for code, _, text in codes})
    lines += section("ENVIRONMENT", ENVIRONMENT)
    print_text("\n".join(lines))


def section(title: str, rows: dict[str, str]) -> list[str]:
    """Return the lines of a section: each term in bold with its description."""
    lines = [f".SH {escaped(title)}"]
    for term, text in rows.items():
        lines += [".TP", f".B {escaped(term)}", escaped(text)]
    return lines


def escaped(text: str) -> str:
    """Return *text* escaped for troff: literal hyphens, and no line that is a request."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain[:1] in (".", "'") else plain
