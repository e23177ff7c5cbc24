"""Refreshing credentials of roles: one call for everything, against a local STS."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.credentials import AssumeRoleCredentialFetcher
from botocore.credentials import Credentials as BotocoreCredentials
from botocore.utils import JSONFileCache
from hypothesis import given, settings
from hypothesis import strategies as st

from sts import (
    STS,
    AsyncSTS,
    assume_role_credentials,
    mfa_session,
    profile_credentials,
    wait_until_usable,
    web_identity_credentials,
)
from sts.credentials.exchange.role_sessions import STEPS, LongestSession
from sts.credentials.providers.session_names import session_name
from sts.errors import ConfigError, CredentialsError, ParamValidationError, ServiceError
from sts.handlers.direct import DirectHandler
from sts.identity import Credentials
from sts.testing import FakeClock, LocalSTS
from tests.support.threads import PATIENCE, reached

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.fixture
def server() -> Iterator[LocalSTS]:
    """Serve STS for one test. Its clock stands still: codes of MFA devices stay valid however busy the machine is."""
    with LocalSTS(clock=FakeClock(datetime.now(timezone.utc))) as running:
        yield running


def sent(server: LocalSTS) -> list[str]:
    """Return the operations of the received calls."""
    return [str(call.operation) for call in server.calls]


def address(server: LocalSTS) -> dict[str, str]:
    """Return how to reach the server, without credentials."""
    return {"region": server.region, "endpoint": server.url}


def seconds_left(credentials: Credentials) -> float:
    """Return how long credentials will live."""
    assert credentials.expiration is not None
    return (credentials.expiration - datetime.now(timezone.utc)).total_seconds()


def test_one_object_serves_every_style_with_one_request(server: LocalSTS) -> None:
    """Blocking, callback and asyncio clients share the session. Nothing is sent before the first use."""
    creds = assume_role_credentials(server.role.arn, session_name="shared", client_options=server.client_options())
    assert sent(server) == []
    came = threading.Event()

    assert STS(credentials=creds, **address(server)).get_caller_identity()["Arn"].endswith("/shared")
    STS(credentials=creds, **address(server)).get_caller_identity(lambda error, data: came.set() if data else None)

    async def main() -> None:
        async with AsyncSTS(credentials=creds, **address(server)) as client:
            await client.get_caller_identity()

    asyncio.run(main())
    assert came.wait(PATIENCE)
    assert Counter(sent(server)) == {"AssumeRole": 1, "GetCallerIdentity": 3}


def test_all_params_are_sent(server: LocalSTS) -> None:
    """Mappings, lists and durations are converted into the form of the service."""
    creds = assume_role_credentials(
        server.add_role("strict", external_id="x-1").arn,
        session_name="ci",
        policy=POLICY,
        policy_arns=["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        tags={"team": "a"},
        transitive_tag_keys=["team"],
        duration=timedelta(minutes=15),
        external_id="x-1",
        source_identity="alice",
        client_options=server.client_options(),
    )
    assert 890 < seconds_left(creds.retrieve()) <= 900
    params = server.calls[0].params
    assert json.loads(params["Policy"]) == POLICY
    assert params["PolicyArns"] == [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]
    assert params["Tags"] == [{"Key": "team", "Value": "a"}]
    assert (params["TransitiveTagKeys"], params["SourceIdentity"]) == (["team"], "alice")
    assert (params["ExternalId"], params["RoleSessionName"]) == ("x-1", "ci")


def test_64_threads_share_one_request(server: LocalSTS) -> None:
    """A cold start from many threads costs one AssumeRole."""
    creds = assume_role_credentials(server.role.arn, client_options=server.client_options())
    found: list[str] = []
    begin = threading.Barrier(64)

    def ask() -> None:
        begin.wait(PATIENCE)
        found.append((creds.cached() or creds.retrieve()).access_key_id)

    threads = [threading.Thread(target=ask) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 64
    assert len(set(found)) == 1
    assert sent(server) == ["AssumeRole"]


@pytest.mark.parametrize("composed", [False, True])
def test_chains(server: LocalSTS, composed: bool) -> None:
    """Roles are assumed one with the other, by `chain=` or by composition. Many spokes share one hub."""
    hub = server.add_role("hub")
    spokes = [server.add_role(f"spoke{n}", trusts=[hub.arn]) for n in range(3)]
    options = server.client_options()
    if composed:
        source = assume_role_credentials(hub.arn, session_name="hub", client_options=options)
        every = [assume_role_credentials(spoke.arn, source=source, session_name="spoke") for spoke in spokes]
    else:
        link = {"role_arn": hub.arn, "session_name": "hub"}
        every = [
            assume_role_credentials(spokes[0].arn, chain=[link], session_name="spoke", client_options=options),
            assume_role_credentials(spokes[1].arn, chain=[hub.arn], client_options=options),
        ]
    for creds in every:
        assert creds.retrieve().source == "chained-role"
    principals = [call.principal for call in server.calls]
    assert principals[0] == server.user.arn
    assert principals[1] == f"arn:aws:sts::{hub.account}:assumed-role/hub/hub"
    assert len(principals) == 4
    assert server.calls[1].params["RoleArn"] == spokes[0].arn


def test_options_are_inherited_along_a_chain(server: LocalSTS) -> None:
    """The client options of one role apply to the next, unless they are overridden."""
    hub = assume_role_credentials(server.role.arn, client_options=server.client_options())
    spoke = assume_role_credentials(server.role.arn, source=hub, region="eu-west-1")
    assert spoke.client_options["endpoint"] == server.url
    assert (hub.client_options["region"], spoke.client_options["region"]) == (server.region, "eu-west-1")


@pytest.mark.parametrize(("allowed", "found"), [(3600, 3600), (7200, 7200), (18000, 14400), (43200, 43200)])
def test_the_longest_session_is_found_once(server: LocalSTS, allowed: int, found: int) -> None:
    """`duration="max"` requests shorter sessions until the role allows one, and remembers the duration."""
    role = server.add_role("long", max_session_duration=allowed)
    creds = assume_role_credentials(role.arn, duration="max", client_options=server.client_options())
    assert found - 5 < seconds_left(creds.retrieve()) <= found
    assert len(server.calls) == STEPS.index(found) + 1
    server.clear_calls()
    creds.refresh()
    assert len(server.calls) == 1


def test_the_longest_chained_session_is_an_hour(server: LocalSTS) -> None:
    """For a chained role an hour is requested right after the first error."""
    hub = assume_role_credentials(server.role.arn, client_options=server.client_options())
    role = server.add_role("long", max_session_duration=43200)
    assert 3590 < seconds_left(assume_role_credentials(role.arn, source=hub, duration="max").retrieve()) <= 3600
    assert len(server.calls) == 3


def test_our_own_check_of_chains_steps_down_without_the_network() -> None:
    """On AWS hosts the client rejects more than an hour for a chained role before sending. "max" then uses an hour."""
    asked: list[int] = []

    def call(operation: str, params: Any, credentials: Any) -> Any:
        asked.append(params["DurationSeconds"])
        if params["DurationSeconds"] > 3600:
            raise ParamValidationError("DurationSeconds is 43200, but the credentials are themselves a role session.")
        return {}

    LongestSession(call)("assume_role", {}, None)
    assert asked == [43200, 3600]


def test_max_gives_up_on_other_errors(server: LocalSTS) -> None:
    """Only a refused duration is a reason to ask again."""
    creds = assume_role_credentials(
        "arn:aws:iam::123456789012:role/none", duration="max", client_options=server.client_options()
    )
    with pytest.raises(ServiceError, match="AccessDenied"):
        creds.retrieve()
    assert len(server.calls) == 1


def test_a_wrong_duration_is_refused() -> None:
    """Text other than "max" means nothing."""
    with pytest.raises(ConfigError, match="duration is 'long'; it must be seconds, or numbers"):
        assume_role_credentials("arn:aws:iam::123456789012:role/r", duration="long")


class Device:
    """MFA device that shows each code once and counts requests for codes."""

    def __init__(self, server: LocalSTS) -> None:
        self.device = server.add_mfa_device()
        self.serial = self.device.serial
        self.asked: list[str] = []

    def __call__(self, serial: str) -> str:
        """Return a code that was not used yet."""
        self.asked.append(serial)
        return f" {self.device.code(steps=len(self.asked) - 2)} "


def test_one_code_for_64_threads_and_another_for_each_refresh(server: LocalSTS) -> None:
    """The MFA function is called once however many wait, and again for the next session."""
    role = server.add_role("guarded", mfa=True)
    device = Device(server)
    creds = assume_role_credentials(role.arn, mfa=device, mfa_serial=device.serial, client_options=server.client_options())
    threads = [threading.Thread(target=creds.retrieve) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert device.asked == [device.serial]
    creds.refresh()
    assert len(device.asked) == 2
    assert [call.status for call in server.calls] == [200, 200]


def test_one_mfa_session_serves_many_roles(server: LocalSTS) -> None:
    """One code, one GetSessionToken, any number of roles that require MFA, for as long as they allow."""
    device = Device(server)
    session = mfa_session(device, device.serial, duration=timedelta(hours=36), client_options=server.client_options())
    for number in range(3):
        role = server.add_role(f"guarded{number}", mfa=True, max_session_duration=43200)
        creds = assume_role_credentials(role.arn, source=session, duration="max")
        assert seconds_left(creds.retrieve()) > 43000
    assert len(device.asked) == 1
    assert Counter(sent(server)) == {"GetSessionToken": 1, "AssumeRole": 3}
    assert 36 * 3600 - 5 < seconds_left(session.retrieve()) <= 36 * 3600


@pytest.mark.parametrize("more", [{"duration": "max"}, {"chain": ["arn:aws:iam::123456789012:role/demo"]}])
def test_a_code_is_never_spent_on_a_guess(server: LocalSTS, more: dict[str, Any]) -> None:
    """With "max" and with chains the code proves a session of the user first, so that one is enough."""
    device = Device(server)
    role = server.add_role("long", max_session_duration=7200)
    assume_role_credentials(
        role.arn, mfa=device, mfa_serial=device.serial, client_options=server.client_options(), **more
    ).retrieve()
    assert len(device.asked) == 1
    assert sent(server)[0] == "GetSessionToken"


def test_a_wrong_code_is_not_sent_again(server: LocalSTS) -> None:
    """The error of the service is raised unchanged. The next use requests another code."""
    role = server.add_role("guarded", mfa=True)
    device = server.add_mfa_device()
    codes = iter(["000000", device.code()])
    creds = assume_role_credentials(
        role.arn, mfa=lambda _: next(codes), mfa_serial=device.serial, client_options=server.client_options()
    )
    with pytest.raises(ServiceError, match="invalid MFA one time pass code"):
        creds.retrieve()
    assert len(server.calls) == 1
    assert creds.retrieve()


async def code_soon(serial: str) -> str:
    """Return a code from a coroutine."""
    return serial


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"mfa": lambda _: "1"}, ConfigError, "mfa= needs mfa_serial="),
        ({"mfa_serial": "arn:aws:iam::1:mfa/me"}, CredentialsError, "arn:aws:iam::1:mfa/me is needed.*Pass mfa="),
        ({"mfa": "123456", "mfa_serial": "x"}, ConfigError, "mfa is of type str; it must be a function"),
        ({"mfa": code_soon, "mfa_serial": "x"}, TypeError, "must not be an async function"),
        ({"durration": 5}, TypeError, "no argument 'durration'. Did you mean 'duration'"),
    ],
)
def test_arguments_are_checked_when_they_are_given(given: dict[str, Any], error: type[Exception], text: str) -> None:
    """An invalid argument is an error immediately, not hours later."""
    with pytest.raises(error, match=text):
        assume_role_credentials("arn:aws:iam::123456789012:role/r", **given)


def test_an_outage_is_not_noticed_while_the_session_is_good(server: LocalSTS) -> None:
    """A refresh that fails leaves the session in use, and is logged."""
    creds = assume_role_credentials(server.role.arn, client_options={**server.client_options(), "max_attempts": 1})
    first = creds.retrieve()
    server.inject("unavailable", operation="AssumeRole", times=None)
    with pytest.raises(ServiceError):
        creds.refresh()
    assert creds.cached() is first


def test_a_refused_session_is_replaced_within_the_call(server: LocalSTS) -> None:
    """If the service reports an expired token, the call fetches another session and succeeds."""
    creds = assume_role_credentials(server.role.arn, client_options=server.client_options())
    client = STS(credentials=creds, **address(server))
    client.get_caller_identity()
    server.inject("expired_token", operation="GetCallerIdentity")
    assert client.get_caller_identity()["ResponseMetadata"]["Attempts"] == 2
    assert sent(server).count("AssumeRole") == 2


def test_the_event_loop_runs_on_during_a_refresh(server: LocalSTS) -> None:
    """AssumeRole, which ends only after the loop has run on for a while, delays the call that needs it and nothing else."""
    entered, ticked = threading.Event(), threading.Event()

    class Held:
        """A handler that sends a request only when the loop has run on."""

        def send(self, request: Any, *, control: Any) -> Any:
            entered.set()
            assert ticked.wait(PATIENCE)
            return direct.send(request, control=control)

        def close(self) -> None:
            direct.close()

    async def tick() -> None:
        await reached(entered.is_set)
        for _ in range(10):
            await asyncio.sleep(0)
        ticked.set()

    async def main() -> None:
        ticking = asyncio.create_task(tick())
        async with AsyncSTS(credentials=creds, **address(server)) as client:
            await asyncio.gather(*(client.get_caller_identity() for _ in range(5)))
        await ticking

    direct = DirectHandler()
    creds = assume_role_credentials(server.role.arn, client_options={**server.client_options(), "request_handler": Held()})
    asyncio.run(main())
    direct.close()
    assert sent(server).count("AssumeRole") == 1


def test_the_disk_cache_is_shared_by_equals_only(server: LocalSTS, tmp_path: Path) -> None:
    """The same role of the same user is found on disk. Another user, policy or duration is a different entry."""
    role, options = server.role.arn, {"client_options": server.client_options(), "cache": tmp_path / "c"}
    first = assume_role_credentials(role, **options).retrieve()
    assert assume_role_credentials(role, **options).retrieve() == first
    assert len(server.calls) == 1
    other = server.client_options(server.add_user("other"))
    assert assume_role_credentials(role, client_options=other, cache=tmp_path / "c").retrieve() != first
    assert assume_role_credentials(role, policy=POLICY, **options).retrieve() != first
    assert assume_role_credentials(role, duration=900, **options).retrieve() != first
    assert assume_role_credentials(role, duration="max", **options).retrieve() != first


def test_a_cached_role_asks_for_no_code(server: LocalSTS, tmp_path: Path) -> None:
    """While the entry of the role is valid, neither the MFA session nor its source is used."""
    device = Device(server)
    role = server.add_role("guarded", mfa=True)
    options = {"client_options": server.client_options(), "cache": tmp_path}
    found = []
    for _ in range(3):
        session = mfa_session(device, device.serial, **options)
        found.append(assume_role_credentials(role.arn, source=session, cache=tmp_path).retrieve())
    assert len(device.asked) == 1
    assert found[0] == found[1] == found[2]
    assert Counter(sent(server)) == {"GetSessionToken": 1, "AssumeRole": 1}


def test_the_aws_cli_cache_is_botocores(server: LocalSTS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With cache="aws-cli" botocore finds our session where the AWS CLI keeps its own, and we find one of botocore's."""
    monkeypatch.setenv("HOME", str(tmp_path))
    directory = str(tmp_path / ".aws" / "cli" / "cache")

    def botocores(**extra: Any) -> Any:
        fetcher = AssumeRoleCredentialFetcher(
            lambda *_, **__: pytest.fail("botocore did not find the entry"),
            BotocoreCredentials("AKIA", "s"),
            server.role.arn,
            extra_args=extra,
            cache=JSONFileCache(directory),
        )
        return fetcher.fetch_credentials()

    given: dict[str, Any] = {"client_options": server.client_options(), "cache": "aws-cli"}
    ours = assume_role_credentials(server.role.arn, duration=3600, **given).retrieve()
    assert botocores(DurationSeconds=3600)["access_key"] == ours.access_key_id
    ours = assume_role_credentials(server.role.arn, session_name="me", policy=POLICY, **given).retrieve()
    assert botocores(RoleSessionName="me", Policy=json.dumps(POLICY))["token"] == ours.session_token
    device = Device(server)
    code = {"mfa": device, "mfa_serial": device.serial}
    ours = assume_role_credentials(server.role.arn, **code, **given).retrieve()
    assert botocores(SerialNumber=device.serial)["secret_key"] == ours.secret_access_key


PROFILES = """
[profile dev]
role_arn = {role}
source_profile = user
mfa_serial = {serial}
duration_seconds = 3600
role_session_name = {name}
external_id = x-1
[profile user]
aws_access_key_id = {access_key_id}
aws_secret_access_key = {secret_access_key}
"""


@pytest.mark.parametrize("ours_first", [True, False])
@pytest.mark.parametrize("name", ["", "me"])
def test_a_profile_shares_the_aws_clis_session(
    server: LocalSTS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ours_first: bool, name: str
) -> None:
    """botocore, configured as the AWS CLI does, and this library share one session and one MFA code, whichever is first."""
    device = Device(server)
    (tmp_path / "config").write_text(
        PROFILES.format(role=server.role.arn, serial=device.serial, name=name, **server.client_options())
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.url)
    monkeypatch.setenv("AWS_REGION", server.region)
    monkeypatch.setenv("AWS_DEFAULT_REGION", server.region)

    def theirs() -> tuple[str, str, str]:
        session = botocore.session.Session(profile="dev")
        provider = session.get_component("credential_provider").get_provider("assume-role")
        provider.cache = JSONFileCache(str(tmp_path / ".aws" / "cli" / "cache"))
        provider._prompter = lambda _: device(device.serial).strip()
        found = session.get_credentials().get_frozen_credentials()
        return found.access_key, found.secret_key, found.token

    def ours() -> tuple[str, str, str | None]:
        found = profile_credentials("dev", mfa=device, cache="aws-cli").retrieve()
        return found.access_key_id, found.secret_access_key, found.session_token

    first, second = (ours(), theirs()) if ours_first else (theirs(), ours())
    assert first == second
    assert len(device.asked) == 1
    assert sent(server) == ["AssumeRole"]


def test_a_profiles_session_is_kept_until_the_profile_changes(
    server: LocalSTS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With our own key anything in the profile, or in the one it comes from, that changes makes another session."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    device = Device(server)
    text = PROFILES.format(role=server.role.arn, serial=device.serial, name="", **server.client_options())
    (tmp_path / "config").write_text(text)
    options: dict[str, Any] = {"mfa": device, "client_options": address(server), "cache": tmp_path / "cache"}
    first = profile_credentials("dev", **options).retrieve()
    assert profile_credentials("dev", **options).retrieve() == first
    (tmp_path / "config").write_text(text.replace("3600", "1800"))
    assert profile_credentials("dev", **options).retrieve() != first
    assert len(server.calls) == 2
    keys = profile_credentials("user", **options).retrieve()
    assert (keys.access_key_id, keys.expiration) == (server.user.access_key_id, None)


def test_a_refused_entry_is_removed_from_the_disk(server: LocalSTS, tmp_path: Path) -> None:
    """A session that was revoked does not come back from the cache."""
    creds = assume_role_credentials(server.role.arn, client_options=server.client_options(), cache=tmp_path)
    client = STS(credentials=creds, **address(server))
    server.inject("expired_token", operation="GetCallerIdentity")
    client.get_caller_identity()
    assert sent(server).count("AssumeRole") == 2


def test_web_identities_refresh_too(server: LocalSTS, tmp_path: Path) -> None:
    """The token file is read at each exchange. Sessions are cached like any other."""
    token = tmp_path / "token"
    token.write_text(server.issue_token("first"))
    options: dict[str, Any] = {"client_options": address(server), "cache": tmp_path / "c"}
    creds = web_identity_credentials(server.role.arn, token=token, session_name="web", **options)
    first = creds.retrieve()
    assert first.source == "web-identity"
    assert web_identity_credentials(server.role.arn, token=token, session_name="web", **options).retrieve() == first
    assert (
        web_identity_credentials(server.role.arn, token=token, session_name="web", **options).retrieve().source == first.source
    )
    assert len(server.calls) == 1
    token.write_text(server.issue_token("second"))
    web_identity_credentials(server.role.arn, token=token.read_text, client_options=address(server)).retrieve()
    assert len({call.params["WebIdentityToken"] for call in server.calls}) == 2


@pytest.mark.slow
@given(
    st.dictionaries(
        st.sampled_from(
            ["USER", "LOGNAME", "AWS_LAMBDA_FUNCTION_NAME", "GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_ACTIONS"]
        ),
        st.text(max_size=80),
    )
)
@settings(max_examples=40, deadline=None)
def test_made_up_session_names_are_valid(environ: dict[str, str]) -> None:
    """Whatever the machine is called, the service accepts the name."""
    assert re.fullmatch(r"[\w+=,.@-]{2,64}", session_name(environ), re.ASCII)


def test_session_names_say_where_they_come_from() -> None:
    """Lambda functions and GitHub runs by their name, people by user and host."""
    assert session_name({"AWS_LAMBDA_FUNCTION_NAME": "resize", "USER": "x"}) == "lambda-resize"
    assert session_name("nightly report / J\u00fcrgen") == "nightly-report-J-rgen"
    assert session_name("x" * 100) == "x" * 64
    assert session_name("") == "sts-"
    github = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "me/my repo", "GITHUB_RUN_ID": "17"}
    assert session_name(github) == "github-me-my-repo-17"
    assert session_name({"USER": "alice"}).startswith("alice@")


class Refusals:
    """Refuse some calls, then answer."""

    def __init__(self, *codes: str) -> None:
        self.codes = list(codes)
        self.seconds = 0.0

    def __call__(self, operation: str, params: Any, credentials: Any) -> dict[str, str]:
        """Make a call."""
        assert operation == "get_caller_identity"
        if self.codes:
            raise ServiceError("not yet", code=self.codes.pop(0))
        return {"Account": "123456789012"}

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds

    def wait(self, **more: Any) -> Any:
        """Wait until usable with this clock."""
        return wait_until_usable(Credentials("AKIA", "s"), call=self, clock=lambda: self.seconds, sleep=self.sleep, **more)


def test_new_credentials_are_waited_for() -> None:
    """Refusals that a new key gets for some seconds are waited out, with growing pauses."""
    service = Refusals("InvalidClientTokenId", "InvalidClientTokenId", "AccessDenied")
    assert service.wait() == {"Account": "123456789012"}
    assert service.seconds == pytest.approx(0.5 + 0.75 + 1.125)


def test_other_refusals_are_not_waited_out() -> None:
    """An expired token never becomes good."""
    with pytest.raises(ServiceError, match="ExpiredToken"):
        Refusals("ExpiredToken").wait()


def test_waiting_ends() -> None:
    """The error after the timeout contains the last error of the service."""
    service = Refusals(*["InvalidClientTokenId"] * 100)
    with pytest.raises(CredentialsError, match="still rejected after 10 s: InvalidClientTokenId"):
        service.wait(timeout=10)
    assert service.seconds <= 10


def test_a_role_that_does_not_exist_yet_is_waited_for(server: LocalSTS) -> None:
    """Refreshing credentials may be waited for before their role has spread, which here happens in the first pause."""
    arn = "arn:aws:iam::123456789012:role/new"
    creds = assume_role_credentials(arn, client_options=server.client_options())
    found = wait_until_usable(creds, sleep=lambda seconds: server.add_role("new"))
    assert found["Arn"].startswith("arn:aws:sts::123456789012:assumed-role/new/")


PROCESS = textwrap.dedent("""
    import json, os, sys, time
    from sts import assume_role_credentials
    role, serial, code, folder, options = sys.argv[1:6]

    def mfa(serial):
        with open(os.path.join(folder, "prompts"), "a") as prompts:
            prompts.write("asked\\n")
        time.sleep(0.3)
        return code

    creds = assume_role_credentials(role, mfa=mfa, mfa_serial=serial, cache=os.path.join(folder, "cache"),
        client_options=json.loads(options))
    while not os.path.exists(os.path.join(folder, "go")):
        time.sleep(0.01)
    print(creds.retrieve().access_key_id)
""")


@pytest.mark.slow
def test_many_processes_ask_for_one_code(server: LocalSTS, tmp_path: Path) -> None:
    """
    Processes that start at once with an empty cache request one code, assume the role once, and damage no file.

    `STS_TEST_PROCESSES` says how many; 50 were run.
    """
    count = int(os.environ.get("STS_TEST_PROCESSES", "12"))
    device = server.add_mfa_device()
    role = server.add_role("guarded", mfa=True)
    arguments = [role.arn, device.serial, device.code(), str(tmp_path), json.dumps(server.client_options())]
    command = [sys.executable, "-c", PROCESS, *arguments]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(count)]
    time.sleep(0.02 * count)
    (tmp_path / "go").touch()
    outputs = [process.communicate(timeout=120) for process in processes]

    assert [error for _, error in outputs if error] == []
    assert len({output for output, _ in outputs}) == 1
    assert (tmp_path / "prompts").read_text().count("asked") == 1
    assert sent(server) == ["AssumeRole"]
    names = os.listdir(tmp_path / "cache")
    assert sorted(name.rpartition(".")[2] for name in names) == ["json", "lock"]
    json.loads((tmp_path / "cache" / next(name for name in names if name.endswith("json"))).read_text())
