"""Every fault, operation and style: the expected outcome, once, in time, and nothing remains open."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable

import pytest

from sts.handlers.choose import _Registry
from sts.model.operations import OPERATIONS
from sts.testing.server.faults import KINDS
from tests.suites.faults.fault_matrix import ROWS, STYLES, Cell, run_matrix, table


@pytest.fixture(autouse=True)
def no_linger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Close handlers with their last client, because this file counts open connections."""
    # Clients of earlier tests may still hold handlers, with connections.
    monkeypatch.setattr("sts.handlers.choose._registry", _Registry())
    monkeypatch.setattr("sts.handlers.choose.LINGER", 0.0)


def open_files() -> int:
    """Return the number of descriptors of this process, if the system shows them."""
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


def workers() -> list[str]:
    """Return the names of our threads that keep a program alive, or serve."""
    ours = ("sts-call", "sts-callback", "LocalSTS", "matrix")
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(ours)]


def settles(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Wait for *condition*. Return True if it became true."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


@pytest.mark.slow
@pytest.mark.filterwarnings("error::ResourceWarning")
@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_the_whole_matrix() -> None:
    """The outcome and the number of attempts (also on the server) are as expected, in limited time, with one completion."""
    gc.collect()
    files = open_files()
    cells: list[Cell] = run_matrix()
    wrong = [f"{cell.row.title}, {cell.operation.name}, {cell.style}: {cell.problem}" for cell in cells if cell.problem]

    assert wrong == []
    assert len(cells) == len(ROWS) * len(OPERATIONS) * len(STYLES)
    assert table(cells).count("\n") == len(ROWS) + 1
    assert settles(lambda: not workers()), workers()
    del cells
    gc.collect()
    # Threads that were abandoned with their exchange let go of it by themselves.
    assert settles(lambda: open_files() <= files + 4, 8.0), f"{open_files()} files open, {files} before"


def test_no_fault_is_left_out() -> None:
    """A new fault of LocalSTS must be added to the matrix."""
    assert set(KINDS) == {row.fault for row in ROWS} - {"", "stopped"}
