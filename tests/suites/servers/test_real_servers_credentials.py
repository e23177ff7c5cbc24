"""Instance metadata and a container's credentials as served by MiniStack, and a call signed with them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from sts import STS
from sts.credentials import ContainerProvider, InstanceMetadataProvider, default_chain
from sts.credentials.exchange.fetch import Tries
from tests.support.real_servers import ministack_metadata

pytestmark = [pytest.mark.servers, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ministack_metadata() as address:
        yield address


def test_instance_metadata(url: str) -> None:
    """Only version 2 is supported: without a token the server responds with 401."""
    provider = InstanceMetadataProvider(endpoint=url, environ={}, tries=Tries(1, 0.0, 10.0))
    credentials = provider.retrieve()
    assert credentials.expiration is not None
    with STS(region="us-east-1", endpoint=url, credentials=provider) as client:
        assert client.get_caller_identity()["Account"]


def test_a_containers_credentials(url: str) -> None:
    """The chain finds them by the variable that Amazon ECS sets."""
    uri = f"{url}/v2/credentials/{uuid.uuid4()}"
    credentials = ContainerProvider(url=uri, environ={}, tries=Tries(1, 0.0, 10.0)).retrieve()
    assert credentials.session_token
    chain = default_chain(environ={"AWS_CONTAINER_CREDENTIALS_FULL_URI": uri, "HOME": "/nonexistent"})
    with STS(region="us-east-1", endpoint=url, credentials=chain) as client:
        assert client.get_caller_identity()["Account"]
