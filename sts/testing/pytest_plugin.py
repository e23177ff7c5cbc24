"""The pytest plugin of the package: fixture `local_sts`. It loads the server only when a test asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

import sts.testing

if TYPE_CHECKING:
    from sts.testing import LocalSTS


@pytest.fixture
def local_sts() -> Iterator[LocalSTS]:
    """Serve a fresh LocalSTS for one test: `STS(**local_sts.client_options())`."""
    with sts.testing.LocalSTS() as server:
        yield server
