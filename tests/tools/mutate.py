"""
Change a module in one place at a time, and see whether its tests notice.

    python -m tests.tools.mutate signer validate refresh/cache          modules by the end of their path
    python -m tests.tools.mutate --count 40 --seed 7 --all

A mutation changes one comparison, operator, condition, constant or result, or leaves out a statement. The tree is copied, so
yours stays as it is. First the tests must pass without a mutation, also in the order in which they are run later: those
first that run the changed lines. A mutation is noticed when the tests then fail or no longer end. The exit code is 1 when one
survives that `EQUIVALENT` does not explain.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import importlib.metadata
import json
import math
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from tests.tools.equivalent import EQUIVALENT
from tests.tools.mutations import mutated, mutations

ROOT = Path(__file__).resolve().parent.parent.parent
GUARDED = {
    "sts/signer.py": "tests/test_signer.py",
    "sts/sigv4a.py": "tests/test_sigv4a.py",
    "sts/pipeline/signing.py": "tests/pipeline/test_signing.py",
    "sts/protocol/validate.py": "tests/protocol/test_validate.py tests/protocol/test_bad_input.py",
    "sts/retry/classify.py": "tests/retry/test_classify.py tests/retry/test_standard.py",
    "sts/retry/standard.py": "tests/retry/test_standard.py tests/base/test_forks.py",
    "sts/retry/adaptive.py": "tests/retry/test_adaptive.py tests/base/test_forks.py",
    "sts/base/forks.py": "tests/base/test_forks.py",
    "sts/pipeline/recovery.py": "tests/pipeline/test_recovery.py",
    "sts/credentials/refresh/cache.py": "tests/credentials/refresh/test_cache.py tests/credentials/refresh/test_circles.py",
    "sts/credentials/refresh/disk_cache.py": "tests/credentials/refresh/test_disk_cache.py",
    "sts/credentials/refresh/keys.py": "tests/credentials/refresh/test_keys.py tests/credentials/refresh/test_disk_cache.py",
    "sts/credentials/refresh/private_files.py": "tests/credentials/refresh/test_private_files.py",
    "sts/credentials/refresh/file_lock.py": (
        "tests/credentials/refresh/test_file_lock.py tests/credentials/refresh/test_private_files.py"
    ),
    "sts/credentials/chain/chain.py": "tests/credentials/chain/test_chain.py tests/credentials/chain/test_default.py",
    "sts/credentials/chain/default.py": (
        "tests/credentials/chain/test_default.py tests/credentials/chain/test_profile_roles.py tests/credentials/chain/test_features.py"
    ),
    "sts/credentials/exchange/fetch.py": "tests/credentials/exchange/test_fetch.py tests/credentials/providers/test_metadata.py",
    "sts/tokens/presigned.py": "tests/tokens/test_presigned.py tests/tokens/test_eks.py",
    "sts/tokens/eks_verifier.py": "tests/tokens/test_eks.py",
    "sts/tokens/proofs.py": "tests/tokens/test_proofs.py",
    "sts/testing/service/verify.py": "tests/testing/service/test_verify.py",
    "sts/testing/issuers/jws.py": "tests/testing/issuers/test_jws.py",
    "sts/handlers/http1.py": "tests/handlers/test_http1.py",
    "sts/handlers/grammar.py": "tests/handlers/test_grammar.py tests/handlers/test_http1.py",
    "sts/handlers/exchange.py": "tests/handlers/test_exchange.py tests/handlers/test_http1.py",
}
"""Modules on which safety hangs, and their own tests."""

Recorded = dict[str, tuple[float, list[int]]]
"""For each test its seconds, and the lines of the module that it runs."""
Outcome = Literal["survived", "failed", "hung"]
SLACK = 20.0
"""Seconds that the tests of a mutation may take beyond `PATIENCE` times those of the module as it is."""
PATIENCE = 3.0
_NOTICED = {1, 2}
"""Exit codes of pytest: a test failed, or a test module could not be imported. Others are no answer of the tests."""
_PYTEST = (
    "-x",
    "-q",
    "-n",
    "0",
    "-p",
    "no:cacheprovider",
    "-p",
    "tests.tools.ordered",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
)
_WARM = ("hypothesis", "botocore.session", "requests", "urllib3", "cryptography.x509", "asyncio")
"""Modules of others that are loaded once, as pytest and its plugins are, and not for each mutation."""


class Copy:
    """A copy of the tree, in which *module* is changed and the *tests* are run."""

    def __init__(self, folder: Path, module: str, tests: str) -> None:
        skip = shutil.ignore_patterns("__pycache__", ".git", ".*_cache", ".hypothesis", "build")
        self.tree = Path(shutil.copytree(ROOT, folder / "tree", ignore=skip))
        self.module = self.tree / module
        self.tests = tests.split()
        self.record, self.order, self.output = folder / "record.json", folder / "order.json", folder / "output.txt"
        self._written = 0

    def write(self, text: str) -> None:
        """Make *text* the module; no compiled file of another text can be taken for it, whoever wrote one."""
        self.module.write_text(text, encoding="utf-8")
        self._written += 1
        os.utime(self.module, (self._written, self._written))

    def run(self, seconds: float = math.inf, **variables: str) -> Outcome:
        """Run the tests; raise SystemExit when they could not be run at all."""
        code = _run_in_child(lambda: self._pytest(variables), seconds)
        if code is None:
            return "hung"
        if code > 0 and code not in _NOTICED and _run_in_child(self._import, seconds) == 0:
            raise SystemExit(f"pytest ended with {code}: {self.output.read_text(encoding='utf-8', errors='replace')[-2000:]}")
        return "failed" if code else "survived"

    def _pytest(self, variables: dict[str, str]) -> int:
        """Run pytest in this process; return its exit code."""
        self._enter()
        os.environ.update(variables)
        import pytest

        return int(pytest.main([*_PYTEST, *self.tests]))

    def _import(self) -> int:
        """Import the module, which pytest needs to start."""
        self._enter()
        importlib.import_module(".".join(self.module.relative_to(self.tree).with_suffix("").parts))
        return 0

    def _enter(self) -> None:
        """Make this process one that was started in the copy of the tree, and write its output into a file."""
        for name in [name for name in sys.modules if name.partition(".")[0] in {"sts", "tests"}]:
            del sys.modules[name]
        sys.path[:] = [str(self.tree), *(path for path in sys.path if Path(path) != ROOT)]
        os.chdir(self.tree)
        os.environ["PYTHONPATH"] = str(self.tree)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        sys.dont_write_bytecode = False
        output = os.open(self.output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(output, stream)

    def baseline(self) -> tuple[Recorded, float]:
        """Return the seconds of each test with the lines that it runs, and the seconds of all; the tests must pass."""
        module = str(self.module)
        if self.run(MUTATE_RECORD=str(self.record), MUTATE_MODULE=module) != "survived":
            raise SystemExit(f"The tests of {module} fail without a mutation: {' '.join(self.tests)}")
        recorded = json.loads(self.record.read_text(encoding="utf-8"))
        if not any(lines for _, lines in recorded.values()):
            raise SystemExit(f"The tests of {module} never run it: {' '.join(self.tests)}")
        self.write(ast.unparse(ast.parse(self.module.read_text(encoding="utf-8"))))
        self.order.write_text(json.dumps(_ordered(recorded, (0, 0))), encoding="utf-8")
        started = time.monotonic()
        if self.run(MUTATE_ORDER=str(self.order)) != "survived":
            raise SystemExit(f"The tests of {module} depend on their order, or on its comments.")
        return recorded, time.monotonic() - started

    def outcome(self, text: str, lines: tuple[int, int], recorded: Recorded, seconds: float) -> Outcome:
        """Return what the tests make of the module *text*, which was changed in *lines*."""
        self.write(text)
        self.order.write_text(json.dumps(_ordered(recorded, lines)), encoding="utf-8")
        return self.run(SLACK + PATIENCE * seconds, MUTATE_ORDER=str(self.order))


def _ordered(recorded: Recorded, lines: tuple[int, int]) -> list[str]:
    """Return the tests: first those that run one of *lines*, of these the quickest first."""
    first, last = lines

    def rank(name: str) -> tuple[bool, float]:
        seconds, ran = recorded[name]
        return not any(first <= line <= last for line in ran), seconds

    return sorted(recorded, key=rank)


def _run_in_child(function: Callable[[], int], seconds: float) -> int | None:
    """Return what *function* returns in a forked process, less than 0 for a signal that ended it; None after *seconds*."""
    child = os.fork()
    if child == 0:
        os.setsid()
        code = 1
        try:
            code = function()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)
    try:
        return _wait(child, time.monotonic() + seconds)
    finally:
        with contextlib.suppress(ProcessLookupError):  # whatever the tests started and left
            os.killpg(child, signal.SIGKILL)


def _wait(child: int, end: float) -> int | None:
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return None
        time.sleep(0.01)


def check(module: str, count: int, seed: int) -> int:
    """Try *count* mutations of *module*, chosen by *seed*; print those that survive, and return their number."""
    text = (ROOT / module).read_text(encoding="utf-8")
    chosen = mutations(text)
    random.Random(f"{seed} {module}").shuffle(chosen)
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        tree = Copy(Path(folder), module, GUARDED[module])
        recorded, seconds = tree.baseline()
        for mutation in chosen[:count]:
            explained = mutation.name in EQUIVALENT.get(module, {})
            outcome = "equivalent" if explained else tree.outcome(mutated(text, mutation), mutation.lines, recorded, seconds)
            outcomes[outcome] += 1
            if outcome in {"survived", "hung"}:
                print(f"    {outcome}: line {mutation.lines[0]}, {mutation.name}", flush=True)
    noticed = outcomes["failed"] + outcomes["hung"]
    print(f"{module}: {len(chosen[:count])} tried, {noticed} noticed, {outcomes['equivalent']} equivalent,", end=" ")
    print(f"{outcomes['survived']} survived", flush=True)
    return outcomes["survived"]


def _warm() -> None:
    import pytest  # noqa: F401  # loaded before the plugins

    for name in (*_WARM, *(one.module for one in importlib.metadata.entry_points(group="pytest11"))):
        if not name.startswith("sts."):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def main() -> int:
    """Check the modules that the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.mutate", description="See whether tests notice mutations.")
    parser.add_argument("modules", nargs="*", help="ends of the paths of modules, without .py")
    parser.add_argument("--all", action="store_true", help="every guarded module")
    parser.add_argument("--count", type=int, default=40, help="mutations a module")
    parser.add_argument("--seed", type=int, default=0, help="another seed chooses others")
    given = parser.parse_args()
    ends = tuple(f"/{end}.py" for end in given.modules)
    modules = [one for one in GUARDED if given.all or f"/{one}".endswith(ends)]
    if not modules:
        parser.error(f"name modules, or give --all: {', '.join(GUARDED)}")
    _warm()
    return 1 if sum(check(module, given.count, given.seed) for module in modules) else 0


if __name__ == "__main__":
    sys.exit(main())
