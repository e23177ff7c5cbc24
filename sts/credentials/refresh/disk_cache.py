"""Credentials on disk in the AWS CLI's file format, shared by processes: one refreshes, files are replaced atomically."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from typing import Any, Union

from sts.base.frames import without_locals
from sts.base.records import Record, of_whole
from sts.base.time import format_timestamp, parse_timestamp, unix_time
from sts.credentials.refresh.cache import early_window, mandatory_window
from sts.credentials.refresh.file_lock import LONGEST_WAIT, locked, write_private
from sts.credentials.refresh.private_files import UntrustedPathError, check_private_folder, make_private_folder, read_private
from sts.errors import ConfigError, CredentialsError, STSError
from sts.identity import CredentialProvider, Credentials
from sts.logs import LOGGER
from sts.settings.profiles import expand_path

CacheOption = Union[bool, str, "os.PathLike[str]", "DiskCache", None]
AWS_CLI = "aws-cli"


class Entry(Record):
    """Credentials in a file, and the time (Unix time) at which they were retrieved."""

    credentials: Credentials
    retrieved: float
    end: float

    def is_fresh(self, now: float) -> bool:
        """Return True if a refresh is not yet due."""
        return now < self.end - early_window(self.end - self.retrieved)

    def is_good(self, now: float) -> bool:
        """Return True if they are still valid."""
        return now < self.end - mandatory_window(self.end - self.retrieved)


class DiskCache:
    """
    Cache of credentials in *directory*: one JSON file for each key, in the format of the AWS CLI.

    The default is `~/.aws/sts/cache`, with keys that include the source credentials. With *aws_cli_keys* it is
    `~/.aws/cli/cache` with the keys of the AWS CLI, so that both share entries. Those keys do not include the source: two users
    who assume the same role share an entry.

    A damaged, expired or nearly expired file is ignored and replaced. So is a file that belongs to another user or that others
    can write to. A folder that belongs to another user, or that others can write to, is not used at all. The reasons are
    logged. *wait* is the number of seconds to wait for another process that refreshes an entry.
    """

    loose = 0o022
    """Mode bits with which a file is not used."""

    def __init__(
        self,
        directory: str | os.PathLike[str] | None = None,
        *,
        aws_cli_keys: bool = False,
        now: Callable[[], float] = unix_time,
        wait: float = LONGEST_WAIT,
    ) -> None:
        usual = "~/.aws/cli/cache" if aws_cli_keys else "~/.aws/sts/cache"
        self.directory = expand_path(os.fspath(directory or usual), os.environ)
        self.aws_cli_keys = aws_cli_keys
        self.now = now
        self.wait = wait

    def path(self, key: str) -> str:
        """Return the file of *key*."""
        return os.path.join(self.directory, f"{key}.json")

    def read(self, key: str) -> Entry | None:
        """Return the entry of *key*, or None if there is none that can be read."""
        path = self.path(key)
        try:
            content, status = read_private(path, loose=self.loose)
            entry = _entry(json.loads(content), status.st_mtime)
        except FileNotFoundError:
            return None
        except UntrustedPathError as error:
            LOGGER.warning("The cached credentials in %s are not used: %s: %s.", path, error.filename, error.strerror)
        except (OSError, ValueError, LookupError, TypeError, RecursionError, CredentialsError) as error:
            LOGGER.info("The cached credentials in %s cannot be read (%s); they will be replaced.", path, type(error).__name__)
        else:
            if os.name != "nt" and status.st_mode & 0o077:
                LOGGER.warning("Other users can read the credentials in %s: run chmod 600 on it.", path)
            return entry
        return None

    def prepare(self) -> bool:
        """Create the folder if it is missing. Return False and log the reason if it cannot be created or trusted."""
        try:
            make_private_folder(self.directory)
            check_private_folder(self.directory)
        except OSError as error:
            LOGGER.warning("The credentials cannot be written to %s: %s.", self.directory, error.strerror)
            return False
        return True

    def write(self, key: str, credentials: Credentials) -> None:
        """Write *credentials* under *key*. Credentials without expiration are not written."""
        if credentials.expiration is None:
            return
        path = self.path(key)
        try:
            write_private(path, json.dumps(self.content(credentials)), self.now())
        except OSError as error:
            LOGGER.warning("The credentials cannot be written to %s: %s.", path, error.strerror)

    def content(self, credentials: Credentials) -> dict[str, Any]:
        """Return the content of the file for *credentials*."""
        assert credentials.expiration is not None  # noqa: S101 - the caller has looked
        members = {
            "AccessKeyId": credentials.access_key_id,
            "SecretAccessKey": credentials.secret_access_key,
            "SessionToken": credentials.session_token,
            "Expiration": format_timestamp(credentials.expiration),
        }
        if credentials.account_id:
            members["AccountId"] = credentials.account_id
        return {"ProviderType": credentials.source, "Credentials": members}

    def forget(self, key: str, credentials: Credentials) -> None:
        """Remove the entry of *key* if it contains *credentials*."""
        entry = self.read(key)
        if entry is not None and entry.credentials.access_key_id == credentials.access_key_id:
            with contextlib.suppress(OSError):
                os.unlink(self.path(key))

    @of_whole
    def __repr__(self) -> str:
        return f"DiskCache({self.directory!r}, aws_cli_keys={self.aws_cli_keys})"


class DiskCachedProvider:
    """Provider that looks on disk before it calls *provider*, once for all processes. *key* names the entry each time."""

    def __init__(self, provider: CredentialProvider, cache: DiskCache, key: Callable[[], str]) -> None:
        self.provider = provider
        self.cache = cache
        self._key = key
        self._given: str | None = None
        self._last_key: str | None = None

    @without_locals
    def retrieve(self) -> Credentials:
        """Return fresh credentials, from disk if possible. If the provider fails, return any that are still valid."""
        cache = self.cache
        key = self._last_key = self._key()
        if not cache.prepare():
            return self._give(self.provider.retrieve())
        entry = cache.read(key)
        if entry is not None and entry.is_fresh(cache.now()):
            return self._give(entry.credentials)
        with locked(os.path.join(cache.directory, f"{key}.lock"), cache.wait):
            entry = cache.read(key)  # another process may have been faster
            if entry is not None and entry.is_fresh(cache.now()):
                return self._give(entry.credentials)
            return self._ask(key, entry)

    def _ask(self, key: str, entry: Entry | None) -> Credentials:
        try:
            credentials = self.provider.retrieve()
        except STSError as error:
            # A caller that gets this entry already has it, and should learn that there is nothing better yet.
            if entry is None or entry.credentials.access_key_id == self._given or not entry.is_good(self.cache.now()):
                raise
            LOGGER.warning("Fetching credentials failed (%s); using those in %s.", error, self.cache.path(key))
            return self._give(entry.credentials)
        self.cache.write(key, credentials)
        return self._give(credentials)

    def _give(self, credentials: Credentials) -> Credentials:
        self._given = credentials.access_key_id
        return credentials

    def invalidate(self, credentials: Credentials) -> bool:
        """Remove the entry of *credentials*, which the service rejected."""
        if self._last_key is not None:
            self.cache.forget(self._last_key, credentials)
        return True

    @of_whole
    def __repr__(self) -> str:
        return f"DiskCachedProvider({self.provider!r}, {self.cache!r})"


def disk_cache(option: CacheOption) -> DiskCache | None:
    """Return the cache for `cache=`: True is the default folder, "aws-cli" the AWS CLI's with its keys, other text a folder."""
    if option is None or option is False:
        return None
    if isinstance(option, DiskCache):
        return option
    if option is True or option == AWS_CLI:
        return DiskCache(aws_cli_keys=option == AWS_CLI)
    if isinstance(option, (str, os.PathLike)):
        return DiskCache(option)
    raise ConfigError(
        f'cache is of type {type(option).__name__}; it must be True, "aws-cli", the path of a folder, a DiskCache, or None.'
    )


def _entry(content: Any, modified: float) -> Entry:
    """Return the entry in the *content* of a file. Raise LookupError, TypeError or ValueError if it is invalid."""
    found = content["Credentials"]
    key, secret, token = found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"]
    expires = found["Expiration"]
    if not all(isinstance(text, str) and text for text in (key, secret, token, expires)):
        raise TypeError("a member is not a string")
    # botocore wrote UTC instead of Z for years.
    expiration = parse_timestamp(f"{expires[:-3]}Z" if expires.endswith("UTC") else expires)
    account = found.get("AccountId")
    source = content.get("ProviderType", "assume-role")  # botocore stores it for SSO only
    credentials = Credentials(key, secret, token, expiration, _text(account), _text(source))
    return Entry(credentials, modified, expiration.timestamp())


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
