"""Rules for the tests themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.support.durations import own_limits, timed_assertions

TESTS = Path(__file__).resolve().parent
WATCHDOG = "support/threads.py"
"""The one module whose limit of time ends what hangs."""
MEASURING = ("suites/benchmarks/",)
"""Programs whose result is a time. They assert nothing about it in a run of the tests."""


def names(path: Path) -> str:
    """Return the path of a module below the tests."""
    return path.relative_to(TESTS).as_posix()


MODULES = [path for path in sorted(TESTS.rglob("*.py")) if not names(path).startswith((*MEASURING, "data/"))]


def places(rule: Callable[[ast.AST], Iterable[int]], pattern: str, allowed: str) -> list[str]:
    """Return the places that *rule* finds in modules with *pattern*, except in those whose paths begin with *allowed*."""
    texts = {name: path.read_text(encoding="utf-8") for path in MODULES if not (name := names(path)).startswith(allowed)}
    found = {name: rule(ast.parse(text)) for name, text in texts.items() if re.search(pattern, text)}
    return [f"{name}:{line}" for name, lines in found.items() for line in lines]


def test_no_test_measures_time_against_a_limit() -> None:
    """
    A busy machine would fail it. Let the slow part wait for an event that is set after the call, or move a clock by hand.

    See `tests/support/clocks.py` and `tests/support/threads.py`.
    """
    assert (
        places(timed_assertions, r"\btime\.(monotonic|perf_counter|process_time|thread_time|time)|from time import", WATCHDOG)
        == []
    )


PLANTED = {
    "difference": "began = time.monotonic()\ncall()\nassert time.monotonic() - began < 5",
    "name": "began = time.perf_counter()\ncall()\ntook = time.perf_counter() - began\nassert 0.09 <= took < 1.5",
    "deadline": "end = time.monotonic() + 5\nassert call()\nassert time.monotonic() < end",
    "wall clock": "began = time.time()\ncall()\nassert not time.time() - began > 5",
    "nanoseconds": "began = time.monotonic_ns()\ncall()\nassert (time.monotonic_ns() - began) / 1e9 < 5",
    "imported": "from time import monotonic as now\nbegan = now()\ncall()\nassert now() - began < 5",
    "list": "gaps = []\ngaps.append(time.monotonic() - time.monotonic())\nassert len(gaps) and max(gaps) < 0.3",
    "part of it": "began, took = time.monotonic(), 0\ntook = time.monotonic() - began\nassert ok() and sorted([took])[0] < 1",
    "function": "began = time.monotonic()\ndef took():\n    return time.monotonic() - began\nassert took() < 5",
    "attribute": "self.began = time.monotonic()\nself.took = time.monotonic() - self.began\nassert self.took < 5",
    "each": "began = time.monotonic()\ntimes = [time.monotonic() - began]\nassert all(one < 5 for one in times)",
}


@pytest.mark.parametrize("code", PLANTED.values(), ids=PLANTED)
def test_a_planted_limit_of_time_is_found(code: str) -> None:
    """The test above fails for each way to write one, in the line of the assertion."""
    assert list(timed_assertions(ast.parse(code))) == [code.count("\n") + 1]


def test_waits_for_other_threads_have_one_limit() -> None:
    """It is `PATIENCE`, so that a busy machine fails no test. A wait that is to end may have less than a second."""
    assert places(own_limits, r"\.(wait|acquire|result|join)\([^()]*\d\)", "suites/typing/") == []  # there as a user writes it


@pytest.mark.parametrize("code", ["assert done.wait(5)", "assert done.acquire(timeout=9.5)", "call.result(5)", "one.join(10)"])
def test_a_planted_limit_of_its_own_is_found(code: str) -> None:
    """The test above fails for each way to write one."""
    assert list(own_limits(ast.parse(code))) == [1]


@pytest.mark.parametrize("code", ["assert done.wait(PATIENCE)", "assert not latch.wait(0.01)", '", ".join(parts)'])
def test_other_waits_are_left_alone(code: str) -> None:
    """Those with the limit of all tests, and those that shall end without being woken."""
    assert list(own_limits(ast.parse(code))) == []


ALLOWED = {
    "deadline of a call": "call(deadline=time.monotonic() + 5)\nassert len(calls) < 5",
    "report": "began = time.monotonic()\nprint(time.monotonic() - began)\nassert found == []",
    "clock of a test": "assert clock.monotonic() - began < 5",
    "other difference": "size = after - before\nassert size < 5",
}


@pytest.mark.parametrize("code", ALLOWED.values(), ids=ALLOWED)
def test_other_uses_of_a_clock_are_left_alone(code: str) -> None:
    """A deadline may be given to a call, a duration may be printed, and a clock moved by hand may be compared."""
    assert list(timed_assertions(ast.parse(code))) == []
