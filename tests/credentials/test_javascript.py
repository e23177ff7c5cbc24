"""The JavaScript SDK's provider functions: each is a way to a provider, with v3's names in snake_case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sts import STS
from sts import credentials as c
from sts.errors import ConfigError, CredentialsError, NotConfiguredError
from sts.testing import LocalSTS
from tests.credentials.providers.test_metadata import DOCUMENT, Metadata
from tests.credentials.providers.test_sso import CONFIG, FOUND, TOKEN, cache, cognito, portal
from tests.support.http_server import HTTPServer, files

# As `@aws-sdk/credential-providers` 3.1169.0 exports them, but for what is about other services.
V3 = """fromCognitoIdentity fromCognitoIdentityPool fromContainerMetadata fromEnv fromHttp fromIni fromInstanceMetadata
fromLoginCredentials fromNodeProviderChain fromProcess fromSSO fromTemporaryCredentials fromTokenFile fromWebToken
createCredentialChain"""


def test_every_function_is_there() -> None:
    """Also under `from sts.credentials import ...`."""
    for name in V3.replace("SSO", "Sso").split():
        snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
        assert callable(getattr(c, snake)), snake


@pytest.fixture
def options(local_sts: LocalSTS) -> dict[str, Any]:
    return {"region": local_sts.region, "endpoint": local_sts.url}


def test_roles(local_sts: LocalSTS, options: dict[str, Any]) -> None:
    """`params` have the service's names. Each refresh requests a code."""
    device = local_sts.add_mfa_device()
    role = local_sts.add_role("careful", mfa=True)
    master = c.Credentials(local_sts.user.access_key_id, local_sts.user.secret_access_key)
    asked = []

    def code(serial: str) -> str:
        asked.append(serial)
        return device.code(steps=len(asked) - 1)

    provider = c.from_temporary_credentials(
        params={"RoleArn": role.arn, "RoleSessionName": "me", "SerialNumber": device.serial, "DurationSeconds": 900},
        master_credentials=master,
        mfa_code_provider=code,
        client_config=options,
    )
    assert provider.retrieve().source == "assume-role"
    provider.retrieve()
    assert asked == [device.serial] * 2
    assert local_sts.calls[0].params["DurationSeconds"] == 900


def test_tokens(local_sts: LocalSTS, options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a file, the environment, a text or a function."""
    (tmp_path / "token").write_text(local_sts.issue_token())
    arn = local_sts.role.arn
    file = c.from_token_file(web_identity_token_file=f"{tmp_path}/token", role_arn=arn, client_config=options)
    assert file.retrieve().source == "web-identity"
    for token in (local_sts.issue_token(), local_sts.issue_token):
        assert c.from_web_token(role_arn=arn, web_identity_token=token, client_config=options).retrieve()
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", f"{tmp_path}/token")
    monkeypatch.setenv("AWS_ROLE_ARN", arn)
    assert c.from_token_file(client_config=options).retrieve().source == "web-identity"
    assert c.from_node_provider_chain(client_config=options).retrieve().source == "web-identity"


def test_profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the default files or of others. Keys of the environment are ignored."""
    document = json.dumps({"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "hush"})
    keys = "aws_access_key_id = AKIA{0}\naws_secret_access_key = hush\n"
    environ = files(tmp_path, f"[profile p]\ncredential_process = echo '{document}'\n", f"[default]\n{keys.format('D')}")
    (tmp_path / "other").write_text(f"[default]\n{keys.format('OTHER')}")
    for name, value in {**environ, "AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "hush"}.items():
        monkeypatch.setenv(name, value)

    assert c.from_env().retrieve().access_key_id == "AKIAENV"
    assert c.from_ini().retrieve().access_key_id == "AKIAD"
    assert c.from_ini(profile="p").retrieve().access_key_id == "AKIAPROCESS"
    assert c.from_ini(filepath=f"{tmp_path}/other").retrieve().access_key_id == "AKIAOTHER"
    assert c.from_process(profile="p").retrieve().access_key_id == "AKIAPROCESS"
    assert c.from_node_provider_chain().retrieve().access_key_id == "AKIAENV"
    assert c.from_node_provider_chain(profile="p").retrieve().access_key_id == "AKIAPROCESS"
    monkeypatch.setenv("AWS_PROFILE", "p")
    assert c.from_ini().retrieve().access_key_id == "AKIAPROCESS"
    with pytest.raises(CredentialsError, match="no login_session"):
        c.from_login_credentials().retrieve()
    with pytest.raises(CredentialsError, match="no credential_process"):
        c.from_process(profile="default").retrieve()


def test_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers, metadata, SSO and Cognito."""
    with HTTPServer(lambda _: (200, DOCUMENT)) as server:
        http = c.from_http(aws_container_credentials_full_uri=server.url, aws_container_authorization_token="t")
        assert http.retrieve().source == "container"
        assert server.requests[0].headers["authorization"] == "t"
        with pytest.raises(NotConfiguredError):
            c.from_container_metadata().retrieve()
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url)
        assert c.from_container_metadata(timeout=3, max_retries=0).retrieve().source == "container"
        server.answer = Metadata()
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url)
        monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
        assert c.from_instance_metadata().retrieve().source == "instance-metadata"
        server.answer = portal
        cache(tmp_path, "work", {**TOKEN, "expiresAt": "2199-01-01T00:00:00Z"})
        for name, value in {**files(tmp_path, CONFIG), "AWS_ENDPOINT_URL": server.url}.items():
            monkeypatch.setenv(name, value)
        assert c.from_sso(profile="dev").retrieve().source == "sso"
        given = {"sso_start_url": "https://s", "sso_account_id": "1" * 12, "sso_region": "eu-west-1", "sso_role_name": "R"}
        assert c.from_sso(**given, sso_session="work").retrieve().source == "sso"
        server.answer = cognito
        pool = c.from_cognito_identity_pool(identity_pool_id="eu-west-1:pool", logins={"idp": "token"})
        assert pool.retrieve().secret_access_key == FOUND["SecretKey"]
        assert c.from_cognito_identity(identity_id="eu-west-1:id").retrieve().source == "cognito"


def test_a_chain_takes_every_form_of_credentials() -> None:
    """Values, mappings, functions and providers."""

    def nothing() -> Any:
        raise NotConfiguredError("nothing here")

    chain = c.create_credential_chain(nothing, {"accessKeyId": "AKIA", "secretAccessKey": "hush"})
    assert chain.retrieve().access_key_id == "AKIA"
    assert STS(region="us-east-1", credentials=chain)._wire().credentials.retrieve().access_key_id == "AKIA"
    with pytest.raises(ConfigError):
        c.create_credential_chain(3)


def test_a_client_option_that_does_not_exist_is_told() -> None:
    """At once, not at the first refresh."""
    with pytest.raises(TypeError, match="Did you mean 'region'"):
        c.from_temporary_credentials(params={"RoleArn": "x"}, master_credentials=lambda: None, client_config={"regoin": "x"})
    with pytest.raises(TypeError, match="regoin"):
        c.from_node_provider_chain(client_config={"regoin": "x"})
