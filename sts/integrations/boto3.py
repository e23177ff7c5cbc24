"""
Credentials of this package in boto3, and boto3's credentials in this package. Uses public names of botocore only.

boto3 asks for credentials at every request and gets the cached ones. This package decides when to refresh, once for all clients
of the session. So a session of 15 minutes is not refreshed at every call.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sts.base.records import of_whole
from sts.credentials.normalize import credentials_of
from sts.errors import CredentialsError, STSError
from sts.identity import CachingProvider, Credentials, obtain
from sts.integrations.missing import missing_package
from sts.integrations.service_signer import provider_for, region_for, region_of

try:
    import botocore.session
    from botocore.credentials import CredentialProvider, CredentialResolver, ReadOnlyCredentials
    from botocore.credentials import Credentials as BotocoreCredentials
    from botocore.exceptions import CredentialRetrievalError
except ImportError as error:
    raise missing_package("boto3", "boto3") from error

if TYPE_CHECKING:
    import boto3

    from sts.integrations.service_signer import CredentialsOrClient

__all__ = [
    "Boto3Provider",
    "BridgedCredentials",
    "from_boto3_session",
    "to_boto3_session",
    "to_botocore_credentials",
    "to_botocore_session",
]

METHOD = "sts-client"


class BridgedCredentials(BotocoreCredentials):  # type: ignore[misc]  # botocore has no types
    """Credentials in the form botocore uses, always valid. Made by `to_botocore_credentials()`."""

    def __init__(self, provider: CachingProvider) -> None:
        self._provider = provider
        self.method = METHOD

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """Return matching keys and token; botocore signs with them."""
        found = self._retrieve()
        return ReadOnlyCredentials(found.access_key_id, found.secret_access_key, found.session_token, found.account_id)

    @property
    def access_key(self) -> str:
        """The access key id."""
        return self._retrieve().access_key_id

    @property
    def secret_key(self) -> str:
        """The secret access key."""
        return self._retrieve().secret_access_key

    @property
    def token(self) -> str | None:
        """The session token."""
        return self._retrieve().session_token

    @property
    def account_id(self) -> str | None:
        """The account id, if it is known."""
        return self._retrieve().account_id

    def _retrieve(self) -> Credentials:
        try:
            return obtain(self._provider)
        except STSError as error:
            raise CredentialRetrievalError(provider=METHOD, error_msg=str(error)) from error

    @of_whole
    def __repr__(self) -> str:
        return f"BridgedCredentials({self._provider!r})"


class SessionProvider(CredentialProvider):  # type: ignore[misc]  # botocore has no types
    """Credential provider of a botocore session."""

    METHOD = METHOD
    CANONICAL_NAME = "custom-sts-client"

    def __init__(self, credentials: BridgedCredentials) -> None:
        self._credentials = credentials

    def load(self) -> Any:
        """Return the credentials."""
        return self._credentials


def to_botocore_credentials(
    credentials: CredentialsOrClient | None = None, *, profile: str | None = None
) -> BridgedCredentials:
    """
    Return *credentials* as botocore credentials, for any library that accepts those.

    *credentials* is any form that `STS(credentials=)` accepts, or a client, whose credentials are used. None means the default
    chain of this package (with *profile*). Errors of this package are raised as botocore's `CredentialRetrievalError`.
    """
    return BridgedCredentials(provider_for(credentials, profile))


def to_botocore_session(
    credentials: CredentialsOrClient | None = None, *, region: str | None = None, profile: str | None = None
) -> botocore.session.Session:
    """
    Return a botocore session that signs with *credentials*.

    For *credentials* and *profile*, see `to_botocore_credentials()`. For *region*, see `to_boto3_session()`.
    """
    session = botocore.session.Session()
    provider = SessionProvider(to_botocore_credentials(credentials, profile=profile))
    session.register_component("credential_provider", CredentialResolver([provider]))
    set_region(session, region, credentials, profile)
    return session


def to_boto3_session(
    credentials: CredentialsOrClient | None = None, *, region: str | None = None, profile: str | None = None
) -> boto3.Session:
    """
    Return a `boto3.Session` that signs with *credentials*.

    For *credentials* and *profile*, see `to_botocore_credentials()`. The default *region* is that of the given client or
    refreshing credentials, or the region that `STS()` would use (including `AWS_REGION`, which boto3 does not read).
    """
    try:
        import boto3  # the rest of this module needs botocore only
    except ImportError as error:
        raise missing_package("boto3", "boto3") from error
    return boto3.Session(botocore_session=to_botocore_session(credentials, region=region, profile=profile))


def set_region(session: Any, region: str | None, given: CredentialsOrClient | None, profile: str | None) -> None:
    """Set the *region* of *session*, or else that of *given*, or else the one that `STS()` would use, if there is one."""
    found = region or region_of(given)
    with suppress(STSError):
        session.set_config_variable("region", found or region_for(profile))


class Boto3Provider:
    """Credential provider of a boto3 or botocore session, which refreshes by itself. Made by `from_boto3_session()`."""

    def __init__(self, session: boto3.Session | botocore.session.Session) -> None:
        self._session = session

    def cached(self) -> None:
        """Return None: only boto3 knows when to refresh, and that may block."""

    def retrieve(self) -> Credentials:
        """Return the credentials that boto3 would sign with now."""
        found = self._session.get_credentials()
        if found is None:
            raise CredentialsError("The boto3 session has no credentials.")
        frozen = found.get_frozen_credentials()
        keys = {"access_key_id": frozen.access_key, "secret_access_key": frozen.secret_key, "session_token": frozen.token}
        return credentials_of({**keys, "account_id": getattr(frozen, "account_id", None)})

    def invalidate(self, credentials: Credentials) -> bool:  # noqa: ARG002 - the session has no such method
        """Return False: boto3 decides when to refresh."""
        return False

    @of_whole
    def __repr__(self) -> str:
        return "Boto3Provider()"


def from_boto3_session(session: boto3.Session | botocore.session.Session) -> Boto3Provider:
    """Return the credentials of a boto3 or botocore *session*, for `STS(credentials=...)` and all that accepts those."""
    if not hasattr(session, "get_credentials"):
        raise TypeError(f"session is a {type(session).__name__}; it must be a boto3.Session or a botocore session.")
    return Boto3Provider(session)
