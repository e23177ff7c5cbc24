"""Durations are parsed in the usual forms. Anything else is rejected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sts.base.durations import parse_duration, seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5400", 5400),
        ("90m", 5400),
        ("1h30m", 5400),
        ("1h30m0s", 5400),
        ("1h 30m", 5400),
        ("1.5h", 5400),
        ("PT1H30M", 5400),
        ("P1DT1H", 90000),
        ("1d", 86400),
        ("12H", 43200),
        ("0s", 0),
    ],
)
def test_forms_of_durations(text, seconds):
    """
    Go's, Terraform's, aws-vault's and ISO 8601's forms are read.

    opentofu/opentofu#759, 99designs/aws-vault#851, boto/botocore#1598.
    """
    assert parse_duration(text) == seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "1x", "1m1h", "-1h", "1h30", "1.5s", "٩٠m", "1e3", "P", "PT", " 900", "9" * 5000])
def test_what_is_not_a_duration(text):
    """`parse_duration` raises ValueError, and `seconds_of` returns None."""
    with pytest.raises(ValueError, match="give seconds, or numbers"):
        parse_duration(text)
    assert seconds_of(text) is None


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)))
def test_every_whole_duration_has_its_text(duration):
    """A duration written with units has the same number of seconds."""
    total = int(duration.total_seconds())
    text = f"{total // 3600}h{total % 3600 // 60}m{total % 60}s"
    assert parse_duration(text) == seconds_of(timedelta(seconds=total)) == total
