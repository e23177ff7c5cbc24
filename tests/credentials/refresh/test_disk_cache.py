"""The disk cache: the AWS CLI's files and keys, one refresh among many processes, and nothing that others can read."""

from __future__ import annotations

import hashlib
import json
import logging
import multiprocessing
import os
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import AssumeRoleCredentialFetcher
from botocore.credentials import Credentials as BotocoreCredentials
from botocore.utils import JSONFileCache
from hypothesis import given, settings
from hypothesis import strategies as st

from sts import assume_role_credentials, profile_credentials, web_identity_credentials
from sts.credentials.providers.login import LoginProvider
from sts.credentials.providers.sso import token_directory
from sts.credentials.refresh.disk_cache import DiskCache, DiskCachedProvider, Entry, disk_cache
from sts.credentials.refresh.file_lock import locked, write_private
from sts.credentials.refresh.keys import aws_cli_key, aws_cli_profile_key, aws_cli_sso_key, own_key, token_owner
from sts.errors import ConfigError, NotConfiguredError, ServiceError, TransportError
from sts.identity import Credentials
from sts.testing import LocalSTS
from tests.support.clocks import HandTime
from tests.support.refresher_calls import CountingProvider, FakeClock
from tests.support.threads import PATIENCE

ROLE = "arn:aws:iam::123456789012:role/dev"
MFA = "arn:aws:iam::210987654321:mfa/me"
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")


def session(clock: FakeClock, lifetime: float = 3600, key: str = "ASIAEXAMPLE", token: str = "cache/token") -> Credentials:
    """Return temporary credentials."""
    return Credentials(key, "cache/secret", token, clock.datetime + timedelta(seconds=lifetime), "123456789012")


def make(directory: Path, lifetime: float = 3600) -> tuple[FakeClock, CountingProvider, DiskCache, DiskCachedProvider]:
    """Return a clock, a provider, a cache in *directory*, and the cached provider made of them."""
    clock = FakeClock()
    provider = CountingProvider(clock, lifetime)
    cache = DiskCache(directory / "cache", now=clock)
    return clock, provider, cache, DiskCachedProvider(provider, cache, lambda: "key")


class BotocoreClient:
    """Stand in for botocore's STS client, and count the roles it assumes."""

    def __init__(self, expiration: datetime | None = None) -> None:
        self.calls = 0
        self.expiration = expiration

    def assume_role(self, **params: Any) -> dict[str, Any]:
        """Return the response that botocore would get."""
        self.calls += 1
        assert self.expiration, "botocore should have found the entry"
        credentials = {"AccessKeyId": "ASIABOTO", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": self.expiration}
        user = {"AssumedRoleId": "AROA:n", "Arn": "arn:aws:sts::123456789012:assumed-role/dev/n"}
        return {"Credentials": credentials, "AssumedRoleUser": user, "ResponseMetadata": {"RequestId": "r"}}


def fetcher(client: BotocoreClient, directory: str, params: dict[str, Any]) -> AssumeRoleCredentialFetcher:
    """Return botocore's way to assume a role with the AWS CLI's cache."""
    return AssumeRoleCredentialFetcher(
        lambda *_, **__: client,
        BotocoreCredentials("AKIA", "secret"),
        params["RoleArn"],
        extra_args={name: value for name, value in params.items() if name != "RoleArn"},
        mfa_prompter=lambda _: "123456",
        cache=JSONFileCache(directory),
    )


def test_the_known_key() -> None:
    """The published example of a key, with a role and an MFA device."""
    assert aws_cli_key({"RoleArn": ROLE, "SerialNumber": MFA}) == "f1f2873acb70759d37bc3433baa23adc904e58f4"
    params = {"RoleArn": ROLE, "SerialNumber": MFA, "TokenCode": "123456", "RoleSessionName": None}
    assert aws_cli_key(params) == "f1f2873acb70759d37bc3433baa23adc904e58f4"


def test_the_known_key_of_an_sso_role() -> None:
    """The published example, and what a profile with an sso-session or an access portal comes to."""
    known = "194a11bab0303c9bf199be490e9c03dd44a13f42"
    assert aws_cli_sso_key("123456789012", "R", session_name="my-sso", start_url=None) == known
    section = {"sso_account_id": "123456789012", "sso_role_name": "R", "sso_session": "my-sso"}
    assert aws_cli_profile_key({**section}, str) == known
    assert aws_cli_profile_key({**section, "sso_session": "", "sso_start_url": "https://x"}, str) != known
    assert aws_cli_profile_key({"aws_access_key_id": "AKIA"}, str) is None


PARAMS = st.fixed_dictionaries(
    {"RoleArn": st.just(ROLE)},
    optional={
        "RoleSessionName": st.text("abc=,.@-", min_size=2),
        "ExternalId": st.text(min_size=2, max_size=8),
        "SerialNumber": st.just(MFA),
        "DurationSeconds": st.integers(900, 43200),
        "Policy": st.dictionaries(st.text(max_size=3), st.integers(), max_size=3).map(json.dumps),
    },
)


@given(PARAMS)
@settings(max_examples=60, deadline=None)
def test_keys_are_botocores(params: dict[str, Any]) -> None:
    """For all params botocore computes the same key."""
    theirs = fetcher(BotocoreClient(), "/nowhere", params)._cache_key
    assert aws_cli_key(params) == theirs


def test_botocore_reads_our_entry(tmp_path: Path) -> None:
    """botocore, as the AWS CLI sets it up, finds what we wrote and assumes no role."""
    params = {"RoleArn": ROLE, "SerialNumber": MFA}
    expiration = datetime.now(timezone.utc) + timedelta(hours=1)
    cache = DiskCache(tmp_path, aws_cli_keys=True)
    cache.write(aws_cli_key(params), Credentials("ASIAOURS", "our/secret", "our/token", expiration, "123456789012"))
    client = BotocoreClient()

    found = fetcher(client, str(tmp_path), params).fetch_credentials()

    assert client.calls == 0
    assert (found["access_key"], found["secret_key"], found["token"]) == ("ASIAOURS", "our/secret", "our/token")
    assert found["account_id"] == "123456789012"


@pytest.mark.parametrize("zone", [timezone.utc, timezone(timedelta(0), "UTC")])
def test_we_read_botocores_entry(tmp_path: Path, zone: timezone) -> None:
    """An entry of botocore is found under the same key, and the provider is not called."""
    params = {"RoleArn": ROLE, "ExternalId": "x1"}
    expiration = (datetime.now(zone) + timedelta(hours=1)).replace(microsecond=0)
    fetcher(BotocoreClient(expiration), str(tmp_path), params).fetch_credentials()
    clock = FakeClock(datetime.now(timezone.utc))
    provider = CountingProvider(clock, 3600)
    cache = DiskCache(tmp_path, aws_cli_keys=True)

    found = DiskCachedProvider(provider, cache, lambda: aws_cli_key(params)).retrieve()

    assert found == Credentials("ASIABOTO", "s", "t", expiration, "123456789012")
    assert found.source == "assume-role"
    assert provider.calls == 0


@pytest.mark.parametrize("ending", ["Z", "+00:00", "UTC", ".123Z"])
def test_every_spelling_of_utc_is_read(tmp_path: Path, ending: str) -> None:
    """Tools have written the expiration in several ways."""
    members = {"AccessKeyId": "ASIA", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": f"2030-01-01T00:00:00{ending}"}
    (tmp_path / "key.json").write_text(json.dumps({"Credentials": members, "ProviderType": "x", "ResponseMetadata": {}}))
    entry = DiskCache(tmp_path).read("key")
    assert entry is not None
    assert entry.credentials.expiration is not None
    assert entry.credentials.expiration.replace(microsecond=0) == datetime(2030, 1, 1, tzinfo=timezone.utc)


def test_an_entry_is_used_until_a_refresher_would_renew_it(tmp_path: Path) -> None:
    """A session of an hour is read from disk for three quarters of an hour, then fetched and written again."""
    clock, provider, _, cached = make(tmp_path)
    first = cached.retrieve()
    clock.seconds += 2699
    assert cached.retrieve() == first
    clock.seconds += 2
    assert cached.retrieve() != first
    assert provider.calls == 2


@pytest.mark.parametrize(("lifetime", "fresh", "good"), [(3600, 2700, 3540), (600, 300, 540), (300, 200, 270), (60, 40, 54)])
def test_the_ends_of_an_entrys_use(lifetime: float, fresh: float, good: float) -> None:
    """Fresh until the early refresh window, valid until the mandatory one. *retrieved* is the start of the lifetime."""
    entry = Entry(Credentials("a", "b", "c"), 1e9, 1e9 + lifetime)
    assert [entry.is_fresh(1e9 + seconds) for seconds in (fresh - 1, fresh)] == [True, False]
    assert [entry.is_good(1e9 + seconds) for seconds in (good - 1, good)] == [True, False]


@pytest.mark.parametrize("strange", [5, [], {}, "", None, True])
def test_members_of_no_use_are_left_out(strange: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An account or source that is not a string is ignored. Reading our own entry logs nothing."""
    clock, _, cache, _ = make(tmp_path)
    cache.write("key", session(clock))
    path = Path(cache.path("key"))
    content = json.loads(path.read_text())
    content["Credentials"]["AccountId"] = content["ProviderType"] = strange
    path.write_text(json.dumps(content))
    entry = cache.read("key")
    assert entry is not None
    assert (entry.credentials.account_id, entry.credentials.source) == (None, None)
    assert caplog.text == ""


@posix
def test_a_file_that_others_can_write_is_named_with_the_reason(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It counts as none."""
    clock, _, cache, _ = make(tmp_path)
    cache.write("key", session(clock))
    os.chmod(cache.path("key"), 0o622)
    assert cache.read("key") is None
    assert f"The cached credentials in {cache.path('key')} are not used: " in caplog.text
    assert "(mode 622)" in caplog.text


def test_short_sessions_are_cached_too(tmp_path: Path) -> None:
    """botocore's fixed 15 minutes would make a session of 900 s useless on disk."""
    clock, provider, _, cached = make(tmp_path, 900)
    for _ in range(59):
        cached.retrieve()
        clock.seconds += 10
    assert provider.calls == 1


BROKEN = [
    "",
    "{",
    "null",
    "[]",
    "7",
    '"text"',
    "{}",
    '{"Credentials": null}',
    '{"Credentials": {"AccessKeyId": "a"}}',
    '{"Credentials": {"AccessKeyId": 1, "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "2099-01-01T00:00:00Z"}}',
    '{"Credentials": {"AccessKeyId": "a", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "tomorrow"}}',
    '{"Credentials": {"AccessKeyId": "a", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": 5}}',
    '{"Credentials": {"AccessKeyId": "a", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "2019-01-01T00:00:00Z"}}',
    '{"Credentials": {"AccessKeyId": "a b", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "2099-01-01T00:00:00Z"}}',
    '{"Credentials": {"AccessKeyId": "a", "SecretAccessKey": "s", "SessionToken": "\\n", "Expiration": "2099-01-01T00:00:00Z"}}',
    "[" * 100_000,
]


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_what_cannot_be_used_is_replaced(tmp_path: Path, content: str) -> None:
    """A damaged or expired file is as good as none, and is healed by the next entry."""
    _, provider, cache, cached = make(tmp_path)
    os.makedirs(cache.directory)
    Path(cache.path("key")).write_text(content)
    assert cached.retrieve().access_key_id == f"ASIA{1:016}"
    assert cached.retrieve().access_key_id == f"ASIA{1:016}"
    assert provider.calls == 1


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_no_bytes_in_a_file_break_anything(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever a file holds, reading it gives an entry or None."""
    directory = tmp_path_factory.mktemp("fuzz")
    (directory / "key.json").write_bytes(content)
    assert DiskCache(directory).read("key") is None


def test_a_folder_that_cannot_be_written_only_warns(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The credentials are returned. The log says that they are not cached."""
    (tmp_path / "file").write_text("")
    clock = FakeClock()
    cache = DiskCache(tmp_path / "file" / "cache", now=clock)
    assert DiskCachedProvider(CountingProvider(clock, 3600), cache, lambda: "key").retrieve()
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        f"The credentials cannot be written to {cache.directory}"
    ]
    assert cache.prepare() is False
    assert DiskCache(tmp_path / "other").prepare() is True


@posix
def test_only_the_owner_can_read_what_is_written(tmp_path: Path) -> None:
    """The folder has mode 0700 and every file 0600, whatever the umask. No temporary file stays."""
    before = os.umask(0)
    try:
        _, _, cache, cached = make(tmp_path)
        cached.retrieve()
    finally:
        os.umask(before)
    assert stat.S_IMODE(os.stat(cache.directory).st_mode) == 0o700
    names = sorted(os.listdir(cache.directory))
    assert names == ["key.json", "key.lock"]
    for name in names:
        assert stat.S_IMODE(os.stat(os.path.join(cache.directory, name)).st_mode) == 0o600


@posix
def test_a_file_that_others_can_read_is_warned_about(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The warning names the file and what to do."""
    clock, _, cache, _ = make(tmp_path)
    cache.write("key", session(clock))
    os.chmod(cache.path("key"), 0o644)
    assert cache.read("key")
    assert f"Other users can read the credentials in {cache.path('key')}: run chmod 600 on it." in caplog.text


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    """When the file cannot be replaced, the unfinished one is removed: it holds the secret."""
    target = tmp_path / "taken"
    (target / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="taken"):
        write_private(str(target), "secret")
    assert os.listdir(tmp_path) == ["taken"]


def test_an_outage_is_bridged_by_what_is_still_good(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A new process uses an entry in its last minutes if the provider fails. A process that already has it raises the error."""
    clock, provider, cache, old = make(tmp_path)
    first = old.retrieve()
    clock.seconds += 3000

    class Down:
        def retrieve(self) -> Credentials:
            raise TransportError("down")

    fresh = DiskCachedProvider(Down(), cache, lambda: "key")
    assert fresh.retrieve() == first
    assert f"Fetching credentials failed (down); using those in {cache.path('key')}." in caplog.text
    with pytest.raises(TransportError):
        fresh.retrieve()
    clock.seconds += 590
    with pytest.raises(TransportError):
        DiskCachedProvider(Down(), cache, lambda: "key").retrieve()
    assert provider.calls == 1


def test_refused_credentials_are_removed(tmp_path: Path) -> None:
    """An entry the service refused is forgotten, another's is kept."""
    clock, provider, cache, cached = make(tmp_path)
    first = cached.retrieve()
    assert cached.invalidate(session(clock, key="ASIAOTHER")) is True
    assert cache.read("key")
    assert cached.invalidate(first) is True
    assert cache.read("key") is None
    assert cached.retrieve() != first
    assert provider.calls == 2


def test_credentials_without_expiration_are_not_kept(tmp_path: Path) -> None:
    """A user's own keys never go to the cache."""
    cache = DiskCache(tmp_path)
    cache.write("key", Credentials("AKIA", "secret"))
    assert os.listdir(tmp_path) == []


def test_our_keys_tell_sources_apart() -> None:
    """Two users of one role, two endpoints, two operations and two policies have different entries."""
    keys = {
        own_key("assume_role", {"RoleArn": ROLE}, "AKIA1"),
        own_key("assume_role", {"RoleArn": ROLE}, "AKIA2"),
        own_key("assume_role", {"RoleArn": ROLE}, "AKIA1", "http://localhost:4566"),
        own_key("assume_role", {"RoleArn": ROLE, "Policy": "{}"}, "AKIA1"),
        own_key("get_session_token", {"RoleArn": ROLE}, "AKIA1"),
    }
    assert len(keys) == 5
    assert own_key("assume_role", {"RoleArn": ROLE, "TokenCode": "123456"}, "AKIA1") in keys


@pytest.mark.parametrize(
    ("option", "ending", "aws_cli"),
    [(True, ".aws/sts/cache", False), ("aws-cli", ".aws/cli/cache", True), ("/x/y", "/x/y", False), ("~/z", "home/z", False)],
)
def test_what_the_option_means(monkeypatch: pytest.MonkeyPatch, option: Any, ending: str, aws_cli: bool) -> None:
    """True, "aws-cli" or a folder. The home directory is the one that all AWS tools use."""
    monkeypatch.setenv("HOME", "/the/home")
    cache = disk_cache(option)
    assert cache is not None
    assert cache.directory.replace(os.sep, "/").endswith(ending)
    assert cache.aws_cli_keys is aws_cli


def test_the_home_directory_may_be_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers without a user have the home directory `/`: the folders of sessions are in it, not in the current folder."""
    monkeypatch.setenv("HOME", "/")
    sessions = LoginProvider(login_session="x", environ={"HOME": "/"}).path
    folders = [DiskCache().directory, DiskCache(aws_cli_keys=True).directory, token_directory({"HOME": "/"}), sessions]
    assert [folder.replace(os.sep, "/").rpartition("/")[0] for folder in folders] == [
        "/.aws/sts",
        "/.aws/cli",
        "/.aws/sso",
        "/.aws/login/cache",
    ]


def test_options_that_mean_nothing() -> None:
    """None and False disable the cache. A cache is used unchanged. The error for other values says what is allowed."""
    cache = DiskCache("/x")
    assert disk_cache(None) is disk_cache(False) is None
    assert disk_cache(cache) is cache
    with pytest.raises(ConfigError, match="cache is of type int; it must be True"):
        disk_cache(5)  # type: ignore[arg-type]


def test_a_lock_is_held_by_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The second waits for its limit, then continues without the lock and logs that. After a release the lock is free."""
    path = str(tmp_path / "lock")
    second: list[bool] = []

    def wait() -> None:
        with locked(path, wait=0.05) as held:
            second.append(held)

    with locked(path) as first:
        thread = threading.Thread(target=wait)
        thread.start()
        thread.join()
    assert (first, second) == (True, [False])
    assert "has held the lock" in caplog.text
    with locked(path, wait=0) as third:
        assert third


def test_sessions_of_one_subject_are_not_those_of_another(tmp_path: Path) -> None:
    """
    The subject of a web identity token decides, not the function that returned it. A new token of the same subject changes
    nothing.
    """
    with LocalSTS() as server:
        address = {"region": server.region, "endpoint": server.url}

        def session_of(subject: str) -> Credentials:
            token = partial(server.issue_token, subject)
            return web_identity_credentials(server.role.arn, token=token, client_options=address, cache=tmp_path).retrieve()

        assert session_of("tenant-a") == session_of("tenant-a") != session_of("tenant-b")
        assert len(server.calls) == 2
        (tmp_path / "token").write_text(server.issue_token("tenant-a"))
        found = web_identity_credentials(server.role.arn, token=tmp_path / "token", client_options=address, cache=tmp_path)
        assert found.retrieve() == session_of("tenant-a")


def test_sessions_of_a_profile_belong_to_whoever_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the environment or a token file determines the caller of a profile, it is part of the key."""
    monkeypatch.setenv("HOME", str(tmp_path))
    with LocalSTS() as server:
        place = f"region = {server.region}\nendpoint_url = {server.url}\nrole_arn = {server.role.arn}\n"
        (tmp_path / ".aws").mkdir()
        (tmp_path / ".aws" / "config").write_text(
            f"[profile env]\n{place}credential_source = Environment\n[profile web]\n{place}web_identity_token_file = ~/token\n"
        )
        found = []
        for user in (server.user, server.add_user("other")):
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", user.access_key_id)
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", user.secret_access_key)
            (tmp_path / "token").write_text(server.issue_token(user.name))
            for profile in ("env", "web"):
                found += [profile_credentials(profile, cache=True).retrieve().access_key_id for _ in range(2)]
        assert len(server.calls) == len(set(found)) == 4


def test_a_token_that_was_looked_at_is_the_one_that_is_sent(tmp_path: Path) -> None:
    """Naming the entry costs no second token."""
    asked: list[str] = []
    with LocalSTS() as server:

        def token() -> str:
            asked.append(server.issue_token(f"subject-{len(asked)}"))
            return asked[-1]

        address = {"region": server.region, "endpoint": server.url}
        web_identity_credentials(server.role.arn, token=token, client_options=address, cache=tmp_path).retrieve()
        assert [call.params["WebIdentityToken"] for call in server.calls] == asked


def test_no_token_at_all_is_told_as_without_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry's name needs a token as well."""
    monkeypatch.delenv("AWS_WEB_IDENTITY_TOKEN_FILE", raising=False)
    for cache in (None, tmp_path):
        with pytest.raises(NotConfiguredError, match="AWS_WEB_IDENTITY_TOKEN_FILE is not set"):
            web_identity_credentials(ROLE, cache=cache).retrieve()


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "", "x.WzFd.y", f"x.{'e' * 9}.y"])
def test_a_token_without_claims_is_its_own_owner(token: str) -> None:
    """The token itself is the key, and is not visible in the name."""
    assert token_owner(token) != token_owner(token + "x")
    assert len(token) < 3 or token not in token_owner(token)


def test_the_aws_cli_names_web_identities_by_their_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Since 1.46, so that two tokens have two sessions. The entry of a profile is found under that name."""
    monkeypatch.setenv("HOME", str(tmp_path))
    with LocalSTS() as server:
        token = server.issue_token()
        (tmp_path / "token").write_text(token)
        (tmp_path / ".aws").mkdir()
        profile = f"role_arn = {server.role.arn}\nweb_identity_token_file = ~/token\nregion = {server.region}\nendpoint_url = {server.url}\n"
        (tmp_path / ".aws" / "config").write_text(f"[default]\n{profile}")
        profile_credentials(cache="aws-cli").retrieve()
        facts = json.dumps({"RoleArn": server.role.arn, "WebIdentityToken": token}, sort_keys=True)
        entry = tmp_path / ".aws" / "cli" / "cache" / f"{hashlib.sha1(facts.encode()).hexdigest()}.json"
        assert entry.exists()
        web_identity_credentials(
            server.role.arn,
            token=tmp_path / "token",
            cache="aws-cli",
            client_options={"region": server.region, "endpoint": server.url},
        ).retrieve()
        assert len(server.calls) == 1


def test_nobody_waits_for_oneself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    With keys of the AWS CLI a role assumed with itself shares the entry of its source. The thread with the lock must not wait
    for it.
    """
    path, clock = str(tmp_path / "lock"), HandTime().replace(monkeypatch, "credentials.refresh.file_lock")
    with locked(path) as outer:
        with locked(path, wait=60) as inner:
            assert (outer, inner) == (True, False)
        with locked(path, wait=60) as again:
            assert not again
    with LocalSTS() as server:
        creds = assume_role_credentials(
            server.role.arn,
            client_options=server.client_options(),
            cache=DiskCache(tmp_path, aws_cli_keys=True),
            chain=[server.role.arn],
        )
        assert creds.retrieve().session_token
        assert len(server.calls) == 2
    assert clock.pauses == []


def test_what_a_killed_writer_left_is_removed(tmp_path: Path) -> None:
    """Temporary files contain secrets. Those of an active writer and of other entries stay."""
    clock = FakeClock()
    old, new, other = (tmp_path / f".{name}.json.1.{tail}.tmp" for name, tail in (("key", "ab"), ("key", "cd"), ("more", "ef")))
    for path in (old, new, other):
        path.write_text("half a secret")
    for path in (old, other):
        os.utime(path, (0, 0))
    DiskCache(tmp_path, now=clock).write("key", session(clock))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["key.json", new.name, other.name])


def test_a_lock_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    """Without the folder there is nothing to lock."""
    with locked(str(tmp_path / "missing" / "lock")) as held:
        assert not held


def test_a_file_system_without_locks_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some network file systems have no locks. The work is done without one."""

    def refuse(descriptor: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("sts.credentials.refresh.file_lock._lock", refuse)
    _, provider, _, cached = make(tmp_path)
    assert cached.retrieve() == cached.retrieve()
    assert provider.calls == 1


def test_threads_wait_for_each_other(tmp_path: Path) -> None:
    """The lock works between threads of a process as well."""
    inside = most = 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            with locked(str(tmp_path / "lock")):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def _hammer(directory: str, number: int) -> None:
    clock = FakeClock()
    cache = DiskCache(directory, now=clock)
    for turn in range(12):
        cache.write("key", session(clock, key=f"ASIA{number}{turn}", token="x" * 2000))
        if cache.read("key") is None:
            os._exit(3)


@pytest.mark.slow
def test_readers_never_see_half_a_file(tmp_path: Path) -> None:
    """Three processes that write and read the same entry without any lock find it whole each time."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_hammer, args=(str(tmp_path), number)) for number in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(PATIENCE)
    assert [writer.exitcode for writer in writers] == [0] * 3
    assert os.listdir(tmp_path) == ["key.json"]


def test_no_secret_is_shown(tmp_path: Path) -> None:
    """Neither repr, nor the log of any of the failures above, has the secret or the token."""
    records: list[str] = []
    handler = logging.Handler(0)
    handler.emit = lambda record: records.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("sts")
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.DEBUG)
    try:
        clock, _, cache, cached = make(tmp_path)
        cache.write("key", session(clock))
        entry = cache.read("key")
        Path(cache.path("key")).write_text(
            '{"Credentials": {"SecretAccessKey": "cache/secret", "SessionToken": "cache/token"}}'
        )
        cache.read("key")
        shown = [repr(cache), repr(cached), repr(entry), *records]
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert len(records) >= 1
    for text in shown:
        assert "cache/secret" not in text
        assert "cache/token" not in text


def test_the_cache_needs_no_third_party_module() -> None:
    """Reading a cached entry is the CLI's fastest path, so it loads no HTTP library."""
    code = (
        "import sys, sts.credentials.refresh.disk_cache; print(*({'requests', 'urllib3', 'asyncio', 'ssl'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("kind", ["assume role", "web identity"])
def test_sessions_of_one_endpoint_are_not_those_of_another(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the endpoint comes from: what one server gave is never used with another."""
    with LocalSTS() as first, LocalSTS() as second:
        for server in (first, second):
            monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.url)
            options: dict[str, Any] = {"region": "us-east-1", "cache": str(tmp_path), "session_name": "me"}
            if kind == "assume role":
                keys = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "x"}
                made = assume_role_credentials(server.role.arn, source=keys, **options)
            else:
                (tmp_path / "token").write_text(server.issue_token(sub="me"))
                made = web_identity_credentials(server.role.arn, token=str(tmp_path / "token"), **options)
            with suppress(ServiceError):
                made.retrieve()

        assert first.calls
        assert second.calls
