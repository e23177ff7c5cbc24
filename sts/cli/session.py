"""The client and the credentials of a command: found as always, a role assumed if asked for, sessions kept on disk."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from sts.cli.kept import kept_session
from sts.cli.option_table import Option, client_arguments, role_rows
from sts.cli.terminal import ask_code
from sts.cli.values import tag_pairs, text_of
from sts.cli.waiting import show_wait
from sts.client import STS
from sts.credentials.assumed import assume_role_credentials, mfa_session, web_identity_credentials
from sts.credentials.chain.context import NO_OPTIONS, Context
from sts.credentials.chain.default import default_chain
from sts.credentials.chain.profile_roles import wants_role
from sts.credentials.providers.assume_role import AssumeRoleProvider
from sts.credentials.refresh.cache import CachedProvider
from sts.errors import ConfigError, MissingRegionError, STSError
from sts.http import Control, HttpRequest, HttpResponse
from sts.identity import Credentials
from sts.settings.profiles import load_profiles
from sts.tokens.presigned import our_handler

OUTRANKING = ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE")
"""Variables whose credentials are used before those of a profile that is not named on the command line."""


def client_options(arguments: Any) -> dict[str, Any]:
    """Return the client options that the command line asks for; with --local those of the server of our own."""
    if arguments.local:
        return dict(arguments.server.client_options())
    return client_arguments(arguments)


@contextlib.contextmanager
def open_client(arguments: Any, **more: Any) -> Iterator[STS]:
    """Give the client of a command, with its credentials; *more* are further options."""
    options = {**call_options(arguments), "credentials": session_provider(arguments), **more}
    with STS(**options) as client, show_wait("AWS", arguments.timeout):
        yield client


def call_options(arguments: Any) -> dict[str, Any]:
    """Return the client options without those that say where credentials come from, but for the profile."""
    return {name: value for name, value in client_options(arguments).items() if "key" not in name}


def caching_options(arguments: Any) -> dict[str, Any]:
    """Return the client options with the endpoint that variables or the profile give: sessions on disk are told apart by it."""
    options = call_options(arguments)
    try:
        with STS(**options) as client:
            endpoint = client.config.endpoint
    except STSError:
        endpoint = None  # what is wrong will be told by the call
    return options if endpoint is None else {**options, "endpoint": endpoint}


def session_provider(arguments: Any) -> CachedProvider:
    """Return the credentials that a command works with, from the disk if they are kept there."""
    provider = choose_provider(arguments)
    return CachedProvider(kept_session(provider, arguments)) if worth_keeping(arguments) else provider


def choose_provider(arguments: Any) -> Any:
    """Return the provider of the role that is asked for, else of the credentials as they are found."""
    if getattr(arguments, "github_oidc", False):
        return github_provider(arguments)
    if getattr(arguments, "role_arn", None):
        return role_provider(arguments)
    return source_provider(arguments, session_members(arguments))


def github_provider(arguments: Any) -> Any:
    """Return the provider of a role that the OIDC token of a GitHub Actions job gives; raises ConfigError if none is named."""
    if not arguments.role_arn:
        raise ConfigError("--github-oidc needs a role. Name it with --role-arn.")
    options = role_options(arguments)
    taken = {"session_name", "duration", "policy", "policy_arns"}
    refused = [*sorted(set(options) - taken), *used(arguments, "chain", "mfa", "mfa_serial")]
    wrong = [f"--{name.replace('_', '-')}" for name in refused]
    if wrong:
        raise ConfigError(
            f"{', '.join(wrong)} cannot be used with --github-oidc: AssumeRoleWithWebIdentity does not take it. Remove it."
        )
    more: dict[str, Any] = {"client_options": caching_options(arguments), "cache": keeps(arguments)}
    token = import_module("sts.credentials.providers.ci_tokens").GitHubToken()
    return web_identity_credentials(arguments.role_arn, token=token, **options, **more)


def used(arguments: Any, *names: str) -> list[str]:
    """Return those of the options *names* that the command line gives."""
    return [name for name in names if getattr(arguments, name, None)]


def retrieve(arguments: Any) -> Credentials:
    """Return the credentials that a command gives away; `Credentials` refuse keys with characters that no key has."""
    with show_wait("credentials"):
        return session_provider(arguments).retrieve()


def session_members(arguments: Any) -> dict[str, Any]:
    """
    Return the members of AssumeRole that the session options replace in the role of the profile.

    Raises ConfigError if the credentials are those of no role: the options would have no effect.
    """
    given = role_options(arguments)
    if set(given) == {"duration"} and used(arguments, "mfa", "mfa_serial"):
        return {}  # it is that of the session of the MFA device
    if not given:
        return {}
    profile, section = profile_name(arguments), profile_section(arguments)
    variable = next((name for name in OUTRANKING if os.environ.get(name)), None) if arguments.profile is None else None
    reason = (
        "the credentials are those of the local server's user"
        if arguments.local
        else f"the credentials come from the environment ({variable})"
        if variable
        else ""
        if wants_role(section)
        else f"the profile {profile!r} has no role that is assumed with AssumeRole"
    )
    if reason:
        flags = ", ".join(option.flag for option in role_rows() if option.role in given)
        raise ConfigError(f"{flags} cannot be used: {reason}. Name a role with --role-arn, or a profile that has a role_arn.")
    return dict(AssumeRoleProvider(role_arn=section["role_arn"], source=Credentials("-", "-"), **given).params)


def source_provider(arguments: Any, session: Mapping[str, Any] = NO_OPTIONS) -> Any:
    """
    Return the credentials before any other role: those of the profile or the environment, proved by an MFA device if asked for.

    *session* holds members of AssumeRole for the profile's own role.
    """
    options = client_options(arguments)
    if arguments.local:
        source: Any = CachedProvider(_Static(options))
    else:
        rest = {name: value for name, value in options.items() if name in ("region", "endpoint")}
        explicit = arguments.profile is not None
        context = Context(os.environ, {"profile": profile_name(arguments), **rest}, code_asker(arguments), session=session)
        source = CachedProvider(default_chain(arguments.profile, explicit_profile=explicit, context=context))
    if not getattr(arguments, "mfa", False) and not getattr(arguments, "mfa_serial", None):
        return source
    serial = arguments.mfa_serial or find_serial(arguments, source)
    duration = None if getattr(arguments, "role_arn", None) or session else role_options(arguments).get("duration")
    more: dict[str, Any] = {"client_options": caching_options(arguments), "cache": keeps(arguments)}
    return mfa_session(code_asker(arguments), serial, source=source, duration=duration, **more)


def role_provider(arguments: Any) -> Any:
    """Return the credentials of the role that is asked for."""
    return assume_role_credentials(
        arguments.role_arn,
        **role_options(arguments),
        source=source_provider(arguments),
        chain=arguments.chain,
        client_options=caching_options(arguments),
        cache=keeps(arguments),
    )


def role_options(arguments: Any) -> Any:
    """Return the arguments of a role, as `assume_role_credentials` and `assume_many` take them."""
    given = {option.role: read_option(option, getattr(arguments, option.name, None)) for option in role_rows()}
    return {name: value for name, value in given.items() if value}


def read_option(option: Option, value: Any) -> Any:
    """Return what the text of an option means."""
    if not value:
        return None
    if option.kind == "pairs":
        return tag_pairs(option.flag, value)
    return text_of(option.flag, value) if option.kind == "document" else list(value) if option.many else value


def keeps(arguments: Any) -> bool:
    """Say whether sessions are kept on disk."""
    return not (arguments.local or arguments.no_cache)


def region_of(arguments: Any) -> str | None:
    """Return the region of the command line, the environment or the profile, None if there is none."""
    try:
        with STS(**call_options(arguments)) as client:
            return client.region
    except MissingRegionError:
        return None


def worth_keeping(arguments: Any) -> bool:
    """Say whether the credentials that *arguments* ask for cost calls to AWS, and perhaps an MFA code."""
    if not keeps(arguments):
        return False
    if any(getattr(arguments, name, None) for name in ("role_arn", "mfa", "mfa_serial")):
        return True
    section = profile_section(arguments)
    return any(section.get(key) for key in ("role_arn", "sso_account_id")) or "AWS_WEB_IDENTITY_TOKEN_FILE" in os.environ


def profile_name(arguments: Any) -> str:
    """Return the name of the profile that is asked for."""
    return str(arguments.profile or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or "default")


def profile_section(arguments: Any) -> Any:
    """Return the profile that is asked for, empty if there is none."""
    return load_profiles(os.environ).profiles.get(profile_name(arguments), {})


def code_asker(arguments: Any) -> Any:
    """Return what gives MFA codes: `--mfa-code`, once; then `--mfa-command`, the profile's `mfa_process`, the terminal."""
    given = [arguments.mfa_code] if arguments.mfa_code else []

    def code(serial: str) -> str:
        if given:
            return str(given.pop())
        program = mfa_program(arguments, serial)
        if program is None:
            return ask_code(serial)
        with show_wait("the MFA program", program.timeout):
            return str(program(serial))

    return code


def mfa_program(arguments: Any, serial: str) -> Any:
    """Return what runs `--mfa-command`, or the `mfa_process` of the profile or of one with this device; None without any."""
    sections = (profile_section(arguments), *load_profiles(os.environ).profiles.values())
    fitting = (section for place, section in enumerate(sections) if place == 0 or section.get("mfa_serial") == serial)
    command = arguments.mfa_command or next((section["mfa_process"] for section in fitting if section.get("mfa_process")), None)
    return import_module("sts.credentials.providers.mfa_program").MFAProgram(command) if command else None


def find_serial(arguments: Any, source: Any) -> str:
    """Return the profile's MFA device, else the one that is named like the user, which is how the console names the first."""
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
    """Perform exchanges that are no calls of a client, within the seconds of --timeout."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def send(self, request: HttpRequest, *, control: Control) -> HttpResponse:
        """Send *request* through our handler and return the answer."""
        seconds = min(self._seconds, control.remaining(None) or self._seconds)
        return our_handler().send(request, control=Control(seconds, seconds, time.monotonic() + seconds))

    def close(self) -> None:
        """Leave the connections to whoever comes next."""


def handler_of(arguments: Any) -> Hurried | None:
    """Return what performs the exchanges of verifiers and of the console; None if ours does as usual."""
    if arguments.timeout is None:
        return None
    if not arguments.timeout > 0:
        raise ConfigError(f"--timeout is {arguments.timeout:g}. Use a number of seconds above 0.")
    return Hurried(arguments.timeout)


class _Static:
    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options

    def retrieve(self) -> Credentials:
        return Credentials(self._options["access_key_id"], self._options["secret_access_key"], source="static")
