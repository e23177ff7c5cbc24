"""The tables of the pages, each made from a table of the code."""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sts import errors
from sts.cli.command_table import COMMANDS
from sts.model.operations import OPERATIONS
from sts.model.shapes import Operation
from sts.settings.table import OPTIONS, SETTINGS
from sts.vendors import minio
from tests.suites.faults.fault_matrix import ROWS
from tests.support.mistakes import MISTAKES, message_of

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
BENCHMARKS = ROOT / "tests" / "suites" / "benchmarks"


def row(*cells: str) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |"


def code(*names: str) -> str:
    """Return *names* as code, between commas."""
    return ", ".join(f"`{name}`" for name in names)


def operations() -> str:
    """Return the table of operations."""
    lines = [row("method", "what it does", "required", "optional"), row(*["---"] * 4)]
    for operation in OPERATIONS:
        notes = ("" if operation.signed else " (unsigned)") + (" (regional endpoints only)" if operation.regional_only else "")
        notes += f" At least one of {' and '.join(f'`{name}`' for name in operation.one_of)}." if operation.one_of else ""
        members = operation.input.members
        required = code(*(member.name for member in members if member.required))
        optional = code(*(member.name for member in members if not member.required))
        lines.append(row(f"`{operation.method_name}`", f"{operation.doc}{notes}", required, optional))
    return "\n".join(lines)


def vendor_operations() -> str:
    """Return the table of the operations that only other servers have."""
    lines = [row("row of `sts.vendors.minio`", "what it does", "required", "optional"), row(*["---"] * 4)]
    for name, operation in vars(minio).items():
        if isinstance(operation, Operation) and not name.startswith("AWS_"):
            members = operation.input.members
            required = code(*(member.name for member in members if member.required))
            optional = code(*(member.name for member in members if not member.required))
            lines.append(row(f"`{name}`", operation.doc, required, optional))
    return "\n".join(lines)


def options() -> str:
    """Return the table of client options."""
    lines = [row("option", "what", "type", "environment", "profile key", "default"), row(*["---"] * 6)]
    for name, option in OPTIONS.items():
        variables = code(*option.variables, *option.late_variables)
        default = "" if option.default is None else f"`{option.default}`"
        lines.append(row(f"`{name}`", option.doc, option.type.replace("|", "\\|"), variables, code(*option.keys), default))
    return "\n".join(lines)


def settings_by_variable() -> str:
    """Return the table of the variables and profile keys of settings."""
    lines = [row("environment", "profile key", "option"), row(*["---"] * 3)]
    for setting in SETTINGS:
        variables = code(*setting.variables, *setting.late_variables)
        if variables or setting.keys:
            owner = OWNERS.get(setting.name, setting.name)
            lines.append(row(variables, code(*setting.keys), f"`{owner}`" if owner in OPTIONS else ""))
    return "\n".join(lines)


OWNERS = {"http_handler": "request_handler", "environment_proxies": "proxies"}
"""Settings without an option of their own, each with the option that they stand behind."""


def service_errors() -> str:
    """Return the table of the errors of the service model."""
    shapes = {shape.name: shape for operation in OPERATIONS for shape in operation.errors}
    lines = [row("class", "code on the wire", "HTTP status", "tried again", "when"), row(*["---"] * 5)]
    for name in sorted(shapes):
        shape, known = shapes[name], getattr(errors, name)
        again = "yes" if shape.retryable else "no"
        lines.append(
            row(f"`{name}`", f"`{shape.code}`", str(shape.status), again, (inspect.getdoc(known) or "").split("\n\n")[0])
        )
    return "\n".join(line.replace("\n", " ") for line in lines)


def comparison(intro: str, corner: str, contenders: list[str], align: str, rows: dict[str, dict[str, str]]) -> str:
    """Return a table with a column for each contender, below an introduction."""
    lines = [intro, "", row(corner, *contenders), row("---", *[align] * len(contenders))]
    lines += [row(name, *(cells.get(who, "") for who in contenders)) for name, cells in rows.items()]
    return "\n".join(lines)


def kept(name: str) -> Any:
    """Return what a benchmark kept."""
    return json.loads((BENCHMARKS / name).read_text(encoding="utf-8"))


def benchmarks() -> str:
    """Return the table of measurements."""
    results = kept("results.json")
    rows: dict[str, dict[str, str]] = {}
    contenders: dict[str, None] = {}
    for name, figure in results["figures"].items():
        medians = dict(figure["medians"])
        medians.setdefault("boto3", medians.pop("botocore", None))
        cells = {who: f"{value:.1f}" for who, value in medians.items() if value is not None and who not in HIDDEN}
        rows[f"{name} ({figure['unit']})"] = cells
        contenders |= dict.fromkeys(cells)
    how = f"{results['rounds']} interleaved rounds of fresh processes; medians"
    version = results["versions"]["sts-client"]
    told = f"Measured on {results['date']} with sts-client {version} ({results['machine']}; {how}):"
    ordered = [who for who in ORDER if who in contenders] + [who for who in contenders if who not in ORDER]
    return comparison(told, "figure", ordered, "---:", rows)


HIDDEN = {"bare python", "modules only"}
ORDER = [
    "sts",
    "sts (requests)",
    "boto3",
    "aiobotocore",
    "aws-sdk-sts",
    "client-sts (JS v3)",
    "aws-sdk (JS v2)",
    "hand-written",
]


def features() -> str:
    """Return the table of what each contender can do."""
    results = kept("features.json")
    contenders = list(next(iter(results["features"].values())))
    others = ", ".join(f"{name} {version}" for name, version in results["versions"].items() if name != "sts-client")
    intro = (
        f"Each answer is that of a program. The tests run ours again, but for what depends on the installation; "
        f"the others ran on {results['date']} with {others}."
    )
    return comparison(intro, "", contenders, ":---:", results["features"])


def features_in_short() -> str:
    """Return the README's choice of the features."""
    results = kept("features.json")
    found = results["features"]
    contenders = ["sts", "boto3", "aiobotocore", "client-sts (JS v3)", "aws-sdk (JS v2)"]
    lines = [row("", *contenders), row("---", *[":---:"] * len(contenders))]
    lines += [row(name, *(found[name].get(who, "") for who in contenders)) for name in SHORT if name in found]
    return "\n".join([*lines, "", f"The answers of `sts` are tested; those of the others are of {results['date']}."])


SHORT = [
    "operations of STS",
    "blocking calls",
    "`await`",
    "callbacks",
    "presigned GetCallerIdentity",
    "EKS tokens",
    "stub or server for tests",
    "command line",
    "AWS services besides STS",
]


def measured() -> str:
    """Return the README's line under the picture of the measurements."""
    results = kept("results.json")
    return f"Measured on {results['date']} with sts-client {results['versions']['sts-client']}; later versions may differ."


def examples() -> str:
    """Return the table of examples, from their first lines."""
    lines = [row("program", "what it shows"), row("---", "---")]
    for path in sorted((ROOT / "examples").iterdir()):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            first = (ast.get_docstring(ast.parse(text)) or "").split("\n")[0]
        elif path.suffix == ".sh":
            first = text.splitlines()[1].lstrip("# ")
        else:
            continue
        lines.append(row(f"[{path.name}](../../examples/{path.name})", first))
    return "\n".join(lines)


def help_of(*command: str) -> str:
    """Return the help of a command, as a terminal of 100 columns shows it."""
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    ran = [sys.executable, "-m", "sts", *command, "--help"]
    return subprocess.run(ran, env=environment, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603


def commands() -> str:
    """Return the help of every command."""
    names = [*COMMANDS, *(operation.method_name.replace("_", "-") for operation in OPERATIONS)]
    parts = [f"## sts\n\n```text\n{help_of()}\n```"]
    parts += [f"## sts {name}\n\n```text\n{help_of(name)}\n```" for name in dict.fromkeys(names)]
    return "\n\n".join(parts)


def faults() -> str:
    """Return the table of what comes of each fault; a test makes each of them."""
    lines = [row("fault", "outcome", "attempts"), row(*["---"] * 3)]
    for fault in ROWS:
        unsigned = "" if fault.unsigned_attempts in (None, fault.attempts) else f"/{fault.unsigned_attempts}"
        lines.append(row(fault.title, f"`{fault.outcome}`", f"{fault.attempts}{unsigned}"))
    return "\n".join(lines)


def messages() -> str:
    """Return the message of each common mistake, by making each of them."""
    parts = [f"## {mistake.name}\n\n```text\n{readable(message_of(mistake))}\n```" for mistake in MISTAKES]
    return "\n\n".join(parts)


def readable(message: str) -> str:
    """Return *message* without what differs from run to run, in lines that fit a page."""
    for pattern, words in VARYING.items():
        message = re.sub(pattern, words, message)
    return "\n".join(wrapped(line) for line in message.strip().splitlines())


VARYING = {
    r"127\.0\.0\.1:\d+": "127.0.0.1:4566",
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}": "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE",
    r"/\w+/tmp\w+": "/home/me",
    r"in \d+\.\d+ s": "in 0.1 s",
    r"\b\d{8}T\d{6}Z": "20261130T120000Z",
    r"\b20\d\d-\d\d-\d\d[ T]\d\d:\d\d:\d\d": "2026-11-30 12:00:00",
    r"\b(A[SK]IA)[A-Z2-7]{12}(?!EXAMPLE)[A-Z2-7]{4}\b": r"\1IOSFODNN7EXAMPLE",
}


def wrapped(line: str, width: int = 110) -> str:
    """Return *line* broken at spaces."""
    lines, current = [], ""
    for word in line.split(" "):
        if current and len(current) + len(word) + 1 > width:
            lines.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    return "\n".join([*lines, current])


TABLES: dict[str, tuple[str, Callable[[], str]]] = {
    "operations": ("docs/reference/operations.md", operations),
    "options": ("docs/reference/options.md", options),
    "vendors": ("docs/how-to/other-servers.md", vendor_operations),
    "settings": ("docs/reference/environment.md", settings_by_variable),
    "errors": ("docs/reference/errors.md", service_errors),
    "benchmarks": ("docs/explanation/performance.md", benchmarks),
    "features": ("docs/explanation/performance.md", features),
    "examples": ("docs/how-to/index.md", examples),
    "commands": ("docs/cli/commands.md", commands),
    "faults": ("docs/reference/faults.md", faults),
    "messages": ("docs/reference/messages.md", messages),
    "measured": ("README.md", measured),
    "compared": ("README.md", features_in_short),
}
"""What is made: by its name in the page, the page and the function."""
SLOW = {"messages"}
"""What `--check` does not make again, because it names what differs between machines; a test holds what each message says."""
