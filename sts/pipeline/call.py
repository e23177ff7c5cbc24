"""Records of the pipeline: a call, its effects, the wiring of one client and its calls in progress."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextvars import ContextVar

from sts.base.records import Record, of_whole
from sts.errors import ConfigError
from sts.events import NO_LISTENERS
from sts.http import AbortSignal, Control, Handler, HttpRequest, HttpResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from threading import Lock
    from typing import Any, Protocol, Union

    from sts.base.time import Clock
    from sts.endpoints import Endpoint
    from sts.events import Emitter, NullEmitter
    from sts.identity import Credentials
    from sts.model.shapes import Operation
    from sts.retry.standard import RetryStrategy
    from sts.settings.settings import Settings
    from sts.settings.user_agent import UserAgents


class Send(Record):
    """Effect: one HTTP exchange."""

    handler: Handler
    request: HttpRequest
    control: Control


class Sleep(Record):
    """Effect: a wait."""

    seconds: float
    control: Control


class Block(Record):
    """
    Effect: the result of a function that may block.

    A *shared* function returns the same to every caller, so that simultaneous calls share one run of it.
    """

    function: Callable[[], Any]
    control: Control
    shared: bool = False


class Wiring(Record):
    """Data shared by all calls of one client, made when its settings are resolved."""

    settings: Settings
    endpoint: Endpoint
    host: str
    on_aws: bool
    credentials: CachedCredentials
    retry: RetryStrategy
    clock: Clock
    control: Control
    choose_handler: Callable[[], Handler]
    user_agents: UserAgents
    in_lambda: bool
    bound_params: Mapping[str, Any]
    logger: Any
    signer: Signer
    region_set: tuple[str, ...] = ()
    failover: Any = None

    @of_whole
    def __repr__(self) -> str:
        return f"<Wiring {self.endpoint.url}>"  # the bound params may contain an MFA code


if TYPE_CHECKING:
    Effect = Union[Send, Sleep, Block]
    Flow = Generator[Effect, Any, Any]

    class CachedCredentials(Protocol):
        """Credential provider with a cache that can be read without waiting."""

        def cached(self) -> Credentials | None:
            """Return cached credentials if they are fresh, otherwise None."""

        def retrieve(self) -> Credentials:
            """Return credentials. Wait for a refresh if necessary."""

        def invalidate(self, credentials: Credentials) -> bool:
            """Drop *credentials*, which the service rejected. Return True if there may be others."""

    class Signer(Protocol):
        """Signer of the requests of one client."""

        def sign(
            self, unsigned: HttpRequest, credentials: Credentials, *, service: str, region: str, now: datetime
        ) -> HttpRequest:
            """Return a signed copy of *unsigned*."""

    class Client(Protocol):
        """Interface of the client that a call needs."""

        _wiring: Wiring | None
        _calls: CallsInProgress

        def _wire(self) -> Wiring:
            """Resolve the settings (reads files, may block) and return the wiring."""


class Call:
    """One use of an operation, from params to result. Only the pipeline writes to it."""

    __slots__ = (
        "abort",
        "admitted",
        "attempt",
        "client",
        "control",
        "credentials",
        "data",
        "earlier",
        "earlier_secrets",
        "emit",
        "error",
        "http_request",
        "http_response",
        "invocation_id",
        "operation",
        "params",
        "recovered",
        "retrying",
        "running",
        "sender",
        "signed",
        "signing_region",
        "started",
        "timeout",
        "total_retry_delay",
        "wiring",
    )

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
        self.sender = 0
        # Set when the call begins; a call that never ran has none.
        self.control: Control = None  # type: ignore[assignment]
        self.credentials: Credentials = None  # type: ignore[assignment]
        self.wiring: Wiring = None  # type: ignore[assignment]
        self.running: Lock = None  # type: ignore[assignment]
        self.invocation_id = ""
        self.started = 0.0
        self.emit: Emitter | NullEmitter = NO_LISTENERS
        self.attempt = 0
        self.earlier = 0  # attempts in regions that did not respond
        self.earlier_secrets: tuple[str, ...] = ()  # of failed attempts, whose credentials may have been others
        self.total_retry_delay = 0.0
        self.recovered = ""
        self.retrying = False  # between two attempts, from `after_retry` on
        self.http_request: HttpRequest | None = None
        self.http_response: HttpResponse | None = None
        self.data: dict[str, Any] | None = None
        self.error: BaseException | None = None


inside: ContextVar[tuple[Lock, ...]] = ContextVar("sts_inside", default=())
"""Locks of the calls that run the current code. Other threads get them with the caller's context."""


class CallsInProgress:
    """
    The calls of one client that are queued or running. Thread-safe.

    Each call holds its own lock while it runs. The interpreter takes and releases such a lock atomically. So neither an
    interrupt (Ctrl-C) nor a signal handler can leave a lock held, and there is no counter that could be wrong.
    """

    __slots__ = ("_queued", "_running", "closed")

    def __init__(self) -> None:
        self.closed = False
        self._after_fork()

    def _after_fork(self) -> None:
        """Drop the calls of the parent process."""
        self._running: dict[Lock, int] = {}
        self._queued: dict[Call, Lock] = {}

    def admit(self, call: Call) -> None:
        """
        Allow a queued *call* to run later, even if the client is closed before. If the client is already closed, `check`
        rejects the call.

        Reset `call.sender` after the call is queued: until then only this thread can start it, and must not wait for it.
        """
        call.sender = threading.get_ident()
        lock = threading.Lock()
        lock.acquire()
        self._queued[call] = lock
        call.admitted = not self.closed
        if not call.admitted:
            self.withdraw(call)

    def withdraw(self, call: Call) -> None:
        """Remove an admitted *call* that has begun or will never begin."""
        lock = self._queued.pop(call, None)
        if lock is not None:
            lock.release()

    def enter(self, call: Call) -> Lock:
        """Return the lock that *call* holds while it runs on this thread: `with calls.enter(call): calls.check(call); ...`."""
        call.running = lock = threading.Lock()
        self._running[lock] = threading.get_ident()
        return lock

    def check(self, call: Call) -> None:
        """Raise ConfigError if the client was closed before *call* was admitted."""
        # The call holds its lock now: either this sees that the client is closed, or `wait` sees the lock.
        if call.admitted:
            self.withdraw(call)
        elif self.closed:
            raise ConfigError("This client is closed. Make a new one, or close it only after the callbacks that use it.")

    def leave(self, call: Call) -> None:
        """Remove *call*, just before it releases its lock."""
        self._running.pop(call.running, None)

    @property
    def is_inside(self) -> bool:
        """
        True in code called by a running call, on any thread: a credential provider, a listener.

        It must not wait for the calls of the client: they may wait for it.
        """
        return any(lock in self._running for lock in inside.get())

    def close(self) -> bool:
        """Reject calls from now on. Return True if they were accepted until now."""
        was_open, self.closed = not self.closed, True
        return was_open

    @property
    def occupied(self) -> bool:
        """True while a call is queued or runs."""
        return bool(self._queued) or any(lock.locked() for lock in list(self._running))

    def wait(self, seconds: float | None = None) -> bool:
        """Wait up to *seconds* until no call is queued or runs, except those of this thread. Return True if there is none."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while (lock := self._next()) is not None:
            if not lock.acquire(timeout=-1 if deadline is None else max(deadline - time.monotonic(), 0.0)):
                return False
            lock.release()
        return True

    def _next(self) -> Lock | None:
        """Return the lock of a call that has not ended."""
        own = threading.get_ident()
        for lock in list(self._running):
            if not lock.locked():
                self._running.pop(lock, None)  # an interrupt came between the end of the call and `leave`
            elif self._running.get(lock, own) != own:
                return lock
        queued = (self._queued.get(call) for call in list(self._queued) if call.sender != own)
        return next(filter(None, queued), None)
