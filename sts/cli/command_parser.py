"""Parsers of commands and their help pages. Imports little, so that a cached `credential-process` is fast."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from sts.base.durations import ALLOWED, parse_duration
from sts.cli.command_table import EXIT_USAGE
from sts.cli.option_table import GROUPS, Option, options_of
from sts.cli.width import columns

TYPE_CHECKING = False  # type checkers take it for typing's, and typing takes time to load
if TYPE_CHECKING:
    from typing import Any, NoReturn

EXIT_CODES = """exit codes:
  0    done
  252  the command line or a parameter is wrong; nothing was sent
  253  the configuration or the credentials cannot be used
  254  the service refused the request
  255  no response, or any other error
  130  interrupted with Ctrl-C"""

LONG_WORD = 40
"""Characters from which a word is a value even if it begins with a hyphen."""


class PageFormatter(argparse.RawDescriptionHelpFormatter):
    """Formatter of help pages. Finds the width without shutil, which argparse would load together with compression modules."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=columns() - 2)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        """Show an option under its own name only; names of the AWS CLI are accepted but not listed."""
        if len(action.option_strings) < 2 or action.option_strings[0] == "-h":
            return super()._format_action_invocation(action)
        return f"{action.option_strings[0]} {self._format_args(action, action.dest.upper())}"

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Wrap paragraphs and the second column of lists. Other indented lines are kept as they are."""
        return import_module("sts.cli.paragraphs").fill(text, width, indent)  # type: ignore[no-any-return]

    def _format_usage(self, *arguments: object) -> str:
        """Wrap the usage line too; argparse does not wrap an explicit one."""
        fold = import_module("sts.base.text").fold
        return "\n".join(fold(super()._format_usage(*arguments).strip(), columns(), "       ")) + "\n\n"  # type: ignore[arg-type]


class CommandParser(argparse.ArgumentParser):
    """Parser of one command. Its errors suggest the correct name of a misspelt option."""

    requires_params = True
    """Whether the required members of an operation must be given as options."""
    takes_program = False
    """Whether a program and its arguments follow the command's own words."""

    def __init__(self, prog: str, **more: Any) -> None:
        super().__init__(prog, formatter_class=PageFormatter, allow_abbrev=False, **more)

    def describe(self, text: str, *, needs: str = "", codes: str = EXIT_CODES, **defaults: Any) -> None:
        """Set the help page: *text* with examples, and the required words *needs*; and default values, among them `run`."""
        self.usage = f"{self.prog} {needs + ' ' if needs else ''}[options]".replace("%", "%%")
        self.description, example, lines = text.partition("\n\nExample")
        self.epilog = f"{example.strip()}{lines}\n\n{codes}"
        self.set_defaults(**defaults)

    def add_options(self, *groups: str) -> None:
        """Add the options of *groups* from the table, under their headings."""
        for group in groups:
            section = self.add_argument_group(GROUPS[group])
            for option in options_of(group):
                section.add_argument(option.flag, *option.aliases, **settings(option))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse the words *args*; argparse calls this for all words and for those of a sub-command."""
        self.given = list(args or ())
        return self.parse_program(self.given, namespace) if self.takes_program else super().parse_known_args(args, namespace)

    def parse_program(self, given: list[str], namespace: Any) -> Any:
        """Parse *given*: options, and the program after `--` or from the first word after the target that is not an option."""
        own, program = (given[: given.index("--")], given[given.index("--") + 1 :]) if "--" in given else (given, [])
        found, unknown = super().parse_known_args(own, namespace)
        while found.words[:1] and found.words[0].startswith("-"):
            target, more = getattr(found, "target", None), found.words
            found.words, found.target = [], None
            found, unknown = super().parse_known_args(more, found)
            if target is not None:
                found.words = [*([found.target] if found.target is not None else []), *found.words]
                found.target = target
        if found.words and "--" in given:
            self.error(f"unrecognized arguments before --: {' '.join(found.words)}")
        found.words = found.words or program
        return found, unknown

    def _parse_optional(self, arg_string: str) -> Any:
        """Treat a long word as a value even if it begins with a hyphen, as one in 64 authorization messages does."""
        known = arg_string.startswith("--") and "=" in arg_string
        return None if len(arg_string) >= LONG_WORD and not known else super()._parse_optional(arg_string)

    def error(self, message: str) -> NoReturn:
        """End the program with *message* and a suggestion for a misspelt option."""
        advice = import_module("sts.cli.advice").meant(self.given, self._option_string_actions)
        self.print_usage(sys.stderr)
        import_module("sts.cli.terminal").note(f"error: {message}.{advice} `{self.prog} --help` lists the options", self.prog)
        self.exit(EXIT_USAGE)


def settings(option: Option) -> dict[str, Any]:
    """Return the keyword arguments of argparse for an option. The default is set before the first words are parsed."""
    found = {"dest": option.name, "help": option.help.replace("%", "%%"), "default": argparse.SUPPRESS}
    if option.metavar is None:
        return {**found, "action": "store_const", "const": option.turned}
    read = {"seconds": seconds, "duration": duration}.get(option.kind, str)
    several = "+" if option.many else None
    return {**found, "metavar": option.metavar, "nargs": several, "type": read, "choices": option.choices or None}


def seconds(text: str) -> float:
    """Return a number of seconds."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds") from None


def duration(text: str) -> object:
    """Return the seconds of a duration such as `900`, `15m` or `1h30m`; `max` is returned as it is."""
    try:
        return text if text == "max" else parse_duration(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a duration. Use {ALLOWED}, or max") from None
