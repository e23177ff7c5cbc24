"""Instructions that a program executes, counted by valgrind: they repeat to a thousandth where times do not."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

FEW, MANY = 100, 300
"""Calls of the two runs whose difference is what a call takes."""
_VALGRIND = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
_REFS = re.compile(r"I\s+refs:\s+([\d,]+)")


def countable(command: list[str]) -> bool:
    """Return whether the instructions of *command* can be counted: of Python, with valgrind, not of Node or Go."""
    return shutil.which("valgrind") is not None and Path(command[0]).name.startswith("python")


def count(arguments: list[str], environ: dict[str, str], folder: Path) -> int:
    """Return how many instructions a program takes from start to end. Hashes are seeded alike, so that it repeats."""
    environ = {**environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run([*_VALGRIND, *arguments], env=environ, cwd=folder, capture_output=True, text=True, check=False)
    found = _REFS.search(done.stderr)
    if done.returncode or found is None:
        raise RuntimeError(f"valgrind failed\n{done.stderr[-1500:]}")
    return int(found[1].replace(",", ""))


def count_call(arguments: list[str], environ: dict[str, str], folder: Path) -> float:
    """Return how many instructions one call takes in a program that makes BENCH_CALLS of them."""
    few, many = (count(arguments, {**environ, "BENCH_CALLS": str(calls)}, folder) for calls in (FEW, MANY))
    return (many - few) / (MANY - FEW)
