"""Credentials as a value, and the one-method protocol of everything that obtains them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol


class Credentials(NamedTuple):
    """
    Hold what signs requests; never changes, and never shows its secrets.

    *expiration* is an aware datetime, None when the credentials do not expire.
    """

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None
    expiration: datetime | None = None
    account_id: str | None = None

    def __repr__(self) -> str:
        expiration = self.expiration.isoformat() if self.expiration else None
        return f"<Credentials ...{self.access_key_id[-4:]} expiration={expiration} account_id={self.account_id}>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)


class CredentialProvider(Protocol):
    """Obtain credentials."""

    def retrieve(self) -> Credentials:
        """Return credentials, or raise `CredentialsError`."""
