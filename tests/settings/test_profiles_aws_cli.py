"""Profiles as the AWS CLI writes them: every form of name and value, written by it and read back by it, botocore and us."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from botocore.session import Session

from sts.settings.profiles import load_profiles


def interpreter() -> str | None:
    """Return the Python of the AWS CLI of the registry (`pip install awscli`, in an environment of its own), None without."""
    command = os.environ.get("STS_AWS_CLI") or shutil.which("aws")
    first = Path(command).read_bytes().partition(b"\n")[0] if command else b""
    path = first.removeprefix(b"#!").decode("utf-8", "replace").strip()
    return path if path.startswith("/") and "python" in path.rpartition("/")[2] else None


PYTHON = interpreter()
pytestmark = pytest.mark.skipif(not PYTHON, reason="needs the AWS CLI of the registry (set STS_AWS_CLI to its path)")

WRITE = """
import contextlib, io, json, os, sys
from awscli.clidriver import create_clidriver
for home, profile, values in json.load(sys.stdin):
    os.environ["HOME"] = home
    for key, value in values.items():
        with contextlib.redirect_stdout(io.StringIO()):
            code = create_clidriver().main(["configure", "set", key, value, f"--profile={profile}"])
        assert code == 0, (profile, key)
"""

NAMES = """plain|Foo Bar|My laptop|Ann's laptop|say "hi" now|tab\tbed|a=b|a#b|a # b|a;b|100%|a:b|$HOME|~|ü ñ|a  b|default|profile
a/b.c@d+e|UPPER lower|x!y|(x)|a,b|{x}|*|-dash|.dot""".replace("\n", "|").split("|")
"""Names that the AWS CLI writes and reads back."""

UNREADABLE = ["O'Brien", 'q"uote', "DOMAIN\\user"]
"""Names whose section of the config file the AWS CLI writes, but neither it nor botocore finds again."""

SECTION = {"aws_access_key_id": "AKID", "aws_secret_access_key": "s/+=", "region": "eu-west-1", "output": "json"}

VALUES = {
    "credential_process": 'helper --arg "team #1" --json',
    "role_arn": "arn:aws:iam::123456789012:role/a/b+c=d,e.f@g-h_i",
    "external_id": "a=b:c/d",
    "role_session_name": "me@example.com",
    "source_profile": "Foo Bar",
    "mfa_serial": "arn:aws:iam::123456789012:mfa/x",
    "ca_bundle": "/a b/c.pem",
    "sso_start_url": "https://x.awsapps.com/start#/",
    "duration_seconds": "3600",
    "web_identity_token_file": "~/tokens/$USER [1]",
    "endpoint_url": "https://[::1]:4566/a?b=c",
    "s3.max_concurrent_requests": "5",
}


def written(tmp_path: Path, cases: list[tuple[str, dict[str, str]]]) -> list[tuple[str, str]]:
    """Let the AWS CLI write each case into a home directory of its own; return home and profile of each."""
    homes = []
    for number, (profile, _) in enumerate(cases):
        (home := tmp_path / str(number)).mkdir()
        homes.append((str(home), profile))
    job = json.dumps([(home, profile, values) for (home, profile), (_, values) in zip(homes, cases, strict=True)])
    subprocess.run([str(PYTHON), "-c", WRITE], input=job, text=True, check=True, timeout=300)
    return homes


def test_every_name_the_aws_cli_writes_is_read_as_botocore_reads_it(tmp_path, monkeypatch):
    """
    A profile of any name has the same properties for botocore and for us.

    aws/aws-cli#2806, 61418/aws-sso-util#16, awslabs/aws-sdk-rust#1097.
    """
    for home, name in written(tmp_path, [(name, SECTION) for name in NAMES]):
        monkeypatch.setenv("HOME", home)
        theirs = Session(profile=name).get_scoped_config()
        assert load_profiles({"HOME": home}).section(name) == theirs == SECTION, name


def test_names_that_only_we_read_back(tmp_path):
    """A quote or backslash in a name without spaces is written as it is; botocore takes it for a shell's and finds nothing."""
    for home, name in written(tmp_path, [(name, SECTION) for name in UNREADABLE]):
        assert load_profiles({"HOME": home}).section(name) == SECTION, name


def test_every_value_the_aws_cli_writes_is_read_as_botocore_reads_it(tmp_path, monkeypatch):
    """A value with quotes, signs and spaces means the same to botocore and to us."""
    ((home, name),) = written(tmp_path, [("values", VALUES)])
    monkeypatch.setenv("HOME", home)
    theirs = Session(profile=name).get_scoped_config()
    assert load_profiles({"HOME": home}).section(name) == theirs
    assert theirs["s3"] == {"max_concurrent_requests": "5"}
    assert {key: theirs[key] for key in VALUES if key in theirs} == {
        key: text for key, text in VALUES.items() if "." not in key
    }
