"""`AWS.events`: listeners for every request of every client of the namespace."""

from __future__ import annotations

from sts.v2.executor import EventListeners, Executor


class SequentialExecutor(Executor):
    """An object with listeners: v2's emitter."""

    def __init__(self) -> None:
        self.listeners = EventListeners()


events = SequentialExecutor()
"""The listeners that every request calls before its client's and its own."""
