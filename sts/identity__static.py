"""Credentials given outright."""

from __future__ import annotations

from sts.identity import Credentials


class StaticProvider:
    """Give always the same credentials."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def retrieve(self) -> Credentials:
        """Return the credentials."""
        return self._credentials

    def cached(self) -> Credentials:
        """Return the credentials."""
        return self._credentials

    def invalidate(self, credentials: Credentials) -> bool:  # noqa: ARG002 - nothing else can be had
        """Return False: there are no others."""
        return False

    def __repr__(self) -> str:
        return f"StaticProvider({self._credentials!r})"
