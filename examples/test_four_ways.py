"""
One function that uses STS, tested four ways: with a stub, a local STS, moto, and a fixture. Run it with pytest.

Explained in docs/how-to/testing.md.
"""

from __future__ import annotations

from typing import Any

import pytest

from sts import STS, ServiceError
from sts.testing import LocalSTS, StubHandler


def account_of(client: STS) -> str:
    """Return the account of the caller: the function under test."""
    return client.get_caller_identity()["Account"]


def test_with_a_stub() -> None:
    with StubHandler() as stub:
        stub.add("get_caller_identity", {"Account": "111122223333"})
        stub.add_error("get_caller_identity", "ExpiredToken", "The security token has expired", status=403)

        assert account_of(stub.client()) == "111122223333"
        with pytest.raises(ServiceError, match="ExpiredToken"):
            account_of(stub.client())


def test_with_a_local_sts() -> None:
    with LocalSTS() as server:
        server.inject("throttle")

        assert account_of(STS(**server.client_options())) == "123456789012"
        assert [call.status for call in server.calls] == [400, 200]


def test_with_moto() -> None:
    moto: Any = pytest.importorskip("moto", reason="pip install 'moto[sts]'")
    with moto.mock_aws():
        assert account_of(STS(region="us-east-1")) == "123456789012"


def test_with_the_fixture(sts_client: STS) -> None:
    assert account_of(sts_client) == "123456789012"
