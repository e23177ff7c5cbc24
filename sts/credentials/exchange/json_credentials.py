"""Credentials in JSON documents, as written by processes, metadata services and caches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from sts.base.records import Record
from sts.base.time import parse_timestamp, utc_now
from sts.errors import CredentialsError
from sts.identity import Credentials


class MemberNames(Record):
    """Names of the members of a document."""

    access_key_id: str = "AccessKeyId"
    secret_access_key: str = "SecretAccessKey"
    session_token: str = "SessionToken"
    expiration: str = "Expiration"
    account_id: str = "AccountId"
    requires_token: bool = False


PROCESS = MemberNames()
STS = MemberNames(requires_token=True)
METADATA = MemberNames(session_token="Token", requires_token=True)  # noqa: S106
COGNITO = MemberNames(secret_access_key="SecretKey")  # noqa: S106
SSO = MemberNames("accessKeyId", "secretAccessKey", "sessionToken", "expiration", "accountId")
LOGIN = SSO._replace(expiration="expiresAt")
V2_FILE = SSO._replace(expiration="expireTime")
UNKNOWN_LIFETIME = timedelta(minutes=15)
"""Time for which metadata credentials without an expiration are used before they are fetched again."""


def credentials_in(document: Mapping[str, Any], keys: MemberNames, what: str, source: str) -> Credentials:
    """Return the credentials in a *document*. Raise CredentialsError that names *what* and each missing member."""
    required = [keys.access_key_id, keys.secret_access_key, *([keys.session_token] if keys.requires_token else [])]
    absent = [key for key in required if not document.get(key)]
    if absent:
        raise CredentialsError(f"{what} returned no {' and no '.join(absent)}.")
    texts = (keys.access_key_id, keys.secret_access_key, keys.session_token, keys.account_id)
    wrong = [key for key in texts if document.get(key) and not isinstance(document[key], str)]
    if wrong:
        raise CredentialsError(f"{what} returned {' and '.join(wrong)} that are not strings.")
    return Credentials(
        document[keys.access_key_id],
        document[keys.secret_access_key],
        document.get(keys.session_token) or None,
        time_in(document, keys.expiration, what),
        document.get(keys.account_id) or None,
        source,
    )


def metadata_credentials(document: Mapping[str, Any], what: str, source: str) -> Credentials:
    """
    Return the credentials in the document of a metadata service.

    Local test endpoints, and agents that forward another session, leave the expiration empty: `UNKNOWN_LIFETIME` is used.
    """
    found = credentials_in(document, METADATA, what, source)
    if found.expiration is not None:
        return found
    soon = utc_now() + UNKNOWN_LIFETIME
    return Credentials(**{**found.to_dict(), "expiration": soon}, source=source)


def time_in(document: Mapping[str, Any], key: str, what: str) -> datetime | None:
    """Return the time in member *key* (a datetime, ISO 8601, seconds or milliseconds since 1970), or None without it."""
    value = document.get(key)
    if value is None or value == "" or isinstance(value, datetime):
        return value or None
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            # A number that would be the year 5138 or later in seconds is in milliseconds.
            return datetime.fromtimestamp(value / 1000 if value >= 1e11 else value, timezone.utc)
        return parse_timestamp(str(value).strip().removesuffix("UTC"))
    except (ValueError, OverflowError, OSError):
        problem = f"{what} returned an {key} that is not a time."
    raise CredentialsError(problem)


def is_past(moment: datetime | None, now: float, margin: float = 0.0) -> bool:
    """Return True if *moment* is past, or will be *margin* seconds after *now* (Unix time)."""
    return moment is not None and moment.timestamp() - margin <= now
