"""The rules for a presigned URL that an untrusted caller wrote: the last value of each that is good, the first that is not."""

from __future__ import annotations

import base64
import json
import time
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

import pytest

from sts.errors import ConfigError, TransportError
from sts.http import HttpRequest, HttpResponse
from sts.tokens.presigned import (
    TIMEOUT,
    Presigned,
    RejectedTokenError,
    Rules,
    ask_sts,
    check_date,
    check_rules,
    check_url,
    decode_token,
    exchange,
    read_query,
)
from tests.support.fakes import FakeHandler

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
PARAMETERS = {
    "Action": "GetCallerIdentity",
    "Version": "2011-06-15",
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": "AKIAIOSFODNN7EXAMPLE/20300102/eu-west-1/sts/aws4_request",
    "X-Amz-Date": "20300102T030405Z",
    "X-Amz-Expires": "60",
    "X-Amz-SignedHeaders": "host;x-audience",
    "X-Amz-Signature": "0" * 64,
}


def rules(**changed: Any) -> Rules:
    return Rules("X-Audience", "aws", None, NOW, 900.0)._replace(**changed)


def url(host: str = "sts.eu-west-1.amazonaws.com", **changed: str | None) -> str:
    """Return a URL with *changed* parameters (None removes one). Underscores in names become hyphens."""
    pairs = {**PARAMETERS, **{name.replace("_", "-"): value for name, value in changed.items()}}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs.items() if value is not None)
    return f"https://{host}/?{query}"


def test_a_good_url_is_taken_apart() -> None:
    """The tests below change one thing of it."""
    assert check_url(url(), rules()) == Presigned(url(), "X-Audience", "AKIAIOSFODNN7EXAMPLE", NOW, "0" * 64)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"Action": "AssumeRole"}, "'action' is not 'GetCallerIdentity'"),
        ({"Action": None}, "'action' is not 'GetCallerIdentity'"),
        ({"X_Amz_Algorithm": "AWS4-ECDSA-P256-SHA256"}, "'x-amz-algorithm' is not"),
        ({"X_Amz_SignedHeaders": "host"}, "X-Audience is not signed"),
        ({"X_Amz_SignedHeaders": "x-audience"}, "X-Audience is not signed"),
        ({"X_Amz_SignedHeaders": None}, "X-Audience is not signed"),
        ({"X_Amz_Expires": "901"}, "from 0 to 900"),
        ({"X_Amz_Expires": "-1"}, "from 0 to 900"),
        ({"X_Amz_Expires": "0000000060"}, "from 0 to 900"),
        ({"X_Amz_Expires": None}, "from 0 to 900"),
        ({"X_Amz_Signature": "0" * 63}, "64 hex digits"),
        ({"X_Amz_Signature": "A" * 64}, "64 hex digits"),
        ({"X_Amz_Signature": None}, "64 hex digits"),
        ({"X_Amz_Date": None}, "X-Amz-Date is not a time"),
        ({"X_Amz_Credential": None}, "X-Amz-Credential is not"),
        ({"X_Amz_Credential": "AKIA/20300102/eu-west-1/s3/aws4_request"}, "X-Amz-Credential is not"),
        ({"X_Amz_Credential": "AKIA/20300102/cn-north-1/sts/aws4_request"}, "not a region of the partition aws"),
        ({"X_Amz_Credential": "AKIA/20300102/us-east-1/sts/aws4_request"}, "not an STS host in us-east-1"),
        ({"host": "sts.eu-west-1.amazonaws.com.evil.example"}, "not an STS host in eu-west-1"),
        ({"Extra": "1"}, "'Extra', which is not allowed"),
        ({"action": "GetCallerIdentity"}, "'action' more than once"),
    ],
    ids=str,
)
def test_each_rule_refuses(changed: Any, says: str) -> None:
    """The message names the rule."""
    with pytest.raises(RejectedTokenError, match=says):
        check_url(url(**changed), rules())


@pytest.mark.parametrize(
    "changed", [{"X_Amz_Expires": "900"}, {"X_Amz_Expires": "0"}, {"X_Amz_SignedHeaders": "HOST;X-AUDIENCE"}], ids=str
)
def test_what_is_just_allowed(changed: Any) -> None:
    """Fifteen minutes, none at all, and names of headers in any case."""
    assert check_url(url(**changed), rules()).access_key_id == "AKIAIOSFODNN7EXAMPLE"


@pytest.mark.parametrize(
    ("age", "max_age", "says"),
    [
        (900, 900, None),
        (901, 900, "more than 900 seconds ago"),
        (61, 60, "more than 60 seconds"),
        (-900, 900, None),
        (-901, 900, "in the future"),
    ],
)
def test_the_ends_of_a_tokens_time(age: int, max_age: float, says: str | None) -> None:
    """Both count."""
    text = (NOW - timedelta(seconds=age)).strftime("%Y%m%dT%H%M%SZ")
    if says is None:
        assert check_date(text, NOW, max_age) == NOW - timedelta(seconds=age)
        return
    with pytest.raises(RejectedTokenError, match=says):
        check_date(text, NOW, max_age)


@pytest.mark.parametrize("text", ["", "20300102", "20301302T030405Z", "20300102T030405Z ", "203\u06600102T030405Z"])
def test_what_is_no_time(text: str) -> None:
    """No such day, another form, digits of another script."""
    with pytest.raises(RejectedTokenError, match="not a time such as"):
        check_date(text, NOW, 900.0)


def test_a_long_host_is_shown_in_part() -> None:
    """Eighty characters."""
    host = "a" * 90
    with pytest.raises(RejectedTokenError) as caught:
        check_url(url(host), rules())
    assert f"The host {host[:80]!r} is not" in str(caught.value)


@pytest.mark.parametrize("query", ["Action", "Action=a;b", "Action=a+b", "Action=a#b", "Action=%ff", "%41ction=a", ""])
def test_what_is_no_query(query: str) -> None:
    """Anything that two readers could read in two ways."""
    with pytest.raises(RejectedTokenError):
        read_query(query)


def test_values_of_a_query_are_decoded() -> None:
    """Names are not."""
    assert read_query("Action=a%2Fb&VERSION=") == {"action": "a/b", "version": ""}


def encoded(text: str) -> str:
    return "p." + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize("text", ["a" * length for length in range(1, 9)] + ["\x7f~?\x01"], ids=len)
def test_a_token_of_any_length_is_decoded(text: str) -> None:
    """Up to the longest one, which counts still."""
    token = encoded(text)
    assert decode_token(token, "p.", len(token)) == text
    with pytest.raises(RejectedTokenError, match=f"at most {len(token) - 1} characters"):
        decode_token(token, "p.", len(token) - 1)


@pytest.mark.parametrize(
    ("token", "says"),
    [
        ("q.YWE", "begin with 'p.'"),
        ("p.", "without padding"),
        ("p.YWFhY", "without padding"),
        ("p.YQ==", "without padding"),
        ("p.Y+E", "without padding"),
        ("p._w", "not ASCII"),
        (5, "not a string"),
    ],
)
def test_what_is_no_token(token: Any, says: str) -> None:
    """The message gives the reason."""
    with pytest.raises(RejectedTokenError, match=says):
        decode_token(token, "p.", 100)


def test_an_endpoint_of_ones_own_is_the_only_one() -> None:
    """In every signing region. Only the query may follow its path."""
    own = rules(endpoint="http://localhost:4566/")
    good = url().replace("https://sts.eu-west-1.amazonaws.com", "http://localhost:4566")
    assert check_url(good, own).url == good
    for bad in (url(), good.replace("4566/", "4566/x"), good + "\u00e9", good.replace("4566", "45667")):
        with pytest.raises(RejectedTokenError, match="not a URL of http://localhost:4566/"):
            check_url(bad, own)
    with pytest.raises(ConfigError):
        check_rules(rules(endpoint="localhost"))
    with pytest.raises(ConfigError, match="partition is 'mars'; it must be one of aws, "):
        check_rules(rules(partition="mars"))
    check_rules(rules(endpoint="http://localhost:1", partition="mars"))


IDENTITY = {"Arn": "arn:aws:iam::123456789012:user/demo", "Account": "123456789012", "UserId": "AIDA"}
GOOD = check_url(url(), rules())


def asked(status: int = 200, body: Any = b"") -> Any:
    """Return what comes of an answer of STS."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask_sts(GOOD, "me", FakeHandler(HttpResponse(status, {}, content, "")))


def identity(**changed: Any) -> Any:
    return {"GetCallerIdentityResponse": {"GetCallerIdentityResult": {**IDENTITY, **changed}}}


def test_the_identity_is_that_of_the_answer() -> None:
    """With the key that signed."""
    found = asked(body=identity())
    assert tuple(found) == (IDENTITY["Arn"], IDENTITY["Arn"], "123456789012", "AIDA", "", "AKIAIOSFODNN7EXAMPLE")
    session = identity(Arn="arn:aws:sts::123456789012:assumed-role/demo/me", UserId="AROA:me")
    assert asked(body=session)[1:5] == ("arn:aws:iam::123456789012:role/demo", "123456789012", "AROA", "me")


@pytest.mark.parametrize(
    "changed",
    [
        {"Arn": None},
        {"Arn": "nonsense"},
        {"Account": ""},
        {"Account": 5},
        {"UserId": 5},
        {"UserId": "a b"},
        {"UserId": "a" * 129},
        {"Arn": "arn:aws:sts::123456789012:assumed-role/demo/me", "UserId": "AROA"},
    ],
    ids=str,
)
def test_a_malformed_identity_is_refused(changed: Any) -> None:
    """An invalid response never counts as an identity."""
    with pytest.raises(RejectedTokenError, match="response of STS"):
        asked(body=identity(**changed))


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"5", {"GetCallerIdentityResponse": None}, b"[" * 100_000], ids=lambda one: str(one)[:20]
)
def test_an_answer_of_something_else_is_no_verdict(body: Any) -> None:
    """A captive portal, a proxy."""
    with pytest.raises(TransportError, match="Try again") as caught:
        asked(body=body)
    assert caught.value.status_code == 200


@pytest.mark.parametrize(
    ("status", "body", "rejected", "throttling"),
    [
        (400, b"", True, False),
        (401, b" \n", True, False),
        (403, b"<Code>InvalidClientTokenId</Code>", True, False),
        (403, b'{"Error": {"Code": "ExpiredToken"}}', True, False),
        (404, b"", True, False),
        (403, b"<html>blocked</html>", False, False),
        (302, b"", False, False),
        (402, b"", False, False),
        (405, b"", False, False),
        (500, b"", False, False),
        (429, b"", False, True),
        (400, b"<Code>Throttling</Code>", False, True),
        (403, b'{"Code": "RequestTimeout"}', False, False),
    ],
)
def test_only_a_refusal_of_sts_rejects_a_token(status: int, body: bytes, rejected: bool, throttling: bool) -> None:
    """All other errors are temporary: they are retryable, and throttling is marked as such."""
    with pytest.raises(RejectedTokenError if rejected else TransportError, match=f"HTTP {status}") as caught:
        asked(status, body)
    if not rejected:
        assert (caught.value.status_code, caught.value.throttling) == (status, throttling)


def test_the_request_of_a_verifier() -> None:
    """A GET of the URL with the verifier's own value, which must end in time."""
    handler = FakeHandler(HttpResponse(200, {}, json.dumps(identity()).encode(), ""))
    begun = time.monotonic()
    ask_sts(GOOD, "me", handler)
    (request,), (control,) = handler.requests, handler.controls
    assert (request.method, request.url, dict(request.headers)) == (
        "GET",
        GOOD.url,
        {"accept": "application/json", "x-audience": "me"},
    )
    assert (control.connect_timeout, control.read_timeout) == (5.0, TIMEOUT)
    assert begun + TIMEOUT <= control.deadline <= time.monotonic() + TIMEOUT


def test_a_handler_of_the_callers_is_used() -> None:
    """And its answer returned as it is."""
    answer = HttpResponse(302, {"location": "http://elsewhere"}, b"", "")
    assert exchange(HttpRequest("GET", "https://h/", {}), FakeHandler(answer)) is answer
