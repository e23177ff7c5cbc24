"""Functions that assume roles for credential providers, as in the AWS SDK for JavaScript v3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from sts.client import STS
from sts.credentials.exchange.sts_calls import session_credentials
from sts.credentials.normalize import provider_of
from sts.errors import MissingRegionError
from sts.logs import LOGGER

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from sts.identity import Credentials, CredentialsLike
    from sts.types import AssumeRoleRequest, AssumeRoleWithWebIdentityRequest, ClientOptions

LAST_REGION = "us-east-1"
"""Region to use if none is configured, as in the JavaScript SDK."""


def get_default_role_assumer(
    configuration: ClientOptions | None = None, /, **options: Unpack[ClientOptions]
) -> Callable[[CredentialsLike, AssumeRoleRequest], Credentials]:
    """
    Return a function `(source_credentials, params) -> Credentials` that assumes a role. *options* are those of its client.

    Source credentials may have any form that `credentials=` accepts. One client serves all calls of the function.
    """
    client = _LazyClient({**(configuration or {}), **options, "credentials": _Source()})

    def assume_role(source_credentials: CredentialsLike, params: AssumeRoleRequest) -> Credentials:
        token = _source.set(provider_of(source_credentials))
        try:
            result = client.get().assume_role(params)
        finally:
            _source.reset(token)
        return session_credentials(result, "assume-role")

    return assume_role


def get_default_role_assumer_with_web_identity(
    configuration: ClientOptions | None = None,
    /,
    **options: Unpack[ClientOptions],
) -> Callable[[AssumeRoleWithWebIdentityRequest], Credentials]:
    """
    Return a function `(params) -> Credentials` that assumes a role with a web identity. *options* are those of its client.
    """
    client = _LazyClient({**(configuration or {}), **options})

    def assume_role_with_web_identity(params: AssumeRoleWithWebIdentityRequest) -> Credentials:
        result = client.get().assume_role_with_web_identity(params)
        return session_credentials(result, "web-identity")

    return assume_role_with_web_identity


_source: ContextVar[Any] = ContextVar("source")
"""Provider of the source credentials during one call."""


class _Source:
    """Credential provider that returns the source credentials of the current call."""

    def cached(self) -> Credentials | None:
        found: Credentials | None = _source.get().cached()
        return found

    def retrieve(self) -> Credentials:
        found: Credentials = _source.get().retrieve()
        return found

    def invalidate(self, credentials: Credentials) -> bool:
        return bool(_source.get().invalidate(credentials))


class _LazyClient:
    """A client that is created on first use."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self._client: STS | None = None

    def get(self) -> STS:
        """Return the client. Its region is the default region if none is configured."""
        if self._client is None:
            client = STS(**self._options)
            try:
                client._wire()
            except MissingRegionError:
                LOGGER.warning("No region was found; the role assumer uses %s.", LAST_REGION)
                client = STS(**{**self._options, "region": LAST_REGION})
            self._client = client
        return self._client
