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

    `connect_timeout` bounds everything up to the connection's first use (all addresses, proxy, TLS). `read_timeout` bounds
    the sending, and then once more the whole answer, from its first wait to its last byte. The deadline bounds them all.
    No locks are used: an abort may come from a signal handler, which must not wait for the code it interrupts.

    Attributes:
        stage: where the exchange stands.
        begun: whether a byte of an answer has come.
        reused: whether the request was sent on a kept connection.
        proxy: host and port of the proxy, if there is one.
        last: whether the request asks to close the connection after the answer.
        data: the request as bytes; here, because locals are shown in tracebacks and this object's attributes are not.

    """

    __slots__ = ("_unlisten", "_until", "_waits", "begun", "control", "data", "last", "place", "proxy", "reused", "stage")

    def __init__(self, control: Control, place: str) -> None:
        self.control = control
        self.place = place
        self.proxy: str | None = None
        self.stage: Stage = "connect"
        self.begun = self.reused = self.last = False
        self.data = b""
        self._until: float | None = None
        self._waits: tuple[Wait, ...] = ()
        self._unlisten: Callable[[], object] | None = None

    def start(self) -> None:
        """Begin. Raise if the call is already aborted or late, and let an abort end the waits from now on."""
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
        Stop listening. Return True if the connection may be reused.

        Not after an abort, which may still be at work on it, and not if the request asks to close it (RFC 9112, 9.6).
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
        """Go on to *stage*, with a limit of *limit* seconds, or the time until the deadline if that is shorter."""
        self.stage = stage
        until = None if limit is None else time.monotonic() + limit
        deadline = self.control.deadline
        self._until = until if deadline is None else deadline if until is None else min(until, deadline)

    def left(self) -> float | None:
        """Return the seconds left for the stage, or None without a limit. Raise TimeoutError if there are none."""
        if self._until is None:
            return None
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left

    def watch(self, *waits: Wait) -> None:
        """Let an abort end *waits* instead of earlier ones. Raise ConnectionAbortedError if the call was aborted."""
        self._waits = waits
        self.check_abort()

    def check_abort(self) -> None:
        """Raise ConnectionAbortedError if the caller has aborted: data read or connected since may be truncated."""
        if self.aborted:
            raise ConnectionAbortedError("aborted")

    def drop(self) -> None:
        """End the waits; for other threads and signal handlers."""
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
