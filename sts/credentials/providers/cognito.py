"""Credentials of an Amazon Cognito identity pool."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any, Union

from sts.base.frames import without_locals
from sts.base.time import sleep
from sts.credentials.chain.chain import Confidential
from sts.credentials.exchange.fetch import RefusedError, Tries, ask_json, client_handler
from sts.credentials.exchange.json_credentials import COGNITO, credentials_in
from sts.credentials.exchange.service_urls import aws_url, service_url, variants_of
from sts.credentials.exchange.sts_calls import STSCaller
from sts.credentials.providers.web_identity import WebIdentityProvider
from sts.errors import ConfigError, CredentialsError
from sts.http import Handler, HttpRequest
from sts.identity import Credentials
from sts.settings.table import check_options

WHAT = "Amazon Cognito"
TRIES = Tries(attempts=3, pause=0.5, seconds=10.0)
GONE = ("NotAuthorizedException", "ResourceNotFoundException")
"""Error codes for an identity that is no longer usable: it was deleted, or belongs to other logins."""
Logins = Mapping[str, Union[str, Callable[[], str]]]
"""Mapping from the host of an identity provider to its token, or to a function that returns one."""


class CognitoProvider(Confidential):
    """
    Provider of credentials for an identity of an identity pool: a guest, or a user of an identity provider.

    Args:
        identity_pool_id: the pool, as `region:uuid`; on first use an identity is created in it and kept.
        identity_id: the identity itself, instead of the pool.
        logins: mapping from the host of each identity provider to its token, or to a function that returns a new one.
        custom_role_arn: role to use, of those that the token allows.
        role_arn: role of the basic (classic) flow, which ends with AssumeRoleWithWebIdentity.
        account_id: account of the pool, if it is a different one.
        region: region, instead of the one in the id of the pool or identity.
        url: base URL of the service instead of AWS's.
        session_name: name of the session in the basic flow.
        call: function for the STS call of the basic flow, instead of a client with *options*.
        options: options of a client.

    """

    def __init__(
        self,
        *,
        identity_pool_id: str | None = None,
        identity_id: str | None = None,
        logins: Logins | None = None,
        custom_role_arn: str | None = None,
        role_arn: str | None = None,
        account_id: str | None = None,
        region: str | None = None,
        url: str | None = None,
        session_name: str | None = None,
        environ: Mapping[str, str] | None = None,
        handler: Handler | None = None,
        call: STSCaller | None = None,
        sleep: Callable[[float], object] = sleep,
        **options: Any,
    ) -> None:
        check_options(options)
        known = identity_id or identity_pool_id
        if not known:
            raise ConfigError("A Cognito provider needs identity_pool_id or identity_id.")
        self._environ = os.environ if environ is None else environ
        self._pool = {"IdentityPoolId": identity_pool_id, **({"AccountId": account_id} if account_id else {})}
        self._logins = logins or {}
        self._custom_role_arn = custom_role_arn
        self._role_arn = role_arn
        self.region = region or known.partition(":")[0]
        usual = aws_url("cognito-identity", self.region, **variants_of(options, self._environ))
        self._url = (url or service_url("cognito_identity", usual, self._environ)).rstrip("/")
        self._session_name = session_name
        self._handler = handler
        self._call = call
        self._sleep = sleep
        self._options = options
        self.identity_id = identity_id

    @without_locals
    def retrieve(self) -> Credentials:
        """Return the credentials of the identity. Raise CredentialsError with the message of the service if it fails."""
        tokens = {host: token() if callable(token) else token for host, token in self._logins.items()}
        logins = {"Logins": tokens} if tokens else {}
        self.identity_id = self.identity_id or self._new_identity({**self._pool, **logins})
        members = {"IdentityId": self.identity_id, **logins}
        try:
            return self._classic(members) if self._role_arn else self._enhanced(members)
        except RefusedError as error:
            if error.service_code in GONE and self._pool["IdentityPoolId"]:
                self.identity_id = None  # the next try requests another identity from the pool
            raise

    def _enhanced(self, members: Mapping[str, Any]) -> Credentials:
        role = {"CustomRoleArn": self._custom_role_arn} if self._custom_role_arn else {}
        found = self._ask("GetCredentialsForIdentity", {**members, **role}).get("Credentials")
        if not isinstance(found, dict):
            raise CredentialsError(f"{WHAT} returned no Credentials.")
        return credentials_in(found, COGNITO, WHAT, "cognito")

    def _new_identity(self, members: Mapping[str, Any]) -> str:
        found = self._ask("GetId", members).get("IdentityId")
        if not isinstance(found, str) or not found:
            raise CredentialsError(f"{WHAT} returned no IdentityId.")
        return found

    def _classic(self, members: Mapping[str, Any]) -> Credentials:
        provider = WebIdentityProvider(
            role_arn=self._role_arn,
            token=lambda: str(self._ask("GetOpenIdToken", members).get("Token") or ""),
            session_name=self._session_name,
            environ=self._environ,
            call=self._call,
            sleep=self._sleep,
            **{"region": self.region, **self._options},
        )
        return Credentials(**provider.retrieve().to_dict(), source="cognito")

    def _ask(self, operation: str, members: Mapping[str, Any]) -> dict[str, Any]:
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"AWSCognitoIdentityService.{operation}",
        }
        request = HttpRequest("POST", f"{self._url}/", headers, json.dumps(members).encode())
        what, hidden = f"{WHAT} ({operation})", tuple(members.get("Logins", {}).values())
        with client_handler(self._handler, self._options, self._environ) as handler:
            return ask_json(handler, request, TRIES, what=what, hidden=hidden, sleep=self._sleep)

    def _shown(self) -> str:
        return repr(self._pool["IdentityPoolId"] or self.identity_id)
