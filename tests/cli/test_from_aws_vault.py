"""A day's work of an aws-vault user: each command of the porting table, one after another, on a fresh machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sts.testing import LocalSTS

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "porting" / "from-aws-vault.md"
ROLE = "arn:aws:iam::123456789012:role/demo"
ELSEWHERE = ("sts console", "sts login-url", "sts login", "rm -r")
"""What needs AWS's own pages or a browser, or is no command of ours."""
INTERACTIVE = {"sts exec prod"}


def commands() -> list[tuple[str, str]]:
    """Return the commands of aws-vault and the equivalent ones of `sts`."""
    rows = [line.strip().strip("|").split(" | ") for line in TABLE.read_text().splitlines() if line.startswith("| ")]
    return [
        (theirs, ours)
        for theirs, right in ((row[0], row[1]) for row in rows)
        for ours in re.findall(r"`([^`]+)`", right.split(";")[0])
        if "sts " in ours
    ]


RUN = [pair for pair in commands() if not pair[1].startswith(("--", "credential_process", *ELSEWHERE))]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Return the environment of a new machine with one profile, `sts` and a stand-in for each program."""
    home = tmp_path_factory.mktemp("home")
    with LocalSTS() as server:
        server.add_role("demo2", trusts=["123456789012"], max_session_duration=7200)
        options = server.client_options()
        (home / ".aws").mkdir(mode=0o700)
        (home / ".aws" / "config").write_text(
            f"[profile base]\naws_access_key_id = {options['access_key_id']}\n"
            f"aws_secret_access_key = {options['secret_access_key']}\nregion = us-east-1\n"
            f"[profile prod]\nrole_arn = {ROLE}2\nsource_profile = base\nregion = us-east-1\n"
        )
        (home / ".aws" / "config").chmod(0o600)
        (home / "bin").mkdir()
        show = '#!/bin/sh\n[ -n "$AWS_ACCESS_KEY_ID$AWS_CONTAINER_CREDENTIALS_FULL_URI" ] && echo "$0 $AWS_REGION"\n'
        for name in ("terraform", "CMD", "shell"):
            (home / "bin" / name).write_text(show)
        (home / "bin" / "sts").write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m sts "$@"\n')
        for path in (home / "bin").iterdir():
            path.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "STS_"))}
        path = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
        shell = {"SHELL": str(home / "bin" / "shell"), "HOME": str(home), "PATH": path}
        yield {**kept, **shell, "AWS_ENDPOINT_URL_STS": server.url}


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize(("theirs", "ours"), RUN, ids=[ours for _, ours in RUN])
def test_each_command_works(theirs: str, ours: str, machine: dict[str, str]) -> None:
    """And is as short or shorter."""
    done = subprocess.run(["sh", "-c", ours], env=machine, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    if " -- " in ours or ours in INTERACTIVE:
        assert done.stdout.strip(), done.stderr
    assert len(ours) <= len(theirs.strip().strip("`")), (theirs, ours)


def test_the_table_has_a_days_work() -> None:
    """Shells, programs, servers, regions, exports."""
    assert len(RUN) >= 9
