"""
Our chain compared with botocore's on the same files, environment and servers: the same credentials, or a listed deviation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.support.botocore_credentials import Setup, answer, ours, prepare, theirs
from tests.support.http_server import HTTPServer

NAMES = ("default", "dev", "base", "spare")
WAYS = ("keys", "role", "named", "web", "sso", "sso-session", "process")
REGIONS = ("us-east-1", "eu-west-1", "ap-south-2")


@pytest.fixture(scope="module")
def server() -> Iterator[HTTPServer]:
    with HTTPServer(answer) as running:
        yield running


def process(key: str) -> str:
    return f"echo '{json.dumps({'Version': 1, 'AccessKeyId': key, 'SecretAccessKey': 's', 'SessionToken': 't'})}'"


@st.composite
def sections(draw: Any, name: str) -> dict[str, str]:
    """Draw the properties of a profile: none, one or several ways to get credentials."""
    ways = draw(
        st.one_of(st.just(["keys"] if name in ("base", "spare") else ["role"]), st.lists(st.sampled_from(WAYS), max_size=2))
    )
    found: dict[str, str] = {}
    if "keys" in ways:
        found |= {"aws_access_key_id": f"AKIA{name.upper()}", "aws_secret_access_key": "s"}
        found |= draw(
            st.sampled_from([{}, {"aws_session_token": "t"}, {"aws_security_token": "old", "aws_session_token": "t"}])
        )
    if "role" in ways or "named" in ways or "web" in ways:
        found["role_arn"] = f"arn:aws:iam::123456789012:role/{name}"
    if "role" in ways:
        found["source_profile"] = draw(st.sampled_from(NAMES))
        found |= draw(
            st.sampled_from([{}, {"external_id": "ticket-7"}, {"duration_seconds": "1800", "role_session_name": "me"}])
        )
    if "named" in ways:
        found["credential_source"] = draw(st.sampled_from(["Environment", "EcsContainer", "Ec2InstanceMetadata", "Nonsense"]))
    if "web" in ways:
        found["web_identity_token_file"] = "{home}/token"
        found.pop("duration_seconds", None)  # botocore does not send it with web identities: test_corners.py
    if "sso" in ways or "sso-session" in ways:
        found |= {"sso_account_id": "123456789012", "sso_role_name": "Reader"}
    if "sso" in ways:
        found |= {"sso_start_url": "https://start", "sso_region": "us-east-1"}
    if "sso-session" in ways:
        found["sso_session"] = "work"
    if "process" in ways:
        found["credential_process"] = process(f"AKIAPROCESS{name.upper()}")
    if draw(st.booleans()):
        found["region"] = draw(st.sampled_from(REGIONS))
    found |= draw(
        st.sampled_from([{}, {}, {"aws_account_id": "210987654321"}, {"endpoint_url": "{server}/profile"}, {"services": "s"}])
    )
    return found


VARIABLES = {
    "keys": {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s"},
    "session keys": {"AWS_ACCESS_KEY_ID": "ASIAENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"},
    "half": {"AWS_ACCESS_KEY_ID": "AKIAENV"},
    "other half": {"AWS_SECRET_ACCESS_KEY": "s"},
    "profile": {"AWS_PROFILE": "dev"},
    "region": {"AWS_DEFAULT_REGION": "sa-east-1"},
    "url": {"AWS_ENDPOINT_URL_STS": "{server}/variable", "AWS_ENDPOINT_URL": "{server}/everything"},
    "ignored": {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"},
    "web": {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/env"},
    "web without role": {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_SESSION_NAME": "env"},
    "container": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{server}/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "c"},
    "container file": {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{server}/container",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/token",
    },
    "metadata": {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{server}"},
}


@st.composite
def setups(draw: Any) -> Setup:
    """Draw a configuration: four profiles spread over both files, a few variables, an explicit profile or none."""
    config, credentials = [], []
    for name in NAMES:
        section = draw(sections(name))
        lines = "".join(f"{key} = {value}\n" for key, value in section.items())
        if draw(st.integers(0, 3)) == 0 and "aws_access_key_id" in section:
            keys = "".join(f"{key} = {value}\n" for key, value in section.items() if key.startswith("aws_"))
            credentials.append(f"[{name}]\n{keys}")
            lines = "".join(f"{key} = {value}\n" for key, value in section.items() if not key.startswith("aws_"))
        config.append(f"[{name if name == 'default' else f'profile {name}'}]\n{lines}")
    shared = "[sso-session work]\nsso_start_url = https://start\nsso_region = us-east-1\n"
    shared += "[services s]\nsts =\n  endpoint_url = {server}/service\nsso =\n  endpoint_url = {server}\n"
    chosen = draw(st.lists(st.sampled_from(sorted(VARIABLES)), max_size=3, unique=True))
    # Whatever is not configured must end here, not at AWS.
    variables = {"AWS_ENDPOINT_URL": "{server}", "AWS_ENDPOINT_URL_SSO": "{server}"}
    for name in chosen:
        variables |= VARIABLES[name]
    return Setup("".join(config) + shared, "".join(credentials), variables, draw(st.sampled_from([None, None, *NAMES])))


def deviation(mine: tuple[str, ...], his: tuple[str, ...], setup: Setup) -> str:
    """Return why the outcomes may differ, "" if there is no reason."""
    if "AWS_WEB_IDENTITY_TOKEN_FILE" in setup.variables:
        if "AWS_PROFILE" in setup.variables and setup.profile is None and "web_identity_token_file" in setup.config:
            return "a profile that somebody named wins over a pod's variables"
        if "credential_source = Environment" in setup.config and his[0] == "error":
            return "the environment's web identity is a source as well"
    if his == ("error", "no region") and mine[0] == "found":
        return "no region: a role is assumed at a configured URL all the same, signed for us-east-1, as at the global endpoint"
    return ""


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(setup=setups())
def test_both_find_the_same(server: HTTPServer, setup: Setup) -> None:
    """Key, secret, token and account. A key also encodes who signed the STS call, and its region and URL."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        filled = setup.filled(server, home)
        environ = prepare(filled, home)
        mine, his = ours(filled, environ), theirs(filled, environ)
    event(f"{mine[0]} / {' '.join(his[:2] if his[0] == 'error' else his[:1])}")
    assert mine == his or deviation(mine, his, setup), (mine, his)


KEYS = "aws_access_key_id = AKIA{}\naws_secret_access_key = s\n"
ROLE = "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\nregion = us-east-1\n"
BASE = f"[profile base]\n{KEYS.format('BASE')}"
STS = {"AWS_ENDPOINT_URL": "{server}"}
EXPIRED = json.dumps(
    {"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "2020-01-01T00:00:00Z"}
)
STRING = json.dumps({"Version": 1.0, "AccessKeyId": "A", "SecretAccessKey": "s", "SessionToken": "t"})

DEVIATIONS = [
    ("no region", Setup(f"[default]\n{ROLE[10:-19]}{BASE}", "", STS, None), "found", "error"),
    ("a duration that is no number", Setup(f"{ROLE}duration_seconds = soon\n{BASE}", "", STS, None), "error", "found"),
    ("a version that is no integer", Setup(f"[default]\ncredential_process = echo '{STRING}'", "", {}, None), "error", "found"),
    (
        "a profile that is only in AWS_PROFILE and is not there, with keys in the environment",
        Setup("", "", {**VARIABLES["keys"], "AWS_PROFILE": "gone"}, None),
        "found",
        "error",
    ),
]
"""What differs on purpose: the reasons are in the README."""


@pytest.mark.parametrize(("setup", "mine", "his"), [case[1:] for case in DEVIATIONS], ids=[case[0] for case in DEVIATIONS])
def test_deviations_are_what_the_readme_says(server: HTTPServer, setup: Setup, mine: str, his: str, tmp_path: Path) -> None:
    """Each is deliberate. The test fails if botocore changes."""
    filled = setup.filled(server, tmp_path)
    environ = prepare(filled, tmp_path)
    assert (ours(filled, environ)[0], theirs(filled, environ)[0]) == (mine, his)
