"""
The pytest plugin of the package: fixtures `local_sts`, `sts_client` and `local_sts_environment`.

It loads the server only if a test uses it. While one of the fixtures is active, only loopback can be reached.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import sts.testing

if TYPE_CHECKING:
    from sts import STS
    from sts.testing import LocalSTS


@pytest.fixture
def local_sts() -> Iterator[LocalSTS]:
    """Serve a new LocalSTS for one test: `STS(**local_sts.client_options())`."""
    with sts.testing.loopback_only(), sts.testing.LocalSTS() as server:
        yield server


@pytest.fixture
def local_sts_environment(local_sts: LocalSTS, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LocalSTS:
    """
    Set the environment to the test's own LocalSTS, for code that makes its own client with any AWS SDK.

    Profiles, roles of pods and metadata services of the machine are disabled meanwhile.
    """
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in local_sts.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return local_sts


@pytest.fixture
def sts_client(local_sts: LocalSTS) -> Iterator[STS]:
    """Return a client of the test's own LocalSTS."""
    with sts.STS(**local_sts.client_options()) as client:
        yield client
