"""Credentials of a role, from AssumeRole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sts.base.frames import without_locals
from sts.credentials.chain.chain import Confidential
from sts.credentials.exchange.role_sessions import Duration, Policy, request_role
from sts.credentials.exchange.sts_calls import Calls, STSCaller
from sts.credentials.normalize import provider_of
from sts.credentials.providers.mfa import MFA
from sts.errors import ConfigError
from sts.identity import CredentialProvider, Credentials, CredentialsLike

if TYPE_CHECKING:
    from sts.pipeline.call import CachedCredentials


class AssumeRoleProvider(Confidential):
    """
    Provider that assumes a role with the credentials of *source*: any form that a client accepts, including another provider.

    Args:
        role_arn: the role.
        source: credentials that sign the call. None means the default chain.
        session_name: name of the session in CloudTrail. Default: a generated name for each session.
        duration: seconds or timedelta. Default: one hour (the service's default).
        external_id: external id required by the role's owner.
        mfa_serial: serial number or ARN of an MFA device. *mfa* is called with it for each new session and returns a code.
        policy: session policy, as text or mapping.
        policy_arns: managed session policies.
        tags: session tags, as mapping or list.
        transitive_tag_keys: keys of the tags that later sessions in a role chain keep.
        source_identity: person or program behind the session. Later sessions in a role chain keep it.
        params: other members of AssumeRole by the service's names.
        call: function for the STS call, instead of a client with *options*.
        options: options of a client: region, endpoint, proxies, ...

    """

    def __init__(
        self,
        *,
        role_arn: str,
        source: CredentialsLike | None = None,
        session_name: str | None = None,
        duration: Duration | None = None,
        external_id: str | None = None,
        mfa_serial: str | None = None,
        mfa: MFA | None = None,
        policy: Policy | None = None,
        policy_arns: Sequence[str] | None = None,
        tags: Mapping[str, str] | Sequence[Mapping[str, str]] | None = None,
        transitive_tag_keys: Sequence[str] | None = None,
        source_identity: str | None = None,
        params: Mapping[str, Any] | None = None,
        call: STSCaller | None = None,
        **options: Any,
    ) -> None:
        if mfa is not None and not callable(mfa):
            raise ConfigError("mfa must be a function that takes the serial number of the device and returns a code.")
        members = {
            "RoleArn": role_arn,
            "RoleSessionName": session_name,
            "DurationSeconds": duration,
            "ExternalId": external_id,
            "SerialNumber": mfa_serial,
            "Policy": policy,
            "PolicyArns": policy_arns,
            "Tags": tags,
            "TransitiveTagKeys": transitive_tag_keys,
            "SourceIdentity": source_identity,
        }
        self.params = {**(params or {}), **{name: value for name, value in members.items() if value is not None}}
        """The members that are the same for every session. A generated session name is not included."""
        self.source: CachedCredentials = provider_of(default_source(options) if source is None else source)
        self._mfa = mfa
        self._call = call or Calls(options)

    @property
    def role_arn(self) -> str:
        """The role."""
        return str(self.params["RoleArn"])

    @without_locals
    def retrieve(self) -> Credentials:
        """Assume the role and return the credentials of the session. Errors of the source and of the service are propagated."""
        return request_role(self._call, self.params, self.source, self._mfa)

    def invalidate(self, credentials: Credentials) -> bool:  # noqa: ARG002 - another session can always be had
        """Return True: the role can be assumed again."""
        return True

    def _shown(self) -> str:
        return repr(self.role_arn)


def default_source(options: Mapping[str, Any]) -> CredentialProvider:
    """Return the default chain, for providers without a source."""
    from sts.credentials.chain.default import default_chain  # providers with a source need no chain

    rest = {name: value for name, value in options.items() if name != "profile"}
    profile = options.get("profile")
    return default_chain(profile, explicit_profile=profile is not None, **rest)
