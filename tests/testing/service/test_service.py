"""LocalSTS performs every operation as the service does. The client is botocore, which is independent of this library."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import urllib.request

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from sts import STS, errors
from sts.model.operations import OPERATIONS
from sts.testing import LocalSTS
from sts.testing.issuers import jws
from sts.testing.service.service import _perform
from tests.support.local_sts_clients import boto_client, call, form, send

DEMO = "arn:aws:iam::123456789012:role/demo"


@pytest.fixture
def client(local_sts):
    return boto_client(local_sts)


def seconds_left(credentials) -> float:
    return (credentials["Expiration"] - dt.datetime.now(dt.timezone.utc)).total_seconds()


def test_every_operation_of_the_table_is_performed():
    """The server leaves no operation out."""
    assert set(_perform) == {operation.name for operation in OPERATIONS}


def test_get_caller_identity_names_the_user(client):
    """A user's own keys answer with the user."""
    me = client.get_caller_identity()

    assert (me["Account"], me["Arn"]) == ("123456789012", "arn:aws:iam::123456789012:user/demo")
    assert me["UserId"].startswith("AIDA")
    assert len(me["UserId"]) == 21
    assert me["ResponseMetadata"]["RequestId"] == me["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
    assert me["ResponseMetadata"]["HTTPHeaders"]["content-type"] == "text/xml"


def test_assume_role_issues_credentials_that_work(local_sts, client):
    """What AssumeRole issues signs further calls, as the session."""
    data = client.assume_role(RoleArn=DEMO, RoleSessionName="ci")
    me = boto_client(local_sts, data["Credentials"]).get_caller_identity()

    assert data["AssumedRoleUser"]["Arn"] == me["Arn"] == "arn:aws:sts::123456789012:assumed-role/demo/ci"
    assert data["AssumedRoleUser"]["AssumedRoleId"] == me["UserId"] == f"{local_sts.role.role_id}:ci"
    assert data["Credentials"]["AccessKeyId"].startswith("ASIA")
    assert len(data["Credentials"]["SecretAccessKey"]) == 40
    assert 3590 < seconds_left(data["Credentials"]) <= 3600
    assert data["SessionTokenSize"] == len(data["Credentials"]["SessionToken"])
    assert "PackedPolicySize" not in data


def test_policies_and_tags_count_as_packed_size(client):
    """PackedPolicySize is in the result, and grows with policies and tags."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    arns = [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]
    small = client.assume_role(RoleArn=DEMO, RoleSessionName="ci", Tags=[{"Key": "team", "Value": "a b+c/d"}])
    large = client.assume_role(RoleArn=DEMO, RoleSessionName="ci", Policy=policy, PolicyArns=arns)

    assert 0 < small["PackedPolicySize"] < large["PackedPolicySize"] <= 100
    assert small["SessionTokenUtilization"] <= large["SessionTokenUtilization"]


@pytest.mark.parametrize("size", [0, 1, 1000, 4096])
def test_minimum_session_token_size_is_kept(local_sts, client, size):
    """A session token has at least the requested size, and works."""
    credentials = client.assume_role(RoleArn=DEMO, RoleSessionName="ci", MinimumSessionTokenSize=size)["Credentials"]

    assert len(credentials["SessionToken"]) >= size
    assert boto_client(local_sts, credentials).get_caller_identity()["Arn"].endswith("/ci")


def test_duration_is_honoured(local_sts, client):
    """DurationSeconds sets the lifetime, up to the role's maximum."""
    local_sts.add_role("long", max_session_duration=43200)
    data = client.assume_role(RoleArn="arn:aws:iam::123456789012:role/long", RoleSessionName="ci", DurationSeconds=43200)

    assert 43190 < seconds_left(data["Credentials"]) <= 43200


def test_source_identity_goes_on_through_chains(local_sts, client):
    """A source identity is inherited by the next session and may be repeated there."""
    first = client.assume_role(RoleArn=DEMO, RoleSessionName="one", SourceIdentity="alice")
    second = boto_client(local_sts, first["Credentials"]).assume_role(RoleArn=DEMO, RoleSessionName="two")
    chained = boto_client(local_sts, second["Credentials"])
    third = chained.assume_role(RoleArn=DEMO, RoleSessionName="three", SourceIdentity="alice")

    assert [data["SourceIdentity"] for data in (first, second, third)] == ["alice"] * 3


def test_transitive_tags_go_on_and_others_do_not(local_sts, client):
    """Only tags in TransitiveTagKeys are passed to the next session, which cannot change them."""
    first = client.assume_role(
        RoleArn=DEMO,
        RoleSessionName="one",
        Tags=[{"Key": "team", "Value": "a"}, {"Key": "stage", "Value": "b"}],
        TransitiveTagKeys=["team"],
    )
    chained = boto_client(local_sts, first["Credentials"])

    assert "PackedPolicySize" in chained.assume_role(RoleArn=DEMO, RoleSessionName="two")
    assert chained.assume_role(RoleArn=DEMO, RoleSessionName="two", Tags=[{"Key": "stage", "Value": "c"}])
    with pytest.raises(ClientError, match="conflicts with a transitive tag key from the calling session"):
        chained.assume_role(RoleArn=DEMO, RoleSessionName="two", Tags=[{"Key": "TEAM", "Value": "c"}])


@pytest.mark.parametrize(
    "trusts",
    [
        ["*"],
        ["123456789012"],
        ["arn:aws:iam::123456789012:root"],
        ["arn:aws:iam::123456789012:user/demo"],
        ["arn:aws:iam::999999999999:root", "arn:aws:iam::123456789012:user/demo"],
    ],
)
def test_a_trust_policy_names_its_principals_in_each_way(local_sts, client, trusts):
    """Accounts, users and everybody can be trusted."""
    role = local_sts.add_role("other", trusts=trusts, account="210987654321", path="/service/")
    data = client.assume_role(RoleArn=role.arn, RoleSessionName="x1")

    assert role.arn == "arn:aws:iam::210987654321:role/service/other"
    assert data["AssumedRoleUser"]["Arn"] == "arn:aws:sts::210987654321:assumed-role/other/x1"


def test_a_role_can_trust_a_role(local_sts, client):
    """A session counts as its role in a trust policy."""
    role = local_sts.add_role("second", trusts=[DEMO])
    first = client.assume_role(RoleArn=DEMO, RoleSessionName="one")

    assert boto_client(local_sts, first["Credentials"]).assume_role(RoleArn=role.arn, RoleSessionName="two")
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        client.assume_role(RoleArn=role.arn, RoleSessionName="two")


def test_get_session_token_is_the_user_itself(local_sts, client):
    """A session of GetSessionToken has the user's identity and lives 12 hours by default."""
    credentials = client.get_session_token()["Credentials"]
    session = boto_client(local_sts, credentials)

    assert session.get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/demo"
    assert session.assume_role(RoleArn=DEMO, RoleSessionName="ci")
    assert 43190 < seconds_left(credentials) <= 43200


def test_get_federation_token_names_the_federated_user(local_sts, client):
    """The federated user has an ARN of its own."""
    data = client.get_federation_token(Name="bob", DurationSeconds=900, Tags=[{"Key": "a", "Value": ""}])
    me = boto_client(local_sts, data["Credentials"]).get_caller_identity()

    assert data["FederatedUser"] == {
        "FederatedUserId": "123456789012:bob",
        "Arn": "arn:aws:sts::123456789012:federated-user/bob",
    }
    assert me["Arn"] == data["FederatedUser"]["Arn"]


SCOPE = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]})


def as_session(server, **members):
    """Return botocore's client with the credentials of an assumed role."""
    data = boto_client(server).assume_role(RoleArn=DEMO, RoleSessionName="ci", **members)
    return boto_client(server, data["Credentials"])


def test_scoped_credentials(local_sts):
    """A session is issued again with fewer permissions or a shorter life, as the same caller, three policies deep."""
    session = as_session(local_sts, SourceIdentity="alice")
    me = session.get_caller_identity()
    scoped = session.get_scoped_credentials(Policy=SCOPE, DurationSeconds=60, ScopedSessionDescription="a test")

    assert scoped["SessionInfo"] == {"ScopedSessionId": me["UserId"], "Arn": me["Arn"]}
    assert (scoped["ScopedPoliciesCount"], scoped["SourceIdentity"]) == (1, "alice")
    assert boto_client(local_sts, scoped["Credentials"]).get_caller_identity()["Arn"] == me["Arn"]
    for count in (2, 3):
        scoped = boto_client(local_sts, scoped["Credentials"]).get_scoped_credentials(Policy=SCOPE)
        assert scoped["ScopedPoliciesCount"] == count
    assert boto_client(local_sts, scoped["Credentials"]).get_scoped_credentials(DurationSeconds=5)["ScopedPoliciesCount"] == 3
    with pytest.raises(ClientError, match="AccessDenied.*3 scope-down policies"):
        boto_client(local_sts, scoped["Credentials"]).get_scoped_credentials(Policy=SCOPE)


def test_a_scoped_session_may_do_less(local_sts):
    """What its policy leaves out is refused."""
    nothing = SCOPE.replace("sts:*", "s3:*")
    scoped = boto_client(local_sts, as_session(local_sts).get_scoped_credentials(Policy=nothing)["Credentials"])

    assert scoped.get_caller_identity()["Account"] == "123456789012"
    with pytest.raises(ClientError, match="no session policy allows the sts:GetScopedCredentials"):
        scoped.get_scoped_credentials(DurationSeconds=5)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"DurationSeconds": 7200}, "InsufficientSessionLifetime"),
        ({}, "ValidationError"),
        ({"Policy": "{"}, "MalformedPolicyDocument"),
    ],
)
def test_refusals_of_scoped_credentials(local_sts, params, code):
    """No longer than the session, with a policy or a duration."""
    with pytest.raises(ClientError) as caught:
        as_session(local_sts).get_scoped_credentials(**params)

    assert caught.value.response["Error"]["Code"] == code


def test_only_sessions_are_scoped(local_sts):
    """A user's own keys are not."""
    with pytest.raises(ClientError, match="InvalidSubjectCredentials"):
        boto_client(local_sts).get_scoped_credentials(DurationSeconds=60)


def test_a_scoped_session_ends_with_the_one_it_comes_from():
    """Without a duration, or with the remaining time, it ends in the same second. One second more is rejected."""
    now = [1_800_000_000.9]
    with LocalSTS(clock=lambda: now[0]) as server, STS(**server.client_options()) as client:
        given = client.get_session_token(DurationSeconds=900)["Credentials"]
        now[0] += 60.2
        with STS(region=server.region, endpoint=server.url, credentials=given) as session:
            same = session.get_scoped_credentials(Policy=SCOPE)["Credentials"]
            whole = session.get_scoped_credentials(DurationSeconds=839)["Credentials"]

            assert given["Expiration"] == same["Expiration"] == whole["Expiration"]
            with pytest.raises(errors.InsufficientSessionLifetimeException, match="remaining lifetime.*reduce DurationSeconds"):
                session.get_scoped_credentials(DurationSeconds=840)


def test_policies_of_scoped_sessions_are_packed_too(local_sts):
    """All of them count, and too many characters are refused."""

    def policy(seed: str) -> str:
        actions = ["sts:*", *(f"s3:{hashlib.sha256(f'{seed}{number}'.encode()).hexdigest()}" for number in range(15))]
        return SCOPE.replace('"sts:*"', json.dumps(actions))

    scoped = as_session(local_sts).get_scoped_credentials(Policy=policy("a"))

    with pytest.raises(ClientError, match="PackedPolicyTooLarge"):
        boto_client(local_sts, scoped["Credentials"]).get_scoped_credentials(Policy=policy("b"))


@pytest.mark.parametrize(
    ("make", "allowed"),
    [
        (lambda client: client.get_session_token(), {"identity", "scoped", "delegated", "token", "assume"}),
        (lambda client: client.get_federation_token(Name="bob"), {"identity", "scoped", "delegated"}),
    ],
    ids=["session", "federated"],
)
def test_what_sessions_of_users_may_call(local_sts, make, allowed):
    """The operations that the documentation of GetSessionToken and GetFederationToken lists, and no other."""
    session = boto_client(local_sts, make(boto_client(local_sts))["Credentials"])
    calls = {
        "identity": lambda: session.get_caller_identity(),
        "scoped": lambda: session.get_scoped_credentials(DurationSeconds=5),
        "delegated": lambda: session.get_delegated_access_token(TradeInToken=local_sts.trade_in_token()),
        "token": lambda: session.get_web_identity_token(Audience=["a"], SigningAlgorithm="ES384"),
        "assume": lambda: session.assume_role(RoleArn=DEMO, RoleSessionName="ci"),
        "key": lambda: session.get_access_key_info(AccessKeyId=local_sts.user.access_key_id),
    }

    assert {name for name, attempt in calls.items() if is_allowed(attempt)} == allowed


def is_allowed(attempt) -> bool:
    try:
        attempt()
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDenied"
        return False
    return True


def test_assume_root_gives_the_root_user_of_a_member_account(local_sts, client):
    """AssumeRoot takes an account id or ARN, and lives 15 minutes by default."""
    task = {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}
    for target in ("210987654321", "arn:aws:iam::210987654321:root"):
        credentials = client.assume_root(TargetPrincipal=target, TaskPolicyArn=task)["Credentials"]

        assert boto_client(local_sts, credentials).get_caller_identity()["Arn"] == "arn:aws:iam::210987654321:root"
        assert 890 < seconds_left(credentials) <= 900


def test_get_access_key_info_reads_the_account_from_the_key(local_sts, client):
    """For known users, issued sessions and keys in today's format. The public examples are from bug reports."""
    other = local_sts.add_user("old", account="210987654321", access_key_id="AKIAIOSFODNN7EXAMPLE")
    session = client.assume_role(RoleArn=DEMO, RoleSessionName="ci")["Credentials"]["AccessKeyId"]
    expected = {
        other.access_key_id: "210987654321",
        session: "123456789012",
        local_sts.user.access_key_id: "123456789012",
        "AKIASP2TPHJSQH3FJRUX": "171436882533",
        "ASIAQNZGKIQY56JQ7WML": "029608264753",
    }

    assert {key: client.get_access_key_info(AccessKeyId=key)["Account"] for key in expected} == expected


def test_authorization_messages_are_decoded(local_sts, client):
    """What the server encoded comes back as JSON text."""
    message = {"allowed": False, "context": {"action": "ec2:RunInstances", "conditions": {"items": []}}, "é": "<&>"}
    encoded = local_sts.encode_authorization_message(message)

    assert json.loads(client.decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"]) == message


def test_a_trade_in_token_is_traded(local_sts, client):
    """GetDelegatedAccessToken gives a session of the principal that the token names."""
    data = client.get_delegated_access_token(TradeInToken=local_sts.trade_in_token(duration=900))

    assert data["AssumedPrincipal"] == DEMO
    assert 890 < seconds_left(data["Credentials"]) <= 900
    assert (
        boto_client(local_sts, data["Credentials"])
        .get_caller_identity()["Arn"]
        .startswith("arn:aws:sts::123456789012:assumed-role/")
    )


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "ES384", "HS256"])
def test_web_identity_tokens_are_traded_unsigned(local_sts, algorithm):
    """A valid token gives a session of the role. The request is not signed."""
    token = local_sts.issue_token("repo:me/app", algorithm=algorithm)
    reply = send(local_sts, body=form("AssumeRoleWithWebIdentity", RoleArn=DEMO, RoleSessionName="web", WebIdentityToken=token))

    assert reply.status == 200, reply.body
    assert "<SubjectFromWebIdentityToken>repo:me/app</SubjectFromWebIdentityToken>" in reply.body
    assert "<Provider>arn:aws:iam::123456789012:oidc-provider/idp.example.com</Provider>" in reply.body
    assert "<Audience>sts.amazonaws.com</Audience>" in reply.body
    assert local_sts.calls[-1].principal is None


def test_web_identity_claims_carry_tags_and_source_identity(local_sts, client):
    """The claims that AWS reads for tags and source identity become the session's."""
    claims = {
        "https://aws.amazon.com/tags": {"principal_tags": {"team": ["a"]}, "transitive_tag_keys": ["team"]},
        "https://aws.amazon.com/source_identity": "alice",
    }
    token = local_sts.issue_token(**claims)
    data = client.assume_role_with_web_identity(RoleArn=DEMO, RoleSessionName="web", WebIdentityToken=token)
    chained = boto_client(local_sts, data["Credentials"]).assume_role(RoleArn=DEMO, RoleSessionName="two")

    assert (data["SourceIdentity"], chained["SourceIdentity"]) == ("alice", "alice")
    assert "PackedPolicySize" in chained


def test_tokens_of_a_real_issuer_are_accepted(local_sts, client):
    """A provider can be given the JSON Web Keys of an issuer that we have not made."""
    private = rsa.generate_private_key(65537, 2048)
    numbers = private.public_key().public_numbers()
    jwk = {"kty": "RSA", "kid": "k1", "n": jws._encode_number(numbers.n), "e": jws._encode_number(numbers.e)}
    provider = local_sts.add_oidc_provider("https://issuer.example.org/x", audiences=["app"], keys=[jwk])
    role = local_sts.add_role("web", trusts=[provider.arn], subjects=["system:serviceaccount:*"])
    header = jws._encode_json({"alg": "RS256", "kid": "k1"})
    claims = jws._encode_json({"iss": provider.issuer, "aud": ["other", "app"], "sub": "system:serviceaccount:a:b", "exp": 4e9})
    proof = private.sign(f"{header}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    token = f"{header}.{claims}.{jws.encode(proof)}"
    data = client.assume_role_with_web_identity(RoleArn=role.arn, RoleSessionName="web", WebIdentityToken=token)

    assert data["Provider"] == "arn:aws:iam::123456789012:oidc-provider/issuer.example.org/x"
    assert data["Audience"] == "app"


def test_a_saml_assertion_is_traded(local_sts, client):
    """The session's name, tags and source identity come from the assertion."""
    assertion = local_sts.saml_assertion(
        subject="<alice>", session_name="alice@x", tags={"team": "a&b"}, source_identity="alice"
    )
    data = client.assume_role_with_saml(RoleArn=DEMO, PrincipalArn=local_sts.saml_provider.arn, SAMLAssertion=assertion)

    assert data["AssumedRoleUser"]["Arn"] == "arn:aws:sts::123456789012:assumed-role/demo/alice@x"
    assert (data["Subject"], data["SubjectType"], data["SourceIdentity"]) == ("<alice>", "persistent", "alice")
    assert (data["Issuer"], data["Audience"]) == ("https://idp.example.com/saml", "https://signin.aws.amazon.com/saml")
    assert len(base64.b64decode(data["NameQualifier"])) == 20


def test_a_provider_may_take_unsigned_assertions(local_sts, client):
    """With verify=False an assertion recorded elsewhere does."""
    provider = local_sts.add_saml_provider("open", issuer="https://other.example.com", verify=False)
    role = local_sts.add_role("saml", trusts=[provider.arn])
    text = base64.b64decode(local_sts.saml_assertion(role, provider=provider)).replace(b"local:Signature", b"local:Other")
    data = client.assume_role_with_saml(
        RoleArn=role.arn, PrincipalArn=provider.arn, SAMLAssertion=base64.b64encode(text).decode()
    )

    assert data["Issuer"] == "https://other.example.com"


def fetch(url):
    with urllib.request.urlopen(url) as response:
        return json.load(response)


@pytest.mark.parametrize("algorithm", ["RS256", "ES384"])
def test_web_identity_tokens_verify_with_the_published_keys(local_sts, client, algorithm):
    """Any recipient of a token of GetWebIdentityToken can verify it. This test uses `cryptography`."""
    data = client.get_web_identity_token(
        Audience=["https://api.example.com"],
        SigningAlgorithm=algorithm,
        DurationSeconds=60,
        Tags=[{"Key": "team", "Value": "a"}],
    )
    header, claims = jws.read(data["WebIdentityToken"])
    text, _, signature = data["WebIdentityToken"].rpartition(".")
    discovery = fetch(f"{claims['iss']}/.well-known/openid-configuration")
    key = next(key for key in fetch(discovery["jwks_uri"])["keys"] if key["kid"] == header["kid"])
    verify(key, text.encode(), jws.decode(signature))

    assert header["alg"] == algorithm
    assert (claims["iss"], discovery["issuer"]) == (local_sts.url, local_sts.url)
    assert claims["aud"] == "https://api.example.com"
    assert claims["sub"] == "arn:aws:iam::123456789012:user/demo"
    assert claims["https://sts.amazonaws.com/"]["request_tags"] == {"team": "a"}
    assert claims["exp"] == int(data["Expiration"].timestamp()) == claims["iat"] + 60


def verify(key, text, signature):
    numbers = {name: int.from_bytes(jws.decode(key[name]), "big") for name in "nexy" if name in key}
    if key["kty"] == "RSA":
        public = rsa.RSAPublicNumbers(numbers["e"], numbers["n"]).public_key()
        public.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
    else:
        public = ec.EllipticCurvePublicNumbers(numbers["x"], numbers["y"], ec.SECP384R1()).public_key()
        r, s = int.from_bytes(signature[:48], "big"), int.from_bytes(signature[48:], "big")
        public.verify(encode_dss_signature(r, s), text, ec.ECDSA(hashes.SHA384()))


def test_json_is_given_to_who_asks_for_it(local_sts):
    """`Accept: application/json` selects the form that EKS's authenticator reads, for errors too."""
    reply = call(local_sts, "GetCallerIdentity", accept="application/json")
    refused = call(local_sts, "AssumeRole", accept="application/json", RoleArn=DEMO + "x", RoleSessionName="ci")
    result = json.loads(reply.body)["GetCallerIdentityResponse"]["GetCallerIdentityResult"]

    assert reply.headers["Content-Type"] == "application/json"
    assert result["Arn"] == "arn:aws:iam::123456789012:user/demo"
    assert set(result) == {"Account", "Arn", "UserId"}
    assert json.loads(refused.body)["Error"]["Code"] == "AccessDenied"
    assert refused.status == 403


def test_results_are_written_as_the_service_writes_them(local_sts):
    """Namespace, wrapper, metadata, headers."""
    reply = call(local_sts, "GetCallerIdentity")

    assert reply.body.startswith(
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n  <GetCallerIdentityResult>\n'
    )
    assert f"<RequestId>{reply.headers['x-amzn-RequestId']}</RequestId>" in reply.body
    assert reply.headers["Content-Type"] == "text/xml"
    assert dt.datetime.strptime(reply.headers["Date"], "%a, %d %b %Y %H:%M:%S GMT")


def test_servers_do_not_know_each_other(local_sts):
    """Credentials of one server are unknown to another, though the demo user is the same."""
    with LocalSTS() as other:
        credentials = boto_client(other).assume_role(RoleArn=DEMO, RoleSessionName="ci")["Credentials"]

        assert boto_client(other, credentials).get_caller_identity()
        with pytest.raises(ClientError, match="InvalidClientTokenId"):
            boto_client(local_sts, credentials).get_caller_identity()


POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def test_a_federation_token_always_has_a_packed_policy_size(local_sts):
    """AWS returns 0 if the caller gave no policy. A role session has the member only with one."""
    made = STS(**local_sts.client_options())
    assert made.get_federation_token(Name="bob")["PackedPolicySize"] == 0
    assert made.get_federation_token(Name="bob", Policy=POLICY)["PackedPolicySize"] > 0
    assert "PackedPolicySize" not in made.assume_role(RoleArn=local_sts.role.arn, RoleSessionName="ci")
