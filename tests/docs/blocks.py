"""
The code blocks of a page, and how they are run: one after another, in one namespace that begins empty.

    python -m tests.docs.blocks docs/how-to/boto3.md ...    run pages and say which block fails

Blocks of `python` and of `bash` run. A block of `output` that follows shows what the block before prints, with `...` for what
differs from run to run. A comment `<!-- not run: reason -->` before a block leaves it out. What a shell block exports, and the
folder it changes to, stay for the blocks after it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
import threading
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts),
]
FENCE = re.compile(r"^( *)(<!-- not run: [^\n]+ -->\n\1)?```([\w-]+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SHELLS = ("bash", "console")
LIMIT = 120
"""Seconds that one shell block may take."""


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    language: str
    text: str
    line: int
    is_run: bool
    output: str | None = None


def blocks_of(page: str) -> list[Block]:
    """Return the blocks of the text of a page, each with the output that is shown after it."""
    blocks: list[Block] = []
    end = 0
    for found in FENCE.finditer(page):
        indent, unrun, language, text = found.groups()
        text = re.sub(f"^{indent}", "", text, flags=re.MULTILINE)
        if language == "output" and blocks and not page[end : found.start()].strip():
            last = blocks[-1]
            blocks[-1] = Block(last.language, last.text, last.line, last.is_run, text)
        else:
            line = page.count("\n", 0, found.start(4))
            blocks.append(Block(language, text, line, not unrun))
        end = found.end()
    return blocks


def matches(shown: str, printed: str) -> bool:
    """Say whether *printed* is what the page shows, where `...` stands for anything."""
    lines = [line.rstrip() for line in shown.strip().splitlines()]
    pattern = ".*?".join(re.escape(part) for part in "\n".join(lines).split("..."))
    return re.fullmatch(pattern, "\n".join(line.rstrip() for line in printed.strip().splitlines()), re.DOTALL) is not None


def run_python(block: Block, name: str, namespace: dict[str, Any]) -> str:
    """Execute a block of Python in *namespace*; return what it printed."""
    printed = io.StringIO()
    code = compile("\n" * block.line + block.text, name, "exec", dont_inherit=True)
    with contextlib.redirect_stdout(printed):
        exec(code, namespace)
        for thread in threading.enumerate():  # those that a program waits for at its end: the ones that run callbacks
            if not thread.daemon and thread is not threading.main_thread():
                thread.join(LIMIT)
    return printed.getvalue()


def run_shell(block: Block) -> str:
    """Run a block in bash; return what it printed, errors included, and take over its variables and its folder."""
    with tempfile.TemporaryDirectory() as folder:
        output, state = Path(folder, "output"), Path(folder, "state")
        script = f'{block.text}\nenv -0 > "{state}"\npwd > "{state}.folder"\n'
        with output.open("wb") as file:  # a program left in the background would keep a pipe open
            ended = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", script], stdout=file, stderr=file, timeout=LIMIT)
        printed = output.read_text(encoding="utf-8", errors="replace")
        if ended.returncode:
            raise AssertionError(f"exit code {ended.returncode}\n{printed}")
        variables = dict(line.split("=", 1) for line in state.read_text().split("\0") if "=" in line)
        os.environ.clear()
        os.environ.update(variables)
        os.chdir(Path(f"{state}.folder").read_text().rstrip("\n"))
        return printed


def run_page(path: Path) -> list[str]:
    """Run the blocks of a page in this process; return what was wrong."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    wrong: list[str] = []
    for block in blocks_of(path.read_text(encoding="utf-8")):
        if not block.is_run or block.language not in ("python", *SHELLS):
            continue
        where = f"{path}:{block.line + 1}"
        try:
            printed = run_shell(block) if block.language in SHELLS else run_python(block, str(path), namespace)
        except BaseException:
            wrong.append(f"{where}: the block fails\n{traceback.format_exc(limit=-3)}")
            break  # what follows needs it
        if block.output is not None and not matches(block.output, printed):
            wrong.append(f"{where}: shown is\n{block.output}\nprinted was\n{printed}")
    return wrong


def environment(home: str) -> dict[str, str]:
    """Return the variables of a user who has nothing configured, with the commands of this Python first on the path."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(("AWS_", "GITHUB_", "STS_"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    more = {"HOME": home, "PATH": path, "PYTHONPATH": paths, "TZ": "UTC", "COLUMNS": "100", "AWS_EC2_METADATA_DISABLED": "true"}
    return {**kept, **more}


def check(path: Path) -> str:
    """Run a page as a new user would, in a process, folder and home of its own; return what was wrong."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "tests.docs.blocks", "--here", str(path)]
        report = Path(home, "report.txt")
        with report.open("wb") as file:
            process = subprocess.Popen(
                command, cwd=home, env=environment(home), stdout=file, stderr=subprocess.STDOUT, start_new_session=True
            )
            try:
                code = process.wait(timeout=5 * LIMIT)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, 9)  # servers that a block left in the background
        return report.read_text(encoding="utf-8", errors="replace") if code else ""


def main(arguments: list[str]) -> int:
    """Run the pages that are named; with `--here` in this process."""
    if arguments[0] == "--here":
        wrong = run_page(Path(arguments[1]))
        print("\n".join(wrong), flush=True)
        # Not by the interpreter's end: it ends threads that call Python meanwhile, and with frames of C++ (pyarrow) below them
        # the process is aborted. Python 3.14 lets them hang instead.
        os._exit(1 if wrong else 0)
    reports = [check(Path(name).resolve()) for name in arguments]
    print("\n".join(filter(None, reports)) or f"{len(reports)} pages: every block runs")
    return 1 if any(reports) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
