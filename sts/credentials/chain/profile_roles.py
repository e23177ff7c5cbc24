"""Roles that profiles name: `role_arn` with `source_profile` or `credential_source`, in chains of any length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from sts.base.frames import without_locals
from sts.base.records import Record
from sts.credentials.chain.context import Context, duration_of, text_of
from sts.credentials.chain.default import profile_chain
from sts.credentials.exchange.sts_calls import Calls
from sts.credentials.providers.assume_role import AssumeRoleProvider
from sts.credentials.providers.local import EnvironmentProvider
from sts.credentials.providers.mfa import MFA
from sts.errors import ConfigError, CredentialsError, NotConfiguredError
from sts.identity import CredentialProvider, Credentials, StaticProvider
from sts.settings.profiles import Profiles
from sts.settings.sections import Section

CREDENTIAL_SOURCES = ("Environment", "EcsContainer", "Ec2InstanceMetadata", "WebIdentityToken", "EksContainer")
"""
Values of `credential_source`, in any case. The first three are every SDK's, and "Environment" is also the web identity of the
environment where that has no keys; the last two name a pod's identities alone: its web identity (IRSA), and either of both.
"""


class RolePlan(Record):
    """
    Hold what a profile's roles come down to.

    *base* is the profile whose own credentials begin the chain, *credential_source* what begins it instead; *roles* are the
    profiles whose roles are then assumed, in this order.
    """

    base: str | None
    credential_source: str | None
    roles: tuple[str, ...]


def plan_roles(profiles: Mapping[str, Section], name: str) -> RolePlan:
    """Return how profile *name* of *profiles* is to be resolved; raise ConfigError for cycles and contradictions."""
    trail: list[str] = []
    while True:
        section = profiles[name]
        if trail and (_has_keys(section) or not wants_role(section)):
            named = None if section.get("role_arn") or _has_keys(section) else _source_of(name, section)
            return RolePlan(None if named else name, named, tuple(reversed(trail)))
        trail.append(name)
        source, named = text_of(section, "source_profile"), _source_of(name, section)
        _check_sources(name, source, named)
        if named or source is None:
            return RolePlan(None, named, tuple(reversed(trail)))
        if source not in profiles:
            raise ConfigError(f"The profile {name!r} has source_profile = {source}, but there is no such profile.")
        if source == name and _has_keys(section):
            return RolePlan(name, None, tuple(reversed(trail)))
        if source in trail:
            raise ConfigError(
                f"The profiles assume each other's roles in a circle: {' -> '.join([*trail, source])}. One of them needs "
                "credentials of its own."
            )
        name = source


def wants_role(section: Section) -> bool:
    """Say whether a profile's role is assumed with AssumeRole; with a web identity it is not."""
    return bool(section.get("role_arn")) and not section.get("web_identity_token_file")


def _has_keys(section: Section) -> bool:
    return bool(section.get("aws_access_key_id") or section.get("aws_secret_access_key"))


def _check_sources(name: str, source: str | None, named: str | None) -> None:
    if source and named:
        raise ConfigError(f"The profile {name!r} has both source_profile and credential_source; leave one of them out.")
    if not source and not named:
        raise ConfigError(
            f"The profile {name!r} has a role_arn, but neither source_profile nor credential_source. Add source_profile = the "
            f"profile whose credentials may assume the role, or credential_source = one of {', '.join(CREDENTIAL_SOURCES)}."
        )


def _source_of(name: str, section: Section) -> str | None:
    """Return `credential_source` in the spelling of `CREDENTIAL_SOURCES`, None when it is not set."""
    given = text_of(section, "credential_source")
    known = {source.lower(): source for source in CREDENTIAL_SOURCES}
    if given and given.lower() not in known:
        raise ConfigError(
            f"The profile {name!r} has credential_source = {given}; it must be one of {', '.join(CREDENTIAL_SOURCES)}."
        )
    return known[given.lower()] if given else None


class ProfileRoleProvider:
    """Assume the role of a profile, and before it those of the profiles it comes from; asks for MFA codes on the way."""

    def __init__(self, profiles: Profiles, profile: str, context: Context) -> None:
        self.plan = plan_roles(profiles.profiles, profile)
        self.profile = profile
        self._profiles = profiles
        self._context = context

    @without_locals
    def retrieve(self) -> Credentials:
        """Return the credentials of the last role."""
        credentials = self._begin()
        for profile in self.plan.roles:
            credentials = self._role(profile, credentials).retrieve()
        return credentials

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
        # Here "not configured" is an error: the profile asks for this source and no other.
        raise CredentialsError(
            f"The profile {self.plan.roles[0]!r} has credential_source = {self.plan.credential_source}:{reasons}"
        )

    def _named_sources(self) -> Iterator[CredentialProvider]:
        """Yield the providers that the plan's credential_source stands for, in the order in which they are asked."""
        source = self.plan.credential_source
        if source == "Environment":
            yield EnvironmentProvider(self._context.environ)
        if source in ("Environment", "WebIdentityToken", "EksContainer"):
            yield import_module("sts.credentials.providers.web_identity").from_environment(self._context, dict)
        if source in ("EcsContainer", "EksContainer"):
            yield self._of_environment("container")
        if source == "Ec2InstanceMetadata":
            yield self._of_environment("instance")

    def _of_environment(self, module: str) -> CredentialProvider:
        section = self._profiles.profiles[self.profile]
        provider: CredentialProvider = import_module(f"sts.credentials.providers.{module}").from_environment(
            self._context, lambda: section
        )
        return provider

    def _role(self, profile: str, source: Credentials) -> AssumeRoleProvider:
        section, context = self._profiles.profiles[profile], self._context
        return AssumeRoleProvider(
            role_arn=str(section["role_arn"]),
            source=StaticProvider(source),
            session_name=text_of(section, "role_session_name"),
            duration=duration_of(section, profile),
            external_id=text_of(section, "external_id"),
            mfa_serial=text_of(section, "mfa_serial"),
            mfa=context.mfa or _mfa_process(section),
            tags=tags_of(section, profile),
            transitive_tag_keys=_names(text_of(section, "transitive_tag_keys")),
            source_identity=text_of(section, "source_identity"),
            call=context.call or Calls(context.options, environ=context.environ, region=text_of(section, "region")),
        )

    def __repr__(self) -> str:
        return f"ProfileRoleProvider({self.profile!r})"


def _mfa_process(section: Section) -> MFA | None:
    """Return what gives the codes of a profile with a device and a program for them."""
    if not section.get("mfa_serial") or not section.get("mfa_process"):
        return None
    found: MFA | None = import_module("sts.credentials.providers.mfa_program").mfa_process_of(section)
    return found


def from_profile(profiles: Profiles, profile: str, context: Context) -> ProfileRoleProvider:
    """Return the provider of a profile with a `role_arn`."""
    return ProfileRoleProvider(profiles, profile, context)


def tags_of(section: Section, profile: str) -> dict[str, str] | None:
    """Return the session tags of a profile: `tags = key=value, ...`, or a nested block of keys and values."""
    given = section.get("tags")
    if isinstance(given, dict):
        return dict(given)
    if not given:
        return None
    pairs = [item.partition("=") for item in given.replace("\n", ",").split(",") if item.strip()]
    if not all(key.strip() and equals for key, equals, _ in pairs):
        raise ConfigError(f"The profile {profile!r} has tags that are not of the form key=value, key=value.")
    return {key.strip(): value.strip() for key, _, value in pairs}


def _names(text: str | None) -> list[str] | None:
    return [name.strip() for name in text.replace("\n", ",").split(",") if name.strip()] if text else None
