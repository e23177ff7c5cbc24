"""Credentials of a role for a web identity (OIDC) token: service accounts, CI systems, any identity provider."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Union

from sts.base.frames import without_locals
from sts.base.time import sleep
from sts.credentials.chain.chain import Confidential, Context, text_of
from sts.credentials.chain.profile_roles import duration_of
from sts.credentials.exchange.fetch import client_settings
from sts.credentials.exchange.role_sessions import Duration, Policy
from sts.credentials.exchange.sts_calls import Calls, STSCaller, session_credentials
from sts.credentials.providers.container import read_token
from sts.credentials.providers.session_names import session_name as make_session_name
from sts.errors import ConfigError, ExpiredTokenException, InvalidIdentityTokenException, NotConfiguredError, STSError
from sts.identity import SOURCES, Credentials
from sts.logs import LOGGER
from sts.retry.standard import StandardRetry
from sts.settings.profiles import Profiles, expand_path
from sts.settings.sections import Section
from sts.settings.table import names_of

TokenSource = Union[str, "os.PathLike[str]", Callable[[], str]]
"""The path of a token file, or a function that returns a token."""

_TRANSIENT = "verification key"
"""Text in the message of an InvalidIdentityToken whose cause is not the token: STS could not fetch the provider's keys."""


class WebIdentityProvider(Confidential):
    """
    Provider that exchanges a web identity token for the credentials of a role.

    The token is re-read before every attempt, because it can be rotated. Also retried: an identity provider that cannot be
    reached, and an expired token that was replaced by a new one.

    Args:
        role_arn: the role. Default: `AWS_ROLE_ARN`.
        token: path of a token file, or a function that returns a token. Default: `AWS_WEB_IDENTITY_TOKEN_FILE`.
        session_name: name of the session. Default: `AWS_ROLE_SESSION_NAME`, or a generated name.
        duration: seconds or timedelta.
        policy: session policy.
        policy_arns: managed session policies.
        provider_id: host name of an OAuth 2.0 provider (for tokens that are not OpenID Connect).
        params: other members of AssumeRoleWithWebIdentity by the service's names.
        attempts: number of attempts of an exchange. Default: that of a client with *options*.
        call: function for the STS call, instead of a client with *options*.
        options: options of a client: region, endpoint, proxies, max_attempts, ...

    """

    def __init__(
        self,
        *,
        role_arn: str | None = None,
        token: TokenSource | None = None,
        session_name: str | None = None,
        duration: Duration | None = None,
        policy: Policy | None = None,
        policy_arns: Sequence[str | Mapping[str, str]] | None = None,
        provider_id: str | None = None,
        params: Mapping[str, Any] | None = None,
        environ: Mapping[str, str] | None = None,
        attempts: int | None = None,
        call: STSCaller | None = None,
        sleep: Callable[[float], object] = sleep,
        **options: Any,
    ) -> None:
        environ = os.environ if environ is None else environ
        members = {
            "RoleArn": role_arn or environ.get("AWS_ROLE_ARN") or None,
            "RoleSessionName": session_name or environ.get("AWS_ROLE_SESSION_NAME") or None,
            "DurationSeconds": duration,
            "Policy": policy,
            "PolicyArns": policy_arns,
            "ProviderId": provider_id,
        }
        self._params = {**{name: value for name, value in members.items() if value is not None}, **(params or {})}
        self._token = token or environ.get("AWS_WEB_IDENTITY_TOKEN_FILE") or None
        self._attempts = attempts
        self._options, self._environ = options, environ
        self._call = call or Calls(without_retries(options), environ=environ)
        self._sleep = sleep
        self.configured_by: tuple[str, ...] = ()

    @without_locals
    def retrieve(self) -> Credentials:
        """Exchange a token. Raise NotConfiguredError if no token is configured. Errors of the service are propagated."""
        if self._token is None:
            raise NotConfiguredError("AWS_WEB_IDENTITY_TOKEN_FILE is not set.")
        if "RoleArn" not in self._params:
            raise ConfigError(
                "There is a web identity token, but no role: set AWS_ROLE_ARN, role_arn in the profile, or role_arn=."
            )
        params = {"RoleSessionName": make_session_name(), **self._params}
        retry = StandardRetry(self._attempts or attempts_of(self._options, self._environ))
        standing = retry.acquire_initial_retry_token()
        while True:
            token = read_source(self._token, self._sleep)
            try:
                result = self._call("assume_role_with_web_identity", {**params, "WebIdentityToken": token}, None)
                return session_credentials(result, "web-identity")
            except STSError as error:
                failed = error
                keyless = isinstance(error, InvalidIdentityTokenException) and _TRANSIENT in error.message.lower()
                if keyless or (isinstance(error, ExpiredTokenException) and read_source(self._token) != token):
                    failed.retryable = True  # a new token could make the call succeed
            following = retry.refresh_retry_token_for_retry(standing, failed)
            if following is None:
                raise failed
            standing = following
            self._sleep(standing.delay)

    def invalidate(self, credentials: Credentials) -> bool:  # noqa: ARG002 - another session can always be had
        """Return True: the token can be exchanged again."""
        return True

    def _shown(self) -> str:
        return repr(self._params.get("RoleArn"))


def read_source(source: TokenSource | None, sleep: Callable[[float], object] | None = None) -> str:
    """Return the current token of a file or function. *sleep* waits for a file that is being replaced."""
    if callable(source):
        token = source()
        if not isinstance(token, str) or not token.strip():
            raise ConfigError("The function for the web identity token returned no string; it must return the token.")
        return token.strip()
    if source is None:
        raise NotConfiguredError("AWS_WEB_IDENTITY_TOKEN_FILE is not set.")
    path = os.fspath(source)
    token = read_token(path, sleep).strip()
    if not token:
        raise ConfigError(f"The web identity token file {path!r} is empty.")
    return token


def from_profile(profiles: Profiles, profile: str, context: Context) -> WebIdentityProvider:
    """
    Return the provider of a profile with a `web_identity_token_file`.

    A pod's variables take precedence if the context allows them, unless `AWS_PROFILE` selects a profile with a web identity:
    the user chose the profile, but the variables are always set.
    """
    section = profiles.profiles.get(profile, {})
    environ = _pod_variables(section, profile, context)
    path = environ.get("AWS_WEB_IDENTITY_TOKEN_FILE") or text_of(section, "web_identity_token_file") or ""
    call = context.call or Calls(without_retries(context.options), environ=context.environ, region=text_of(section, "region"))
    provider = WebIdentityProvider(
        role_arn=environ.get("AWS_ROLE_ARN") or text_of(section, "role_arn"),
        token=expand_path(path, context.environ),
        session_name=environ.get("AWS_ROLE_SESSION_NAME") or text_of(section, "role_session_name"),
        duration=duration_of(section, profile),
        environ={},
        attempts=attempts_of(context.options, context.environ),
        call=call,
        sleep=context.sleep,
    )
    provider.configured_by = _configured_by(environ, section)
    return provider


def _configured_by(environ: Mapping[str, str], section: Section) -> tuple[str, ...]:
    """Return the feature ids for the place where the web identity was configured, which can be both."""
    row = next(row for row in SOURCES if row.name == "web-identity")
    found = ("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file"), ("AWS_ROLE_ARN", "role_arn")
    by_variable = [bool(environ.get(variable)) for variable, key in found if environ.get(variable) or section.get(key)]
    return (row.variable_feature * any(by_variable), row.profile_feature * (not all(by_variable)))


def _pod_variables(section: Section, profile: str, context: Context) -> Mapping[str, str]:
    """Return the variables for a web identity. If variables and profile both configure one, log which is used."""
    environ = context.environ
    if not context.use_environment:
        return {}
    if not environ.get("AWS_WEB_IDENTITY_TOKEN_FILE") or not (environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE")):
        return environ
    if text_of(section, "web_identity_token_file"):
        LOGGER.info("AWS_PROFILE selects the profile %r, whose web identity is used instead of the pod's variables.", profile)
        return {}
    LOGGER.warning(
        "The web identity of AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN is used, although AWS_PROFILE selects the "
        "profile %r. Unset these variables, or pass profile=, to use the profile.",
        profile,
    )
    return environ


def from_environment(context: Context, section: Callable[[], Mapping[str, Any]]) -> WebIdentityProvider:  # noqa: ARG001
    """Return the provider that the environment's variables configure, independent of the profile."""
    options, environ = context.options, context.environ
    return WebIdentityProvider(
        environ=environ,
        attempts=attempts_of(options, environ),
        call=context.call or Calls(without_retries(options), environ=environ),
        sleep=context.sleep,
    )


def without_retries(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return *options* of a client that tries once, for callers with their own retries."""
    return {**{name: value for name, value in options.items() if name not in names_of("retries")}, "retry_mode": "off"}


def attempts_of(options: Mapping[str, Any], environ: Mapping[str, str]) -> int:
    """Return the number of attempts of an exchange: that of a client with *options*."""
    settings = client_settings(options, environ)
    return 1 if settings.retry_mode == "off" else settings.max_attempts
