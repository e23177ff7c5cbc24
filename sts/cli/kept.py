"""Sessions kept on disk: written here, and read here where `sts.cli.quick` was not quick enough."""

from __future__ import annotations

import contextlib
import json
import os
import time
from typing import Any

from sts.base.time import format_timestamp, parse_timestamp
from sts.cli.quick import fresh_session, read_session, session_path
from sts.cli.terminal import note
from sts.credentials.refresh.cache import early_window, mandatory_window
from sts.credentials.refresh.file_lock import locked, write_private
from sts.credentials.refresh.private_files import check_private_folder, make_private_folder
from sts.errors import STSError
from sts.identity import Credentials

KEPT = frozenset({"assume-role", "chained-role", "session-token", "web-identity", "saml", "sso"})
"""Sources of credentials that are kept on disk: those that cost a call to AWS and perhaps an MFA code."""


class KeptSession:
    """Keep what *provider* gives in the file for *arguments*; processes that ask at the same time ask once."""

    def __init__(self, provider: Any, arguments: Any) -> None:
        self.provider = provider
        self._arguments = arguments
        self._path = session_path(arguments)

    def retrieve(self) -> Credentials:
        """Return fresh credentials; when there are none to be had, those that are still good."""
        found = fresh_session(self._arguments)
        if found is not None:
            return credentials_in(found)
        with contextlib.suppress(OSError):
            make_private_folder(os.path.dirname(self._path))
        with locked(f"{self._path}.lock"):
            found = fresh_session(self._arguments)  # another process may have been faster
            return credentials_in(found) if found is not None else self._ask()

    def _ask(self) -> Credentials:
        try:
            credentials: Credentials = self.provider.retrieve()
        except STSError as error:
            kept = read_session(self._path)
            if kept is None:
                raise
            note(f"using the session at hand, since there is no new one: {error}")
            return credentials_in(kept)
        if credentials.source in KEPT:
            keep_session(self._path, credentials)
        return credentials

    def invalidate(self, credentials: Credentials) -> bool:
        """Forget *credentials*, which the service refused."""
        with contextlib.suppress(OSError):
            os.unlink(self._path)
        forget = getattr(self.provider, "invalidate", None)
        return bool(forget(credentials)) if forget is not None else False


def keep_session(path: str, credentials: Credentials) -> None:
    """Write *credentials* to the file *path*, with the moments until which they are fresh and good."""
    if credentials.expiration is None:
        return
    now, end = time.time(), credentials.expiration.timestamp()
    content = {
        "Credentials": members(credentials),
        "Source": credentials.source,
        "FreshUntil": end - early_window(end - now),
        "GoodUntil": end - mandatory_window(end - now),
    }
    try:
        make_private_folder(os.path.dirname(path))
        check_private_folder(os.path.dirname(path))
        write_private(path, json.dumps(content))
    except OSError as error:
        note(f"the session cannot be kept in {path}: {error.strerror}")


def credentials_in(content: dict[str, Any]) -> Credentials:
    """Return the credentials in the *content* of a session's file."""
    found = content["Credentials"]
    expiration = parse_timestamp(found["Expiration"])
    token, account = found.get("SessionToken"), found.get("AccountId")
    return Credentials(found["AccessKeyId"], found["SecretAccessKey"], token, expiration, account, content.get("Source"))


def members(credentials: Credentials) -> dict[str, Any]:
    """Return *credentials* with the service's names, None for what they lack."""
    expiration = credentials.expiration
    return {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
        "Expiration": format_timestamp(expiration.replace(microsecond=0)) if expiration else None,
        "AccountId": credentials.account_id,
    }
