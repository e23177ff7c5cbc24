"""The prepared signer makes the same bytes as `sign_request`."""

from __future__ import annotations

import hashlib
import string
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sts import Credentials, STSError
from sts.http import Headers, HttpRequest
from sts.pipeline.wiring import RequestSigner
from sts.signer import sign_request
from tests.support.fakes import CREDENTIALS, client, ok

NOW = datetime(2026, 11, 30, 23, 59, 58, tzinfo=timezone.utc)
KEYS = Credentials("AKIDEXAMPLE", "secret")
SESSION = Credentials("ASIAEXAMPLE", "other-secret", "a/session+token=")
names = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=12).map(lambda name: f"X-{name}")
values = st.text(string.ascii_letters + string.digits + " %{}-", min_size=1, max_size=20)
reserved = {"x-amz-date": "20200101T000000Z", "authorization": "earlier", "x-amz-security-token": "earlier"}
requests = st.builds(
    HttpRequest,
    st.sampled_from(["POST", "GET"]),
    st.sampled_from(["https://sts.amazonaws.com/", "http://localhost:8080/a b/../c", "https://h.example./?b=1&a=%7e&a"]),
    st.builds(lambda more, had: {**more, **had}, st.dictionaries(names, values, max_size=4), st.sampled_from([{}, reserved])),
    st.binary(max_size=40),
)


def assert_same(signed: HttpRequest, expected: HttpRequest) -> None:
    assert (signed.method, signed.url, signed.body) == (expected.method, expected.url, expected.body)
    assert list(signed.headers.items()) == list(expected.headers.items())


@given(
    st.lists(
        st.tuples(requests, st.sampled_from([KEYS, SESSION]), st.sampled_from(["us-east-1", "eu-west-1"]), st.integers(0, 4)),
        min_size=1,
        max_size=6,
    )
)
def test_any_requests_one_after_another_are_signed_as_sign_request_signs_them(
    calls: list[tuple[HttpRequest, Credentials, str, int]],
) -> None:
    """Whatever changes between them: URL, method, headers, body, credentials, region, second, or day."""
    signer = RequestSigner()
    for request, credentials, region, seconds in calls:
        now = NOW + timedelta(seconds=seconds)
        for body in (request.body, b"another", request.body):
            request.body = body
            try:
                expected = sign_request(request, credentials, service="sts", region=region, now=now, sign_body_header=True)
            except STSError as error:
                with pytest.raises(type(error)) as caught:
                    signer.sign(request, credentials, service="sts", region=region, now=now)
                assert str(caught.value) == str(error)
                break
            assert_same(signer.sign(request, credentials, service="sts", region=region, now=now), expected)


def test_a_hash_that_the_caller_gives_is_signed() -> None:
    """As with `UNSIGNED-PAYLOAD`."""
    request = HttpRequest("POST", "https://sts.amazonaws.com/", {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}, b"body")
    signer = RequestSigner()
    for body in (b"body", b"another"):
        request.body = body
        expected = sign_request(request, KEYS, service="sts", region="us-east-1", now=NOW, sign_body_header=True)
        assert_same(signer.sign(request, KEYS, service="sts", region="us-east-1", now=NOW), expected)


def test_a_signed_request_belongs_to_its_caller() -> None:
    """A listener that changes one changes no later one."""
    request = HttpRequest("POST", "https://sts.amazonaws.com/", Headers({"content-type": "text/plain"}), b"body")
    signer = RequestSigner()
    expected = sign_request(request, SESSION, service="sts", region="us-east-1", now=NOW, sign_body_header=True)
    for _ in range(3):
        signed = signer.sign(request, SESSION, service="sts", region="us-east-1", now=NOW)
        assert_same(signed, expected)
        signed.headers.clear()
        signed.url = "https://elsewhere.example/"


def test_calls_of_one_client_are_signed_for_their_own_body() -> None:
    """The third uses what was prepared for the second."""
    made = client(ok("<GetAccessKeyInfoResponse><Account>123456789012</Account></GetAccessKeyInfoResponse>"))
    for name in ("ONE", "TWO", "THREE"):
        made.get_access_key_info(AccessKeyId=f"AKIAIOSFODNN{name:E>8}")
    keys = Credentials(CREDENTIALS["access_key_id"], CREDENTIALS["secret_access_key"])
    requests = made.handler.requests  # type: ignore[attr-defined]
    assert len({request.body for request in requests}) == 3
    for request in requests:
        headers = request.headers
        assert headers["x-amz-content-sha256"] == hashlib.sha256(request.body).hexdigest()
        unsigned = HttpRequest(
            request.method, request.url, {n: headers[n] for n in ("content-type", "user-agent")}, request.body
        )
        now = datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
        expected = sign_request(unsigned, keys, service="sts", region="us-east-1", now=now, sign_body_header=True)
        assert headers["authorization"] == expected.headers["authorization"]


def test_what_was_prepared_is_used_until_something_else_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bodies and seconds of one day make no new signer. Credentials, region, day, URL, method and headers do."""
    prepared: list[HttpRequest] = []

    def counted(request: HttpRequest, *args: Any, **options: Any) -> HttpRequest:
        prepared.append(request)
        return sign_request(request, *args, **options)

    monkeypatch.setattr("sts.pipeline.signing.sign_request", counted)
    signer = RequestSigner()
    request = HttpRequest("POST", "https://sts.amazonaws.com/", {"content-type": "text/plain"}, b"body")
    signing: dict[str, Any] = {"credentials": KEYS, "service": "sts", "region": "us-east-1", "now": NOW}
    for seconds in range(2):
        for body in (b"one", b"two"):
            request.body = body
            signer.sign(request, **{**signing, "now": NOW + timedelta(seconds=seconds)})
    assert len(prepared) == 1
    for number, changed in enumerate(
        [{"credentials": SESSION}, {"region": "eu-west-1"}, {"now": NOW + timedelta(seconds=2)}], start=2
    ):
        signer.sign(request, **{**signing, **changed})
        assert len(prepared) == number
    signer.sign(request, **signing)
    for number, (name, value) in enumerate(
        [("method", "GET"), ("url", "https://h/"), ("headers", Headers({"a": "b"}))], start=6
    ):
        setattr(request, name, value)
        signer.sign(request, **signing)
        assert len(prepared) == number
