"""Sessions cached on disk: the disk cache of the library with file names from `sts.cli.quick`."""

from __future__ import annotations

import logging
from typing import Any

from sts.base.time import format_timestamp
from sts.cli.quick import session_name
from sts.cli.terminal import note
from sts.credentials.refresh.cache import early_window, mandatory_window
from sts.credentials.refresh.disk_cache import DiskCache, DiskCachedProvider
from sts.identity import Credentials, source_of
from sts.logs import LOGGER


class SessionCache(DiskCache):
    """Disk cache whose files also record the start of the refresh window, for `sts.cli.quick`."""

    loose = 0o077

    def content(self, credentials: Credentials) -> dict[str, Any]:
        """Return the content of the file for *credentials*."""
        assert credentials.expiration is not None  # noqa: S101 - `write` checks it
        end = credentials.expiration.timestamp()
        left = end - self.now()
        moments = {"FreshUntil": end - early_window(left), "GoodUntil": end - mandatory_window(left)}
        return {**super().content(credentials), **moments}

    def write(self, key: str, credentials: Credentials) -> None:
        """Cache *credentials* that cost a call. Keys from a file or a variable are not copied."""
        if source_of(credentials).is_kept:
            super().write(key, credentials)


class _Notes(logging.Handler):
    """Log handler that shows warnings of the library as notes of the command."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the message of *record* to standard error."""
        note(record.getMessage())


def kept_session(provider: Any, arguments: Any) -> DiskCachedProvider:
    """Return *provider* behind the disk cache. Concurrent processes fetch the same session only once."""
    if not arguments.debug and not any(isinstance(handler, _Notes) for handler in LOGGER.handlers):
        LOGGER.addHandler(_Notes(logging.WARNING))
    return DiskCachedProvider(provider, SessionCache(), lambda: session_name(arguments))


def members(credentials: Credentials) -> dict[str, Any]:
    """Return *credentials* under the member names of the service, with None for absent members."""
    expiration = credentials.expiration
    return {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
        "Expiration": format_timestamp(expiration.replace(microsecond=0)) if expiration else None,
        "AccountId": credentials.account_id,
    }
