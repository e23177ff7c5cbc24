"""Credentials of a role for a SAML assertion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Union

from sts.base.frames import without_locals
from sts.credentials.chain.chain import Confidential
from sts.credentials.exchange.role_sessions import Duration, Policy
from sts.credentials.exchange.sts_calls import Calls, STSCaller, session_credentials
from sts.credentials.providers.saml_roles import principal_of
from sts.errors import ConfigError
from sts.identity import Credentials


class SAMLProvider(Confidential):
    """
    Provider that exchanges a SAML assertion for the credentials of a role.

    Args:
        role_arn: the role.
        principal_arn: SAML provider in IAM. Default: the one listed with the role in the assertion.
        assertion: the assertion in Base64, or a function that returns one; it is called for each exchange, because an assertion
            is valid for five minutes.
        duration: seconds or timedelta.
        policy: session policy.
        policy_arns: managed session policies.
        params: other members of AssumeRoleWithSAML by the service's names.
        call: function for the STS call, instead of a client with *options*.
        options: options of a client: region, endpoint, proxies, ...

    """

    def __init__(
        self,
        *,
        role_arn: str,
        principal_arn: str | None = None,
        assertion: Union[str, Callable[[], str]],
        duration: Duration | None = None,
        policy: Policy | None = None,
        policy_arns: Sequence[str] | None = None,
        params: Mapping[str, Any] | None = None,
        call: STSCaller | None = None,
        **options: Any,
    ) -> None:
        members = {
            "RoleArn": role_arn,
            "PrincipalArn": principal_arn,
            "DurationSeconds": duration,
            "Policy": policy,
            "PolicyArns": policy_arns,
        }
        self._params = {**{name: value for name, value in members.items() if value is not None}, **(params or {})}
        self._assertion = assertion
        self._call = call or Calls(options)

    @without_locals
    def retrieve(self) -> Credentials:
        """Exchange an assertion and return the credentials of the session. Errors of the service are propagated."""
        assertion = self._assertion() if callable(self._assertion) else self._assertion
        if not isinstance(assertion, str) or not assertion.strip():
            raise ConfigError("The SAML assertion is empty or not a string; pass it in Base64, or a function that returns it.")
        params = {**self._params, "SAMLAssertion": assertion.strip()}
        if "PrincipalArn" not in params:
            params["PrincipalArn"] = principal_of(params["SAMLAssertion"], params["RoleArn"])
        result = self._call("assume_role_with_saml", params, None)
        return session_credentials(result, "saml")

    def invalidate(self, credentials: Credentials) -> bool:  # noqa: ARG002 - the protocol's
        """Return True if another session is possible: only a function can return another assertion."""
        return callable(self._assertion)

    def _shown(self) -> str:
        return repr(self._params["RoleArn"])
