"""MFA codes from programs: no shell, a time limit, digits only, and nothing of what was printed in an error."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sts import STS
from sts.credentials.chain.profile_roles import mfa_of
from sts.credentials.providers.process import MFAProgram
from sts.errors import ConfigError, CredentialsError
from sts.testing import LocalSTS

SERIAL = "arn:aws:iam::123456789012:mfa/me"


def program(tmp_path: Path, code: str) -> str:
    """Return the command of a program that runs *code*."""
    path = tmp_path / "code.py"
    path.write_text(code)
    return f"{sys.executable} '{path}'"


def test_the_code_is_what_the_program_prints(tmp_path: Path) -> None:
    """It can read the serial number. White space around the code is removed."""
    command = program(tmp_path, "import os; assert os.environ['STS_MFA_SERIAL'].endswith('mfa/me'); print(' 012345 ')")

    assert MFAProgram(command)(SERIAL) == "012345"


def test_there_is_no_shell(tmp_path: Path) -> None:
    """Variables, pipes and the like are plain characters."""
    command = f"{program(tmp_path, 'import sys; print(len(sys.argv))')} $HOME | ; '&& x'"

    assert MFAProgram(command)(SERIAL) == "5"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("print('hunter2')", "something other than digits"),
        ("print('12345a')", "something other than digits"),
        ("print('123456\\n654321')", "something other than digits"),
        ("print('\\u0661\\u0662')", "something other than digits"),
        ("print('1' * 65)", "something other than digits"),
        ("pass", "something other than digits"),
        ("print('123456'); raise SystemExit(3)", "exit code 3"),
        ("print('1' * 3000000)", "OutputTooLongError"),
    ],
)
def test_anything_else_is_an_error_that_does_not_show_it(code: str, said: str, tmp_path: Path) -> None:
    """Password stores print passwords."""
    with pytest.raises(CredentialsError, match=said) as caught:
        MFAProgram(program(tmp_path, code))(SERIAL)

    assert "hunter2" not in str(caught.value)
    assert "python" in str(caught.value)


def test_a_program_that_hangs_is_stopped(tmp_path: Path) -> None:
    """And named."""
    with pytest.raises(CredentialsError, match="did not exit within"):
        MFAProgram(program(tmp_path, "import time; time.sleep(600)"), timeout=0.3)(SERIAL)


def test_a_program_that_is_not_there_is_named() -> None:
    """The error comes before any other source of codes is used."""
    with pytest.raises(CredentialsError, match="no-such-program.*No such file"):
        MFAProgram("no-such-program --now")(SERIAL)
    with pytest.raises(ConfigError):
        MFAProgram("'open")
    assert mfa_of({"mfa_serial": SERIAL}) is None
    assert mfa_of({"mfa_serial": SERIAL, "mfa_process": " "}) is None


def test_a_profile_with_a_program_needs_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`mfa_process` in the profile of a role with `mfa_serial` supplies the code."""
    with LocalSTS() as server:
        options = server.client_options()
        device = server.add_mfa_device(name="program")
        server.add_role("Guarded", trusts=["123456789012"], mfa=True)
        command = program(tmp_path, f"print({device.code()!r})")
        (tmp_path / "config").write_text(
            f"[profile base]\naws_access_key_id = {options['access_key_id']}\n"
            f"aws_secret_access_key = {options['secret_access_key']}\n"
            f"[profile guarded]\nrole_arn = arn:aws:iam::123456789012:role/Guarded\nsource_profile = base\n"
            f"mfa_serial = {device.serial}\nmfa_process = {command}\n"
        )
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.url)
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        with STS(profile="guarded") as client:
            assert ":assumed-role/Guarded/" in client.get_caller_identity()["Arn"]
