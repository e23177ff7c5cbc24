"""One clock for everything: freezegun, time-machine and FakeClock govern signing, refreshes, caches, tokens and the fan-out."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest

from sts import STS, assume_many, assume_role_credentials
from sts.testing import FakeClock, LocalSTS
from sts.tokens import WebIdentityToken, eks_token
from tests.support.fakes import client

START = datetime(2035, 6, 1, 12, tzinfo=timezone.utc)


@contextlib.contextmanager
def freezegun():
    freeze_time = pytest.importorskip("freezegun").freeze_time
    with freeze_time(START) as frozen:
        yield frozen.tick


@contextlib.contextmanager
def time_machine():
    travel = pytest.importorskip("time_machine").travel
    with travel(START, tick=False) as traveller:
        yield traveller.shift


@contextlib.contextmanager
def fake_clock():
    with FakeClock(START) as clock:
        yield clock.advance


@pytest.fixture(params=[freezegun, time_machine, fake_clock])
def move(request):
    with request.param() as moving:
        yield moving


def test_signatures_have_the_time_of_the_tool(move):
    """
    Headers, presigned URLs and tokens are signed for the frozen time, and for the time after it was moved.

    spulec/freezegun#188, getmoto/moto#6615.
    """
    one = client()
    for day in ("20350601T120000Z", "20350602T120000Z"):
        one.get_caller_identity()
        assert one.handler.requests[-1].headers["x-amz-date"] == day
        assert f"X-Amz-Date={day}" in one.presign("get_caller_identity").url
        assert eks_token("cluster", client=one).expiration - timedelta(minutes=14) == datetime.strptime(day, "%Y%m%dT%H%M%S%z")
        move(timedelta(days=1))


def test_a_session_is_renewed_when_its_time_is_over(move):
    """
    Refresh, server and client use the same clock. The test does not wait for real hours.

    boto/botocore#149 is what a cached time does.
    """
    with LocalSTS() as server:
        options = server.client_options()
        keys = {name: options[name] for name in ("access_key_id", "secret_access_key")}
        role = assume_role_credentials(
            server.role.arn, source=keys, region="us-east-1", client_options={"endpoint": server.url}
        )
        with STS(region="us-east-1", endpoint=server.url, credentials=role) as one:
            one.get_caller_identity()
            first = role.retrieve()
            assert first.expiration == START + timedelta(hours=1)
            one.get_caller_identity()
            move(timedelta(hours=3))
            one.get_caller_identity()
            second = role.retrieve()
        token = WebIdentityToken("https://a.example", client=STS(**options))
        assert token() == token()
        move(timedelta(hours=1))
        token()
    assert second.expiration == START + timedelta(hours=4)
    operations = [call.operation for call in server.calls]
    assert operations.count("AssumeRole") == 2
    assert operations.count("GetWebIdentityToken") == 2
    assert {call.status for call in server.calls} == {200}


def test_a_cache_on_disk_goes_by_the_same_time(move, tmp_path):
    """An entry is used until it ends by that clock."""
    with LocalSTS() as server:
        keys = {name: server.client_options()[name] for name in ("access_key_id", "secret_access_key")}

        def role():
            options = {"endpoint": server.url}
            return assume_role_credentials(
                server.role.arn, source=keys, region="us-east-1", client_options=options, cache=str(tmp_path), session_name="me"
            )

        assert role().retrieve() == role().retrieve()
        move(timedelta(hours=2))
        role().retrieve()
        assert len(server.calls) == 2


def test_a_fan_out_goes_by_the_same_time(move):
    """Its sessions expire by that clock. Waiting for the rate limit ends even if the clock does not move."""
    with LocalSTS() as server:
        roles = [server.add_role(f"role-{number}").arn for number in range(3)]
        found = list(assume_many(roles, client=STS(**server.client_options())))
    assert {result.credentials.expiration for result in found} == {START + timedelta(hours=1)}


def test_fake_clocks_end_with_their_block():
    """What was the time before is the time again, also with one block in another."""
    outer, inner = FakeClock(START), FakeClock(START + timedelta(days=1))
    with outer:
        with inner:
            assert "20350602T" in client().presign("get_caller_identity").url
        assert "20350601T" in client().presign("get_caller_identity").url
    assert "X-Amz-Date=2035" not in client().presign("get_caller_identity").url


PROGRAM = """
import boto3, sts
def test_code_that_makes_its_own_client(local_sts_environment):
    assert sts.STS().get_caller_identity()["Arn"].endswith("user/demo")
    assert boto3.client("sts").get_caller_identity()["Arn"].endswith("user/demo")
    assert len(local_sts_environment.calls) == 2
def test_another(local_sts_environment):
    assert local_sts_environment.calls == []
"""


@pytest.mark.slow
@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_the_environment_of_a_test_reaches_code_that_makes_its_own_client(tmp_path, workers):
    """
    The fixture serves clients that take no options, ours and boto3's, in one process and in several.

    What the machine has configured does not count: getmoto/moto#1793, aio-libs/aiobotocore#1686, firesim/firesim#1157.
    """
    (tmp_path / "home" / ".aws").mkdir(parents=True)
    (tmp_path / "home" / ".aws" / "config").write_text(
        "[default]\nregion = eu-west-9\nendpoint_url = http://127.0.0.1:1\nretry_mode = adaptive\n[profile prod]\nrole_arn = x\n"
    )
    machine = {
        "HOME": str(tmp_path / "home"),
        "AWS_PROFILE": "prod",
        "AWS_SESSION_TOKEN": "real",
        "AWS_ENDPOINT_URL": "http://x",
    }
    pytest.importorskip("xdist" if workers else "pytest")
    (tmp_path / "test_it.py").write_text(PROGRAM)
    # Where the package is installed the fixtures are there without this.
    (tmp_path / "conftest.py").write_text("from sts.testing.pytest_plugin import local_sts, local_sts_environment\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *workers, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=tmp_path, env={**os.environ, **machine})
    assert "2 passed" in done.stdout, done.stdout + done.stderr
