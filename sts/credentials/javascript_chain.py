"""Credential chains of the AWS SDK for JavaScript v3."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sts.base.records import of_whole
from sts.base.time import utc_now
from sts.credentials.chain.chain import ProviderChain, name_of_provider
from sts.credentials.client_forms import follow
from sts.credentials.normalize import for_client, provider_of
from sts.errors import CredentialsError, NotConfiguredError, ProfileNotFoundError
from sts.identity import CachingProvider, Credentials, CredentialsLike

SHORTEST_LIFETIME = 300_000
"""Milliseconds (`createCredentialChain` of @aws-sdk/credential-providers)."""


def create_credential_chain(*providers: CredentialsLike) -> CredentialChain:
    """
    Return a chain of *providers*, each in any form that `credentials=` accepts.

    A profile that does not exist, or does not configure a provider, lets the chain call the next provider, as in v3.
    """
    made: dict[tuple[int, ...], CredentialChain] = {}

    def form(chain: CredentialChain, client: Mapping[str, Any]) -> CredentialChain:
        forms = tuple(for_client(provider, client) for provider in providers)
        if all(one is provider for one, provider in zip(forms, providers, strict=True)):
            return chain
        key = tuple(map(id, forms))
        if key not in made:
            other = create_credential_chain(*forms)
            other._lifetime = chain._lifetime
            made.setdefault(key, other)
        return made[key]

    return follow(CredentialChain([(name_of_provider(each), _Link(provider_of(each))) for each in providers]), form)


class CredentialChain(ProviderChain):
    """A chain whose credentials can be given a lifetime."""

    _lifetime: timedelta | None = None

    def expire_after(self, milliseconds: float) -> CredentialChain:
        """
        Let credentials without an expiration expire after *milliseconds* (at least 300000, v3's limit). Return the chain.

        So rotated keys are read again.
        """
        if milliseconds < SHORTEST_LIFETIME:
            raise ValueError(f"expire_after({milliseconds!r}) is too short; it must be at least {SHORTEST_LIFETIME} ms.")
        self._lifetime = timedelta(milliseconds=milliseconds)
        return self

    def retrieve(self) -> Credentials:
        """Return the first credentials. Raise CredentialsError with the reason of each provider if there are none."""
        found = super().retrieve()
        if self._lifetime is None or found.expiration is not None:
            return found
        return Credentials(**{**found.to_dict(), "expiration": utc_now() + self._lifetime}, source=found.source)


class _Link:
    """A provider in a chain of v3's kind."""

    def __init__(self, provider: CachingProvider) -> None:
        self._provider = provider

    def retrieve(self) -> Credentials:
        """Call the provider. A missing profile, or a chain without credentials, counts as not configured."""
        try:
            return self._provider.retrieve()
        except ProfileNotFoundError as error:
            raise NotConfiguredError(error.message) from None
        except CredentialsError as error:
            if not error.verdicts:
                raise
            raise NotConfiguredError(", ".join(verdict.reason for verdict in error.verdicts)) from None

    def invalidate(self, credentials: Credentials) -> bool:
        """Tell the provider that the service rejected *credentials*."""
        return bool(self._provider.invalidate(credentials))

    @of_whole
    def __repr__(self) -> str:
        return repr(self._provider)
