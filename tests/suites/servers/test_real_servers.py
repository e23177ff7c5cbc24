"""Servers written by others accept our signatures and requests, and reject invalid ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sts import STS, ServiceError
from sts.handlers import handler_options
from sts.handlers.requests import RequestsHandler
from tests.support.real_servers import RealServer, ministack, moto

pytestmark = [pytest.mark.servers, pytest.mark.filterwarnings("ignore")]

# Roles of MiniStack and moto are in these accounts.
ROLES = {"ministack": "arn:aws:iam::000000000000:role/demo", "moto": "arn:aws:iam::123456789012:role/demo"}


@pytest.fixture(scope="module", params=[ministack, moto], ids=lambda start: start.__name__)
def server(request: pytest.FixtureRequest) -> Iterator[RealServer]:
    with request.param() as running:
        yield running


@pytest.fixture(params=["urllib3", "requests"])
def client(request: pytest.FixtureRequest, server: RealServer) -> Iterator[STS]:
    more: dict[str, Any] = {}
    if request.param == "requests":
        more["request_handler"] = RequestsHandler(handler_options(verify=True, cert=None, proxies={}, max_pool=4))
    with STS(**server.options(max_attempts=1, **more)) as made:
        yield made


def test_the_caller_is_known(client: STS) -> None:
    """A signed call is accepted."""
    assert client.get_caller_identity()["Arn"].endswith(":user/bob")


def test_a_role_is_assumed_and_its_credentials_work(client: STS, server: RealServer) -> None:
    """Bodies with JSON, spaces and non-ASCII text are verified, and so are session tokens."""
    session = client.assume_role(
        RoleArn=ROLES[server.name],
        RoleSessionName="from-test",
        Policy={
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*", "Sid": "a b+c"}],
        },
        Tags={"team name": "é/+ =@"},
    )
    role = STS(
        **{**server.options(), "access_key_id": None, "secret_access_key": None}, credentials=client.credentials_from(session)
    )

    assert "assumed-role/demo/from-test" in role.get_caller_identity()["Arn"]


def test_sessions_and_federation(client: STS, server: RealServer) -> None:
    """Results of the other supported operations have the documented types."""
    assert client.get_session_token(DurationSeconds=900)["Credentials"]["SessionToken"]
    federated = client.get_federation_token(Name="bob", DurationSeconds=900)
    assert federated["FederatedUser"]["Arn"].endswith("federated-user/bob")
    assert client.get_access_key_info(AccessKeyId=server.access_key_id)["Account"]


def test_a_wrong_secret_is_refused(server: RealServer) -> None:
    """The server verifies signatures: another secret is rejected."""
    with pytest.raises(ServiceError) as caught:
        STS(**server.options(secret_access_key="wrong", max_attempts=1)).get_caller_identity()

    assert caught.value.status_code == 403
    assert caught.value.code == "SignatureDoesNotMatch"


def test_an_unknown_key_is_refused(server: RealServer) -> None:
    """The error has a hint."""
    with pytest.raises(ServiceError) as caught:
        STS(**server.options(access_key_id="AKIAUNKNOWNUNKNOWN00", max_attempts=1)).get_caller_identity()

    assert caught.value.code == "InvalidClientTokenId"
    assert caught.value.hint


def test_an_altered_header_is_refused(server: RealServer) -> None:
    """Signed parts cannot be changed."""
    client = STS(**server.options(max_attempts=1))
    client.on("sign", lambda request: request.http_request.headers.update({"x-amz-content-sha256": "0" * 64}))
    with pytest.raises(ServiceError) as caught:
        client.get_caller_identity()

    assert caught.value.status_code == 403
