"""The table of errors: one row for each code defines its meaning everywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sts import errors
from sts.model.error_codes import ERRORS, codes_of
from sts.model.operations import OPERATIONS
from sts.model.shapes import ErrorShape

ROOT = Path(__file__).resolve().parent.parent.parent
MODELLED = {shape for operation in OPERATIONS for shape in operation.errors}
MOON = """    ErrorShape(
        "", "MoonIsFull", 400, others=("FullMoon",), retryable=True, throttling=True, skew=True, expired=True, hint="Wait a day."
    ),
)
"""
ASK = """
from sts.model.error_codes import ERRORS
from sts.protocol.hints import hint_for
from sts.retry.classify import is_retryable, is_throttling
from sts.pipeline.recovery import EXPIRED_CODES, SKEW_CODES
from tests.support.fakes import client, refused
for code in ("MoonIsFull", "FullMoon"):
    print(is_retryable(code, "", 400), is_throttling(code, 400), code in EXPIRED_CODES, code in SKEW_CODES)
    try:
        client(refused(code), max_attempts=1).get_caller_identity()
    except Exception as error:
        print(type(error).__name__, error.code, error.retryable, error.throttling, error.hint)
"""


def test_a_new_error_code_is_one_row(tmp_path: Path) -> None:
    """A new row applies to classification, throttling, clock and credential recovery, and the hint."""
    shutil.copytree(ROOT / "sts", tmp_path / "sts", ignore=shutil.ignore_patterns("__pycache__"))
    table = tmp_path / "sts" / "model" / "error_codes.py"
    text = table.read_text()
    end = text.index("\n)\n", text.index("\nERRORS = (")) + 1
    table.write_text(text[:end] + MOON + text[end + 2 :])
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    done = subprocess.run([sys.executable, "-c", ASK], cwd=tmp_path, env=environ, capture_output=True, text=True)

    assert done.stdout.splitlines() == [
        "True True True True",
        "ServiceError MoonIsFull True True Wait a day.",
        "True True True True",
        "ServiceError FullMoon True True Wait a day.",
    ], done.stderr


def test_every_modelled_error_has_a_row_and_a_class() -> None:
    """The classes are those of the rows, with the same value of retryable."""
    named = {row for row in ERRORS if row.name}

    assert named == MODELLED
    classes = {name for name, kind in vars(errors).items() if isinstance(kind, type) and kind.__base__ is errors.ServiceError}
    assert {row.name for row in named} == classes
    for row in named:
        assert getattr(errors, row.name).retryable is row.retryable


def test_no_code_has_two_rows() -> None:
    """A code has one meaning."""
    codes = [code for row in ERRORS for code in (row.code, *row.others)]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("row", ERRORS, ids=lambda row: row.code)
def test_what_is_throttled_is_worth_another_try(row: ErrorShape) -> None:
    """Throttling errors are retryable, and hints are one line."""
    assert row.retryable or not row.throttling
    assert "\n" not in row.hint
    assert (row.code in codes_of("skew")) is row.skew
