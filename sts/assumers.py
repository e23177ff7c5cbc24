"""Functions that assume roles for credential providers, as in the AWS SDK for JavaScript v3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

from sts.client import STS
from sts.credentials.exchange.sts_calls import session_credentials
from sts.credentials.normalize import provider_of
from sts.errors import MissingRegionError
from sts.logs import LOGGER

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from sts.identity import CachingProvider, Credentials, CredentialsLike
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
    client = _lazy_client({**(configuration or {}), **options, "credentials": _Source()})

    def assume_role(source_credentials: CredentialsLike, params: AssumeRoleRequest) -> Credentials:
        token = _source.set(provider_of(source_credentials))
        try:
            result = client().assume_role(params)
        finally:
            _source.reset(token)
        return session_credentials(result, "assume-role")

    return assume_role


def get_default_role_assumer_with_web_identity(
    configuration: ClientOptions | None = None,
    /,
    **options: Unpack[ClientOptions],
) -> Callable[[AssumeRoleWithWebIdentityRequest], Credentials]:
    """Return a function `(params) -> Credentials` that assumes a role with a web identity. *options* are of its client."""
    client = _lazy_client({**(configuration or {}), **options})

    def assume_role_with_web_identity(params: AssumeRoleWithWebIdentityRequest) -> Credentials:
        result = client().assume_role_with_web_identity(params)
        return session_credentials(result, "web-identity")

    return assume_role_with_web_identity


_source: ContextVar[CachingProvider] = ContextVar("source")
"""Provider of the source credentials during one call."""


class _Source:
    """Credential provider that returns the source credentials of the current call."""

    def cached(self) -> Credentials | None:
        return _source.get().cached()

    def retrieve(self) -> Credentials:
        return _source.get().retrieve()

    def invalidate(self, credentials: Credentials) -> bool:
        return _source.get().invalidate(credentials)


def _lazy_client(options: Mapping[str, Any]) -> Callable[[], STS]:
    """Return a function that makes the client on first use, with the default region if none is configured."""

    @cache
    def client() -> STS:
        made = STS(**options)
        try:
            made._wire()
        except MissingRegionError:
            LOGGER.warning("No region was found; the role assumer uses %s.", LAST_REGION)
            return STS(**{**options, "region": LAST_REGION})
        return made

    return client
