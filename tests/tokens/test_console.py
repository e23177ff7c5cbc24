"""Console links: the right hosts, a form and no URL for the secrets, and SessionDuration only where AWS takes it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sts import STS, Credentials, assume_role_credentials, mfa_session
from sts.errors import ConfigError, CredentialsError, ServiceError, TransportError
from sts.http import HttpResponse
from sts.testing import LocalSTS
from sts.tokens import console_url
from tests.support.fakes import FakeHandler

SESSION = Credentials("ASIAEXAMPLE", "the/secret", "the+token", source="assume-role")


def answering(status: int = 200, body: bytes = b'{"SigninToken": "signin+token"}') -> FakeHandler:
    return FakeHandler(HttpResponse(status, {}, body))


@pytest.mark.parametrize(
    ("region", "signin", "console"),
    [
        ("us-east-1", "signin.aws.amazon.com", "console.aws.amazon.com"),
        ("eu-west-1", "eu-west-1.signin.aws.amazon.com", "eu-west-1.console.aws.amazon.com"),
        ("us-gov-west-1", "signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com"),
        ("us-gov-east-1", "us-gov-east-1.signin.amazonaws-us-gov.com", "us-gov-east-1.console.amazonaws-us-gov.com"),
        ("cn-north-1", "signin.amazonaws.cn", "console.amazonaws.cn"),
        ("cn-northwest-1", "cn-northwest-1.signin.amazonaws.cn", "cn-northwest-1.console.amazonaws.cn"),
        ("eusc-de-east-1", "eusc-de-east-1.signin.amazonaws-eusc.eu", "eusc-de-east-1.console.amazonaws-eusc.eu"),
    ],
)
def test_every_partition_has_its_own_hosts(region: str, signin: str, console: str) -> None:
    """The secrets go in the body of a POST, and the link holds none of them."""
    handler = answering()
    url = console_url(region=region, credentials=SESSION, handler=handler)
    sent, link = handler.requests[0], urlsplit(url)

    assert (sent.method, sent.url) == ("POST", f"https://{signin}/federation")
    form = parse_qs(sent.body.decode())
    assert form["Action"] == ["getSigninToken"]
    assert json.loads(form["Session"][0]) == {
        "sessionId": "ASIAEXAMPLE",
        "sessionKey": "the/secret",
        "sessionToken": "the+token",
    }
    assert "SessionDuration" not in form
    assert (link.scheme, link.netloc, link.path) == ("https", signin, "/federation")
    assert parse_qs(link.query, keep_blank_values=True) == {
        "Action": ["login"],
        "Issuer": [""],
        "Destination": [f"https://{console}/console/home?region={region}"],
        "SigninToken": ["signin+token"],
    }


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        ("s3/buckets", "https://eu-west-1.console.aws.amazon.com/s3/buckets?region=eu-west-1"),
        ("/ec2/home?x=1", "https://eu-west-1.console.aws.amazon.com/ec2/home?x=1&region=eu-west-1"),
        ("https://console.aws.amazon.com/billing", "https://console.aws.amazon.com/billing"),
    ],
)
def test_the_link_leads_where_it_is_told(destination: str, expected: str) -> None:
    """A path in the console, or a whole URL."""
    url = console_url(destination, region="eu-west-1", credentials=SESSION, issuer="https://me.example", handler=answering())
    query = parse_qs(urlsplit(url).query)

    assert (query["Destination"], query["Issuer"]) == ([expected], ["https://me.example"])


@pytest.mark.parametrize("duration", [3600, timedelta(hours=1)])
def test_a_role_session_may_ask_for_a_duration(duration: Any) -> None:
    """Seconds or a timedelta."""
    handler = answering()
    console_url(region="us-east-1", credentials=SESSION, session_duration=duration, handler=handler)

    assert parse_qs(handler.requests[0].body.decode())["SessionDuration"] == ["3600"]


@pytest.mark.parametrize("duration", [899, 43201, True, "13h", "soon"])
def test_a_duration_that_aws_refuses_is_refused_here(duration: Any) -> None:
    """900 to 43200 seconds."""
    with pytest.raises(ConfigError, match="session_duration"):
        console_url(region="us-east-1", credentials=SESSION, session_duration=duration, handler=answering())


def test_federation_tokens_and_chained_roles_never_send_a_duration(local_sts: LocalSTS) -> None:
    """
    The sign-in endpoint rejects a duration for these sessions with status 400. The error says what to do; without a duration
    both work.
    """
    client = STS(**local_sts.client_options())
    federated: Any = client.get_federation_token(
        Name="me",
        Policy={"Version": "2012-10-17", "Statement": []}
        | {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
    )
    local_sts.add_role("second", trusts=["*"])
    first = assume_role_credentials(local_sts.role.arn, client_options=local_sts.client_options())
    second = assume_role_credentials("arn:aws:iam::123456789012:role/second", source=first)
    handler = answering()

    for kind, given in (("federation token", federated), ("session of a chained role", second)):
        with pytest.raises(ConfigError, match=kind):
            console_url(region="us-east-1", credentials=given, session_duration=3600, handler=handler)
    assert handler.requests == []
    for given in (federated, second):
        console_url(region="us-east-1", credentials=given, handler=handler)
    console_url(region="us-east-1", credentials=first, session_duration=3600, handler=handler)
    assert ["SessionDuration" in request.body.decode() for request in handler.requests] == [False, False, True]


def test_a_duration_is_refused_however_the_chain_was_made(
    local_sts: LocalSTS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Profiles whose source is a role, a chain that was kept on disk, and what a client made of a federation token."""
    options = local_sts.client_options()
    local_sts.add_role("second", trusts=["*"])
    second = "arn:aws:iam::123456789012:role/second"
    config = tmp_path / "config"
    config.write_text(
        f"[profile user]\naws_access_key_id = {options['access_key_id']}\n"
        f"aws_secret_access_key = {options['secret_access_key']}\n"
        f"[profile hub]\nrole_arn = {local_sts.role.arn}\nsource_profile = user\n"
        f"[profile spoke]\nrole_arn = {second}\nsource_profile = hub\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", options["endpoint"])
    handler = answering()

    def link(**given: Any) -> str:
        return console_url(region="us-east-1", session_duration=3600, handler=handler, **given)

    with pytest.raises(ConfigError, match="session of a chained role"):
        link(profile="spoke")
    link(profile="hub")
    for _ in range(2):  # the second time from the disk
        hub = assume_role_credentials(local_sts.role.arn, client_options=options)
        kept = assume_role_credentials(second, source=hub, cache=str(tmp_path / "cache"))
        with pytest.raises(ConfigError, match="session of a chained role"):
            link(credentials=kept.retrieve())
    client = STS(**options)
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    federated: Any = client.get_federation_token(Name="me", Policy=everything)
    with pytest.raises(ConfigError, match="federation token"):
        link(credentials=client.credentials_from(federated))
    assert len(handler.requests) == 1


def test_a_session_of_get_session_token_is_refused_with_the_way_out(local_sts: LocalSTS) -> None:
    """AWS's sign-in takes those of roles and federation tokens only."""
    options = local_sts.client_options()
    keys = Credentials(options["access_key_id"], options["secret_access_key"])
    where = {name: options[name] for name in ("region", "endpoint")}
    device = local_sts.add_mfa_device()
    session = mfa_session(lambda _: device.code(), device.serial, source=keys, client_options=where)
    handler = answering()
    with pytest.raises(CredentialsError, match="GetSessionToken"):
        console_url(region="us-east-1", credentials=session, handler=handler)
    assert handler.requests == []


def test_a_clients_own_credentials_serve(local_sts: LocalSTS) -> None:
    """And its region."""
    session = STS(**local_sts.client_options()).assume_role(RoleArn=local_sts.role.arn, RoleSessionName="me")
    url = console_url(client=STS(region="eu-west-1", credentials=session), handler=answering())

    assert urlsplit(url).netloc == "eu-west-1.signin.aws.amazon.com"


def test_a_users_own_keys_are_refused_with_the_way_out() -> None:
    """The console takes temporary credentials only."""
    with pytest.raises(CredentialsError, match="get_federation_token"):
        console_url(region="us-east-1", credentials=Credentials("AKIDEXAMPLE", "x"), handler=answering())


@pytest.mark.parametrize("region", ["us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1"])
def test_partitions_without_a_public_console_are_named(region: str) -> None:
    """A guess would send credentials to a host of somebody else."""
    with pytest.raises(ConfigError, match="no public sign-in endpoint"):
        console_url(region=region, credentials=SESSION, handler=answering())


def test_destinations_must_be_https() -> None:
    """A path is allowed too. The destination is checked before the credentials are sent."""
    handler = answering()
    with pytest.raises(ConfigError, match="destination"):
        console_url("http://console.aws.amazon.com/", region="us-east-1", credentials=SESSION, handler=handler)
    assert handler.requests == []


@pytest.mark.parametrize(
    ("handler", "error"),
    [
        (answering(400, b"Invalid credentials parameter"), ServiceError),
        (answering(200, b"<html>"), ServiceError),
        (answering(200, b"{}"), ServiceError),
        (answering(503, b""), TransportError),
    ],
    ids=["refused", "html", "nothing", "unavailable"],
)
def test_refusals_are_errors_without_secrets(handler: FakeHandler, error: type[Exception]) -> None:
    """With a hint where a duration may be the reason."""
    with pytest.raises(error) as caught:
        console_url(region="us-east-1", credentials=SESSION, session_duration=3600, handler=handler)

    assert "the/secret" not in str(caught.value)
    assert error is TransportError or "session_duration" in str(caught.value)
