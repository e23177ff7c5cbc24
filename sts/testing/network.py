"""Block the real network while tests run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sts.handlers import bounds


@contextmanager
def loopback_only() -> Iterator[None]:
    """Allow handlers of all clients in the process to reach loopback only. Anything else is a ConfigError, and is not sent."""
    before = bounds.allow_host
    bounds.allow_host = is_loopback
    try:
        yield
    finally:
        bounds.allow_host = before


def is_loopback(host: str) -> bool:
    """Return True if *host* (a name or an address) is this machine."""
    return host in {"localhost", "::1"} or host.startswith("127.")
