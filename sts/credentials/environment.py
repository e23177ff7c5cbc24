"""Credentials in environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime

from sts.credentials.value import Credentials
from sts.dates import parse_timestamp
from sts.errors import CredentialsError, NotConfiguredError


class EnvironmentProvider:
    """Read `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_CREDENTIAL_EXPIRATION`, `AWS_ACCOUNT_ID`."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ

    def retrieve(self) -> Credentials:
        """Return the credentials; raise NotConfiguredError without a key, CredentialsError when half of it is missing."""
        environ = self._environ
        key, secret = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
        if not key and not secret:
            raise NotConfiguredError("AWS_ACCESS_KEY_ID is not set.")
        if not key or not secret:
            missing = "AWS_SECRET_ACCESS_KEY" if key else "AWS_ACCESS_KEY_ID"
            raise CredentialsError(f"{missing} is not set, although its other half is; set both or neither.")
        expiration = environ.get("AWS_CREDENTIAL_EXPIRATION")
        return Credentials(
            key,
            secret,
            # botocore reads the old name first, too.
            environ.get("AWS_SECURITY_TOKEN") or environ.get("AWS_SESSION_TOKEN") or None,
            _expiration(expiration) if expiration else None,
            environ.get("AWS_ACCOUNT_ID") or None,
            source="environment",
        )

    def __repr__(self) -> str:
        return "EnvironmentProvider()"


def _expiration(text: str) -> datetime:
    try:
        return parse_timestamp(text)
    except ValueError:
        raise CredentialsError(
            f"AWS_CREDENTIAL_EXPIRATION is {text!r}; it must be a time such as 2030-01-02T03:04:05Z."
        ) from None
