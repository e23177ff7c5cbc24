"""v2's classes of credentials that STS or Cognito issue."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from sts.credentials.chain.chain import ProviderChain
from sts.credentials.chain.context import Context, ProfileReader
from sts.credentials.chain.default import ProfileLink
from sts.credentials.exchange.fetch import RefusedError
from sts.credentials.given import CallableProvider
from sts.credentials.providers.assume_role import AssumeRoleProvider
from sts.credentials.providers.cognito import CognitoProvider
from sts.credentials.providers.mfa import MFA, SessionTokenProvider
from sts.credentials.providers.saml import SAMLProvider
from sts.credentials.providers.web_identity import WebIdentityProvider, attempts_of, without_retries
from sts.credentials.refreshing import source_for
from sts.identity import CredentialProvider
from sts.identity import Credentials as Value
from sts.v2.credentials.provided import (
    Asked,
    LoadedCredentials,
    RecordedCalls,
    client_options,
    code_from,
    endpoint_for,
    options_of,
)
from sts.v2.options import snake_keys

CHAINABLE_OPTIONS = ("master_credentials", "params", "sts_config", "token_code_fn")
SESSION_NAME = "temporary-credentials"
WEB_SESSION_NAME = "web-identity"
TOKEN_FILE_SESSION_NAME = "token-file-web-identity"
"""v2's names of sessions that nobody named."""


class TemporaryCredentials(LoadedCredentials):
    """
    Get a session of the master credentials, or of the role `RoleArn` of *params* (those of AssumeRole or GetSessionToken).

    The master is *master_credentials*, else `AWS.config.credentials` as they are now; of temporary ones their master is taken,
    down to the first.
    """

    def __init__(self, params: Mapping[str, Any] | None = None, master_credentials: Any = None) -> None:
        self.params = named(params, SESSION_NAME)
        options = client_options()
        master: Any = source_for(master_credentials, options)
        while getattr(master, "master_credentials", None) is not None:
            master = master.master_credentials
        self.master_credentials = master
        call = RecordedCalls(options)
        super().__init__(Asked(lambda: session_provider(self.params, master, call)))


class ChainableTemporaryCredentials(LoadedCredentials):
    """
    Get a session of the master credentials, or of a role, whatever the master credentials are.

    *options* are `params` (of AssumeRole or GetSessionToken), `master_credentials`, `token_code_fn` (given the serial number
    and a callback for `(error, code)`, at every refresh), and `sts_config` (options of `AWS.STS`).
    """

    error_code = "ChainableTemporaryCredentialsProviderFailure"

    def __init__(self, options: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        given = options_of(self, CHAINABLE_OPTIONS, options, more)
        self.params = named(dict(given.get("params") or {}), SESSION_NAME)
        function = given.get("token_code_fn")
        mfa = code_from(function, self.error_code) if self.params.get("SerialNumber") else None
        self.token_code_fn = None if mfa is None else function
        sts_options = client_options(given.get("sts_config"))
        self.master_credentials = master = source_for(given.get("master_credentials"), sts_options)
        call = RecordedCalls(sts_options)
        super().__init__(Asked(lambda: session_provider(self.params, master, call, mfa)))


class WebIdentityCredentials(LoadedCredentials):
    """
    Exchange the web identity token `WebIdentityToken` of *params* for credentials of the role `RoleArn`.

    `params` may be changed at any time, and count at the next refresh; `data` is the last result. *client_config* are options
    of the client that asks.
    """

    def __init__(self, params: Mapping[str, Any], client_config: Mapping[str, Any] | None = None) -> None:
        self.params = named(params, WEB_SESSION_NAME)
        options = client_options(client_config)
        call = self._call = RecordedCalls(without_retries(options))
        super().__init__(Asked(lambda: web_identity_provider(self.params, options, call)))

    @property
    def data(self) -> Mapping[str, Any] | None:
        """The result of the last exchange, with the secrets in it."""
        return self._call.data


class TokenFileWebIdentityCredentials(LoadedCredentials):
    """
    Exchange the token in a file for credentials of a role, and read the file anew each time.

    `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN` name them, else the profile, also through its `source_profile`.
    *client_config* are options of the client that asks.
    """

    error_code = "TokenFileWebIdentityCredentialsProviderFailure"

    def __init__(self, client_config: Mapping[str, Any] | None = None) -> None:
        options = client_options(client_config)
        super().__init__(Asked(lambda: token_file_provider(options)))


class SAMLCredentials(LoadedCredentials):
    """Exchange the assertion `SAMLAssertion` of *params* for credentials; `params` may be changed before a refresh."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self.params = params if isinstance(params, dict) else dict(params)
        call = RecordedCalls(client_options())
        super().__init__(Asked(lambda: saml_provider(self.params, call)))


class CognitoIdentityCredentials(LoadedCredentials):
    """
    Get credentials of a Cognito identity: `IdentityPoolId` or `IdentityId`, `Logins`, `CustomRoleArn` of *params*.

    With `RoleArn` the older flow is used, by AssumeRoleWithWebIdentity. `params` may be changed at any time, and count at the
    next refresh; the identity is kept among them. *client_config* (options of a client) is for both services.
    """

    def __init__(self, params: Mapping[str, Any], client_config: Mapping[str, Any] | None = None) -> None:
        self.params = params if isinstance(params, dict) else dict(params)
        self._client_config = dict(client_config or {})
        cognito_provider(self.params, self._client_config)  # says at once what is missing
        super().__init__(CallableProvider(self._ask))

    @property
    def identity_id(self) -> str | None:
        """The identity, None before it was first asked for."""
        return self.params.get("IdentityId")

    def clear_cached_id(self) -> None:
        """Forget the identity: the next refresh asks the pool for one."""
        self.params.pop("IdentityId", None)

    def _ask(self) -> Value:
        provider = cognito_provider(self.params, self._client_config)
        try:
            return provider.retrieve()
        except RefusedError as error:
            error.code = error.service_code or error.code
            raise
        finally:
            self.params["IdentityId"] = provider.identity_id


def named(params: Mapping[str, Any] | None, name: str) -> dict[str, Any]:
    """Return *params*, the very object as in v2, with the session's usual *name* if they ask for a role and give none."""
    kept = params if isinstance(params, dict) else dict(params or {})
    if kept.get("RoleArn") and not kept.get("RoleSessionName"):
        kept["RoleSessionName"] = name
    return kept


def session_provider(
    params: Mapping[str, Any], master: CredentialProvider, call: RecordedCalls, mfa: MFA | None = None
) -> CredentialProvider:
    """Return the provider of a role's session if *params* name a role, else of the master's own."""
    if not params.get("RoleArn"):
        serial = params.get("SerialNumber")
        return SessionTokenProvider(master, mfa=mfa if serial else None, params=params, call=call)
    named = {**params, "RoleSessionName": params.get("RoleSessionName") or SESSION_NAME}
    return AssumeRoleProvider(role_arn=params["RoleArn"], source=master, params=named, mfa=mfa, call=call)


def web_identity_provider(params: Mapping[str, Any], options: Mapping[str, Any], call: RecordedCalls) -> WebIdentityProvider:
    """Return the provider for v2's params; *options* say how often it tries."""
    rest = {name: value for name, value in params.items() if name not in ("RoleArn", "WebIdentityToken", "RoleSessionName")}
    return WebIdentityProvider(
        role_arn=params.get("RoleArn"),
        token=lambda: str(params.get("WebIdentityToken") or ""),
        session_name=params.get("RoleSessionName") or WEB_SESSION_NAME,
        params=rest,
        environ={},
        attempts=attempts_of(options, os.environ),
        call=call,
    )


def token_file_provider(options: Mapping[str, Any]) -> CredentialProvider:
    """Return the provider that environment and profile ask for now."""
    environ = dict(os.environ)
    if environ.get("AWS_WEB_IDENTITY_TOKEN_FILE"):
        environ["AWS_ROLE_SESSION_NAME"] = environ.get("AWS_ROLE_SESSION_NAME") or TOKEN_FILE_SESSION_NAME
    name = environ.get("AWS_PROFILE") or "default"
    context = Context(environ, {"profile": name, **options}, use_environment=True)
    reader = ProfileReader(environ)
    kinds = ("web-identity", "assume-role")
    return ProviderChain([(kind, ProfileLink(kind, name, reader, context)) for kind in kinds], reader)


def cognito_provider(params: Mapping[str, Any], client_config: Mapping[str, Any]) -> CognitoProvider:
    """Return the provider for v2's params."""
    options = client_options(client_config)
    options.pop("region", None)
    return CognitoProvider(
        identity_pool_id=params.get("IdentityPoolId"),
        identity_id=params.get("IdentityId"),
        logins=params.get("Logins"),
        custom_role_arn=params.get("CustomRoleArn"),
        role_arn=params.get("RoleArn"),
        account_id=params.get("AccountId"),
        session_name=params.get("RoleSessionName") or WEB_SESSION_NAME,
        region=snake_keys(client_config).get("region"),
        url=endpoint_for("cognito-identity", client_config),
        **options,
    )


def saml_provider(params: Mapping[str, Any], call: RecordedCalls) -> SAMLProvider:
    """Return the provider for v2's params."""
    own = ("RoleArn", "PrincipalArn", "SAMLAssertion")
    return SAMLProvider(
        role_arn=str(params.get("RoleArn") or ""),
        principal_arn=str(params.get("PrincipalArn") or ""),
        assertion=str(params.get("SAMLAssertion") or ""),
        params={name: value for name, value in params.items() if name not in own},
        call=call,
    )
