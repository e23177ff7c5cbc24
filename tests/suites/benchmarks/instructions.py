"""Number of instructions of a program, counted by valgrind. They are reproducible to a thousandth, unlike times."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

FEW, MANY = 100, 300
"""Numbers of calls of the two runs. Their difference is the cost of a call."""
_VALGRIND = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
_REFS = re.compile(r"I\s+refs:\s+([\d,]+)")


def countable(command: list[str]) -> bool:
    """Return True if the instructions of *command* can be counted: Python with valgrind, but not Node or Go."""
    return shutil.which("valgrind") is not None and Path(command[0]).name.startswith("python")


def count(arguments: list[str], environ: dict[str, str], folder: Path) -> int:
    """Return the number of instructions of a program. The hash seed is fixed, so that the number is reproducible."""
    environ = {**environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run([*_VALGRIND, *arguments], env=environ, cwd=folder, capture_output=True, text=True, check=False)
    found = _REFS.search(done.stderr)
    if done.returncode or found is None:
        raise RuntimeError(f"valgrind failed\n{done.stderr[-1500:]}")
    return int(found[1].replace(",", ""))


def count_call(arguments: list[str], environ: dict[str, str], folder: Path) -> float:
    """Return the number of instructions of one call, for a program that makes BENCH_CALLS calls."""
    few, many = (count(arguments, {**environ, "BENCH_CALLS": str(calls)}, folder) for calls in (FEW, MANY))
    return (many - few) / (MANY - FEW)
