"""Parser of the command line: the name of the command first, then the rest with a parser for that command only."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from sts._version import __version__
from sts.cli.command_parser import CommandParser
from sts.cli.command_table import COMMANDS, EXIT_USAGE, WORDS
from sts.cli.option_table import GROUPS, defaults, options_of
from sts.cli.width import columns

TYPE_CHECKING = False  # type checkers take it for typing's, and typing takes time to load
if TYPE_CHECKING:
    from typing import NoReturn

TEXT = """Call AWS Security Token Service, and use its credentials.

Each operation of the service is a command. Further commands do common tasks. `sts COMMAND --help` describes one command.

Examples:
  sts whoami
  sts get-caller-identity --local
  sts exec prod -- terraform plan"""

MODULES = {
    "whoami": "sts.cli.commands.identity",
    "assume": "sts.cli.commands.assume",
    "exec": "sts.cli.commands.exec",
    "profiles": "sts.cli.commands.profiles",
    "login": "sts.cli.commands.login",
    "logout": "sts.cli.commands.login",
    "credential-process": "sts.cli.commands.process",
    "fan-out": "sts.cli.commands.fan_out",
    "console": "sts.cli.commands.console",
    "login-url": "sts.cli.commands.console",
    "eks-token": "sts.cli.commands.proofs",
    "vault-login": "sts.cli.commands.proofs",
    "prove": "sts.cli.commands.proofs",
    "verify": "sts.cli.commands.proofs",
    "presign": "sts.cli.commands.operations",
    "decode": "sts.cli.commands.identity",
    "key-info": "sts.cli.commands.identity",
    "shell-init": "sts.cli.commands.shell",
    "completion": "sts.cli.commands.shell",
    "man": "sts.cli.commands.shell",
    "configure-report": "sts.cli.commands.identity",
}
"""Command to the module with its `add_...`, loaded when the command is called."""


class TopParser(CommandParser):
    """Parser of the words up to the name of the command. Its help lists the commands."""

    def error(self, message: str) -> NoReturn:
        """End the program with *message*."""
        self.print_usage(sys.stderr)
        import_module("sts.cli.terminal").note(f"error: {message}", self.prog)
        self.exit(EXIT_USAGE)

    def format_help(self) -> str:
        """Return the help page, with the commands before the options."""
        head, options, rest = super().format_help().partition("options of every command:")
        formatter = argparse.HelpFormatter("sts", max_help_position=34, width=columns() - 2)
        operations = import_module("sts.cli.operation_names").operation_commands()
        lines = {name: operation.doc for name, operation in operations.items()}
        for title, commands in (("commands", COMMANDS), ("operations of the service", lines)):
            formatter.start_section(title)
            formatter.add_arguments([argparse.Action([], name, metavar=name, help=doc) for name, doc in commands.items()])
            formatter.end_section()
        return f"{head}{formatter.format_help()}\n{options}{rest}"


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line. Common options are valid before and after the name of the command."""
    top = top_parser()
    before, rest = split_at_command(list(sys.argv[1:] if argv is None else argv))
    arguments = top.parse_args(before, argparse.Namespace(**defaults()))
    if not arguments.command:
        top.error("a COMMAND is missing. `sts --help` lists them")
    return command_parser(top, arguments.command, rest).parse_args(rest, arguments)


def split_at_command(words: list[str]) -> tuple[list[str], list[str]]:
    """Return the words up to the name of the command, and those after it."""
    with_value = {flag for option in options_of("common") if option.metavar for flag in (option.flag, *option.aliases)}
    place = 0
    while place < len(words) and words[place].startswith("-"):
        place += 2 if words[place] in with_value else 1
    return words[: place + 1], words[place + 1 :]


def top_parser() -> TopParser:
    """Return the parser of the words up to the name of the command."""
    parser = TopParser("sts")
    parser.describe(TEXT)
    parser.usage = "sts [options] COMMAND ..."
    parser.add_argument("--version", action="version", version=f"sts-client {__version__}")
    parser.add_argument("command", nargs="?", metavar="COMMAND", help=argparse.SUPPRESS)
    parser.add_options("common")
    return parser


def command_parser(top: TopParser, name: str, words: Sequence[str] = ()) -> CommandParser:
    """Return the parser of one command for its *words*. Ends the program if the command is unknown."""
    parser = CommandParser(f"sts {name}")
    parser.requires_params = requires_params(words)
    if name in COMMANDS:
        taken = WORDS[name].split()
        if "target" in taken:
            what = "profile of the shared files, or ARN of a role to assume"
            parser.add_argument("target", nargs="?", metavar="PROFILE", help=what)
        parser.add_options(*(group for group in GROUPS if group in taken))
        import_module(MODULES[name]).__dict__[f"add_{name.replace('-', '_')}"](parser)
    elif not import_module("sts.cli.commands.operations").add_operation(parser, name):
        commands = [*COMMANDS, *import_module("sts.cli.operation_names").operation_commands()]
        near = import_module("sts.base.suggestions").suggest(name, commands)
        top.error(f"unknown command {name!r}.{near} `sts --help` lists them")
    parser.add_options("common")
    return parser


def requires_params(words: Sequence[str]) -> bool:
    """Return whether the params of an operation must be options; some *words* supply or replace them."""
    given = [word.partition("=")[0] for word in words]
    if "--generate-cli-skeleton" in given:
        place = given.index("--generate-cli-skeleton")
        return "output" in (words[place].partition("=")[2], *words[place + 1 : place + 2])
    return "--cli-input-json" not in given
