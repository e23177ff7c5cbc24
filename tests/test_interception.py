"""Tools that intercept requests see our traffic with no code."""

from __future__ import annotations

import pytest
import requests_mock
import responses

from sts import STS
from tests.fakes import CALLER, CREDENTIALS

pytestmark = pytest.mark.filterwarnings("ignore")
URL = "https://sts.us-east-1.amazonaws.com/"


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
