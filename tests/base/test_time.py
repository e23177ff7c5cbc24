"""Times in the forms that servers send."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sts.base.time import format_timestamp, parse_http_date, parse_timestamp

MOMENT = datetime(2015, 1, 25, 8, 0, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2015-01-25T08:00:00Z", MOMENT),
        (" 2015-01-25T08:00:00Z\n", MOMENT),
        ("2015-01-25T08:00:00+00:00", MOMENT),
        ("2015-01-25T08:00:00", MOMENT),
        ("2015-01-25t08:00:00z", MOMENT),
        ("2015-01-25 08:00:00Z", MOMENT),
        ("2015-01-25T09:30:00+01:30", MOMENT),
        ("2015-01-25T09:30:00+0130", MOMENT),
        ("2015-01-24T23:00:00-09:00", MOMENT),
        ("2015-01-25T08:00:00.5Z", MOMENT + timedelta(microseconds=500_000)),
        ("2015-01-25T08:00:00.123Z", MOMENT + timedelta(microseconds=123_000)),
        ("2015-01-25T08:00:00.123456789Z", MOMENT + timedelta(microseconds=123_456)),
        ("2015-01-25T08:00:00.123456789+00:00", MOMENT + timedelta(microseconds=123_456)),
        ("1422172800", MOMENT),
        ("1422172800.25", MOMENT + timedelta(microseconds=250_000)),
        ("1.4221728E9", MOMENT),
        ("Sun, 25 Jan 2015 08:00:00 GMT", MOMENT),
        ("25 Jan 2015 08:00:00 GMT", MOMENT),
    ],
)
def test_parse_timestamp(text, moment):
    """Every form that real servers send is parsed into an aware UTC time."""
    parsed = parse_timestamp(text)

    assert parsed == moment
    assert parsed.tzinfo is timezone.utc


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2015-13-25T08:00:00Z",
        "2015-01-25",
        "25:00",
        "0001-01-01T00:00:00+23:59",
        "99999999999999",
        "999999999999",
        "1e99",
        "2015-01-25T08:00:00+25:00",
        "Sun, 25 Foo 2015 08:00:00 GMT",
        "Sun, 32 Jan 2015 08:00:00 GMT",
        "٢٠١٥-01-25T08:00:00Z",
    ],
)
def test_not_a_time(text):
    """Other text is a ValueError, also on overflow."""
    with pytest.raises(ValueError, match=r"."):
        parse_timestamp(text)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(timezone.utc)))
def test_round_trip(moment):
    """A formatted time is parsed to the same value, to the microsecond."""
    assert parse_timestamp(format_timestamp(moment)) == moment


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (MOMENT, "2015-01-25T08:00:00Z"),
        (MOMENT.replace(tzinfo=None), "2015-01-25T08:00:00Z"),
        (MOMENT.astimezone(timezone(timedelta(hours=-7))), "2015-01-25T08:00:00Z"),
        (MOMENT + timedelta(milliseconds=5), "2015-01-25T08:00:00.005000Z"),
    ],
)
def test_format_timestamp(moment, text):
    """Times are written in UTC with Z, naive ones are taken as UTC, and a zero fraction is left out."""
    assert format_timestamp(moment) == text


@pytest.mark.parametrize(
    "text", ["Sun, 25 Jan 2015 08:00:00 GMT", "sun, 25 jan 2015 08:00:00 GMT", "Sunday, 25-Jan-2015 08:00:00 GMT"]
)
def test_http_date(text):
    """HTTP dates are parsed in any locale."""
    assert parse_http_date(text) == MOMENT
