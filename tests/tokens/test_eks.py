"""EKS tokens: byte for byte what others make, accepted by the authenticator's rules, and attacks on the verifier refused."""

from __future__ import annotations

import base64
import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
import urllib3
from hypothesis import given, settings
from hypothesis import strategies as st

from sts import STS, Credentials
from sts.endpoints import sts_hosts
from sts.errors import ConfigError, CredentialsError, MissingRegionError, TransportError
from sts.http import HttpResponse
from sts.model.operations import GET_CALLER_IDENTITY
from sts.protocol.serialize import serialize_params
from sts.retry.classify import THROTTLING_CODES, TRANSIENT_CODES
from sts.testing import LocalSTS
from sts.tokens import EKSToken, RejectedTokenError, eks_token, exec_credential, verify_eks_token
from sts.tokens import signing as signing_module
from tests.support import iam_authenticator
from tests.support.detour import Detour
from tests.support.fakes import FakeHandler

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent.parent / "data/token-vectors/vectors_eks.json").read_text("utf-8"))
NOW = datetime.fromisoformat(VECTORS["now"])
STATIC = Credentials(VECTORS["access_key"], VECTORS["secret_key"])
SESSION = Credentials(VECTORS["access_key"], VECTORS["secret_key"], VECTORS["session_token"])
REGIONS = {
    "us-east-1": "aws",
    "eu-west-1": "aws",
    "ap-southeast-5": "aws",
    "cn-north-1": "aws-cn",
    "cn-northwest-1": "aws-cn",
    "us-gov-west-1": "aws-us-gov",
    "us-gov-east-1": "aws-us-gov",
    "eusc-de-east-1": "aws-eusc",
}


@pytest.fixture(scope="module")
def server() -> Iterator[LocalSTS]:
    with LocalSTS(honor_expires=False) as running:
        yield running


@pytest.fixture
def keys(server: LocalSTS) -> Credentials:
    return Credentials(server.user.access_key_id, server.user.secret_access_key)


# ---- making tokens ----


@pytest.mark.parametrize("name", VECTORS["vectors"])
def test_tokens_are_byte_for_byte_those_of_the_aws_cli(name: str) -> None:
    """The golden vectors, with and without session token, in three partitions."""
    _, kind, region = name.split("/")
    credentials = SESSION if kind == "session" else STATIC

    assert eks_token("my-cluster", region=region, credentials=credentials, now=NOW) == VECTORS["vectors"][name]["token"]


def test_a_client_makes_the_same_token_as_its_options() -> None:
    """Both ways lead through the same signature."""
    client = STS(region="eu-west-1", credentials=SESSION)
    expected = VECTORS["vectors"]["eks/session/eu-west-1"]["token"]

    assert eks_token("my-cluster", client=client, now=NOW) == expected


def test_a_token_lives_14_minutes_or_as_long_as_its_credentials() -> None:
    """A minute less than STS takes it, and no longer than the session that signed it."""
    ending = Credentials("AKIDEXAMPLE", "x", "token", NOW + timedelta(minutes=5))

    assert eks_token("c", region="us-east-1", credentials=STATIC, now=NOW).expiration == NOW + timedelta(minutes=14)
    assert eks_token("c", region="us-east-1", credentials=ending, now=NOW).expiration == NOW + timedelta(minutes=5)


def test_the_repr_of_a_token_does_not_show_it() -> None:
    """Anyone with the token can act as the caller in the cluster. A copy of the token keeps its expiration."""
    token = eks_token("c", region="us-east-1", credentials=STATIC, now=NOW)
    copied = pickle.loads(pickle.dumps(token))

    assert "k8s-aws" not in repr(token)
    assert f"Bearer {token}".startswith("Bearer k8s-aws-v1.aHR0")
    assert (copied, copied.expiration) == (token, token.expiration)


def test_the_query_is_the_one_of_the_operation() -> None:
    """The fast path has the form as a constant. It must be what the table of operations gives."""
    assert serialize_params(GET_CALLER_IDENTITY, {}).decode() == signing_module.GET_CALLER_IDENTITY


def test_a_token_that_eks_would_refuse_is_an_error_that_says_why() -> None:
    """4096 characters is the limit, and long session tokens exceed it."""
    long = Credentials("AKIDEXAMPLE", "x", "t" * 3000)

    with pytest.raises(ConfigError, match=r"would have \d+ characters, but EKS accepts at most 4096.*alone has 3000"):
        eks_token("c", region="us-east-1", credentials=long)


@pytest.mark.parametrize("cluster", ["", "a b", "a\nb", "ü", None], ids=repr)
def test_the_clusters_name_must_be_one(cluster: Any) -> None:
    """It becomes a header."""
    with pytest.raises(ConfigError, match="cluster"):
        eks_token(cluster, region="us-east-1", credentials=STATIC)


def test_what_is_missing_is_said() -> None:
    """A region, credentials, or too much of both."""
    with pytest.raises(MissingRegionError):
        eks_token("c", credentials=STATIC)
    with pytest.raises(CredentialsError):
        eks_token("c", region="us-east-1")
    with pytest.raises(ConfigError, match="client and region were given"):
        eks_token("c", region="us-east-1", client=STS(region="us-east-1"))
    with pytest.raises(ConfigError, match="client is a str"):
        eks_token("c", client="sts")


def test_environment_and_profile_count_as_for_a_client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The light path is only taken where the result is the same."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", STATIC.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", STATIC.secret_access_key)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")

    def host() -> str:
        made, same = eks_token("c", now=NOW), eks_token("c", client=STS(), now=NOW)
        assert made == same
        return urlsplit(url_of(made)).netloc

    assert host() == "sts.eu-west-1.amazonaws.com"
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    assert host() == "sts-fips.eu-west-1.amazonaws.com"
    monkeypatch.delenv("AWS_USE_FIPS_ENDPOINT")
    monkeypatch.delenv("AWS_REGION")
    config = tmp_path / "config"
    config.write_text("[default]\nregion = cn-north-1\nuse_dualstack_endpoint = true\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    assert host() == "sts.cn-north-1.api.amazonwebservices.com.cn"


def test_files_in_the_home_directory_are_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A config file may configure the endpoint, so the fast path is not taken if there is one."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[default]\nuse_fips_endpoint = true\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))

    token = eks_token("c", region="us-east-1", credentials=STATIC)

    assert "sts-fips.us-east-1" in url_of(token)


# ---- kubectl ----


@pytest.mark.parametrize(
    ("info", "version"),
    [
        (None, "client.authentication.k8s.io/v1beta1"),
        ('{"apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}', "client.authentication.k8s.io/v1"),
        ('{"apiVersion":"client.authentication.k8s.io/v1beta1"}', "client.authentication.k8s.io/v1beta1"),
        ('{"apiVersion":"client.authentication.k8s.io/v1alpha1"}', "client.authentication.k8s.io/v1alpha1"),
    ],
)
def test_kubectl_gets_the_version_it_asks_for(info: str | None, version: str) -> None:
    """The exec credential is exact: kubectl refuses another version than its own."""
    token = eks_token("c", region="us-east-1", credentials=STATIC, now=NOW)

    assert exec_credential(token, environ={} if info is None else {"KUBERNETES_EXEC_INFO": info}) == {
        "kind": "ExecCredential",
        "apiVersion": version,
        "spec": {},
        "status": {"expirationTimestamp": "2026-01-02T03:18:05Z", "token": str(token)},
    }


def test_an_exec_credential_can_be_made_of_the_clusters_name() -> None:
    """One call is enough. A token as plain text has no expiration and is rejected."""
    made = exec_credential("c", region="us-east-1", credentials=STATIC, now=NOW, environ={})

    assert made == exec_credential(eks_token("c", region="us-east-1", credentials=STATIC, now=NOW), environ={})
    with pytest.raises(ConfigError, match="cluster is a token"):
        exec_credential("k8s-aws-v1.abc", environ={})


@pytest.mark.parametrize(
    ("info", "found"),
    [
        ("no json: hush", "is not a JSON document;"),
        ("[" * 100_000, "is not a JSON document;"),
        ("[]", "is a document without an apiVersion;"),
        ('{"hush": 1}', "is a document without an apiVersion;"),
        ('{"apiVersion": null}', "is for apiVersion None;"),
        ('{"apiVersion": ["hush"]}', "is for apiVersion ['hush'];"),
        ('{"apiVersion": "client.authentication.k8s.io/v9"}', "is for apiVersion 'client.authentication.k8s.io/v9';"),
        (json.dumps({"apiVersion": "v\x1b\n" * 1000}), r"is for apiVersion 'v\x1b\nv\x1b\n"),
    ],
)
def test_a_malformed_exec_info_is_refused(info: str, found: str) -> None:
    """kubectl refuses another version than its own, so that a guess would only move the error there."""
    with pytest.raises(ConfigError) as caught:
        exec_credential(EKSToken("k8s-aws-v1.x", NOW), environ={"KUBERNETES_EXEC_INFO": info})
    message = str(caught.value)
    assert message.startswith("KUBERNETES_EXEC_INFO ")
    assert found in message
    assert "client.authentication.k8s.io/v1, " in message
    assert "Unset it" in message
    assert message.isprintable()
    assert len(message) < 500


# ---- verifying ----


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("kind", ["user", "session"])
def test_the_authenticators_rules_and_ours_accept_every_token(
    region: str, kind: str, server: LocalSTS, keys: Credentials
) -> None:
    """For users and roles in every public partition. LocalSTS, in place of STS, accepts the signature."""
    credentials: Any = keys
    if kind == "session":
        options = {**server.client_options(), "region": region}
        data = STS(**options).assume_role(RoleArn=server.role.arn, RoleSessionName="me")
        credentials = data
    token = eks_token("prod", region=region, credentials=credentials)
    partition = REGIONS[region]

    assert iam_authenticator.refusal(token, datetime.now(timezone.utc), partition) == ""
    identity = verify_eks_token(token, "prod", partition=partition, handler=Detour(server.url))
    if kind == "user":
        assert identity == ("arn:aws:iam::123456789012:user/demo",) * 2 + (
            "123456789012",
            server.user.user_id,
            "",
            server.user.access_key_id,
        )
    else:
        assert identity.arn == "arn:aws:sts::123456789012:assumed-role/demo/me"
        assert identity.canonical_arn == "arn:aws:iam::123456789012:role/demo"
        assert identity.session_name == "me"


def test_fips_and_dual_stack_hosts_are_sts_too(server: LocalSTS, keys: Credentials) -> None:
    """And the global endpoint, in the partition that has one."""
    for options in (
        {"region": "us-east-1", "use_fips_endpoint": True},
        {"region": "eu-west-1", "use_dualstack_endpoint": True},
        {"use_global_endpoint": True},
    ):
        token = eks_token("prod", client=STS(credentials=keys, **options))  # type: ignore[misc]
        assert verify_eks_token(token, "prod", handler=Detour(server.url)).account == "123456789012"


def test_the_cluster_is_the_verifiers_own(server: LocalSTS, keys: Credentials) -> None:
    """A token for one cluster is worth nothing to another: STS finds another signature."""
    token = eks_token("prod", region="us-east-1", credentials=keys)

    with pytest.raises(RejectedTokenError, match="STS rejected the token: HTTP 403, SignatureDoesNotMatch"):
        verify_eks_token(token, "staging", handler=Detour(server.url))


def test_the_verifier_asks_only_a_get_of_the_url_with_its_own_header(server: LocalSTS, keys: Credentials) -> None:
    """The token determines nothing of the request except the URL, which has passed all checks."""
    detour = Detour(server.url)
    token = eks_token("prod", region="us-east-1", credentials=keys)
    verify_eks_token(token, "prod", handler=detour)

    assert detour.request is not None
    assert (detour.request.method, detour.request.url, detour.request.body) == ("GET", url_of(token), b"")
    assert detour.request.headers == {"accept": "application/json", "x-k8s-aws-id": "prod"}


def url_of(token: str) -> str:
    word = token.removeprefix("k8s-aws-v1.")
    return base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode()


def token_of(url: str) -> str:
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode("latin-1")).rstrip(b"=").decode()


GOOD = VECTORS["vectors"]["eks/session/us-east-1"]["token"]
GOOD_URL = VECTORS["vectors"]["eks/session/us-east-1"]["url"]


def changed(**parameters: str | None) -> str:
    """Return the valid token with changed parameters (None removes one). `_` stands for `-`."""
    query = dict(parse_qsl(urlsplit(GOOD_URL).query))
    for name, value in parameters.items():
        query[name.replace("_", "-")] = value or ""
        if value is None:
            del query[name.replace("_", "-")]
    return token_of(f"https://sts.us-east-1.amazonaws.com/?{urlencode(query, quote_via=quote)}")


def with_host(host: str) -> str:
    return token_of(GOOD_URL.replace("sts.us-east-1.amazonaws.com", host))


def scoped(region: str, host: str) -> str:
    return token_of(
        GOOD_URL.replace("sts.us-east-1.amazonaws.com", host).replace("us-east-1%2Fsts", f"{quote(region, safe='')}%2Fsts")
    )


ATTACKS: dict[str, str] = {
    "too long": GOOD + "A" * 4096,
    "no prefix": GOOD.removeprefix("k8s-aws-v1."),
    "other prefix": GOOD.replace("v1", "v2"),
    "padding": GOOD + "==",
    "standard base64": "k8s-aws-v1." + base64.b64encode(GOOD_URL.encode() + b"\xff\xff").decode(),
    "line break": GOOD[:40] + "\n" + GOOD[40:],
    "space before": " " + GOOD,
    "truncated": GOOD[:-3] if len(GOOD[:-3]) % 4 == 0 else GOOD[:-9],
    "empty": "k8s-aws-v1.",
    "http": token_of(GOOD_URL.replace("https:", "http:")),
    "scheme in capitals": token_of(GOOD_URL.replace("https:", "HTTPS:")),
    "foreign host": with_host("sts.us-east-1.amazonaws.com.evil.example"),
    "other service": with_host("s3.us-east-1.amazonaws.com"),
    "bucket as host": scoped("bucket.s3", "sts.bucket.s3.amazonaws.com"),
    "user name before host": with_host("sts.us-east-1.amazonaws.com@evil.example"),
    "user name": with_host("me@sts.us-east-1.amazonaws.com"),
    "port": with_host("sts.us-east-1.amazonaws.com:8443"),
    "trailing dot": with_host("sts.us-east-1.amazonaws.com."),
    "backslash": with_host("evil.example\\.sts.us-east-1.amazonaws.com"),
    "suffix of China": with_host("sts.us-east-1.amazonaws.com.cn"),
    "region of China": scoped("cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
    "region of GovCloud": scoped("us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"),
    "signed for another region": with_host("sts.eu-west-1.amazonaws.com"),
    "path": token_of(GOOD_URL.replace(".com/?", ".com/x?")),
    "two slashes": token_of(GOOD_URL.replace(".com/?", ".com//?")),
    "no path": token_of(GOOD_URL.replace(".com/?", ".com?")),
    "dots": token_of(GOOD_URL.replace(".com/?", ".com/./?")),
    "fragment": token_of(GOOD_URL + "#x"),
    "space in the URL": token_of(GOOD_URL + " x"),
    "not ASCII": token_of(GOOD_URL + "\xe9"),
    "extra parameter": token_of(GOOD_URL + "&x-id=GetCallerIdentity"),
    "hoisted header": token_of(GOOD_URL + "&x-k8s-aws-id=other"),
    "hoisted body hash": changed(X_Amz_Content_Sha256="0" * 64),
    "another operation": changed(Action="AssumeRole"),
    "action twice": token_of(GOOD_URL + "&Action=GetCallerIdentity"),
    "action twice, in other letters": token_of(GOOD_URL + "&action=AssumeRole"),
    "credential twice, in other letters": token_of(
        GOOD_URL + "&x-amz-credential=AKIDOTHER%2F20260102%2Fus-east-1%2Fsts%2Faws4_request"
    ),
    "escaped name": token_of(GOOD_URL.replace("?Action", "?%41ction")),
    "semicolon": token_of(GOOD_URL.replace("&Version", ";Version")),
    "no action": changed(Action=None),
    "other algorithm": changed(X_Amz_Algorithm="AWS4-HMAC-SHA1"),
    "cluster not signed": changed(X_Amz_SignedHeaders="host"),
    "cluster as part of a name": changed(X_Amz_SignedHeaders="host;x-k8s-aws-id2"),
    "host not signed": changed(X_Amz_SignedHeaders="x-k8s-aws-id"),
    "no signed headers": changed(X_Amz_SignedHeaders=None),
    "expires too long": changed(X_Amz_Expires="901"),
    "expires negative": changed(X_Amz_Expires="-1"),
    "expires no number": changed(X_Amz_Expires="6e1"),
    "expires in Arabic digits": changed(X_Amz_Expires="\u0666"),
    "no expires": changed(X_Amz_Expires=None),
    "expired": changed(X_Amz_Date="20260102T024904Z"),
    "future": changed(X_Amz_Date="20260102T031906Z"),
    "date in another form": changed(X_Amz_Date="2026-01-02T03:04:05Z"),
    "no such date": changed(X_Amz_Date="20261302T030405Z"),
    "no date": changed(X_Amz_Date=None),
    "no signature": changed(X_Amz_Signature=None),
    "signature in capitals": changed(X_Amz_Signature="A" * 64),
    "credential of another service": changed(X_Amz_Credential="AKIDEXAMPLE/20260102/us-east-1/s3/aws4_request"),
    "credential with more parts": changed(X_Amz_Credential="AKIDEXAMPLE/x/20260102/us-east-1/sts/aws4_request"),
    "no credential": changed(X_Amz_Credential=None),
    "line break at the end": GOOD + "\n",
    "host in capitals": with_host("STS.us-east-1.amazonaws.com"),
    "line break in the host": with_host("sts.us-east-1.amazonaws.com\r\nx: y"),
    "address as host": with_host("[::1]"),
    "host of another top-level domain": with_host("sts.us-east-1.amazonaws.xn--com-x"),
    "region with a dot": scoped("us-east-1.evil", "sts.us-east-1.evil.amazonaws.com"),
    "region of an isolated partition": scoped("us-iso-east-1", "sts.us-iso-east-1.c2s.ic.gov"),
    "NUL after the operation": changed(Action="GetCallerIdentity\0"),
    "operation in other letters": changed(Action="getcalleridentity"),
    "expires with a sign": changed(X_Amz_Expires="+60"),
    "parameter without a name": token_of(GOOD_URL + "&=x"),
    "two question marks": token_of(GOOD_URL.replace("/?", "/??")),
    "escaped question mark": token_of(GOOD_URL.replace("/?", "/%3F")),
    "signed headers with commas": changed(X_Amz_SignedHeaders="host,x-k8s-aws-id"),
    "signed headers with spaces": changed(X_Amz_SignedHeaders="host; x-k8s-aws-id"),
    "date in other digits": changed(X_Amz_Date="\uff12\uff10\uff12\uff160102T030405Z"),
    "line break after the credential": changed(X_Amz_Credential="AKIDEXAMPLE/20260102/us-east-1/sts/aws4_request\n"),
}
OURS_ALONE = {
    "date in other digits",
    "expires with a sign",
    "line break in the host",
    "line break after the credential",
    "truncated",
    "signed for another region",
    "fragment",
    "space in the URL",
    "not ASCII",
    "action twice, in other letters",
    "credential twice, in other letters",
    "escaped name",
    "scheme in capitals",
    "other algorithm",
    "host not signed",
    "expires in Arabic digits",
    "future",
    "no signature",
    "signature in capitals",
    "credential of another service",
    "credential with more parts",
    "no credential",
}
"""Attacks that the authenticator leaves to STS, or to Go's parser, or once fell for (CVE-2022-2385)."""


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_are_refused_before_anything_is_sent(name: str) -> None:
    """A forged token must not choose where the verifier sends its request. No message shows the token."""
    handler = FakeHandler(HttpResponse(200, {}, b"{}"))
    token = ATTACKS[name]

    with pytest.raises(RejectedTokenError) as caught:
        verify_eks_token(token, "my-cluster", now=NOW, handler=handler)

    assert handler.requests == []
    assert VECTORS["session_token"] not in str(caught.value)
    assert "493a23a8" not in str(caught.value)
    if name not in OURS_ALONE:
        assert iam_authenticator.refusal(token, NOW) != ""


def test_the_token_that_the_attacks_are_made_of_is_good() -> None:
    """Else the attacks would prove nothing."""
    assert iam_authenticator.refusal(GOOD, NOW) == ""
    assert iam_authenticator.refusal(changed(), NOW) == ""
    for token in (GOOD, changed(), with_host("sts.amazonaws.com"), with_host("sts-fips.us-east-1.amazonaws.com")):
        with pytest.raises(TransportError, match="not a GetCallerIdentity response"):
            verify_eks_token(token, "my-cluster", now=NOW, handler=FakeHandler(HttpResponse(200, {}, b"{}")))
    assert len(set(ATTACKS) - OURS_ALONE) > 20


@settings(max_examples=150, deadline=None)
@given(
    at=st.integers(0, len(GOOD_URL)),
    cut=st.integers(0, 3),
    text=st.one_of(
        st.text("/\\\\?#@:;&=%.+ \t\r\n\x00ab2F\u00e9", max_size=4),
        st.sampled_from(
            ["&action=x", "%2F", "%00", "@evil.example", "/../", "https://evil.example/?", "&X-Amz-Date=1", ".evil.example"]
        ),
    ),
)
def test_no_edit_of_a_good_token_leads_elsewhere(at: int, cut: int, text: str) -> None:
    """
    A request goes only to the URL of the valid token, to STS, however a parser reads it. The authenticator decides the same.
    """
    url = GOOD_URL[:at] + text + GOOD_URL[at + cut :]
    handler = FakeHandler(HttpResponse(403, {}, b""))
    with pytest.raises(RejectedTokenError):
        verify_eks_token(token_of(url), "my-cluster", now=NOW, handler=handler)
    for request in handler.requests:
        assert request.url == url
        assert urlsplit(url).netloc == urllib3.util.parse_url(url).netloc
        assert urlsplit(url).netloc in sts_hosts("us-east-1")
        assert iam_authenticator.refusal(token_of(url), NOW) == ""


def identity_of(arn: str, user_id: Any, account: Any = "123456789012") -> HttpResponse:
    result = {"Arn": arn, "Account": account, "UserId": user_id}
    return HttpResponse(200, {}, json.dumps({"GetCallerIdentityResponse": {"GetCallerIdentityResult": result}}).encode())


def refusal_of(code: str, status: int) -> HttpResponse:
    return HttpResponse(status, {}, json.dumps({"Error": {"Code": code, "Message": "m"}, "RequestId": "1"}).encode())


USER, ROLE = "arn:aws:iam::123456789012:user/demo", "arn:aws:sts::123456789012:assumed-role/ci/run"


@pytest.mark.parametrize(
    "answer",
    [
        refusal_of("InvalidClientTokenId", 403),
        refusal_of("SignatureDoesNotMatch", 403),
        refusal_of("ExpiredToken", 403),
        refusal_of("MissingParameter", 400),
        HttpResponse(403, {}, b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"),
        HttpResponse(403, {}, b""),
        HttpResponse(200, {}, b'{"GetCallerIdentityResponse": {"GetCallerIdentityResult": {"Arn": "x"}}}'),
        HttpResponse(200, {}, b'{"GetCallerIdentityResponse": {"GetCallerIdentityResult": null}}'),
        identity_of("x", "AIDAEXAMPLE"),
        identity_of(USER, None),
        identity_of(USER, ""),
        identity_of(USER, 7),
        identity_of(USER, "not:valid:userid"),
        identity_of(USER, "AIDA EXAMPLE"),
        identity_of(USER, "AIDAEXAMPLE:"),
        identity_of(USER, ":name"),
        identity_of(USER, "AIDAEXAMPLE", None),
        identity_of(ROLE, "AROAEXAMPLE"),
        identity_of(ROLE, "AROAEXAMPLE:"),
        identity_of(ROLE, ":run"),
        identity_of(ROLE, "AROAEXAMPLE:run:again"),
        identity_of(ROLE, "AROAEXAMPLE:run\n"),
    ],
    ids=lambda answer: f"{answer.status} {answer.body[:120]!r}",
)
def test_a_refusal_of_sts_and_a_malformed_identity_reject_the_token(answer: HttpResponse) -> None:
    """The token proves nothing: a server answers 401."""
    with pytest.raises(RejectedTokenError):
        verify_eks_token(GOOD, "my-cluster", now=NOW, handler=FakeHandler(answer))


@pytest.mark.parametrize(
    "answer",
    [
        *(refusal_of(code, 400) for code in sorted(THROTTLING_CODES | TRANSIENT_CODES)),
        refusal_of("Throttling", 403),
        refusal_of("InternalFailure", 500),
        HttpResponse(400, {}, b"<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>"),
        HttpResponse(503, {}, b""),
        HttpResponse(429, {}, b""),
        HttpResponse(408, {}, b""),
        HttpResponse(407, {}, b""),
        HttpResponse(301, {"location": "https://evil.example/"}),
        HttpResponse(403, {}, b"<html><h1>Blocked by the proxy</h1></html>"),
        HttpResponse(404, {}, b"not found"),
        HttpResponse(200, {}, b"<html>log in</html>"),
        HttpResponse(200, {}, b""),
        HttpResponse(200, {}, b"[]"),
        HttpResponse(200, {}, b'{"GetCallerIdentityResponse": {"GetCal'),
        HttpResponse(204, {}, b""),
    ],
    ids=lambda answer: f"{answer.status} {answer.body[:120]!r}",
)
def test_an_ill_or_throttled_sts_is_no_verdict_on_the_token(answer: HttpResponse) -> None:
    """The token may be valid: a server answers 503, and its user is not logged out."""
    with pytest.raises(TransportError):
        verify_eks_token(GOOD, "my-cluster", now=NOW, handler=FakeHandler(answer))


@pytest.mark.parametrize(
    ("arn", "user_id", "expected"),
    [
        (USER, "AIDAEXAMPLE", ("AIDAEXAMPLE", "")),
        ("arn:aws:iam::123456789012:root", "123456789012", ("123456789012", "")),
        ("arn:aws:sts::123456789012:federated-user/Al.i=ce", "123456789012:Al.i=ce", ("123456789012:Al.i=ce", "")),
        (ROLE, "AROAEXAMPLE:run", ("AROAEXAMPLE", "run")),
        ("arn:aws-cn:sts::123456789012:assumed-role/ci/a@b.c", "AROAEXAMPLE:a@b.c", ("AROAEXAMPLE", "a@b.c")),
    ],
)
def test_only_an_assumed_role_has_a_session_name(arn: str, user_id: str, expected: tuple[str, str]) -> None:
    """Cut in two, a federated user would have the UserId of the root user."""
    verified = verify_eks_token(GOOD, "my-cluster", now=NOW, handler=FakeHandler(identity_of(arn, user_id)))

    assert (verified.user_id, verified.session_name) == expected


def test_every_kind_of_caller_of_a_server_is_verified_as_it_names_itself(server: LocalSTS) -> None:
    """Users, federated users and sessions of roles."""
    user = STS(**server.client_options())
    sessions = (
        user.get_federation_token(Name="Alice"),
        user.assume_role(RoleArn=server.role.arn, RoleSessionName="run"),
        user.get_session_token(),
    )
    for client in (
        user,
        *(STS(region=server.region, endpoint=server.url, credentials=user.credentials_from(s)) for s in sessions),
    ):
        verified = verify_eks_token(eks_token("k", client=client), "k", endpoint=server.url)
        caller = client.get_caller_identity()
        assert caller["UserId"] == verified.user_id + (f":{verified.session_name}" if verified.session_name else "")
        assert bool(verified.session_name) == (":assumed-role/" in caller["Arn"])


@pytest.mark.parametrize("cluster", ["", "a b", "x\r\nhost: y", None])
def test_a_verifier_has_to_know_its_cluster(cluster: Any) -> None:
    """A name that is missing would accept what a stranger signed for none."""
    handler = FakeHandler(HttpResponse(200, {}, b"{}"))
    with pytest.raises(ConfigError, match="cluster is"):
        verify_eks_token(GOOD, cluster, now=NOW, handler=handler)
    assert handler.requests == []


def test_an_sts_of_ones_own_is_the_only_one_asked(server: LocalSTS) -> None:
    """With `endpoint=` tokens for AWS are refused, and those for the endpoint need no other host."""
    client = STS(**server.client_options())
    token = eks_token("prod", client=client)

    assert verify_eks_token(token, "prod", endpoint=server.url).arn == "arn:aws:iam::123456789012:user/demo"
    with pytest.raises(RejectedTokenError, match="not a URL of http"):
        verify_eks_token(GOOD, "prod", endpoint=server.url)
    with pytest.raises(RejectedTokenError, match="https"):
        verify_eks_token(token, "prod")
    with pytest.raises(ConfigError, match="partition is 'mars'"):
        verify_eks_token(GOOD, "my-cluster", partition="mars", now=NOW)


# ---- cost ----

COLD = """
import sys
from sts import Credentials
from sts.tokens import eks_token
eks_token("c", {arguments})
print(*sorted(m for m in sys.modules))
"""


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [
        ("region='us-east-1', credentials=Credentials('AKIDEXAMPLE', 'x')", {}),
        ("", {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}),
    ],
    ids=["given", "environment"],
)
def test_a_process_that_makes_one_token_loads_next_to_nothing(arguments: str, environ: dict[str, str], tmp_path: Path) -> None:
    """Kubectl starts one for each command: no HTTP library, no pipeline, no settings."""
    done = subprocess.run(
        [sys.executable, "-c", COLD.format(arguments=arguments)],
        capture_output=True,
        text=True,
        check=True,
        env={"HOME": str(tmp_path), "PATH": "", **environ},
        cwd=Path(__file__).parent.parent.parent,
    )
    loaded = set(done.stdout.split())

    assert not loaded & {
        "urllib3",
        "requests",
        "xmltodict",
        "asyncio",
        "ssl",
        "http.client",
        "dataclasses",
        "inspect",
        "logging",
        "typing",
        "json",
        "base64",
        "urllib.parse",
    }
    assert sorted(name for name in loaded if name.startswith("sts.")) == [
        "sts._lazy",
        "sts.base",
        "sts.base.forks",
        "sts.base.frames",
        "sts.base.records",
        "sts.base.time",
        "sts.endpoints",
        "sts.errors",
        "sts.http",
        "sts.identity",
        "sts.signer",
        "sts.tokens",
        "sts.tokens.eks",
        "sts.tokens.signing",
    ]
