"""The feature ids of the user agent: for every source of credentials they are those that botocore sends."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import botocore.credentials
import botocore.session
import botocore.tokens
import pytest

from sts import STS, Credentials, identity
from sts.cli.session import SessionCache
from sts.credentials import DiskCache, default_chain
from sts.credentials.chain import default
from sts.errors import ParamValidationError
from sts.http import HttpResponse
from sts.identity import SOURCES, features_of
from tests.support.botocore_credentials import Setup, answer, prepare
from tests.support.fakes import CREDENTIALS, FakeHandler, ok
from tests.support.http_server import HTTPServer, Seen

BOTOCORE_ALONE = {"b", "Z"}
"""Checksums of Amazon S3, which botocore states in every request."""
OWN_ENDPOINT = {"N"}
KEYS = "aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = s\n"
ROLE = "role_arn = arn:aws:iam::123456789012:role/r\n"
TOKEN = "web_identity_token_file = {home}/token\n"
PROCESS = """credential_process = echo '{"Version": 1, "AccessKeyId": "AKIAEXAMPLE", "SecretAccessKey": "s"}'\n"""
SSO = "sso_account_id = 123456789012\nsso_role_name = r\n"
SSO_SESSION = f"{SSO}sso_session = work\n"
SSO_LEGACY = f"{SSO}sso_region = us-east-1\nsso_start_url = https://start\n"
SESSION = "[sso-session work]\nsso_region = us-east-1\nsso_start_url = https://start\n"
STATIC = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s"}
IMDS = {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{server}"}
CONTAINER = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{server}/container"}
POD = {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/r"}


def role_of(source: str) -> str:
    """Return a configuration whose default profile has a role with a source profile of this content."""
    return f"[default]\n{ROLE}source_profile = b\n[profile b]\n{source}{SESSION}"


SETUPS: dict[str, tuple[str, dict[str, str]]] = {
    "environment": ("", STATIC),
    "config file": (f"[default]\n{KEYS}", {}),
    "process": (f"[default]\n{PROCESS}", {}),
    "web identity of a profile": (f"[default]\n{ROLE}{TOKEN}", {}),
    "web identity of the environment": ("", POD),
    "web identity of both": (f"[default]\n{TOKEN}", {"AWS_ROLE_ARN": POD["AWS_ROLE_ARN"]}),
    "sso": (f"[default]\n{SSO_SESSION}{SESSION}", {}),
    "sso without a session": (f"[default]\n{SSO_LEGACY}", {}),
    "login": ("[default]\nlogin_session = me\n", {}),
    "container": ("", CONTAINER),
    "instance metadata": ("", IMDS),
    "role of keys": (role_of(KEYS), {}),
    "role of its own keys": (f"[default]\n{ROLE}source_profile = default\n{KEYS}", {}),
    "role of a process": (role_of(PROCESS), {}),
    "role of a web identity": (role_of(f"{ROLE}{TOKEN}"), {}),
    "role of sso": (role_of(SSO_SESSION), {}),
    "role of the instance": (f"[default]\n{ROLE}credential_source = Ec2InstanceMetadata\n", IMDS),
    "role of the container": (f"[default]\n{ROLE}credential_source = EcsContainer\n", CONTAINER),
    "role of the environment": (f"[default]\n[profile e]\n{ROLE}credential_source = Environment\n", STATIC),
    "role of a role": (role_of(f"{ROLE}source_profile = c\n[profile c]\n{KEYS}"), {}),
    "role of a role of the instance": (role_of(f"{ROLE}credential_source = Ec2InstanceMetadata\n"), IMDS),
}


@pytest.fixture
def agents() -> Iterator[tuple[HTTPServer, list[set[str]]]]:
    """Yield a server for every provider, and the feature ids in the user agent of each GetCallerIdentity call."""
    seen: list[set[str]] = []

    def respond(request: Seen) -> Any:
        if b"Action=GetCallerIdentity" not in request.body:
            return answer(request)
        word = next(word for word in request.headers["user-agent"].split() if word.startswith("m/"))
        seen.append(set(word[2:].split(",")))
        return 200, ok().body.decode(), {"content-type": "text/xml"}

    with HTTPServer(respond) as server:
        yield server, seen


def ask_botocore(environ: dict[str, str], profile: str | None, **keys: str) -> None:
    cache = str(Path(environ["HOME"]) / ".aws" / "sso" / "cache")
    with (
        mock.patch.dict(os.environ, environ, clear=True),
        mock.patch.object(botocore.credentials.SSOProvider, "_SSO_TOKEN_CACHE_DIR", cache),
        mock.patch.object(botocore.tokens.SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", cache),
        mock.patch.object(
            botocore.credentials, "EC", object()
        ),  # the login provider looks for the library, and uses it to renew
    ):
        session = botocore.session.Session(profile=profile)
        session.create_client("sts", **keys).get_caller_identity()


def ask(environ: dict[str, str], profile: str | None, **options: Any) -> None:
    with mock.patch.dict(os.environ, environ, clear=True), STS(profile=profile, **options) as client:
        client.get_caller_identity()


def both(setup: Setup, home: Path, server: HTTPServer, seen: list[set[str]]) -> tuple[set[str], set[str]]:
    """Return the feature ids that botocore sends, and ours."""
    more = {"AWS_ENDPOINT_URL": server.url, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
    setup = setup.filled(server, home)
    environ = {**prepare(setup, home), **more, **setup.variables}
    login(home)
    ask_botocore(environ, setup.profile)
    ask(environ, setup.profile)
    theirs, found = seen
    return theirs - BOTOCORE_ALONE, found


def login(home: Path) -> None:
    folder = home / ".aws" / "login" / "cache"
    folder.mkdir(parents=True)
    token = {"accessKeyId": "A", "secretAccessKey": "s", "sessionToken": "t", "accountId": "123456789012"}
    document = {
        "accessToken": {**token, "expiresAt": "2199-01-01T00:00:00Z"},
        "tokenType": "aws_sigv4",
        "clientId": "c",
        "refreshToken": "r",
        "idToken": "i",
        "dpopKey": "k",
    }
    (folder / f"{hashlib.sha256(b'me').hexdigest()}.json").write_text(json.dumps(document))


@pytest.mark.parametrize("name", SETUPS)
def test_every_source_has_the_ids_of_botocore(name: str, tmp_path: Path, agents: Any) -> None:
    """The same files, environment and servers give the same ids."""
    config, variables = SETUPS[name]
    profile = "e" if "[profile e]" in config else None
    theirs, found = both(Setup(config, "", variables, profile), tmp_path, *agents)

    assert found == theirs


def test_keys_of_the_program_have_the_id_of_botocore(tmp_path: Path, agents: Any) -> None:
    """Keys that are passed to the client."""
    server, seen = agents
    environ = {**prepare(Setup("", "", {}, None), tmp_path), "AWS_ENDPOINT_URL": server.url}
    ask_botocore(environ, None, region_name="us-east-1", aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="s")
    ask(environ, None, **CREDENTIALS)

    assert seen[1] == seen[0] - BOTOCORE_ALONE


def sent(credentials: Any) -> list[str]:
    """Return the feature ids of a call signed with *credentials*."""
    handler = FakeHandler(ok())
    with STS(region="us-east-1", credentials=credentials, request_handler=handler) as client:
        client.get_caller_identity()
    word = next(word for word in handler.requests[0].headers["user-agent"].split() if word.startswith("m/"))
    return word[2:].split(",")


class Someone:
    """Credentials of another library's type."""

    access_key_id, secret_access_key, session_token, source, expiration, account_id = "AKIA", "s", None, "saml", None, None


@pytest.mark.parametrize("row", SOURCES, ids=lambda row: row.name)
def test_a_provider_tells_its_source(row: identity.Source) -> None:
    """Whatever provider gives credentials of a source, its id is sent."""
    found = Credentials("ASIAEXAMPLE", "s", "t", source=row.name)

    assert sent(lambda: found) == ["E", row.feature]
    assert sent(found) == (["E", "e", row.feature] if row.feature != "e" else ["E", "e"])


def test_credentials_without_a_source_are_the_programs() -> None:
    """No name, an unknown name, and a type that is not ours."""
    assert sent(lambda: Credentials("ASIAEXAMPLE", "s", "t")) == ["E", "e"]
    assert sent(lambda: Credentials("ASIAEXAMPLE", "s", "t", source="vault")) == ["E", "e"]
    assert features_of(Someone()) == ("j",)


MOON = identity.Source(
    "moon", "Mo", is_role=True, is_kept=True, keys=("moon_key",), variables=("AWS_MOON",), profile_feature="Pm"
)


def test_a_new_source_is_one_row_and_its_loader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A made-up row arrives in chain, user agent, chaining guard and the sessions that the command line keeps."""

    class MoonProvider:
        def retrieve(self) -> Credentials:
            return Credentials("ASIAEXAMPLE", "s", "t", source="moon")

    loader = ModuleType("moon_loader")
    loader.from_profile = lambda *_: MoonProvider()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "moon_loader", loader)
    monkeypatch.setattr(identity, "SOURCES", (*SOURCES, MOON))
    monkeypatch.setitem(default.LOADERS, "moon", "moon_loader")
    environ = prepare(Setup("[default]\nmoon_key = 1\n", "", {}, None), tmp_path)
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    chain = default_chain()
    assert chain.names.index("moon") == chain.names.index("container") - 1
    assert chain.retrieve().source == "moon"
    assert default_chain(environ={**environ, "AWS_MOON": "1", "AWS_CONFIG_FILE": "/none"}).retrieve().source == "moon"
    handler = FakeHandler(HttpResponse(400, {}, b""))
    client = STS(region="us-east-1", request_handler=handler, max_attempts=1)
    with pytest.raises(ParamValidationError, match=r"chained session|role session \(moon\)"):
        client.assume_role(RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="ci", DurationSeconds=7200)
    handler.answers = [ok()]
    client.get_caller_identity()
    assert " m/E,Pm,Mo " in handler.requests[0].headers["user-agent"] + " "
    with mock.patch.object(DiskCache, "write") as write:
        SessionCache().write("key", chain.retrieve())
    write.assert_called_once()  # the command line keeps its sessions
