"""Made from `sts/model/operations.py` by `python -m tests.tools.generate`; do not edit."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal, Union, overload

from sts.http import AbortSignal
from sts.calling.request import Request
from sts.model.shapes import Operation
from sts.types import *

class Described:
    def __init__(self, operation: Operation, *, callback: bool = ...) -> None: ...

def blocking_method(operation: Operation) -> Callable[..., object]: ...
def async_method(operation: Operation) -> Callable[..., object]: ...

class OperationMethods:
    @overload
    def assume_role(
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
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> AssumeRoleResponse:
        """Get temporary credentials of a role."""
    @overload
    def assume_role(
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
        callback: Callback[AssumeRoleResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[AssumeRoleResponse]:
        """Get temporary credentials of a role."""
    @overload
    def assume_role(
        self,
        params: AssumeRoleRequest,
        options: CallOptions | None = ...,
        /,
        *,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> AssumeRoleResponse:
        """Get temporary credentials of a role."""
    @overload
    def assume_role(
        self,
        params: AssumeRoleRequest,
        /,
        *,
        callback: Callback[AssumeRoleResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[AssumeRoleResponse]:
        """Get temporary credentials of a role."""
    @overload
    def assume_role(
        self,
        params: AssumeRoleRequest,
        callback: Callback[AssumeRoleResponse],
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[AssumeRoleResponse]:
        """Get temporary credentials of a role."""
    @overload
    def assume_role(
        self, params: AssumeRoleRequest, options: CallOptions | None, callback: Callback[AssumeRoleResponse], /
    ) -> Request[AssumeRoleResponse]:
        """Get temporary credentials of a role."""
    @overload
    def assume_role_with_saml(
        self,
        *,
        RoleArn: str,
        PrincipalArn: str,
        SAMLAssertion: str,
        PolicyArns: Sequence[Union[str, PolicyDescriptorDict]] | None = ...,
        Policy: Union[str, Mapping[str, object]] | None = ...,
        DurationSeconds: Union[int, timedelta] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> AssumeRoleWithSAMLResponse:
        """Exchange a SAML assertion for temporary credentials of a role; needs no credentials."""
    @overload
    def assume_role_with_saml(
        self,
        *,
        RoleArn: str,
        PrincipalArn: str,
        SAMLAssertion: str,
        PolicyArns: Sequence[Union[str, PolicyDescriptorDict]] | None = ...,
        Policy: Union[str, Mapping[str, object]] | None = ...,
        DurationSeconds: Union[int, timedelta] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
        callback: Callback[AssumeRoleWithSAMLResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[AssumeRoleWithSAMLResponse]:
        """Exchange a SAML assertion for temporary credentials of a role; needs no credentials."""
    @overload
    def assume_role_with_saml(
        self,
        params: AssumeRoleWithSAMLRequest,
        options: CallOptions | None = ...,
        /,
        *,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> AssumeRoleWithSAMLResponse:
        """Exchange a SAML assertion for temporary credentials of a role; needs no credentials."""
    @overload
    def assume_role_with_saml(
        self,
        params: AssumeRoleWithSAMLRequest,
        /,
        *,
        callback: Callback[AssumeRoleWithSAMLResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[AssumeRoleWithSAMLResponse]:
        """Exchange a SAML assertion for temporary credentials of a role; needs no credentials."""
    @overload
    def assume_role_with_saml(
        self,
        params: AssumeRoleWithSAMLRequest,
        callback: Callback[AssumeRoleWithSAMLResponse],
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[AssumeRoleWithSAMLResponse]:
        """Exchange a SAML assertion for temporary credentials of a role; needs no credentials."""
    @overload
    def assume_role_with_saml(
        self, params: AssumeRoleWithSAMLRequest, options: CallOptions | None, callback: Callback[AssumeRoleWithSAMLResponse], /
    ) -> Request[AssumeRoleWithSAMLResponse]:
        """Exchange a SAML assertion for temporary credentials of a role; needs no credentials."""
    @overload
    def assume_role_with_web_identity(
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
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> AssumeRoleWithWebIdentityResponse:
        """Exchange an OIDC token for temporary credentials of a role; needs no credentials."""
    @overload
    def assume_role_with_web_identity(
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
        callback: Callback[AssumeRoleWithWebIdentityResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[AssumeRoleWithWebIdentityResponse]:
        """Exchange an OIDC token for temporary credentials of a role; needs no credentials."""
    @overload
    def assume_role_with_web_identity(
        self,
        params: AssumeRoleWithWebIdentityRequest,
        options: CallOptions | None = ...,
        /,
        *,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> AssumeRoleWithWebIdentityResponse:
        """Exchange an OIDC token for temporary credentials of a role; needs no credentials."""
    @overload
    def assume_role_with_web_identity(
        self,
        params: AssumeRoleWithWebIdentityRequest,
        /,
        *,
        callback: Callback[AssumeRoleWithWebIdentityResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[AssumeRoleWithWebIdentityResponse]:
        """Exchange an OIDC token for temporary credentials of a role; needs no credentials."""
    @overload
    def assume_role_with_web_identity(
        self,
        params: AssumeRoleWithWebIdentityRequest,
        callback: Callback[AssumeRoleWithWebIdentityResponse],
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[AssumeRoleWithWebIdentityResponse]:
        """Exchange an OIDC token for temporary credentials of a role; needs no credentials."""
    @overload
    def assume_role_with_web_identity(
        self,
        params: AssumeRoleWithWebIdentityRequest,
        options: CallOptions | None,
        callback: Callback[AssumeRoleWithWebIdentityResponse],
        /,
    ) -> Request[AssumeRoleWithWebIdentityResponse]:
        """Exchange an OIDC token for temporary credentials of a role; needs no credentials."""
    @overload
    def assume_root(
        self,
        *,
        TargetPrincipal: str,
        TaskPolicyArn: Union[str, PolicyDescriptorDict],
        DurationSeconds: Union[int, timedelta] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> AssumeRootResponse:
        """Get short-lived root credentials of a member account for one task."""
    @overload
    def assume_root(
        self,
        *,
        TargetPrincipal: str,
        TaskPolicyArn: Union[str, PolicyDescriptorDict],
        DurationSeconds: Union[int, timedelta] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
        callback: Callback[AssumeRootResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[AssumeRootResponse]:
        """Get short-lived root credentials of a member account for one task."""
    @overload
    def assume_root(
        self,
        params: AssumeRootRequest,
        options: CallOptions | None = ...,
        /,
        *,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> AssumeRootResponse:
        """Get short-lived root credentials of a member account for one task."""
    @overload
    def assume_root(
        self,
        params: AssumeRootRequest,
        /,
        *,
        callback: Callback[AssumeRootResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[AssumeRootResponse]:
        """Get short-lived root credentials of a member account for one task."""
    @overload
    def assume_root(
        self,
        params: AssumeRootRequest,
        callback: Callback[AssumeRootResponse],
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[AssumeRootResponse]:
        """Get short-lived root credentials of a member account for one task."""
    @overload
    def assume_root(
        self, params: AssumeRootRequest, options: CallOptions | None, callback: Callback[AssumeRootResponse], /
    ) -> Request[AssumeRootResponse]:
        """Get short-lived root credentials of a member account for one task."""
    @overload
    def decode_authorization_message(
        self, *, EncodedMessage: str, callback: None = ..., timeout: float | None = ..., abort_signal: AbortSignal | None = ...
    ) -> DecodeAuthorizationMessageResponse:
        """Decode the authorization details of a denied request."""
    @overload
    def decode_authorization_message(
        self,
        *,
        EncodedMessage: str,
        callback: Callback[DecodeAuthorizationMessageResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[DecodeAuthorizationMessageResponse]:
        """Decode the authorization details of a denied request."""
    @overload
    def decode_authorization_message(
        self,
        params: DecodeAuthorizationMessageRequest,
        options: CallOptions | None = ...,
        /,
        *,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> DecodeAuthorizationMessageResponse:
        """Decode the authorization details of a denied request."""
    @overload
    def decode_authorization_message(
        self,
        params: DecodeAuthorizationMessageRequest,
        /,
        *,
        callback: Callback[DecodeAuthorizationMessageResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[DecodeAuthorizationMessageResponse]:
        """Decode the authorization details of a denied request."""
    @overload
    def decode_authorization_message(
        self,
        params: DecodeAuthorizationMessageRequest,
        callback: Callback[DecodeAuthorizationMessageResponse],
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[DecodeAuthorizationMessageResponse]:
        """Decode the authorization details of a denied request."""
    @overload
    def decode_authorization_message(
        self,
        params: DecodeAuthorizationMessageRequest,
        options: CallOptions | None,
        callback: Callback[DecodeAuthorizationMessageResponse],
        /,
    ) -> Request[DecodeAuthorizationMessageResponse]:
        """Decode the authorization details of a denied request."""
    @overload
    def get_access_key_info(
        self, *, AccessKeyId: str, callback: None = ..., timeout: float | None = ..., abort_signal: AbortSignal | None = ...
    ) -> GetAccessKeyInfoResponse:
        """Return the account that an access key belongs to."""
    @overload
    def get_access_key_info(
        self,
        *,
        AccessKeyId: str,
        callback: Callback[GetAccessKeyInfoResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetAccessKeyInfoResponse]:
        """Return the account that an access key belongs to."""
    @overload
    def get_access_key_info(
        self,
        params: GetAccessKeyInfoRequest,
        options: CallOptions | None = ...,
        /,
        *,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetAccessKeyInfoResponse:
        """Return the account that an access key belongs to."""
    @overload
    def get_access_key_info(
        self,
        params: GetAccessKeyInfoRequest,
        /,
        *,
        callback: Callback[GetAccessKeyInfoResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetAccessKeyInfoResponse]:
        """Return the account that an access key belongs to."""
    @overload
    def get_access_key_info(
        self,
        params: GetAccessKeyInfoRequest,
        callback: Callback[GetAccessKeyInfoResponse],
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetAccessKeyInfoResponse]:
        """Return the account that an access key belongs to."""
    @overload
    def get_access_key_info(
        self, params: GetAccessKeyInfoRequest, options: CallOptions | None, callback: Callback[GetAccessKeyInfoResponse], /
    ) -> Request[GetAccessKeyInfoResponse]:
        """Return the account that an access key belongs to."""
    @overload
    def get_caller_identity(
        self, *, callback: None = ..., timeout: float | None = ..., abort_signal: AbortSignal | None = ...
    ) -> GetCallerIdentityResponse:
        """Return account, ARN and user id of the caller. Needs no permission."""
    @overload
    def get_caller_identity(
        self,
        *,
        callback: Callback[GetCallerIdentityResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetCallerIdentityResponse]:
        """Return account, ARN and user id of the caller. Needs no permission."""
    @overload
    def get_caller_identity(
        self,
        params: GetCallerIdentityRequest,
        options: CallOptions | None = ...,
        /,
        *,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetCallerIdentityResponse:
        """Return account, ARN and user id of the caller. Needs no permission."""
    @overload
    def get_caller_identity(
        self,
        params: GetCallerIdentityRequest,
        /,
        *,
        callback: Callback[GetCallerIdentityResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetCallerIdentityResponse]:
        """Return account, ARN and user id of the caller. Needs no permission."""
    @overload
    def get_caller_identity(
        self,
        params: GetCallerIdentityRequest,
        callback: Callback[GetCallerIdentityResponse],
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetCallerIdentityResponse]:
        """Return account, ARN and user id of the caller. Needs no permission."""
    @overload
    def get_caller_identity(
        self, params: GetCallerIdentityRequest, options: CallOptions | None, callback: Callback[GetCallerIdentityResponse], /
    ) -> Request[GetCallerIdentityResponse]:
        """Return account, ARN and user id of the caller. Needs no permission."""
    @overload
    def get_caller_identity(
        self,
        callback: Callback[GetCallerIdentityResponse],
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetCallerIdentityResponse]:
        """Return account, ARN and user id of the caller. Needs no permission."""
    @overload
    def get_delegated_access_token(
        self, *, TradeInToken: str, callback: None = ..., timeout: float | None = ..., abort_signal: AbortSignal | None = ...
    ) -> GetDelegatedAccessTokenResponse:
        """Exchange a trade-in token for temporary credentials."""
    @overload
    def get_delegated_access_token(
        self,
        *,
        TradeInToken: str,
        callback: Callback[GetDelegatedAccessTokenResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetDelegatedAccessTokenResponse]:
        """Exchange a trade-in token for temporary credentials."""
    @overload
    def get_delegated_access_token(
        self,
        params: GetDelegatedAccessTokenRequest,
        options: CallOptions | None = ...,
        /,
        *,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetDelegatedAccessTokenResponse:
        """Exchange a trade-in token for temporary credentials."""
    @overload
    def get_delegated_access_token(
        self,
        params: GetDelegatedAccessTokenRequest,
        /,
        *,
        callback: Callback[GetDelegatedAccessTokenResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetDelegatedAccessTokenResponse]:
        """Exchange a trade-in token for temporary credentials."""
    @overload
    def get_delegated_access_token(
        self,
        params: GetDelegatedAccessTokenRequest,
        callback: Callback[GetDelegatedAccessTokenResponse],
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetDelegatedAccessTokenResponse]:
        """Exchange a trade-in token for temporary credentials."""
    @overload
    def get_delegated_access_token(
        self,
        params: GetDelegatedAccessTokenRequest,
        options: CallOptions | None,
        callback: Callback[GetDelegatedAccessTokenResponse],
        /,
    ) -> Request[GetDelegatedAccessTokenResponse]:
        """Exchange a trade-in token for temporary credentials."""
    @overload
    def get_federation_token(
        self,
        *,
        Name: str,
        Policy: Union[str, Mapping[str, object]] | None = ...,
        PolicyArns: Sequence[Union[str, PolicyDescriptorDict]] | None = ...,
        DurationSeconds: Union[int, timedelta] | None = ...,
        Tags: Union[Sequence[TagDict], Mapping[str, str]] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetFederationTokenResponse:
        """Get temporary credentials for a federated user. Must be called with the long-term keys of an IAM user."""
    @overload
    def get_federation_token(
        self,
        *,
        Name: str,
        Policy: Union[str, Mapping[str, object]] | None = ...,
        PolicyArns: Sequence[Union[str, PolicyDescriptorDict]] | None = ...,
        DurationSeconds: Union[int, timedelta] | None = ...,
        Tags: Union[Sequence[TagDict], Mapping[str, str]] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
        callback: Callback[GetFederationTokenResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetFederationTokenResponse]:
        """Get temporary credentials for a federated user. Must be called with the long-term keys of an IAM user."""
    @overload
    def get_federation_token(
        self,
        params: GetFederationTokenRequest,
        options: CallOptions | None = ...,
        /,
        *,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetFederationTokenResponse:
        """Get temporary credentials for a federated user. Must be called with the long-term keys of an IAM user."""
    @overload
    def get_federation_token(
        self,
        params: GetFederationTokenRequest,
        /,
        *,
        callback: Callback[GetFederationTokenResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetFederationTokenResponse]:
        """Get temporary credentials for a federated user. Must be called with the long-term keys of an IAM user."""
    @overload
    def get_federation_token(
        self,
        params: GetFederationTokenRequest,
        callback: Callback[GetFederationTokenResponse],
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetFederationTokenResponse]:
        """Get temporary credentials for a federated user. Must be called with the long-term keys of an IAM user."""
    @overload
    def get_federation_token(
        self, params: GetFederationTokenRequest, options: CallOptions | None, callback: Callback[GetFederationTokenResponse], /
    ) -> Request[GetFederationTokenResponse]:
        """Get temporary credentials for a federated user. Must be called with the long-term keys of an IAM user."""
    @overload
    def get_scoped_credentials(
        self,
        *,
        Policy: Union[str, Mapping[str, object]] | None = ...,
        DurationSeconds: Union[int, timedelta] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
        ScopedSessionDescription: str | None = ...,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetScopedCredentialsResponse:
        """Get credentials of the calling session with fewer permissions, a shorter lifetime, or both."""
    @overload
    def get_scoped_credentials(
        self,
        *,
        Policy: Union[str, Mapping[str, object]] | None = ...,
        DurationSeconds: Union[int, timedelta] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
        ScopedSessionDescription: str | None = ...,
        callback: Callback[GetScopedCredentialsResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetScopedCredentialsResponse]:
        """Get credentials of the calling session with fewer permissions, a shorter lifetime, or both."""
    @overload
    def get_scoped_credentials(
        self,
        params: GetScopedCredentialsRequest,
        options: CallOptions | None = ...,
        /,
        *,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetScopedCredentialsResponse:
        """Get credentials of the calling session with fewer permissions, a shorter lifetime, or both."""
    @overload
    def get_scoped_credentials(
        self,
        params: GetScopedCredentialsRequest,
        /,
        *,
        callback: Callback[GetScopedCredentialsResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetScopedCredentialsResponse]:
        """Get credentials of the calling session with fewer permissions, a shorter lifetime, or both."""
    @overload
    def get_scoped_credentials(
        self,
        params: GetScopedCredentialsRequest,
        callback: Callback[GetScopedCredentialsResponse],
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetScopedCredentialsResponse]:
        """Get credentials of the calling session with fewer permissions, a shorter lifetime, or both."""
    @overload
    def get_scoped_credentials(
        self,
        params: GetScopedCredentialsRequest,
        options: CallOptions | None,
        callback: Callback[GetScopedCredentialsResponse],
        /,
    ) -> Request[GetScopedCredentialsResponse]:
        """Get credentials of the calling session with fewer permissions, a shorter lifetime, or both."""
    @overload
    def get_session_token(
        self,
        *,
        DurationSeconds: Union[int, timedelta] | None = ...,
        SerialNumber: str | None = ...,
        TokenCode: str | None = ...,
        MinimumSessionTokenSize: int | None = ...,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetSessionTokenResponse:
        """Get temporary credentials of the calling user, optionally with MFA."""
    @overload
    def get_session_token(
        self,
        *,
        DurationSeconds: Union[int, timedelta] | None = ...,
        SerialNumber: str | None = ...,
        TokenCode: str | None = ...,
        MinimumSessionTokenSize: int | None = ...,
        callback: Callback[GetSessionTokenResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetSessionTokenResponse]:
        """Get temporary credentials of the calling user, optionally with MFA."""
    @overload
    def get_session_token(
        self,
        params: GetSessionTokenRequest,
        options: CallOptions | None = ...,
        /,
        *,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetSessionTokenResponse:
        """Get temporary credentials of the calling user, optionally with MFA."""
    @overload
    def get_session_token(
        self,
        params: GetSessionTokenRequest,
        /,
        *,
        callback: Callback[GetSessionTokenResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetSessionTokenResponse]:
        """Get temporary credentials of the calling user, optionally with MFA."""
    @overload
    def get_session_token(
        self,
        params: GetSessionTokenRequest,
        callback: Callback[GetSessionTokenResponse],
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetSessionTokenResponse]:
        """Get temporary credentials of the calling user, optionally with MFA."""
    @overload
    def get_session_token(
        self, params: GetSessionTokenRequest, options: CallOptions | None, callback: Callback[GetSessionTokenResponse], /
    ) -> Request[GetSessionTokenResponse]:
        """Get temporary credentials of the calling user, optionally with MFA."""
    @overload
    def get_session_token(
        self,
        callback: Callback[GetSessionTokenResponse],
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetSessionTokenResponse]:
        """Get temporary credentials of the calling user, optionally with MFA."""
    @overload
    def get_web_identity_token(
        self,
        *,
        Audience: Union[str, Sequence[str]],
        SigningAlgorithm: str,
        DurationSeconds: Union[int, timedelta] | None = ...,
        Scope: str | None = ...,
        SubjectMode: Literal["AWSIdentity", "OriginIdentity"] | None = ...,
        Tags: Union[Sequence[TagDict], Mapping[str, str]] | None = ...,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetWebIdentityTokenResponse:
        """Get a signed JWT that proves the caller's AWS identity to external services."""
    @overload
    def get_web_identity_token(
        self,
        *,
        Audience: Union[str, Sequence[str]],
        SigningAlgorithm: str,
        DurationSeconds: Union[int, timedelta] | None = ...,
        Scope: str | None = ...,
        SubjectMode: Literal["AWSIdentity", "OriginIdentity"] | None = ...,
        Tags: Union[Sequence[TagDict], Mapping[str, str]] | None = ...,
        callback: Callback[GetWebIdentityTokenResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetWebIdentityTokenResponse]:
        """Get a signed JWT that proves the caller's AWS identity to external services."""
    @overload
    def get_web_identity_token(
        self,
        params: GetWebIdentityTokenRequest,
        options: CallOptions | None = ...,
        /,
        *,
        callback: None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetWebIdentityTokenResponse:
        """Get a signed JWT that proves the caller's AWS identity to external services."""
    @overload
    def get_web_identity_token(
        self,
        params: GetWebIdentityTokenRequest,
        /,
        *,
        callback: Callback[GetWebIdentityTokenResponse],
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetWebIdentityTokenResponse]:
        """Get a signed JWT that proves the caller's AWS identity to external services."""
    @overload
    def get_web_identity_token(
        self,
        params: GetWebIdentityTokenRequest,
        callback: Callback[GetWebIdentityTokenResponse],
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[GetWebIdentityTokenResponse]:
        """Get a signed JWT that proves the caller's AWS identity to external services."""
    @overload
    def get_web_identity_token(
        self,
        params: GetWebIdentityTokenRequest,
        options: CallOptions | None,
        callback: Callback[GetWebIdentityTokenResponse],
        /,
    ) -> Request[GetWebIdentityTokenResponse]:
        """Get a signed JWT that proves the caller's AWS identity to external services."""
    @overload
    def invoke(
        self,
        row: Operation | str,
        params: Mapping[str, Any] = ...,
        options: CallOptions | None = ...,
        /,
        *,
        callback: None = ...,
        signed: bool | None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
        **members: object,
    ) -> dict[str, Any]:
        """Call an operation that is not a method: a row of `sts.vendors` or of your own, or the name of any action."""
    @overload
    def invoke(
        self,
        row: Operation | str,
        params: Mapping[str, Any] = ...,
        /,
        *,
        callback: Callback[dict[str, Any]],
        signed: bool | None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
        **members: object,
    ) -> Request[dict[str, Any]]:
        """Call an operation that is not a method: a row of `sts.vendors` or of your own, or the name of any action."""
    @overload
    def invoke(
        self,
        row: Operation | str,
        callback: Callback[dict[str, Any]],
        /,
        *,
        signed: bool | None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
        **members: object,
    ) -> Request[dict[str, Any]]:
        """Call an operation that is not a method: a row of `sts.vendors` or of your own, or the name of any action."""
    @overload
    def invoke(
        self,
        row: Operation | str,
        params: Mapping[str, Any],
        callback: Callback[dict[str, Any]],
        /,
        *,
        signed: bool | None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[dict[str, Any]]:
        """Call an operation that is not a method: a row of `sts.vendors` or of your own, or the name of any action."""
    @overload
    def invoke(
        self,
        row: Operation | str,
        params: Mapping[str, Any],
        options: CallOptions | None,
        callback: Callback[dict[str, Any]],
        /,
        *,
        signed: bool | None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> Request[dict[str, Any]]:
        """Call an operation that is not a method: a row of `sts.vendors` or of your own, or the name of any action."""

class AsyncOperationMethods:
    @overload
    async def assume_role(
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
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> AssumeRoleResponse:
        """Get temporary credentials of a role."""
    @overload
    async def assume_role(
        self,
        params: AssumeRoleRequest,
        options: CallOptions | None = ...,
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> AssumeRoleResponse:
        """Get temporary credentials of a role."""
    @overload
    async def assume_role_with_saml(
        self,
        *,
        RoleArn: str,
        PrincipalArn: str,
        SAMLAssertion: str,
        PolicyArns: Sequence[Union[str, PolicyDescriptorDict]] | None = ...,
        Policy: Union[str, Mapping[str, object]] | None = ...,
        DurationSeconds: Union[int, timedelta] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> AssumeRoleWithSAMLResponse:
        """Exchange a SAML assertion for temporary credentials of a role; needs no credentials."""
    @overload
    async def assume_role_with_saml(
        self,
        params: AssumeRoleWithSAMLRequest,
        options: CallOptions | None = ...,
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> AssumeRoleWithSAMLResponse:
        """Exchange a SAML assertion for temporary credentials of a role; needs no credentials."""
    @overload
    async def assume_role_with_web_identity(
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
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> AssumeRoleWithWebIdentityResponse:
        """Exchange an OIDC token for temporary credentials of a role; needs no credentials."""
    @overload
    async def assume_role_with_web_identity(
        self,
        params: AssumeRoleWithWebIdentityRequest,
        options: CallOptions | None = ...,
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> AssumeRoleWithWebIdentityResponse:
        """Exchange an OIDC token for temporary credentials of a role; needs no credentials."""
    @overload
    async def assume_root(
        self,
        *,
        TargetPrincipal: str,
        TaskPolicyArn: Union[str, PolicyDescriptorDict],
        DurationSeconds: Union[int, timedelta] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> AssumeRootResponse:
        """Get short-lived root credentials of a member account for one task."""
    @overload
    async def assume_root(
        self,
        params: AssumeRootRequest,
        options: CallOptions | None = ...,
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> AssumeRootResponse:
        """Get short-lived root credentials of a member account for one task."""
    @overload
    async def decode_authorization_message(
        self, *, EncodedMessage: str, timeout: float | None = ..., abort_signal: AbortSignal | None = ...
    ) -> DecodeAuthorizationMessageResponse:
        """Decode the authorization details of a denied request."""
    @overload
    async def decode_authorization_message(
        self,
        params: DecodeAuthorizationMessageRequest,
        options: CallOptions | None = ...,
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> DecodeAuthorizationMessageResponse:
        """Decode the authorization details of a denied request."""
    @overload
    async def get_access_key_info(
        self, *, AccessKeyId: str, timeout: float | None = ..., abort_signal: AbortSignal | None = ...
    ) -> GetAccessKeyInfoResponse:
        """Return the account that an access key belongs to."""
    @overload
    async def get_access_key_info(
        self,
        params: GetAccessKeyInfoRequest,
        options: CallOptions | None = ...,
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetAccessKeyInfoResponse:
        """Return the account that an access key belongs to."""
    @overload
    async def get_caller_identity(
        self, *, timeout: float | None = ..., abort_signal: AbortSignal | None = ...
    ) -> GetCallerIdentityResponse:
        """Return account, ARN and user id of the caller. Needs no permission."""
    @overload
    async def get_caller_identity(
        self,
        params: GetCallerIdentityRequest,
        options: CallOptions | None = ...,
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetCallerIdentityResponse:
        """Return account, ARN and user id of the caller. Needs no permission."""
    @overload
    async def get_delegated_access_token(
        self, *, TradeInToken: str, timeout: float | None = ..., abort_signal: AbortSignal | None = ...
    ) -> GetDelegatedAccessTokenResponse:
        """Exchange a trade-in token for temporary credentials."""
    @overload
    async def get_delegated_access_token(
        self,
        params: GetDelegatedAccessTokenRequest,
        options: CallOptions | None = ...,
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetDelegatedAccessTokenResponse:
        """Exchange a trade-in token for temporary credentials."""
    @overload
    async def get_federation_token(
        self,
        *,
        Name: str,
        Policy: Union[str, Mapping[str, object]] | None = ...,
        PolicyArns: Sequence[Union[str, PolicyDescriptorDict]] | None = ...,
        DurationSeconds: Union[int, timedelta] | None = ...,
        Tags: Union[Sequence[TagDict], Mapping[str, str]] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetFederationTokenResponse:
        """Get temporary credentials for a federated user. Must be called with the long-term keys of an IAM user."""
    @overload
    async def get_federation_token(
        self,
        params: GetFederationTokenRequest,
        options: CallOptions | None = ...,
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetFederationTokenResponse:
        """Get temporary credentials for a federated user. Must be called with the long-term keys of an IAM user."""
    @overload
    async def get_scoped_credentials(
        self,
        *,
        Policy: Union[str, Mapping[str, object]] | None = ...,
        DurationSeconds: Union[int, timedelta] | None = ...,
        MinimumSessionTokenSize: int | None = ...,
        ScopedSessionDescription: str | None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetScopedCredentialsResponse:
        """Get credentials of the calling session with fewer permissions, a shorter lifetime, or both."""
    @overload
    async def get_scoped_credentials(
        self,
        params: GetScopedCredentialsRequest,
        options: CallOptions | None = ...,
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetScopedCredentialsResponse:
        """Get credentials of the calling session with fewer permissions, a shorter lifetime, or both."""
    @overload
    async def get_session_token(
        self,
        *,
        DurationSeconds: Union[int, timedelta] | None = ...,
        SerialNumber: str | None = ...,
        TokenCode: str | None = ...,
        MinimumSessionTokenSize: int | None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetSessionTokenResponse:
        """Get temporary credentials of the calling user, optionally with MFA."""
    @overload
    async def get_session_token(
        self,
        params: GetSessionTokenRequest,
        options: CallOptions | None = ...,
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetSessionTokenResponse:
        """Get temporary credentials of the calling user, optionally with MFA."""
    @overload
    async def get_web_identity_token(
        self,
        *,
        Audience: Union[str, Sequence[str]],
        SigningAlgorithm: str,
        DurationSeconds: Union[int, timedelta] | None = ...,
        Scope: str | None = ...,
        SubjectMode: Literal["AWSIdentity", "OriginIdentity"] | None = ...,
        Tags: Union[Sequence[TagDict], Mapping[str, str]] | None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetWebIdentityTokenResponse:
        """Get a signed JWT that proves the caller's AWS identity to external services."""
    @overload
    async def get_web_identity_token(
        self,
        params: GetWebIdentityTokenRequest,
        options: CallOptions | None = ...,
        /,
        *,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
    ) -> GetWebIdentityTokenResponse:
        """Get a signed JWT that proves the caller's AWS identity to external services."""
    async def invoke(
        self,
        row: Operation | str,
        params: Mapping[str, Any] = ...,
        options: CallOptions | None = ...,
        /,
        *,
        signed: bool | None = ...,
        timeout: float | None = ...,
        abort_signal: AbortSignal | None = ...,
        **members: object,
    ) -> dict[str, Any]:
        """Call an operation that is not a method: a row of `sts.vendors` or of your own, or the name of any action."""
