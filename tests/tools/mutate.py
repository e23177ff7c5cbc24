"""
Change a module in one place at a time, and see whether its tests notice.

    python -m tests.tools.mutate signer validate refresh/cache          modules by the end of their path
    python -m tests.tools.mutate --count 40 --seed 7 --jobs 2 --all

A mutation changes one comparison, operator, constant or return value, or leaves out a statement. The tree is copied, so yours
stays as it is. The exit code is 1 when a mutation survives that `EQUIVALENT` does not explain.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
GUARDED = {
    "sts/signer.py": "tests/test_signer.py",
    "sts/handlers/http1.py": "tests/handlers/test_http1.py",
    "sts/protocol/validate.py": "tests/protocol/test_validate.py tests/protocol/test_bad_input.py",
    "sts/retry/standard.py": "tests/retry/test_standard.py",
    "sts/retry/adaptive.py": "tests/retry/test_adaptive.py",
    "sts/retry/classify.py": "tests/retry/test_classify.py tests/retry/test_standard.py",
    "sts/credentials/refresh/cache.py": "tests/credentials/refresh/test_cache.py",
    "sts/credentials/refresh/disk_cache.py": "tests/credentials/refresh/test_disk_cache.py",
    "sts/credentials/chain/chain.py": "tests/credentials/chain/test_default.py",
    "sts/pipeline/recovery.py": "tests/pipeline/test_recovery.py",
    "sts/testing/service/verify.py": "tests/testing/service/test_verify.py",
    "sts/tokens/presigned.py": "tests/tokens/test_eks.py tests/tokens/test_proofs.py",
    "sts/tokens/proofs.py": "tests/tokens/test_proofs.py",
}
"""Modules on which safety hangs, and their own tests."""

EQUIVALENT: dict[str, str] = {}
"""Mutations that change nothing that anybody could see, as `path: original -> mutated`, each with the reason."""

SECONDS = 240.0
"""Time that the tests of one mutation may take; a mutation that hangs is noticed too."""
_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what *node* may be replaced by."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARED:
        yield ast.Compare(node.left, [_COMPARED[type(node.ops[0])](), *node.ops[1:]], node.comparators)
    elif isinstance(node, ast.BinOp) and type(node.op) in _COMPUTED:
        yield ast.BinOp(node.left, _COMPUTED[type(node.op)](), node.right)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, (ast.Expr, ast.Assign, ast.AugAssign, ast.Raise)) and not _is_text(node):
        yield ast.Pass()


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def places(tree: ast.Module) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Yield each node that can be changed inside a function: its parent, the field, the position there, and the node."""
    bodies = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    inner = [node for body in bodies for one in body.body for node in ast.walk(one)]
    for parent in {id(node): node for node in (*bodies, *inner)}.values():
        for field, value in ast.iter_fields(parent):
            if field == "annotation" or isinstance(parent, ast.JoinedStr):
                continue
            if field != "body" and isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            for position, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(node, ast.AST):
                    yield parent, field, position, node


def mutations(text: str) -> list[tuple[int, str, str, str]]:
    """Return line, original, replacement and the whole module of every mutation of *text*."""
    found = []
    tree = ast.parse(text)
    for parent, field, position, node in list(places(tree)):
        for variant in variants(node):
            original, line = ast.unparse(node), node.lineno  # type: ignore[attr-defined]  # a statement or an expression
            replacement = ast.copy_location(copy.deepcopy(variant), node)
            _put(parent, field, position, replacement)
            found.append((line, original, ast.unparse(replacement), ast.unparse(ast.fix_missing_locations(tree))))
            _put(parent, field, position, node)
    return found


def _put(parent: ast.AST, field: str, position: int | None, node: ast.AST) -> None:
    if position is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[position] = node


def copy_tree(target: Path) -> Path:
    """Copy what the tests need."""
    skip = shutil.ignore_patterns("__pycache__", ".git", ".*_cache", ".hypothesis", "build")
    return Path(shutil.copytree(ROOT, target / "tree", ignore=skip))


def survives(tree: Path, module: str, text: str, tests: str) -> bool:
    """Return whether the *tests* pass with *text* in the place of *module*."""
    path = tree / module
    kept = path.read_bytes()
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", *tests.split()]
    environ = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=tree, env=environ, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    finally:
        path.write_bytes(kept)
    return done.returncode == 0


def check(module: str, count: int, seed: int) -> tuple[int, list[str]]:
    """Return how many mutations of *module* were tried, and those that survived without a reason."""
    chosen = mutations((ROOT / module).read_text(encoding="utf-8"))
    random.Random(f"{seed} {module}").shuffle(chosen)
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        tree = copy_tree(Path(folder))
        for line, original, replacement, text in chosen[:count]:
            name = f"{module}: {original} -> {replacement}"
            if name not in EQUIVALENT and survives(tree, module, text, GUARDED[module]):
                lines.append(f"{module}:{line}: {original} -> {replacement}")
    return len(chosen[:count]), lines


def main() -> int:
    """Print the mutations that survive, and how many were noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.mutate", description="See whether tests notice mutations.")
    parser.add_argument("modules", nargs="*", help="ends of the paths of modules, without .py")
    parser.add_argument("--all", action="store_true", help="every guarded module")
    parser.add_argument("--count", type=int, default=40, help="mutations a module")
    parser.add_argument("--seed", type=int, default=0, help="another seed chooses others")
    parser.add_argument("--jobs", type=int, default=1, help="modules at the same time")
    given = parser.parse_args()
    modules = [one for one in GUARDED if given.all or any(one.removesuffix(".py").endswith(end) for end in given.modules)]
    if not modules:
        parser.error(f"name modules, or give --all: {', '.join(GUARDED)}")
    left = 0
    with ThreadPoolExecutor(given.jobs) as pool:
        for module, (tried, lines) in zip(
            modules, pool.map(lambda one: check(one, given.count, given.seed), modules), strict=True
        ):
            print(f"{module}: {tried - len(lines)} of {tried} noticed", *lines, sep="\n    ", flush=True)
            left += len(lines)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
