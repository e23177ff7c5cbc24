"""
Scripts of the JavaScript SDKs, ported line by line, do what they do under Node: see `scripts.py`.

Where they differ on purpose, the reason and what to write instead is a row of the port guide.
"""

from __future__ import annotations

import difflib
import re
from typing import Any

import pytest

from tests.suites.javascript.scripts import ROOT, Case, cases, recorded, run

CASES = cases()
RECORDED = recorded()
QUICK = ("own_requests", "own_credentials", "own_v3")
"""Files for every run of the tests: about one script of four, of every kind. CI runs them all."""


def parameter(case: Case) -> Any:
    return pytest.param(case, id=case.id, marks=() if case.file in QUICK else pytest.mark.slow)


@pytest.mark.slow
@pytest.mark.parametrize("case", [parameter(case) for case in CASES])
def test_a_script_does_what_it_does_under_node(case: Case) -> None:
    """Output lines, status and calls are equal."""
    lines, errors = run(case, "py")
    ours, theirs = case.comparable(lines), case.comparable(RECORDED[case.id])
    difference = "\n".join(difflib.ndiff(theirs, ours))
    if "known" in case.parts:
        assert ours != theirs, "the difference is gone: take its `--- known` away"
    else:
        assert ours == theirs, f"{difference}\n{errors[-2000:]}"


def test_every_difference_is_a_row_of_the_port_guide() -> None:
    """Each has its reason, and each row has a script that shows it."""
    pages = [
        (ROOT / "docs" / "porting" / f"from-javascript-{version}.md").read_text(encoding="utf-8") for version in ("v2", "v3")
    ]
    rows = set(re.findall(r"^\| \*\*(.+?)\*\* \|", "\n".join(pages), re.MULTILINE))
    reasons = {case.text("known").strip() for case in CASES if "known" in case.parts}
    assert reasons == rows


def test_every_script_is_recorded_and_has_a_name_of_its_own() -> None:
    """`--record` writes missing recordings."""
    names = [case.id for case in CASES]
    assert sorted(names) == sorted(set(names)) == sorted(RECORDED)
