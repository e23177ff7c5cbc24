"""Presigned requests."""

from __future__ import annotations

import urllib.request
from urllib.parse import parse_qs, urlsplit

import pytest

from sts import STS, ParamValidationError
from sts.testing import LocalSTS
from tests.fakes import client


def test_whoever_has_the_url_can_make_the_call() -> None:
    """A GET needs nothing but the URL; headers that were signed must be sent."""
    with LocalSTS() as server:
        made = STS(**server.client_options())
        plain = made.presign("get_caller_identity", expires_in=60)
        bound = made.presign("get_caller_identity", headers={"x-k8s-aws-id": "cluster"})
        posted = made.presign("get_caller_identity", method="POST")

        assert b"user/demo" in urllib.request.urlopen(plain.url).read()
        assert b"user/demo" in urllib.request.urlopen(urllib.request.Request(bound.url, headers=bound.headers)).read()
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(bound.url)
        body = b"Action=GetCallerIdentity&Version=2011-06-15"
        request = urllib.request.Request(posted.url, data=body, headers=posted.headers)
        assert b"user/demo" in urllib.request.urlopen(request).read()


def test_headers_are_never_moved_into_the_url() -> None:
    """Verifiers accept only the parameters they know."""
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
    """From one second to seven days, whole."""
    with pytest.raises(ParamValidationError, match="604800") as caught:
        client().presign("get_caller_identity", expires_in=seconds)  # type: ignore[arg-type]
    assert caught.value.code == "InvalidExpiryTime"


def test_only_get_and_post() -> None:
    """Other methods are refused by name."""
    with pytest.raises(ParamValidationError, match="PUT"):
        client().presign("get_caller_identity", method="PUT")


def test_params_are_checked() -> None:
    """As for a call."""
    with pytest.raises(ParamValidationError, match="RoleSessionName"):
        client().presign("assume_role", {"RoleArn": "arn:aws:iam::123456789012:role/demo"})


def test_the_signature_does_not_show() -> None:
    """The `repr` is safe to log."""
    assert "Signature" not in repr(client(session_token="t").presign("get_caller_identity"))
