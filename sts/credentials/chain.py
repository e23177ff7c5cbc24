"""Provider chains: the first provider that is configured gives the credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sts.credentials.environment import EnvironmentProvider
from sts.credentials.shared_files import SharedFilesProvider
from sts.credentials.value import CredentialProvider, Credentials
from sts.errors import CredentialsError, NotConfiguredError


class Verdict(NamedTuple):
    """Hold what one provider of a chain said: its *name* and why it gave nothing, or that it gave credentials."""

    name: str
    reason: str


class ProviderChain:
    """Ask *providers* in order; "not configured" moves on to the next, any other error is raised."""

    def __init__(self, providers: Sequence[tuple[str, CredentialProvider]]) -> None:
        self.providers = tuple(providers)

    def retrieve(self) -> Credentials:
        """Return the first credentials; raise CredentialsError that lists why each provider gave none."""
        verdicts = []
        for name, provider in self.providers:
            try:
                return provider.retrieve()
            except NotConfiguredError as error:
                verdicts.append(Verdict(name, error.message))
        reasons = "".join(f"\n* {name}: {reason}" for name, reason in verdicts)
        raise CredentialsError(
            "No credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile, or pass "
            f"credentials=. Asked were:{reasons}",
            verdicts=tuple(verdicts),
        )


def default_chain(
    profile: str, *, explicit_profile: bool = False, environ: Mapping[str, str] | None = None, **options: object
) -> ProviderChain:
    """Return the usual chain; an explicit profile leaves environment keys out, as in botocore."""
    providers: list[tuple[str, CredentialProvider]] = []
    if not explicit_profile:
        providers.append(("environment", EnvironmentProvider(environ)))
    providers.append(("shared-files", SharedFilesProvider(profile, environ)))
    return ProviderChain(providers)
