"""The scenarios that the AWS SDK for Rust publishes: same files, environment and HTTP, same credentials."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import pytest

from sts.credentials.chain.chain import Context
from sts.credentials.chain.default import profile_chain
from sts.credentials.providers.container import check_url, container_url
from sts.credentials.providers.instance import TOKEN_PATH, metadata_config
from sts.errors import STSError
from sts.settings.profiles import load_profiles
from tests.support.credential_scenarios import DATA, PROFILE_PROVIDER, Replay, load, place

SCENARIOS = sorted(folder.name for folder in PROFILE_PROVIDER.iterdir())
ECS = json.loads((DATA / "ecs-tests.json").read_text())["tests"]
IMDS = json.loads((DATA / "imds-config" / "imds-endpoint-tests.json").read_text())["tests"]
FAILURES = {
    "credential_process_failure": "failed with exit code 1",
    "credential_process_invalid": "is not a JSON object",
    "empty_config": "(?s)No credentials were found.*no profile 'default'",
    "invalid_config": r"~/.aws/config, line \d+: ",
    "invalid_sso_credentials_config": "configures an SSO token only",
    "sso_token": "configures an SSO token only",
}
"""What ours says of the scenarios that fail: another SDK's words for the same reasons are in the suite."""
NOW = datetime(2021, 8, 5, 19, 0, tzinfo=timezone.utc).timestamp()


def test_every_folder_is_run() -> None:
    """The suite is complete, and nothing is skipped."""
    assert len(SCENARIOS) == 18
    assert len(ECS) == 11
    assert len(IMDS) == 14


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_profile_gives_the_recorded_credentials(name: str, tmp_path: Path) -> None:
    """Each request is the recorded one, and what comes of it is the expected result."""
    scenario = load(PROFILE_PROVIDER / name)
    environ = place(scenario, tmp_path)
    replay = Replay(scenario.exchanges)
    options = {"request_handler": replay, "profile": "default"}
    context = Context(environ, options, handler=replay, now=lambda: NOW, sleep=lambda _: None)
    chain = profile_chain("default", context)

    if "Ok" not in scenario.result:
        with pytest.raises(STSError, match=FAILURES[name]) as caught:
            chain.retrieve()
        assert "FAKE" not in str(caught.value)
    else:
        expected, credentials = scenario.result["Ok"], chain.retrieve()
        given = {**credentials.to_dict(), "expiry": credentials.expiration and credentials.expiration.timestamp()}
        assert {key: given[key] for key in expected} == expected
    assert replay.left == []


@pytest.mark.parametrize("case", ECS, ids=lambda case: case["docs"])
def test_the_container_endpoint_is_the_expected_one(case: dict) -> None:
    """The relative URI has precedence. A plain HTTP host must be one of the known agents."""
    if "Ok" in case["result"]:
        url = container_url(case["env"])
        check_url(url)
        assert url == case["result"]["Ok"]
    else:
        with pytest.raises(STSError):
            check_url(container_url(case["env"]))


@pytest.mark.parametrize("case", IMDS, ids=lambda case: case["docs"])
def test_the_metadata_endpoint_is_the_expected_one(case: dict, tmp_path: Path) -> None:
    """Arguments have precedence over the environment, that over the profile, and an endpoint over a mode."""
    for name, content in case["fs"].items():
        (tmp_path / name).write_text(content)
    environ = {"HOME": str(tmp_path), **case["env"]}
    if "AWS_CONFIG_FILE" in environ:
        environ["AWS_CONFIG_FILE"] = str(tmp_path / environ["AWS_CONFIG_FILE"])
    section = load_profiles(environ).profiles.get("default", {})
    given = (case.get("endpoint_override"), case.get("mode_override"))

    if "Ok" in case["result"]:
        assert metadata_config(environ, lambda: section, *given).endpoint + TOKEN_PATH == case["result"]["Ok"]
    else:
        with pytest.raises(STSError):
            metadata_config(environ, lambda: section, *given)
