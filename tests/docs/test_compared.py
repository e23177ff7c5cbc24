"""What the README says of features: the answers kept are those that this package gives."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from sts.testing import LocalSTS
from tests.suites.benchmarks.features import CONTENDERS, FEATURES, SETUP, Feature, ask

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = json.loads((ROOT / "tests" / "suites" / "benchmarks" / "features.json").read_text(encoding="utf-8"))["features"]
# What depends on how and where the package is installed.
ELSEWHERE = {"packages installed along", "command line"}


@pytest.mark.parametrize("feature", [one for one in FEATURES if one.name not in ELSEWHERE], ids=lambda one: one.name)
def test_ours_does_what_the_table_says(feature: Feature, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program that was run for the table is run again."""
    monkeypatch.setenv("HOME", str(tmp_path))
    with LocalSTS(clock=feature.now) as server:
        answer = ask(
            [sys.executable],
            f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{SETUP['sts']}{feature.programs['sts']}",
            server,
            tmp_path,
        )

    assert answer == KEPT[feature.name]["sts"]


def test_every_contender_is_asked_everything() -> None:
    """No cell of the table is typed by hand or left out."""
    assert {name: set(row) for name, row in KEPT.items()} == {one.name: set(CONTENDERS) for one in FEATURES}
