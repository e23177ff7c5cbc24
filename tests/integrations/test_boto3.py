"""The bridge to boto3: our refreshed credentials in its clients, and its credentials in ours."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import botocore.exceptions
import botocore.session
import pytest

from sts import STS, Credentials, assume_role_credentials
from sts.credentials.refresh.cache import CachedProvider
from sts.errors import CredentialsError
from sts.integrations.boto3 import (
    from_boto3_session,
    to_boto3_session,
    to_botocore_credentials,
    to_botocore_session,
)
from sts.testing import LocalSTS

pytestmark = pytest.mark.integration
ROLE = "arn:aws:iam::123456789012:role/demo"
KEYS = {"region": "us-east-1", "access_key_id": "AKIDEXAMPLE", "secret_access_key": "x"}


@pytest.fixture
def aws() -> Iterator[None]:
    moto: Any = pytest.importorskip("moto")
    with moto.mock_aws():
        yield


def test_boto3_is_who_our_credentials_are(local_sts: LocalSTS) -> None:
    """A role, through boto3's own client, with the region of the credentials' own calls."""
    credentials = assume_role_credentials(ROLE, session_name="bridge", client_options=local_sts.client_options())
    session = to_boto3_session(credentials)
    me = session.client("sts", endpoint_url=local_sts.url).get_caller_identity()

    assert me["Arn"] == "arn:aws:sts::123456789012:assumed-role/demo/bridge"
    assert session.region_name == "us-east-1"
    assert session.get_credentials().method == "sts-client"


@pytest.mark.parametrize("given", ["client", "value", "mapping", "callable"])
def test_credentials_may_be_given_in_every_form(given: str, local_sts: LocalSTS) -> None:
    """As for `STS(credentials=)`, and a client's own."""
    options = local_sts.client_options()
    value = Credentials(options["access_key_id"], options["secret_access_key"])
    forms: dict[str, Any] = {"client": STS(**options), "value": value, "mapping": value.to_dict(), "callable": lambda: value}
    session = to_boto3_session(forms[given], region="us-east-1")

    assert session.client("sts", endpoint_url=local_sts.url).get_caller_identity()["Account"] == "123456789012"


def test_twelve_hours_of_short_sessions_cost_one_call_each(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A boto3 client calls every 20 s for twelve hours with 15-minute sessions. None is expired, and each is fetched once, five
    minutes before its end.
    """
    now = [datetime.now(timezone.utc).timestamp()]
    calls: list[float] = []
    client = STS(**KEYS)

    class Assumed:
        def retrieve(self) -> Credentials:
            calls.append(now[0])
            result = client.assume_role(RoleArn=ROLE, RoleSessionName=f"n{len(calls)}", DurationSeconds=900)
            keys = client.credentials_from(result)
            assert keys is not None
            fields = {**keys.to_dict(), "expiration": datetime.fromtimestamp(now[0] + 900, timezone.utc)}
            return Credentials(**fields, source="assume-role")

    provider = CachedProvider(Assumed(), lambda: now[0], jitter=lambda: 0.0, spawn=lambda refresh: (refresh(), True)[1])
    session = to_boto3_session(provider, region="us-east-1")
    boto, start, keys = session.client("sts"), now[0], []
    while now[0] < start + 12 * 3600:
        frozen = session.get_credentials().get_frozen_credentials()
        keys.append(frozen.access_key)
        assert now[0] < calls[-1] + 900, "an expired session was handed out"
        if len(keys) % 30 == 0:
            assert boto.get_caller_identity()["Arn"].endswith(f"assumed-role/demo/n{len(calls)}")
        now[0] += 20

    gaps = {later - earlier for earlier, later in itertools.pairwise(calls)}
    assert gaps == {600.0}, "a session is renewed when five of its fifteen minutes are left, and never twice"
    assert (len(calls), len(set(keys))) == (72, 72)


def test_the_same_twelve_hours_without_the_bridge_cost_hundreds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the bridge is for: botocore renews a 15-minute session whenever it is used."""
    now = [datetime(2026, 1, 1, tzinfo=timezone.utc)]
    calls: list[datetime] = []

    def refresh() -> Mapping[str, str]:
        calls.append(now[0])
        return {
            "access_key": "A",
            "secret_key": "x",
            "token": "t",
            "expiry_time": (now[0] + timedelta(seconds=900)).isoformat(),
        }

    theirs = botocore.credentials.RefreshableCredentials.create_from_metadata(refresh(), refresh, "test")
    theirs._time_fetcher = lambda: now[0]
    for _ in range(100):
        now[0] += timedelta(seconds=20)
        theirs.get_frozen_credentials()

    assert len(calls) > 50


def test_an_error_of_ours_is_botocores(local_sts: LocalSTS) -> None:
    """So that programs which catch botocore's see it, with the reason."""
    credentials = assume_role_credentials("arn:aws:iam::123456789012:role/none", client_options=local_sts.client_options())
    session = to_boto3_session(credentials)

    with pytest.raises(botocore.exceptions.CredentialRetrievalError, match="AccessDenied"):
        session.client("sts", endpoint_url=local_sts.url).get_caller_identity()


def test_old_code_may_read_the_parts(aws: None) -> None:
    """`access_key`, `secret_key` and `token` exist as on botocore's own. The repr shows no secret."""
    credentials = to_botocore_credentials(Credentials("AKIDEXAMPLE", "the/secret", "the-token", account_id="123456789012"))

    assert (credentials.access_key, credentials.secret_key, credentials.token) == ("AKIDEXAMPLE", "the/secret", "the-token")
    assert credentials.account_id == "123456789012"
    assert credentials.get_deferred_property("access_key")() == "AKIDEXAMPLE"
    assert credentials.get_frozen_credentials() == ("AKIDEXAMPLE", "the/secret", "the-token", "123456789012")
    assert "secret" not in repr(credentials)


def test_other_services_and_resources_sign_with_them(aws: None) -> None:
    """Clients, resources, and presigned URLs."""
    session = to_boto3_session(Credentials("AKIDEXAMPLE", "x", "the-token"), region="eu-west-1")
    session.client("sqs").create_queue(QueueName="q")

    assert [queue.url.rpartition("/")[2] for queue in session.resource("sqs").queues.all()] == ["q"]
    assert "the-token" in session.client("sts").generate_presigned_url("get_caller_identity")


def test_the_default_chain_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without credentials. Without boto3 the session is one of botocore."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")

    assert to_botocore_session(region="eu-west-1").get_credentials().access_key == "AKIDENV"


# ---- the other way ----


def test_a_boto3_session_signs_our_calls(local_sts: LocalSTS) -> None:
    """boto3 refreshes them itself, so they are read at each call."""
    options = local_sts.client_options()
    session = boto3.Session(options["access_key_id"], options["secret_access_key"], region_name="us-east-1")
    client = STS(region="us-east-1", endpoint=local_sts.url, credentials=from_boto3_session(session))

    assert client.get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/demo"


def test_there_and_back_again(local_sts: LocalSTS) -> None:
    """Credentials survive both bridges."""
    options = local_sts.client_options()
    ours = Credentials(options["access_key_id"], options["secret_access_key"], account_id="123456789012")

    assert from_boto3_session(to_boto3_session(ours, region="us-east-1")).retrieve() == ours


def test_a_session_without_credentials_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """An object that is not a session is a TypeError."""
    empty = botocore.session.Session()
    empty.register_component("credential_provider", botocore.credentials.CredentialResolver([]))

    with pytest.raises(CredentialsError, match="boto3 session has no credentials"):
        from_boto3_session(empty).retrieve()
    with pytest.raises(TypeError, match=r"must be a boto3\.Session"):
        from_boto3_session("session")


def test_a_copied_session_shares_the_credentials() -> None:
    """Frameworks copy their configuration. No second session is fetched."""
    credentials = to_botocore_credentials(Credentials("AKIDEXAMPLE", "x"))

    assert copy.copy(credentials).access_key == "AKIDEXAMPLE"
    assert json.dumps(credentials.get_frozen_credentials()._asdict())
