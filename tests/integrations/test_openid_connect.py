"""
`WebIdentityToken` in other people's clients: Azure, Snowflake, OpenBao and Vault.

The servers are scripted, by what each service documents of its login: none of them can run here. The clients are the real ones, and
the token that arrives is verified by PyJWT against the keys that its issuer publishes, as those services verify it.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from sts import STS
from sts.testing import LocalSTS
from sts.tokens import WebIdentityToken
from tests.support.json_server import JsonServer

jwt = pytest.importorskip("jwt", reason="needs PyJWT")

USER = "arn:aws:iam::123456789012:user/demo"


@pytest.fixture(scope="module")
def issuer():
    with LocalSTS() as server:
        yield server


def verified(token: str, audience: str) -> dict[str, Any]:
    """Return the claims of *token* as a service does that trusts its issuer."""
    issued_by = jwt.decode(token, options={"verify_signature": False})["iss"]
    key = jwt.PyJWKClient(f"{issued_by}/.well-known/jwks.json").get_signing_key_from_jwt(token)
    claims: dict[str, Any] = jwt.decode(token, key.key, algorithms=["RS256", "ES384"], audience=audience, issuer=issued_by)
    return claims


def test_azure_takes_it_as_a_client_assertion(issuer, monkeypatch):
    """
    azure-identity sends the assertion to the tenant's token endpoint, and requests another for each new token.

    Azure/azure-sdk-for-java#44219, Azure/azure-sdk-for-js#34990.
    """
    identity = pytest.importorskip("azure.identity")
    transports = pytest.importorskip("azure.core.pipeline.transport")
    token = WebIdentityToken("api://AzureADTokenExchange", client=STS(**issuer.client_options()), signing_algorithm="RS256")
    assertions: list[str] = []

    class Entra(transports.RequestsTransport):
        def send(self, request: Any, **options: Any) -> Any:
            path = request.url.partition("?")[0]
            monkeypatch.setattr(request, "url", f"{server.url}/{path.rpartition('/')[2]}")
            return super().send(request, **options)

    def reply(path: str, body: bytes) -> tuple[int, Any]:
        if path != "/token":
            base = "https://login.microsoftonline.com/tenant"
            names = ("token_endpoint", "authorization_endpoint")
            return 200, {"issuer": f"{base}/v2.0", **dict.fromkeys(names, f"{base}/oauth2/v2.0/token")}
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        assertions.append(form["client_assertion"])
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        return 200, {"access_token": "azure", "expires_in": 3600, "token_type": "Bearer"}

    with JsonServer(reply) as server:
        credential = identity.ClientAssertionCredential(
            "tenant", "client", token, transport=Entra(), disable_instance_discovery=True
        )
        assert credential.get_token("https://management.azure.com/.default").token == "azure"
        assert verified(assertions[0], "api://AzureADTokenExchange")["sub"] == USER


def test_snowflake_takes_it_as_a_workload_identity(issuer, monkeypatch):
    """
    The connector sends the token with its login request.

    snowflakedb/snowflake-connector-python#2202, apache/airflow#54983.
    """
    snowflake = pytest.importorskip("snowflake.connector")
    monkeypatch.setenv("SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES", "127.0.0.1")
    token = WebIdentityToken("snowflakecomputing.com", client=STS(**issuer.client_options()), signing_algorithm="ES384")
    logins: list[dict[str, Any]] = []

    def reply(path: str, body: bytes) -> tuple[int, Any]:
        if path.startswith("/session/v1/login-request"):
            logins.append(json.loads(body)["data"])
        keys = {"token": "t", "masterToken": "m", "validityInSeconds": 3600, "masterValidityInSeconds": 14400}
        return 200, {"success": True, "data": {**keys, "sessionId": 1, "parameters": [], "sessionInfo": {}}}

    with JsonServer(reply) as server:
        connection = snowflake.connect(
            account="acme",
            host="127.0.0.1",
            port=server.port,
            protocol="http",
            authenticator="WORKLOAD_IDENTITY",
            workload_identity_provider="OIDC",
            token=token(),
            enable_server_session_keep_alive_auto_detection=True,
        )
        connection.close()
    assert (logins[0]["AUTHENTICATOR"], logins[0]["PROVIDER"]) == ("WORKLOAD_IDENTITY", "OIDC")
    assert verified(logins[0]["TOKEN"], "snowflakecomputing.com")["sub"] == USER


def test_openbao_and_vault_take_it_for_a_jwt_login(issuer):
    """
    hvac sends the token to the JWT auth method. `bound_audiences` and `bound_subject` of the role decide.

    hashicorp/vault#27343, hashicorp/vault-plugin-auth-jwt#12.
    """
    hvac = pytest.importorskip("hvac")
    token = WebIdentityToken("https://bao.example.com", client=STS(**issuer.client_options()), signing_algorithm="ES384")

    def reply(path: str, body: bytes) -> tuple[int, Any]:
        login = json.loads(body)
        assert (path, login["role"]) == ("/v1/auth/jwt/login", "reports")
        claims = verified(login["jwt"], "https://bao.example.com")
        return 200, {"auth": {"client_token": "s.bao", "metadata": {"role": "reports", "sub": claims["sub"]}}}

    with JsonServer(reply) as server:
        answer = hvac.Client(server.url).auth.jwt.jwt_login(role="reports", jwt=token())
    assert answer["auth"]["metadata"]["sub"] == USER
