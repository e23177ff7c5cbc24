"""Credentials in environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime

from sts.base.time import parse_timestamp
from sts.errors import CredentialsError, NotConfiguredError
from sts.identity import Credentials, refuse_pickle


class EnvironmentProvider:
    """
    Read `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_CREDENTIAL_EXPIRATION`, `AWS_ACCOUNT_ID`.

    *prefix* stands for `AWS` in these names; a token in the older `AWS_SECURITY_TOKEN` is read first, as botocore does.
    """

    def __init__(self, environ: Mapping[str, str] | None = None, *, prefix: str = "AWS") -> None:
        self._environ = os.environ if environ is None else environ
        self._prefix = prefix

    def retrieve(self) -> Credentials:
        """Return the credentials; raise NotConfiguredError without a key, CredentialsError when its secret is missing."""
        key, secret = self._get("ACCESS_KEY_ID"), self._get("SECRET_ACCESS_KEY")
        if not key:
            half = f", although {self._prefix}_SECRET_ACCESS_KEY is" if secret else ""
            raise NotConfiguredError(f"{self._prefix}_ACCESS_KEY_ID is not set{half}.")
        if not secret:
            raise CredentialsError(
                f"{self._prefix}_SECRET_ACCESS_KEY is not set, although {self._prefix}_ACCESS_KEY_ID is; set both or neither."
            )
        token = self._get("SECURITY_TOKEN") or self._get("SESSION_TOKEN")
        return Credentials(key, secret, token, self._expiration(), self._get("ACCOUNT_ID"), source="environment")

    def _get(self, name: str) -> str | None:
        # Files that set variables leave blanks and line ends behind, which no key has.
        return self._environ.get(f"{self._prefix}_{name}", "").strip() or None

    def _expiration(self) -> datetime | None:
        text = self._get("CREDENTIAL_EXPIRATION")
        try:
            return parse_timestamp(text) if text else None
        except ValueError:
            problem = f"{self._prefix}_CREDENTIAL_EXPIRATION is {text!r}; it must be a time such as 2030-01-02T03:04:05Z."
        raise CredentialsError(problem)

    __reduce_ex__ = refuse_pickle

    def __repr__(self) -> str:
        return "EnvironmentProvider()"
