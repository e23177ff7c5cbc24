"""Credentials in a profile of the shared files."""

from __future__ import annotations

import os
from collections.abc import Mapping

from sts.credentials.value import Credentials
from sts.errors import CredentialsError, NotConfiguredError
from sts.profiles import load_profiles


class SharedFilesProvider:
    """Read `aws_access_key_id`, `aws_secret_access_key` and their like in a profile, anew each time."""

    def __init__(self, profile: str = "default", environ: Mapping[str, str] | None = None) -> None:
        self.profile = profile
        self._environ = os.environ if environ is None else environ

    def retrieve(self) -> Credentials:
        """Return the credentials; raise NotConfiguredError without a key, CredentialsError when half of it is missing."""
        section = load_profiles(self._environ).profiles.get(self.profile)
        if section is None:
            raise NotConfiguredError(f"There is no profile {self.profile!r} in the shared files.")
        key, secret = section.get("aws_access_key_id"), section.get("aws_secret_access_key")
        if not key and not secret:
            raise NotConfiguredError(f"The profile {self.profile!r} has no aws_access_key_id.")
        if not key or not secret:
            missing = "aws_secret_access_key" if key else "aws_access_key_id"
            raise CredentialsError(f"The profile {self.profile!r} has no {missing}, although it has its other half.")
        token = section.get("aws_security_token") or section.get("aws_session_token") or None
        return Credentials(str(key), str(secret), _text(token), None, _text(section.get("aws_account_id")), source="profile")

    def __repr__(self) -> str:
        return f"SharedFilesProvider({self.profile!r})"


def _text(value: object) -> str | None:
    return str(value) if value else None
