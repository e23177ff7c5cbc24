"""Standard output of the commands: the AWS CLI's forms, and tables for people; secrets are hidden on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from sts.base.json import to_json
from sts.base.text import fold
from sts.cli.terminal import note, visible_data, visible_lines
from sts.cli.width import columns
from sts.errors import ConfigError, ParamValidationError

SECRETS = frozenset(
    ("SecretAccessKey", "SessionToken", "WebIdentityToken", "TrustedIdentityPropagationContext", "token", "iam_request_headers")
)
"""Names of secret members, which a terminal does not show."""
STRUCTURED = {"json": "sts.cli.aws_text", "yaml": "sts.cli.aws_yaml", "yaml-stream": "sts.cli.aws_yaml"}
"""Forms that keep the structure of a result, with the module that writes each."""
MASK = "(hidden; --show-secrets)"


def print_result(arguments: Any, data: Any, title: str, usual: str = "json") -> None:
    """
    Print *data*, a mapping or a list of mappings, in the form of `--output` or *usual*.

    The form "readable" is for people. All others match the AWS CLI byte for byte. On a terminal, secrets are
    hidden and control characters are escaped. *title* is the title of a table.
    """
    terminal = sys.stdout.isatty()
    if terminal and not arguments.show_secrets:
        data = mask(data)
    if arguments.query is not None:
        data = search(arguments.query, data)
        usual = "json" if usual == "readable" else usual
    text = render(data, arguments.output or usual, title, arguments.color, terminal=terminal)
    sys.stdout.write(text)


def render(data: Any, form: str, title: str = "", color: str | None = None, *, terminal: bool = False) -> str:
    """Return *data* in *form* with a final newline. For a *terminal*, control characters are escaped."""
    if form in STRUCTURED:
        text = str(getattr(import_module(STRUCTURED[form]), f"as_{form.replace('-', '_')}")(data))
        return visible_lines(text) if terminal else text
    if form == "off":
        return ""
    data = visible_data(data) if terminal else data
    if form == "table":
        return str(import_module("sts.cli.aws_table").as_table(title, data, color=use_color(color, sys.stdout)))
    if form == "text":
        return str(import_module("sts.cli.aws_text").as_text(data))
    console = rich_console(color)
    return f"{table_of(data, console) if isinstance(data, list) else pairs_table(list(flat(data)), console)}\n"


def print_text(text: str) -> None:
    """Print *text*. On a terminal, control characters are escaped."""
    print(visible_lines(text) if sys.stdout.isatty() else text)


def search(expression: str, data: Any, *, checks_only: bool = False) -> Any:
    """Return what the expression of `--query` selects, or with *checks_only* None. Raises ParamValidationError if invalid."""
    try:
        jmespath = import_module("jmespath")
    except ImportError:
        raise ConfigError("--query needs the package jmespath. Install it with: pip install jmespath") from None
    try:
        compiled = jmespath.compile(expression)
        return None if checks_only else compiled.search(data)
    except jmespath.exceptions.JMESPathError as error:
        what = str(error).splitlines()[0]
        raise ParamValidationError(
            f"--query is {expression!r}, which cannot be used: {what}. JMESPath is described at https://jmespath.org.",
            code="InvalidParameterType",
        ) from None


def use_color(option: str | None, stream: Any) -> bool:
    """Return whether to color *stream*: `--color`, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal."""
    if option in ("on", "off"):
        return option == "on"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") and os.environ.get("FORCE_COLOR") != "0":
        return True
    return bool(stream.isatty()) and os.environ.get("TERM") != "dumb"


def readable() -> str:
    """Return the default form of commands for people: readable on a terminal, JSON elsewhere."""
    return "readable" if sys.stdout.isatty() else "json"


def terminal_width() -> int | None:
    """Return the width of the terminal, or None if standard output is not a terminal, where lines are not folded."""
    return columns() if sys.stdout.isatty() else None


def mask(data: Any) -> Any:
    """Return *data* with its secrets hidden."""
    if isinstance(data, Mapping):
        return {name: MASK if name in SECRETS and value else mask(value) for name, value in data.items()}
    return [mask(item) for item in data] if isinstance(data, (list, tuple)) else data


def flat(data: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path of each value in *data*, such as `Credentials.AccessKeyId`, and its text."""
    if isinstance(data, Mapping) and data:
        for name, value in data.items():
            yield from flat(value, f"{path}.{name}" if path else str(name))
    elif isinstance(data, (list, tuple)) and any(isinstance(item, (Mapping, list, tuple)) for item in data):
        for index, item in enumerate(data):
            yield from flat(item, f"{path}[{index}]")
    elif isinstance(data, (list, tuple)):
        yield path, ", ".join(str(item) for item in data)
    else:
        yield path, data if isinstance(data, str) else "" if data is None else to_json(data).strip('"')


def pairs_table(rows: Sequence[tuple[str, str]], console: Any = None) -> str:
    """Return names and values side by side, long values folded to the width of the terminal."""
    if console is not None:
        return rich_table(console, None, rows)
    width = max((len(name) for name, _ in rows), default=0)
    room = max(columns() - width - 2, 20)
    gap = "\n" + " " * (width + 2)
    return "\n".join(f"{name:<{width}}  {gap.join(fold(value, room))}" for name, value in rows)


def table_of(rows: Sequence[Any], console: Any = None) -> str:
    """Return mappings as a table without empty columns, or as blocks on a terminal that is too narrow for it."""
    flats = [dict(flat(row)) for row in rows]
    names = list(dict.fromkeys(name for row in flats for name, value in row.items() if value))
    lines = [[row.get(name, "") for name in names] for row in flats]
    widths = [max(len(line[column]) for line in [names, *lines]) for column in range(len(names))]
    if sys.stdout.isatty() and sum(widths) + 3 * len(widths) > columns():
        return "\n\n".join(pairs_table([pair for pair in row.items() if pair[1]], console) for row in flats)
    if console is not None:
        return rich_table(console, names, lines)
    aligned = ("  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)) for line in [names, *lines])
    return "\n".join(line.rstrip() for line in aligned)


def rich_console(color: str | None = None) -> Any:
    """Return the rich console for standard output; None without rich (extra `cli`) or without a terminal."""
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return None
    try:
        return import_module("rich.console").Console(highlight=False, no_color=not use_color(color, sys.stdout))
    except ImportError:
        return None


def rich_table(console: Any, names: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> str:
    """Return *rows* as a rich table with the head and the first column highlighted."""
    box = import_module("rich.box").SIMPLE_HEAD if names else None
    table = import_module("rich.table").Table(box=box, show_header=names is not None, pad_edge=False, padding=(0, 2, 0, 0))
    text = import_module("rich.text").Text
    for index in range(len(rows[0]) if rows else 0):
        table.add_column(names[index] if names else "", overflow="fold", style="bold" if index == 0 else "", no_wrap=index == 0)
    for row in rows:
        table.add_row(*(text(value) for value in row))
    with console.capture() as captured:
        console.print(table)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    return "\n".join(lines).strip("\n")  # the frame of the head has an empty line above and below


def warn_hidden(arguments: Any) -> bool:
    """Return whether secrets must be hidden on the terminal, and print a note if so."""
    hidden = sys.stdout.isatty() and not arguments.show_secrets
    if hidden:
        note("secrets are hidden on a terminal. Show them with --show-secrets, or write to a pipe or a file")
    return hidden


def is_formed(arguments: Any) -> bool:
    """Return whether `--output` or `--query` chooses the form of the result."""
    return arguments.output is not None or arguments.query is not None
