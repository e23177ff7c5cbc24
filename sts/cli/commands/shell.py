"""The commands `shell-init`, `completion` and `man`: integration with shells."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from sts.cli.command_parser import CommandParser
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
    """Print the manual page in troff."""
    print_text(import_module("sts.cli.manual").manual_page())
