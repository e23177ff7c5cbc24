"""SeaweedFS, an STS written in Go, accepts our signatures and requests, and rejects invalid ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from sts import STS, Credentials, ExpiredTokenException, ServiceError, assume_role_credentials, web_identity_credentials
from tests.suites.servers.objects import BODY, WAYS
from tests.suites.servers.oidc import Issuer, issuer
from tests.suites.servers.seaweedfs import ROLE, WEB_ROLE, seaweedfs
from tests.support.real_servers import RealServer

pytestmark = [pytest.mark.servers, pytest.mark.filterwarnings("ignore")]


class Weed(NamedTuple):
    """The running server and its identity provider."""

    server: RealServer
    oidc: Issuer

    def arn_of(self, credentials: Any) -> str:
        """Return the identity that the server reports for *credentials*."""
        with STS(region="us-east-1", endpoint=self.server.url, credentials=credentials) as client:
            return str(client.get_caller_identity()["Arn"])

    def exchange(self, **token: Any) -> Any:
        """Exchange a token without credentials."""
        with STS(region="us-east-1", endpoint=self.server.url) as anybody:
            return anybody.assume_role_with_web_identity(
                RoleArn=WEB_ROLE, RoleSessionName="web", WebIdentityToken=self.oidc.token(**token)
            )


@pytest.fixture(scope="module")
def weed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weed]:
    with issuer() as oidc, seaweedfs(oidc, tmp_path_factory.mktemp("weed")) as server:
        yield Weed(server, oidc)


@pytest.fixture
def client(weed: Weed) -> Iterator[STS]:
    with STS(**weed.server.options(max_attempts=1)) as made:
        yield made


def test_the_user_is_known(client: STS) -> None:
    """A signed call is accepted."""
    assert client.get_caller_identity()["Arn"] == "arn:aws:iam::000000000000:user/admin"


def test_a_role_is_assumed_and_its_credentials_work(client: STS, weed: Weed) -> None:
    """The body with a policy and the session token are verified."""
    read = {"Sid": "a b+c", "Effect": "Allow", "Action": ["s3:GetObject", "sts:*"], "Resource": ["*"]}
    policy = {"Version": "2012-10-17", "Statement": [read]}
    answer = client.assume_role(RoleArn=ROLE, RoleSessionName="first", Policy=policy, Tags={"team name": "é/+ =@"})

    assert weed.arn_of(client.credentials_from(answer)).endswith("assumed-role/Demo/first")


@pytest.mark.parametrize("store_and_read", WAYS, ids=lambda way: way.__name__)
def test_objects_with_credentials_of_a_role(weed: Weed, store_and_read: Callable[[str, Any], bytes]) -> None:
    """Every integration signs names, queries and bodies in the way another implementation reads them."""
    role = assume_role_credentials(ROLE, client_options=weed.server.options())

    assert store_and_read(weed.server.url, role) == BODY


def test_a_federated_user(client: STS, weed: Weed) -> None:
    """The credentials of GetFederationToken work."""
    answer = client.get_federation_token(Name="bob", DurationSeconds=900)

    assert weed.arn_of(client.credentials_from(answer)).endswith("federated-user/bob")


def test_a_web_identity(client: STS, weed: Weed) -> None:
    """A token with a real RSA signature is exchanged for credentials that work, also through the refreshing provider."""
    url = weed.server.url
    renewing = web_identity_credentials(
        WEB_ROLE, token=weed.oidc.token, session_name="renewed", region="us-east-1", client_options={"endpoint": url}
    )

    assert weed.arn_of(client.credentials_from(weed.exchange())).endswith("assumed-role/WebRole/web")
    assert weed.arn_of(renewing).endswith("assumed-role/WebRole/renewed")


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ({"ttl": -60}, "ExpiredTokenException"),
        ({"aud": "other"}, "InvalidParameterValue"),
        ({"forged": True}, "InvalidParameterValue"),
    ],
)
def test_a_web_identity_that_is_not_good(weed: Weed, token: dict[str, Any], code: str) -> None:
    """An expired token has its own class, in either form of its code."""
    with pytest.raises(ServiceError) as caught:
        weed.exchange(**token)

    assert (caught.value.code, caught.value.status_code) == (code, 400)
    assert isinstance(caught.value, ExpiredTokenException) == (code == "ExpiredTokenException")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"secret_access_key": "wrong"}, "SignatureDoesNotMatch"),
        ({"access_key_id": "AKIAUNKNOWNUNKNOWN00"}, "InvalidAccessKeyId"),
    ],
)
def test_wrong_keys_are_refused(weed: Weed, wrong: dict[str, str], code: str) -> None:
    """The server verifies signatures. These errors have no `<ErrorResponse>`."""
    with STS(**weed.server.options(**wrong)) as client, pytest.raises(ServiceError) as caught:
        client.get_caller_identity()

    assert (caught.value.code, caught.value.status_code) == (code, 403)
    assert caught.value.request_id
    assert caught.value.hint


def test_an_altered_token_is_refused(client: STS, weed: Weed) -> None:
    """A session token belongs to its key."""
    role = client.credentials_from(client.assume_role(RoleArn=ROLE, RoleSessionName="first"))
    token = str(role.session_token)
    with pytest.raises(ServiceError) as caught:
        weed.arn_of(Credentials(role.access_key_id, role.secret_access_key, token[:-4] + "AAAA"))

    assert caught.value.status_code in (400, 403)


@pytest.mark.parametrize("offset", [1800, -1800])
def test_a_wrong_clock_is_corrected_once(weed: Weed, offset: int) -> None:
    """The first call needs one more request, the next none. Without correction the error names the clock."""
    options = weed.server.options(system_clock_offset=offset)
    with STS(**options) as client:
        attempts = [client.get_caller_identity()["ResponseMetadata"]["Attempts"] for _ in range(2)]
    with STS(**options, correct_clock_skew=False) as stubborn, pytest.raises(ServiceError) as caught:
        stubborn.get_caller_identity()

    assert attempts == [2, 1]
    assert caught.value.code == "RequestTimeTooSkewed"
