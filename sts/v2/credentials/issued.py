"""Credential classes of v2 for STS and Cognito."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from sts.base.spelling import snake_case
from sts.credentials.chain.chain import Context
from sts.credentials.exchange.fetch import RefusedError
from sts.credentials.exchange.sts_calls import Calls, STSCaller
from sts.credentials.normalize import CallableProvider
from sts.credentials.providers.assume_role import AssumeRoleProvider
from sts.credentials.providers.cognito import CognitoProvider
from sts.credentials.providers.mfa import MFA, SessionTokenProvider
from sts.credentials.providers.saml import SAMLProvider
from sts.credentials.providers.web_identity import WebIdentityProvider, attempts_of, without_retries
from sts.credentials.refreshing import source_for
from sts.identity import CredentialProvider, CredentialsLike
from sts.identity import Credentials as Value
from sts.v2.client_options import expand_endpoint, merge, snake_keys
from sts.v2.credentials.provided import LoadedCredentials, client_options, code_from, profile_provider
from sts.v2.namespace import Namespace

CHAINABLE_OPTIONS = ("master_credentials", "params", "sts_config", "token_code_fn")
SESSION_NAME = "temporary-credentials"
WEB_SESSION_NAME = "web-identity"
TOKEN_FILE_SESSION_NAME = "token-file-web-identity"
"""Default session names of v2."""


class TemporaryCredentials(LoadedCredentials):
    """
    Session of the master credentials, or of the role `RoleArn` in *params* (of AssumeRole or GetSessionToken). The master
    credentials are *master_credentials* or the current `AWS.config.credentials`. Temporary credentials are replaced by their
    own master credentials, repeatedly.
    """

    def __init__(self, params: Mapping[str, Any] | None = None, master_credentials: CredentialsLike | None = None) -> None:
        self.params = named(params, SESSION_NAME)
        options = client_options()
        master: Any = source_for(master_credentials, options)
        while getattr(master, "master_credentials", None) is not None:
            master = master.master_credentials
        self.master_credentials = master
        call = Calls(options)
        super().__init__(CallableProvider(lambda: fetch_session(self.params, master, call)))


class ChainableTemporaryCredentials(LoadedCredentials):
    """
    Session of any master credentials, temporary ones included, or of a role.

    *options* are `params` (of AssumeRole or GetSessionToken), `master_credentials`, `token_code_fn` (called at every refresh
    with the serial number and a callback for `(error, code)`), and `sts_config` (options of `AWS.STS`).
    """

    error_code = "ChainableTemporaryCredentialsProviderFailure"

    def __init__(self, options: Mapping[str, Any] | None = None, /, **more: object) -> None:
        given = self._read_options(CHAINABLE_OPTIONS, options, more)
        self.params = named(dict(given.get("params") or {}), SESSION_NAME)
        function = given.get("token_code_fn")
        mfa = code_from(function, self.error_code) if self.params.get("SerialNumber") else None
        self.token_code_fn = None if mfa is None else function
        sts_options = client_options(given.get("sts_config"))
        self.master_credentials = master = source_for(given.get("master_credentials"), sts_options)
        call = Calls(sts_options)
        super().__init__(CallableProvider(lambda: fetch_session(self.params, master, call, mfa)))


class WebIdentityCredentials(LoadedCredentials):
    """
    Credentials of the role `RoleArn` for the token `WebIdentityToken` in *params*. A change of `params` applies to the next
    refresh. *client_config* has the options of the client for the exchange.
    """

    def __init__(self, params: Mapping[str, Any], client_config: Mapping[str, Any] | None = None) -> None:
        self.params = named(params, WEB_SESSION_NAME)
        self._options = client_options(client_config)
        self._call = Calls(without_retries(self._options))
        self._data: Mapping[str, Any] | None = None
        super().__init__(CallableProvider(self._fetch))

    @property
    def data(self) -> Mapping[str, Any] | None:
        """The result of the last exchange, including secrets."""
        return self._data

    def _fetch(self) -> Value:
        params, own = self.params, ("RoleArn", "WebIdentityToken", "RoleSessionName")
        provider = WebIdentityProvider(
            role_arn=params.get("RoleArn"),
            token=lambda: str(params.get("WebIdentityToken") or ""),
            session_name=params.get("RoleSessionName") or WEB_SESSION_NAME,
            params={name: value for name, value in params.items() if name not in own},
            environ={},
            attempts=attempts_of(self._options, os.environ),
            call=self._exchange,
        )
        return provider.retrieve()

    def _exchange(self, operation: Any, params: Mapping[str, Any], credentials: CredentialProvider | None) -> Mapping[str, Any]:
        self._data = self._call(operation, params, credentials)
        return self._data


class TokenFileWebIdentityCredentials(LoadedCredentials):
    """
    Credentials of a role for the token in a file, which is re-read at each refresh. `AWS_WEB_IDENTITY_TOKEN_FILE` and
    `AWS_ROLE_ARN` name file and role, or else the profile or its `source_profile`. *client_config* has options of the client.
    """

    error_code = "TokenFileWebIdentityCredentialsProviderFailure"

    def __init__(self, client_config: Mapping[str, Any] | None = None) -> None:
        self._options = client_options(client_config)
        super().__init__(CallableProvider(self._fetch))

    def _fetch(self) -> Value:
        environ = dict(os.environ)
        if environ.get("AWS_WEB_IDENTITY_TOKEN_FILE"):
            environ["AWS_ROLE_SESSION_NAME"] = environ.get("AWS_ROLE_SESSION_NAME") or TOKEN_FILE_SESSION_NAME
        profile = environ.get("AWS_PROFILE") or "default"
        context = Context(environ, {"profile": profile, **self._options}, use_environment=True)
        return profile_provider(profile, context, "web-identity", "assume-role").retrieve()


class SAMLCredentials(LoadedCredentials):
    """Credentials for the assertion `SAMLAssertion` in *params*. A change of `params` applies to the next refresh."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self.params = params if isinstance(params, dict) else dict(params)
        self._call = Calls(client_options())
        super().__init__(CallableProvider(self._fetch))

    def _fetch(self) -> Value:
        params, own = self.params, ("RoleArn", "PrincipalArn", "SAMLAssertion")
        role_arn, principal_arn, assertion = (str(params.get(name) or "") for name in own)
        rest = {name: value for name, value in params.items() if name not in own}
        provider = SAMLProvider(
            role_arn=role_arn, principal_arn=principal_arn, assertion=assertion, params=rest, call=self._call
        )
        return provider.retrieve()


class CognitoIdentityCredentials(LoadedCredentials):
    """
    Credentials of a Cognito identity: `IdentityPoolId` or `IdentityId`, `Logins`, `CustomRoleArn` in *params*. `RoleArn`
    selects the basic (classic) flow with AssumeRoleWithWebIdentity. A change of `params` applies to the next refresh. The
    identity is stored in them. *client_config* has the client options for both services.
    """

    def __init__(self, params: Mapping[str, Any], client_config: Mapping[str, Any] | None = None) -> None:
        self.params = params if isinstance(params, dict) else dict(params)
        self._client_config = dict(client_config or {})
        self._provider()  # reports missing params at once
        super().__init__(CallableProvider(self._fetch))

    @property
    def identity_id(self) -> str | None:
        """The identity, or None before the first request."""
        return self.params.get("IdentityId")

    def clear_cached_id(self) -> None:
        """Remove the identity. The next refresh requests one from the pool."""
        self.params.pop("IdentityId", None)

    def _provider(self) -> CognitoProvider:
        params, config = self.params, snake_keys(self._client_config)
        names = ("IdentityPoolId", "IdentityId", "Logins", "CustomRoleArn", "RoleArn", "AccountId")
        members: dict[str, Any] = {snake_case(name): params.get(name) for name in names}
        options = client_options(config)
        options.pop("region", None)
        both = merge(Namespace.read_config().to_dict(), config)  # the endpoint for STS only is not that of Cognito
        return CognitoProvider(
            **members,
            session_name=params.get("RoleSessionName") or WEB_SESSION_NAME,
            region=config.get("region"),
            url=expand_endpoint(both, "cognito-identity") if "endpoint" in both else None,
            **options,
        )

    def _fetch(self) -> Value:
        provider = self._provider()
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


def fetch_session(params: Mapping[str, Any], master: CredentialProvider, call: STSCaller, mfa: MFA | None = None) -> Value:
    """Return a role session if *params* name a role, or a session of the *master* credentials."""
    if not params.get("RoleArn"):
        mfa = mfa if params.get("SerialNumber") else None
        return SessionTokenProvider(master, mfa=mfa, params=params, call=call).retrieve()
    params = named(dict(params), SESSION_NAME)
    return AssumeRoleProvider(role_arn=params["RoleArn"], source=master, params=params, mfa=mfa, call=call).retrieve()
