"""Guessing which name was meant."""

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
    """The nearest name is offered with its own spelling, case aside; nothing when none is near."""
    assert suggest(name, known) == said
