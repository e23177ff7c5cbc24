"""LocalSTS rejects what the service rejects, with the same code, status and wording."""

from __future__ import annotations

import base64
import json
import string

import pytest

from sts.testing import LocalSTS
from sts.testing.service import service
from tests.support.local_sts_clients import boto_client, call, described, form, refusal, send, signed

DEMO = "arn:aws:iam::123456789012:role/demo"
USER = "arn:aws:iam::123456789012:user/demo"
ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
TASK = "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"


def assume(server, credentials=None, *, user=None, **params):
    client = boto_client(server, credentials, user=user)
    return refusal(client.assume_role, **{"RoleArn": DEMO, "RoleSessionName": "ci", **params})


# --- who may do what ---


@pytest.mark.parametrize("arn", ["arn:aws:iam::123456789012:role/none", "arn:aws:iam::999999999999:role/closed"])
def test_unknown_and_untrusting_roles_look_alike(local_sts, arn):
    """The service does not tell whether a role exists."""
    local_sts.add_role("closed", account="999999999999")

    assert assume(local_sts, RoleArn=arn) == (
        403,
        "AccessDenied",
        f"User: {USER} is not authorized to perform: sts:AssumeRole on resource: {arn}",
    )


@pytest.mark.parametrize("given", [{}, {"ExternalId": "wrong"}])
def test_the_external_id_has_to_be_right(local_sts, given):
    """Without it, the role does not trust the caller."""
    role = local_sts.add_role("partner", external_id="the-id")

    assert assume(local_sts, RoleArn=role.arn, **given)[1] == "AccessDenied"
    assert boto_client(local_sts).assume_role(RoleArn=role.arn, RoleSessionName="ci", ExternalId="the-id")


def test_root_users_assume_no_roles(local_sts):
    """Not even in their own account."""
    root = local_sts.add_user("root")

    assert assume(local_sts, user=root) == (403, "AccessDenied", "Roles may not be assumed by root accounts.")
    assert boto_client(local_sts, user=root).get_caller_identity()["UserId"] == "123456789012"


def test_a_denied_action_names_the_deny(local_sts):
    """The error of a denied action names the explicit deny. GetCallerIdentity cannot be denied."""
    user = local_sts.add_user("guest", denies=["sts:*"])
    client = boto_client(local_sts, user=user)

    assert refusal(client.get_session_token) == (
        403,
        "AccessDenied",
        f"User: {user.arn} is not authorized to perform: sts:GetSessionToken on resource: * "
        "with an explicit deny in an identity-based policy",
    )
    assert client.get_caller_identity()["Arn"] == user.arn


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        (ALLOW_ALL, True),
        ({"Effect": "Allow", "Action": ["sts:assume*"], "Resource": [DEMO]}, True),
        ({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, True),
        ({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "sts:*", "Resource": DEMO + "x"}, False),
        ([ALLOW_ALL, {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}], False),
    ],
)
def test_session_policies_limit_what_a_session_may_call(local_sts, statement, allowed):
    """A session can do no more than its inline policy allows."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    first = boto_client(local_sts).assume_role(RoleArn=DEMO, RoleSessionName="one", Policy=policy)
    session = boto_client(local_sts, first["Credentials"])
    if allowed:
        assert session.assume_role(RoleArn=DEMO, RoleSessionName="two")
    else:
        message = refusal(session.assume_role, RoleArn=DEMO, RoleSessionName="two")[2]
        assert message.endswith("because no session policy allows the sts:AssumeRole action")
    assert session.get_caller_identity()


@pytest.mark.parametrize("issue", ["assume_role", "get_session_token", "get_federation_token"])
def test_session_credentials_get_no_session_or_federation_token(local_sts, issue):
    """Both operations require long-term credentials."""
    params = {"assume_role": {"RoleArn": DEMO, "RoleSessionName": "ci"}, "get_federation_token": {"Name": "bob"}}
    credentials = getattr(boto_client(local_sts), issue)(**params.get(issue, {}))["Credentials"]
    client = boto_client(local_sts, credentials)

    assert refusal(client.get_session_token) == (403, "AccessDenied", "Cannot call GetSessionToken with session credentials")
    assert refusal(client.get_federation_token, Name="bob")[2] == "Cannot call GetFederationToken with session credentials"


def test_federated_users_call_nothing_but_get_caller_identity(local_sts):
    """Source: the table of the user guide."""
    credentials = boto_client(local_sts).get_federation_token(Name="bob")["Credentials"]

    assert assume(local_sts, credentials)[2].startswith("User: arn:aws:sts::123456789012:federated-user/bob is not authorized")


def test_a_source_identity_cannot_be_changed(local_sts):
    """The next session keeps it or is refused."""
    first = boto_client(local_sts).assume_role(RoleArn=DEMO, RoleSessionName="one", SourceIdentity="alice")

    assert assume(local_sts, first["Credentials"], SourceIdentity="bob")[2].endswith(
        f"sts:SetSourceIdentity on resource: {DEMO}"
    )


def test_assume_root_is_for_member_accounts(local_sts):
    """Other accounts, other principals and other policies are refused."""
    client = boto_client(local_sts)
    task = {"arn": TASK}

    assert refusal(client.assume_root, TargetPrincipal="333333333333", TaskPolicyArn=task) == (
        403,
        "AccessDenied",
        f"User: {USER} is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::333333333333:root",
    )
    assert refusal(client.assume_root, TargetPrincipal="not-a-principal", TaskPolicyArn=task)[1] == "ValidationError"
    other = {"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    assert refusal(client.assume_root, TargetPrincipal="210987654321", TaskPolicyArn=other)[1] == "ValidationError"


def test_context_assertions_are_of_context_providers(local_sts):
    """Other providers are not trusted. The content of the assertions is not checked."""
    good, other = (
        [{"ProviderArn": f"arn:aws:iam::{name}", "ContextAssertion": "abcd"}]
        for name in ("aws:contextProvider/IdentityCenter", "123456789012:role/IdentityCenter")
    )

    assert assume(local_sts, ProvidedContexts=other)[:2] == (400, "InvalidContextAssertion")
    assert boto_client(local_sts).assume_role(RoleArn=DEMO, RoleSessionName="ci", ProvidedContexts=good)["Credentials"]


def test_the_global_endpoint_lacks_three_operations():
    """AssumeRoot, GetScopedCredentials and GetWebIdentityToken are regional."""
    with LocalSTS(global_endpoint=True) as server:
        client = boto_client(server)
        expected = (400, "InvalidAction", "Unknown Operation")

        assert refusal(client.assume_root, TargetPrincipal="210987654321", TaskPolicyArn={"arn": TASK}) == expected
        assert refusal(client.get_web_identity_token, Audience=["a"], SigningAlgorithm="ES384") == expected
        assert refusal(client.get_scoped_credentials, DurationSeconds=60) == expected
        assert client.get_caller_identity()


# --- MFA ---


def test_mfa_devices_guard_roles(local_sts):
    """A role that requires MFA accepts each code once. A session with MFA needs no further code."""
    role, device = local_sts.add_role("guarded", mfa=True), local_sts.add_mfa_device()
    asked = {"RoleArn": role.arn, "SerialNumber": device.serial}
    client = boto_client(local_sts)
    code, next_code = device.code(), device.code(steps=1)

    assert assume(local_sts, RoleArn=role.arn)[1] == "AccessDenied"
    assert client.assume_role(RoleSessionName="ci", TokenCode=code, **asked)
    assert assume(local_sts, TokenCode=code, **asked) == (
        403,
        "AccessDenied",
        "MultiFactorAuthentication failed with invalid MFA one time pass code.",
    )
    session = client.get_session_token(SerialNumber=device.serial, TokenCode=next_code)["Credentials"]
    assert boto_client(local_sts, session).assume_role(RoleArn=role.arn, RoleSessionName="ci")


def test_failed_mfa_is_told_apart(local_sts):
    """Half of the proof, and a device that is not the caller's."""
    device = local_sts.add_mfa_device(local_sts.add_user("other"))
    unable = (
        "MultiFactorAuthentication failed, unable to validate MFA code.  "
        "Please verify your MFA serial number is valid and associated with this user."
    )

    assert assume(local_sts, SerialNumber=device.serial)[2] == (
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
    )
    assert assume(local_sts, SerialNumber=device.serial, TokenCode=device.code())[2] == unable
    assert assume(local_sts, SerialNumber="arn:aws:iam::123456789012:mfa/none", TokenCode="123456")[2] == unable


def test_codes_are_those_of_rfc_6238():
    """The seed and times of the RFC's appendix B, last six digits."""
    now = [0.0]
    with LocalSTS(clock=lambda: now[0]) as server:
        device = server.add_mfa_device(seed=base64.b32encode(b"12345678901234567890").decode())
        codes = {}
        for now[0] in (59, 1111111109, 1234567890, 20000000000):
            codes[now[0]] = device.code()

    assert codes == {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}


# --- values ---


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"RoleSessionName": "a b"},
            r"1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: [\w+=,.@-]*",
        ),
        (
            {"RoleSessionName": "a"},
            "1 validation error detected: Value 'a' at 'roleSessionName' failed to satisfy constraint: "
            "Member must have length greater than or equal to 2",
        ),
        (
            {"RoleSessionName": None, "DurationSeconds": 899},
            "2 validation errors detected: Value null at 'roleSessionName' failed to satisfy constraint: "
            "Member must not be null; Value '899' at 'durationSeconds' failed to satisfy constraint: "
            "Member must have value greater than or equal to 900",
        ),
        (
            {"DurationSeconds": 43201},
            "1 validation error detected: Value '43201' at 'durationSeconds' failed to satisfy constraint: "
            "Member must have value less than or equal to 43200",
        ),
        (
            {"Tags.member.1.Key": "", "Tags.member.1.Value": "v"},
            "2 validation errors detected: Value '' at 'tags.1.member.key' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1; "
            "Value '' at 'tags.1.member.key' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+",
        ),
        (
            {"SerialNumber": "arn:aws:iam::1:mfa/x", "TokenCode": "12"},
            "1 validation error detected: Value at 'tokenCode' failed to satisfy constraint: "
            "Member must have length greater than or equal to 6",
        ),
    ],
)
def test_broken_constraints_are_told_in_the_services_words(local_sts, params, message):
    """One message lists all of them. Values that are secret are not repeated."""
    reply = call(local_sts, "AssumeRole", **{"RoleArn": DEMO, "RoleSessionName": "ci", **params})

    assert described(reply) == (400, "ValidationError", message)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (
            {"DurationSeconds": "soon"},
            (400, "MalformedInput", "Invalid value 'soon' for 'DurationSeconds': an integer is expected"),
        ),
        ({"RoleArn": "arn:aws:iam::1234:role/x"}, (400, "ValidationError", "arn:aws:iam::1234:role/x is invalid")),
        (
            {"PolicyArns.member.1.arn": "arn:aws:s3:::bucket/x"},
            (400, "ValidationError", "ARN arn:aws:s3:::bucket/x is not valid."),
        ),
        (
            {"DurationSeconds": 3601},
            (400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."),
        ),
        (
            {"Tags.member.1.Key": "a", "Tags.member.1.Value": "", "Tags.member.2.Key": "A", "Tags.member.2.Value": ""},
            (400, "InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive."),
        ),
        (
            {"TransitiveTagKeys.member.1": "a"},
            (400, "InvalidParameterValue", "The specified transitive tag key must be included in the requested tags."),
        ),
    ],
)
def test_values_that_fit_no_sense_are_refused(local_sts, params, expected):
    """Beyond single constraints."""
    assert described(call(local_sts, "AssumeRole", **{"RoleArn": DEMO, "RoleSessionName": "ci", **params})) == expected


def test_eleven_policy_arns_are_too_many(local_sts):
    """The limit of ten is documented, not modelled."""
    arns = {f"PolicyArns.member.{n}.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess" for n in range(1, 12)}
    reply = call(local_sts, "AssumeRole", RoleArn=DEMO, RoleSessionName="ci", **arns)

    assert reply.message.endswith("'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10")


def test_role_chaining_is_limited_to_an_hour(local_sts):
    """Whatever the role's own maximum."""
    role = local_sts.add_role("long", max_session_duration=43200)
    first = boto_client(local_sts).assume_role(RoleArn=DEMO, RoleSessionName="one")

    assert assume(local_sts, first["Credentials"], RoleArn=role.arn, DurationSeconds=3601) == (
        400,
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    )


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("{'Version'", "This policy contains invalid Json"),
        ("[]", "Syntax errors in policy."),
        ('{"Version":"2012-10-17"}', "Syntax errors in policy."),
        ('{"Version":"2020-01-01","Statement":[]}', "Syntax errors in policy."),
        ('{"Statement":[{"Effect":"Maybe","Action":"*","Resource":"*"}]}', "Syntax errors in policy."),
        ('{"Statement":[{"Effect":"Allow","Action":"*"}]}', "Syntax errors in policy."),
    ],
)
@pytest.mark.parametrize("operation", ["AssumeRole", "GetFederationToken"])
def test_malformed_policies_are_refused(local_sts, operation, policy, message):
    """By every operation that takes one."""
    params = {"AssumeRole": {"RoleArn": DEMO, "RoleSessionName": "ci"}, "GetFederationToken": {"Name": "bob"}}[operation]

    assert described(call(local_sts, operation, Policy=policy, **params)) == (400, "MalformedPolicyDocument", message)


def test_too_much_packed_policy_is_refused(local_sts):
    """Policies and tags that do not compress well are too large. The message has the percentage."""
    letters = string.ascii_letters + string.digits
    noise = ["".join(letters[(n * n * 31 + m * (n + 7) * m) % 62] for m in range(120)) for n in range(30)]
    tags = [{"Key": f"k{n}", "Value": value} for n, value in enumerate(noise)]
    resources = [f"arn:aws:s3:::{text}" for text in noise]
    policy = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": resources}})
    by_tags, by_policy = assume(local_sts, Tags=tags), assume(local_sts, Policy=policy)

    assert by_tags[:2] == by_policy[:2] == (400, "PackedPolicyTooLarge")
    assert by_tags[2].startswith("Packed size of session tags consumes ")
    assert by_policy[2].startswith("Packed policy consumes ")
    assert by_policy[2].endswith("% of allotted space, please use smaller policy.")


# --- requests that are no calls ---


@pytest.mark.parametrize(
    ("action", "version", "expected"),
    [
        ("GetFoo", "2011-06-15", (400, "InvalidAction", "Could not find operation GetFoo for version 2011-06-15")),
        (
            "GetCallerIdentity",
            "2010-01-01",
            (400, "InvalidAction", "Could not find operation GetCallerIdentity for version 2010-01-01"),
        ),
        (
            "GetCallerIdentity",
            None,
            (400, "InvalidAction", "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED"),
        ),
        (None, "2011-06-15", (400, "MissingAction", "Missing Action")),
    ],
)
def test_actions_that_do_not_exist_are_refused(local_sts, action, version, expected):
    """Unknown actions, other versions, none."""
    assert described(call(local_sts, action, Version=version)) == expected


def test_other_requests_get_what_a_web_server_answers(local_sts):
    """A bare GET is redirected to the page of the service. Other methods and paths do not exist."""
    assert (send(local_sts, "GET").status, send(local_sts, "GET").headers["Location"]) == (302, "https://aws.amazon.com/iam")
    assert send(local_sts, "PUT", body="x").status == 405
    assert (send(local_sts, "POST", "/other").status, send(local_sts, "POST", "/other").body) == (
        404,
        "<UnknownOperationException/>\n",
    )


def test_get_and_post_are_alike(local_sts):
    """Params are accepted in the query."""
    token = local_sts.issue_token()
    query = form("AssumeRoleWithWebIdentity", RoleArn=DEMO, RoleSessionName="web", WebIdentityToken=token)

    assert send(local_sts, "GET", f"/?{query}").status == 200
    assert send(local_sts, "POST", f"/?{query}").status == 200


def test_a_bug_of_the_server_looks_like_one(local_sts, monkeypatch):
    """An exception in an operation is an InternalFailure that names it, not a cut connection."""
    monkeypatch.setitem(service._perform, "GetCallerIdentity", lambda context, params: 1 / 0)
    body = form("GetCallerIdentity")
    reply = send(local_sts, body=body, headers=signed(local_sts, body))

    assert (reply.status, reply.code) == (500, "InternalFailure")
    assert "ZeroDivisionError" in reply.message
