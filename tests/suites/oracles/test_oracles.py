"""Requests on the wire, compared with botocore and the JavaScript SDK for every operation, through the whole client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sts.model.operations import OPERATIONS
from tests.support.fakes import CREDENTIALS, client, refused

SNAPSHOTS = json.loads(
    (Path(__file__).parent.parent.parent / "data" / "js-v3-request-snapshots" / "cases.json").read_text(encoding="utf-8")
)
METHODS = {one.name: one.method_name for one in OPERATIONS}


def sent(operation: str, params: dict[str, Any]) -> Any:
    """Return the request that the client sends."""
    made = client(refused("Stop", status=400), param_validation=False, session_token="tok/en+==")
    with pytest.raises(Exception, match="Stop"):
        getattr(made, METHODS[operation])(params)
    return made.handler.requests[0]


@pytest.mark.parametrize("case", SNAPSHOTS, ids=lambda case: case["operation"])
def test_bodies_are_those_of_the_javascript_sdk(case: dict[str, Any]) -> None:
    """They are equal byte for byte, through the client."""
    request = sent(case["operation"], case["input"])

    assert request.body.decode() == case["body"]
    assert request.method == "POST"
    assert request.url == "https://sts.us-east-1.amazonaws.com/"
    assert request.headers["content-type"] == case["headers"]["content-type"]
    assert ("authorization" in request.headers) is ("authorization" in case["headers"])


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.signed], ids=lambda operation: operation.name)
def test_signatures_are_those_of_botocore(operation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore computes the same Authorization header for the same request and time."""
    case = next(one for one in SNAPSHOTS if one["operation"] == operation.name)
    request = sent(operation.name, case["input"])
    signed = [
        name for name in request.headers if name in request.headers["authorization"].split("SignedHeaders=")[1].split(",")[0]
    ]
    theirs = AWSRequest("POST", request.url, headers={name: request.headers[name] for name in signed}, data=request.body)
    del theirs.headers["x-amz-date"]
    del theirs.headers["x-amz-security-token"]
    import datetime

    moment = datetime.datetime.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ")
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: moment)
    keys = Credentials(CREDENTIALS["access_key_id"], CREDENTIALS["secret_access_key"], "tok/en+==")
    SigV4Auth(keys, "sts", "us-east-1").add_auth(theirs)

    assert request.headers["authorization"] == theirs.headers["Authorization"]


def test_presigned_urls_are_those_of_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    """The query has the same pairs in any order, and the same signature."""
    import boto3
    from botocore.config import Config

    theirs = boto3.client(
        "sts",
        region_name="eu-west-1",
        aws_access_key_id=CREDENTIALS["access_key_id"],
        aws_secret_access_key=CREDENTIALS["secret_access_key"],
        config=Config(sts_regional_endpoints="regional") if hasattr(Config, "sts_regional_endpoints") else None,
    ).generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    ours = client(region="eu-west-1").presign("get_caller_identity", expires_in=60)
    query = dict(parse_qsl(theirs.split("?")[1]))
    if query["X-Amz-Date"] not in ours.url:
        pytest.skip("the second changed between the two")

    assert dict(parse_qsl(ours.url.split("?")[1])) == query
    assert ours.url.split("?")[0] == theirs.split("?")[0]
    assert ours.method == "GET"
