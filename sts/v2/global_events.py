"""`AWS.events`: listeners for every request of every client of the namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sts.calling.listening import Listening
from sts.events import Listeners
from sts.v2.camel_case import CamelCase

if TYPE_CHECKING:
    from typing import Any  # noqa: F401 - named in a string below

    from sts.v2.request import Request, Response  # noqa: F401 - named in a string below


class Events(CamelCase, Listening["Request[Any]", "Response"]):
    """Hold the listeners that every request calls before its client's and its own."""

    def __init__(self) -> None:
        self.listeners = Listeners()

    add_listener = Listening.on
    remove_listener = remove_all_listeners = Listening.off


events = Events()
"""The one of the namespace."""
