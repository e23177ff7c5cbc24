"""Secrets of credentials are in no repr, string, log, traceback, pickle or file, except for the cache's own files."""

from __future__ import annotations

import logging
import os
import pickle
import tempfile
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sts import STS, assume_role_credentials, mfa_session, wait_until_usable, web_identity_credentials
from sts import v2 as AWS  # noqa: N812 - the name that scripts use
from sts.credentials.providers.assume_role import AssumeRoleProvider
from sts.credentials.providers.mfa import SessionTokenProvider
from sts.credentials.refresh.cache import CachedProvider, hold
from sts.credentials.refresh.disk_cache import DiskCache, DiskCachedProvider
from sts.errors import STSError
from sts.identity import Credentials, StaticProvider
from sts.testing import LocalSTS

CODE = "918273"
TOKEN = "eyJhbGciOiJub25lIn0.WEB-IDENTITY-TOKEN.c2ln"
HIDDEN = [CODE, TOKEN]


class Stage(NamedTuple):
    """Data of a scenario. The scenario adds the secrets that it learns to *secrets*."""

    server: LocalSTS
    folder: Path
    secrets: list[str]

    @property
    def options(self) -> dict[str, str]:
        """The options of a client of the server."""
        return self.server.client_options()

    @property
    def address(self) -> dict[str, str]:
        """The options without the keys."""
        return {"region": self.server.region, "endpoint": self.server.url}

    def keep(self, credentials: Any) -> Any:
        """Record the secrets of *credentials*."""
        self.secrets.extend(text for text in (credentials.secret_access_key, credentials.session_token) if text)
        return credentials


def refused_role(stage: Stage) -> list[Any]:
    """Use a role that does not exist."""
    creds = assume_role_credentials("arn:aws:iam::123456789012:role/none", client_options=stage.options)
    creds.retrieve()
    return [creds]


def wrong_code(stage: Stage) -> list[Any]:
    """Use an MFA code that is rejected."""
    device = stage.server.add_mfa_device()
    mfa_session(lambda _: CODE, device.serial, client_options=stage.options).retrieve()
    return []


def wrong_token(stage: Stage) -> list[Any]:
    """Use a web identity token that is rejected."""
    web_identity_credentials(stage.server.role.arn, token=lambda: TOKEN, client_options=stage.address).retrieve()
    return []


def wrong_token_v2(stage: Stage) -> list[Any]:
    """Use it with v2's class."""
    AWS.WebIdentityCredentials({"RoleArn": stage.server.role.arn, "WebIdentityToken": TOKEN}, stage.address).get()
    return []


def everything_works(stage: Stage) -> list[Any]:
    """Use a chain with a cache on disk."""
    hub = assume_role_credentials(stage.server.role.arn, client_options=stage.options, cache=stage.folder / "cache")
    spoke = assume_role_credentials(stage.server.role.arn, source=hub, cache=stage.folder / "cache")
    client = STS(credentials=spoke, **stage.address)  # type: ignore[arg-type]
    client.get_caller_identity()
    stage.keep(hub.retrieve())
    stage.keep(spoke.retrieve())
    return [hub, spoke, hub.provider, client, vars(spoke), spoke.client_options["region"]]


def refused_session(stage: Stage) -> list[Any]:
    """Use a session that the service rejects as expired, twice."""
    creds = assume_role_credentials(stage.server.role.arn, client_options=stage.options, cache=stage.folder / "cache")
    stage.keep(creds.retrieve())
    stage.server.inject("expired_token", operation="GetCallerIdentity", times=2)
    STS(credentials=creds, **stage.address).get_caller_identity()  # type: ignore[arg-type]
    return []


def damaged_cache(stage: Stage) -> list[Any]:
    """Use a truncated cache entry."""
    creds = assume_role_credentials(stage.server.role.arn, client_options=stage.options, cache=stage.folder / "cache")
    stage.keep(creds.retrieve())
    for entry in (stage.folder / "cache").glob("*.json"):
        entry.write_text(entry.read_text()[:-40])
    again = assume_role_credentials(stage.server.role.arn, client_options=stage.options, cache=stage.folder / "cache")
    stage.keep(again.retrieve())
    return [again]


def cache_in_the_way(stage: Stage) -> list[Any]:
    """Use a cache folder that is a file."""
    (stage.folder / "cache").write_text("")
    creds = assume_role_credentials(stage.server.role.arn, client_options=stage.options, cache=stage.folder / "cache")
    stage.keep(creds.retrieve())
    return [creds]


def outage(stage: Stage) -> list[Any]:
    """Use a service that is unavailable for the first session."""
    stage.server.inject("reset_before_read", times=None)
    assume_role_credentials(stage.server.role.arn, client_options={**stage.options, "max_attempts": 2}).retrieve()
    return []


def never_usable(stage: Stage) -> list[Any]:
    """Use unknown keys."""
    stranger = Credentials("AKIAUNKNOWN", stage.secrets[0])
    wait_until_usable(stranger, timeout=0, client_options=stage.address)
    return []


def code_in_an_error(stage: Stage) -> list[Any]:
    """Use a background refresh whose MFA function raises with the code in its message."""

    class Provider:
        def retrieve(self) -> Credentials:
            raise ValueError(f"could not use {CODE}")

    soon = Credentials("ASIA", stage.secrets[0], "t", datetime.now(timezone.utc) + timedelta(seconds=5))
    cached = CachedProvider(Provider())
    cached._held = hold(soon, 0, 0)
    assert cached.retrieve() is soon
    return [cached]


SCENARIOS = [
    refused_role,
    wrong_code,
    wrong_token,
    wrong_token_v2,
    everything_works,
    refused_session,
    damaged_cache,
    cache_in_the_way,
    outage,
    never_usable,
    code_in_an_error,
]


@pytest.fixture
def records() -> Iterator[list[str]]:
    """Collect all log records of the library, with tracebacks."""
    lines: list[str] = []
    handler = logging.Handler()
    formatter = logging.Formatter()
    handler.emit = lambda record: lines.append(formatter.format(record))  # type: ignore[method-assign]
    logger = logging.getLogger("sts")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(1)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nothing_shows_a_secret(
    scenario: Callable[[Stage], list[Any]], tmp_path: Path, records: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every scenario, no log line, error, traceback, repr or other file contains a secret, a token or an MFA code."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    shown: list[str] = []
    with LocalSTS() as server:
        stage = Stage(server, tmp_path, [server.user.secret_access_key])
        try:
            objects = scenario(stage)
        except STSError as error:
            objects = [error, error.args, pickle.loads(pickle.dumps(error))]
            shown.append(traceback.format_exc())
            shown += [repr(vars(part)) for part in (error, error.__cause__, error.__context__) if part is not None]
        shown += [text for one in objects for text in (repr(one), str(one))]
    for text in (*shown, *records):
        for secret in (*stage.secrets, *HIDDEN):
            assert secret not in text
    for file in tmp_path.rglob("*"):
        if file.is_file() and file.parent.name != "cache":
            assert not any(secret in file.read_text() for secret in (*stage.secrets, *HIDDEN))
    assert os.listdir(tmp_path / "temporary") == []


SECRETS = st.from_regex(r"[!#-&(-_a-~][!-~]{11,39}", fullmatch=True)
"""All characters that a key may contain. Keys with others cannot be made."""


@given(SECRETS, SECRETS)
@settings(max_examples=40, deadline=None)
def test_no_object_shows_or_pickles_its_secret(secret: str, token: str) -> None:
    """For any secret, the repr of every object that has it omits it, and pickling fails instead of writing it."""
    value = Credentials("AKIAIOSFODNN7EXAMPLE", secret, token, datetime.now(timezone.utc) + timedelta(hours=1))
    static = StaticProvider(value)
    cached = CachedProvider(static)
    cached.retrieve()
    role = AssumeRoleProvider(role_arn="arn:aws:iam::123456789012:role/r", source=value, region="us-east-1")
    objects: list[Any] = [
        value,
        static,
        cached,
        cached._held,
        role,
        SessionTokenProvider(static, mfa=lambda _: "123456", mfa_serial="device"),
        DiskCachedProvider(role, DiskCache("/nowhere"), lambda: "key"),
        assume_role_credentials("arn:aws:iam::123456789012:role/r", source=value, cache="/nowhere"),
        AWS.Credentials("AKIAIOSFODNN7EXAMPLE", secret, token),
        AWS.ChainableTemporaryCredentials({"params": {"RoleArn": "r"}, "masterCredentials": value}),
    ]
    for one in objects:
        for text in (repr(one), str(one), f"{one}"):
            assert secret not in text
            assert token not in text
        try:
            written = pickle.dumps(one)
        except (TypeError, AttributeError, pickle.PicklingError) as error:
            assert secret not in str(error)
        else:
            assert secret.encode() not in written
            assert token.encode() not in written
