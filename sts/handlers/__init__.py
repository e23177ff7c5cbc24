"""
How requests reach the network: one handler per HTTP library, shared between the clients of a process.

A client acquires a handler and releases it when it closes; clients with equal options use the same one, and its
connections are closed with the last of them. The libraries are imported when a handler of theirs is first needed.
"""

from __future__ import annotations

import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Literal, cast

from sts.base.forks import load, reset_after_fork
from sts.handlers.options import Cert, HandlerOptions, handler_options
from sts.http import Handler

if TYPE_CHECKING:
    import requests

__all__ = [
    "Cert",
    "HandlerKind",
    "HandlerOptions",
    "acquire_handler",
    "handler_kind",
    "handler_options",
    "release_handler",
    "session_handler",
]

HandlerKind = Literal["direct", "urllib3", "requests"]
"""The HTTP libraries there is a handler for."""


class _Registry:
    """Hold the handlers of the process, each with the number of its users."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.handlers: dict[tuple[HandlerKind, HandlerOptions], Handler] = {}
        self.users: dict[tuple[HandlerKind, HandlerOptions], int] = {}
        reset_after_fork(self)

    def after_fork(self) -> None:
        """Keep handlers and counts, for the clients live on in the child too; the pools start anew by themselves."""
        self.lock = threading.Lock()


_registry = _Registry()


def handler_kind() -> HandlerKind:
    """Return "requests" while a tool that intercepts it (responses, moto, requests_mock, vcrpy) is loaded, else "urllib3"."""
    loaded = sys.modules
    return "requests" if "responses" in loaded or "requests_mock" in loaded or "vcr" in loaded else "urllib3"


def acquire_handler(kind: HandlerKind, options: HandlerOptions, *, preload: tuple[str, ...] = ()) -> Handler:
    """
    Return the process's handler for *options*, made if there is none; give it back with `release_handler`.

    *preload* names modules that the caller needs a moment later; they are imported along, so that no fork falls into it.
    """
    key = kind, options
    with _registry.lock:
        if key not in _registry.handlers:
            _registry.handlers[key] = _make_handler(kind, options, preload)
        _registry.users[key] = _registry.users.get(key, 0) + 1
        return _registry.handlers[key]


def release_handler(handler: Handler) -> None:
    """Give back a handler; the last user closes it. One that was not acquired here is left alone."""
    with _registry.lock:
        key = next((key for key, known in _registry.handlers.items() if known is handler), None)
        if key is None:
            return
        _registry.users[key] -= 1
        if _registry.users[key]:
            return
        del _registry.handlers[key], _registry.users[key]
    handler.close()


def session_handler(session: requests.Session, options: HandlerOptions) -> Handler:
    """Return a handler that sends through the user's requests *session*, which stays the user's to close."""
    return cast("Handler", import_module("sts.handlers.requests").RequestsHandler(options, session))


def _make_handler(kind: HandlerKind, options: HandlerOptions, preload: tuple[str, ...]) -> Handler:
    name = {"direct": "DirectHandler", "urllib3": "Urllib3Handler", "requests": "RequestsHandler"}[kind]
    # What connecting and reading the answer would import a moment later comes along, so that no fork falls into it.
    return cast("Handler", getattr(load(*preload, "encodings.idna", f"sts.handlers.{kind}"), name)(options))
