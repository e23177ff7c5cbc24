"""Block the real network while tests run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sts.handlers import exchange


@contextmanager
def loopback_only() -> Iterator[None]:
    """Allow handlers of all clients in the process to reach loopback only. Anything else is a ConfigError, and is not sent."""
    before = exchange.allow_host
    exchange.allow_host = is_loopback
    try:
        yield
    finally:
        exchange.allow_host = before


def is_loopback(host: str) -> bool:
    """Return True if *host* (a name or an address) is this machine."""
    return host in {"localhost", "::1"} or host.startswith("127.")
