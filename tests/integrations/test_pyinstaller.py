"""A frozen program: PyInstaller makes one file of a script, and it runs without Python, packages and sources of ours."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from sts.testing import LocalSTS

pytest.importorskip("PyInstaller", reason="needs PyInstaller, in an environment of its own")

PROGRAM = """
import sys

from sts import STS, AsyncSTS, assume_role_credentials, v2
from sts.cli import main
from sts.credentials import default_chain, web_identity_credentials
from sts.tokens import console_url, eks_token, rds_token

role = assume_role_credentials("arn:aws:iam::123456789012:role/demo", session_name="frozen", region="us-east-1")
print(STS(credentials=role, region="us-east-1").get_caller_identity()["Arn"])
print(v2.STS({"region": "us-east-1"}).get_caller_identity().promise().result(10)["Account"])
print(type(default_chain().retrieve()).__name__, rds_token("db.x.us-east-1.rds.amazonaws.com", 5432, "me")[:2])
try:
    STS(region="us-east-1").assume_role(RoleArn="arn:aws:iam::123456789012:role/none", RoleSessionName="frozen")
except Exception as error:
    print(type(error).__name__)
print(getattr(sys, "frozen", False), "botocore" in sys.modules)
sys.exit(main(["get-caller-identity", "--query", "Account"] if len(sys.argv) < 2 else sys.argv[1:]))
"""


def test_the_entry_point_leads_to_the_hook() -> None:
    """PyInstaller calls the entry point for folders, and finds `hook-sts.py` there."""
    (point,) = [point for point in entry_points(group="pyinstaller40") if point.value.startswith("sts.")]
    (folder,) = point.load()()
    assert Path(folder, "hook-sts.py").is_file()


def test_a_program_of_one_file_runs(tmp_path: Path) -> None:
    """
    Credentials of a role, `sts.v2`, the chain, tokens, an error and the command line work. Their modules are loaded by name.

    pyinstaller/pyinstaller#1723, pyinstaller/pyinstaller#2094, boto/boto3#275 are what a program without its modules does.
    """
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    command = [
        sys.executable,
        "-m",
        "PyInstaller",
        "--onefile",
        "--noconfirm",
        "--log-level=WARN",
        "--name=program",
        str(script),
    ]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert made.returncode == 0, made.stderr
    with LocalSTS() as server:
        alone = {"HOME": str(tmp_path), "PATH": os.defpath, **server.environment()}
        done = subprocess.run(
            [tmp_path / "dist" / "program"], env=alone, cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "arn:aws:sts::123456789012:assumed-role/demo/frozen",
        "123456789012",
        "Credentials db",
        "ServiceError",
        "True False",
        '"123456789012"',
    ]
