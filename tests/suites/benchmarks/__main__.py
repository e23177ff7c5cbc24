"""
Measure against the peers, in interleaved rounds of fresh processes, and print medians and ratios.

    python -m tests.suites.benchmarks                     everything (about ten minutes; installs the peers first)
    python -m tests.suites.benchmarks --only warm --rounds 5
    python -m tests.suites.benchmarks --json out.json --write     keep the raw numbers; rewrite RESULTS.md
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tests.suites.benchmarks.chart import draw
from tests.suites.benchmarks.peers import HOMES, installed_size, prepare, versions
from tests.suites.benchmarks.scripts import FIGURES, Figure

HERE = Path(__file__).parent
ROOT = HERE.parent.parent.parent
KEEP = {"PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT"}
# What each figure should be at most, as a share of the contender's: the project's own targets.
TARGETS: dict[tuple[str, str, str], float] = {
    ("client made", "sts", "boto3"): 0.25,
    ("start to first AssumeRole", "sts", "boto3"): 0.40,
    ("start to first AssumeRole", "sts", "aws-sdk-sts"): 0.30,
    ("start to first AssumeRole", "sts", "client-sts (JS v3)"): 0.85,
    ("start to first AssumeRole", "sts", "hand-written"): 1.2,
    ("start to first AssumeRole", "sts (requests)", "boto3"): 0.50,
    ("start to first AssumeRole", "sts (requests)", "client-sts (JS v3)"): 1.1,
    ("warm call, cpu", "sts", "boto3"): 0.40,
    ("warm call, cpu", "sts", "aws-sdk-sts"): 0.40,
    ("warm call, cpu", "sts", "client-sts (JS v3)"): 0.55,
    ("warm call, cpu", "sts", "hand-written"): 1.25,
    ("warm call, cpu", "sts (requests)", "boto3"): 0.50,
    ("16 threads, CPU per call", "sts", "boto3"): 0.45,
    ("50 tasks, CPU per call", "sts", "aiobotocore"): 0.7,
    ("memory after the first call", "sts", "boto3"): 0.75,
    ("presigned URL, cold", "sts", "botocore"): 0.25,
    ("EKS token, cold", "sts", "botocore"): 0.25,
    ("installed size", "sts", "boto3"): 0.15,
}


@contextmanager
def stub(rate: str | None = None) -> Iterator[str]:
    """Run the canned server; yield its URL."""
    command = [sys.executable, str(HERE / "stub.py"), *([rate] if rate else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


def measure(figure: Figure, command: list[str], program: str, environ: dict[str, str]) -> float:
    """Run one program once and return the figure's number."""
    arguments = [*command, str(HOMES_FOLDER / "js" / program)] if program.endswith(".js") else [*command, "-c", program]
    began = time.perf_counter()
    process = subprocess.Popen(
        arguments, env=environ, cwd=HOMES_FOLDER, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    out, err = process.communicate()
    wall = (time.perf_counter() - began) * 1000
    if process.returncode:
        raise RuntimeError(f"{figure.name}: {arguments[0]} failed\n{err[-1500:]}")
    return wall if figure.kind == "process" else float(out.strip().splitlines()[-1])


RSS_SUFFIX = "\nimport resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)\n"
HOMES_FOLDER = Path()


def run_figure(figure: Figure, commands: dict[str, list[str]], rounds: int, calls: int) -> dict[str, list[float]]:
    """Measure every contender *rounds* times, in turn."""
    contenders = {name: program for name, program in figure.programs.items() if HOMES[name] in commands}
    if figure.kind == "memory":
        contenders = {name: program + RSS_SUFFIX for name, program in contenders.items() if not program.endswith(".js")}
    numbers: dict[str, list[float]] = {name: [] for name in contenders}
    environ = {name: value for name, value in os.environ.items() if name in KEEP}
    home = HOMES_FOLDER / "home"  # without shared files
    home.mkdir(exist_ok=True)
    environ |= {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(home)}
    with stub(figure.environ.get("BENCH_RATE")) as url:
        environ |= {"BENCH_URL": url, "BENCH_CALLS": str(calls), "BENCH_ROOT": str(ROOT), "BENCH_FIGURE": "", **figure.environ}
        for number in range(rounds + 1):
            for name, program in contenders.items():
                try:
                    value = measure(figure, commands[HOMES[name]], program, environ)
                except RuntimeError as error:
                    print(error, file=sys.stderr)
                    numbers.pop(name, None)
                    continue
                if number and name in numbers:  # the first round warms caches and is not counted
                    numbers[name].append(value)
            contenders = {name: program for name, program in contenders.items() if name in numbers}
    return numbers


def rows(name: str, unit: str, medians: dict[str, float]) -> list[str]:
    """Return the table rows of one figure: each contender with what ours is of it."""
    lines = []
    for contender, value in medians.items():
        ratios = []
        for ours in ("sts", "sts (requests)"):
            if ours in medians and contender not in {ours, "bare python", "sts", "sts (requests)"} and value:
                target = TARGETS.get((name, ours, contender))
                share = medians[ours] / value
                verdict = "" if target is None else f" (target {target}{'' if share <= target else ', missed'})"
                ratios.append(f"{ours} is {share:.2f}x{verdict}")
        lines.append(f"| {name} | {contender} | {value:.1f} {unit} | {'; '.join(ratios)} |")
    return lines


def report(results: dict[str, Any]) -> str:
    """Return the results as Markdown."""
    lines = [
        "# Benchmark results",
        "",
        f"Made by `python -m tests.suites.benchmarks --write` on {results['date']}, {results['machine']}. Medians of {results['rounds']} "
        "interleaved rounds of fresh processes against a canned server on loopback; compare ratios, not absolute numbers.",
        "",
        "Versions: " + ", ".join(f"{name} {version}" for name, version in results["versions"].items()) + ".",
        "",
        "| figure | contender | median | ours as a share of it |",
        "| --- | --- | --- | --- |",
    ]
    for name, figure in results["figures"].items():
        lines += rows(name, figure["unit"], figure["medians"])
    return "\n".join(lines) + "\n"


def main() -> None:
    global HOMES_FOLDER
    parser = argparse.ArgumentParser(prog="python -m tests.suites.benchmarks", description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--only", default="", help="measure only the figures whose name has this in it")
    parser.add_argument(
        "--folder", type=Path, default=Path.home() / ".cache" / "sts-benchmarks", help="where the peers are installed"
    )
    parser.add_argument("--json", type=Path, help="write the raw numbers to this file")
    parser.add_argument("--write", action="store_true", help="rewrite RESULTS.md, results.json and chart.svg")
    given = parser.parse_args()
    HOMES_FOLDER = given.folder
    given.folder.mkdir(parents=True, exist_ok=True)
    commands = prepare(given.folder)
    results: dict[str, Any] = {
        "date": f"{datetime.now(timezone.utc):%Y-%m-%d}",
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "rounds": given.rounds,
        "versions": versions(given.folder, commands),
        "figures": {},
    }
    for figure in FIGURES:
        if given.only not in figure.name:
            continue
        numbers = run_figure(figure, commands, given.rounds, given.calls)
        medians = {name: statistics.median(values) for name, values in numbers.items() if values}
        results["figures"][figure.name] = {"unit": figure.unit, "medians": medians, "numbers": numbers}
        print("\n".join(rows(figure.name, figure.unit, medians)), flush=True)
    if not given.only:
        sizes = installed_size(given.folder, commands)
        names = {"ours": "sts"}
        medians = {names.get(home, home): size for home, size in sizes.items()}
        results["figures"]["installed size"] = {"unit": "MB", "medians": medians}
        print("\n".join(rows("installed size", "MB", medians)))
    if given.json:
        given.json.write_text(json.dumps(results, indent=1))
    if given.write:
        (HERE / "RESULTS.md").write_text(report(results), encoding="utf-8")
        (HERE / "chart.svg").write_text(draw(results), encoding="utf-8")
        for figure in results["figures"].values():
            figure.pop("numbers", None)
        (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print("Written; run python -m docs.generate and python -m docs.pictures to renew the pages.")


if __name__ == "__main__":
    main()
