"""Every example in the help, run in a shell against a local STS, with stand-ins for third-party programs."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sts.cli.command_line import command_parser, top_parser
from sts.cli.command_table import COMMANDS
from sts.cli.operation_names import operation_commands
from sts.testing import LocalSTS
from sts.testing.issuers.mfa import MfaDevice
from sts.testing.service.sessions import Mint
from tests.support.sso_service import SSOService, sso_service

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
ROOT = Path(__file__).resolve().parents[2]
HUB, AUDITED = "arn:aws:iam::123456789012:role/Hub", "210987654321"
START = "https://my.awsapps.com/start"
STS_COMMAND = f"""#!{sys.executable}
import os, sys
sys.path.insert(0, {str(ROOT)!r})
def watch(event, words):
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"):
        with open(os.path.expanduser("~/started"), "a") as file:
            print(words[:2], file=file)  # without the environment
sys.addaudithook(watch)
if "console" in sys.argv or "login-url" in sys.argv:  # AWS's sign-in page is nowhere else
    import sts.tokens.console
    sts.tokens.console._signin_token = lambda *_: "stand-in"
from sts.cli import main
sys.exit(main())
"""
VISIT = f"#!{sys.executable}\n" + (
    "import sys, urllib.request\n"
    "class Stay(urllib.request.HTTPRedirectHandler):\n"
    "    def redirect_request(self, request, fp, code, message, headers, url):\n"
    "        return super().redirect_request(request, fp, code, message, headers, url) if '127.0.0.1' in url else None\n"
    "try:\n"
    "    urllib.request.build_opener(Stay).open(sys.argv[-1], timeout=30).read()\n"
    "except urllib.error.HTTPError:\n"
    "    pass\n"
)
SHOW_CREDENTIALS = '#!/bin/sh\n[ -n "$AWS_ACCESS_KEY_ID$AWS_CONTAINER_CREDENTIALS_FULL_URI" ]\n'
READ_INPUT = "#!/bin/sh\ngrep -q .\n"
NEEDS = {"fish": "fish", "powershell": "pwsh"}
"""Shells that other examples are for, and the program that runs them."""


def examples() -> list[str]:
    """Return the command lines in the help of every command."""
    found = []
    for name in (*COMMANDS, *operation_commands()):
        page = (command_parser(top_parser(), name).epilog or "").partition("exit codes")[0]
        found += [line.strip().removeprefix("Example: ") for line in page.splitlines() if "sts " in line]
    return found


def write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def services() -> Iterator[tuple[LocalSTS, SSOService, MfaDevice]]:
    """Start new services for each example, because a device's code is accepted once."""
    with LocalSTS() as server, sso_service() as sso:
        server.add_role("Hub", trusts=["123456789012"])
        for account in ("123456789012", AUDITED):
            server.add_role("Audit", account=account, trusts=["123456789012", HUB])
        yield server, sso, server.add_mfa_device(name="me")


@pytest.fixture
def secrets(services: tuple[LocalSTS, SSOService, MfaDevice], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the secrets that are issued, as far as they are, and the user's."""
    found = [services[0].user.secret_access_key, "SigninToken=", "X-Amz-Signature="]
    issue = Mint.issue

    def issue_and_note(*arguments: Any) -> dict[str, Any]:
        issued = issue(*arguments)
        found.extend(issued["Credentials"][name] for name in ("SecretAccessKey", "SessionToken"))
        return issued

    monkeypatch.setattr(Mint, "issue", issue_and_note)
    return found


def write_home(home: Path, server: LocalSTS, *, sso: bool) -> None:
    """Write the profiles: `prod` is a role, or with *sso* a profile of IAM Identity Center."""
    options = server.client_options()
    keys = f"aws_access_key_id = {options['access_key_id']}\naws_secret_access_key = {options['secret_access_key']}\n"
    device = f"mfa_serial = arn:aws:iam::123456789012:mfa/me\nmfa_process = {home}/bin/code\n"
    prod = (
        f"sso_start_url = {START}\nsso_region = eu-west-1\nsso_account_id = 123456789012\nsso_role_name = Admin\n"
        if sso
        else f"role_arn = {server.role.arn}\nsource_profile = base\n"
    )
    (home / ".aws").mkdir(mode=0o700)
    (home / ".aws" / "config").write_text(
        f"[default]\n{keys}{device}[profile base]\n{keys}[profile ci]\nrole_arn = {server.role.arn}\nsource_profile = base\n"
        f"[profile prod]\n{prod}"
    )


def write_programs(home: Path, server: LocalSTS, device: MfaDevice) -> None:
    """Write `sts` and the stand-ins."""
    message = server.encode_authorization_message({"allowed": False, "explicitDeny": False})
    accounts = json.dumps({"Accounts": [{"Id": "123456789012"}, {"Id": AUDITED}]})
    programs = {
        "sts": STS_COMMAND,
        "terraform": f"{SHOW_CREDENTIALS}echo 'Encoded authorization failure message: {message}'\n",
        "aws": f"#!/bin/sh\necho '{accounts}'\n",
        "firefox": VISIT,
        "shell": SHOW_CREDENTIALS,
        "vault": READ_INPUT,
        "man": READ_INPUT,
        "code": f"#!/bin/sh\necho {device.code()}\n",
    }
    (home / "bin").mkdir()
    for name, text in programs.items():
        write_program(home / "bin" / name, text)
    write_program(home / "audit", SHOW_CREDENTIALS)
    (home / "terraform-message").write_text(message)


def write_files(home: Path, server: LocalSTS) -> None:
    """Write the files that examples read."""
    files = {
        "policy.json": json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        ),
        "assertion.b64": server.saml_assertion(),
        "accounts.txt": f"123456789012\n{AUDITED}\n",
        "ids.txt": f"123456789012\n{AUDITED}\n",
        "token": server.issue_token(),
    }
    for name, text in files.items():
        (home / name).write_text(text)


def prepared(example: str, home: Path, server: LocalSTS, environ: dict[str, str], device: MfaDevice) -> str:
    """Return *example* with real values for a message or a code. Prepare the files that it reads."""

    def make(*words: str) -> str:
        return subprocess.run(["sts", *words], env=environ, cwd=home, capture_output=True, text=True, check=True).stdout

    if example == "sts verify --cluster-name prod file://token":
        (home / "token").write_text(make("eks-token", "--cluster-name", "prod", "--token-only"))
    if example == "sts verify --audience https://api.example.com -":
        (home / "proof").write_text(make("prove", "--audience", "https://api.example.com"))
        example += " < proof"
    if "get-delegated" in example:
        (home / "token").write_text(server.trade_in_token())
    if example == "sts logout prod":
        make("login", "prod", "--no-browser")
    for name in ("decode MESSAGE", "--encoded-message MESSAGE"):
        example = example.replace(name, name.replace("MESSAGE", (home / "terraform-message").read_text()))
    example = example.replace("--token-code 123456", f"--token-code {device.code()}")
    return example.replace("sts verify", f"sts verify --endpoint {server.url}")  # a verifier trusts AWS's hosts only


@pytest.mark.slow
@pytest.mark.parametrize("example", examples())
def test_every_example_of_the_help_runs(
    example: str, services: tuple[LocalSTS, SSOService, MfaDevice], secrets: list[str], tmp_path: Path
) -> None:
    """Unchanged, with exit code 0, without an error about a word, and without a secret in `ps` or on standard error."""
    server, sso, device = services
    other = next((program for word, program in NEEDS.items() if f" {word} " in example), None)
    if other is not None and shutil.which(other) is None:
        pytest.skip(f"needs {other}")
    write_programs(tmp_path, server, device)
    write_home(tmp_path, server, sso=" login " in example or " logout " in example)
    write_files(tmp_path, server)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "STS_"))}
    environ = {
        **kept,
        "HOME": str(tmp_path),
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "SHELL": str(tmp_path / "bin" / "shell"),
        "BROWSER": str(tmp_path / "bin" / "firefox"),
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_STS": server.url,
        "AWS_ENDPOINT_URL_SSO": sso.url,
        "AWS_ENDPOINT_URL_SSO_OIDC": sso.url,
    }
    if example.startswith("terraform"):  # its stand-in fails without credentials, as it would
        environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"] = (
            server.user.access_key_id,
            server.user.secret_access_key,
        )
    text = prepared(example, tmp_path, server, environ, device)
    shell = [other, "-c", text] if other else ["bash", "-o", "pipefail", "-ec", text]
    done = subprocess.run(shell, env=environ, cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    assert done.returncode == 0, (shlex.join(shell), done.stdout, done.stderr)
    assert "error" not in done.stderr.lower(), done.stderr
    started = (tmp_path / "started").read_text() if (tmp_path / "started").exists() else ""
    assert [secret for secret in secrets if secret in f"{started}{done.stderr}"] == []
    assert started or not any(word in example for word in ("sts exec", "--browser")), "nothing was watched"


def test_every_command_has_an_example() -> None:
    """At least one, that begins with the command's own words."""
    for name in (*COMMANDS, *operation_commands()):
        assert any(f"sts {name}" in example for example in examples()), name
