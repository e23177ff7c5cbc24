"""MinIO's operations, against a server that plays its documented rules."""

from __future__ import annotations

import asyncio
import logging
import pickle
import threading
import traceback
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import pytest

from sts import STS, AsyncSTS, ParamValidationError, ServiceError, vendor_credentials
from sts.commands import Command
from sts.model.operations import OPERATIONS
from sts.model.shapes import Member, Operation, String, Structure
from sts.vendors import minio as rows
from tests.support.minio_server import PASSWORD, USER, minio, params_of
from tests.support.threads import PATIENCE

KEYS = {"access_key_id": "minioadmin", "secret_access_key": "minioadmin-secret"}
LDAP = {"LDAPUsername": USER, "LDAPPassword": PASSWORD}
TOKEN = "a-token-that-is-secret"
CALLS = [
    (rows.ASSUME_ROLE, {}),
    (rows.ASSUME_ROLE, {"DurationSeconds": timedelta(days=7), "TokenRevokeType": "ci", "Policy": {"Version": "2012-10-17"}}),
    (rows.ASSUME_ROLE_WITH_WEB_IDENTITY, {"WebIdentityToken": TOKEN}),
    (rows.ASSUME_ROLE_WITH_WEB_IDENTITY, {"WebIdentityToken": TOKEN, "WebIdentityAccessToken": "access", "RoleArn": "arn:minio:iam:::role/x"}),
    (rows.ASSUME_ROLE_WITH_CLIENT_GRANTS, {"Token": TOKEN, "DurationSeconds": "7d"}),
    (rows.ASSUME_ROLE_WITH_LDAP_IDENTITY, {**LDAP, "ConfigName": "second"}),
    (rows.ASSUME_ROLE_WITH_CERTIFICATE, {"DurationSeconds": 900}),
    (rows.ASSUME_ROLE_WITH_CUSTOM_TOKEN, {"Token": TOKEN, "RoleArn": "arn:minio:iam:::role/idmp-vGxBdLkOc8mQPU1"}),
]  # fmt: skip


@pytest.mark.parametrize(("row", "params"), CALLS)
def test_every_row_is_answered(row, params):
    """
    Each operation is found where MinIO looks for it, signed where it must be, and gives credentials.

    minio/minio-js#1278, seaweedfs/seaweedfs#8003, aminueza/terraform-provider-minio#712.
    """
    with minio() as server, STS(endpoint=server.url, **KEYS) as client:
        data = client.invoke(row, params)
    (seen,) = server.requests
    assert data["Credentials"]["Expiration"] > datetime.now(timezone.utc)
    assert data["ResponseMetadata"]["RequestId"] == "16F26E081E36DE63"
    assert ("authorization" in seen.headers) == row.signed
    assert bool(urlsplit(seen.path).query) == row.in_query
    assert set(params) <= set(params_of(seen))


def test_all_styles_call_rows(server_of=minio):
    """Keywords, a mapping, a callback, a request, a promise and asyncio: one pipeline under all of them."""
    row = rows.ASSUME_ROLE_WITH_LDAP_IDENTITY
    told, called = [], threading.Event()
    with server_of() as server:
        with STS(endpoint=server.url) as client:
            client.invoke(row, **LDAP)
            client.invoke(row, LDAP, {"timeout": 20})
            client.invoke(row, LDAP, lambda error, data: (told.append((error, data)), called.set()))
            assert called.wait(PATIENCE)
            client.invoke("AssumeRoleWithLDAPIdentity", LDAP)
            client.make_request(row, LDAP).promise().result(PATIENCE)
            client.make_unauthenticated_request("AssumeRoleWithLDAPIdentity", LDAP).promise().result(PATIENCE)

        async def one():
            async with AsyncSTS(endpoint=server.url) as client:
                return await client.invoke(row, **LDAP)

        assert "Credentials" in asyncio.run(one())
    assert len(server.requests) == 7
    assert told[0][0] is None
    assert len({(seen.path, seen.body) for seen in server.requests}) == 1


@pytest.mark.parametrize(
    ("row", "params", "says"),
    [
        (rows.ASSUME_ROLE_WITH_LDAP_IDENTITY, {"LDAPUsername": "jane"}, "Missing required key 'LDAPPassword'"),
        (rows.ASSUME_ROLE_WITH_LDAP_IDENTITY, {**LDAP, "LDAPUserName": "jane"}, "Did you mean 'LDAPUsername'"),
        (rows.ASSUME_ROLE, {"DurationSeconds": 604801}, "900 to 604800|at least 900"),
        (rows.ASSUME_ROLE, {"DurationSeconds": 899}, "900"),
        (rows.ASSUME_ROLE_WITH_CUSTOM_TOKEN, {"Token": TOKEN}, "RoleArn"),
    ],
)
def test_params_of_rows_are_validated(row, params, says):
    """A row is checked as AWS's are; what is beyond the server's own limits it says itself."""
    with (
        minio() as server,
        STS(endpoint=server.url, **KEYS) as client,
        pytest.raises((ParamValidationError, ServiceError)) as caught,
    ):
        client.invoke(row, params)
    if isinstance(caught.value, ServiceError):
        assert caught.value.code == "InvalidParameterValue"
    else:
        assert PASSWORD not in str(caught.value)
        assert __import__("re").search(says, str(caught.value))


@pytest.mark.parametrize(
    ("row", "params", "secret"),
    [
        (rows.ASSUME_ROLE_WITH_LDAP_IDENTITY, {"LDAPUsername": "jane", "LDAPPassword": "wrong"}, "wrong"),
        (rows.ASSUME_ROLE_WITH_CUSTOM_TOKEN, {"Token": "bad", "RoleArn": "arn:minio:iam:::role/x"}, "bad"),
        (rows.ASSUME_ROLE_WITH_CLIENT_GRANTS, {"Token": "bad"}, "bad"),
        (rows.ASSUME_ROLE_WITH_LDAP_IDENTITY, {"LDAPUsername": "jane", "LDAPPassword": "a long password"}, "a long password"),
    ],
)
def test_no_secret_member_of_a_row_shows(row, params, secret, caplog):
    """Not in errors, though the server repeats it, nor in logs, objects, frames and pickles."""
    caplog.set_level(logging.DEBUG)
    with minio() as server, STS(endpoint=server.url, **KEYS) as client:
        request = client.make_request(row, params)
        with pytest.raises(ServiceError) as caught:
            request.promise().result(PATIENCE)
    error = caught.value
    frames = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    texts = [str(error), repr(error), str(error.hint), caplog.text, repr(request), repr(request.call), repr(error.__dict__)]
    for text in [*texts, *(line for line in frames.splitlines() if "params = " not in line and "secret = " not in line)]:
        assert secret not in text.replace("badd", "").replace("hunter", ""), text
    assert secret.encode() not in pickle.dumps(error)


def test_actions_without_a_row_are_called_and_every_value_is_a_secret(caplog):
    """Any action of any server: members as they are, signed on demand, results as texts."""
    caplog.set_level(logging.DEBUG)
    xml = (
        "<DoItResponse><DoItResult><Credentials><Expiration>2030-01-02T03:04:05Z</Expiration></Credentials><Names><member>a"
        "</member><member>b</member></Names><Empty/></DoItResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
        "</DoItResponse>"
    )
    with minio() as server, STS(endpoint=server.url, **KEYS) as client:
        server.answer = lambda _: (200, xml)
        data = client.invoke("DoIt", {"Word": "a-hidden-word", "List": [1, {"a": True}]})
        client.invoke("DoIt", signed=False, Word="a-hidden-word")
        client.invoke("DoIt", {"Word": "x"}, signed=False)
    first, *others = server.requests
    assert params_of(first) | {"Action": "DoIt"} == {
        "Action": "DoIt", "Version": "2011-06-15", "Word": "a-hidden-word", "List.member.1": "1", "List.member.2.a": "true",
    }  # fmt: skip
    assert "authorization" in first.headers
    assert not any("authorization" in seen.headers for seen in others)
    assert data["Credentials"]["Expiration"] == datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    assert data["Names"] == ["a", "b"]
    assert data["ResponseMetadata"]["RequestId"] == "r"
    assert "a-hidden-word" not in caplog.text


def test_users_write_rows_of_their_own():
    """A row is data: name, members and what comes back."""
    member = Member("Ticket", String("ticket", 1, 10), True, "The ticket.", sensitive=True)
    row = Operation(
        "TradeTicket", "trade_ticket", "", Structure("In", (member,)), rows.ASSUME_ROLE_WITH_CLIENT_GRANTS.output, signed=False
    )
    with minio() as server, STS(endpoint=server.url) as client:
        with pytest.raises(ServiceError, match="Unsupported action TradeTicket"):
            client.invoke(row, Ticket="t-1")
        with pytest.raises(ParamValidationError) as caught:
            client.invoke(row, Ticket="a ticket that is too long")
    assert "too long" not in str(caught.value)


@pytest.mark.parametrize("wrong", [5, None, Command, {"a": 1}])
def test_what_is_no_row_is_told(wrong):
    """The error says what invoke() takes."""
    with pytest.raises(TypeError, match=r"invoke\(\) takes a row"):
        STS(region="us-east-1").invoke(wrong)


def test_credentials_of_a_row_renew_themselves():
    """
    `vendor_credentials` asks for a password or token anew for each session, and signs the client's calls.

    minio/minio#9435.
    """
    asked = []

    def password():
        asked.append(1)
        return PASSWORD

    with minio() as server:
        credentials = vendor_credentials(
            rows.ASSUME_ROLE_WITH_LDAP_IDENTITY, {"LDAPUsername": USER, "LDAPPassword": password}, endpoint=server.url
        )
        found = credentials.retrieve()
        credentials.refresh()
    assert (found.access_key_id, found.source) == ("Y4RJU1RNFGK48LGO9I2S", "vendor")
    assert len(asked) == 2
    assert PASSWORD not in repr(credentials) + repr(credentials.provider)
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(credentials.provider)


def test_credentials_of_a_signed_row_have_a_source():
    """MinIO's AssumeRole is signed with the keys of a user, without a role."""
    with minio() as server:
        credentials = vendor_credentials(rows.ASSUME_ROLE, {"DurationSeconds": "7d"}, endpoint=server.url, source=KEYS)
        credentials.retrieve()
    assert "Credential=minioadmin/" in server.requests[0].headers["authorization"]
    assert params_of(server.requests[0])["DurationSeconds"] == "604800"


@pytest.mark.parametrize("arn", [None, "arn:xxx:xxx:xxx:xxxx", "dummy", "arn:aws:iam::role/Demo"])
def test_aws_s_own_method_works_there_too(arn):
    """
    Sessions of 7 days, no role or any text for one, where the host is not AWS's.

    minio/minio#9152.
    """
    with minio() as server, STS(endpoint=server.url, **KEYS) as client:
        client.assume_role(RoleArn=arn, RoleSessionName=None, DurationSeconds=604800)
        with pytest.raises(ParamValidationError, match="Missing required key 'RoleArn'"):
            client.assume_role(RoleSessionName="x")
    assert ("RoleArn" in params_of(server.requests[0])) == (arn is not None)
    with pytest.raises(ParamValidationError):
        STS(region="eu-west-1", **KEYS).assume_role(RoleArn=arn, RoleSessionName="x", DurationSeconds=604800)


def test_rows_have_names_of_their_own():
    """No row of another server has the name of an operation of AWS, but for those that are its forms."""
    assert not {row.name for row in rows.ROWS} & {row.name for row in OPERATIONS}


REFUSALS = [
    (
        403,
        "<Error><Code>InvalidTokenId</Code><Message>The security token included in the request is invalid</Message><Resource>/"
        "</Resource><RequestId>15F034C9D0224947</RequestId><HostId>987f2afd</HostId></Error>",
        "InvalidTokenId",
    ),
    (
        403,
        "<ErrorResponse><Error><Type></Type><Code>AccessDenied</Code><Message>Generating temporary credentials not allowed for "
        "this request.</Message></Error><RequestId>15FD1634DE81A7F3</RequestId></ErrorResponse>",
        "AccessDenied",
    ),
    (
        503,
        "<ErrorResponse><Error><Type></Type><Code>STSNotInitialized</Code><Message>STS API 'AssumeRoleWithCertificate' is disabled"
        "</Message></Error><RequestId>16F26E081E36DE63</RequestId></ErrorResponse>",
        "STSNotInitialized",
    ),
]


@pytest.mark.parametrize(("status", "body", "code"), REFUSALS, ids=[code for _, _, code in REFUSALS])
def test_refusals_are_read_in_the_servers_own_words(status, body, code):
    """
    S3's form of an error and STS's, with code, message and id; a hint says nothing that only AWS has.

    minio/minio#8932, minio/minio#9141, minio/minio#19917, minio/minio#19910.
    """
    with minio() as server, STS(endpoint=server.url, max_attempts=1, **KEYS) as client:
        server.answer = lambda _: (status, body, {"content-type": "application/xml"})
        for call in (
            lambda: client.invoke(rows.ASSUME_ROLE_WITH_CERTIFICATE),
            lambda: client.assume_role(RoleArn="arn:xxx:xxx:xxx:xxxx", RoleSessionName="anything"),
        ):
            with pytest.raises(ServiceError) as caught:
                call()
            error = caught.value
            assert (error.code, error.status_code) == (code, status)
            assert error.message.split("</")[0].split(" (")[0] in body
            assert error.request_id in body
            assert not any(word in str(error.hint) for word in ("trust policy", "MFA", "ExternalId", "opt-in"))


def test_a_claim_based_identity_has_no_role():
    """
    MinIO leaves the role's ARN empty and calls the id AssumeRoleId: the keys are read all the same, and renewed.

    minio/minio#10001, minio/minio#8281, minio/minio#8363.
    """
    body = (
        '<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>'
        "<AssumedRoleUser><Arn></Arn><AssumeRoleId></AssumeRoleId></AssumedRoleUser><Credentials><AccessKeyId>FT8P56JOXAJDUCWEYWCP"
        "</AccessKeyId><SecretAccessKey>0aIZ6OhJxkvbxYy+9J20llgrV8JRCG+LtzwKkH8h</SecretAccessKey><Expiration>2035-08-05T14:17:30Z"
        "</Expiration><SessionToken>eyJ.e30.x</SessionToken></Credentials></AssumeRoleWithWebIdentityResult></"
        "AssumeRoleWithWebIdentityResponse>"
    )
    with minio() as server, STS(endpoint=server.url) as client:
        server.answer = lambda _: (200, body, {"content-type": "application/xml"})
        params = {"WebIdentityToken": TOKEN}
        data = client.invoke(rows.ASSUME_ROLE_WITH_WEB_IDENTITY, params)
        assert data["AssumedRoleUser"]["Arn"] == ""
        renewing = vendor_credentials(rows.ASSUME_ROLE_WITH_WEB_IDENTITY, params, endpoint=server.url)
        assert renewing.retrieve().access_key_id == data["Credentials"]["AccessKeyId"] == "FT8P56JOXAJDUCWEYWCP"
        server.answer = lambda _: (200, body.replace("FT8P", "GT8P"), {"content-type": "application/xml"})
        renewing.refresh()
        assert renewing.retrieve().access_key_id == "GT8P56JOXAJDUCWEYWCP"
