"""Made from `sts/model/operations.py` by `python -m tests.tools.generate`; do not edit."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Generic, Literal, Union, overload

from sts.model.shapes import Operation
from sts.types import *

class Command(Generic[R]):
    operation: ClassVar[Operation]
    input: Mapping[str, Any]

COMMANDS: dict[str, type[Command[Any]]]

class AssumeRoleCommand(Command[AssumeRoleResponse]):
    """Get temporary credentials of a role."""

    @overload
    def __init__(self, input: AssumeRoleRequest, /) -> None: ...
    @overload
    def __init__(
        self,
        *,
        RoleArn: str,
        RoleSessionName: str,
        PolicyArns: Sequence[Union[str, PolicyDescriptorDict]] | None = ...,
        Policy: Union[str, Mapping[str, object]] | None = ...,
        DurationSeconds: Union[int, timedelta] | None = ...,
        Tags: Union[Sequence[TagDict], Mapping[str, str]] | None = ...,
        TransitiveTagKeys: Sequence[str] | None = ...,
        ExternalId: str | None = ...,
        SerialNumber: str | None = ...,
        TokenCode: str | None = ...,
        SourceIdentity: str | None = ...,
        ProvidedContexts: Sequence[ProvidedContextDict] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
    ) -> None: ...

class AssumeRoleWithSAMLCommand(Command[AssumeRoleWithSAMLResponse]):
    """Exchange a SAML assertion for temporary credentials of a role; needs no credentials."""

    @overload
    def __init__(self, input: AssumeRoleWithSAMLRequest, /) -> None: ...
    @overload
    def __init__(
        self,
        *,
        RoleArn: str,
        PrincipalArn: str,
        SAMLAssertion: str,
        PolicyArns: Sequence[Union[str, PolicyDescriptorDict]] | None = ...,
        Policy: Union[str, Mapping[str, object]] | None = ...,
        DurationSeconds: Union[int, timedelta] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
    ) -> None: ...

class AssumeRoleWithWebIdentityCommand(Command[AssumeRoleWithWebIdentityResponse]):
    """Exchange an OIDC token for temporary credentials of a role; needs no credentials."""

    @overload
    def __init__(self, input: AssumeRoleWithWebIdentityRequest, /) -> None: ...
    @overload
    def __init__(
        self,
        *,
        RoleArn: str,
        RoleSessionName: str,
        WebIdentityToken: str,
        ProviderId: str | None = ...,
        PolicyArns: Sequence[Union[str, PolicyDescriptorDict]] | None = ...,
        Policy: Union[str, Mapping[str, object]] | None = ...,
        DurationSeconds: Union[int, timedelta] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
    ) -> None: ...

class AssumeRootCommand(Command[AssumeRootResponse]):
    """Get short-lived root credentials of a member account for one task."""

    @overload
    def __init__(self, input: AssumeRootRequest, /) -> None: ...
    @overload
    def __init__(
        self,
        *,
        TargetPrincipal: str,
        TaskPolicyArn: Union[str, PolicyDescriptorDict],
        DurationSeconds: Union[int, timedelta] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
    ) -> None: ...

class DecodeAuthorizationMessageCommand(Command[DecodeAuthorizationMessageResponse]):
    """Decode the authorization details of a denied request."""

    @overload
    def __init__(self, input: DecodeAuthorizationMessageRequest, /) -> None: ...
    @overload
    def __init__(self, *, EncodedMessage: str) -> None: ...

class GetAccessKeyInfoCommand(Command[GetAccessKeyInfoResponse]):
    """Return the account that an access key belongs to."""

    @overload
    def __init__(self, input: GetAccessKeyInfoRequest, /) -> None: ...
    @overload
    def __init__(self, *, AccessKeyId: str) -> None: ...

class GetCallerIdentityCommand(Command[GetCallerIdentityResponse]):
    """Return account, ARN and user id of the caller. Needs no permission."""

    @overload
    def __init__(self, input: GetCallerIdentityRequest | None = ..., /) -> None: ...
    @overload
    def __init__(self, *, _none: None = ...) -> None: ...

class GetDelegatedAccessTokenCommand(Command[GetDelegatedAccessTokenResponse]):
    """Exchange a trade-in token for temporary credentials."""

    @overload
    def __init__(self, input: GetDelegatedAccessTokenRequest, /) -> None: ...
    @overload
    def __init__(self, *, TradeInToken: str) -> None: ...

class GetFederationTokenCommand(Command[GetFederationTokenResponse]):
    """Get temporary credentials for a federated user. Must be called with the long-term keys of an IAM user."""

    @overload
    def __init__(self, input: GetFederationTokenRequest, /) -> None: ...
    @overload
    def __init__(
        self,
        *,
        Name: str,
        Policy: Union[str, Mapping[str, object]] | None = ...,
        PolicyArns: Sequence[Union[str, PolicyDescriptorDict]] | None = ...,
        DurationSeconds: Union[int, timedelta] | None = ...,
        Tags: Union[Sequence[TagDict], Mapping[str, str]] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
    ) -> None: ...

class GetScopedCredentialsCommand(Command[GetScopedCredentialsResponse]):
    """Get credentials of the calling session with fewer permissions, a shorter lifetime, or both."""

    @overload
    def __init__(self, input: GetScopedCredentialsRequest, /) -> None: ...
    @overload
    def __init__(
        self,
        *,
        Policy: Union[str, Mapping[str, object]] | None = ...,
        DurationSeconds: Union[int, timedelta] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
        ScopedSessionDescription: str | None = ...,
    ) -> None: ...

class GetSessionTokenCommand(Command[GetSessionTokenResponse]):
    """Get temporary credentials of the calling user, optionally with MFA."""

    @overload
    def __init__(self, input: GetSessionTokenRequest | None = ..., /) -> None: ...
    @overload
    def __init__(
        self,
        *,
        DurationSeconds: Union[int, timedelta] | None = ...,
        SerialNumber: str | None = ...,
        TokenCode: str | None = ...,
        MinimumSessionTokenSize: int | None = ...,
    ) -> None: ...

class GetWebIdentityTokenCommand(Command[GetWebIdentityTokenResponse]):
    """Get a signed JWT that proves the caller's AWS identity to external services."""

    @overload
    def __init__(self, input: GetWebIdentityTokenRequest, /) -> None: ...
    @overload
    def __init__(
        self,
        *,
        Audience: Union[str, Sequence[str]],
        SigningAlgorithm: str,
        DurationSeconds: Union[int, timedelta] | None = ...,
        Scope: str | None = ...,
        SubjectMode: Literal["AWSIdentity", "OriginIdentity"] | None = ...,
        Tags: Union[Sequence[TagDict], Mapping[str, str]] | None = ...,
    ) -> None: ...
