"""Provider functions take the profile and the region of the client that uses them, as v3's do."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from sts import STS
from sts import credentials as c
from sts.credentials.normalize import for_client
from sts.testing import LocalSTS
from tests.support.http_server import files

KEYS = "aws_access_key_id = AKIA{0}\naws_secret_access_key = hush\n"


@pytest.fixture
def two_profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A default profile and another, each with keys of its own."""
    config = f"[default]\n{KEYS.format('DEFAULT')}[profile b]\nregion = us-west-2\n{KEYS.format('B')}"
    for name, value in files(tmp_path, config, "").items():
        monkeypatch.setenv(name, value)


def key_of(**options: Any) -> str:
    """Return the key id that a client signs with."""
    return STS(region="us-east-1", **options).presign("get_caller_identity").url.split("Credential=")[1].split("%2F")[0]


@pytest.mark.usefixtures("two_profiles")
def test_the_clients_profile_counts_unless_another_was_given() -> None:
    """One provider serves clients with different profiles, directly and in chains."""
    for given in (
        c.from_ini(),
        c.from_ini({}),
        c.from_node_provider_chain(),
        c.create_credential_chain(c.from_process(), c.from_ini()),
        c.create_credential_chain(c.create_credential_chain(c.from_ini())).expire_after(300_000),
    ):
        keys = [key_of(profile=profile, credentials=given) for profile in ("b", None, "default", "b")]
        assert keys == ["AKIAB", "AKIADEFAULT", "AKIADEFAULT", "AKIAB"]
    assert key_of(profile="b", credentials=c.from_ini(profile="default")) == "AKIADEFAULT"
    assert key_of(profile="default", credentials=c.from_ini({"profile": "b"})) == "AKIAB"


@pytest.mark.usefixtures("two_profiles")
def test_clients_with_the_same_profile_share_a_provider() -> None:
    """So they share its cache. A provider with explicit values is used unchanged."""
    client = {"profile": "b", "region": "us-east-1"}
    given = c.from_ini()
    chain = c.create_credential_chain(given).expire_after(300_000)
    assert for_client(given, client) is for_client(given, dict(client))
    assert for_client(chain, client) is for_client(chain, dict(client))
    assert for_client(chain, client).retrieve().expiration is not None
    assert for_client(given, {**client, "region": "us-east-2"}) is not for_client(given, client)
    own = c.from_ini(profile="b", client_config={"region": "eu-west-1"})
    assert for_client(own, client) is own
    for other in (MagicMock(), {"accessKeyId": "A"}, c.from_env(), c.ProviderChain([])):
        assert for_client(other, client) is other


def test_the_clients_region_is_that_of_the_roles_call(local_sts: LocalSTS, monkeypatch: pytest.MonkeyPatch) -> None:
    """The region of `client_config` comes first, that of the environment last."""
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    options, role = local_sts.client_options(), local_sts.add_role("reader")
    keys = {name: options[name] for name in ("access_key_id", "secret_access_key")}
    for own, region in (({}, "us-east-2"), ({"region": "us-west-1"}, "us-west-1")):
        provider = c.from_temporary_credentials(
            params={"RoleArn": role.arn, "RoleSessionName": "session"},
            master_credentials=keys,
            client_config={"endpoint": options["endpoint"], **own},
        )
        with STS(region="us-east-2", endpoint=options["endpoint"], credentials=provider) as client:
            client.get_caller_identity()
        call = next(call for call in reversed(local_sts.calls) if call.operation == "AssumeRole")
        assert f"/{region}/sts/" in call.headers["authorization"]
