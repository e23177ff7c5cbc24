"""
Operations of MinIO, and its variants of AWS operations.

Source: MinIO's documentation of its STS (docs/sts) and the parameters that its handlers read. SeaweedFS also supports the LDAP
operation. For certificates and custom tokens, MinIO reads the action from the query of the URL only.
"""

from __future__ import annotations

from sts.model.operations import ASSUME_ROLE as AWS_ASSUME_ROLE
from sts.model.operations import ASSUME_ROLE_WITH_WEB_IDENTITY as AWS_ASSUME_ROLE_WITH_WEB_IDENTITY
from sts.model.operations import POLICY_LIMITED, POLICY_UNRESTRICTED
from sts.model.shapes import Integer, Member, Operation, Shape, String, Structure

LONGEST_SESSION = 604800
"""Longest session in seconds: seven days (docs/sts/assume-role.md)."""

_TEXT = String("minioTextType")
_SECRET = String("minioSecretType", 1, sensitive=True)
_CREDENTIALS, *_ = AWS_ASSUME_ROLE.output.members
_DURATION = Member(
    "DurationSeconds",
    Integer("minioDurationSecondsType", 900, LONGEST_SESSION),
    False,
    "Seconds, a timedelta or text such as '12h', up to 7 days. Default: one hour.",
)
_ROLE = Member("RoleArn", _TEXT, False, "Role ARN that MinIO shows for an identity provider. Leave it out on other servers.")
_SESSION_NAME = Member("RoleSessionName", _TEXT, False, "Has no effect.")
_REVOKE = Member("TokenRevokeType", _TEXT, False, "A label by which an administrator can revoke these sessions.")


def _policy(shape: Shape) -> Member:
    return Member(
        "Policy", shape, False, "Inline policy that limits the session. A dict is sent as compact JSON.", sensitive=True
    )


def _unsigned(
    name: str, method: str, doc: str, members: tuple[Member, ...], *more: Member, in_query: bool = False
) -> Operation:
    output = Structure(f"{name}Result", (_CREDENTIALS, *more))
    return Operation(name, method, doc, Structure(f"{name}Request", members), output, signed=False, in_query=in_query)


ASSUME_ROLE = Operation(
    "AssumeRole",
    "assume_role",
    "Get temporary credentials of the user whose keys sign the call, for up to 7 days; no role is needed.",
    Structure("MinIOAssumeRoleRequest", (_ROLE, _SESSION_NAME, _policy(POLICY_UNRESTRICTED), _DURATION, _REVOKE)),
    AWS_ASSUME_ROLE.output,
)
ASSUME_ROLE_WITH_WEB_IDENTITY = Operation(
    "AssumeRoleWithWebIdentity",
    "assume_role_with_web_identity",
    "Exchange an OIDC token for credentials. Without RoleArn, a claim of the token lists the policies.",
    Structure(
        "MinIOAssumeRoleWithWebIdentityRequest",
        (
            Member("WebIdentityToken", _SECRET, True, "The OIDC token.", sensitive=True),
            Member("WebIdentityAccessToken", _SECRET, False, "Access token, if MinIO calls UserInfo.", sensitive=True),
            _ROLE,
            _SESSION_NAME,
            _policy(POLICY_LIMITED),
            _DURATION,
            _REVOKE,
        ),
    ),
    AWS_ASSUME_ROLE_WITH_WEB_IDENTITY.output,
    signed=False,
)
ASSUME_ROLE_WITH_CLIENT_GRANTS = _unsigned(
    "AssumeRoleWithClientGrants",
    "assume_role_with_client_grants",
    "Exchange the token of an application (OAuth 2.0 client credentials) for credentials.",
    (Member("Token", _SECRET, True, "The token.", sensitive=True), _policy(POLICY_LIMITED), _DURATION, _REVOKE),
    Member("SubjectFromToken", _TEXT, False, "The token's sub claim."),
)
ASSUME_ROLE_WITH_LDAP_IDENTITY = _unsigned(
    "AssumeRoleWithLDAPIdentity",
    "assume_role_with_ldap_identity",
    "Exchange an LDAP or Active Directory user name and password for credentials.",
    (
        Member("LDAPUsername", _TEXT, True, "Name of the user."),
        Member("LDAPPassword", _SECRET, True, "Password of the user.", sensitive=True),
        Member("ConfigName", _TEXT, False, "LDAP configuration to use, if the server has several."),
        _ROLE,
        _SESSION_NAME,
        _policy(POLICY_LIMITED),
        _DURATION,
        _REVOKE,
    ),
)
ASSUME_ROLE_WITH_CERTIFICATE = _unsigned(
    "AssumeRoleWithCertificate",
    "assume_role_with_certificate",
    "Exchange the client certificate of the TLS connection (cert=) for credentials. Its common name is the policy.",
    (_DURATION, _REVOKE),
    in_query=True,
)
ASSUME_ROLE_WITH_CUSTOM_TOKEN = _unsigned(
    "AssumeRoleWithCustomToken",
    "assume_role_with_custom_token",
    "Exchange a token of the server's identity plugin for credentials.",
    (
        Member("Token", _SECRET, True, "The token.", sensitive=True),
        Member("RoleArn", _TEXT, True, "Role ARN that MinIO shows for the plugin."),
        _DURATION,
        _REVOKE,
    ),
    Member("AssumedUser", _TEXT, False, "User returned by the plugin."),
    in_query=True,
)

ROWS = (
    ASSUME_ROLE_WITH_CLIENT_GRANTS,
    ASSUME_ROLE_WITH_LDAP_IDENTITY,
    ASSUME_ROLE_WITH_CERTIFICATE,
    ASSUME_ROLE_WITH_CUSTOM_TOKEN,
)
"""Operations that AWS does not have. They can also be called by name."""
