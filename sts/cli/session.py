"""Client and credentials of a command. Sessions are in the disk cache of the library, with file names from `sts.cli.quick`."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from sts.cli.option_table import client_arguments, role_rows
from sts.cli.quick import session_name
from sts.cli.terminal import ask_code, note, show_wait
from sts.cli.usage import UsageError, check_client_options
from sts.cli.values import read_file, tag_pairs
from sts.client import STS
from sts.credentials.assumed import assume_role_credentials, mfa_session, web_identity_credentials
from sts.credentials.chain.chain import NO_OPTIONS, Context
from sts.credentials.chain.default import default_chain
from sts.credentials.chain.profile_roles import wants_role
from sts.credentials.providers.assume_role import AssumeRoleProvider
from sts.credentials.refresh.cache import CachedProvider, early_window, mandatory_window
from sts.credentials.refresh.disk_cache import DiskCache, DiskCachedProvider
from sts.errors import ConfigError, MissingRegionError, STSError
from sts.http import Control, HttpRequest, HttpResponse
from sts.identity import Credentials, StaticProvider, source_of
from sts.logs import LOGGER
from sts.settings.profiles import load_profiles
from sts.tokens.presigned import our_handler

OUTRANKING = ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE")
"""Variables whose credentials have precedence over a profile that the command line does not name."""


def client_options(arguments: Any) -> dict[str, Any]:
    """Return the client options of the command line, checked, or with --local those of the local server."""
    if arguments.local:
        return dict(arguments.server.client_options())
    given = client_arguments(arguments)
    check_client_options(given)
    return given


@contextlib.contextmanager
def open_client(arguments: Any) -> Iterator[STS]:
    """Open the client of a command with its credentials."""
    options = {**call_options(arguments), "credentials": session_provider(arguments)}
    with STS(**options) as client, show_wait("AWS", arguments.timeout):
        yield client


def call_options(arguments: Any) -> dict[str, Any]:
    """Return the client options without sources of credentials other than the profile."""
    return {name: value for name, value in client_options(arguments).items() if "key" not in name}


def caching(arguments: Any) -> dict[str, Any]:
    """Return `cache` and `client_options` of providers, with the endpoint, which is part of the key of a cached session."""
    options = call_options(arguments)
    try:
        with STS(**options) as client:
            endpoint = client.config.endpoint
    except STSError:
        endpoint = None  # the call reports the error
    return {"client_options": options if endpoint is None else {**options, "endpoint": endpoint}, "cache": keeps(arguments)}


def session_provider(arguments: Any) -> CachedProvider:
    """Return the provider of a command, with the disk cache if sessions are cached."""
    provider = choose_provider(arguments)
    return CachedProvider(kept_session(provider, arguments)) if worth_keeping(arguments) else provider


def choose_provider(arguments: Any) -> Any:
    """Return the provider of the requested role, or of the source credentials."""
    if getattr(arguments, "github_oidc", False):
        return github_provider(arguments)
    role = getattr(arguments, "role_arn", None)
    if not role:
        return source_provider(arguments, session_members(arguments))
    options, source = role_options(arguments), source_provider(arguments)
    return assume_role_credentials(role, **options, source=source, chain=arguments.chain, **caching(arguments))


def github_provider(arguments: Any) -> Any:
    """Return the provider of a role with the OIDC token of a GitHub Actions job. Raises UsageError without a role."""
    if not arguments.role_arn:
        raise UsageError("--github-oidc needs a role. Name it with --role-arn.")
    options = role_options(arguments)
    refused = sorted(set(options) - {"session_name", "duration", "policy", "policy_arns"})
    refused += used(arguments, "chain", "mfa", "mfa_serial")
    if refused:
        wrong = ", ".join(f"--{name.replace('_', '-')}" for name in refused)
        raise UsageError(f"{wrong} cannot be used with --github-oidc: AssumeRoleWithWebIdentity does not take it. Remove it.")
    token = import_module("sts.credentials.providers.ci_tokens").GitHubToken()
    return web_identity_credentials(arguments.role_arn, token=token, **options, **caching(arguments))


def used(arguments: Any, *names: str) -> list[str]:
    """Return the options among *names* that the command line sets."""
    return [name for name in names if getattr(arguments, name, None)]


def retrieve(arguments: Any) -> Credentials:
    """Return the credentials that a command prints; `Credentials` rejects keys with invalid characters."""
    with show_wait("credentials"):
        return session_provider(arguments).retrieve()


def session_members(arguments: Any) -> dict[str, Any]:
    """
    Return the members of AssumeRole that the session options replace in the role of the profile.

    Raises UsageError if the credentials are those of no role: the options would have no effect.
    """
    given = role_options(arguments)
    if not given or (set(given) == {"duration"} and used(arguments, "mfa", "mfa_serial")):
        return {}  # alone, the duration is that of the session of the MFA device
    section = profile_section(arguments)
    reason = why_no_role(arguments, section)
    if reason:
        flags = ", ".join(option.flag for option in role_rows() if option.role in given)
        raise UsageError(f"{flags} cannot be used: {reason}. Name a role with --role-arn, or a profile that has a role_arn.")
    return dict(AssumeRoleProvider(role_arn=section["role_arn"], source=Credentials("-", "-"), **given).params)


def why_no_role(arguments: Any, section: Any) -> str:
    """Return why the credentials are not those of the role of the profile *section*, or "" if they are."""
    if arguments.local:
        return "the credentials are those of the local server's user"
    variable = next((name for name in OUTRANKING if os.environ.get(name)), None)
    if variable and arguments.profile is None:
        return f"the credentials come from the environment ({variable})"
    return "" if wants_role(section) else f"the profile {profile_name(arguments)!r} has no role that is assumed with AssumeRole"


def source_provider(arguments: Any, session: Mapping[str, Any] = NO_OPTIONS) -> Any:
    """Return the source credentials, or their MFA session. *session* are members of AssumeRole for the profile's own role."""
    options = client_options(arguments)
    if arguments.local:
        keys = Credentials(options["access_key_id"], options["secret_access_key"], source="static")
        source: Any = StaticProvider(keys)
    else:
        rest = {name: value for name, value in options.items() if name in ("region", "endpoint")}
        explicit = arguments.profile is not None
        context = Context(os.environ, {"profile": profile_name(arguments), **rest}, code_asker(arguments), session=session)
        source = CachedProvider(default_chain(arguments.profile, explicit_profile=explicit, context=context))
    if not used(arguments, "mfa", "mfa_serial"):
        return source
    serial = arguments.mfa_serial or find_serial(arguments, source)
    duration = None if getattr(arguments, "role_arn", None) or session else role_options(arguments).get("duration")
    return mfa_session(code_asker(arguments), serial, source=source, duration=duration, **caching(arguments))


def role_options(arguments: Any) -> dict[str, Any]:
    """Return the arguments of a role for `assume_role_credentials` and `assume_many`."""
    found = {}
    for option in role_rows():
        value = getattr(arguments, option.name, None)
        if value and option.kind == "pairs":
            value = tag_pairs(option.flag, value)
        elif value and option.kind == "document":
            value = read_file(option.flag, value)
        if value:
            found[str(option.role)] = value
    return found


def keeps(arguments: Any) -> bool:
    """Return whether sessions are cached on disk."""
    return not (arguments.local or arguments.no_cache)


def region_of(arguments: Any) -> str | None:
    """Return the region of the command line, the environment or the profile, or None."""
    try:
        with STS(**call_options(arguments)) as client:
            return client.region
    except MissingRegionError:
        return None


def worth_keeping(arguments: Any) -> bool:
    """Return whether the credentials for *arguments* cost calls to AWS, and perhaps an MFA code."""
    if not keeps(arguments):
        return False
    if used(arguments, "role_arn", "mfa", "mfa_serial"):
        return True
    section = profile_section(arguments)
    return any(section.get(key) for key in ("role_arn", "sso_account_id")) or "AWS_WEB_IDENTITY_TOKEN_FILE" in os.environ


def profile_name(arguments: Any) -> str:
    """Return the name of the requested profile."""
    return str(arguments.profile or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or "default")


def profile_section(arguments: Any) -> Any:
    """Return the requested profile, or an empty one if it does not exist."""
    return load_profiles(os.environ).profiles.get(profile_name(arguments), {})


def code_asker(arguments: Any) -> Any:
    """Return the source of MFA codes: `--mfa-code` once, then `--mfa-command` or a profile's `mfa_process`, then a prompt."""
    given = [arguments.mfa_code] if arguments.mfa_code else []

    def code(serial: str) -> str:
        if given:
            return str(given.pop())
        others = (section for section in load_profiles(os.environ).profiles.values() if section.get("mfa_serial") == serial)
        commands = (section.get("mfa_process") for section in (profile_section(arguments), *others))
        command = next(filter(None, commands), None) if arguments.mfa_command is None else arguments.mfa_command
        if command is None:
            return ask_code(serial)
        program = import_module("sts.credentials.providers.process").MFAProgram(command)
        with show_wait("the MFA program", program.timeout):
            return str(program(serial))

    return code


def find_serial(arguments: Any, source: Any) -> str:
    """Return the MFA device of the profile, or the one named like the user, the usual name of the first device."""
    configured = profile_section(arguments).get("mfa_serial")
    if isinstance(configured, str):
        return configured
    with STS(**{**call_options(arguments), "credentials": source}) as client:
        arn = client.get_caller_identity()["Arn"]
    if ":user/" not in arn:
        raise ConfigError(f"{arn} is not an IAM user and has no MFA device of its own. Name the device with --mfa-serial.")
    head, _, path = arn.partition(":user/")
    return f"{head}:mfa/{path.rpartition('/')[2]}"


class Hurried:
    """Handler of exchanges outside a client, with the time limit of --timeout."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def send(self, request: HttpRequest, *, control: Control) -> HttpResponse:
        """Send *request* through the default handler and return the response."""
        seconds = min(self._seconds, control.remaining(None) or self._seconds)
        return our_handler().send(request, control=Control(seconds, seconds, time.monotonic() + seconds))

    def close(self) -> None:
        """Keep the connections open for the next exchange."""


def handler_of(arguments: Any) -> Hurried | None:
    """Return the handler of verifiers and of the console, or None for the default one."""
    return None if arguments.timeout is None else Hurried(arguments.timeout)


class SessionCache(DiskCache):
    """Disk cache whose files also record the start of the refresh window, for `sts.cli.quick`."""

    loose = 0o077

    def content(self, credentials: Credentials) -> dict[str, Any]:
        """Return the content of the file for *credentials*."""
        assert credentials.expiration is not None  # noqa: S101 - `write` checks it
        end = credentials.expiration.timestamp()
        left = end - self.now()
        found = super().content(credentials)
        return {**found, "FreshUntil": end - early_window(left), "GoodUntil": end - mandatory_window(left)}

    def write(self, key: str, credentials: Credentials) -> None:
        """Cache *credentials* that cost a call. Keys from a file or a variable are not copied."""
        if source_of(credentials).is_kept:
            super().write(key, credentials)


class _Notes(logging.Handler):
    """Log handler that shows warnings of the library as notes of the command."""

    def emit(self, record: logging.LogRecord) -> None:
        note(record.getMessage())


def kept_session(provider: Any, arguments: Any) -> DiskCachedProvider:
    """Return *provider* behind the disk cache. Concurrent processes fetch the same session only once."""
    if not arguments.debug and not any(isinstance(handler, _Notes) for handler in LOGGER.handlers):
        LOGGER.addHandler(_Notes(logging.WARNING))
    return DiskCachedProvider(provider, SessionCache(), lambda: session_name(arguments))
