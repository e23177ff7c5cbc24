"""Credential classes of v2 for STS and Cognito."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from sts.credentials.chain.chain import Context, ProfileReader, ProviderChain
from sts.credentials.chain.default import ProfileLink
from sts.credentials.exchange.fetch import RefusedError
from sts.credentials.normalize import CallableProvider
from sts.credentials.providers.assume_role import AssumeRoleProvider
from sts.credentials.providers.cognito import CognitoProvider
from sts.credentials.providers.mfa import MFA, SessionTokenProvider
from sts.credentials.providers.saml import SAMLProvider
from sts.credentials.providers.web_identity import WebIdentityProvider, attempts_of, without_retries
from sts.credentials.refreshing import source_for
from sts.identity import CredentialProvider, CredentialsLike
from sts.identity import Credentials as Value
from sts.v2.client_options import snake_keys
from sts.v2.credentials.provided import (
    DeferredProvider,
    LoadedCredentials,
    RecordedCalls,
    client_options,
    code_from,
    endpoint_for,
    options_of,
)

CHAINABLE_OPTIONS = ("master_credentials", "params", "sts_config", "token_code_fn")
SESSION_NAME = "temporary-credentials"
WEB_SESSION_NAME = "web-identity"
TOKEN_FILE_SESSION_NAME = "token-file-web-identity"
"""Default session names of v2."""


class TemporaryCredentials(LoadedCredentials):
    """
    Session of the master credentials, or of the role `RoleArn` in *params* (of AssumeRole or GetSessionToken).

    The master credentials are *master_credentials* or the current `AWS.config.credentials`. Temporary credentials are replaced
    by their own master credentials, repeatedly.
    """

    def __init__(self, params: Mapping[str, Any] | None = None, master_credentials: CredentialsLike | None = None) -> None:
        self.params = named(params, SESSION_NAME)
        options = client_options()
        master: Any = source_for(master_credentials, options)
        while getattr(master, "master_credentials", None) is not None:
            master = master.master_credentials
        self.master_credentials = master
        call = RecordedCalls(options)
        super().__init__(DeferredProvider(lambda: session_provider(self.params, master, call)))


class ChainableTemporaryCredentials(LoadedCredentials):
    """
    Session of any master credentials, temporary ones included, or of a role.

    *options* are `params` (of AssumeRole or GetSessionToken), `master_credentials`, `token_code_fn` (called at every refresh
    with the serial number and a callback for `(error, code)`), and `sts_config` (options of `AWS.STS`).
    """

    error_code = "ChainableTemporaryCredentialsProviderFailure"

    def __init__(self, options: Mapping[str, Any] | None = None, /, **more: object) -> None:
        given = options_of(self, CHAINABLE_OPTIONS, options, more)
        self.params = named(dict(given.get("params") or {}), SESSION_NAME)
        function = given.get("token_code_fn")
        mfa = code_from(function, self.error_code) if self.params.get("SerialNumber") else None
        self.token_code_fn = None if mfa is None else function
        sts_options = client_options(given.get("sts_config"))
        self.master_credentials = master = source_for(given.get("master_credentials"), sts_options)
        call = RecordedCalls(sts_options)
        super().__init__(DeferredProvider(lambda: session_provider(self.params, master, call, mfa)))


class WebIdentityCredentials(LoadedCredentials):
    """
    Credentials of the role `RoleArn` for the token `WebIdentityToken` in *params*.

    A change of `params` applies to the next refresh. `data` is the last result. *client_config* has the options of the client
    for the exchange.
    """

    def __init__(self, params: Mapping[str, Any], client_config: Mapping[str, Any] | None = None) -> None:
        self.params = named(params, WEB_SESSION_NAME)
        options = client_options(client_config)
        call = self._call = RecordedCalls(without_retries(options))
        super().__init__(DeferredProvider(lambda: web_identity_provider(self.params, options, call)))

    @property
    def data(self) -> Mapping[str, Any] | None:
        """The result of the last exchange, including secrets."""
        return self._call.data


class TokenFileWebIdentityCredentials(LoadedCredentials):
    """
    Credentials of a role for the token in a file, which is re-read at each refresh.

    `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN` name file and role, or else the profile or its `source_profile`.
    *client_config* has the options of the client for the exchange.
    """

    error_code = "TokenFileWebIdentityCredentialsProviderFailure"

    def __init__(self, client_config: Mapping[str, Any] | None = None) -> None:
        options = client_options(client_config)
        super().__init__(DeferredProvider(lambda: token_file_provider(options)))


class SAMLCredentials(LoadedCredentials):
    """Credentials for the assertion `SAMLAssertion` in *params*. A change of `params` applies to the next refresh."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self.params = params if isinstance(params, dict) else dict(params)
        call = RecordedCalls(client_options())
        super().__init__(DeferredProvider(lambda: saml_provider(self.params, call)))


class CognitoIdentityCredentials(LoadedCredentials):
    """
    Credentials of a Cognito identity: `IdentityPoolId` or `IdentityId`, `Logins`, `CustomRoleArn` in *params*.

    `RoleArn` selects the basic (classic) flow with AssumeRoleWithWebIdentity. A change of `params` applies to the next refresh.
    The identity is stored in them. *client_config* has the client options for both services.
    """

    def __init__(self, params: Mapping[str, Any], client_config: Mapping[str, Any] | None = None) -> None:
        self.params = params if isinstance(params, dict) else dict(params)
        self._client_config = dict(client_config or {})
        cognito_provider(self.params, self._client_config)  # reports missing params at once
        super().__init__(CallableProvider(self._ask))

    @property
    def identity_id(self) -> str | None:
        """The identity, or None before the first request."""
        return self.params.get("IdentityId")

    def clear_cached_id(self) -> None:
        """Remove the identity. The next refresh requests one from the pool."""
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
    """Return *params*, the same object as in v2, with the default session *name* for a role without one."""
    kept = params if isinstance(params, dict) else dict(params or {})
    if kept.get("RoleArn") and not kept.get("RoleSessionName"):
        kept["RoleSessionName"] = name
    return kept


def session_provider(
    params: Mapping[str, Any], master: CredentialProvider, call: RecordedCalls, mfa: MFA | None = None
) -> CredentialProvider:
    """Return the provider of a role session if *params* name a role, or of a session of the master credentials."""
    if not params.get("RoleArn"):
        serial = params.get("SerialNumber")
        return SessionTokenProvider(master, mfa=mfa if serial else None, params=params, call=call)
    named = {**params, "RoleSessionName": params.get("RoleSessionName") or SESSION_NAME}
    return AssumeRoleProvider(role_arn=params["RoleArn"], source=master, params=named, mfa=mfa, call=call)


def web_identity_provider(params: Mapping[str, Any], options: Mapping[str, Any], call: RecordedCalls) -> WebIdentityProvider:
    """Return the provider for params of v2. *options* set the number of tries."""
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
    """Return the provider that the environment or the profile configures now."""
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
