"""
The default chain, in botocore's order, and the chain of a profile.

The module of a provider is loaded when the profile or the environment configures it. `sts.identity.SOURCES` lists the keys and
variables.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

from sts import identity
from sts.base.forks import load
from sts.base.frames import without_locals
from sts.base.records import of_whole
from sts.credentials.chain.chain import Confidential, Context, ProfileReader, ProviderChain, text_of
from sts.credentials.providers.local import EnvironmentProvider, SharedFilesProvider
from sts.errors import CredentialsError, NotConfiguredError
from sts.identity import (
    LEGACY_SSO,
    ROLE_FEATURES,
    CredentialProvider,
    Credentials,
    Source,
    StaticProvider,
    features_of,
    with_features,
)
from sts.settings.table import check_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sts.credentials.chain.profile_roles import RolePlan
    from sts.settings.profiles import Profiles
    from sts.settings.sections import Section


LOADERS = {
    "web-identity": "sts.credentials.providers.web_identity",
    "sso": "sts.credentials.providers.sso",
    "login": "sts.credentials.providers.login",
    "process": "sts.credentials.providers.process",
    "container": "sts.credentials.providers.container",
    "instance-metadata": "sts.credentials.providers.instance",
}
"""Module of each source (`sts.identity.SOURCES`), with its `from_profile` or `from_environment`."""
FILES = {"shared-credentials-file": "credentials", "config-file": "config"}
"""Shared file of each source of static profile keys."""


class ProfileLink:
    """Provider that a profile may configure. It is created for each retrieval, so that it uses the current files."""

    def __init__(self, name: str, profile: str, reader: ProfileReader, context: Context) -> None:
        self.name = name
        self.profile = profile
        self._reader = reader
        self._context = context

    @without_locals
    def retrieve(self) -> Credentials:
        """Return the credentials. Raise NotConfiguredError if the profile does not configure this provider."""
        row, context = next(row for row in identity.SOURCES if row.name == self.name), self._context
        if not (context.use_environment and any(context.environ.get(name) for name in row.variables)):
            reason = missing(self._reader.section(self.profile), self.profile, row)
            if reason:
                raise NotConfiguredError(reason)
        make = load(LOADERS[self.name]).from_profile if self.name in LOADERS else ProfileRoleProvider
        provider: CredentialProvider = make(self._reader.read(), self.profile, context)
        found = provider.retrieve()
        ids = features_of(found)
        configured: tuple[str, ...] | None = getattr(provider, "configured_by", None)
        if configured is None:
            configured = tuple(row.profile_feature for row in (*identity.SOURCES, LEGACY_SSO) if row.feature in ids)
        return with_features(found, (*configured, *ids))

    @of_whole
    def __repr__(self) -> str:
        return f"<{self.name} of profile {self.profile!r}>"


class EnvironmentLink:
    """Provider that the environment may configure. It is kept, because some providers have a state."""

    def __init__(self, name: str, context: Context, reader: ProfileReader, profile: str) -> None:
        self._name = name
        self._variables = next(row.variables for row in identity.SOURCES if row.name == name)
        self._context = context
        self._reader = reader
        self._profile = profile
        self._provider: CredentialProvider | None = None

    @without_locals
    def retrieve(self) -> Credentials:
        """Return the credentials. Raise NotConfiguredError if the environment does not configure this provider."""
        if self._variables and not any(self._context.environ.get(name) for name in self._variables):
            raise NotConfiguredError(f"{' and '.join(self._variables)} are not set.")
        provider = self._provider
        if provider is None:
            provider = self._provider = of_environment(
                self._name, self._context, lambda: self._reader.read().profiles.get(self._profile, {})
            )
        return provider.retrieve()

    @of_whole
    def __repr__(self) -> str:
        return f"<{self._name} of the environment>"


def of_environment(name: str, context: Context, section: Callable[[], Section]) -> CredentialProvider:
    """Return the provider *name* as configured by the environment. *section* returns the profile."""
    provider: CredentialProvider = load(LOADERS[name]).from_environment(context, section)
    return provider


def missing(section: Section, profile: str, row: Source) -> str:
    """Return the reason why a profile does not configure the source of *row*, or "" if it does."""
    other = next((key for key in row.unless if section.get(key)), None)
    if other:
        return f"The profile {profile!r} has {other}, which is used by another provider."
    if any(section.get(key) for key in row.keys):
        return ""
    if "sso_role_name" in row.keys and section.get("sso_session"):
        return (
            f"The profile {profile!r} configures an SSO token only; for credentials it needs sso_account_id and sso_role_name."
        )
    return f"The profile {profile!r} has no {' or '.join(row.keys)}."


def default_chain(
    profile: str | None = None,
    *,
    explicit_profile: bool = False,
    environ: Mapping[str, str] | None = None,
    mfa: Callable[[str], str] | None = None,
    context: Context | None = None,
    **options: Any,
) -> ProviderChain:
    """
    Return the default chain: environment, profile, container, instance metadata.

    Args:
        profile: name of the profile. Default: `AWS_PROFILE`, or "default".
        explicit_profile: ignore keys and web identity of the environment, as botocore does for a profile that was chosen
            explicitly.
        environ: the environment, instead of `os.environ`.
        mfa: function from the serial number (`mfa_serial`) to a code, called for each new session.
        context: shared data of the providers, instead of the other arguments.
        options: options of the client for STS calls of providers: region, endpoint, proxies, ...

    """
    check_options(options)
    environ = os.environ if environ is None else environ
    name = profile or environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE") or "default"
    context = context or Context(environ, {"profile": name, **options}, mfa)
    context = context._replace(use_environment=not explicit_profile)
    reader = ProfileReader(context.environ, name)
    not_in_profiles = [row.name for row in identity.SOURCES if row.name in LOADERS and not row.keys]
    links = profile_links(name, reader, context)
    links += [(source, EnvironmentLink(source, context, reader, name)) for source in not_in_profiles]
    if not explicit_profile:
        links.insert(0, ("environment", EnvironmentProvider(context.environ)))
    return ProviderChain(links, reader)


def profile_chain(profile: str, context: Context, *, roles: bool = True) -> ProviderChain:
    """Return the chain of providers that *profile* configures: without *roles*, as for a source profile, not its role."""
    context = context._replace(use_environment=False)
    reader = ProfileReader(context.environ, profile)
    links = profile_links(profile, reader, context)
    return ProviderChain(links if roles else links[1:], reader)


def profile_links(profile: str, reader: ProfileReader, context: Context) -> list[tuple[str, CredentialProvider]]:
    """Return the providers that a profile may configure, with their names, in order."""
    return [
        (
            row.name,
            SharedFilesProvider(profile, context.environ, file=FILES[row.name], reader=reader)
            if row.name in FILES
            else ProfileLink(row.name, profile, reader, context),
        )
        for row in identity.SOURCES
        if row.keys
    ]


class ProfileRoleProvider(Confidential):
    """Provider of the role of a profile. It first assumes the roles of its source profiles, and asks for MFA codes."""

    def __init__(self, profiles: Profiles, profile: str, context: Context) -> None:
        self.plan: RolePlan = load("sts.credentials.chain.profile_roles").plan_roles(profiles.profiles, profile)
        self.profile = profile
        self._profiles = profiles
        self._context = context

    @without_locals
    def retrieve(self) -> Credentials:
        """Return the credentials of the last role."""
        credentials = self._begin()
        features = [*features_of(credentials)]
        if self.plan.base is not None or len(self.plan.roles) > 1:
            features += ROLE_FEATURES["source_profile"]
        if self.plan.credential_source is not None:
            features += ROLE_FEATURES["credential_source"]
        for profile in self.plan.roles:
            credentials = self._assume(profile, credentials)
        return with_features(credentials, (*features, *features_of(credentials)))

    def _begin(self) -> Credentials:
        if self.plan.base is not None:
            try:
                return profile_chain(self.plan.base, self._context, roles=False).retrieve()
            except CredentialsError as error:
                if not error.verdicts:
                    raise
                reasons = "".join(f"\n* {verdict}" for verdict in error.verdicts)
            raise CredentialsError(f"The source profile {self.plan.base!r} has no credentials:{reasons}")
        reasons = ""
        for provider in self._named_sources():
            try:
                return provider.retrieve()
            except NotConfiguredError as error:
                reasons += f" {error.message}"
        # Here "not configured" is an error: the profile requires this source.
        raise CredentialsError(
            f"The profile {self.plan.roles[0]!r} has credential_source = {self.plan.credential_source}:{reasons}"
        )

    def _named_sources(self) -> Iterator[CredentialProvider]:
        """Yield the providers for the plan's credential_source, in the order in which they are called."""
        source, context = self.plan.credential_source, self._context
        if source == "Environment":
            yield EnvironmentProvider(context.environ)
        if source in ("Environment", "WebIdentityToken", "EksContainer"):
            yield of_environment("web-identity", context, dict)
        if source in ("EcsContainer", "EksContainer"):
            yield of_environment("container", context, lambda: self._profiles.profiles[self.profile])
        if source == "Ec2InstanceMetadata":
            yield of_environment("instance-metadata", context, lambda: self._profiles.profiles[self.profile])

    def _assume(self, profile: str, source: Credentials) -> Credentials:
        section, context = self._profiles.profiles[profile], self._context
        calls = load("sts.credentials.exchange.sts_calls")
        call = context.call or calls.Calls(context.options, environ=context.environ, region=text_of(section, "region"))
        roles = load("sts.credentials.chain.profile_roles")
        sessions = load("sts.credentials.exchange.role_sessions")
        members, mfa = roles.role_params(section, profile), context.mfa or roles.mfa_of(section)
        if profile == self.profile:
            members.update(context.session)
        provider: CredentialProvider = StaticProvider(source)
        if members.get("DurationSeconds") == "max":
            del members["DurationSeconds"]
            if mfa is not None and "SerialNumber" in members:  # several durations would need several codes
                serial = members.pop("SerialNumber")
                provider = load("sts.credentials.providers.mfa").SessionTokenProvider(
                    provider, mfa=mfa, mfa_serial=serial, call=call
                )
                provider = StaticProvider(provider.retrieve())
            call = sessions.LongestSession(call)
        session: Credentials = sessions.request_role(call, members, provider, mfa)
        return session

    def _shown(self) -> str:
        return repr(self.profile)
