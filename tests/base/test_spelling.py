"""Suggestions for misspelt names."""

from __future__ import annotations

import pytest

from sts.base.suggestions import suggest


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("Polcy", ["Policy", "RoleArn"], " Did you mean 'Policy'?"),
        ("rolearn", ["Policy", "RoleArn"], " Did you mean 'RoleArn'?"),
        ("zzz", ["Policy"], ""),
        ("x", [], ""),
    ],
)
def test_suggest(name, known, said):
    """The nearest name is suggested in its own spelling, without regard to case. Without a near name there is no suggestion."""
    assert suggest(name, known) == said
