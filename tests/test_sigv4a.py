"""SigV4a: the vectors of aws-c-auth, our signatures verified with their keys, and a verifier that refuses every change."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import urllib.request
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from sts import STS, Credentials
from sts.errors import ConfigError, ServiceError
from sts.http import Headers, HttpRequest
from sts.signer import canonical_request
from sts.sigv4a import (
    CURVE_ORDER,
    credential_scope,
    presign_url_v4a,
    region_set_of,
    sign_request_v4a,
    signing_key,
    string_to_sign,
    verify_signature,
)
from sts.testing import LocalSTS
from tests.support.fakes import client, ok

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "sigv4a-aws-c-auth" / "cases.json").read_text("utf-8")
)
AMZ_DATE = "20150830T123600Z"
NOW = datetime(2015, 8, 30, 12, 36, 0, tzinfo=timezone.utc)
SESSION = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "FQoGZXIvYXdzEXAMPLE//token+with/specials==")
named = pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])


def request_of(case: dict[str, Any]) -> HttpRequest:
    """Build the request as an HTTP parser would read it: folded lines are one value."""
    head, _, body = case["request"].partition("\n\n")
    line, *lines = re.sub(r"\n\s+", " ", head.rstrip("\n")).split("\n")
    method, target = line.rpartition(" HTTP/")[0].split(" ", 1)
    headers = Headers(tuple(pair.split(":", 1)) for pair in lines)  # type: ignore[misc]  # two each
    return HttpRequest(method, f"https://{headers['host']}{target}", headers, body.encode())


def credentials_of(case: dict[str, Any]) -> Credentials:
    found = case["context"]["credentials"]
    return Credentials(found["access_key_id"], found["secret_access_key"], found.get("token"))


def public_key(case: dict[str, Any]) -> ec.EllipticCurvePublicKey:
    numbers = ec.EllipticCurvePublicNumbers(*(int(case["public_key"][name], 16) for name in "XY"), ec.SECP256R1())
    return numbers.public_key()


def signed(case: dict[str, Any]) -> HttpRequest:
    context = case["context"]
    return sign_request_v4a(
        request_of(case),
        credentials_of(case),
        service=context["service"],
        region_set=context["region"],
        now=NOW,
        normalize_path=context["normalize"],
        sign_body_header=context["sign_body"],
        sign_session_token=not context.get("omit_session_token"),
    )


def steps(request: HttpRequest, normalize: bool) -> tuple[str, str, str]:
    """Return canonical request, string to sign and signature of a signed request, as a verifier finds them."""
    claim = dict(re.findall(r"(\w+)=([^,]+)", request.headers["authorization"]))
    body_hash = hashlib.sha256(request.body).hexdigest()
    canonical = canonical_request(request, claim["SignedHeaders"], body_hash, normalize_path=normalize)
    scope = claim["Credential"].partition("/")[2]
    return canonical, string_to_sign(canonical, request.headers["x-amz-date"], scope), claim["Signature"]


def test_there_are_38_vectors() -> None:
    """None was lost on the way."""
    assert len(CASES) == 38


@named
def test_canonical_request_and_string_to_sign_are_those_of_the_vector(case: dict[str, Any]) -> None:
    """And so are the headers that are added, but for the signature, which differs each time."""
    request = signed(case)
    canonical, text, _ = steps(request, case["context"]["normalize"])

    assert canonical == case["canonical_request"]
    assert text == case["string_to_sign"]
    theirs = dict(line.split(":", 1) for line in case["signed_request"].partition("\n\n")[0].split("\n") if ":" in line[:40])
    assert request.headers["authorization"].partition(" Signature=")[0] == theirs["Authorization"].partition(" Signature=")[0]


@named
def test_the_derived_key_is_theirs_and_verifies_both_signatures(case: dict[str, Any]) -> None:
    """Their signature with our derived key, and ours with their public key."""
    credentials, theirs = credentials_of(case), public_key(case)
    ours = signing_key(credentials.access_key_id, credentials.secret_access_key).public_key()
    _, text, proof = steps(signed(case), case["context"]["normalize"])

    assert ours.public_numbers() == theirs.public_numbers()
    assert verify_signature(case["string_to_sign"], case["signature"], ours)
    assert verify_signature(text, proof, theirs)
    assert not verify_signature(text + " ", proof, theirs)


@given(st.text("ABCDEFGHIJ0123456789", min_size=1, max_size=30), st.text(min_size=1, max_size=60))
@settings(max_examples=100, deadline=None)
def test_every_access_key_has_one_key_on_the_curve(key: str, secret: str) -> None:
    """It depends on both parts, and is the same each time."""
    number = signing_key(key, secret).private_numbers().private_value
    signing_key.cache_clear()
    assert 1 <= number <= CURVE_ORDER - 1
    assert signing_key(key, secret).private_numbers().private_value == number
    assert signing_key(key + "X", secret).private_numbers().private_value != number


@pytest.mark.parametrize("sign_token", [True, False])
@pytest.mark.parametrize("regions", ["*", "us-east-1", ["us-east-1", "eu-west-1"], "us-west-*,eu-*"])
def test_a_presigned_url_holds_all_that_a_verifier_needs(regions: Any, sign_token: bool) -> None:
    """Its signature is over everything but itself, and the token if that is not signed."""
    request = HttpRequest("GET", "https://a.accesspoint.s3-global.amazonaws.com/key%20x?versionId=1", {"x-amz-tag": "a"})
    url = presign_url_v4a(
        request,
        SESSION,
        service="s3",
        region_set=regions,
        expires_in=60,
        now=NOW,
        normalize_path=False,
        double_encode=False,
        sign_session_token=sign_token,
    )
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    before = url.partition("&X-Amz-Signature=")[0]
    canonical = canonical_request(
        HttpRequest("GET", before, request.headers),
        query["X-Amz-SignedHeaders"],
        "UNSIGNED-PAYLOAD",
        normalize_path=False,
        double_encode=False,
    )
    text = string_to_sign(canonical, AMZ_DATE, credential_scope(AMZ_DATE, "s3"))

    assert query["X-Amz-Algorithm"] == "AWS4-ECDSA-P256-SHA256"
    assert query["X-Amz-Region-Set"] == region_set_of(regions)
    assert query["X-Amz-Credential"] == "AKIDEXAMPLE/20150830/s3/aws4_request"
    assert query["X-Amz-Security-Token"] == SESSION.session_token
    assert ("X-Amz-Security-Token" in before) is sign_token
    assert verify_signature(text, query["X-Amz-Signature"], signing_key("AKIDEXAMPLE", SESSION.secret_access_key).public_key())


@pytest.mark.parametrize("regions", ["", [], " ", ["us-east-1", ""], [None], ","])
def test_a_region_set_has_regions(regions: Any) -> None:
    """An empty one would be good nowhere."""
    with pytest.raises(ConfigError, match="region_set is"):
        sign_request_v4a(HttpRequest("GET", "https://h/", {}), SESSION, service="s3", region_set=regions)


@pytest.mark.parametrize("regions", ["*", "eu-west-1", ("us-east-1", "eu-west-1")])
def test_a_client_signs_with_sigv4a_and_local_sts_verifies_it(regions: Any) -> None:
    """A user's keys, a session and a presigned URL."""
    with LocalSTS() as server:
        options = {
            **server.client_options(),
            "region": "eu-west-1",
            "auth_scheme_preference": "sigv4a",
            "sigv4a_signing_region_set": regions,
        }
        user = STS(**options)
        session = STS(
            region="eu-west-1",
            endpoint=server.url,
            auth_scheme_preference=["sigv4a", "sigv4"],
            credentials=user.credentials_from(user.assume_role(RoleArn=server.role.arn, RoleSessionName="abc")),
        )
        assert user.get_caller_identity()["Arn"].endswith("user/demo")
        assert session.get_caller_identity()["Arn"].endswith("role/demo/abc")
        for caller in (user, session):
            made = caller.presign("get_caller_identity")
            assert "AWS4-ECDSA-P256-SHA256" in made.url
            with urllib.request.urlopen(made.url) as answer:
                assert b"GetCallerIdentityResult" in answer.read()
        assert len(server.calls) == 5


@pytest.mark.parametrize("change", ["secret", "header", "body", "region set", "signature", "no region"])
def test_local_sts_refuses_what_is_not_signed_so(change: str) -> None:
    """Every part is covered by the signature."""
    with LocalSTS() as server:
        keys = server.client_options()
        secret = keys["secret_access_key"] if change != "secret" else "x" * 40
        region = "eu-west-1" if change != "no region" else "mars-1"
        body = b"Action=GetCallerIdentity&Version=2011-06-15"
        made = sign_request_v4a(
            HttpRequest("POST", server.url + "/", {"content-type": "application/x-www-form-urlencoded", "x-amz-a": "1"}, body),
            Credentials(keys["access_key_id"], secret),
            service="sts",
            region_set=region,
        )
        if change == "header":
            made.headers["x-amz-a"] = "2"
        elif change == "body":
            made.body += b"&x=1"
        elif change == "region set":
            made.headers["x-amz-region-set"] = "*"
        elif change == "signature":
            made.headers["authorization"] = made.headers["authorization"][:-2] + "00"
        server_region = LocalSTS(region="us-east-1") if change == "no region" else None
        if server_region is not None:
            with server_region as other:
                refused = urllib3.request("POST", other.url + "/", body=made.body, headers=dict(made.headers))
        else:
            refused = urllib3.request("POST", made.url, body=made.body, headers=dict(made.headers))
        assert refused.status == 403


def test_aws_signs_with_sigv4_where_that_is_allowed_and_sigv4a_where_it_is_not() -> None:
    """The model of STS knows SigV4 only, as in every SDK; a preference for S3's sake must not change its calls."""
    for preference, algorithm in (
        ("sigv4a,sigv4", "AWS4-HMAC-SHA256"),
        ("sigv4,sigv4a", "AWS4-HMAC-SHA256"),
        ("sigv4a", "AWS4-ECDSA-P256-SHA256"),
        ("aws.auth#sigv4a", "AWS4-ECDSA-P256-SHA256"),
    ):
        made = client(ok(), auth_scheme_preference=preference)
        made.get_caller_identity()
        headers = made.handler.requests[0].headers
        assert headers["authorization"].startswith(algorithm)
        assert ("x-amz-region-set" in headers) is (algorithm != "AWS4-HMAC-SHA256")


WITHOUT = """
import sys
sys.modules["cryptography"] = None
from sts import STS, ConfigError
keys = dict(region="us-east-1", access_key_id="A", secret_access_key="b")
try: STS(**keys, auth_scheme_preference="sigv4a").get_caller_identity()
except ConfigError as error: print(error)
print(STS(**keys, auth_scheme_preference="sigv4a,sigv4", endpoint="http://localhost").presign("get_caller_identity").url.partition("X-Amz-Algorithm=")[2][:16])
try:
    from sts.sigv4a import sign_request_v4a
except ImportError as error: print(error)
"""


def test_without_cryptography_the_error_says_what_to_install() -> None:
    """And SigV4 is used where the preference allows it."""
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True)
    first, second, third = done.stdout.splitlines()
    assert "pip install cryptography" in first
    assert "AWS4-HMAC-SHA256" in second
    assert "pip install cryptography" in third


def test_a_refusal_of_a_server_without_sigv4a_is_told() -> None:
    """As any other refusal."""
    with LocalSTS() as server, pytest.raises(ServiceError):
        STS(
            region="us-east-1",
            endpoint=server.url,
            access_key_id="AKIDNOBODY",
            secret_access_key="x",
            auth_scheme_preference="sigv4a",
        ).get_caller_identity()


@pytest.mark.parametrize("library", ["requests", "httpx"])
def test_requests_of_other_libraries_are_signed_for_a_set_of_regions(library: str) -> None:
    """`SigV4Auth(..., region_set="*")`, as multi-region access points of Amazon S3 want it."""
    with LocalSTS() as server:
        keys = server.client_options()
        given = {"credentials": Credentials(keys["access_key_id"], keys["secret_access_key"]), "region_set": "*"}
        body = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
        if library == "requests":
            import requests

            from sts.integrations.requests_auth import SigV4Auth

            answer: Any = requests.post(server.url + "/", data=body, auth=SigV4Auth("sts", **given))
            sent = answer.request.headers
        else:
            import httpx

            from sts.integrations.httpx_auth import SigV4Auth as HttpxAuth

            answer = httpx.post(server.url + "/", data=body, auth=HttpxAuth("sts", **given))
            sent = answer.request.headers
        assert answer.status_code == 200
        assert sent["x-amz-region-set"] == "*"
        assert sent["authorization"].startswith("AWS4-ECDSA-P256-SHA256 Credential=")


def test_a_region_and_a_set_of_regions_exclude_each_other() -> None:
    """Neither could be left out silently."""
    from sts.integrations.requests_auth import SigV4Auth

    with pytest.raises(ConfigError, match="region and region_set"):
        SigV4Auth("s3", "us-east-1", region_set="*", credentials=SESSION)


def test_the_order_is_that_of_the_curve() -> None:
    """The largest private key is one less, as `cryptography` knows it."""
    ec.derive_private_key(CURVE_ORDER - 1, ec.SECP256R1())
    with pytest.raises(ValueError, match="(?i)invalid|private"):
        ec.derive_private_key(CURVE_ORDER, ec.SECP256R1())


def blocks(monkeypatch: pytest.MonkeyPatch, *numbers: int) -> list[bytes]:
    """Let the derivation draw *numbers*, the last one for ever; return the list of what it is asked with."""
    asked: list[bytes] = []

    def digest(_key: bytes, text: bytes, _name: str) -> bytes:
        asked.append(text)
        return numbers[min(len(asked), len(numbers)) - 1].to_bytes(32, "big")

    monkeypatch.setattr("sts.sigv4a.hmac.digest", digest)
    return asked


def test_the_largest_number_that_gives_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is drawn again, with the next count."""
    asked = blocks(monkeypatch, CURVE_ORDER - 1, CURVE_ORDER - 2)
    assert signing_key("AKIDLARGEST", "secret").private_numbers().private_value == CURVE_ORDER - 1
    assert [text[-5:-4] for text in asked] == [b"\x01", b"\x02"]


def test_the_derivation_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the 254 counts that the algorithm has."""
    asked = blocks(monkeypatch, CURVE_ORDER)
    with pytest.raises(ConfigError, match="No SigV4a key"):
        signing_key("AKIDNEVER", "secret")
    assert len(asked) == 254


def signed_with(credentials: Credentials, request: HttpRequest, **how: Any) -> tuple[HttpRequest, str]:
    """Sign *request*; return it with the names of the headers that are signed."""
    made = sign_request_v4a(request, credentials, service="sts", region_set="*", now=NOW, **how)
    return made, made.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0]


def test_paths_are_normalized_and_encoded_twice_unless_told_otherwise() -> None:
    """The signature is that of such a path."""
    made, names = signed_with(SESSION, HttpRequest("GET", "https://h/a/./b%20c", {}))
    canonical = canonical_request(made, names, hashlib.sha256(b"").hexdigest(), normalize_path=True, double_encode=True)
    text = string_to_sign(canonical, AMZ_DATE, credential_scope(AMZ_DATE, "sts"))
    proof = made.headers["authorization"].partition("Signature=")[2]
    assert verify_signature(text, proof, signing_key(SESSION.access_key_id, SESSION.secret_access_key).public_key())


def test_the_token_of_a_request_is_that_of_its_credentials() -> None:
    """An earlier one is taken away; it is sent, but not signed, where the service wants it so."""
    earlier = HttpRequest("GET", "https://h/", {"x-amz-security-token": "earlier"})
    made, names = signed_with(Credentials("AKIDEXAMPLE", "secret"), earlier)
    assert "x-amz-security-token" not in made.headers
    assert "x-amz-security-token" not in names
    made, names = signed_with(SESSION, earlier)
    assert (made.headers["x-amz-security-token"], "x-amz-security-token" in names) == (SESSION.session_token, True)
    made, names = signed_with(SESSION, earlier, sign_session_token=False)
    assert (made.headers["x-amz-security-token"], "x-amz-security-token" in names) == (SESSION.session_token, False)
