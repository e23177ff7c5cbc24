"""The soak for a few seconds; `python -m tests.suites.soak` runs for half an hour."""

from __future__ import annotations

import pytest

from tests.suites.soak.soak import run, verdict


@pytest.mark.slow
def test_many_threads_among_faults_get_right_answers_and_none_hangs() -> None:
    """A fifth of all requests fail, connections are closed, credentials rotate. Every result is right, and every call ends."""
    outcome = run(seconds=3, threads=8)

    assert verdict(outcome, long=False) == []
    assert outcome.soak.outcomes["ok"] > 20
    assert len(outcome.soak.attempts) > 1
