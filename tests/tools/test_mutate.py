"""The tool that changes modules: what it changes, and that it tells a noticed change from one that is not."""

from __future__ import annotations

import pytest

from tests.tools.mutate import GUARDED, ROOT, mutations

MODULE = '''
"""A module."""
LIMIT = 5

def check(a, b):
    """Return whether it is allowed."""
    log("x")
    if a < b and not b == 3:
        return a + 1
    raise ValueError(f"{a} is {b}")
'''


def test_every_kind_of_place_is_changed() -> None:
    """A comparison, a constant, an operator, a condition, a return value, a statement; no docstring, and nothing outside."""
    found = {(original, replacement) for _, original, replacement, _ in mutations(MODULE)}

    assert {
        ("a < b", "a <= b"),
        ("b == 3", "b != 3"),
        ("3", "4"),
        ("a + 1", "a - 1"),
        ("not b == 3", "b == 3"),
        ("a < b and (not b == 3)", "a < b or not b == 3"),
        ("return a + 1", "return None"),
        ("log('x')", "pass"),
    } <= found
    assert not any("Return whether" in original or original == "5" for original, _ in found)


def test_a_mutation_is_one_change_of_the_whole_module() -> None:
    for _, _, _, text in mutations(MODULE):
        compile(text, "module", "exec")
        assert "LIMIT = 5" in text


@pytest.mark.parametrize("module", GUARDED)
def test_guarded_modules_and_their_tests_are_there(module: str) -> None:
    assert (ROOT / module).is_file()
    assert all((ROOT / test).is_file() for test in GUARDED[module].split())
