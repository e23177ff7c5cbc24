"""Credentials in environment variables and in the shared files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime

from sts.base.frames import without_locals
from sts.base.time import parse_timestamp
from sts.credentials.chain.chain import Confidential, ProfileReader, text_of
from sts.errors import CredentialsError, NotConfiguredError
from sts.identity import Credentials
from sts.logs import LOGGER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from sts.settings.profiles import Profiles


_warned: set[str] = set()
"""Files whose mode was reported: once, because long-running programs read a file repeatedly."""


class EnvironmentProvider(Confidential):
    """
    Provider that reads `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_CREDENTIAL_EXPIRATION`,
    `AWS_ACCOUNT_ID`.

    *prefix* replaces `AWS` in these names. A token in the older `AWS_SECURITY_TOKEN` is read first, as in botocore.
    """

    def __init__(self, environ: Mapping[str, str] | None = None, *, prefix: str = "AWS") -> None:
        self._environ = os.environ if environ is None else environ
        self._prefix = prefix

    @without_locals
    def retrieve(self) -> Credentials:
        """Return the credentials. Raise NotConfiguredError without a key, CredentialsError if its secret is missing."""
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
        # Files that set variables often leave spaces and line ends, which are not part of a key.
        return self._environ.get(f"{self._prefix}_{name}", "").strip() or None

    def _expiration(self) -> datetime | None:
        text = self._get("CREDENTIAL_EXPIRATION")
        try:
            return parse_timestamp(text) if text else None
        except ValueError:
            problem = f"{self._prefix}_CREDENTIAL_EXPIRATION is {text!r}; it must be a time such as 2030-01-02T03:04:05Z."
        raise CredentialsError(problem)


class SharedFilesProvider(Confidential):
    """
    Provider that reads `aws_access_key_id`, `aws_secret_access_key` and related keys of a profile each time.

    *file* is the file that must contain the key id. None accepts either. *reader* is shared by a chain.
    """

    def __init__(
        self,
        profile: str = "default",
        environ: Mapping[str, str] | None = None,
        *,
        file: Literal["config", "credentials"] | str | None = None,
        reader: ProfileReader | None = None,
    ) -> None:
        self.profile = profile
        self._file = file
        self._given = reader
        self._reader = reader or ProfileReader(os.environ if environ is None else environ)

    @without_locals
    def retrieve(self) -> Credentials:
        """Return the credentials. Raise NotConfiguredError without a key, CredentialsError if its secret is missing."""
        if self._given is None:
            self._reader.forget()
        section, profiles = self._reader.section(self.profile), self._reader.read()
        key, secret = text_of(section, "aws_access_key_id"), text_of(section, "aws_secret_access_key")
        file = {"config": profiles.config, "credentials": profiles.credentials}[self._file or "credentials"]
        if not key or not (self._file is None or file.profiles.get(self.profile, {}).get("aws_access_key_id")):
            place = f" in {file.shown}" if key else ""
            raise NotConfiguredError(f"The profile {self.profile!r} has no aws_access_key_id{place}.")
        if not secret:
            raise CredentialsError(f"The profile {self.profile!r} has an aws_access_key_id, but no aws_secret_access_key.")
        self._warn_of_others(profiles)
        token = text_of(section, "aws_security_token") or text_of(section, "aws_session_token")
        return Credentials(key, secret, token, None, text_of(section, "aws_account_id"), source="profile")

    def _warn_of_others(self, profiles: Profiles) -> None:
        for file in (profiles.config, profiles.credentials):
            holds_secret = "aws_secret_access_key" in file.profiles.get(self.profile, {})
            if holds_secret and file.path not in _warned and others_reach(file.path):
                _warned.add(file.path)
                LOGGER.warning("Other users can read or change the secret keys in %s: run chmod 600 on it.", file.shown)

    def _shown(self) -> str:
        return repr(self.profile)


def others_reach(path: str) -> bool:
    """Return True if the mode lets users other than the owner read or write the file. On Windows modes do not show this."""
    try:
        return os.name != "nt" and bool(os.stat(path).st_mode & 0o066)
    except OSError:
        return False
