"""State of one HTTP exchange: its stage, the time left for the stage, and how an abort ends its waits."""

from __future__ import annotations

import time
from collections.abc import Callable

from sts.errors import ConfigError, DeadlineExceededError
from sts.http import Control, aborted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, Protocol

    Stage = Literal["connect", "tunnel", "handshake", "send", "response", "body"]
    """Stages. `connect` includes name resolution, `tunnel` is the proxy's part."""

    class Wait(Protocol):
        """Something that an exchange waits for."""

        def wake(self) -> None:
            """End the wait immediately. Called from any thread or signal handler; must not raise."""


allow_host: Callable[[str], bool] | None = None
"""Check for hosts that may be reached, or None for all. `sts.testing` sets it while tests run."""


class Exchange:
    """
    One HTTP exchange: *control*, and the host with port it goes to (*place*).

    `connect_timeout` limits everything up to the connection's first use (all addresses, proxy, TLS). `read_timeout` limits
    sending, and again the whole response, from the first wait to the last byte. The deadline limits all of them. No locks are
    used: an abort may come from a signal handler, which must not wait for the code that it interrupted.

    Attributes:
        stage: the current stage.
        begun: True if a byte of a response was received.
        proxy: host and port of the proxy, or None.
        last: True if the request asks to close the connection after the response.
        data: the request as bytes. An attribute, because tracebacks show local variables but not attributes.

    """

    __slots__ = ("_unlisten", "_until", "_waits", "begun", "control", "data", "last", "place", "proxy", "stage")

    def __init__(self, control: Control, place: str) -> None:
        self.control = control
        self.place = place
        self.proxy: str | None = None
        self.stage: Stage = "connect"
        self.begun = self.last = False
        self.data = b""
        self._until: float | None = None
        self._waits: tuple[Wait, ...] = ()
        self._unlisten: Callable[[], object] | None = None

    def start(self) -> None:
        """Start. Raise if the call was aborted or its deadline has passed. From now on, an abort ends the waits."""
        if allow_host is not None:
            check_host(self.host)
        abort, deadline = self.control.abort, self.control.deadline
        if self.aborted:
            raise aborted(self.control)
        if deadline is not None and time.monotonic() >= deadline:
            raise DeadlineExceededError("The call's total timeout passed before the request was sent.", hostname=self.host)
        if abort is not None:
            self._unlisten = abort.add_listener(self.drop)

    def end(self) -> bool:
        """
        Stop listening for an abort. Return True if the connection may be reused.

        It may not be reused after an abort, which may still act on it, or if the request asks to close it (RFC 9112, 9.6).
        """
        if self._unlisten is not None:
            self._unlisten()
        self._waits, self.data = (), b""
        return not (self.aborted or self.last)

    @property
    def host(self) -> str:
        """Return the host's name or address, without port and brackets."""
        if self.place.startswith("["):
            return self.place[1:].partition("]")[0]
        return self.place.partition(":")[0]

    @property
    def aborted(self) -> bool:
        """Return True if the caller has aborted the call."""
        abort = self.control.abort
        return abort is not None and abort.aborted

    @property
    def late(self) -> bool:
        """Return True if the deadline has passed (to the millisecond)."""
        return self.control.deadline is not None and time.monotonic() >= self.control.deadline - 0.001

    @property
    def received(self) -> bool:
        """Return True if a byte of a response was received."""
        return self.begun

    def enter(self, stage: Stage, limit: float | None) -> None:
        """Enter *stage*. It ends after *limit* seconds, or at the deadline if that is earlier."""
        self.stage = stage
        until = None if limit is None else time.monotonic() + limit
        deadline = self.control.deadline
        self._until = until if deadline is None else deadline if until is None else min(until, deadline)

    def left(self) -> float | None:
        """Return the seconds left for the stage, or None without a limit. Raise TimeoutError if it has passed."""
        if self._until is None:
            return None
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left

    def watch(self, *waits: Wait) -> None:
        """Let an abort end *waits* instead of the previous ones. Raise ConnectionAbortedError if the call was aborted."""
        self._waits = waits
        self.check_abort()

    def check_abort(self) -> None:
        """Raise ConnectionAbortedError if the caller has aborted: data read or connected since may be truncated."""
        if self.aborted:
            raise ConnectionAbortedError("aborted")

    def drop(self) -> None:
        """End the waits. Called from other threads and from signal handlers."""
        for wait in self._waits:
            wait.wake()


def check_host(host: str) -> None:
    """Raise ConfigError if *host* may not be reached."""
    if allow_host is not None and not allow_host(host):
        raise ConfigError(
            f"A test tried to reach {host}, but only loopback may be reached while sts.testing guards the network. "
            "Give the client LocalSTS's client_options(), or a StubHandler.",
            hostname=host,
        )
