"""LocalSTS checks what others issued: web identity tokens, assertions, trade-in tokens, encoded messages."""

from __future__ import annotations

import base64
import json

import pytest

from sts import STS
from sts.testing.issuers import jws
from tests.support.local_sts_clients import FORM, boto_client, described, form, refusal, send

DEMO = "arn:aws:iam::123456789012:role/demo"


def web(server, token, **params):
    given = {"RoleArn": DEMO, "RoleSessionName": "web", "WebIdentityToken": token, **params}
    return described(send(server, body=form("AssumeRoleWithWebIdentity", **given), headers=FORM))


def test_bad_web_identity_tokens_are_told_apart(local_sts):
    """Each cause has its code and words."""
    elsewhere = local_sts.add_oidc_provider("https://elsewhere.example.com", account="999999999999")
    good = local_sts.issue_token()
    forged = f"{good[:-8]}AAAAAAAA"
    not_a_jwt = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
    unknown = "No OpenIDConnect provider found in your account for https://elsewhere.example.com"

    assert web(local_sts, "opaque-token") == (400, "InvalidIdentityToken", not_a_jwt)
    assert web(local_sts, "a.b.c") == (400, "InvalidIdentityToken", not_a_jwt)
    assert web(local_sts, local_sts.issue_token(provider=elsewhere)) == (400, "InvalidIdentityToken", unknown)
    assert web(local_sts, forged)[:2] == (400, "InvalidIdentityToken")
    assert web(local_sts, local_sts.issue_token(aud="other")) == (400, "InvalidIdentityToken", "Incorrect token audience")
    assert web(local_sts, local_sts.issue_token(sub=None)) == (400, "InvalidIdentityToken", "Missing a required claim: sub")
    assert web(local_sts, local_sts.oidc_provider.issue({"sub": "x"}))[2] == "Missing a required claim: exp"
    assert web(local_sts, good, RoleArn="arn:aws:iam::1:role/x")[1:] == ("ValidationError", "Request ARN is invalid")
    assert web(local_sts, good, ProviderId="www.amazon.com")[1] == "InvalidIdentityToken"
    status, code, message = web(local_sts, local_sts.issue_token(expires_in=-1))
    assert (status, code) == (400, "ExpiredTokenException")
    assert message.startswith("Token expired: current date/time ")


def test_a_token_of_one_algorithm_is_not_checked_with_another(local_sts):
    """`alg` none, and HS256 with a public key as the secret, are refused."""
    key = local_sts.oidc_provider.key("ES256")
    claims = {"iss": "https://idp.example.com", "aud": "sts.amazonaws.com", "sub": "x", "exp": 4e9}
    unsigned = f"{jws._encode_json({'alg': 'none'})}.{jws._encode_json(claims)}."
    confused = jws.sign(claims, jws.HmacKey(key.kid, json.dumps(key.jwk()).encode()))

    assert web(local_sts, unsigned)[1] == "InvalidIdentityToken"
    assert web(local_sts, confused)[1] == "InvalidIdentityToken"


@pytest.mark.parametrize(
    "limits",
    [{"trusts": ["123456789012"]}, {"subjects": ["repo:you/*"]}, {"audiences": ["app"]}],
    ids=lambda limits: next(iter(limits)),
)
def test_roles_choose_the_tokens_they_trust(local_sts, limits):
    """By provider, subject and audience. The error does not name the reason."""
    role = local_sts.add_role("picky", **{"trusts": [local_sts.oidc_provider.arn], **limits})

    assert web(local_sts, local_sts.issue_token("repo:me/app"), RoleArn=role.arn) == (
        403,
        "AccessDenied",
        "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    )


def test_a_provider_in_trouble_recovers(local_sts):
    """Both transient refusals go away by themselves."""
    local_sts.oidc_provider.fail()
    local_sts.oidc_provider.fail(trouble="no_key")
    token = local_sts.issue_token()

    assert web(local_sts, token)[:2] == (400, "IDPCommunicationError")
    assert web(local_sts, token)[1:] == (
        "InvalidIdentityToken",
        "Couldn't retrieve verification key from your identity provider, "
        "please reference AssumeRoleWithWebIdentity documentation for requirements",
    )
    assert web(local_sts, token)[0] == 200


def test_bad_assertions_are_told_apart(local_sts):
    """Each cause has its code and words."""
    client, provider = boto_client(local_sts), local_sts.saml_provider
    good = local_sts.saml_assertion()

    def saml(assertion, arn=provider.arn, role=DEMO):
        return refusal(client.assume_role_with_saml, RoleArn=role, PrincipalArn=arn, SAMLAssertion=assertion)

    altered = base64.b64encode(base64.b64decode(good).replace(b"demo-subject", b"evil-subject")).decode()
    entity = base64.b64encode(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>').decode()
    closed = local_sts.add_role("closed")

    assert saml("!!!!") == (400, "InvalidIdentityToken", "Invalid base64 SAMLResponse")
    assert saml(base64.b64encode(b"<a").decode())[1] == "InvalidIdentityToken"
    assert saml(entity)[1] == "InvalidIdentityToken"
    assert saml(altered) == (400, "InvalidIdentityToken", "Response signature invalid")
    assert saml(good, arn=provider.arn + "x") == (400, "InvalidIdentityToken", "Specified provider doesn't exist")
    for old, new in ((b"NameID", b"NoName"), (b"idp.example.com/saml", b"other"), (b"signin.aws", b"signin.other")):
        local_sts.saml_provider.verify = False
        changed = base64.b64encode(base64.b64decode(good).replace(old, new)).decode()
        assert saml(changed)[:2] == (400, "InvalidIdentityToken")
    local_sts.saml_provider.verify = True
    assert saml(local_sts.saml_assertion(session_name=""))[2] == "RoleSessionName is required in AuthnResponse"
    assert saml(local_sts.saml_assertion(expires_in=-1)) == (
        400,
        "ExpiredTokenException",
        "Token must be redeemed within 5 minutes of issuance",
    )
    assert saml(local_sts.saml_assertion(closed), role=closed.arn) == (
        403,
        "AccessDenied",
        "Not authorized to perform sts:AssumeRoleWithSAML",
    )
    assert saml(good, role=closed.arn)[1] == "AccessDenied"


def test_bad_trade_in_tokens_are_refused(local_sts):
    """Expired ones have an error of their own."""
    client = boto_client(local_sts)
    message = local_sts.encode_authorization_message({"allowed": False})

    assert refusal(client.get_delegated_access_token, TradeInToken="nonsense")[1] == "AccessDenied"
    assert refusal(client.get_delegated_access_token, TradeInToken=message)[1] == "AccessDenied"
    expired = local_sts.trade_in_token(expires_in=-1)
    assert refusal(client.get_delegated_access_token, TradeInToken=expired)[:2] == (400, "ExpiredTradeInTokenException")


@pytest.mark.parametrize("message", ["nonsense", "é", "AAAA"])
def test_messages_of_others_are_not_decoded(local_sts, message):
    """Only what this server encoded can be decoded."""
    found = refusal(boto_client(local_sts).decode_authorization_message, EncodedMessage=message)

    assert found == (400, "InvalidAuthorizationMessageException", "Message is not valid")


def test_outbound_tokens_have_limits(local_sts):
    """Algorithm, payload, lifetime, and the account's switch."""
    client = boto_client(local_sts)
    session = client.assume_role(RoleArn=DEMO, RoleSessionName="ci", DurationSeconds=900)["Credentials"]
    asked = {"Audience": ["a"], "SigningAlgorithm": "ES384"}
    many = [{"Key": f"k{n}", "Value": "v" * 256} for n in range(20)]

    assert (
        "Member must satisfy enum value set: [RS256, ES384]"
        in refusal(client.get_web_identity_token, Audience=["a"], SigningAlgorithm="HS256")[2]
    )
    assert refusal(client.get_web_identity_token, Tags=many, **asked)[:2] == (400, "JWTPayloadSizeExceededException")
    assert refusal(boto_client(local_sts, session).get_web_identity_token, DurationSeconds=3600, **asked)[:2] == (
        403,
        "SessionDurationEscalationException",
    )
    local_sts.accounts.outbound_federation = False
    assert refusal(client.get_web_identity_token, **asked)[:2] == (403, "OutboundWebIdentityFederationDisabledException")


# --- on whose behalf ---


def session_for(server, context=None, **claims):
    """Return the result of AssumeRoleWithWebIdentity for a token with *claims* of a provider with a context provider."""
    names = {"Subject": "email", "SubjectType": "kind", "tenant": "tid"} if context is None else context
    provider = server.add_oidc_provider("https://people.example.org/x", context=names)
    role = server.add_role("people", trusts=[provider.arn])
    token = server.issue_token(provider=provider, **claims)
    return boto_client(server).assume_role_with_web_identity(RoleArn=role.arn, RoleSessionName="web", WebIdentityToken=token)


PEOPLE = {
    "Issuer": "people.example.org/x",
    "FederatedProviderArn": "arn:aws:iam::123456789012:oidc-provider/people.example.org/x",
}


@pytest.mark.parametrize(
    ("claims", "context"),
    [
        (
            {"email": "a@x", "kind": "user", "tid": "<1>"},
            {
                "OriginIdentity": {"Subject": "a@x", "SubjectType": "user", **PEOPLE},
                "TransactionContext": {"IdentityProvider": {"tenant": "<1>"}},
            },
        ),
        ({"email": "a@x"}, {"OriginIdentity": {"Subject": "a@x", **PEOPLE}}),
        ({}, None),
    ],
)
def test_claims_become_propagated_context(local_sts, claims, context):
    """A context provider sets the context from the claims that it names. Our client and botocore return the same."""
    data = session_for(local_sts, **claims)
    with STS(**local_sts.client_options()) as client:
        token = local_sts.issue_token(provider=local_sts.accounts.oidc_providers[PEOPLE["FederatedProviderArn"]], **claims)
        ours = client.assume_role_with_web_identity(
            RoleArn="arn:aws:iam::123456789012:role/people", RoleSessionName="web", WebIdentityToken=token
        )

    assert data.get("TrustedIdentityPropagationContext") == context
    assert ours.get("TrustedIdentityPropagationContext") == context


ABOUT_ORIGIN = {"Audience": ["a"], "SigningAlgorithm": "ES384", "SubjectMode": "OriginIdentity"}


def test_a_token_may_be_about_the_origin(local_sts):
    """The subject is the end user, and the principal is still the role. Scopes are copied, also from a scoped session."""
    session = boto_client(local_sts, session_for(local_sts, email="a@x")["Credentials"])
    scoped = boto_client(local_sts, session.get_scoped_credentials(DurationSeconds=600)["Credentials"])
    for client in (session, scoped):
        claims = jws.read(client.get_web_identity_token(Scope="read write", **ABOUT_ORIGIN)["WebIdentityToken"])[1]

        assert (claims["sub"], claims["scope"], claims["subject_mode"]) == ("a@x", "read write", "OriginIdentity")
        assert claims["https://sts.amazonaws.com/"]["principal_id"] == "arn:aws:iam::123456789012:role/people"
    usual = jws.read(session.get_web_identity_token(**{**ABOUT_ORIGIN, "SubjectMode": "AWSIdentity"})["WebIdentityToken"])[1]

    assert (usual["sub"], set(usual) & {"scope", "subject_mode"}) == ("arn:aws:iam::123456789012:role/people", set())


@pytest.mark.parametrize(
    ("claims", "change", "code"),
    [
        ({}, {}, "ValidationError"),
        ({"kind": "user"}, {}, "ValidationError"),
        ({"email": " "}, {}, "ValidationError"),
        ({"email": "ARN:x"}, {}, "AccessDenied"),
        ({"email": "x "}, {}, "AccessDenied"),
        ({"email": "x\u200by"}, {}, "AccessDenied"),
        ({"email": "a@x"}, {"SubjectMode": "AWSIdentity", "Scope": "read"}, "ValidationError"),
        ({"email": "a@x"}, {"SubjectMode": "Other"}, "ValidationError"),
        ({"email": "a@x"}, {"Scope": "read read"}, "ValidationError"),
        ({"email": "a@x"}, {"Scope": "read", "Audience": ["a", "b"]}, "ValidationError"),
        ({"email": "a@x"}, {"Scope": "read,write"}, "ValidationError"),
    ],
)
def test_tokens_about_the_origin_have_limits(local_sts, claims, change, code):
    """Those that the documentation of SubjectMode and Scope lists."""
    session = boto_client(local_sts, session_for(local_sts, **claims)["Credentials"])

    assert refusal(session.get_web_identity_token, **{**ABOUT_ORIGIN, **change})[1] == code


def test_scopes_need_a_permission_of_their_own(local_sts):
    """The caller needs `sts:SetWebIdentityTokenScope` in addition to the permission for the token."""
    session = boto_client(local_sts, session_for(local_sts, email="a@x")["Credentials"])
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:GetWebIdentityToken", "Resource": "*"}]}
    scoped = boto_client(local_sts, session.get_scoped_credentials(Policy=json.dumps(policy))["Credentials"])

    assert scoped.get_web_identity_token(**ABOUT_ORIGIN)
    assert "sts:SetWebIdentityTokenScope" in refusal(scoped.get_web_identity_token, Scope="read", **ABOUT_ORIGIN)[2]


def test_old_access_keys_do_not_tell_their_account(local_sts):
    """A key of the old format that is not known here is refused."""
    assert refusal(boto_client(local_sts).get_access_key_info, AccessKeyId="AKIAJWMRCSBBKQO4HQCQ")[1] == "ValidationError"
