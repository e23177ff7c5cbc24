"""Presigned requests."""

from __future__ import annotations

import urllib.request
from datetime import datetime, timezone
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from sts import STS, Credentials, ParamValidationError
from sts.endpoints import resolve_endpoint
from sts.model.lookup import find_operation
from sts.pipeline.presign import presign
from sts.testing import LocalSTS
from tests.support.fakes import client


def test_whoever_has_the_url_can_make_the_call() -> None:
    """A GET needs only the URL. Signed headers must be sent."""
    with LocalSTS() as server:
        made = STS(**server.client_options())
        plain = made.presign("get_caller_identity", expires_in=60)
        bound = made.presign("get_caller_identity", headers={"x-k8s-aws-id": "cluster"})
        posted = made.presign("get_caller_identity", method="POST")

        assert b"user/demo" in urllib.request.urlopen(plain.url).read()
        assert b"user/demo" in urllib.request.urlopen(urllib.request.Request(bound.url, headers=bound.headers)).read()
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(bound.url)
        request = urllib.request.Request(posted.url, data=posted.body, headers=posted.headers)
        assert b"user/demo" in urllib.request.urlopen(request).read()
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(urllib.request.Request(posted.url, data=posted.body + b"&X=", headers=posted.headers))


def test_a_post_holds_everything_that_has_to_be_sent() -> None:
    """Method, URL, headers and body suit any HTTP library. The params are not in the URL."""
    params = {"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "ci", "Tags": {"a": "b c"}}
    with LocalSTS() as server:
        client = STS(**server.client_options())
        made = client.presign("assume_role", params, method="POST")
        answer = requests.request(made.method, made.url, headers=made.headers, data=made.body, timeout=10)
        of_request = client.make_request("assume_role", params).presign(method="POST", headers={"x-a": "b"})

    assert answer.status_code == 200, answer.text
    assert "assumed-role/demo/ci" in answer.text
    assert "Action" not in made.url
    assert made.headers == {"content-type": "application/x-www-form-urlencoded"}
    assert (of_request.method, of_request.body) == ("POST", made.body)
    assert of_request.headers["x-a"] == "b"
    assert client.presign("assume_role", params).body is None


def test_a_post_is_that_of_the_javascript_sdk() -> None:
    """Form and signature equal those recorded from `SignatureV4.presign` of the AWS SDK for JavaScript v3."""
    made = presign(
        find_operation("AssumeRole"),
        {"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "ci"},
        Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "tok/en+=="),
        resolve_endpoint("eu-west-1"),
        expires_in=60,
        method="POST",
        now=datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
    )
    assert dict(parse_qsl(urlsplit(made.url).query)) == {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": "AKIDEXAMPLE/20260102/eu-west-1/sts/aws4_request",
        "X-Amz-Date": "20260102T030405Z",
        "X-Amz-Expires": "60",
        "X-Amz-Security-Token": "tok/en+==",
        "X-Amz-SignedHeaders": "content-type;host",
        "X-Amz-Signature": "d1d4279063bae215b109450dd39077a0b96d91114c78aafecc61122816642e95",
    }
    assert made.body == (
        b"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdemo&RoleSessionName=ci"
    )


def test_a_content_type_of_the_users_is_signed_once() -> None:
    """Its case does not matter."""
    made = client().presign("get_caller_identity", method="POST", headers={"Content-Type": "application/x-amz"})
    assert made.headers == {"content-type": "application/x-amz"}


def test_headers_are_never_moved_into_the_url() -> None:
    """Verifiers accept only known parameters."""
    url = client().presign("GetCallerIdentity", expires_in=60, headers={"x-k8s-aws-id": "cluster"}).url
    query = parse_qs(urlsplit(url).query)

    assert sorted(query) == [
        "Action",
        "Version",
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-Signature",
        "X-Amz-SignedHeaders",
    ]
    assert query["X-Amz-SignedHeaders"] == ["host;x-k8s-aws-id"]


@pytest.mark.parametrize("seconds", [0, -1, 604801, 1.5, True, "60", None])
def test_expiry_has_bounds(seconds: object) -> None:
    """It is a whole number of seconds, up to seven days."""
    with pytest.raises(ParamValidationError, match="604800") as caught:
        client().presign("get_caller_identity", expires_in=seconds)  # type: ignore[arg-type]
    assert caught.value.code == "InvalidExpiryTime"


def test_only_get_and_post() -> None:
    """The error contains the rejected method."""
    with pytest.raises(ParamValidationError, match="PUT"):
        client().presign("get_caller_identity", method="PUT")


@pytest.mark.parametrize("headers", [{"x-a": 1}, {1: "a"}, [("x-a", "b")], "x-a: b"])
def test_headers_are_a_mapping_of_texts(headers: object) -> None:
    """The error names anything else."""
    with pytest.raises(ParamValidationError, match="headers must be a mapping"):
        client().presign("get_caller_identity", headers=headers)  # type: ignore[arg-type]


def test_params_are_checked() -> None:
    """They are checked as for a call."""
    with pytest.raises(ParamValidationError, match="RoleSessionName"):
        client().presign("assume_role", {"RoleArn": "arn:aws:iam::123456789012:role/demo"})


def test_the_signature_does_not_show() -> None:
    """The `repr` can be logged."""
    assert "Signature" not in repr(client(session_token="t").presign("get_caller_identity"))
