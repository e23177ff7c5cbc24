"""`AWS.events`: listeners for every request of every client of the namespace."""

from __future__ import annotations

from sts.events import Listeners, Listening
from sts.v2.camel_case import CamelCase


class Events(CamelCase, Listening):
    """Hold the listeners that every request calls before its client's and its own."""

    def __init__(self) -> None:
        self.listeners = Listeners()

    add_listener = Listening.on
    remove_listener = remove_all_listeners = Listening.off


events = Events()
"""The one of the namespace."""
