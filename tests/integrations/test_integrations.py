"""Optional packages are loaded on use, and the error for a missing package names it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
WITHOUT = """
import sys
sys.modules["{package}"] = None
try:
    import sts.integrations.{module}
except ImportError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("module", "package", "name"),
    [
        ("httpx_auth", "httpx", "httpx"),
        ("boto3", "botocore", "boto3"),
        ("google_auth", "google", "google-auth"),
    ],
)
def test_a_missing_package_is_named(module: str, package: str, name: str) -> None:
    """With the command that installs it."""
    code = WITHOUT.format(package=package, module=module)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout.strip() == f"sts.integrations.{module} needs the package {name}: pip install {name}"


def test_a_session_of_boto3_needs_boto3() -> None:
    """The rest of the bridge needs botocore alone."""
    code = WITHOUT.format(package="boto3", module="boto3").replace(
        "boto3\n", "boto3 as bridge\n    bridge.to_boto3_session()\n", 1
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout.strip() == "sts.integrations.boto3 needs the package boto3: pip install boto3"


@pytest.mark.parametrize("module", ["hvac", "kubernetes"])
def test_glue_needs_no_package(module: str) -> None:
    """It works on objects of a package without importing it."""
    code = f"import sts.integrations.{module}, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(done.stdout.split())

    assert not loaded & {"hvac", "kubernetes", "botocore", "requests", "urllib3"}


def test_google_auth_gets_its_keys_without_botocore() -> None:
    """Nobody else's package is pulled in."""
    code = """
import sys
sys.modules["boto3"] = sys.modules["botocore"] = None
from sts import Credentials
from sts.integrations.google_auth import google_credentials
made = google_credentials("//iam.googleapis.com/x", Credentials("AKIDEXAMPLE", "x"), region="us-east-1")
print(made.retrieve_subject_token(None)[:20])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout.startswith("%7B%22headers%22")
