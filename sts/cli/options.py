"""Options that commands share, and the pages of help. Imports only argparse: a cached `credential-process` has no time."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from sts.base.durations import ALLOWED, parse_duration
from sts.cli.width import columns

TYPE_CHECKING = False  # type checkers take it for typing's, and typing takes time to load
if TYPE_CHECKING:
    from typing import Any, NoReturn

EXIT_CODES = """exit codes:
  0    done
  1    the service refused, no answer came, or what was to be verified is not genuine
  2    the command, its params, the configuration or the credentials cannot be used
  130  interrupted with Ctrl-C"""

DEFAULTS: dict[str, object] = {
    "region": None,
    "profile": None,
    "endpoint": None,
    "timeout": None,
    "local": False,
    "output": None,
    "show_secrets": False,
    "no_cache": False,
    "debug": False,
    "metadata": False,
    "role_arn": None,
    "chain": (),
    "session_name": None,
    "duration": None,
    "external_id": None,
    "policy": None,
    "policy_arns": (),
    "tags": (),
    "transitive_tags": (),
    "source_identity": None,
    "mfa": False,
    "mfa_serial": None,
    "mfa_code": None,
}
"""What options that commands share are when they are not given."""

OUTPUTS = ("json", "text", "table")
LONG_WORD = 40
"""Characters of a word that is no option, whatever it begins with."""


class PageFormatter(argparse.RawDescriptionHelpFormatter):
    """Lay out a page of help; argparse would load shutil, and with it all kinds of compression, to learn the width."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=columns() - 2)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Wrap paragraphs, and the second column of lists; what else is indented stays as it is."""
        return import_module("sts.cli.paragraphs").fill(text, width, indent)  # type: ignore[no-any-return]

    def _format_usage(self, *arguments: object) -> str:
        """Wrap the line of usage as well; argparse leaves one that is given as it is."""
        fold = import_module("sts.base.text").fold
        return "\n".join(fold(super()._format_usage(*arguments).strip(), columns(), "       ")) + "\n\n"  # type: ignore[arg-type]


class CommandParser(argparse.ArgumentParser):
    """Parse the words of one command; an error names the option that was meant by a misspelt one."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Return what the words *args* say; argparse calls this for all words and for those of a sub-command."""
        self.given = list(args or ())
        return super().parse_known_args(args, namespace)

    def _parse_optional(self, arg_string: str) -> Any:
        """Take a long word for a value though it begins with a hyphen, as one in 64 authorization messages does."""
        known = arg_string.startswith("--") and "=" in arg_string
        return None if len(arg_string) >= LONG_WORD and not known else super()._parse_optional(arg_string)

    def error(self, message: str) -> NoReturn:
        """End the program with *message* and, where an option is misspelt, the right one."""
        advice = import_module("sts.cli.advice").meant(self.given, self._option_string_actions)
        self.print_usage(sys.stderr)
        import_module("sts.cli.terminal").note(f"error: {message}.{advice} `{self.prog} --help` lists the options", self.prog)
        self.exit(2)


def new_parser(prog: str, text: str, *examples: str) -> argparse.ArgumentParser:
    """Return a parser whose help is a page: usage, text, options, examples, exit codes; it takes the common options."""
    parser = CommandParser(prog=prog, formatter_class=PageFormatter, allow_abbrev=False, argument_default=argparse.SUPPRESS)
    page(parser, text, *examples)
    return parser


def page(parser: argparse.ArgumentParser, text: str, *examples: str, needs: str = "", codes: str = EXIT_CODES) -> None:
    """
    Write a command's page of help.

    *text* is its first paragraphs, *examples* are command lines, at least one, *needs* is what cannot be left out.
    """
    parser.usage = f"{parser.prog} {needs + ' ' if needs else ''}[options]".replace("%", "%%")
    label = "Example: " if len(examples) == 1 else "Examples:\n  "
    parser.description = text
    parser.epilog = f"{label}{chr(10).join(('', *examples)).strip().replace(chr(10), chr(10) + '  ')}\n\n{codes}"


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add the options that every command takes, before or after its name."""
    group = parser.add_argument_group("options of every command")
    group.add_argument("--region", help="region to call, such as eu-west-1")
    group.add_argument("--profile", help="profile of the shared files")
    group.add_argument("--endpoint", metavar="URL", help="endpoint to call instead of the region's")
    group.add_argument("--timeout", type=float, metavar="SECONDS", help="give up after so many seconds")
    group.add_argument("--local", action="store_true", help="call a local STS made for the occasion; needs no AWS account")
    group.add_argument("--output", choices=OUTPUTS, metavar="FORM", help="json, text or table; else what reads best")
    group.add_argument("--show-secrets", action="store_true", help="print secrets even to a terminal")
    group.add_argument("--no-cache", action="store_true", help="neither use nor keep sessions in ~/.aws/sts/cache")
    group.add_argument("--debug", action="store_true", help="log to standard error; secrets are masked, so it can be pasted")


def add_role(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which role is assumed and how; without any the credentials are used as they are found."""
    group = parser.add_argument_group("role to assume")
    group.add_argument("--role-arn", metavar="ARN", help="role to assume; else the credentials are used as they are")
    group.add_argument("--chain", nargs="+", metavar="ARN", help="roles to assume before that one, in this order")
    add_session(group)
    add_mfa(parser)


def add_session(group: argparse._ArgumentGroup) -> None:
    """Add the options that say what sessions are to be like."""
    group.add_argument("--session-name", metavar="NAME", help="name of the session in CloudTrail; else user@host")
    group.add_argument("--duration", type=duration, metavar="TIME", help="900, 15m, 1h30m, or max for the longest there is")
    group.add_argument("--external-id", metavar="ID", help="what the owner of the role asked for")
    group.add_argument("--policy", metavar="JSON", help="session policy, or file://PATH of one")
    group.add_argument("--policy-arns", nargs="+", metavar="ARN", help="managed session policies")
    group.add_argument("--tags", nargs="+", metavar="KEY=VALUE", help="session tags")
    group.add_argument("--transitive-tags", nargs="+", metavar="KEY", help="tags that later roles in a chain keep")
    group.add_argument("--source-identity", metavar="NAME", help="who is behind the session; sticks to a chain of roles")


def add_mfa(parser: argparse.ArgumentParser) -> None:
    """Add the options about MFA devices."""
    group = parser.add_argument_group("multi-factor authentication")
    group.add_argument("--mfa", action="store_true", help="prove an MFA device; the code is asked for on the terminal")
    group.add_argument("--mfa-serial", metavar="SERIAL", help="the device; else the profile's mfa_serial, or the user's name")
    group.add_argument("--mfa-code", metavar="CODE", help="the code, instead of asking for it")


def duration(text: str) -> object:
    """Return the seconds of `900`, `15m`, `1h30m` and the like, and `max` as it is."""
    if text == "max":
        return text
    try:
        return parse_duration(text)
    except ValueError:
        problem = f"{text!r} is not a duration: give {ALLOWED}, or max"
    raise argparse.ArgumentTypeError(problem)
