"""hvac consumes our payload: the real package posts it, and keeps the token."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import pytest
import requests_mock

hvac = pytest.importorskip("hvac")

from sts import Credentials  # noqa: E402
from sts.errors import ConfigError  # noqa: E402
from sts.integrations.hvac import login  # noqa: E402
from tests.tokens.test_vault import sts_refusal, vault_refusal  # noqa: E402

pytestmark = pytest.mark.integration

KEYS = Credentials("AKIDEXAMPLE", "secret", "token")


@pytest.fixture
def vault() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        mocker.post("http://vault:8200/v1/auth/corp/aws/login", json={"auth": {"client_token": "hvs.token"}})
        yield mocker


@pytest.mark.parametrize("region", [None, "eu-west-1", "cn-north-1"])
def test_hvac_logs_in_from_every_region(region: str | None, vault: requests_mock.Mocker) -> None:
    """With a payload that Vault and STS accept, where hvac's own is refused outside us-east-1."""
    client = hvac.Client("http://vault:8200")
    answer = login(client, "dev", mount_point="corp/aws", server_id="vault.example.com", credentials=KEYS, region=region)
    payload = json.loads(vault.request_history[0].body)

    assert (client.token, answer["auth"]["client_token"]) == ("hvs.token", "hvs.token")
    assert payload["role"] == "dev"
    assert vault_refusal(payload, server_id="vault.example.com") == ""
    assert sts_refusal(payload, KEYS) == ""


def test_hvacs_own_payload_is_refused_outside_us_east_1(vault: requests_mock.Mocker) -> None:
    """The reason for this module. If this test fails, hvac has fixed the fault."""
    client = hvac.Client("http://vault:8200")
    client.auth.aws.iam_login(
        KEYS.access_key_id, KEYS.secret_access_key, KEYS.session_token, role="dev", region="eu-west-1", mount_point="corp/aws"
    )
    payload = json.loads(vault.request_history[0].body)

    assert base64.b64decode(payload["iam_request_url"]) == b"https://sts.amazonaws.com/"
    assert sts_refusal(payload, KEYS) == "Credential should be scoped to a valid region"


def test_the_token_may_be_left_alone(vault: requests_mock.Mocker) -> None:
    """As with hvac's own logins."""
    client = hvac.Client("http://vault:8200", token="mine")
    login(client, mount_point="/corp/aws/", use_token=False, credentials=KEYS)

    assert client.token == "mine"
    assert "role" not in json.loads(vault.request_history[0].body)


def test_what_is_no_client_is_named() -> None:
    """Before anything is signed."""
    with pytest.raises(ConfigError, match=r"must be an hvac\.Client"):
        login("http://vault:8200", credentials=KEYS)
