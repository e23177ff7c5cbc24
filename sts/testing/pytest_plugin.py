"""
The pytest plugin of the package: fixtures `local_sts` and `sts_client`.

It loads the server only when a test asks for it; while one of the fixtures is active, nothing but loopback can be reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

import sts.testing

if TYPE_CHECKING:
    from sts import STS
    from sts.testing import LocalSTS


@pytest.fixture
def local_sts() -> Iterator[LocalSTS]:
    """Serve a fresh LocalSTS for one test: `STS(**local_sts.client_options())`."""
    with sts.testing.loopback_only(), sts.testing.LocalSTS() as server:
        yield server


@pytest.fixture
def sts_client(local_sts: LocalSTS) -> Iterator[STS]:
    """Give a client of the test's own LocalSTS."""
    with sts.STS(**local_sts.client_options()) as client:
        yield client
