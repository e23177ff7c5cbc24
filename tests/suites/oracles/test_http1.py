"""A short comparison with h11, llhttp and `http.client`; the long one is `python -m tests.suites.oracles.http1`."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.suites.oracles.http1 import DIFFERENCES, Case, cases, compare, h11_reads, llhttp_reads, ours, run


@pytest.mark.parametrize("seed", [1, 2])
def test_answers_are_read_as_h11_and_llhttp_read_them(seed: int) -> None:
    """Outcome and body are equal except for the listed differences. No valid response is rejected."""
    tally = run(seed, 1500)
    assert tally.failures == []
    assert 500 < tally.accepted < 1400


def test_valid_answers_are_generated() -> None:
    """All three readers accept them with the same result, so the generator does not falsify the comparison."""
    valid = [case for case in cases(3, 600) if case.valid]
    assert len(valid) > 150
    for case in valid:
        assert ours(case) == h11_reads(case) == llhttp_reads(case)


def test_a_wrong_reading_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison can fail: a reader that takes the first interim response as the final one is detected."""
    monkeypatch.setattr(
        "sts.handlers.http1.ResponseReader._read_interim",
        lambda reader, lines, current: bool(reader._finish(b"", reusable=True)),
    )
    case = Case((b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<ok/>",), valid=True)
    assert list(compare(case, Counter()))


def test_each_difference_names_its_section() -> None:
    """The reason is given as well."""
    for row in DIFFERENCES:
        assert row.section.startswith(("RFC 9110, ", "RFC 9112, "))
        assert row.reason
