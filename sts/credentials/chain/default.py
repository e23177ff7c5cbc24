"""
The default chain, in botocore's order, and the part of it that a profile configures.

A provider's module is loaded when the profile or the environment says that it is wanted: `LINKS` knows how they say so.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sts.base.frames import without_locals
from sts.base.records import Record
from sts.credentials.chain.chain import ProviderChain
from sts.credentials.chain.context import Context, ProfileReader
from sts.credentials.providers.local import EnvironmentProvider, SharedFilesProvider
from sts.errors import NotConfiguredError
from sts.identity import CredentialProvider, Credentials
from sts.settings.table import check_options

if TYPE_CHECKING:
    from sts.settings.sections import Section


class Link(Record):
    """
    Describe a provider that a profile may configure.

    *keys* are the properties of which one makes it wanted, *unless* those that make it another's; a *variable* may want it,
    too, where the profile was not chosen explicitly. `from_profile` of *module* makes it.
    """

    module: str
    keys: tuple[str, ...]
    unless: tuple[str, ...] = ()
    variable: str = ""


LINKS = {
    "assume-role": Link("chain.profile_roles", ("role_arn",), unless=("web_identity_token_file",)),
    "web-identity": Link("providers.web_identity", ("web_identity_token_file",), variable="AWS_WEB_IDENTITY_TOKEN_FILE"),
    "sso": Link("providers.sso", ("sso_account_id", "sso_role_name")),
    "login": Link("providers.login", ("login_session",)),
    "process": Link("providers.process", ("credential_process",)),
}
"""The providers that are made from a profile's section, but for those of its static keys."""

PROFILE_ORDER = ("assume-role", "web-identity", "sso", "shared-credentials-file", "login", "process", "config-file")


class ProfileLink:
    """Make the provider that a profile asks for, and ask it; a new one each time, so that it knows the files as they are."""

    def __init__(self, name: str, profile: str, reader: ProfileReader, context: Context) -> None:
        self.name = name
        self.profile = profile
        self._reader = reader
        self._context = context

    @without_locals
    def retrieve(self) -> Credentials:
        """Return the credentials; raise NotConfiguredError when the profile does not ask for this provider."""
        link, context = LINKS[self.name], self._context
        if not (context.use_environment and context.environ.get(link.variable)):
            reason = missing(self._reader.section(self.profile), self.profile, link)
            if reason:
                raise NotConfiguredError(reason)
        make = import_module(f"sts.credentials.{link.module}").from_profile
        provider: CredentialProvider = make(self._reader.read(), self.profile, context)
        return provider.retrieve()

    def __repr__(self) -> str:
        return f"<{self.name} of profile {self.profile!r}>"


class EnvironmentLink:
    """Make a provider from the environment when that has one of *variables*; keeps it, since some have a memory."""

    def __init__(self, module: str, variables: tuple[str, ...], context: Context, reader: ProfileReader, profile: str) -> None:
        self._module = module
        self._variables = variables
        self._context = context
        self._reader = reader
        self._profile = profile
        self._provider: CredentialProvider | None = None

    @without_locals
    def retrieve(self) -> Credentials:
        """Return the credentials; raise NotConfiguredError when the environment does not ask for this provider."""
        if self._variables and not any(self._context.environ.get(name) for name in self._variables):
            raise NotConfiguredError(f"{' and '.join(self._variables)} are not set.")
        provider = self._provider
        if provider is None:
            make = import_module(f"sts.credentials.providers.{self._module}").from_environment
            provider = self._provider = make(self._context, lambda: self._reader.read().profiles.get(self._profile, {}))
        return provider.retrieve()

    def __repr__(self) -> str:
        return f"<{self._module} of the environment>"


CONTAINER_VARIABLES = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")


def missing(section: Section, profile: str, link: Link) -> str:
    """Return why a profile does not ask for the provider of *link*, "" if it does."""
    other = next((key for key in link.unless if section.get(key)), None)
    if other:
        return f"The profile {profile!r} has {other}, which another provider reads."
    if any(section.get(key) for key in link.keys):
        return ""
    if "sso_role_name" in link.keys and section.get("sso_session"):
        return f"The profile {profile!r} gives an SSO token, but no credentials: it has no sso_account_id and sso_role_name."
    return f"The profile {profile!r} has no {' or '.join(link.keys)}."


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
    Return the usual chain: environment, what the profile configures, container, instance metadata.

    Args:
        profile: its name; else that of `AWS_PROFILE`, else "default".
        explicit_profile: leave the environment's keys and web identity out, as botocore does for a profile that was asked for.
        environ: the environment, instead of `os.environ`.
        mfa: given the serial number of a role's `mfa_serial`, returns a code; called for each new session.
        context: all that providers need, instead of the other arguments.
        options: options of a client, for the STS calls that providers make: region, endpoint, proxies, ...

    """
    check_options(options)
    environ = os.environ if environ is None else environ
    name = profile or environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE") or "default"
    context = context or Context(environ, {"profile": name, **options}, mfa)
    context = context._replace(use_environment=not explicit_profile)
    reader = ProfileReader(context.environ, name)
    return ProviderChain(
        [
            *([] if explicit_profile else [("environment", EnvironmentProvider(context.environ))]),
            *profile_links(name, reader, context),
            ("container", EnvironmentLink("container", CONTAINER_VARIABLES, context, reader, name)),
            ("instance-metadata", EnvironmentLink("instance", (), context, reader, name)),
        ],
        reader,
    )


def profile_chain(profile: str, context: Context, *, roles: bool = True) -> ProviderChain:
    """
    Return the chain of what *profile* configures, made with *context*.

    Without *roles* its role_arn is left alone, as that of a source is.
    """
    context = context._replace(use_environment=False)
    reader = ProfileReader(context.environ, profile)
    links = profile_links(profile, reader, context)
    return ProviderChain(links if roles else links[1:], reader)


def profile_links(profile: str, reader: ProfileReader, context: Context) -> list[tuple[str, CredentialProvider]]:
    """Return the providers that a profile may configure, by name, in order."""
    files = {"shared-credentials-file": "credentials", "config-file": "config"}
    return [
        (
            name,
            SharedFilesProvider(profile, context.environ, file=files[name], reader=reader)
            if name in files
            else ProfileLink(name, profile, reader, context),
        )
        for name in PROFILE_ORDER
    ]
