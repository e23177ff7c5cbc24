"""MiniStack does more than other local servers: presigned calls, a clock like that of AWS, instance and container metadata."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from sts import STS, AsyncSTS, ServiceError
from sts.credentials.providers.container import ContainerProvider
from sts.credentials.providers.instance import InstanceMetadataProvider, instance_region
from sts.tokens import eks_token, vault_login
from tests.suites.servers.oidc import AUDIENCE, Issuer, issuer
from tests.support.real_servers import RealServer, iam, ministack, ministack_metadata
from tests.support.threads import PATIENCE

pytestmark = [pytest.mark.servers, pytest.mark.filterwarnings("ignore")]

ROLE, WEB_ROLE = "arn:aws:iam::000000000000:role/demo", "arn:aws:iam::000000000000:role/web"
CLUSTER = "x-k8s-aws-id"


@pytest.fixture(scope="module")
def server() -> Iterator[RealServer]:
    with ministack() as running:
        yield running


@pytest.fixture(scope="module")
def metadata() -> Iterator[str]:
    with ministack_metadata() as url:
        yield url


@pytest.fixture
def client(server: RealServer) -> Iterator[STS]:
    with STS(**server.options()) as made:
        yield made


def get(url: str, **headers: str) -> tuple[int, str]:
    """Request the URL as another program would. Return status and body."""
    return post(url, None, headers)


def post(url: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


def test_a_presigned_call_is_accepted(client: STS) -> None:
    """The response to the URL contains who signed it, with GET and with POST."""
    by_get = client.presign("get_caller_identity", expires_in=60)
    by_post = client.presign("get_caller_identity", method="POST")

    assert ":user/bob</Arn>" in get(by_get.url)[1]
    assert ":user/bob</Arn>" in post(by_post.url, by_post.body, by_post.headers)[1]
    assert post(by_post.url, (by_post.body or b"") + b"&X=", by_post.headers)[0] == 403


def test_a_presigned_header_must_be_sent(client: STS) -> None:
    """A signed x-k8s-aws-id is part of the signature. Another value, or none, is rejected."""
    presigned = client.presign("get_caller_identity", expires_in=60, headers={CLUSTER: "mine"})
    answers = [get(presigned.url, **headers) for headers in ({CLUSTER: "mine"}, {CLUSTER: "another"}, {})]

    assert [status for status, _ in answers] == [200, 403, 403]
    assert "SignatureDoesNotMatch" in answers[1][1]
    assert "SignatureDoesNotMatch" in answers[2][1]


def test_a_presigned_call_of_a_role(client: STS, server: RealServer) -> None:
    """The session token is part of the query, and its plus signs arrive."""
    role = client.credentials_from(client.assume_role(RoleArn=ROLE, RoleSessionName="presigning"))
    with STS(region="us-east-1", endpoint=server.url, credentials=role) as as_role:
        status, body = get(as_role.presign("get_caller_identity").url)

    assert status == 200
    assert "assumed-role/demo/presigning</Arn>" in body


def test_a_token_for_a_cluster(client: STS) -> None:
    """The URL in an EKS token is accepted only for its cluster."""
    coded = eks_token("mine", client=client).removeprefix("k8s-aws-v1.")
    url = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()

    assert ":user/bob</Arn>" in get(url, **{CLUSTER: "mine"})[1]
    assert get(url, **{CLUSTER: "another"})[0] == 403


def test_a_login_to_vault_can_be_replayed(client: STS) -> None:
    """A Vault server sends the signed request unchanged. With another server id it is rejected."""
    payload = vault_login("role", client=client, server_id="vault.example.com")
    url, body = (base64.b64decode(payload[f"iam_request_{part}"]) for part in ("url", "body"))
    headers = {name: values[0] for name, values in json.loads(base64.b64decode(payload["iam_request_headers"])).items()}
    forged = {**headers, "X-Vault-AWS-IAM-Server-ID": "evil.example.com"}

    assert ":user/bob</Arn>" in post(url.decode(), body, headers)[1]
    assert post(url.decode(), body, forged)[0] == 403


def test_a_token_of_ones_own(client: STS) -> None:
    """For GetWebIdentityToken, the lists arrive and the returned times are parsed."""
    answer = client.get_web_identity_token(Audience=["one", "two"], SigningAlgorithm="ES384", DurationSeconds=120)
    claims = answer["WebIdentityToken"].split(".")[1]

    assert json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["aud"] == ["one", "two"]
    assert timedelta(seconds=60) < answer["Expiration"] - datetime.now(timezone.utc) < timedelta(seconds=180)


@pytest.fixture(scope="module")
def oidc(server: RealServer) -> Iterator[Issuer]:
    """Run an identity provider, and add a role that trusts its tokens for one audience."""
    with issuer() as running:
        name = running.url.removeprefix("http://")
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::000000000000:oidc-provider/{name}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{name}:aud": AUDIENCE}},
        }
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam(server.url, "test", "test").create_role(RoleName="web", AssumeRolePolicyDocument=trust)
        yield running


def test_a_web_identity(server: RealServer, oidc: Issuer) -> None:
    """It needs no credentials, and its result works. A token for another audience is rejected. The hint has its audience."""
    where = {"region": "us-east-1", "endpoint": server.url}
    params = {"RoleArn": WEB_ROLE, "RoleSessionName": "from-web"}
    with STS(**where) as anybody:
        answer = anybody.assume_role_with_web_identity({**params, "WebIdentityToken": oidc.token()})
        role = anybody.credentials_from(answer)
        with pytest.raises(ServiceError) as caught:
            anybody.assume_role_with_web_identity({**params, "WebIdentityToken": oidc.token(aud="other")})

    assert STS(**where, credentials=role).get_caller_identity()["Arn"].endswith("assumed-role/web/from-web")
    assert (caught.value.code, caught.value.status_code) == ("AccessDenied", 403)
    assert "aud=other, sub=alice" in str(caught.value.hint)


@pytest.mark.parametrize("offset", [3600, -3600])
def test_a_wrong_clock_is_corrected_once(server: RealServer, offset: int) -> None:
    """As on AWS, SignatureDoesNotMatch is the sign of a wrong clock: one more request, and none for later calls."""
    options = server.options(system_clock_offset=offset)
    with STS(**options) as client:
        attempts = [client.get_caller_identity()["ResponseMetadata"]["Attempts"] for _ in range(3)]
    with STS(**options, correct_clock_skew=False) as stubborn, pytest.raises(ServiceError) as caught:
        stubborn.get_caller_identity()

    assert attempts == [2, 1, 1]
    assert caught.value.code == "SignatureDoesNotMatch"
    assert "Signature" in caught.value.message
    assert "clock" in str(caught.value.hint)


def test_a_wrong_secret_is_not_taken_for_a_wrong_clock(server: RealServer) -> None:
    """With a right clock the same code is final at the first attempt."""
    with STS(**server.options(secret_access_key="wrong")) as client, pytest.raises(ServiceError) as caught:
        client.get_caller_identity()

    assert caught.value.code == "SignatureDoesNotMatch"
    assert caught.value.metadata.attempts == 1


def test_asyncio_and_callbacks(server: RealServer, client: STS) -> None:
    """Other styles of calls send the same."""
    import asyncio

    async def ask() -> Any:
        async with AsyncSTS(**server.options()) as asynchronous:
            return await asynchronous.get_caller_identity()

    told: list[Any] = []
    client.get_caller_identity(lambda error, data: told.append(error or data)).result(PATIENCE)

    assert asyncio.run(ask())["Arn"].endswith(":user/bob")
    assert client.make_request("getCallerIdentity").promise().result(PATIENCE)["Arn"].endswith(":user/bob")
    client.close()
    assert told[0]["Arn"].endswith(":user/bob")


def test_instance_metadata(metadata: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """IMDSv2: the token comes first, then the role's credentials and the region. A client uses them."""
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata)
    monkeypatch.setenv("AWS_METADATA_SERVICE_TIMEOUT", "10")
    found = InstanceMetadataProvider().retrieve()

    assert found.access_key_id.startswith("ASIA")
    assert found.session_token
    assert found.source == "instance-metadata"
    assert found.expiration is not None
    assert timedelta(minutes=50) < found.expiration - datetime.now(timezone.utc) < timedelta(minutes=70)
    assert instance_region() == "us-east-1"
    with STS(endpoint=metadata) as client:  # no region, no credentials: both are from the metadata
        assert client.get_caller_identity()["Account"] == "000000000000"
        assert client.region == "us-east-1"


def test_instance_metadata_refuses_without_token(metadata: str) -> None:
    """The server responds with 401 without a token, so the test above shows that there was one."""
    assert get(f"{metadata}/latest/meta-data/placement/region")[0] == 401


def test_container_credentials(metadata: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent of a container returns credentials at the URL in the environment, and a client uses them."""
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{metadata}/v2/credentials/0af43f12")
    found = ContainerProvider().retrieve()

    assert found.access_key_id.startswith("ASIA")
    assert found.source == "container"
    assert found.expiration is not None
    with STS(region="us-east-1", endpoint=metadata) as client:
        assert client.get_caller_identity()["Account"] == "000000000000"
