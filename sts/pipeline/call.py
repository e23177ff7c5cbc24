"""
The records of the pipeline: a call, the effects it yields, and what the calls of one client share.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any

from sts.base.records import Record
from sts.http import AbortSignal, Control, Handler, HttpRequest, HttpResponse

if TYPE_CHECKING:
    from typing import Protocol, Union

    from sts.base.time__clock import Clock
    from sts.endpoints import Endpoint
    from sts.events import Emitter
    from sts.identity import Credentials
    from sts.model.shapes import Operation
    from sts.pipeline.call__gate import Gate
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
