"""Refuse the real network while tests run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sts.handlers import bounds


@contextmanager
def loopback_only() -> Iterator[None]:
    """Let our handlers reach loopback only, in every client of the process; anything else is a ConfigError, unsent."""
    before = bounds.allow_host
    bounds.allow_host = is_loopback
    try:
        yield
    finally:
        bounds.allow_host = before


def is_loopback(host: str) -> bool:
    """Say whether *host* (a name or an address) is this machine itself."""
    return host in {"localhost", "::1"} or host.startswith("127.")
