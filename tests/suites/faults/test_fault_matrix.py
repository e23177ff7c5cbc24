"""Every fault, operation and style: the expected outcome, once, in time, and nothing remains open."""

from __future__ import annotations

import gc
import os
import threading

import pytest

from sts.handlers.choose import _Registry
from sts.model.operations import OPERATIONS
from sts.testing.server.faults import KINDS
from tests.suites.faults.fault_matrix import ROWS, STYLES, Cell, run_matrix, table
from tests.support.threads import wait_until


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


@pytest.mark.slow
@pytest.mark.filterwarnings("error::ResourceWarning")
@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_the_whole_matrix() -> None:
    """The outcome and the number of attempts (also on the server) are as expected, with one completion, and nothing hangs."""
    gc.collect()
    files = open_files()
    cells: list[Cell] = run_matrix()
    wrong = [f"{cell.row.title}, {cell.operation.name}, {cell.style}: {cell.problem}" for cell in cells if cell.problem]

    assert wrong == []
    assert len(cells) == len(ROWS) * len(OPERATIONS) * len(STYLES)
    assert table(cells).count("\n") == len(ROWS) + 1
    assert wait_until(lambda: not workers())
    del cells
    gc.collect()
    # Threads that were abandoned with their exchange let go of it by themselves.
    assert wait_until(lambda: open_files() <= files + 4), f"{open_files()} files open, {files} before"


def test_no_fault_is_left_out() -> None:
    """A new fault of LocalSTS must be added to the matrix."""
    assert set(KINDS) == {row.fault for row in ROWS} - {"", "stopped"}
