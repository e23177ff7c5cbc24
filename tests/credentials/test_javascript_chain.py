"""v3's provider functions: options as one mapping, and chains that expire."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from sts import STS
from sts.credentials import create_credential_chain, from_env, from_ini, from_temporary_credentials
from sts.errors import ConfigError, CredentialsError, ProfileNotFoundError
from sts.testing import LocalSTS


def test_options_may_be_one_mapping() -> None:
    """In v3's spelling, also those of the client below."""
    with LocalSTS() as server:
        options = server.client_options()
        provider = from_temporary_credentials(
            {
                "masterCredentials": {"accessKeyId": options["access_key_id"], "secretAccessKey": options["secret_access_key"]},
                "params": {"RoleArn": server.role.arn, "RoleSessionName": "one"},
                "clientConfig": {"region": options["region"], "endpoint": options["endpoint"], "maxAttempts": 1},
                "logger": print,
            }
        )
        assert provider.retrieve().account_id == "123456789012"
    with pytest.raises(TypeError, match="as a mapping or as keywords"):
        from_temporary_credentials({"params": {}}, params={})
    with pytest.raises(TypeError, match="nonsense"):
        from_ini({"nonsense": 1})


def test_a_chain_goes_on_from_a_profile_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in v3. Outside a chain the error of the profile is raised."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    assert create_credential_chain(from_ini(profile="none"), from_env()).retrieve().access_key_id == "AKIAENV"
    with pytest.raises(ProfileNotFoundError):
        from_ini(profile="none").retrieve()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(CredentialsError, match="'none'"):
        create_credential_chain(from_ini(profile="none"), from_env()).retrieve()


def test_credentials_of_a_chain_may_be_given_a_lifetime(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only if they have none. The minimum is five minutes, as in v3."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    chain = create_credential_chain(from_env())
    assert chain.retrieve().expiration is None
    expiration = chain.expire_after(3_600_000).retrieve().expiration
    assert expiration is not None
    assert abs(expiration - datetime.now(timezone.utc) - timedelta(hours=1)) < timedelta(minutes=1)
    lasting = {"access_key_id": "a", "secret_access_key": "b", "expiration": "2099-01-01T00:00:00Z"}
    kept = create_credential_chain(lasting).expire_after(3_600_000).retrieve().expiration
    assert kept is not None
    assert kept.year == 2099
    with pytest.raises(ValueError, match="at least 300000 ms"):
        chain.expire_after(1000)


def test_credentials_from_a_result_know_their_account() -> None:
    """From the ARN in the result, of a role's session and of a federated user's."""
    client = STS(region="us-east-1", access_key_id="a", secret_access_key="b")
    keys = {"AccessKeyId": "ASIA", "SecretAccessKey": "s", "SessionToken": "t"}
    user = {"Arn": "arn:aws:sts::123456789012:assumed-role/demo/x", "AssumedRoleId": "i"}
    made = client.credentials_from({"Credentials": keys, "AssumedRoleUser": user})
    assert made is not None
    assert made.account_id == "123456789012"
    bare = client.credentials_from({"Credentials": keys})
    assert bare is not None
    assert bare.account_id is None
    with pytest.raises(ConfigError, match="no access_key_id"):
        client.credentials_from({"AssumedRoleUser": user})
