"""The commands `login` and `logout`, against a service made from AWS's own models."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest

from sts.cli import main, sso_login
from sts.cli.sso_login import checked_url, place_of
from sts.errors import CredentialsError
from sts.settings.profiles import load_profiles
from tests.support.sso_service import SSOService, sso_service

START = "https://my.awsapps.com/start"


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SSOService]:
    """Run the service, with profiles of both forms for it."""
    with sso_service() as running:
        (tmp_path / ".aws").mkdir(mode=0o700)
        (tmp_path / ".aws" / "config").write_text(
            f"[sso-session my]\nsso_start_url = {START}\nsso_region = eu-west-1\nsso_registration_scopes = sso:account:access\n"
            "[profile prod]\nsso_session = my\nsso_account_id = 123456789012\nsso_role_name = Admin\nregion = eu-west-1\n"
            f"[profile old]\nsso_start_url = {START}\nsso_region = eu-west-1\nsso_account_id = 123456789012\n"
            "sso_role_name = Admin\nregion = eu-west-1\n[profile none]\nregion = eu-west-1\n"
        )
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("AWS_ENDPOINT_URL_SSO", running.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_SSO_OIDC", running.url)
        yield running


def token_file(home: Path, key: str) -> Path:
    return home / ".aws" / "sso" / "cache" / f"{sha1(key.encode()).hexdigest()}.json"


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand in for a browser in which somebody signs in at once."""
    opened: list[str] = []

    def visit(url: str) -> None:
        opened.append(url)
        with urllib.request.urlopen(url, timeout=30) as page:  # follows the redirect back to us
            page.read()

    def start(url: str, _command: str | None = None) -> bool:
        threading.Thread(target=visit, args=(url,), daemon=True).start()
        return True

    monkeypatch.setattr(sso_login, "start_browser", start)
    return opened


def test_a_browser_signs_in(
    service: SSOService, browser: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With PKCE. The token is in the place and form of the AWS CLI, and gives credentials."""
    assert main(["login", "prod"]) == 0
    path = token_file(tmp_path, "my")
    document = json.loads(path.read_text())

    assert document["startUrl"] == START
    assert document["accessToken"] == "sso-token"
    assert document["refreshToken"] == "refresh"
    assert document["registrationExpiresAt"] == "2100-01-01T00:00:00Z"
    assert set(document) == {
        *("startUrl", "region", "accessToken", "expiresAt", "clientId", "clientSecret", "registrationExpiresAt", "refreshToken")
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (name, register), (_, token) = service.asked
    assert name == "RegisterClient"
    assert register["grantTypes"] == ["authorization_code", "refresh_token"]
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(browser[0]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert token["codeVerifier"] not in browser[0]
    capsys.readouterr()
    assert main(["credential-process", "prod", "--no-cache"]) == 0
    assert json.loads(capsys.readouterr().out)["AccessKeyId"] == "ASIASSO0000000000000"


def test_boto3_uses_the_token(service: SSOService, browser: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As a token of `aws sso login`."""
    pytest.importorskip("botocore")
    assert main(["login", "prod"]) == 0
    code = (
        "import botocore.session as b; print(b.Session(profile='prod').get_credentials().get_frozen_credentials().access_key)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)  # it remembers HOME from its import

    assert done.stdout == "ASIASSO0000000000000\n", done.stderr


@pytest.mark.parametrize("words", [["login", "prod", "--no-browser"], ["login", "old"], ["login", "--profile", "old"]])
def test_a_device_code_is_shown(
    words: list[str],
    service: SSOService,
    browser: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The service is polled at the requested interval until the user has signed in."""
    slept: list[float] = []
    monkeypatch.setattr("sts.cli.commands.login.SignIn", with_sleep(slept))
    monkeypatch.setattr(sso_login, "start_browser", lambda *_: True)
    service.refusals = ["AuthorizationPendingException", "SlowDownException", "AuthorizationPendingException"]
    assert main(words) == 0

    assert slept == [1, 6, 6]
    err = capsys.readouterr().err
    assert "ABCD-EFGH" in err
    assert f"{service.url}/device" in err
    assert "device-code" not in err


def with_sleep(slept: list[float]) -> Any:
    def make(place: Any, handler: Any, tell: Any) -> Any:
        return sso_login.SignIn(place, handler, tell, sleep=slept.append)

    return make


@pytest.mark.parametrize("error", ["AccessDeniedException", "ExpiredTokenException", "InvalidClientException"])
def test_a_refusal_ends_the_wait(error: str, service: SSOService, capsys: pytest.CaptureFixture[str]) -> None:
    """With the service's code, and no secret."""
    service.refusals = [error]
    assert main(["login", "prod", "--no-browser"]) == 253
    err = capsys.readouterr().err

    assert error in err
    assert "client-secret" not in err


def test_a_sign_in_that_is_refused_in_the_browser(
    service: SSOService, browser: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The error has the reason."""
    service.refused_login = "access_denied"
    assert main(["login", "prod"]) == 253
    assert "access_denied" in capsys.readouterr().err


def test_another_state_is_not_ours(service: SSOService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A page that guesses the address of our callback cannot sign somebody else in."""

    def start(url: str, _command: str | None = None) -> bool:
        def visit() -> None:
            redirect = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["redirect_uri"][0]
            for wrong in (f"{redirect}?code=evil&state=evil", f"{redirect}?code=evil", redirect.replace("oauth", "x")):
                try:
                    urllib.request.urlopen(wrong, timeout=30).read()
                except urllib.error.HTTPError as error:
                    error.close()
            urllib.request.urlopen(url, timeout=30).read()

        threading.Thread(target=visit, daemon=True).start()
        return True

    monkeypatch.setattr(sso_login, "start_browser", start)
    assert main(["login", "prod"]) == 0
    assert [given["code"] for name, given in service.asked if name == "CreateToken"] == ["code-0"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "http://evil.example/", "\x1b]8;;x"])
def test_only_safe_addresses_are_opened(url: str, service: SSOService, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever address the service returns."""
    with pytest.raises(CredentialsError, match="Only https"):
        checked_url(url)
    service.verification = url
    assert main(["login", "prod", "--no-browser"]) == 253
    assert "\x1b" not in capsys.readouterr().err


def test_signing_out(service: SSOService, browser: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The session also ends at the service. A second sign-out finds nothing."""
    main(["login", "prod"])
    assert main(["logout", "prod"]) == 0
    assert service.asked[-1] == ("Logout", {"accessToken": "sso-token"})
    assert not token_file(tmp_path, "my").exists()
    assert main(["logout", "prod"]) == 0
    assert "no token" in capsys.readouterr().err


def test_a_profile_without_sso_is_told(service: SSOService, capsys: pytest.CaptureFixture[str]) -> None:
    """What it lacks."""
    assert main(["login", "none"]) == 253
    assert "sso_start_url" in capsys.readouterr().err


def test_a_missing_token_names_the_command(service: SSOService, capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal the sign-in is offered, and the command continues."""
    assert main(["whoami", "prod"]) == 253
    assert "sts login --profile prod" in capsys.readouterr().err


def test_signing_in_is_offered(
    service: SSOService, browser: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a terminal. Then the command continues."""
    asked: list[str] = []
    monkeypatch.setattr("sts.cli.commands.login.has_terminal", lambda: True)
    monkeypatch.setattr("sts.cli.commands.login.ask", lambda question: asked.append(question) or "")
    assert main(["credential-process", "prod", "--no-cache"]) == 0

    assert json.loads(capsys.readouterr().out)["AccessKeyId"] == "ASIASSO0000000000000"
    assert len(asked) == 1


def registrations(service: SSOService) -> int:
    return sum(name == "RegisterClient" for name, _ in service.asked)


def test_a_registration_is_used_again(service: SSOService, browser: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """One for browsers and one for codes, and not beyond its end."""
    for words in (["login", "prod"], ["login", "prod"]):
        assert main(words) == 0
    assert registrations(service) == 1
    for words in (["login", "prod", "--no-browser"], ["login", "prod", "--no-browser"]):
        assert main(words) == 0
    assert registrations(service) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"expiresAt": "2020-01-01T00:00:00Z"},
        {"expiresAt": "soon"},
        {"expiresAt": 5},
        {"clientId": None},
        {"clientSecret": ["x"]},
        {"grantTypes": ["authorization_code"]},
        {"grantTypes": "authorization_code"},
    ],
)
def test_a_registration_that_cannot_be_used_is_replaced(change: dict[str, object], service: SSOService, tmp_path: Path) -> None:
    """For any fault of its file."""
    assert main(["login", "prod", "--no-browser"]) == 0
    session = place_of(load_profiles(os.environ), "prod")
    document = json.loads(Path(session.registration).read_text())
    Path(session.registration).write_text(json.dumps({**document, **change}))
    used = change == {"grantTypes": "authorization_code"}  # no list: as the AWS CLI wrote none before

    assert main(["login", "prod", "--no-browser"]) == 0
    assert registrations(service) == (1 if used else 2)


def test_a_registration_that_the_service_does_not_know_is_forgotten(service: SSOService, tmp_path: Path) -> None:
    """The next sign-in works."""
    assert main(["login", "prod", "--no-browser"]) == 0
    service.refusals = ["InvalidClientException"]
    assert main(["login", "prod", "--no-browser"]) != 0
    assert main(["login", "prod", "--no-browser"]) == 0

    assert registrations(service) == 2


def aws_cli_2() -> bool:
    """Return whether the AWS CLI 2 is installed. Version 1 cannot sign in."""
    done = subprocess.run(["aws", "--version"], capture_output=True, text=True) if shutil.which("aws") else None
    return done is not None and done.stdout.startswith("aws-cli/2")


@pytest.mark.slow
@pytest.mark.skipif(not aws_cli_2(), reason="needs the AWS CLI 2")
@pytest.mark.parametrize("ours_first", [True, False])
def test_either_finds_the_others_token_and_registration(
    ours_first: bool, service: SSOService, capsys: pytest.CaptureFixture[str]
) -> None:
    """Signed in by one, the other gets credentials, and registers no client of its own."""
    theirs = ["sso", "login", "--profile", "prod", "--use-device-code", "--no-browser"]

    def aws(*words: str) -> str:
        return subprocess.run(["aws", *words], capture_output=True, text=True, check=True).stdout

    if ours_first:
        assert main(["login", "prod", "--no-browser"]) == 0
        found = json.loads(aws("configure", "export-credentials", "--profile", "prod"))
        aws(*theirs)
    else:
        aws(*theirs)
        capsys.readouterr()
        assert main(["credential-process", "prod", "--no-cache"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert main(["login", "prod", "--no-browser"]) == 0

    assert found["AccessKeyId"] == "ASIASSO0000000000000"
    assert registrations(service) == 1
