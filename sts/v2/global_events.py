"""`AWS.events`: listeners for every request of every client of the namespace."""

from __future__ import annotations

from sts.v2.executor import EventListeners, Executor


class SequentialExecutor(Executor):
    """Event emitter of v2."""

    def __init__(self) -> None:
        self.listeners = EventListeners()


events = SequentialExecutor()
"""Listeners that every request calls before those of its client and its own."""
