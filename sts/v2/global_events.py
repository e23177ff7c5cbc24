"""`AWS.events`: listeners for every request of every client of the namespace."""

from __future__ import annotations

from sts.events import Listener, Listeners
from sts.v2.camel_case import CamelCase


class Events(CamelCase):
    """Hold the listeners that every request calls before its client's and its own."""

    def __init__(self) -> None:
        self.listeners = Listeners()

    def on(self, event: str, listener: Listener, prepend: bool = False) -> Events:
        """Call *listener* at each *event* of every request."""
        self.listeners.add(event, listener, prepend=prepend)
        return self

    def once(self, event: str, listener: Listener) -> Events:
        """Call *listener* at the next *event* only."""
        self.listeners.add_once(event, listener)
        return self

    def off(self, event: str, listener: Listener | None = None) -> Events:
        """Remove *listener*, or every listener of *event*."""
        self.listeners.remove(event, listener)
        return self

    add_listener = on
    remove_listener = off
    remove_all_listeners = off


events = Events()
"""The one of the namespace."""
