"""
Completion of command lines, for the scripts of `sts completion`: commands, options, profiles, regions and roles.

Uses only the tables. It builds no parser and does not load the library, because it runs at every key press.
"""

from __future__ import annotations

import os

from sts.cli.command_table import COMMANDS, EXAMPLES, WORDS
from sts.cli.option_table import OPTIONS, Option

TYPE_CHECKING = False  # type checkers take it for typing's, and typing takes time to load
if TYPE_CHECKING:
    from collections.abc import Iterator

REGIONS = (
    "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 "
    "ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 "
    "eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 "
    "me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2 cn-north-1 cn-northwest-1 us-gov-east-1 "
    "us-gov-west-1 us-iso-east-1 us-iso-west-1 us-isob-east-1 us-isob-west-1 eu-isoe-west-1 us-isof-east-1 us-isof-south-1 "
    "eusc-de-east-1"
)
"""Regions of all partitions (botocore 1.44.8, `endpoints.json`)."""
LONGEST_FILE = 1 << 20
"""Bytes of a shared file to search."""


def complete(words: list[str]) -> list[tuple[str, str]]:
    """Return the completions of the last of *words* (those after `sts`), each with a description or ""."""
    *before, current = words or [""]
    if "--" in before:
        return []
    offered = candidates(before, current)
    return [(word, text) for word, text in offered if word.startswith(current) and word.isprintable()]


def split_line(line: str) -> list[str]:
    """Return the words of *line*. The last word is "" after a space, and can have an unclosed quote."""
    import shlex  # loaded only for a line with quotes

    for closing in ("", "'", '"'):
        try:
            words = shlex.split(line + closing)
        except ValueError:
            continue
        return [*words, ""] if not closing and line[-1:].isspace() else words
    return line.split(" ")


def candidates(before: list[str], current: str) -> list[tuple[str, str]]:
    """Return the words that may stand after *before*."""
    given = positionals(before)
    command = given[0] if given else None
    operations = [(example.split()[1], "") for example in EXAMPLES.values()]
    if before and (option := find_option(before[-1])) is not None and option.metavar is not None:
        known = {"profile": profiles, "region": REGIONS.split, "role": roles}
        values = known[option.complete]() if option.complete in known else option.choices
        return [(value, "") for value in values]  # without values, the shell offers files
    if current.startswith("-"):
        return options_after(command)
    if command is None:
        return [*COMMANDS.items(), *operations]
    if "target" in WORDS.get(command, "").split() and len(given) == 1:
        return [(name, "profile") for name in profiles()] + [(arn, "role") for arn in roles()]
    return operations if given == ["presign"] else []


def positionals(words: list[str]) -> list[str]:
    """Return the words that are neither options nor their values: the command and what follows it."""
    found, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            option = find_option(word)
            skip = option is not None and option.metavar is not None
        else:
            found.append(word)
    return found


def find_option(flag: str) -> Option | None:
    """Return the shared option called *flag*."""
    return next((option for option in OPTIONS if flag == option.flag or flag in option.aliases), None)


def options_after(command: str | None) -> list[tuple[str, str]]:
    """Return the options of *command*, or without a command the common options."""
    words = [*WORDS.get(command or "", "").split(), "common"]
    shared = [(option.flag, option.help) for option in OPTIONS if option.group in words]
    if command is None:
        return [*shared, ("--version", "")]
    if command in WORDS:
        return [*((word, "") for word in words if word.startswith("--")), *shared]
    from sts.cli.operation_names import flag_of, operation_commands  # loads the table of operations

    operation = operation_commands().get(command)
    members = [(flag_of(member), member.doc) for member in operation.input.members] if operation else []
    more = [(flag, "") for flag in ("--cli-input-json", "--generate-cli-skeleton", "--metadata") if operation]
    return [*members, *more, *shared]


def profiles() -> list[str]:
    """Return the names of the profiles, from the section heads of the shared files."""
    names = []
    for line in shared_lines():
        if line.startswith("[") and "]" in line:
            head = line[1 : line.rindex("]")].strip()
            kind, _, name = head.partition(" ")
            if kind not in ("sso-session", "services"):
                names.append(name.strip().strip("\"'") if kind == "profile" else head)
    return [name for name in dict.fromkeys(names) if name]


def roles() -> list[str]:
    """Return the ARNs of roles in the shared files."""
    pairs = (line.partition("=") for line in shared_lines())
    return list(dict.fromkeys(value.strip() for key, _, value in pairs if key.strip() == "role_arn" and ":role/" in value))


def shared_lines() -> Iterator[str]:
    """Yield the lines of the shared files, as far as they can be read."""
    for variable, usual in (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")):
        path = os.environ.get(variable) or os.path.join("~", ".aws", usual)
        try:
            with open(os.path.expanduser(path), encoding="utf-8", errors="replace") as file:
                yield from file.read(LONGEST_FILE).splitlines()
        except OSError:
            continue
