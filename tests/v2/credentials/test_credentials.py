"""The credential classes of v2: their names, options and moments of loading, over this library's providers."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from sts import STS
from sts import v2 as AWS  # noqa: N812 - the name that scripts use
from sts.errors import ConfigError, CredentialsError, ServiceError
from sts.testing import FakeClock, LocalSTS
from tests.support.threads import PATIENCE, wait_until


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Give a home that can be written to, and clear the configuration of the namespace."""
    monkeypatch.setenv("HOME", str(tmp_path))
    AWS.config.clear()
    yield
    AWS.config.clear()


@pytest.fixture
def server() -> Iterator[LocalSTS]:
    """Serve STS with a clock that stands still (codes of MFA devices stay valid), and configure the namespace for it."""
    with LocalSTS(clock=FakeClock(datetime.now(timezone.utc))) as running:
        own = running.client_options()
        keys = AWS.Credentials(own["access_key_id"], own["secret_access_key"])
        AWS.config.update({"region": own["region"], "endpoint": own["endpoint"], "credentials": keys})
        yield running


def loaded(credentials: Any) -> Any:
    """Load credentials as a script does, and return them."""
    credentials.get_promise().result(PATIENCE)
    return credentials


def write_profiles(tmp_path: Path, config: str, credentials: str = "") -> None:
    """Write the shared files of the test's home."""
    (tmp_path / ".aws").mkdir(exist_ok=True)
    (tmp_path / ".aws" / "config").write_text(config)
    (tmp_path / ".aws" / "credentials").write_text(credentials)


KEYS = "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = file/secret\n"


def test_temporary_credentials_of_a_role(server: LocalSTS) -> None:
    """The role is assumed at the first use, under v2's session name. The result fills the object."""
    creds = AWS.TemporaryCredentials({"RoleArn": server.role.arn})
    assert creds.needs_refresh()
    assert server.calls == []
    loaded(creds)
    assert creds.access_key_id.startswith("ASIA")
    assert creds.expire_time > datetime.now(timezone.utc)
    assert not creds.expired
    assert server.calls[0].params["RoleSessionName"] == "temporary-credentials"


def test_temporary_credentials_without_a_role(server: LocalSTS) -> None:
    """Without a role it is a session of the master, GetSessionToken."""
    loaded(AWS.TemporaryCredentials({"DurationSeconds": 900}))
    assert server.calls[0].operation == "GetSessionToken"
    assert server.calls[0].params["DurationSeconds"] == 900


def test_the_master_is_that_of_the_configuration_or_the_one_given(server: LocalSTS) -> None:
    """
    `TemporaryCredentials` uses the first master credentials of a chain, `ChainableTemporaryCredentials` those that are given.
    """
    keys = AWS.config.credentials
    first = AWS.TemporaryCredentials({"RoleArn": server.role.arn})
    AWS.config.credentials = first
    assert AWS.TemporaryCredentials({"RoleArn": server.role.arn}).master_credentials is keys
    assert AWS.ChainableTemporaryCredentials({"params": {"RoleArn": server.role.arn}}).master_credentials is first
    assert AWS.TemporaryCredentials({}, keys).masterCredentials is keys


def test_chainable_credentials_chain(server: LocalSTS) -> None:
    """A role is assumed from the role before it, and each refresh of one uses the other."""
    hub = AWS.ChainableTemporaryCredentials({"params": {"RoleArn": server.role.arn, "RoleSessionName": "hub"}})
    role = server.add_role("spoke", trusts=[server.role.arn])
    spoke = AWS.ChainableTemporaryCredentials({"params": {"RoleArn": role.arn}, "masterCredentials": hub})
    loaded(spoke)
    spoke.refresh_promise().result(PATIENCE)
    assert [call.principal for call in server.calls] == [
        server.user.arn,
        "arn:aws:sts::123456789012:assumed-role/demo/hub",
        "arn:aws:sts::123456789012:assumed-role/demo/hub",
    ]


@pytest.mark.parametrize("spelling", ["tokenCodeFn", "token_code_fn"])
def test_every_refresh_asks_for_a_code(server: LocalSTS, spelling: str) -> None:
    """The function is called for each session with the serial number and a callback."""
    device = server.add_mfa_device()
    asked: list[str] = []

    def code(serial: str, callback: Callable[..., object]) -> None:
        asked.append(serial)
        threading.Timer(0.02, lambda: callback(None, device.code(steps=len(asked) - 2))).start()

    role = server.add_role("guarded", mfa=True)
    params = {"RoleArn": role.arn, "SerialNumber": device.serial}
    creds = AWS.ChainableTemporaryCredentials({"params": params, spelling: code})
    loaded(creds)
    creds.refresh()
    assert asked == [device.serial] * 2
    loaded(AWS.ChainableTemporaryCredentials({"params": {"SerialNumber": device.serial}, spelling: code}))
    assert server.calls[-1].operation == "GetSessionToken"


def test_a_code_that_cannot_be_had_is_an_error() -> None:
    """Without a function the constructor raises. An error of the function is passed on. Both have v2's code."""
    code = "ChainableTemporaryCredentialsProviderFailure"
    with pytest.raises(ConfigError, match="tokenCodeFn must be a function") as missing:
        AWS.ChainableTemporaryCredentials({"params": {"RoleArn": "r", "SerialNumber": "s"}})
    assert missing.value.code == code

    def refuse(serial: str, callback: Callable[..., object]) -> None:
        callback(ValueError("lost the phone"))

    params = {"RoleArn": "arn:aws:iam::123456789012:role/r", "SerialNumber": "arn:aws:iam::123456789012:mfa/me"}
    creds = AWS.ChainableTemporaryCredentials(
        {"params": params, "tokenCodeFn": refuse, "masterCredentials": AWS.Credentials("AKIA", "s")}, stsConfig={}
    )
    with pytest.raises(CredentialsError, match="lost the phone") as refused:
        creds.get()
    assert refused.value.code == code


def test_a_callback_gets_the_error_or_none(server: LocalSTS) -> None:
    """`get` and `refresh` call back once, with the service's error or with None."""
    seen: list[Any] = []
    came = threading.Semaphore(0)

    def callback(error: Any) -> None:
        seen.append(error)
        came.release()

    AWS.TemporaryCredentials({"RoleArn": server.role.arn}).get(callback)
    assert came.acquire(timeout=PATIENCE)
    AWS.TemporaryCredentials({"RoleArn": "arn:aws:iam::123456789012:role/none"}).refresh(callback)
    assert came.acquire(timeout=PATIENCE)
    assert seen[0] is None
    assert isinstance(seen[1], ServiceError)
    assert seen[1].code == "AccessDenied"


def test_marked_as_expired_they_are_refreshed_by_the_next_call(server: LocalSTS) -> None:
    """Assigning `expired`, or an `expireTime` in the past, is enough, as in v2."""
    creds = AWS.TemporaryCredentials({"RoleArn": server.role.arn})
    client = STS(region=server.region, endpoint=server.url, credentials=creds)
    client.get_caller_identity()
    first = creds.access_key_id
    creds.expired = True
    client.get_caller_identity()
    second = creds.access_key_id
    creds.expireTime = datetime.now(timezone.utc) + timedelta(seconds=10)
    client.get_caller_identity()
    assert len({first, second, creds.access_key_id}) == 3


def test_clients_share_a_session_and_threads_a_refresh(server: LocalSTS) -> None:
    """Credentials in two kinds of clients and 16 threads cost one AssumeRole."""
    creds = AWS.TemporaryCredentials({"RoleArn": server.role.arn})
    ours, theirs = STS(region=server.region, endpoint=server.url, credentials=creds), AWS.STS({"credentials": creds})
    threads = [threading.Thread(target=ours.get_caller_identity) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    theirs.get_caller_identity().promise().result(PATIENCE)
    assert [call.operation for call in server.calls].count("AssumeRole") == 1


def test_they_are_renewed_in_the_background(server: LocalSTS) -> None:
    """Five minutes before the end of a session of a quarter of an hour the next call starts a refresh and does not wait."""
    creds = AWS.TemporaryCredentials({"RoleArn": server.role.arn, "DurationSeconds": 900})
    first = creds.retrieve()
    creds._refresher._now = lambda: time.time() + 700
    assert creds.cached() is first
    wait_until(lambda: creds.cached() is not first)
    assert creds.access_key_id != first.access_key_id


def test_web_identity_credentials(server: LocalSTS) -> None:
    """A changed token in `params` is used at the next refresh. `data` is the last result."""
    creds = AWS.WebIdentityCredentials({"RoleArn": server.role.arn, "WebIdentityToken": server.issue_token("one")})
    assert creds.data is None
    loaded(creds)
    creds.params["WebIdentityToken"] = server.issue_token("two")
    creds.refresh()
    assert creds.data is not None
    assert creds.data["SubjectFromWebIdentityToken"] == "two"
    assert server.calls[0].params["RoleSessionName"] == "web-identity"
    creds.params["WebIdentityToken"] = "not.a.token"
    with pytest.raises(ServiceError):
        creds.refresh()
    assert creds.access_key_id


def test_a_token_file(server: LocalSTS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names file and role. The file is read at each refresh."""
    file = tmp_path / "token"
    file.write_text(server.issue_token("one"))
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(file))
    monkeypatch.setenv("AWS_ROLE_ARN", server.role.arn)
    creds = loaded(AWS.TokenFileWebIdentityCredentials())
    file.write_text(server.issue_token("two"))
    creds.refresh()
    assert [call.params["RoleSessionName"] for call in server.calls] == ["token-file-web-identity"] * 2
    assert len({call.params["WebIdentityToken"] for call in server.calls}) == 2


def test_v2s_retries_count_for_web_identities(server: LocalSTS) -> None:
    """Options of the class, then `AWS.config.maxRetries`, as for every other call."""
    params = {"RoleArn": server.role.arn, "WebIdentityToken": server.issue_token()}
    AWS.config.maxRetries = 1
    for options, calls in ((None, 2), ({"maxRetries": 0}, 1)):
        server.clear_calls()
        server.inject("unavailable", times=calls)
        with pytest.raises(ServiceError):
            AWS.WebIdentityCredentials(params, options).get()
        assert len(server.calls) == calls


def test_a_token_file_of_a_profile(server: LocalSTS, tmp_path: Path) -> None:
    """The profile may name them as well, and another profile's role may follow."""
    (tmp_path / "token").write_text(server.issue_token("one"))
    spoke = server.add_role("spoke", trusts=[server.role.arn])
    base = f"[profile base]\nrole_arn = {server.role.arn}\nweb_identity_token_file = {tmp_path}/token\n"
    write_profiles(tmp_path, f"[default]\nrole_arn = {spoke.arn}\nsource_profile = base\n{base}")
    loaded(AWS.TokenFileWebIdentityCredentials({"httpOptions": {"timeout": 5000}}))
    assert [call.operation for call in server.calls] == ["AssumeRoleWithWebIdentity", "AssumeRole"]


def test_a_token_file_that_is_not_configured() -> None:
    """The error has v2's code and names the variables."""
    with pytest.raises(CredentialsError, match="web-identity: There is no profile") as error:
        AWS.TokenFileWebIdentityCredentials().get()
    assert error.value.code == "TokenFileWebIdentityCredentialsProviderFailure"


def test_saml_credentials(server: LocalSTS) -> None:
    """A changed assertion in `params` is used at the next refresh."""
    params = {"RoleArn": server.role.arn, "PrincipalArn": server.saml_provider.arn, "SAMLAssertion": server.saml_assertion()}
    creds = loaded(AWS.SAMLCredentials(params))
    creds.params["SAMLAssertion"] = server.saml_assertion()
    creds.refresh()
    assert [call.operation for call in server.calls] == ["AssumeRoleWithSAML"] * 2


def test_environment_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """The constructor reads variables with any prefix. Each refresh reads them again."""
    monkeypatch.setenv("AMAZON_ACCESS_KEY_ID", "AKIAENV")
    monkeypatch.setenv("AMAZON_SECRET_ACCESS_KEY", "env/secret")
    creds = AWS.EnvironmentCredentials("AMAZON")
    assert (creds.access_key_id, creds.secret_access_key, creds.session_token) == ("AKIAENV", "env/secret", None)
    assert not creds.needs_refresh()
    monkeypatch.setenv("AMAZON_ACCESS_KEY_ID", "AKIANEW")
    creds.refresh()
    assert creds.access_key_id == "AKIANEW"
    missing = AWS.EnvironmentCredentials("AWS")
    assert missing.needs_refresh()
    with pytest.raises(CredentialsError, match="Variable AWS_ACCESS_KEY_ID not set"):
        missing.get()


def test_shared_ini_file_credentials(tmp_path: Path) -> None:
    """The constructor reads the keys of a profile, from any file, and calls the callback."""
    write_profiles(tmp_path, "", KEYS)
    told: list[Any] = []
    creds = AWS.SharedIniFileCredentials({"callback": told.append})
    assert (creds.access_key_id, creds.secret_access_key, told) == ("AKIAFILE", "file/secret", [None])
    (tmp_path / "other").write_text("[work]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = s\n")
    assert AWS.SharedIniFileCredentials(profile="work", filename=str(tmp_path / "other")).access_key_id == "AKIAOTHER"
    AWS.SharedIniFileCredentials({"profile": "missing", "callback": told.append})
    assert told[1].code == "SharedIniFileCredentialsProviderFailure"
    assert "missing" in str(told[1])


def test_the_role_of_a_profile(server: LocalSTS, tmp_path: Path) -> None:
    """A profile's role is assumed, with a code if it has a device, unless that is disabled or keys are preferred."""
    device = server.add_mfa_device()
    own = server.client_options()
    write_profiles(
        tmp_path,
        f"[profile role]\nrole_arn = {server.role.arn}\nsource_profile = user\nmfa_serial = {device.serial}\n"
        "aws_access_key_id = AKIAPREFERRED\naws_secret_access_key = s\n",
        f"[user]\naws_access_key_id = {own['access_key_id']}\naws_secret_access_key = {own['secret_access_key']}\n",
    )
    creds = AWS.SharedIniFileCredentials(
        {"profile": "role", "tokenCodeFn": lambda serial, callback: callback(None, device.code())}
    )
    assert server.calls == []
    assert loaded(creds).access_key_id.startswith("ASIA")
    assert AWS.SharedIniFileCredentials({"profile": "role", "preferStaticCredentials": True}).access_key_id == "AKIAPREFERRED"
    with pytest.raises(CredentialsError, match="disable_assume_role") as error:
        AWS.SharedIniFileCredentials({"profile": "role", "disableAssumeRole": True}).get()
    assert error.value.code == "SharedIniFileCredentialsProviderFailure"


def test_process_credentials(tmp_path: Path) -> None:
    """The constructor runs the process and loads its output."""
    document = {"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "s", "SessionToken": "t"}
    (tmp_path / "print.py").write_text(f"print({json.dumps(json.dumps(document))})")
    write_profiles(tmp_path, f"[default]\ncredential_process = {sys.executable} {tmp_path}/print.py\n")
    told: list[Any] = []
    creds = AWS.ProcessCredentials({"callback": told.append})
    assert (creds.access_key_id, told) == ("AKIAPROCESS", [None])


@pytest.mark.parametrize("is_nested", [False, True])
def test_file_system_credentials(tmp_path: Path, is_nested: bool) -> None:
    """A JSON file of v2 is read by the constructor. It may hold the members in `credentials`."""
    file = tmp_path / "credentials.json"
    document = {"accessKeyId": "AKIAJSON", "secretAccessKey": "s", "sessionToken": "t"}
    file.write_text(json.dumps({"credentials": document} if is_nested else document))
    read = AWS.FileSystemCredentials(str(file))
    assert (read.access_key_id, read.secret_access_key, read.session_token) == ("AKIAJSON", "s", "t")


def test_metadata_services_that_are_not_there() -> None:
    """Outside containers and instances both classes fail immediately with a short error."""
    for kind in (AWS.ECSCredentials, AWS.RemoteCredentials, AWS.EC2MetadataCredentials, AWS.SsoCredentials):
        with pytest.raises(CredentialsError):
            kind({"maxRetries": 0, "httpOptions": {"timeout": 50}}).get()


def test_cognito_needs_a_pool_or_an_identity() -> None:
    """The error of the constructor names the missing params."""
    with pytest.raises(ConfigError, match="identity_pool_id or identity_id"):
        AWS.CognitoIdentityCredentials({})
    pool = "us-east-1:00000000-0000-0000-0000-000000000000"
    assert AWS.CognitoIdentityCredentials({"IdentityPoolId": pool}, {"region": "us-east-1"}).identity_id is None


def test_a_chain_takes_the_first_that_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions are called in order. The callback gets the credentials object itself."""
    write_profiles(tmp_path, "", KEYS)
    made: list[str] = []

    def never() -> Any:
        made.append("never")

    chain = AWS.CredentialProviderChain([lambda: AWS.EnvironmentCredentials("NONE"), AWS.SharedIniFileCredentials, never])
    found = chain.resolve_promise().result(PATIENCE)
    assert isinstance(found, AWS.SharedIniFileCredentials)
    assert made == []
    came: list[Any] = []
    done = threading.Event()
    assert chain.resolve(lambda error, credentials: (came.append((error, credentials)), done.set())) is chain
    assert done.wait(PATIENCE)
    assert came[0][0] is None
    assert came[0][1].access_key_id == "AKIAFILE"
    assert chain.retrieve().access_key_id == "AKIAFILE"


def test_the_default_chain_of_v2(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has v2's order. If all fail, the error has the reason of each. A script may add providers."""
    with pytest.raises(CredentialsError, match="No provider of the chain") as error:
        AWS.CredentialProviderChain().resolvePromise().result(PATIENCE)
    assert [verdict.name for verdict in error.value.verdicts] == [
        "EnvironmentCredentials",
        "EnvironmentCredentials",
        "SsoCredentials",
        "SharedIniFileCredentials",
        "RemoteCredentials",
        "ProcessCredentials",
        "TokenFileWebIdentityCredentials",
        "EC2MetadataCredentials",
    ]
    chain = AWS.CredentialProviderChain()
    chain.providers.append(AWS.Credentials("AKIALAST", "s"))
    assert chain.resolvePromise().result(PATIENCE).access_key_id == "AKIALAST"
    monkeypatch.setenv("AMAZON_ACCESS_KEY_ID", "AKIAENV")
    monkeypatch.setenv("AMAZON_SECRET_ACCESS_KEY", "s")
    assert AWS.CredentialProviderChain().resolvePromise().result(PATIENCE).access_key_id == "AKIAENV"


def test_nothing_shows_a_secret(server: LocalSTS, tmp_path: Path) -> None:
    """The repr of every class leaves out secret and token."""
    write_profiles(tmp_path, "", KEYS)
    role = loaded(AWS.TemporaryCredentials({"RoleArn": server.role.arn}))
    web = loaded(AWS.WebIdentityCredentials({"RoleArn": server.role.arn, "WebIdentityToken": server.issue_token()}))
    for creds in (role, web, AWS.SharedIniFileCredentials()):
        for hidden in (creds.secret_access_key, creds.session_token, "WebIdentityToken"):
            assert hidden is None or hidden not in f"{creds!r} {creds}"
