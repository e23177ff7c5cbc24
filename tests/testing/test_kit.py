"""The testing kit for users: stub, fake clock, fixtures, and the refusal of the real network."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sts import STS, ConfigError, ReadTimeoutError, ServiceError
from sts.testing import FakeClock, LocalSTS, StubHandler, loopback_only
from tests.support.fakes import CREDENTIALS

ROOT = Path(__file__).resolve().parent.parent.parent
ROLE = {"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "ci"}


def test_a_stub_answers_in_order_and_records() -> None:
    """Results are parsed as from the wire, calls are kept with their params."""
    with StubHandler() as stub:
        stub.add(
            "assume_role", {"AssumedRoleUser": {"AssumedRoleId": "AROA:ci", "Arn": "arn:x"}}, params={"RoleSessionName": "ci"}
        )
        stub.add("getCallerIdentity", {"Account": "1"})
        client = stub.client()

        assert client.assume_role({**ROLE, "Tags": {"team": "a"}})["AssumedRoleUser"]["Arn"] == "arn:x"
        assert client.get_caller_identity()["Account"] == "1"
    assert [call.operation for call in stub.calls] == ["AssumeRole", "GetCallerIdentity"]
    assert stub.calls[0].params["Tags.member.1.Key"] == "team"
    assert "ci" not in repr(stub.calls[0])


def test_errors_are_real_and_retried() -> None:
    """After a throttling error comes the next response. An exception is raised as a handler would raise it."""
    with StubHandler() as stub:
        stub.add_error("get_caller_identity", "Throttling", "slow", headers={"x-amz-retry-after": "1"})
        stub.add("get_caller_identity", {"Account": "1"})
        stub.add_error("assume_role", "PackedPolicyTooLarge", "big")
        stub.add_error("get_caller_identity", ReadTimeoutError("late"))
        client = stub.client()

        assert client.get_caller_identity()["ResponseMetadata"]["Attempts"] == 2
        with pytest.raises(ServiceError, match="PackedPolicyTooLarge"):
            client.assume_role(ROLE)
        with pytest.raises(ReadTimeoutError):
            stub.client(max_attempts=1).get_caller_identity()


def test_answers_that_nobody_used_fail_the_test() -> None:
    """So a test cannot pass without the calls it expects."""
    with pytest.raises(AssertionError, match="GetCallerIdentity"), StubHandler() as stub:
        stub.add("get_caller_identity", {})


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda stub: None, "no response is left"),
        (lambda stub: stub.add("assume_role", {}), "next response is for AssumeRole"),
        (lambda stub: stub.add("get_caller_identity", {}, params={"Nothing": "x"}), "without the expected params.*Nothing"),
    ],
    ids=["none left", "another operation", "other params"],
)
def test_calls_that_nobody_expected_fail_the_test(prepare: Any, message: str) -> None:
    """The error names the call and the expected call."""
    stub = StubHandler()
    prepare(stub)
    with pytest.raises(AssertionError, match=message):
        stub.client().get_caller_identity()


def test_a_stub_knows_the_operations() -> None:
    """Misspelt operations and outputs are errors at once."""
    with pytest.raises(TypeError, match="get_caller_identity"):
        StubHandler().add("get_caler_identity", {})
    with pytest.raises(ValueError, match="Acount"):
        StubHandler().add("get_caller_identity", {"Acount": "1"})


def test_a_fake_clock_moves_by_hand() -> None:
    """A session expires at the time of the fake clock."""
    clock = FakeClock()
    with LocalSTS(clock=clock) as server:
        client = STS(**server.client_options(), system_clock_offset=clock() - __import__("time").time())
        session = client.assume_role({**ROLE, "DurationSeconds": 900})
        assert session["Credentials"]["Expiration"] == clock.now + timedelta(seconds=900)
        clock.advance(timedelta(minutes=20))
        clock.advance(1.5)
        role = STS(
            region="us-east-1",
            endpoint=server.url,
            credentials=client.credentials_from(session),
            max_attempts=1,
            system_clock_offset=clock() - __import__("time").time(),
        )
        with pytest.raises(ServiceError, match="ExpiredToken"):
            role.get_caller_identity()


@pytest.mark.parametrize("endpoint", ["https://sts.us-east-1.amazonaws.com", "http://169.254.169.254", "http://[2001:db8::1]"])
def test_the_real_network_is_refused(endpoint: str) -> None:
    """Before anything is sent, and only while the guard is active."""
    client = STS(**CREDENTIALS, endpoint=endpoint, max_attempts=1)
    with loopback_only(), pytest.raises(ConfigError, match="only loopback"):
        client.get_caller_identity(timeout=5)


def test_a_stub_refuses_the_real_network() -> None:
    """A client that does not use the stub fails inside the block. After the block all hosts are reachable again."""
    with StubHandler() as stub:
        stub.add("get_caller_identity", {"Account": "1"})
        with pytest.raises(ConfigError, match="only loopback"):
            STS(**CREDENTIALS, max_attempts=1).get_caller_identity(timeout=5)
        assert stub.client().get_caller_identity()["Account"] == "1"

    from sts.handlers import exchange

    assert exchange.allow_host is None


def test_the_guard_ends() -> None:
    """Outside the block every host may be reached again."""
    from sts.handlers import exchange

    with loopback_only(), loopback_only():
        pass
    assert exchange.allow_host is None


@pytest.mark.integration
def test_one_function_tested_four_ways() -> None:
    """The example for users passes, with the plugin loaded as an installed package loads it."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", "examples/test_four_ways.py"]
    if not any(point.name == "sts" for point in _plugins()):
        command += ["-p", "sts.testing.pytest_plugin"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert "4 passed" in done.stdout, done.stdout + done.stderr


def _plugins() -> Any:
    from importlib.metadata import entry_points

    return entry_points(group="pytest11")
