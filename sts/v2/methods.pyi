"""Made from `sts/model/operations.py` by `python -m tests.tools.generate`; do not edit."""

from collections.abc import Mapping
from typing import Any

from sts.types import *
from sts.v2.request import Request

class RequestMethods:
    def assume_role(
        self,
        params: Mapping[str, Any] | Callback[AssumeRoleResponse] | None = ...,
        callback: Callback[AssumeRoleResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[AssumeRoleResponse]:
        """Get temporary credentials of a role."""
    def assumeRole(
        self,
        params: Mapping[str, Any] | Callback[AssumeRoleResponse] | None = ...,
        callback: Callback[AssumeRoleResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[AssumeRoleResponse]:
        """Get temporary credentials of a role."""
    def assume_role_with_saml(
        self,
        params: Mapping[str, Any] | Callback[AssumeRoleWithSAMLResponse] | None = ...,
        callback: Callback[AssumeRoleWithSAMLResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[AssumeRoleWithSAMLResponse]:
        """Exchange a SAML assertion for temporary credentials of a role; needs no credentials."""
    def assumeRoleWithSAML(
        self,
        params: Mapping[str, Any] | Callback[AssumeRoleWithSAMLResponse] | None = ...,
        callback: Callback[AssumeRoleWithSAMLResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[AssumeRoleWithSAMLResponse]:
        """Exchange a SAML assertion for temporary credentials of a role; needs no credentials."""
    def assume_role_with_web_identity(
        self,
        params: Mapping[str, Any] | Callback[AssumeRoleWithWebIdentityResponse] | None = ...,
        callback: Callback[AssumeRoleWithWebIdentityResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[AssumeRoleWithWebIdentityResponse]:
        """Exchange an OIDC token for temporary credentials of a role; needs no credentials."""
    def assumeRoleWithWebIdentity(
        self,
        params: Mapping[str, Any] | Callback[AssumeRoleWithWebIdentityResponse] | None = ...,
        callback: Callback[AssumeRoleWithWebIdentityResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[AssumeRoleWithWebIdentityResponse]:
        """Exchange an OIDC token for temporary credentials of a role; needs no credentials."""
    def assume_root(
        self,
        params: Mapping[str, Any] | Callback[AssumeRootResponse] | None = ...,
        callback: Callback[AssumeRootResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[AssumeRootResponse]:
        """Get short-lived root credentials of a member account for one task."""
    def assumeRoot(
        self,
        params: Mapping[str, Any] | Callback[AssumeRootResponse] | None = ...,
        callback: Callback[AssumeRootResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[AssumeRootResponse]:
        """Get short-lived root credentials of a member account for one task."""
    def decode_authorization_message(
        self,
        params: Mapping[str, Any] | Callback[DecodeAuthorizationMessageResponse] | None = ...,
        callback: Callback[DecodeAuthorizationMessageResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[DecodeAuthorizationMessageResponse]:
        """Decode the authorization details of a denied request."""
    def decodeAuthorizationMessage(
        self,
        params: Mapping[str, Any] | Callback[DecodeAuthorizationMessageResponse] | None = ...,
        callback: Callback[DecodeAuthorizationMessageResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[DecodeAuthorizationMessageResponse]:
        """Decode the authorization details of a denied request."""
    def get_access_key_info(
        self,
        params: Mapping[str, Any] | Callback[GetAccessKeyInfoResponse] | None = ...,
        callback: Callback[GetAccessKeyInfoResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[GetAccessKeyInfoResponse]:
        """Return the account that an access key belongs to."""
    def getAccessKeyInfo(
        self,
        params: Mapping[str, Any] | Callback[GetAccessKeyInfoResponse] | None = ...,
        callback: Callback[GetAccessKeyInfoResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[GetAccessKeyInfoResponse]:
        """Return the account that an access key belongs to."""
    def get_caller_identity(
        self,
        params: Mapping[str, Any] | Callback[GetCallerIdentityResponse] | None = ...,
        callback: Callback[GetCallerIdentityResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[GetCallerIdentityResponse]:
        """Return account, ARN and user id of the caller. Needs no permission."""
    def getCallerIdentity(
        self,
        params: Mapping[str, Any] | Callback[GetCallerIdentityResponse] | None = ...,
        callback: Callback[GetCallerIdentityResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[GetCallerIdentityResponse]:
        """Return account, ARN and user id of the caller. Needs no permission."""
    def get_delegated_access_token(
        self,
        params: Mapping[str, Any] | Callback[GetDelegatedAccessTokenResponse] | None = ...,
        callback: Callback[GetDelegatedAccessTokenResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[GetDelegatedAccessTokenResponse]:
        """Exchange a trade-in token for temporary credentials."""
    def getDelegatedAccessToken(
        self,
        params: Mapping[str, Any] | Callback[GetDelegatedAccessTokenResponse] | None = ...,
        callback: Callback[GetDelegatedAccessTokenResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[GetDelegatedAccessTokenResponse]:
        """Exchange a trade-in token for temporary credentials."""
    def get_federation_token(
        self,
        params: Mapping[str, Any] | Callback[GetFederationTokenResponse] | None = ...,
        callback: Callback[GetFederationTokenResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[GetFederationTokenResponse]:
        """Get temporary credentials for a federated user. Must be called with the long-term keys of an IAM user."""
    def getFederationToken(
        self,
        params: Mapping[str, Any] | Callback[GetFederationTokenResponse] | None = ...,
        callback: Callback[GetFederationTokenResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[GetFederationTokenResponse]:
        """Get temporary credentials for a federated user. Must be called with the long-term keys of an IAM user."""
    def get_scoped_credentials(
        self,
        params: Mapping[str, Any] | Callback[GetScopedCredentialsResponse] | None = ...,
        callback: Callback[GetScopedCredentialsResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[GetScopedCredentialsResponse]:
        """Get credentials of the calling session with fewer permissions, a shorter lifetime, or both."""
    def getScopedCredentials(
        self,
        params: Mapping[str, Any] | Callback[GetScopedCredentialsResponse] | None = ...,
        callback: Callback[GetScopedCredentialsResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[GetScopedCredentialsResponse]:
        """Get credentials of the calling session with fewer permissions, a shorter lifetime, or both."""
    def get_session_token(
        self,
        params: Mapping[str, Any] | Callback[GetSessionTokenResponse] | None = ...,
        callback: Callback[GetSessionTokenResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[GetSessionTokenResponse]:
        """Get temporary credentials of the calling user, optionally with MFA."""
    def getSessionToken(
        self,
        params: Mapping[str, Any] | Callback[GetSessionTokenResponse] | None = ...,
        callback: Callback[GetSessionTokenResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[GetSessionTokenResponse]:
        """Get temporary credentials of the calling user, optionally with MFA."""
    def get_web_identity_token(
        self,
        params: Mapping[str, Any] | Callback[GetWebIdentityTokenResponse] | None = ...,
        callback: Callback[GetWebIdentityTokenResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[GetWebIdentityTokenResponse]:
        """Get a signed JWT that proves the caller's AWS identity to external services."""
    def getWebIdentityToken(
        self,
        params: Mapping[str, Any] | Callback[GetWebIdentityTokenResponse] | None = ...,
        callback: Callback[GetWebIdentityTokenResponse] | None = ...,
        /,
        **members: object,
    ) -> Request[GetWebIdentityTokenResponse]:
        """Get a signed JWT that proves the caller's AWS identity to external services."""
