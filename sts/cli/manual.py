"""The manual page `sts(1)` in troff, from the tables of commands and options."""

from __future__ import annotations

from sts._version import __version__
from sts.cli.command_parser import EXIT_CODES
from sts.cli.commands import COMMANDS
from sts.cli.operation_names import operation_commands
from sts.cli.option_table import GROUPS, options_of

ENVIRONMENT = {
    "AWS_PROFILE, AWS_REGION, AWS_DEFAULT_OUTPUT, ...": "as for the AWS CLI",
    "NO_COLOR, FORCE_COLOR": "no colors, or colors even without a terminal; --color has precedence",
    "STS_ASSUMED_PROFILE, STS_ASSUMED_ROLE, STS_ASSUMED_UNTIL": "exported by assume and exec: the session's source and end",
}


def manual_page() -> str:
    """Return the page."""
    lines = [
        f'.TH STS 1 "" "sts-client {__version__}" "User Commands"',
        ".SH NAME",
        r"sts \- credentials of AWS Security Token Service for shells and programs",
        ".SH SYNOPSIS",
        r".B sts",
        r"[\fIoptions\fR] \fICOMMAND\fR ...",
    ]
    lines += section("COMMANDS", COMMANDS)
    lines += section("OPERATIONS OF THE SERVICE", operation_commands())
    for group, title in GROUPS.items():
        rows = {f"{one.flag} {one.metavar or ''}".strip(): one.help for one in options_of(group)}
        lines += section(title.upper(), rows)
    codes = [line.strip().partition(" ") for line in EXIT_CODES.splitlines()[1:]]
    lines += section("EXIT STATUS", {code: text.strip() for code, _, text in codes})
    lines += section("ENVIRONMENT", ENVIRONMENT)
    return "\n".join(lines)


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
