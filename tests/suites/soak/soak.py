"""
Soak: many threads, a fifth of all requests faulty, connections cut, credentials rotating; nothing may be wrong, hang or grow.

    python -m tests.suites.soak --minutes 30 --threads 32
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.suites.soak.soak_calls import HANG_SECONDS, STYLES, Soak, work

MOST_FAILURES = 0.15
"""Share of calls that may fail: those that end or are aborted on purpose, and those with a fault in every attempt."""
SIZES = ("memory", "threads", "sockets")


class Sample(NamedTuple):
    """Sizes of the process at one moment."""

    seconds: float
    memory: float
    threads: int
    sockets: int


class Outcome(NamedTuple):
    """Result of a soak: the calls, the sizes of this process, and the server's counts."""

    soak: Soak
    samples: list[Sample]
    tally: Mapping[str, Any]


def sample(started: float) -> Sample:
    """Return the sizes of this process now: resident megabytes, threads, and sockets (if /proc shows them)."""
    proc = Path("/proc/self")
    if not proc.exists():
        return Sample(time.monotonic() - started, 0.0, threading.active_count(), 0)
    pages = int((proc / "statm").read_text().split()[1])
    sockets = 0
    for entry in os.listdir(proc / "fd"):
        with contextlib.suppress(OSError):  # closed meanwhile
            sockets += os.readlink(proc / "fd" / entry).startswith("socket:")
    memory = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return Sample(time.monotonic() - started, memory, threading.active_count(), sockets)


def watch(soak: Soak, seconds: float, report: Callable[[str], object] | None) -> Iterator[Sample]:
    """Yield sizes and report progress until the end. End the process with all stacks if a thread hangs."""
    started = time.monotonic()
    every, reported = max(0.25, seconds / 360), 0.0
    while time.monotonic() - started < seconds:
        time.sleep(every)
        check_hang(soak)
        held = soak.credentials.cached()
        if held is not None:
            soak.keys.add(held.access_key_id)
        yield (now := sample(started))
        if report and now.seconds - reported >= 60:
            reported = now.seconds
            report(f"{sum(soak.outcomes.values()):9} calls, {len(soak.problems)} problems, {now}")
    soak.stopping.set()


def check_hang(soak: Soak) -> None:
    """End the process and print every thread's stack if a thread has not made a call for long."""
    late = [number for number, at in list(soak.beats.items()) if time.monotonic() - at > HANG_SECONDS]
    if late:
        faulthandler.dump_traceback(all_threads=True)
        print(f"HANG: threads {late}", file=sys.stderr, flush=True)
        os._exit(1)


@contextlib.contextmanager
def server_process() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Run the server. Yield its first line, and a dict that has its counts after the block."""
    command = [sys.executable, "-m", "tests.suites.soak.soak_server"]
    tally: dict[str, Any] = {}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            yield {**json.loads(process.stdout.readline()), "begin": lambda: begin(process)}, tally
        finally:
            process.stdin.close()
            tally.update(json.loads(process.stdout.readline() or "{}"))


def begin(process: subprocess.Popen[str]) -> None:
    """Tell the server to start its faults."""
    assert process.stdin is not None
    process.stdin.write("begin\n")
    process.stdin.flush()


def run(seconds: float, threads: int, report: Callable[[str], object] | None = None) -> Outcome:
    """Soak for *seconds* with *threads* threads. Return the result."""
    with server_process() as (server, tally):
        soak = Soak(server)
        server["begin"]()
        workers = [
            threading.Thread(target=work, args=(soak, number), name=STYLES[number % len(STYLES)], daemon=True)
            for number in range(threads)
        ]
        for worker in (*workers, threading.Thread(target=soak.abort_due, daemon=True)):
            worker.start()
        samples = list(watch(soak, seconds, report))
        for worker in workers:
            worker.join(HANG_SECONDS)
            check_hang(soak)
    return Outcome(soak, samples, tally)


def verdict(outcome: Outcome, *, long: bool = True) -> list[str]:
    """Return all problems. A run that is not *long* may still grow."""
    soak, tally = outcome.soak, outcome.tally
    found = list(soak.problems)
    if soak.beats:
        found.append(f"threads that did not end: {sorted(soak.beats)}")
    if soak.callbacks_sent != soak.callbacks_run:
        found.append(f"{soak.callbacks_sent} callbacks were due, {soak.callbacks_run} came")
    if not sum(tally["faults"].values()) or not tally["cuts"]:
        found.append("the server did no harm")
    failed = 1 - soak.outcomes["ok"] / max(1, sum(soak.outcomes.values()))
    if failed > MOST_FAILURES:
        found.append(f"{failed:.0%} of the calls failed")
    return found + (growth(outcome.samples) if long else [])


def growth(samples: list[Sample]) -> list[str]:
    """Return the sizes that grew from the second to the last fifth of the time."""
    sizes = {name: fifths(samples, name) for name in SIZES}
    return [
        f"{name} grew from {before:.1f} to {after:.1f}" for name, (before, after) in sizes.items() if after > before * 1.1 + 3
    ]


def fifths(samples: list[Sample], name: str) -> tuple[float, float]:
    """Return the medians of one size in the second and in the last fifth of the time."""
    sizes, fifth = [getattr(one, name) for one in samples], max(1, len(samples) // 5)
    return statistics.median(sizes[fifth : 2 * fifth] or sizes), statistics.median(sizes[-fifth:])


def figures(outcome: Outcome, seconds: float) -> str:
    """Return what to print."""
    soak, samples, tally = outcome
    calls = sum(soak.outcomes.values())
    share = sum(tally["faults"].values()) / max(1, tally["requests"])
    sizes = ((name, *fifths(samples, name), max(getattr(one, name) for one in samples)) for name in SIZES)
    lines = [
        f"{calls} calls in {seconds:.0f} s ({calls / seconds:.0f}/s), {soak.outcomes['ok']} succeeded",
        f"{tally['requests']} requests, {share:.1%} of them faulty; {tally['cuts']} connections cut",
        f"successful calls by attempts: {dict(sorted(soak.attempts.items()))}",
        f"{len(soak.keys)} credentials one after the other; {soak.callbacks_run} of {soak.callbacks_sent} callbacks came",
        f"slowest call {soak.slowest[0]:.2f} s ({soak.slowest[1]}), latest timeout {soak.latest * 1000:.0f} ms late",
        *(
            f"{name}: {before:.1f} in the second fifth, {after:.1f} in the last, {most:.1f} at most"
            for name, before, after, most in sizes
        ),
        f"faults: {dict(tally['faults'])}",
        f"outcomes: {dict(soak.outcomes.most_common())}",
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Soak as given on the command line. Return 0 if there are no problems."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.suites.soak", description="Call a faulty LocalSTS from many threads."
    )
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--threads", type=int, default=32)
    options = parser.parse_args(arguments)
    outcome = run(options.minutes * 60, options.threads, lambda line: print(line, flush=True))
    found = verdict(outcome)
    print(figures(outcome, options.minutes * 60))
    print("\n".join(found) or "Nothing wrong.")
    return 1 if found else 0
