"""
Measure against the peers, in interleaved rounds of fresh processes, and print medians and ratios.

    python -m tests.suites.benchmarks                     everything (about ten minutes; installs the peers first)
    python -m tests.suites.benchmarks --only warm --rounds 5
    python -m tests.suites.benchmarks --instructions      count instructions as well (valgrind; some minutes more)
    python -m tests.suites.benchmarks --json out.json --write     keep the raw numbers; rewrite RESULTS.md

The rows over TLS need root, for a hosts file of their own; without it they are left out, as are peers that are not here.
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
from contextlib import ExitStack, contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tests.suites.benchmarks import instructions, tls
from tests.suites.benchmarks.chart import draw
from tests.suites.benchmarks.peers import HOMES, installed_size, prepare, versions
from tests.suites.benchmarks.scripts import FIGURES, Figure

HERE = Path(__file__).parent
ROOT = HERE.parent.parent.parent
KEEP = {"PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT"}
OURS = ("sts", "sts (requests)")
UNCOMPARED = {*OURS, "bare python", "modules only"}
CPU = ", cpu"
RSS_SUFFIX = """
import os, resource
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if os.path.exists("/proc/self/status"):  # where that is no less than the memory of the process that started this one
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(peak / 1000)
"""
TARGETS: dict[tuple[str, str, str], float] = {
    ("client made, cpu", "sts", "boto3"): 0.15,
    ("start to first AssumeRole, cpu", "sts", "boto3"): 0.20,
    ("start to first AssumeRole, cpu", "sts", "client-sts (JS v3)"): 0.50,
    ("start to first AssumeRole, cpu", "sts", "hand-written"): 0.52,
    ("start to first AssumeRole over TLS, cpu", "sts", "boto3"): 0.23,
    ("start to first AssumeRole over TLS, cpu", "sts", "client-sts (JS v3)"): 0.50,
    ("warm call, cpu", "sts", "boto3"): 0.17,
    ("warm call, cpu", "sts", "hand-written"): 0.55,
    ("warm call, cpu", "sts", "aws-sdk-go-v2"): 1.0,
    ("warm call over TLS, cpu", "sts", "boto3"): 0.18,
    ("16 threads, CPU per call", "sts", "boto3"): 0.27,
    ("50 tasks, CPU per call", "sts", "aiobotocore"): 0.30,
    ("1,000 tasks, service of 50 ms, cpu", "sts", "aiobotocore"): 0.26,
    ("1,000 tasks, service of 50 ms, p50", "sts", "aiobotocore"): 0.27,
    ("memory after the first call", "sts", "boto3"): 0.42,
    ("presigned URL, cold, cpu", "sts", "botocore"): 0.14,
    ("EKS token, cold, cpu", "sts", "botocore"): 0.12,
    ("installed size", "sts", "boto3"): 0.15,
}
"""Target of the project for each figure, as a share of the contender's value."""


class Place:
    """Environment of a measurement: the folder of the environments, their commands, and the variables of every program."""

    def __init__(self, folder: Path, calls: int) -> None:
        self.folder = folder
        self.commands = prepare(folder)
        self.certificate: Path | None = None
        home = folder / "home"  # without shared files
        home.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if name in KEEP}
        more = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(home), "BENCH_FIGURE": "", "BENCH_CALLS": str(calls)}
        self.environ = {**kept, **more, "BENCH_ROOT": str(ROOT)}

    def arguments(self, contender: str, program: str) -> list[str]:
        """Return the command line of a program."""
        command = self.commands[HOMES[contender]]
        if HOMES[contender] == "js":
            return [*command, str(self.folder / "js" / program)]
        return [*command, program] if HOMES[contender] == "go" else [*command, "-c", program]

    @contextmanager
    def serving(self, figure: Figure) -> Iterator[dict[str, str]]:
        """Run the fixed server of *figure*. Yield the variables of its programs."""
        options = list(figure.serve)
        if figure.tls:
            options += ["--tls", str(self.certificate), "--port", "443"]
        with subprocess.Popen([sys.executable, str(HERE / "stub.py"), *options], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                port = process.stdout.readline().strip()
                authority = str(self.folder / "authority.pem")
                where = {"NODE_EXTRA_CA_CERTS": authority, "SSL_CERT_FILE": authority}  # the latter is Go's
                yield {**self.environ, **(where if figure.tls else {"BENCH_URL": f"http://127.0.0.1:{port}"}), **figure.environ}
            finally:
                process.kill()


def measure(arguments: list[str], environ: dict[str, str], folder: Path, kind: str) -> dict[str, float]:
    """Run one program once. Return its numbers: wall time ("") and CPU time of the process, or the printed values."""
    began = time.perf_counter()
    with subprocess.Popen(
        arguments, env=environ, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        out, err = process.stdout.read(), process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments[0]} failed\n{err[-1500:]}")
    if kind == "process":
        return {"": wall * 1000, CPU: (usage.ru_utime + usage.ru_stime) * 1000}
    return {"": float(out.strip().splitlines()[-1])}


def run_figure(figure: Figure, place: Place, rounds: int, *, counted: bool) -> dict[str, dict[str, Any]]:
    """Measure every contender of *figure* *rounds* times, in turn. Return the results by name."""
    contenders = {name: program for name, program in figure.programs.items() if HOMES[name] in place.commands}
    if figure.kind == "memory":
        contenders = {name: program + RSS_SUFFIX for name, program in contenders.items() if HOMES[name] != "js"}
    results: dict[str, dict[str, Any]] = {}
    with place.serving(figure) as environ:
        for number in range(rounds + 1):
            for name, program in list(contenders.items()):
                try:
                    numbers = measure(place.arguments(name, program), environ, place.folder, figure.kind)
                except RuntimeError as error:
                    print(f"{figure.name}, {name}: {error}", file=sys.stderr)
                    del contenders[name]
                    continue
                for suffix, value in numbers.items() if number else ():  # the first round warms caches and is not counted
                    result = results.setdefault(figure.name + suffix, {"unit": figure.unit, "numbers": {}})
                    result["numbers"].setdefault(name, []).append(value)
        if counted and (figure.kind == "process" or figure.counted):
            last = results[f"{figure.name}{CPU if figure.kind == 'process' else ''}"]
            last["instructions"] = count_instructions(figure, place, contenders, environ)
    for result in results.values():
        result["numbers"] = {name: values for name, values in result["numbers"].items() if name in contenders}
        result["medians"] = {name: statistics.median(values) for name, values in result["numbers"].items()}
        result["shares"] = shares(result["numbers"])
    return results


def count_instructions(figure: Figure, place: Place, contenders: dict[str, str], environ: dict[str, str]) -> dict[str, float]:
    """Return the instructions of each Python contender, for the process or for a call."""
    count = instructions.count if figure.kind == "process" else instructions.count_call
    return {
        name: count(place.arguments(name, program), environ, place.folder)
        for name, program in contenders.items()
        if instructions.countable(place.commands[HOMES[name]])
    }


def shares(numbers: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    """Return our share of each contender: the median of the ratios of consecutive runs."""
    found: dict[str, dict[str, float]] = {}
    for contender, theirs in numbers.items():
        for ours in OURS:
            if ours in numbers and contender not in UNCOMPARED and all(theirs):
                pairs = zip(numbers[ours], theirs, strict=True)
                found.setdefault(contender, {})[ours] = statistics.median(own / other for own, other in pairs)
    return found


def rows(name: str, result: dict[str, Any]) -> list[str]:
    """Return the table rows of one figure: each contender with our share of it."""
    lines = []
    counts = result.get("instructions", {})
    for contender, value in result["medians"].items():
        ratios = []
        for ours, share in result["shares"].get(contender, {}).items():
            target = TARGETS.get((name, ours, contender))
            verdict = "" if target is None else f" (target {target}{'' if round(share, 2) <= target else ', missed'})"
            counted = f", by instructions {counts[ours] / counts[contender]:.2f}" if {ours, contender} <= counts.keys() else ""
            ratios.append(f"{ours} is {share:.2f}x{counted}{verdict}")
        count = f"{counts[contender] / 1e6:.2f} M" if contender in counts else ""
        lines.append(f"| {name} | {contender} | {value:.1f} {result['unit']} | {count} | {'; '.join(ratios)} |")
    return lines


def report(results: dict[str, Any]) -> str:
    """Return the results as Markdown."""
    lines = [
        "# Benchmark results",
        "",
        f"Made by `python -m tests.suites.benchmarks --write` on {results['date']}, {results['machine']}. Medians of "
        f"{results['rounds']} interleaved rounds of fresh processes against a canned server on loopback; shares are medians of the "
        "ratios of runs that followed one another. Compare shares, not absolute numbers. Instructions (of the process, or of a "
        "call) are counted by valgrind. The rows over TLS take each contender's own default way to AWS's host name.",
        "",
        "Versions: " + ", ".join(f"{name} {version}" for name, version in results["versions"].items()) + ".",
        "",
        "| figure | contender | median | instructions | ours as a share of it |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, figure in results["figures"].items():
        lines += rows(name, figure)
    return "\n".join(lines) + "\n"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.suites.benchmarks", description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--only", default="", help="measure only the figures whose name has this in it")
    parser.add_argument("--instructions", action="store_true", help="count instructions too, with valgrind")
    parser.add_argument(
        "--folder", type=Path, default=Path.home() / ".cache" / "sts-benchmarks", help="where the peers are installed"
    )
    parser.add_argument("--json", type=Path, help="write the raw numbers to this file")
    parser.add_argument("--write", action="store_true", help="rewrite RESULTS.md, results.json and chart.svg")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    given.folder.mkdir(parents=True, exist_ok=True)
    lacking = tls.missing()
    if not lacking and tls.INSIDE not in os.environ:
        tls.enter_namespace(given.folder)
    if lacking:
        print(f"TLS: the rows need {lacking}, left out", file=sys.stderr)
    place = Place(given.folder, given.calls)
    results: dict[str, Any] = {
        "date": f"{datetime.now(timezone.utc):%Y-%m-%d}",
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "rounds": given.rounds,
        "versions": versions(given.folder, place.commands),
        "figures": {},
    }
    with ExitStack() as stack:
        if not lacking:
            authority, place.certificate = tls.make_certificates(given.folder)
            stack.enter_context(tls.trusted(authority, [given.folder / home for home in place.commands]))
        for figure in FIGURES:
            if given.only in figure.name and not (figure.tls and lacking):
                for name, result in run_figure(figure, place, given.rounds, counted=given.instructions).items():
                    results["figures"][name] = result
                    print("\n".join(rows(name, result)), flush=True)
    if not given.only:
        sizes = {"sts" if home == "ours" else home: size for home, size in installed_size(given.folder, place.commands).items()}
        numbers = {name: [size] for name, size in sizes.items()}
        results["figures"]["installed size"] = {"unit": "MB", "medians": sizes, "shares": shares(numbers)}
        print("\n".join(rows("installed size", results["figures"]["installed size"])))
    if given.json:
        given.json.write_text(json.dumps(results, indent=1))
    if given.write:
        write(results)


def write(results: dict[str, Any]) -> None:
    """Rewrite the stored results."""
    (HERE / "RESULTS.md").write_text(report(results), encoding="utf-8")
    (HERE / "chart.svg").write_text(draw(results), encoding="utf-8")
    for figure in results["figures"].values():
        figure.pop("numbers", None)
    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print("Written; run python -m docs.generate to renew the pages' tables.")


if __name__ == "__main__":
    main()
