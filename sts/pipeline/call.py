"""The records of the pipeline: a call, its effects, the wiring of one client and its gate."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any

from sts.base.records import Record
from sts.errors import ConfigError
from sts.http import AbortSignal, Control, Handler, HttpRequest, HttpResponse

if TYPE_CHECKING:
    from typing import Protocol, Union

    from sts.base.time import Clock
    from sts.endpoints import Endpoint
    from sts.events import Emitter
    from sts.identity import Credentials
    from sts.model.shapes import Operation
    from sts.retry.standard import RetryStrategy
    from sts.settings.settings import Settings


class Send(Record):
    """Ask for one HTTP exchange."""

    handler: Handler
    request: HttpRequest
    control: Control


class Sleep(Record):
    """Ask to wait."""

    seconds: float
    control: Control


class Block(Record):
    """Ask for the result of a function that may block."""

    function: Callable[[], Any]
    control: Control


class Wiring(Record):
    """Hold what all calls of one client share, once its settings are resolved."""

    settings: Settings
    endpoint: Endpoint
    host: str
    credentials: CachedCredentials
    retry: RetryStrategy
    clock: Clock
    control: Control
    choose_handler: Callable[[], Handler]
    user_agent: str
    in_lambda: bool
    bound_params: Mapping[str, Any]
    logger: Any

    def __repr__(self) -> str:
        return f"<Wiring {self.endpoint.url}>"  # the bound params may hold an MFA code


if TYPE_CHECKING:
    Effect = Union[Send, Sleep, Block]
    Flow = Generator[Effect, Any, Any]

    class CachedCredentials(Protocol):
        """Give credentials, without waiting when there are fresh ones."""

        def cached(self) -> Credentials | None:
            """Return fresh credentials at hand, else None."""

        def retrieve(self) -> Credentials:
            """Return credentials, waiting for a refresh if need be."""

        def invalidate(self, credentials: Credentials) -> bool:
            """Forget *credentials*, which the service refused; return whether others can be had."""

    class Client(Protocol):
        """What a call needs to know of its client."""

        wiring: Wiring | None
        gate: Gate

        def wire(self) -> Wiring:
            """Resolve the settings (reads files, may block) and return the wiring."""


class Call:
    """Hold one use of an operation, from params to result; only the pipeline writes to it."""

    __slots__ = (
        "abort",
        "admitted",
        "attempt",
        "client",
        "control",
        "credentials",
        "data",
        "emit",
        "error",
        "http_request",
        "http_response",
        "invocation_id",
        "operation",
        "params",
        "recovered",
        "signed",
        "signing_region",
        "started",
        "timeout",
        "total_retry_delay",
        "wiring",
    )

    # Set by the pipeline when it begins; a call that was never run lacks them.
    control: Control
    credentials: Credentials
    invocation_id: str
    wiring: Wiring

    def __init__(
        self,
        client: Client,
        operation: Operation,
        params: Mapping[str, Any],
        timeout: float | None = None,
        abort: AbortSignal | None = None,
    ) -> None:
        self.client = client
        self.operation = operation
        self.params: Any = params
        self.timeout = timeout
        self.abort = abort
        self.signed = operation.signed
        self.signing_region: str | None = None
        self.admitted = False
        self.started = 0.0
        self.emit: Emitter | None = None
        self.attempt = 0
        self.total_retry_delay = 0.0
        self.recovered = ""
        self.http_request: HttpRequest | None = None
        self.http_response: HttpResponse | None = None
        self.data: dict[str, Any] | None = None
        self.error: BaseException | None = None


class Gate:
    """Let calls in until closed, then wait for those inside. Thread-safe."""

    __slots__ = ("_changed", "_here", "_inside", "_watchers", "closed")

    def __init__(self) -> None:
        self.closed = False
        self.after_fork()

    def after_fork(self) -> None:
        """Forget the calls of the parent process."""
        self._changed = threading.Condition(threading.Lock())
        self._inside = 0
        self._here = threading.local()
        self._watchers: list[Callable[[], object]] = []

    def admit(self) -> bool:
        """Count a call that will run; return False, with nothing counted, when closed."""
        with self._changed:
            if not self.closed:
                self._inside += 1
            return not self.closed

    def enter(self, *, admitted: bool = False) -> None:
        """Count a call that runs on this thread, unless it was admitted before; raise ConfigError when closed."""
        if not admitted and not self.admit():
            raise ConfigError(
                "This client is closed; make a new one to make more calls, or close it after the callbacks that use it."
            )
        self._here.calls = getattr(self._here, "calls", 0) + 1

    def leave(self) -> None:
        """Count it no longer."""
        self._here.calls = max(getattr(self._here, "calls", 0) - 1, 0)
        with self._changed:
            self._inside = max(self._inside - 1, 0)  # a call that forked leaves twice, in two processes
            if not self.closed:
                return
            self._changed.notify_all()
            watchers = self._take_watchers()
        for watcher in watchers:
            watcher()

    def close(self) -> bool:
        """Let nobody in any more; return whether it was open."""
        with self._changed:
            was_open, self.closed = not self.closed, True
        return was_open

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until only calls of this very thread are inside; return whether that came about in time."""
        own = getattr(self._here, "calls", 0)
        deadline = None if seconds is None else time.monotonic() + seconds
        with self._changed:
            return self._changed.wait_for(
                lambda: self._inside <= own, None if deadline is None else deadline - time.monotonic()
            )

    def when_empty(self, function: Callable[[], object]) -> None:
        """Call *function* once nobody is inside a closed gate, on whatever thread is last; at once if that is so."""
        with self._changed:
            self._watchers.append(function)
            watchers = self._take_watchers()
        for watcher in watchers:
            watcher()

    def _take_watchers(self) -> list[Callable[[], object]]:
        if self._inside:
            return []
        taken, self._watchers = self._watchers, []
        return taken
