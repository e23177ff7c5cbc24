"""
Fuzz for long: `python -m tests.suites.fuzz --minutes 30 [--only "EKS token"]`.

Guided by coverage if the package atheris is installed (one process for each target, in turn), by hypothesis alone otherwise.
The exit code is 1 when something else than one of our errors came out; the input is printed.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import time
import traceback

from hypothesis import HealthCheck, given, settings

from tests.suites.fuzz.targets import TARGETS, Target

ROUND = 400


def main() -> int:
    """Run every target for its share of the time. Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.suites.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--only", action="append", help="name of a target; can be repeated")
    parser.add_argument("--engine", choices=("atheris", "hypothesis"), default=None)
    arguments = parser.parse_args()
    chosen = [target for target in TARGETS if not arguments.only or target.name in arguments.only]
    engine = arguments.engine or ("atheris" if importlib.util.find_spec("atheris") else "hypothesis")
    share = arguments.minutes * 60 / len(chosen)
    failures = 0
    print(f"{len(chosen)} targets, {share:.0f} s each, with {engine}", flush=True)
    for target in chosen:
        began = time.monotonic()
        count, failure = (run_atheris if engine == "atheris" else run_hypothesis)(target, share)
        failures += bool(failure)
        print(f"{target.name}: {count} inputs in {time.monotonic() - began:.0f} s, {failure or 'nothing found'}", flush=True)
    return 1 if failures else 0


def run_hypothesis(target: Target, seconds: float) -> tuple[int, str]:
    """Run a target on examples until its time is over. Return their number, and the traceback of a failure."""
    end, count = time.monotonic() + seconds, 0

    def feed(value: object) -> None:
        nonlocal count
        count += 1
        target.check(value)

    quiet = settings(max_examples=ROUND, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    run = quiet(given(target.strategy)(feed))
    while time.monotonic() < end:
        try:
            run()
        except BaseException:
            return count, traceback.format_exc()
    return count, ""


def run_atheris(target: Target, seconds: float) -> tuple[int, str]:
    """Fuzz a target in its own process, because libFuzzer never returns. Return the number of examples and a failure."""
    command = [
        sys.executable,
        "-m",
        "tests.suites.fuzz.guided",
        target.name,
        f"-max_total_time={max(int(seconds), 1)}",
        "-print_final_stats=1",
    ]
    done = subprocess.run([*command, "-max_len=4096", "-rss_limit_mb=1024"], capture_output=True, text=True, check=False)
    counts = [line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line]
    return int(counts[0]) if counts else 0, "" if done.returncode == 0 else (done.stdout + done.stderr)[-6000:]


if __name__ == "__main__":
    sys.exit(main())
