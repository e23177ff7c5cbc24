"""Vault logins: byte for byte what hvac makes where hvac is right, and accepted by Vault's rules where it is not."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from sts import STS, Credentials
from sts.errors import ConfigError
from sts.http import HttpRequest
from sts.signer import signature
from sts.testing import LocalSTS
from sts.tokens import vault_login
from tests.support.detour import Detour

DATA = Path(__file__).parent.parent / "data/token-vectors"
EKS = json.loads((DATA / "vectors_eks.json").read_text("utf-8"))
VECTORS = {
    name: {key: value for key, value in vector.items() if not key.startswith("_")}
    for name, vector in json.loads((DATA / "vectors_vault_gcp.json").read_text("utf-8")).items()
    if name.startswith("vault/")
}
NOW = datetime.fromisoformat(EKS["now"])
STATIC = Credentials(EKS["access_key"], EKS["secret_key"])
SESSION = Credentials(EKS["access_key"], EKS["secret_key"], EKS["session_token"])
ALLOWED = {"algorithm", "content-sha256", "credential", "date", "security-token", "signature", "signedheaders"}
"""What may follow `X-Amz-` in a header. Source: hashicorp/vault, builtin/credential/aws/path_login.go."""


def vault_refusal(payload: Mapping[str, str], *, server_id: str | None = None) -> str:
    """
    Return the reason why a Vault server would reject *payload* before it calls STS, or "". An independent version of its rules.
    """
    url = urlsplit(base64.b64decode(payload["iam_request_url"]).decode())
    headers = {name.lower(): values for name, values in json.loads(base64.b64decode(payload["iam_request_headers"])).items()}
    body = base64.b64decode(payload["iam_request_body"]).decode()
    if payload["iam_http_request_method"] != "POST" or url.query or url.fragment or url.path not in {"", "/"}:
        return "request"
    if sorted(body.split("&")) != ["Action=GetCallerIdentity", "Version=2011-06-15"]:
        return "body"
    if any(name.startswith("x-amz-") and name[6:] not in ALLOWED for name in headers):
        return "header"
    if "accept" in headers:
        return "answer would not be XML"
    authorization = headers["authorization"][0]
    if server_id is not None:
        signed = re.search(r"SignedHeaders=([^,]+)", authorization)
        if headers.get("x-vault-aws-iam-server-id") != [server_id]:
            return "server id"
        if not signed or "x-vault-aws-iam-server-id" not in signed[1].split(";"):
            return "server id not signed"
    return ""


def sts_refusal(payload: Mapping[str, str], credentials: Credentials) -> str:
    """Return what STS would hold against the request that Vault makes of *payload*: the scope, or the signature."""
    url = base64.b64decode(payload["iam_request_url"]).decode()
    headers = {name: values[0] for name, values in json.loads(base64.b64decode(payload["iam_request_headers"])).items()}
    body = base64.b64decode(payload["iam_request_body"])
    match = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=[^/]+/(\S+), SignedHeaders=(\S+), Signature=(\w+)", headers["Authorization"]
    )
    assert match
    region = match[1].split("/")[1]
    host = urlsplit(url).netloc
    if region != ("us-east-1" if host == "sts.amazonaws.com" else host.split(".")[1]) or headers["Host"] != host:
        return "Credential should be scoped to a valid region"
    expected = signature(
        HttpRequest("POST", url, headers, body),
        credentials.secret_access_key,
        scope=match[1],
        amz_date=headers["X-Amz-Date"],
        signed_headers=match[2],
        body_hash=hashlib.sha256(body).hexdigest(),
    )
    return "" if expected == match[3] else "SignatureDoesNotMatch"


@pytest.mark.parametrize("name", VECTORS)
def test_the_payload_is_byte_for_byte_hvacs(name: str) -> None:
    """For Vault's default endpoint, the global one."""
    _, kind, header = name.split("/")
    server_id = "vault.example.com" if header == "hdr" else None
    credentials = SESSION if kind == "session" else STATIC

    assert vault_login(server_id=server_id, credentials=credentials, now=NOW) == VECTORS[name]


@pytest.mark.parametrize("region", [None, "us-east-1", "eu-west-1", "ap-southeast-5", "cn-north-1", "us-gov-west-1"])
@pytest.mark.parametrize("credentials", [STATIC, SESSION], ids=["user", "session"])
@pytest.mark.parametrize("server_id", [None, "vault.example.com"])
def test_host_and_signature_agree_in_every_region(region: str | None, credentials: Credentials, server_id: str | None) -> None:
    """Where hvac's payload is refused with "Credential should be scoped to a valid region"."""
    payload = vault_login("dev", region=region, credentials=credentials, server_id=server_id)

    assert vault_refusal(payload, server_id=server_id) == ""
    assert sts_refusal(payload, credentials) == ""
    assert payload["role"] == "dev"


@pytest.mark.parametrize(
    ("variable", "host"), [("eu-west-1", "sts.amazonaws.com"), ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn")]
)
def test_without_a_region_it_is_for_vaults_default_endpoint(variable: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which is the global one, but for partitions that it does not serve."""
    monkeypatch.setenv("AWS_REGION", variable)
    payload = vault_login(credentials=SESSION)

    assert base64.b64decode(payload["iam_request_url"]).decode() == f"https://{host}/"
    assert sts_refusal(payload, SESSION) == ""


def test_consuls_header_is_called_otherwise() -> None:
    """The same payload serves others that took over Vault's protocol."""
    payload = vault_login(server_id="consul", server_id_header="X-Consul-IAM-ServerID", credentials=STATIC)

    assert json.loads(base64.b64decode(payload["iam_request_headers"]))["X-Consul-IAM-ServerID"] == ["consul"]


def test_what_vault_sends_on_is_accepted(local_sts: LocalSTS) -> None:
    """LocalSTS, in place of the STS behind Vault, gets only what the payload contains."""
    payload = vault_login(server_id="vault.example.com", client=STS(**local_sts.client_options()))
    headers = {name: values[0] for name, values in json.loads(base64.b64decode(payload["iam_request_headers"])).items()}
    request = HttpRequest(
        "POST", base64.b64decode(payload["iam_request_url"]).decode(), headers, base64.b64decode(payload["iam_request_body"])
    )
    control: Any = None
    answer = Detour(local_sts.url).send(request, control=control)

    assert (answer.status, b"user/demo" in answer.body) == (200, True)
    assert answer.headers["content-type"].startswith("text/xml")


def test_a_server_id_that_cannot_be_a_header_is_refused() -> None:
    """Vault could not reproduce the signature."""
    with pytest.raises(ConfigError, match="server_id"):
        vault_login(server_id="a\nb", credentials=STATIC)
