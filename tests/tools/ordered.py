"""
A pytest plugin for `tests.tools.mutate`: notes which lines of a module each test runs, and runs tests in a given order.

`MUTATE_RECORD` names the file to write, as JSON: for each test its seconds, and the lines of the module `MUTATE_MODULE` that it
ran. `MUTATE_ORDER` names a JSON file with the names of tests: they run in that order, all others after them.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

MODULE = os.environ.get("MUTATE_MODULE", "")
RECORD = os.environ.get("MUTATE_RECORD")
ORDER = os.environ.get("MUTATE_ORDER")

recorded: dict[str, tuple[float, list[int]]] = {}
_lines: set[int] = set()
"""Lines that the current test ran so far, in any thread."""


def _trace(frame: FrameType, event: str, argument: object) -> Callable[..., Any] | None:
    return _trace_line if frame.f_code.co_filename == MODULE else None


def _trace_line(frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
    _lines.add(frame.f_lineno)
    return _trace_line


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Note the seconds and the lines of a test."""
    if RECORD is None:
        return (yield)
    _lines.clear()
    started = time.perf_counter()
    threading.settrace(_trace)
    sys.settrace(_trace)
    try:
        return (yield)
    finally:
        sys.settrace(None)
        threading.settrace(None)
        recorded[item.nodeid] = (time.perf_counter() - started, sorted(_lines))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in the given order."""
    if ORDER is not None:
        ranks = {name: rank for rank, name in enumerate(json.loads(Path(ORDER).read_text(encoding="utf-8")))}
        items.sort(key=lambda item: ranks.get(item.nodeid, len(ranks)))


def pytest_sessionfinish() -> None:
    """Write what was noted."""
    if RECORD is not None:
        Path(RECORD).write_text(json.dumps(recorded), encoding="utf-8")
