"""The modules that a source file names: in imports, and in strings given to what loads modules by name."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

LOADERS = {
    "importlib": {"import_module"},
    "builtins": {"__import__"},
    "sts.base.forks": {"load", "load_library"},
    "sts._lazy": {"lazy"},
}
"""Module to its functions that load modules by name."""
NAMES = frozenset().union(*LOADERS.values())
PRELOADS = "preload"
"""Keyword of functions that give its names to a loader."""


def imported(tree: ast.AST, modules: set[str]) -> Iterator[str]:
    """
    Yield every module of ours that a module names: in imports of any place, and in strings given to a loader.

    That covers imports under `TYPE_CHECKING` and inside functions. A string counts when it is the whole name of a module, names
    of loggers aside; `hidden` finds names that are no such string.
    """
    loggers = {
        argument
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "getLogger"
        for argument in node.args
    }
    for node in ast.walk(tree):
        if node in loggers:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in modules else node.module or ""
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in modules and "." in node.value:
            yield node.value


def hidden(tree: ast.Module, passed_on: Collection[str] = ()) -> Iterator[int]:
    """
    Yield the lines that name a module in a way that `imported` cannot read.

    What is given to a loader or looked up in `sys.modules` must be a string, a row of a table of strings at the top of the
    same module, or one of the variables *passed_on*, which hold what the callers of a loader give. Relative imports, loaders
    under another name, and loaders that are handed around count as hidden as well.
    """
    known = {*passed_on, *tables(tree)}
    called = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            renamed = any(alias.name in LOADERS.get(node.module or "", ()) and alias.asname for alias in node.names)
            if node.level or renamed:
                yield node.lineno
        elif isinstance(node, ast.Call):
            called.add(node.func)
            if not all(is_readable(name, known) for name in names_given(node, tree)):
                yield node.lineno
        elif isinstance(node, ast.Subscript) and is_loaded(node.value) and not is_readable(node.slice, known):
            yield node.lineno
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)) and is_loader(node, tree) and node not in called:
            yield node.lineno


def tables(tree: ast.Module) -> set[str]:
    """Return the names at the top of a module that hold strings written out, alone or in tables."""
    found = set()
    for node in tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None and is_literal(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def is_literal(node: ast.expr | None) -> bool:
    """Return whether *node* is a constant, or a table of constants."""
    if isinstance(node, ast.Dict):
        return all(map(is_literal, [*node.keys, *node.values]))
    return isinstance(node, ast.Constant) or (isinstance(node, (ast.Tuple, ast.List)) and all(map(is_literal, node.elts)))


def is_readable(node: ast.expr, known: Collection[str]) -> bool:
    """Return whether the names of modules that *node* stands for are literals, or one of the variables *known*."""
    if isinstance(node, ast.Starred):
        return is_readable(node.value, known)
    if isinstance(node, ast.Subscript):
        node = node.value
    return is_literal(node) or (isinstance(node, ast.Name) and node.id in known)


def names_given(call: ast.Call, tree: ast.Module) -> list[ast.expr]:
    """Return the arguments of *call* that name modules: of a loader, of `sys.modules.get()`, and `preload=`."""
    given = [keyword.value for keyword in call.keywords if keyword.arg == PRELOADS]
    if is_loader(call.func, tree):
        first = 1 if getattr(call.func, "id", getattr(call.func, "attr", "")) == "lazy" else 0  # the namespace
        return [*given, *call.args[first:]]
    method = call.func
    looks_up = isinstance(method, ast.Attribute) and method.attr in ("get", "setdefault", "pop") and is_loaded(method.value)
    return [*given, *call.args[:1]] if looks_up else given


def is_loaded(node: ast.expr) -> bool:
    """Return whether *node* is `sys.modules`."""
    return isinstance(node, ast.Attribute) and node.attr == "modules" and getattr(node.value, "id", "") == "sys"


def is_loader(node: ast.expr, tree: ast.Module) -> bool:
    """Return whether *node* is a function that loads modules by name."""
    if isinstance(node, ast.Attribute):
        owners = {module.rpartition(".")[2] for module, names in LOADERS.items() if node.attr in names}
        return getattr(node.value, "id", getattr(node.value, "attr", "")) in owners
    if not isinstance(node, ast.Name) or node.id not in NAMES:
        return False
    return node.id == "__import__" or any(
        node.id in (alias.name for alias in one.names) and node.id in LOADERS.get(one.module or "", ())
        for one in ast.walk(tree)
        if isinstance(one, ast.ImportFrom)
    )
