"""A short run of the fuzzer for each reader of external input; `python -m tests.suites.fuzz` has a long one."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tests.suites.fuzz.targets import TARGETS, Target

BUDGET = {"command line": 40, "HTTP": 60, "profile files": 60, "SSO": 60}


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_only_our_errors_come_out(target: Target) -> None:
    """This holds for any input."""
    quiet = settings(
        max_examples=BUDGET.get(target.name, 100), deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    quiet(given(target.strategy)(target.check))()
