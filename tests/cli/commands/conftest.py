"""A server, and a home with profiles for it, for commands that run other programs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sts.testing import LocalSTS

ROLE = "arn:aws:iam::123456789012:role/demo"
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def server() -> Iterator[LocalSTS]:
    with LocalSTS() as running:
        yield running


@pytest.fixture
def environ(server: LocalSTS, tmp_path: Path) -> dict[str, str]:
    """Return an environment for the server, with a home of the test's own."""
    options = server.client_options()
    (tmp_path / ".aws").mkdir(mode=0o700)
    (tmp_path / ".aws" / "config").write_text(
        f"[profile base]\naws_access_key_id = {options['access_key_id']}\n"
        f"aws_secret_access_key = {options['secret_access_key']}\n"
        f"[profile prod]\nrole_arn = {ROLE}\nsource_profile = base\nregion = eu-west-1\n"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "STS_"))}
    return {**kept, "HOME": str(tmp_path), "AWS_ENDPOINT_URL_STS": server.url, "PYTHONPATH": str(ROOT)}
