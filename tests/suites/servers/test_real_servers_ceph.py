"""Ceph's gateway, an STS written in C++, accepts our signatures and requests, and we parse all forms of its responses."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
import requests

from sts import STS, Credentials, MalformedPolicyDocumentException, ServiceError, assume_role_credentials
from sts.integrations.requests_auth import SigV4Auth
from tests.suites.servers.ceph import USER, ceph, home
from tests.suites.servers.objects import BODY, WAYS
from tests.suites.servers.oidc import AUDIENCE, Issuer, issuer
from tests.support.real_servers import RealServer
from tests.support.threads import PATIENCE

pytestmark = [pytest.mark.servers, pytest.mark.filterwarnings("ignore")]

ROLE, NEXT_ROLE, WEB_ROLE = (f"arn:aws:iam:::role/{name}" for name in ("First", "Second", "Web"))
REGION = "us-east-1"
S3 = {"Effect": "Allow", "Action": ["s3:*"], "Resource": "arn:aws:s3:::*"}
STS_TOO = {"Effect": "Allow", "Action": ["sts:*"], "Resource": "*"}


class Gateway(NamedTuple):
    """A running gateway with its roles, and its identity provider."""

    server: RealServer
    oidc: Issuer

    def client(self, **more: Any) -> STS:
        """Return a client that signs as the user."""
        return STS(**self.server.options(**more))

    def client_of(self, credentials: Any, **more: Any) -> STS:
        """Return a client that signs with *credentials*."""
        return STS(region=REGION, endpoint=self.server.url, credentials=credentials, **more)

    def s3(self, method: str, path: str, credentials: Any, body: bytes = b"") -> requests.Response:
        """Request an object with our authentication for requests."""
        return requests.request(
            method, self.server.url + path, data=body, auth=SigV4Auth("s3", REGION, credentials), timeout=10
        )


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def trust(action: str, kind: str, principal: str, **condition: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {kind: [principal]}, "Action": [f"sts:{action}"], **condition}


def manage(server: RealServer, action: str, **params: str) -> None:
    """Call IAM with our signature. The gateway does not read a plus sign as a space."""
    user = Credentials(server.access_key_id, server.secret_access_key)
    body = urlencode({"Action": action, "Version": "2010-05-08", **params}).replace("+", "%20")
    answer = requests.post(
        server.url + "/",
        data=body,
        headers={"content-type": "application/x-www-form-urlencoded"},
        auth=SigV4Auth("iam", REGION, user),
        timeout=10,
    )
    assert answer.status_code == 200, answer.text


def add_roles(server: RealServer, oidc: Issuer) -> None:
    name = oidc.url.removeprefix("http://")
    manage(
        server,
        "CreateOpenIDConnectProvider",
        **{"Url": oidc.url, "ClientIDList.member.1": AUDIENCE, "ThumbprintList.member.1": oidc.thumbprint},
    )
    right_app = {"Condition": {"StringEquals": {f"{name}:app_id": AUDIENCE}}}
    trusts = {
        ROLE: trust("AssumeRole", "AWS", f"arn:aws:iam:::user/{USER}"),
        NEXT_ROLE: trust("AssumeRole", "AWS", ROLE),
        WEB_ROLE: trust("AssumeRoleWithWebIdentity", "Federated", f"arn:aws:iam:::oidc-provider/{name}", **right_app),
    }
    for arn, statement in trusts.items():
        role = arn.rpartition("/")[2]
        manage(server, "CreateRole", RoleName=role, Path="/", AssumeRolePolicyDocument=document(statement))
        manage(server, "PutRolePolicy", RoleName=role, PolicyName="p", PolicyDocument=document(S3, STS_TOO))
    everything = {"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}
    manage(server, "PutUserPolicy", UserName=USER, PolicyName="p", PolicyDocument=document(everything))


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with issuer() as oidc, ceph() as server:
        add_roles(server, oidc)
        yield Gateway(server, oidc)


@pytest.fixture
def bucket(gateway: Gateway) -> str:
    """Return the path of a bucket with one object."""
    user = Credentials(gateway.server.access_key_id, gateway.server.secret_access_key)
    assert gateway.s3("PUT", "/bucket", user).status_code == 200
    assert gateway.s3("PUT", "/bucket/one", user, b"content").status_code == 200
    return "/bucket"


def test_a_role_is_assumed_and_its_credentials_work_for_objects(gateway: Gateway) -> None:
    """The credentials sign requests with any path and body."""
    client = gateway.client()
    answer = client.assume_role(RoleArn=ROLE, RoleSessionName="first", DurationSeconds=900)
    expiration = answer["Credentials"]["Expiration"]
    role = client.credentials_from(answer)

    assert answer["AssumedRoleUser"]["Arn"] == "arn:aws:sts:::assumed-role/First/first"
    assert timedelta(minutes=14) < expiration - datetime.now(timezone.utc) <= timedelta(minutes=16)
    assert answer["ResponseMetadata"]["RequestId"].startswith("tx")
    assert gateway.s3("PUT", "/of-the-role", role).status_code == 200
    assert gateway.s3("PUT", "/of-the-role/a%20b%2Bc/%C3%A9?x-id=PutObject", role, b"hello").status_code == 200
    assert gateway.s3("GET", "/of-the-role/a%20b%2Bc/%C3%A9", role).content == b"hello"
    assert gateway.s3("GET", "/of-the-role?list-type=2&prefix=a%20b%2B&delimiter=%2F", role).status_code == 200


@pytest.mark.parametrize("store_and_read", WAYS, ids=lambda way: way.__name__)
def test_objects_with_refreshing_credentials(gateway: Gateway, store_and_read: Callable[[str, Any], bytes]) -> None:
    """Every integration signs names, queries and bodies in the way another implementation reads them."""
    role = assume_role_credentials(ROLE, client_options=gateway.server.options())

    assert store_and_read(gateway.server.url, role) == BODY


def test_a_role_assumes_another(gateway: Gateway, bucket: str) -> None:
    """The token of the first session is signed, and the second session works."""
    client = gateway.client()
    first = client.credentials_from(client.assume_role(RoleArn=ROLE, RoleSessionName="first"))
    second = gateway.client_of(first).assume_role(RoleArn=NEXT_ROLE, RoleSessionName="second")

    assert second["AssumedRoleUser"]["Arn"].endswith("assumed-role/Second/second")
    assert gateway.s3("GET", bucket + "/one", client.credentials_from(second)).content == b"content"
    with pytest.raises(ServiceError) as caught:
        client.assume_role(RoleArn=NEXT_ROLE, RoleSessionName="not-trusted")
    assert caught.value.code == "AccessDenied"


def test_a_session_of_the_user(gateway: Gateway, bucket: str) -> None:
    """The credentials of GetSessionToken sign requests. With a changed token they do not."""
    client = gateway.client()
    session = client.credentials_from(client.get_session_token(DurationSeconds=900))
    token = str(session.session_token)
    altered = Credentials(session.access_key_id, session.secret_access_key, token[:-8] + "AAAAAAA=")

    assert gateway.s3("GET", bucket + "/one", session).content == b"content"
    assert gateway.s3("GET", bucket + "/one", altered).status_code == 403


def test_a_session_policy_restricts(gateway: Gateway, bucket: str) -> None:
    """A policy with spaces, plus signs and non-ASCII text arrives unchanged and is applied."""
    client = gateway.client()
    read = {"Sid": "a b+c=é", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::bucket/*"]}
    policy = {"Version": "2012-10-17", "Statement": [read]}
    reader = client.credentials_from(client.assume_role(RoleArn=ROLE, RoleSessionName="reader", Policy=policy))

    assert gateway.s3("GET", bucket + "/one", reader).content == b"content"
    assert gateway.s3("PUT", bucket + "/two", reader, b"more").status_code == 403


def test_a_web_identity(gateway: Gateway) -> None:
    """A token with a real signature is exchanged without credentials, and the returned credentials sign requests."""
    with STS(region=REGION, endpoint=gateway.server.url) as anybody:
        answer = anybody.assume_role_with_web_identity(
            RoleArn=WEB_ROLE, RoleSessionName="web", WebIdentityToken=gateway.oidc.token()
        )
        role = anybody.credentials_from(answer)

    assert (answer["SubjectFromWebIdentityToken"], answer["Audience"]) == ("alice", AUDIENCE)
    assert answer["Provider"] == gateway.oidc.url
    assert gateway.s3("GET", "/", role).status_code == 200


@pytest.mark.parametrize(
    "token",
    [{"aud": "other"}, {"ttl": -60}, {"forged": True}, {"iss": "http://127.0.0.1:1"}],
    ids=lambda token: next(iter(token)),
)
def test_a_web_identity_that_is_not_good(gateway: Gateway, token: dict[str, Any]) -> None:
    """The error has no reason. The hint contains the claims of the token, but not the token."""
    refused = gateway.oidc.token(**token)
    with STS(region=REGION, endpoint=gateway.server.url) as anybody, pytest.raises(ServiceError) as caught:
        anybody.assume_role_with_web_identity(RoleArn=WEB_ROLE, RoleSessionName="web", WebIdentityToken=refused)

    assert (caught.value.code, caught.value.status_code) == ("AccessDenied", 403)
    assert "sub=alice" in str(caught.value)
    assert refused not in str(caught.value)


@pytest.mark.parametrize("wrong", [{"secret_access_key": "wrong"}, {"access_key_id": "AKIAUNKNOWNUNKNOWN00"}], ids=str)
def test_wrong_keys_are_refused(gateway: Gateway, wrong: dict[str, str]) -> None:
    """The gateway verifies signatures."""
    with pytest.raises(ServiceError) as caught:
        gateway.client(**wrong).assume_role(RoleArn=ROLE, RoleSessionName="first")

    assert (caught.value.code, caught.value.status_code) == ("AccessDenied", 403)
    assert caught.value.metadata.attempts == 1


def test_an_altered_body_is_refused(gateway: Gateway) -> None:
    """Signed parts cannot be changed."""
    client = gateway.client()

    def alter(request: Any) -> None:
        request.http_request.body = request.http_request.body.replace(b"first", b"other")

    client.on("sign", alter)
    with pytest.raises(ServiceError) as caught:
        client.assume_role(RoleArn=ROLE, RoleSessionName="first")

    assert caught.value.status_code == 403


def test_answers_in_its_own_style_are_read(gateway: Gateway) -> None:
    """Without a namespace, with nanoseconds and with a renamed member, known members are parsed."""
    request = gateway.client().make_request("assume_role", {"RoleArn": ROLE, "RoleSessionName": "first"})
    answer = request.result(PATIENCE)
    assert request.response is not None and request.response.http_response is not None
    body = request.response.http_response.body

    assert b"xmlns" not in body
    assert b"<AssumeRoleId>" in body
    assert re.search(rb"\.[0-9]{7,9}Z</Expiration>", body)
    assert answer["AssumedRoleUser"] == {"Arn": "arn:aws:sts:::assumed-role/First/first"}
    assert answer["Credentials"]["Expiration"].tzinfo is timezone.utc


def test_bare_errors_are_read(gateway: Gateway) -> None:
    """`<Error>` without namespace and message yields code, class, status and request id."""
    client = gateway.client()
    with pytest.raises(ServiceError) as no_role:
        client.assume_role(RoleArn=ROLE + "x", RoleSessionName="first")
    with pytest.raises(MalformedPolicyDocumentException):
        client.assume_role(RoleArn=ROLE, RoleSessionName="first", Policy="{no JSON")
    with pytest.raises(ServiceError) as no_operation:
        client.get_caller_identity()

    assert (no_role.value.code, no_role.value.status_code) == ("NoSuchEntity", 404)
    assert str(no_role.value.request_id).startswith("tx")
    assert (no_operation.value.code, no_operation.value.status_code) == ("MethodNotAllowed", 405)


@pytest.mark.parametrize("offset", [1800, -1800])
def test_a_wrong_offset_is_corrected_once(gateway: Gateway, offset: int) -> None:
    """The first call needs one more request, the next none. Without correction the error names the clock."""
    client = gateway.client(system_clock_offset=offset)
    attempts = [client.assume_role(RoleArn=ROLE, RoleSessionName="first")["ResponseMetadata"]["Attempts"] for _ in range(2)]
    with pytest.raises(ServiceError) as caught:
        gateway.client(system_clock_offset=offset, correct_clock_skew=False).assume_role(RoleArn=ROLE, RoleSessionName="first")

    assert attempts == [2, 1]
    assert caught.value.code == "RequestTimeTooSkewed"
    assert "clock" in str(caught.value.hint)


IN_ANOTHER_TIME = """
import json, sys, time
from sts import STS
client = STS(**json.loads(sys.argv[1]))
print(json.dumps([time.time()] + [
    client.assume_role(RoleArn=sys.argv[2], RoleSessionName="late")["ResponseMetadata"]["Attempts"] for _ in range(2)
]))
"""


@pytest.mark.parametrize("shift", ["-30m", "+30m"])
def test_a_machine_whose_clock_is_wrong(gateway: Gateway, shift: str) -> None:
    """With the clock of the process half an hour off (libfaketime), a call succeeds, and the next needs one attempt."""
    library = home() / "root/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
    if not library.exists():
        pytest.skip("libfaketime is not there; run: python -m tests.suites.servers.ceph get")
    environ = {**os.environ, "LD_PRELOAD": str(library), "FAKETIME": shift, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    command = [sys.executable, "-c", IN_ANOTHER_TIME, json.dumps(gateway.server.options()), ROLE]
    folder = Path(__file__).parent.parent.parent.parent
    done = subprocess.run(command, env=environ, cwd=folder, capture_output=True, text=True, timeout=60, check=True)
    told, *attempts = json.loads(done.stdout)

    assert abs(told - datetime.now().timestamp()) > 1700
    assert attempts == [2, 1]
