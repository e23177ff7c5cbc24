"""The first word of a command, and what `assume` exports for later ones."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sts.cli import main
from sts.cli.formats import quote_powershell, shell_lines
from sts.cli.picker import name_of
from sts.cli.target import exported_names, is_expired
from sts.errors import ConfigError
from sts.testing import LocalSTS

ROOT = Path(__file__).resolve().parents[2]
ROLE = "arn:aws:iam::123456789012:role/demo"


@pytest.fixture(scope="module")
def module_server() -> Iterator[LocalSTS]:
    with LocalSTS() as running:
        yield running


@pytest.fixture
def server(module_server: LocalSTS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalSTS:
    """Configure a home with two profiles of roles for the server, and nothing in the environment."""
    options = module_server.client_options()
    (tmp_path / ".aws").mkdir(mode=0o700)
    (tmp_path / ".aws" / "config").write_text(
        f"[profile base]\naws_access_key_id = {options['access_key_id']}\n"
        f"aws_secret_access_key = {options['secret_access_key']}\nregion = us-east-1\n"
        f"[profile prod]\nrole_arn = {ROLE}\nsource_profile = base\nregion = eu-west-1\n"
        f"[profile other]\nrole_arn = {ROLE}\nsource_profile = base\nregion = ap-south-1\nrole_session_name = other\n"
    )
    (tmp_path / ".aws" / "config").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", module_server.url)
    module_server.clear_calls()
    return module_server


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def sh(lines: str, command: str, environ: dict[str, str] | None = None) -> str:
    """Return what *command* prints in a shell that has read *lines*."""
    script = f"{lines}\n{command}"
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, env=environ, cwd=ROOT).stdout


def exported(lines: str, environ: dict[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a shell that has read *lines*."""
    show = f"{sys.executable} -c 'import json, os; print(json.dumps(dict(os.environ)))'"
    found: dict[str, str] = json.loads(sh(lines, show, environ))
    return found


@pytest.mark.parametrize("words", [["whoami"], ["assume"], ["credential-process"]])
def test_a_profile_is_the_first_word(words: list[str], server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """The same as --profile. If both name different profiles, it is an error."""
    code, out, err = run(capsys, *words, "prod")
    assert (code, err) == (0, "")
    assert "ASIA" in out
    assert run(capsys, *words, "prod", "--profile", "other")[0] == 252
    assert run(capsys, *words, "prod", "--profile", "prod")[0] == 0


def test_an_arn_is_a_role(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """It is assumed with the credentials of --profile."""
    code, out, _ = run(
        capsys, "whoami", ROLE, "--profile", "base", "--region", "us-east-1", "--query", "Arn", "--output", "text"
    )

    assert code == 0
    assert out.startswith("arn:aws:sts::123456789012:assumed-role/demo/")


def test_a_word_that_is_neither_is_told_with_the_nearest_name(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is sent."""
    code, _, err = run(capsys, "whoami", "prodd")

    assert (code, server.calls) == (253, [])
    assert "'prod'" in err
    assert "sts profiles" in err


def test_profiles_are_listed(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """With account, role, source and cached session."""
    before = json.loads(run(capsys, "profiles", "--json")[1])
    run(capsys, "credential-process", "prod")
    after = json.loads(run(capsys, "profiles", "--json")[1])

    assert [row["Profile"] for row in before] == ["base", "prod", "other"]
    assert before[1] == {
        "Profile": "prod",
        "Account": "123456789012",
        "Role": "demo",
        "Source": "profile base",
        "Region": "eu-west-1",
        "KeptUntil": "",
    }
    assert re.match(r"20\d\d-", after[1]["KeptUntil"])
    assert after[2]["KeptUntil"] == ""


def test_the_region_of_the_named_profile_wins_over_what_was_exported(
    server: LocalSTS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A further `assume OTHER` or `exec OTHER` takes OTHER's region and role, and the lines change the shell to that."""
    first = exported(run(capsys, "assume", "prod")[1])
    assert first["AWS_REGION"] == first["AWS_DEFAULT_REGION"] == "eu-west-1"
    for name in set(first) - set(os.environ):
        monkeypatch.setenv(name, first[name])
    lines = run(capsys, "assume", "other")[1]
    second = exported(lines)

    assert second["AWS_REGION"] == second["AWS_DEFAULT_REGION"] == "ap-south-1"
    assert second["STS_ASSUMED_PROFILE"] == "other"
    assert second["AWS_ACCESS_KEY_ID"] != first["AWS_ACCESS_KEY_ID"]


def test_nothing_of_an_earlier_session_stays_in_the_shell(server: LocalSTS, tmp_path: Path) -> None:
    """Neither the region of a profile nor the role, where the next profile has none."""
    with open(tmp_path / ".aws" / "config", "a") as file:
        file.write(f"[profile nowhere]\nrole_arn = {ROLE}\nsource_profile = base\n")
    ours = f'eval "$({sys.executable} -m sts assume'
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_REGION", "AWS_DEFAULT_REGION"))}
    script = f'{ours} {ROLE} --profile base --region eu-west-3)"; echo $AWS_REGION; {ours} nowhere)"; env'
    done = subprocess.run(["sh", "-c", script], env={**kept, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)

    assert done.stdout.startswith("eu-west-3\n"), done.stderr
    assert "STS_ASSUMED_PROFILE=nowhere" in done.stdout
    assert not [line for line in done.stdout.splitlines() if line.startswith(("AWS_REGION", "STS_ASSUMED_R", "AWS_DEFAULT_R"))]


def test_a_region_of_the_users_own_stays(
    server: LocalSTS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As everywhere at AWS a variable outranks the profile, unless it is ours."""
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    environ = exported(run(capsys, "assume", "prod")[1])

    assert environ["AWS_REGION"] == "us-west-2"
    assert "AWS_REGION" not in exported_names(environ)


def test_everything_that_was_exported_can_be_removed(
    server: LocalSTS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--unset` removes our variables and those of AWS. Keys that the user set stay."""
    before = dict(os.environ)
    environ = exported(run(capsys, "assume", "prod")[1])
    for name in set(environ) - set(before):
        monkeypatch.setenv(name, environ[name])
    after = exported(run(capsys, "assume", "--unset")[1])
    left = {name for name in set(after) - set(before) if name.startswith(("AWS_", "STS_"))}
    assert left == set()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOWN")
    assert "AWS_ACCESS_KEY_ID" not in run(capsys, "assume", "--unset")[1]


def test_expired_variables_are_named_with_the_way_out(
    server: LocalSTS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`sts assume` alone repeats the session. Other commands recommend it, and `exec PROFILE` works."""
    environ = exported(run(capsys, "assume", "prod", "--no-cache")[1])
    for name in set(environ) - set(os.environ):
        monkeypatch.setenv(name, environ[name])
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z")
    code, _, err = run(capsys, "whoami")
    assert code == 253
    assert 'eval "$(sts assume)"' in err
    assert "2020-01-01" in err
    assert run(capsys, "whoami", "other")[0] == 0

    for name in set(environ) - set(os.environ):
        monkeypatch.setenv(name, environ[name])
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z")
    code, out, _ = run(capsys, "assume", "--no-cache")
    assert code == 0
    assert exported(out)["STS_ASSUMED_PROFILE"] == "prod"


def test_a_moment_decides_what_has_expired() -> None:
    """Only our own variables count, and only a valid time."""
    ours = {"STS_ASSUMED_KEY_ID": "A", "AWS_ACCESS_KEY_ID": "A", "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"}
    assert is_expired(ours, time.time())
    assert not is_expired(ours, 0)
    assert not is_expired({**ours, "AWS_ACCESS_KEY_ID": "B"}, time.time())
    assert not is_expired({**ours, "AWS_CREDENTIAL_EXPIRATION": "soon"}, time.time())


def test_a_token_of_other_keys_is_never_left_beside_new_ones(
    server: LocalSTS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A profile with long-term keys after a session."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIAFOREIGN")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "foreign")
    environ = exported(run(capsys, "assume", "base")[1])

    assert environ["AWS_ACCESS_KEY_ID"].startswith("AKIA")
    assert "AWS_SESSION_TOKEN" not in environ


def test_a_profile_is_chosen_by_number_or_name() -> None:
    """Anything else is an error with the nearest name."""
    assert name_of("2", ["a", "b"]) == "b"
    assert name_of("b", ["a", "b"]) == "b"
    for wrong in ("0", "3", "²", ""):
        with pytest.raises(ConfigError, match="number from 1 to 2"):
            name_of(wrong, ["a", "b"])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a pseudo-terminal")
def test_a_choice_is_offered_on_a_terminal(server: LocalSTS, tmp_path: Path) -> None:
    """If nothing selects the credentials. Standard output has only the lines for the shell."""
    import pty

    out = tmp_path / "out"
    child, terminal = pty.fork()
    if child == 0:
        try:
            os.chdir(ROOT)
            os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT, 0o600), 1)
            os.execv(sys.executable, [sys.executable, "-m", "sts", "assume"])
        finally:
            os._exit(99)
    seen = b""
    while b"name)" not in seen:
        seen += os.read(terminal, 1024)
    os.write(terminal, b"2\n")
    with contextlib.suppress(OSError):
        while os.read(terminal, 1024):
            pass
    _, status = os.waitpid(child, 0)
    os.close(terminal)

    assert os.waitstatus_to_exitcode(status) == 0
    assert b"2  prod  arn:aws:iam::123456789012:role/demo" in seen
    assert "STS_ASSUMED_PROFILE=prod" in out.read_text()


def test_every_quote_of_powershell_is_doubled() -> None:
    """PowerShell reads typographic quotation marks as quotes too (about_Quoting_Rules)."""
    assert quote_powershell("a'b‘c’d‚e‛f") == "'a''b‘‘c’’d‚‚e‛‛f'"
    assert shell_lines("powershell", {"A": "x", "B": None}) == "$Env:A = 'x'\nRemove-Item -ErrorAction Ignore Env:B"
    assert shell_lines("fish", {"A": "it's \\ x"}) == "set -gx A 'it\\'s \\\\ x'"


SESSION = (
    "--duration",
    "20m",
    "--session-name",
    "night",
    "--tags",
    "team=a",
    "--external-id",
    "x-1",
    "--source-identity",
    "me",
)


@pytest.mark.parametrize("command", [("assume",), ("credential-process", "--profile")])
def test_session_options_count_for_the_role_of_a_profile(
    command: tuple[str, ...], server: LocalSTS, capfd: pytest.CaptureFixture[str]
) -> None:
    """They replace the properties of the profile. Without an option the property applies."""
    assert main([*command, "other", *SESSION, "--show-secrets"]) == 0
    seen = server.calls[-1].params
    assert {name: seen[name] for name in ("RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId", "SourceIdentity")} == {
        "RoleArn": ROLE,
        "RoleSessionName": "night",
        "DurationSeconds": 1200,
        "ExternalId": "x-1",
        "SourceIdentity": "me",
    }
    assert list(seen["Tags"]) == [{"Key": "team", "Value": "a"}]
    assert main(["assume", "other", "--duration", "15m", "--show-secrets"]) == 0
    assert (server.calls[-1].params["RoleSessionName"], server.calls[-1].params["DurationSeconds"]) == ("other", 900)
    capfd.readouterr()


def test_a_session_of_other_options_is_another_kept_session(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """A session that is kept for one lifetime is not given out for another."""
    for duration in ("15m", "30m", "15m", "max"):
        assert run(capsys, "credential-process", "--profile", "prod", "--duration", duration)[0] == 0
    asked = [call.params["DurationSeconds"] for call in server.calls]
    assert asked == [900, 1800, 43200, 28800, 14400, 7200, 3600]  # "max" tries until the role allows it


def test_only_the_last_role_of_a_chain_takes_the_session_options(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """Its source profiles keep their own properties."""
    with (Path.home() / ".aws" / "config").open("a") as file:
        file.write(f"[profile last]\nrole_arn = {ROLE}\nsource_profile = other\nregion = eu-west-1\n")
    assert run(capsys, "assume", "last", "--session-name", "night", "--show-secrets")[0] == 0
    assert [call.params["RoleSessionName"] for call in server.calls] == ["other", "night"]


@pytest.mark.parametrize(
    ("arguments", "variables", "says"),
    [
        (("base", "--duration", "15m"), {}, "--duration cannot be used: the profile 'base' has no role"),
        (("base", "--tags", "a=b", "--policy", "{}"), {}, "--policy, --tags cannot be used"),
        (("--duration", "15m", "--local"), {}, "the credentials are those of the local server's user"),
        (("--duration", "15m"), {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s"}, "environment (AWS_ACCESS_KEY_ID)"),
        (("web", "--duration", "15m"), {}, "the profile 'web' has no role that is assumed with AssumeRole"),
    ],
)
def test_session_options_without_a_role_are_refused(
    arguments: tuple[str, ...],
    variables: dict[str, str],
    says: str,
    server: LocalSTS,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They would have no effect, which the caller would not notice."""
    with (Path.home() / ".aws" / "config").open("a") as file:
        file.write(f"[profile web]\nrole_arn = {ROLE}\nweb_identity_token_file = /t\n")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code, out, err = run(capsys, "assume", *arguments, "--show-secrets")
    assert (code, out) == (252, "")
    assert says in " ".join(err.split())
    assert "--role-arn" in err
    assert not server.calls


def test_the_duration_is_that_of_the_mfa_session_without_a_role(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """And of the role's session with one."""
    device = server.add_mfa_device()
    given = ("--mfa-serial", device.serial, "--mfa-code", device.code(), "--duration", "2h", "--show-secrets")
    assert run(capsys, "assume", "base", *given)[0] == 0
    assert [(call.operation, call.params.get("DurationSeconds")) for call in server.calls] == [("GetSessionToken", 7200)]


def test_the_longest_session_of_a_profile_with_an_mfa_device(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """A code counts once, so that a session with MFA comes first."""
    device = server.add_mfa_device()
    with (Path.home() / ".aws" / "config").open("a") as file:
        file.write(
            f"[profile safe]\nrole_arn = {ROLE}\nsource_profile = base\nmfa_serial = {device.serial}\nregion = us-east-1\n"
        )
    assert run(capsys, "assume", "safe", "--duration", "max", "--mfa-code", device.code(), "--show-secrets")[0] == 0
    assert (server.calls[0].operation, server.calls[-1].operation) == ("GetSessionToken", "AssumeRole")


@pytest.mark.parametrize("command", ["", "  ", "pass 'otp"])
def test_an_mfa_command_without_words_is_refused(command: str, server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """The error names the option. No other source of codes is used."""
    serial = server.add_mfa_device().serial
    with (Path.home() / ".aws" / "config").open("a") as file:
        file.write(f"[profile safe]\nrole_arn = {ROLE}\nsource_profile = base\nmfa_serial = {serial}\nmfa_process = echo 1\n")
    code, _, err = run(capsys, "assume", "safe", "--region", "us-east-1", "--mfa-command", command, "--show-secrets")
    assert code == 253
    assert "The MFA program (mfa_process or --mfa-command) is empty, or a quote in it is not closed" in " ".join(err.split())
