"""The tool that changes modules: what it changes, and that it tells a noticed change from one that is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.tools.equivalent import EQUIVALENT
from tests.tools.mutate import GUARDED, ROOT, _ordered, _run_in_child
from tests.tools.mutations import mutated, mutations

MODULE = '''
"""A module."""
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    LIMIT = 7
LIMIT = 5

class Box:
    """A class."""
    __slots__ = ("a" * 2,)
    size: "Literal[6]" = 8

def check(a: "Literal[9]", b=1):
    """Return whether it is allowed."""
    log("x")
    LOGGER.debug("x")
    if a < b < 4 and not b == 3:
        return a + 1
    while a:
        break
    raise ValueError(f"{a:10} is {b}")
'''


def test_every_kind_of_place_is_changed() -> None:
    """A comparison, a constant, an operator, a condition, a result, a statement."""
    assert {one.name for one in mutations(MODULE)} == {
        ": LIMIT = 5 -> LIMIT = 6",
        "Box: size: 'Literal[6]' = 8 -> size: 'Literal[6]' = 9",
        "check: 1 -> 2",
        "check: log('x') -> pass",
        "check: a < b < 4 -> a <= b < 4",
        "check: a < b < 4 -> a < b <= 4",
        "check: a < b < 4 -> a < b < 5",
        "check: a < b < 4 and (not b == 3) -> a < b < 4 or not b == 3",
        "check: not b == 3 -> b == 3",
        "check: b == 3 -> b != 3",
        "check: b == 3 -> b == 4",
        "check: return a + 1 -> return None",
        "check: a + 1 -> a - 1",
        "check: a + 1 -> a + 2",
        "check: a -> not a",
        "check: break -> pass",
        "check: raise ValueError(f'{a:10} is {b}') -> pass",
    }


def test_a_mutation_is_one_change_of_the_whole_module() -> None:
    """Each text is the module with one line changed."""
    whole = {line for line in _unchanged().splitlines() if line}
    for mutation in mutations(MODULE):
        text = mutated(MODULE, mutation)
        compile(text, "module", "exec")
        assert len(whole - set(text.splitlines())) == 1, mutation.name


def _unchanged() -> str:
    import ast

    return ast.unparse(ast.parse(MODULE))


@pytest.mark.parametrize("module", GUARDED)
def test_guarded_modules_and_their_tests_are_there(module: str) -> None:
    """A moved module takes its row along."""
    assert (ROOT / module).is_file()
    assert all((ROOT / test).is_file() for test in GUARDED[module].split())


@pytest.mark.parametrize("module", GUARDED)
def test_explained_mutations_are_mutations(module: str) -> None:
    """A reason goes with the code that it is about, and every reason says something."""
    explained = EQUIVALENT.get(module, {})
    assert set(explained) <= {one.name for one in mutations((ROOT / module).read_text(encoding="utf-8"))}
    assert all(len(reason.split()) > 3 for reason in explained.values())
    assert set(EQUIVALENT) <= set(GUARDED)


def test_tests_of_the_changed_line_come_first() -> None:
    """The quickest before the others."""
    recorded = {"elsewhere": (0.1, [1, 2]), "slow": (2.0, [6]), "quick": (1.0, [2, 7])}
    assert _ordered(recorded, (5, 7)) == ["quick", "slow", "elsewhere"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_ends_with_a_code_a_signal_or_not_at_all() -> None:
    """Code that ends in any way, or never, tells which; the parent goes on."""
    assert _run_in_child(lambda: 3, 60) == 3
    assert _run_in_child(lambda: sys.exit(0), 60) == 1
    assert _run_in_child(lambda: os.kill(os.getpid(), signal.SIGKILL) or 0, 60) == -signal.SIGKILL
    assert _run_in_child(lambda: time.sleep(600) or 0, 0.1) is None


WEAK = "from sts.base.spelling import camel_case\ndef test():\n    camel_case('a_b')\n"
STRONG = f"""
import ast
import sts.base.spelling as module
def read(path):
    return ast.dump(ast.parse(open(path).read()))
def test():
    module.camel_case("a_b")
    assert read(module.__file__) == read({str(ROOT / "sts/base/spelling.py")!r})
"""
RED = "def test():\n    assert 0\n"
ASIDE = "def test():\n    pass\n"
ORDERED = "import sts.base.spelling as module\ndef test_a():\n    module.seen = True\ndef test_b():\n    assert module.seen\n"


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize(
    ("tests", "code", "says"),
    [
        (WEAK, 1, "    survived: line"),
        (STRONG, 0, " 0 survived"),
        (RED, 1, "fail without a mutation"),
        (ASIDE, 1, "never run it"),
    ],
    ids=["weak", "strong", "red", "aside"],
)
def test_what_tests_notice(tests: str, code: int, says: str, tmp_path: Path) -> None:
    """Tests that assert nothing notice nothing, and those that fail or do not run the module are no tests of it."""
    (tmp_path / "test_it.py").write_text(tests, encoding="utf-8")
    module = "sts/base/spelling.py"
    program = f"import tests.tools.mutate as m; m.GUARDED = {{{module!r}: {str(tmp_path / 'test_it.py')!r}}}; raise SystemExit(m.main())"
    command = [sys.executable, "-c", program, "base/spelling", "--count", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)

    assert says in done.stdout + done.stderr
    assert (done.returncode != 0) == code
