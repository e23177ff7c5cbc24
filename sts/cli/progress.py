"""Progress of a fan-out on standard error: a bar on a terminal, periodic lines elsewhere."""

from __future__ import annotations

import sys
import time
from importlib import import_module

from sts.cli.terminal import is_terminal
from sts.cli.width import columns
from sts.fan_out.results import Progress


class PlainProgress:
    """Progress as periodic lines and a final line."""

    seconds = 10.0
    """Seconds between lines."""

    def __init__(self, total: int) -> None:
        self.state = Progress(0, total, 0, 0, 0)
        self._began = time.monotonic()
        self._next = self._began + self.seconds

    def show(self, state: Progress) -> None:
        """Record the progress, and write a line if one is due."""
        self.state = state
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self.seconds
            self.draw()

    def draw(self) -> None:
        """Write a line."""
        print(f"sts: {self.text()}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Write the last line."""
        self.draw()

    def text(self) -> str:
        """Return the progress as text."""
        state, seconds = self.state, max(time.monotonic() - self._began, 0.001)
        parts = [f"{state.done} of {state.total} accounts", f"{state.failed} failed" if state.failed else ""]
        rate = (state.done - state.skipped) / seconds
        parts += [f"{state.skipped} skipped" if state.skipped else "", f"{rate:.0f}/s"]
        missing = (state.total or 0) - state.done
        if rate and missing > 0:
            left = missing / rate
            parts.append(f"{left:.0f} s left" if left < 90 else f"{left / 60:.0f} min left")
        return ", ".join(part for part in parts if part)


class BarProgress(PlainProgress):
    """Progress as a bar of plain characters in one line, which is overwritten."""

    seconds = 0.1

    def draw(self) -> None:
        """Overwrite the line."""
        width = columns() - 1
        text = self.text()[:width]
        room = width - len(text) - 3
        bar = ""
        if room >= 10:
            full = room * self.state.done // max(self.state.total or 1, 1)
            bar = f"[{'#' * full}{'.' * (room - full)}] "
        print(f"\r{(bar + text).ljust(width)}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Draw the final bar and end the line."""
        self.draw()
        print(file=sys.stderr, flush=True)


class RichProgress(PlainProgress):
    """Progress bar of rich (extra `cli`)."""

    def __init__(self, total: int) -> None:
        super().__init__(total)
        rich = import_module("rich.progress")
        console = import_module("rich.console").Console(stderr=True)
        bars = [rich.BarColumn(bar_width=None), rich.TextColumn("{task.description}")]
        self._bars = rich.Progress(*bars, console=console, expand=True, redirect_stdout=False, redirect_stderr=False)
        self._task = self._bars.add_task("", total=total)
        self._bars.start()

    def show(self, state: Progress) -> None:
        """Update the bar."""
        self.state = state
        self._bars.update(self._task, completed=state.done, description=self.text())

    def close(self) -> None:
        """Stop the bar and keep it on the screen."""
        self.show(self.state)
        self._bars.stop()


class NoProgress(PlainProgress):
    """Progress display that shows nothing."""

    def draw(self) -> None:
        """Do nothing."""


def choose(total: int, *, quiet: bool, shared: bool = False) -> PlainProgress:
    """Return the progress display: a bar if standard error is a terminal that is not *shared* with the results."""
    if quiet:
        return NoProgress(total)
    if shared or not is_terminal():
        return PlainProgress(total)
    try:
        return RichProgress(total)
    except ImportError:
        return BarProgress(total)
