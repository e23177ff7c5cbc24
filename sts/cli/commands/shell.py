"""The commands `shell-init`, `completion` and `man`: integration with shells."""

from __future__ import annotations

import argparse
import os
from importlib import import_module
from typing import Any

from sts.cli.command_parser import page
from sts.cli.output import print_text
from sts.cli.usage import UsageError

SHELLS = ("bash", "zsh", "fish", "powershell")
INIT = """Print a shell function `assume`, which assumes a role in the shell, and a prompt with the time left.

The function takes the options of `sts assume`. Without an argument it renews the session or offers a choice of profiles.
`assume --unset` removes the session.

Put the line of the example into ~/.bashrc, ~/.zshrc, ~/.config/fish/config.fish or $PROFILE."""
COMPLETION = """Print the script that completes commands, options, profiles, regions and roles of `sts` in a shell.

Put the line of the example into ~/.bashrc, ~/.zshrc, ~/.config/fish/config.fish or $PROFILE."""
MANUAL = """Print the manual page, in troff."""


def add_shell_init(parser: argparse.ArgumentParser) -> None:
    """Add the word of the command."""
    page(
        parser,
        INIT,
        'eval "$(sts shell-init bash)"',
        "sts shell-init fish | source",
        "sts shell-init powershell | Out-String | Invoke-Expression",
        needs="SHELL",
    )
    add_shell(parser)
    parser.set_defaults(run=print_init)


def add_completion(parser: argparse.ArgumentParser) -> None:
    """Add the word of the command."""
    page(
        parser,
        COMPLETION,
        'eval "$(sts completion bash)"',
        "sts completion fish | source",
        "sts completion powershell | Out-String | Invoke-Expression",
        needs="SHELL",
    )
    add_shell(parser)
    parser.set_defaults(run=print_completion)


def add_shell(parser: argparse.ArgumentParser) -> None:
    """Add the name of the shell."""
    parser.add_argument("shell", nargs="?", choices=SHELLS, default=None, metavar="SHELL", help="bash, zsh, fish or powershell")


def add_man(parser: argparse.ArgumentParser) -> None:
    """Add the help page; the command has no options."""
    page(parser, MANUAL, "sts man | man -l -")
    parser.set_defaults(run=print_manual)


def shell_of(arguments: Any) -> str:
    """Return the named shell, or the shell of the user. Raises UsageError if it is not supported."""
    name = arguments.shell or os.path.basename(os.environ.get("SHELL", ""))
    if name not in SHELLS:
        raise UsageError(f"The shell is not named, and SHELL is {name!r}. Name one of: {', '.join(SHELLS)}.")
    return str(name)


def print_init(arguments: Any) -> None:
    """Print the function and the prompt."""
    print(import_module("sts.cli.shell_scripts").INIT[shell_of(arguments)].strip())


def print_completion(arguments: Any) -> None:
    """Print the completion script."""
    print(import_module("sts.cli.shell_scripts").COMPLETION[shell_of(arguments)].strip())


def print_manual(_arguments: Any) -> None:
    """Print the manual page in troff."""
    print_text(import_module("sts.cli.manual").manual_page())
