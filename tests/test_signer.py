"""SigV4: the published vectors step by step, botocore as a second opinion, and what is refused before it is sent."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote_to_bytes, urlsplit

import botocore.auth
import botocore.credentials
import pytest
from botocore.awsrequest import AWSRequest
from hypothesis import given, settings
from hypothesis import strategies as st

from sts.errors import ConfigError, CredentialsError
from sts.http import Headers, HttpRequest
from sts.identity import Credentials
from sts.signer import (
    UNSIGNED_PAYLOAD,
    canonical_headers,
    canonical_query,
    canonical_request,
    canonical_uri,
    credential_scope,
    headers_to_sign,
    host_of,
    percent_encode,
    presign_url,
    sign_request,
    signature,
    signing_key,
    string_to_sign,
)

DATA = Path(__file__).parent / "data"
AWS_C_AUTH: list[dict[str, Any]] = json.loads((DATA / "sigv4-aws-c-auth" / "sigv4-cases.json").read_text("utf-8"))
BOTOCORE: list[dict[str, Any]] = json.loads((DATA / "sigv4-botocore" / "sigv4-cases.json").read_text("utf-8"))["cases"]
SNAPSHOTS: list[dict[str, Any]] = json.loads((DATA / "js-v3-request-snapshots" / "cases.json").read_text("utf-8"))

NOW = datetime(2015, 8, 30, 12, 36, 0, tzinfo=timezone.utc)
AMZ_DATE = "20150830T123600Z"
KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
STATIC = Credentials(KEY_ID, SECRET)
SESSION = Credentials(KEY_ID, SECRET, "FQoGZXIvYXdzEXAMPLE//token+with/specials==")
HASH_OF_NOTHING = hashlib.sha256(b"").hexdigest()


@pytest.fixture(scope="module", autouse=True)
def frozen_botocore() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", lambda *_: NOW)
        yield


# ---- the vectors ----


def named(cases: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(case, id=f"{case['name']}-{case.get('source', 'botocore')}") for case in cases]


def request_of(case: dict[str, Any]) -> HttpRequest:
    """Build the request as an HTTP parser would read it: line ends are no part of a value, folded lines are one."""
    given = case["request"]
    headers = Headers((name, re.sub(r"\n\s+", " ", value.rstrip("\n"))) for name, value in given["headers"])
    return HttpRequest(given["method"], f"https://{headers['host']}{given['target']}", headers, given["body"].encode())


def sha256_of(request: HttpRequest) -> str:
    return hashlib.sha256(request.body).hexdigest()


def credentials_of(case: dict[str, Any]) -> Credentials:
    given = case["context"]["credentials"]
    return Credentials(given["access_key_id"], given["secret_access_key"], given.get("token"))


def flags_of(case: dict[str, Any]) -> dict[str, Any]:
    context = case["context"]
    return {
        "service": context["service"],
        "region": context["region"],
        "now": NOW,
        "normalize_path": context["normalize"],
        "double_encode": case["source"] != "smithy-rs",  # its one case starts from an encoded path
        "sign_body_header": context["sign_body"],
        "sign_session_token": not context.get("omit_session_token"),
    }


def parse_authorization(value: str) -> dict[str, str]:
    return dict(re.findall(r"(\w+)=([^,]+)", value))


def recomputed(signed: HttpRequest, **path_flags: bool) -> dict[str, str]:
    """Return each step of the signature of *signed*, computed the way a verifier does."""
    claim = parse_authorization(signed.headers["authorization"])
    scope = claim["Credential"].partition("/")[2]
    body_hash = hashlib.sha256(signed.body).hexdigest()
    canonical = canonical_request(signed, claim["SignedHeaders"], body_hash, **path_flags)
    proof = signature(
        signed,
        SECRET,
        scope=scope,
        amz_date=signed.headers["x-amz-date"],
        signed_headers=claim["SignedHeaders"],
        body_hash=body_hash,
        **path_flags,
    )
    text = string_to_sign(canonical, signed.headers["x-amz-date"], scope)
    return {"canonical_request": canonical, "string_to_sign": text, "signature": proof}


def test_the_suites_are_complete() -> None:
    """38 cases of aws-c-auth and one variant, 34 of botocore, 12 requests of the JavaScript SDK."""
    assert (len(AWS_C_AUTH), len(BOTOCORE), len(SNAPSHOTS)) == (39, 34, 12)


@pytest.mark.parametrize("step", ["canonical_request", "string_to_sign", "signature"])
@pytest.mark.parametrize("case", named(AWS_C_AUTH))
def test_each_step_of_aws_c_auth(case: dict[str, Any], step: str) -> None:
    """Every step of a signed request is that of the published case."""
    flags = flags_of(case)
    signed = sign_request(request_of(case), credentials_of(case), **flags)
    path_flags = {name: flags[name] for name in ("normalize_path", "double_encode")}

    assert recomputed(signed, **path_flags)[step] == case["header"][step]


@pytest.mark.parametrize("case", named(AWS_C_AUTH))
def test_the_headers_of_aws_c_auth(case: dict[str, Any]) -> None:
    """The headers added to a request are those of the published signed request, and no others."""
    signed = sign_request(request_of(case), credentials_of(case), **flags_of(case))
    head = re.sub(r"\n +", " ", case["header"]["signed_request"]).partition("\n\n")[0].splitlines()[1:]
    expected = Headers((name, value.strip()) for name, _, value in (line.partition(":") for line in head))

    assert {name: value.strip() for name, value in signed.headers.items()} == expected


def test_values_as_they_came_over_the_wire_are_trimmed() -> None:
    """A verifier may pass folded lines and line ends on: they count as spaces."""
    request = HttpRequest("GET", "https://h/", {"a": "value1\n  value2\n     value3\n"})

    assert canonical_headers(request, "a;host") == "a:value1 value2 value3\nhost:h\n"


@pytest.mark.parametrize("step", ["canonical_request", "string_to_sign", "signature"])
@pytest.mark.parametrize("case", named(BOTOCORE))
def test_each_step_of_botocore(case: dict[str, Any], step: str) -> None:
    """Every step of a signed request is that of botocore's copy of the suite."""
    token = re.search(r"x-amz-security-token: *(\S+)", case["header"]["signed_request"] or "", re.IGNORECASE)
    credentials = Credentials(KEY_ID, SECRET, token[1] if token else None)
    token_is_signed = "x-amz-security-token" in case["header"]["canonical_request"]
    request = request_of(case)

    signed = sign_request(
        request, credentials, service="service", region="us-east-1", now=NOW, sign_session_token=token_is_signed
    )

    assert recomputed(signed)[step] == case["header"][step]
    assert signed.headers["authorization"] == case["header"]["authorization"]


# ---- botocore as a verifier ----


class BotocorePathAsGiven(botocore.auth.SigV4Auth):
    def _normalize_url_path(self, path: str) -> str:
        return quote(path, safe="/~")


def botocore_signature(
    method: str, url: str, headers: dict[str, str], body: bytes, *, service: str, region: str, normalize_path: bool = True
) -> str:
    """Return the signature botocore computes for exactly this request, signing exactly these headers."""
    request = AWSRequest(method, url, headers, body)
    request.context["timestamp"] = AMZ_DATE
    signer_class = botocore.auth.SigV4Auth if normalize_path else BotocorePathAsGiven
    signer = signer_class(botocore.credentials.Credentials(KEY_ID, SECRET), service, region)
    return str(signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request))


def without_signature(url: str) -> tuple[str, str]:
    """Split a presigned URL into what was signed and the signature."""
    before, _, proof = url.partition("&X-Amz-Signature=")
    return before, proof[:64]


@pytest.mark.parametrize("case", named(AWS_C_AUTH[:-1]))
def test_presigned_cases_verify_with_botocore(case: dict[str, Any]) -> None:
    """The requests of the suite, presigned, have the signature that botocore computes for the URL."""
    request, flags = request_of(case), flags_of(case)
    if case["request"]["target"] != quote(case["request"]["target"], safe="/?&=%-._~"):
        # botocore does not encode what it is given in a query.
        request.url = f"https://{request.headers['host']}{quote(case['request']['target'], safe='/?&=%-._~ ')}"
    url = presign_url(request, credentials_of(case), expires_in=3600, **flags)
    signed_url, proof = without_signature(url)
    headers = {name: request.headers[name] for name in headers_to_sign(request.headers).split(";")}
    if case["context"]["sign_body"]:
        headers["x-amz-content-sha256"] = hashlib.sha256(request.body).hexdigest()
    place = {"service": "service", "region": "us-east-1", "normalize_path": case["context"]["normalize"]}

    assert proof == botocore_signature(request.method, signed_url, headers, request.body, **place)
    assert parse_qs(url.partition("?")[2])["X-Amz-SignedHeaders"] == [";".join(sorted(headers))]


@pytest.mark.parametrize("credentials", [STATIC, SESSION], ids=["static", "session"])
@pytest.mark.parametrize("case", SNAPSHOTS, ids=lambda case: case["operation"])
def test_the_requests_of_the_javascript_sdk_verify_with_botocore(case: dict[str, Any], credentials: Credentials) -> None:
    """Each of the 12 STS requests, signed as the client signs, is signed correctly and in the headers agreed on."""
    kept = ("content-type", "user-agent", "amz-sdk-invocation-id", "amz-sdk-request")
    headers = {name: value for name, value in case["headers"].items() if name in kept}
    unsigned = HttpRequest("POST", "https://sts.us-east-1.amazonaws.com/", headers, case["body"].encode())
    signed = sign_request(unsigned, credentials, service="sts", region="us-east-1", now=NOW, sign_body_header=True)
    claim = parse_authorization(signed.headers["authorization"])
    token = ";x-amz-security-token" if credentials is SESSION else ""
    names = "content-type;host;x-amz-content-sha256;x-amz-date" + token
    sent = {name: signed.headers[name] for name in names.split(";") if name != "host"}

    assert claim["SignedHeaders"] == names
    assert claim["Signature"] == botocore_signature(
        "POST", unsigned.url, sent, unsigned.body, service="sts", region="us-east-1"
    )
    assert signed.headers["x-amz-content-sha256"] == case["headers"].get("x-amz-content-sha256", sha256_of(unsigned))


# ---- random requests ----

text = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
names = st.from_regex(r"x-[a-z0-9-]{1,8}", fullmatch=True).filter(lambda name: not name.startswith(("x-amz", "x-amzn")))
values = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=20)
credentials = st.sampled_from([STATIC, SESSION])


@st.composite
def requests(draw: st.DrawFn) -> HttpRequest:
    host = draw(st.sampled_from(["example.com", "EXAMPLE.com:443", "example.com:8443", "[::1]:8080", "user@example.com"]))
    path = "/".join(quote(part, safe="~") for part in draw(st.lists(text | st.sampled_from(["", ".", ".."]), max_size=5)))
    query = draw(st.dictionaries(text.filter(bool), text, max_size=4))
    pairs = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query.items())
    headers = draw(st.dictionaries(names, values, max_size=4))
    method = draw(st.sampled_from(["GET", "POST", "put"]))
    return HttpRequest(method, f"https://{host}/{path}{'?' if pairs else ''}{pairs}", headers, draw(st.binary(max_size=20)))


def in_botocore(request: HttpRequest, body: bytes | None) -> AWSRequest:
    return AWSRequest(request.method, request.url, dict(request.headers), body)


def oracle(name: str, credentials: Credentials, *more: Any) -> Any:
    token = credentials.session_token
    return getattr(botocore.auth, name)(botocore.credentials.Credentials(KEY_ID, SECRET, token), "sts", "eu-west-1", *more)


@given(st.text(st.characters(codec="utf-8")), st.sampled_from(["", "/", "/%"]))
def test_percent_encoding_is_that_of_urllib(text: str, keep: str) -> None:
    """With the unreserved characters of RFC 3986, and those that are kept; queries are decoded first, escapes or not."""
    assert percent_encode(text, keep) == quote(text, safe=f"{keep}-_.~")
    assert percent_encode(text.encode(), "") == quote(text, safe="-_.~")


@given(st.text(st.sampled_from("%+ aZfF09g/~é"), max_size=12))
def test_queries_are_decoded_as_by_urllib(text: str) -> None:
    """Complete escapes only; a `+` is a space."""
    expected = quote(unquote_to_bytes(text.replace("+", " ")), safe="-_.~")
    assert canonical_query(f"a={text}") == f"a={expected}"


@given(requests(), credentials)
@settings(max_examples=200, deadline=None)
def test_random_requests_are_signed_as_botocore_signs_them(request: HttpRequest, credentials: Credentials) -> None:
    """Header signing agrees with botocore's SigV4Auth, header by header."""
    other = in_botocore(request, request.body)
    oracle("SigV4Auth", credentials).add_auth(other)

    signed = sign_request(request, credentials, service="sts", region="eu-west-1", now=NOW)

    assert signed.headers == {name.lower(): value for name, value in other.headers.items()}


@given(requests(), credentials, st.integers(1, 604800))
@settings(max_examples=200, deadline=None)
def test_random_requests_are_presigned_as_botocore_presigns_them(
    request: HttpRequest, credentials: Credentials, expires_in: int
) -> None:
    """Query signing gives botocore's very URL (which never has a body: botocore moves it into the query)."""
    request.body = b""
    other = in_botocore(request, None)
    oracle("SigV4QueryAuth", credentials, expires_in).add_auth(other)

    url = presign_url(request, credentials, service="sts", region="eu-west-1", expires_in=expires_in, now=NOW)

    assert url == other.url


@given(requests(), credentials)
@settings(max_examples=100, deadline=None)
def test_random_bodies_are_part_of_a_presigned_url(request: HttpRequest, credentials: Credentials) -> None:
    """A presigned POST is signed for its body."""
    url = presign_url(request, credentials, service="sts", region="eu-west-1", expires_in=60, now=NOW)
    signed_url, proof = without_signature(url)

    place = {"service": "sts", "region": "eu-west-1"}
    assert proof == botocore_signature(request.method, signed_url, dict(request.headers), request.body, **place)


@given(requests(), credentials)
@settings(max_examples=100, deadline=None)
def test_random_requests_are_signed_for_s3_as_botocore_does(request: HttpRequest, credentials: Credentials) -> None:
    """With the flags S3 wants, a path that is encoded already is signed as it is."""
    other = in_botocore(request, request.body)
    signer = botocore.auth.S3SigV4Auth(
        botocore.credentials.Credentials(KEY_ID, SECRET, credentials.session_token), "s3", "eu-west-1"
    )
    signer.add_auth(other)
    flags = {"normalize_path": False, "double_encode": False, "sign_body_header": True}

    signed = sign_request(request, credentials, service="s3", region="eu-west-1", now=NOW, **flags)

    assert signed.headers == {name.lower(): value for name, value in other.headers.items()}


def test_presigning_for_s3_leaves_the_body_open() -> None:
    """S3 does not know the body of a presigned URL beforehand."""
    request = HttpRequest("GET", "https://bucket.s3.amazonaws.com/a%20key//x")
    other = in_botocore(request, None)
    botocore_credentials = botocore.credentials.Credentials(KEY_ID, SECRET)
    botocore.auth.S3SigV4QueryAuth(botocore_credentials, "s3", "eu-west-1", 60).add_auth(other)
    flags = {"normalize_path": False, "double_encode": False}

    url = presign_url(request, STATIC, service="s3", region="eu-west-1", expires_in=60, now=NOW, **flags)

    assert url == other.url


# ---- rules of our own ----


def sign(request: HttpRequest, credentials: Credentials = STATIC, **flags: Any) -> HttpRequest:
    return sign_request(request, credentials, **{"service": "sts", "region": "us-east-1", "now": NOW, **flags})


def presign(request: HttpRequest, credentials: Credentials = STATIC, **flags: Any) -> str:
    defaults = {"service": "sts", "region": "us-east-1", "now": NOW, "expires_in": 60}
    return presign_url(request, credentials, **{**defaults, **flags})


def test_signing_leaves_the_request_alone() -> None:
    """The request given is not changed."""
    request = HttpRequest("POST", "https://h/", {"a": "b"}, b"x")
    sign(request, SESSION, sign_body_header=True)
    presign(request, SESSION, sign_body_header=True)

    assert (request.url, request.headers) == ("https://h/", {"a": "b"})


def test_signing_again_replaces_the_signature() -> None:
    """A signed request signed by somebody else has nothing left of the first signer."""
    request = HttpRequest("POST", "https://h/", {"a": "b"}, b"x")
    other = Credentials("OTHER", "secret")

    assert sign(sign(request, SESSION), other).headers == sign(request, other).headers


@pytest.mark.parametrize("name", ["Authorization", "User-Agent", "X-Amzn-Trace-Id", "amz-sdk-request", "Proxy-Thing", "sec-x"])
def test_headers_that_proxies_change_are_not_signed(name: str) -> None:
    """Unsignable headers stay on the request, outside the signature."""
    signed = sign(HttpRequest("GET", "https://h/", {name: "value\twith any bytes"}))

    assert parse_authorization(signed.headers["authorization"])["SignedHeaders"] == "host;x-amz-date"
    assert name in signed.headers


def test_a_given_hash_stands_for_the_body() -> None:
    """`UNSIGNED-PAYLOAD` in the header leaves the body out of the signature."""
    unsigned = {"x-amz-content-sha256": UNSIGNED_PAYLOAD}
    proofs = {sign(HttpRequest("PUT", "https://h/", unsigned, body)).headers["authorization"] for body in (b"a", b"b")}

    assert len(proofs) == 1


@pytest.mark.parametrize("value", ["", "a\r\nb", "a\nb", "\x00", "tab\t", "é", "\udc80", 5, None], ids=repr)
@pytest.mark.parametrize("do", [sign, presign])
def test_a_header_that_cannot_be_sent_is_refused(do: Any, value: Any) -> None:
    """Empty values, control characters and other than ASCII text in a signed header are an error that names it."""
    request = HttpRequest("GET", "https://h/", {"x-secret": value})

    with pytest.raises(ConfigError, match="'x-secret'") as caught:
        do(request)
    assert not value or str(value) not in str(caught.value)


@pytest.mark.parametrize("name", ["a b", "a:b", "a\r\nb", "", "é", "a;b"], ids=repr)
@pytest.mark.parametrize("do", [sign, presign])
def test_a_header_name_that_cannot_be_sent_is_refused(do: Any, name: str) -> None:
    """A header name is a token of HTTP."""
    with pytest.raises(ConfigError, match=re.escape(repr(name))):
        do(HttpRequest("GET", "https://h/", {name: "value"}))


@pytest.mark.parametrize("do", [sign, presign])
def test_credentials_with_a_line_break_are_refused(do: Any) -> None:
    """A key id from a file that ends in a newline is told about, and not shown."""
    with pytest.raises(CredentialsError, match="access key id .* line break") as caught:
        do(HttpRequest("GET", "https://h/"), Credentials("AKID\n", SECRET))
    assert "AKID" not in str(caught.value)


def test_a_session_token_with_a_line_break_is_refused() -> None:
    """The error names the token and does not show it."""
    with pytest.raises(CredentialsError, match="session token .* line break") as caught:
        sign(HttpRequest("GET", "https://h/"), Credentials(KEY_ID, SECRET, "tok\r\nen"))
    assert "tok\r" not in str(caught.value)


@pytest.mark.parametrize("expires_in", [0, -1, 604801, 1.5, True, "60", None])
def test_a_lifetime_outside_the_limits_is_refused(expires_in: Any) -> None:
    """A presigned URL lives for 1 second to 7 days."""
    with pytest.raises(ConfigError, match="expires_in"):
        presign(HttpRequest("GET", "https://h/"), expires_in=expires_in)


def test_a_date_without_zone_is_refused() -> None:
    """A naive datetime would be off by the machine's zone."""
    with pytest.raises(ValueError, match="time zone"):
        sign(HttpRequest("GET", "https://h/"), now=NOW.replace(tzinfo=None))


def test_any_zone_is_signed_in_utc() -> None:
    """A datetime of another zone is the same instant."""
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))

    assert sign(HttpRequest("GET", "https://h/"), now=elsewhere).headers["x-amz-date"] == AMZ_DATE


def test_the_present_is_the_default() -> None:
    """Without *now* a request is signed for this very second."""
    signed = sign(HttpRequest("GET", "https://h/"), now=None).headers["x-amz-date"]
    signed_at = datetime.strptime(signed, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)

    assert abs(datetime.now(timezone.utc) - signed_at) < timedelta(minutes=1)


def test_no_header_moves_into_the_query() -> None:
    """Verifiers of presigned tokens refuse parameters they do not know."""
    url = presign(HttpRequest("GET", "https://h/?Action=A", {"x-k8s-aws-id": "cluster"}), SESSION)
    names = "Action Algorithm Credential Date Expires SignedHeaders Security-Token Signature".replace(" ", " X-Amz-").split()

    assert list(parse_qs(urlsplit(url).query)) == names
    assert "X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&" in url


def test_an_unsigned_session_token_follows_the_signature() -> None:
    """With *sign_session_token* off, the URL is that of the key alone, and the token comes after it."""
    request = HttpRequest("GET", "https://h/?Action=A")
    token = quote(str(SESSION.session_token), safe="")

    assert presign(request, SESSION, sign_session_token=False) == f"{presign(request)}&X-Amz-Security-Token={token}"


def test_a_fragment_is_not_presigned() -> None:
    """A fragment is never sent, and what follows it would not be either."""
    assert presign(HttpRequest("GET", "https://h/#part")) == presign(HttpRequest("GET", "https://h/"))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_presigned_url_can_be_verified_as_it_is(method: str) -> None:
    """A verifier passes the URL as received, signature and all."""
    url = presign(HttpRequest(method, "https://h/?Action=A", {"a": "b"}), SESSION)
    query = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}

    proof = signature(
        HttpRequest(method, url, {"Host": "h", "A": "b", "accept": "*/*"}),
        SECRET,
        scope=query["X-Amz-Credential"].partition("/")[2],
        amz_date=query["X-Amz-Date"],
        signed_headers=query["X-Amz-SignedHeaders"],
        body_hash=HASH_OF_NOTHING,
    )

    assert proof == query["X-Amz-Signature"]


@pytest.mark.parametrize("change", ["method", "url", "a", "host", "body", "scope", "amz_date", "secret"])
def test_any_change_breaks_the_signature(change: str) -> None:
    """What is signed cannot be altered."""
    signed = sign(HttpRequest("POST", "https://h/?x=1", {"a": "b"}, b"body"))
    claim = parse_authorization(signed.headers["authorization"])
    scope = claim["Credential"].partition("/")[2]
    received = signed.copy()
    received.headers["host"] = "other" if change == "host" else "h"
    received.headers["a"] = "c" if change == "a" else "b"
    received.method = "GET" if change == "method" else "POST"
    received.url = "https://h/?x=2" if change == "url" else signed.url

    proof = signature(
        received,
        "other" if change == "secret" else SECRET,
        scope=scope.replace("us-east-1", "us-east-2") if change == "scope" else scope,
        amz_date="20150830T123601Z" if change == "amz_date" else AMZ_DATE,
        signed_headers=claim["SignedHeaders"],
        body_hash=hashlib.sha256(b"else" if change == "body" else b"body").hexdigest(),
    )

    assert proof != claim["Signature"]


@pytest.mark.parametrize("scope", ["", "a/b", "20150830/us-east-1/sts/aws4_request/more", "é"])
def test_a_received_scope_may_be_anything(scope: str) -> None:
    """A verifier gets a signature that does not match, not an exception."""
    received = HttpRequest("GET", "https://h/")

    proof = signature(received, SECRET, scope=scope, amz_date="x", signed_headers="host;missing", body_hash="")

    assert re.fullmatch("[0-9a-f]{64}", proof)


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("b=2&a=1", "a=1&b=2"),
        ("Param=2&Param-3=3", "Param=2&Param-3=3"),  # by name first: "-" sorts before "="
        ("a=2&a=1", "a=1&a=2"),
        ("flag&&x=", "flag=&x="),
        ("a=b+c&d=e%20f", "a=b%20c&d=e%20f"),
        ("a=%2f%zz&b=%ff", "a=%2F%25zz&b=%FF"),
        ("a=1=2", "a=1%3D2"),
        ("X-Amz-Signature=abc&a=1", "a=1"),
    ],
)
def test_the_canonical_query(query: str, canonical: str) -> None:
    """Parameters are decoded, encoded in the one way of SigV4, and sorted by name, then value."""
    assert canonical_query(query) == canonical


@pytest.mark.parametrize(
    ("path", "flags", "canonical"),
    [
        ("", {}, "/"),
        ("/a%20b", {}, "/a%2520b"),
        ("/a%20b", {"double_encode": False}, "/a%20b"),
        ("/a b=c", {"double_encode": False}, "/a%20b%3Dc"),
        ("/a/../..//b/./", {}, "/b/"),
        ("/a/../..//b/./", {"normalize_path": False}, "/a/../..//b/./"),
    ],
)
def test_the_canonical_uri(path: str, flags: dict[str, bool], canonical: str) -> None:
    """Paths are normalized and encoded as the flags say."""
    assert canonical_uri(path, **flags) == canonical


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://STS.amazonaws.com", "sts.amazonaws.com"),
        ("https://h:443/", "h"),
        ("http://h:443/", "h:443"),
        ("http://h:80/", "h"),
        ("https://user:pass@h:8443/?a", "h:8443"),
        ("http://[::1]:4566/path", "[::1]:4566"),
        ("http://[::1]", "[::1]"),
        ("https://sts.amazonaws.com./", "sts.amazonaws.com"),
        ("http://h.:4566", "h:4566"),
        ("https://h.:443", "h"),
    ],
)
def test_the_host_signed_is_the_host_sent(url: str, host: str) -> None:
    """The scheme's own port, the user, and the dot that ends a complete name are not part of the Host header."""
    assert host_of(url) == host


def test_the_published_signing_key() -> None:
    """The example key of the AWS documentation."""
    key = signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", credential_scope("20150830T000000Z", "us-east-1", "iam"))

    assert key.hex() == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"


def test_the_cache_of_signing_keys_is_bounded_and_silent() -> None:
    """However many secrets are used, 50 keys are kept, and no secret is in the repr."""
    for number in range(60):
        sign(HttpRequest("GET", "https://h/"), Credentials("AKID", f"verysecret{number}"))

    assert signing_key.cache_info().currsize == 50
    assert "verysecret" not in repr(signing_key)


@pytest.mark.parametrize(
    ("seconds", "good"), [(0, False), (1, True), (604800, True), (604801, False), (True, False), (60.0, False)]
)
def test_the_lifetime_of_a_presigned_url(seconds: Any, good: bool) -> None:
    """A whole number of seconds, from one to a week."""
    request = HttpRequest("GET", "https://sts.eu-west-1.amazonaws.com/", {})
    if good:
        url = presign_url(request, STATIC, service="sts", region="eu-west-1", expires_in=seconds, now=NOW)
        assert f"X-Amz-Expires={seconds}&" in url
        return
    with pytest.raises(ConfigError, match="from 1 to 604800"):
        presign_url(request, STATIC, service="sts", region="eu-west-1", expires_in=seconds, now=NOW)


def test_paths_are_normalized_and_encoded_twice_unless_told_otherwise() -> None:
    """As every service but S3 wants it."""
    request = HttpRequest("GET", "https://h/a/./b%20c", {"host": "h"})
    canonical = canonical_request(request, "host", "x")
    assert canonical.splitlines()[1] == "/a/b%2520c"
    given = {"scope": credential_scope(AMZ_DATE, "eu-west-1", "sts"), "amz_date": AMZ_DATE}
    text = string_to_sign(canonical, AMZ_DATE, given["scope"])
    key = signing_key("secret", given["scope"])
    assert (
        signature(request, "secret", **given, signed_headers="host", body_hash="x")
        == hmac.new(key, text.encode(), "sha256").hexdigest()
    )
    assert canonical_uri("/a/./b%20c") == "/a/b%2520c"
