"""What a client says of itself, and the command that says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sts import STS, AsyncSTS, Credentials
from sts.cli import main
from sts.identity import Credentials as Value
from tests.support.fakes import CREDENTIALS, client
from tests.support.http_server import files

KEYS = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = hush\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in files(tmp_path, f"[profile dev]\nregion = eu-west-1\nmax_attempts = 7\n{KEYS}").items():
        monkeypatch.setenv(name, value)
    return tmp_path


def test_each_setting_has_its_source(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Option, variable, profile with its file, or default."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://user:hush@localhost:4566/x?token=hush")
    explanation = STS(profile="dev", read_timeout=9).explain()
    lines = {line.name: line for line in explanation.settings}
    assert (lines["profile"].value, lines["profile"].source) == ("dev", "option profile=")
    assert (lines["region"].value, lines["region"].source) == ("eu-west-1", "profile 'dev' in ~/.aws/config")
    assert (lines["max_attempts"].value, lines["read_timeout"].source) == ("7", "option read_timeout=")
    assert lines["endpoint"].source == "AWS_ENDPOINT_URL_STS"
    assert lines["retry_mode"].source == "default"
    assert "hush" not in str(explanation)


def test_each_provider_has_its_verdict(home: Path) -> None:
    """Those behind the one that gave credentials were not asked."""
    explanation = STS(profile="dev").explain()
    verdicts = {verdict.name: verdict for verdict in explanation.providers}
    assert next(iter(verdicts)) == "assume-role"
    assert verdicts["config-file"].gave
    assert "has no role_arn" in verdicts["assume-role"].reason
    assert "not called" in verdicts["instance-metadata"].reason
    assert explanation.credentials == "<Credentials ...MPLE expiration=None account_id=None> from profile"
    assert (explanation.endpoint, explanation.signing_region) == ("https://sts.eu-west-1.amazonaws.com", "eu-west-1")
    assert explanation.problems == ()


def test_a_used_client_explains_what_it_used(home: Path) -> None:
    """Nothing is asked again; the endpoint is the one in use."""
    made = client(region="us-east-1")
    made.get_caller_identity()
    explanation = made.explain()
    assert [str(verdict) for verdict in explanation.providers] == [
        f"static: gave <Credentials ...{CREDENTIALS['access_key_id'][-4:]} expiration=None account_id=None>"
    ]
    assert explanation.endpoint == "https://sts.us-east-1.amazonaws.com"


def test_without_asking_no_provider_is_asked(home: Path) -> None:
    """For those whose providers open a browser."""

    class Never:
        def retrieve(self) -> Credentials:
            raise AssertionError

    explanation = STS(region="us-east-1", credentials=Never()).explain(ask=False)
    assert [str(verdict) for verdict in explanation.providers] == ["never: not called"]
    assert explanation.credentials is None
    assert AsyncSTS(region="us-east-1", credentials=Never()).explain(ask=False).providers == explanation.providers


def test_problems_are_told_and_nothing_is_raised(home: Path) -> None:
    """No region, no credentials, a foreign exception, a setting that cannot be used: one report says all."""
    explanation = STS(profile="default").explain()
    assert len(explanation.problems) == 2
    assert "No region" in explanation.problems[0]
    assert "No credentials" in explanation.problems[1]
    assert explanation.endpoint is None

    def fail() -> Value:
        raise ValueError("hush")

    report = str(STS(region="us-east-1", credentials=fail).explain())
    assert "ValueError" in report
    assert "hush" not in report
    assert "nowhere" in STS(profile="nowhere").explain().problems[0]
    assert "belong together" in STS(region="us-east-1", access_key_id="AKIA").explain().problems[0]


def test_the_command_prints_the_report(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0 when a call could be made, else 253, as for any missing configuration; JSON for programs."""
    assert main(["configure-report", "--profile", "dev"]) == 0
    told = capsys.readouterr()
    assert "profile 'dev' in ~/.aws/config" in told.out
    assert "config-file" in told.out
    assert "hush" not in told.out + told.err

    assert main(["configure-report", "--json", "--offline", "--profile", "dev"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["endpoint"] == "https://sts.eu-west-1.amazonaws.com"
    assert {"name": "region", "value": "eu-west-1", "source": "profile 'dev' in ~/.aws/config"} in document["settings"]
    assert {verdict["reason"] for verdict in document["providers"]} == {"not called"}

    assert main(["configure-report"]) == 253
    assert "see the problems" in capsys.readouterr().err
