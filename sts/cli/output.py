"""What commands print: JSON, text to cut columns from, or a table; secrets not to a terminal unless asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from sts.base.json import to_json
from sts.base.text import fold
from sts.cli.terminal import note
from sts.cli.width import columns
from sts.errors import ConfigError

SECRETS = frozenset(
    {
        *("SecretAccessKey", "SessionToken", "WebIdentityToken", "TrustedIdentityPropagationContext"),
        *("token", "iam_request_headers"),
    }
)
"""Names of members that are not shown on a terminal."""
MASK = "(hidden; --show-secrets)"


def print_result(arguments: Any, data: Any, usual: str = "json") -> None:
    """Print *data*, a mapping or a list of them, as `--output` says, else as *usual*."""
    if sys.stdout.isatty() and not arguments.show_secrets:
        data = mask(data)
    print(render(data, arguments.output or usual))


def readable() -> str:
    """Return the usual output of commands for people: a table on a terminal, JSON for programs."""
    return "table" if sys.stdout.isatty() else "json"


def terminal_width() -> int | None:
    """Return the width that standard output has; None where it is no terminal: lines for programs are not folded."""
    return columns() if sys.stdout.isatty() else None


def mask(data: Any) -> Any:
    """Return *data* with its secrets hidden."""
    if isinstance(data, Mapping):
        return {name: MASK if name in SECRETS and value else mask(value) for name, value in data.items()}
    return [mask(item) for item in data] if isinstance(data, (list, tuple)) else data


def render(data: Any, output: str) -> str:
    """Return *data* in the form *output*, without a newline at its end."""
    if output == "json":
        return to_json(data)
    rows = data if isinstance(data, list) else None
    if output == "text":
        if rows is not None:
            return "\n".join("\t".join(value for _, value in flat(row)) for row in rows)
        return "\n".join(f"{name}\t{value}" for name, value in flat(data))
    return table_of(rows) if rows is not None else pairs_table(list(flat(data)))


def flat(data: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Give each value in *data* as text, with its path: `Credentials.AccessKeyId`."""
    if isinstance(data, Mapping) and data:
        for name, value in data.items():
            yield from flat(value, f"{path}.{name}" if path else str(name))
    elif isinstance(data, (list, tuple)) and any(isinstance(item, (Mapping, list, tuple)) for item in data):
        for index, item in enumerate(data):
            yield from flat(item, f"{path}[{index}]")
    elif isinstance(data, (list, tuple)):
        yield path, ", ".join(str(item) for item in data)
    else:
        yield path, data if isinstance(data, str) else "" if data is None else plain(data)


def plain(value: Any) -> str:
    """Return one value as text, times with `Z`."""
    return to_json(value).strip('"')


def pairs_table(rows: Sequence[tuple[str, str]]) -> str:
    """Return names and values side by side, long values folded to the width of the terminal."""
    console = rich_console()
    if console is not None:
        return rich_table(console, None, rows)
    width = max((len(name) for name, _ in rows), default=0)
    room = max(columns() - width - 2, 20)
    gap = "\n" + " " * (width + 2)
    return "\n".join(f"{name:<{width}}  {gap.join(fold(value, room))}" for name, value in rows)


def table_of(rows: Sequence[Any]) -> str:
    """Return mappings with the same names as a table with a head."""
    flats = [dict(flat(row)) for row in rows]
    names = list(dict.fromkeys(name for row in flats for name in row))
    lines = [[row.get(name, "") for name in names] for row in flats]
    console = rich_console()
    if console is not None:
        return rich_table(console, names, lines)
    widths = [max(len(line[column]) for line in [names, *lines]) for column in range(len(names))]
    aligned = ("  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)) for line in [names, *lines])
    return "\n".join(line.rstrip() for line in aligned)


def rich_console() -> Any:
    """Return rich's console for standard output; None without rich (extra `cli`), or when standard output is no terminal."""
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return None
    try:
        return import_module("rich.console").Console(highlight=False)
    except ImportError:
        return None


def rich_table(console: Any, names: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> str:
    """Return *rows* as a table of rich; the first column stands out, as the head does."""
    box = import_module("rich.box").SIMPLE_HEAD if names else None
    table = import_module("rich.table").Table(box=box, show_header=names is not None, pad_edge=False, padding=(0, 2, 0, 0))
    text = import_module("rich.text").Text
    for index in range(len(rows[0]) if rows else 0):
        table.add_column(names[index] if names else "", overflow="fold", style="bold" if index == 0 else "", no_wrap=index == 0)
    for row in rows:
        table.add_row(*(text(value) for value in row))
    with console.capture() as captured:
        console.print(table)
    shown: str = captured.get()
    return shown.strip("\n")


def warn_hidden(arguments: Any) -> bool:
    """Say whether secrets must be hidden: standard output is a terminal, and nobody asked for them; tell the user so."""
    hidden = sys.stdout.isatty() and not arguments.show_secrets
    if hidden:
        note("secrets are hidden on a terminal; --show-secrets shows them, and a pipe or a file gets them")
    return hidden


def require(value: Any, option: str, why: str) -> Any:
    """Return *value*; raise ConfigError when the option that gives it is missing."""
    if not value:
        raise ConfigError(f"{option} is missing: {why}")
    return value
