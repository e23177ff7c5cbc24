"""Tools that intercept requests see our traffic with no code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import requests_mock
import responses

from sts import STS
from sts.testing import LocalSTS
from tests.support.fakes import CALLER, CREDENTIALS

pytestmark = pytest.mark.filterwarnings("ignore")
URL = "https://sts.us-east-1.amazonaws.com/"


@pytest.mark.integration
def test_moto_answers_in_process() -> None:
    """`mock_aws` is all it takes."""
    moto = pytest.importorskip("moto", reason="moto is part of the extra [test]")
    with moto.mock_aws():
        me = STS(region="us-east-1").get_caller_identity()
        session = STS(region="us-east-1").assume_role(RoleArn="arn:aws:iam::123456789012:role/demo", RoleSessionName="ci")

    assert me["Account"] == "123456789012"
    assert session["Credentials"]["AccessKeyId"].startswith("ASIA")


@responses.activate
def test_responses_answers_in_process() -> None:
    """A registered response is what the client gets."""
    responses.post(URL, body=CALLER, content_type="text/xml")

    assert STS(**CREDENTIALS).get_caller_identity()["Account"] == "123456789012"
    assert responses.calls[0].request.body == b"Action=GetCallerIdentity&Version=2011-06-15"


def test_requests_mock_answers_in_process() -> None:
    """So does an adapter of requests-mock."""
    with requests_mock.Mocker() as mocker:
        mocker.post(URL, text=CALLER, headers={"content-type": "text/xml"})

        assert STS(**CREDENTIALS).get_caller_identity()["Account"] == "123456789012"
        assert "Authorization" in mocker.last_request.headers


RECORDED = """
import sys, vcr
from sts import STS
cassette, options = sys.argv[1], eval(sys.argv[2])
with vcr.use_cassette(cassette, record_mode="once"):
    print(STS(**options, max_attempts=1).get_caller_identity()["Arn"])
"""


@pytest.mark.integration
def test_vcrpy_records_and_replays(local_sts: LocalSTS, tmp_path: Path) -> None:
    """What one run recorded the next replays, without a server."""
    pytest.importorskip("vcr", reason="vcrpy is part of the extra [test]")
    options = {**local_sts.client_options()}
    arguments = [sys.executable, "-c", RECORDED, str(tmp_path / "cassette.yaml"), repr(options)]
    root = Path(__file__).resolve().parent.parent.parent
    runs = []
    for _ in range(2):
        done = subprocess.run(arguments, cwd=root, capture_output=True, text=True, check=False)
        runs.append(done.stdout.strip() or done.stderr)
        local_sts.stop()

    assert runs == ["arn:aws:iam::123456789012:user/demo"] * 2
