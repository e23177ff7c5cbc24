"""What in a test depends on time: assertions that compare a duration with a limit, and waits with limits of their own."""

from __future__ import annotations

import ast
from collections.abc import Iterator

CLOCKS = frozenset("time monotonic perf_counter process_time thread_time".split())
"""Functions of `time` that read a clock, also with the suffix `_ns`."""


def timed_assertions(tree: ast.AST) -> Iterator[int]:
    """Yield the lines of assertions that compare a clock or a difference of its times with something."""
    found = _Durations(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            compared = [one for one in ast.walk(node.test) if isinstance(one, ast.Compare)]
            if any(found.is_duration(one) for one in compared):
                yield node.lineno


def own_limits(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that end a wait for another thread after some seconds of their own: `assert done.wait(5)`, `result(5)`."""
    asserted = {id(one) for node in ast.walk(tree) if isinstance(node, ast.Assert) for one in ast.walk(node.test)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _seconds(node) >= 1:
            name = node.func.attr
            if name in ("result", "join") or (name in ("wait", "acquire") and id(node) in asserted):
                yield node.lineno


def _seconds(call: ast.Call) -> float:
    """Return the only argument of *call* if it is a number given by place or as `timeout`, otherwise 0."""
    values = [*call.args, *(one.value for one in call.keywords if one.arg == "timeout")]
    if len(call.args) + len(call.keywords) != 1 or len(values) != 1 or not isinstance(values[0], ast.Constant):
        return 0
    return values[0].value if isinstance(values[0].value, (int, float)) else 0


class _Durations:
    """Names of a module that hold times of a clock, and those that hold differences of such times."""

    def __init__(self, tree: ast.AST) -> None:
        self.functions = frozenset(_clock_functions(tree))
        self.times: set[str] = set()
        self.durations: set[str] = set()
        if not any(self._is_call(node) for node in ast.walk(tree)):
            return  # no clock is read
        bindings = [binding for node in ast.walk(tree) for binding in _bindings(node)]
        known = -1
        while known != (known := len(self.times) + len(self.durations)):
            for names, value in bindings:
                self._note(names, value)

    def is_duration(self, expression: ast.AST) -> bool:
        """Return True if the value of *expression* depends on a difference of times, or compares a time itself."""
        if isinstance(expression, ast.Compare):
            sides = (expression.left, *expression.comparators)
            return any(self._is_call(side) or self.is_duration(side) for side in sides)
        return any(self._differs(node) for node in ast.walk(expression))

    def _note(self, names: list[str], value: ast.AST) -> None:
        if self.is_duration(value):
            self.durations.update(names)
        elif self._is_time(value):
            self.times.update(names)

    def _differs(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self.durations
        if isinstance(node, ast.Attribute):
            return node.attr in self.durations
        subtracts = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)
        return subtracts and self._is_time(node.left) and self._is_time(node.right)  # type: ignore[attr-defined]

    def _is_time(self, node: ast.AST) -> bool:
        name = getattr(node, "id", None) or getattr(node, "attr", None)
        return self._is_call(node) or name in self.times

    def _is_call(self, node: ast.AST) -> bool:
        if not isinstance(node, ast.Call) or node.args:
            return False
        function = node.func
        if isinstance(function, ast.Name):
            return function.id in self.functions
        of_time = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "time"
        return of_time and function.attr.removesuffix("_ns") in CLOCKS  # type: ignore[attr-defined]


def _clock_functions(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (one.asname or one.name for one in node.names if one.name.removesuffix("_ns") in CLOCKS)


def _bindings(node: ast.AST) -> Iterator[tuple[list[str], ast.AST]]:
    """Yield names with the value that *node* gives them: in `x = 1`, `x, y = 1, 2`, `x.append(1)`, loops and functions."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        returned = [one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value is not None]
        yield [node.name], ast.Tuple(returned, ast.Load())
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("append", "add"):
        yield _names(node.func.value), ast.Tuple(node.args, ast.Load())
    elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        yield _names(node.target), node.iter
    elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and node.value is not None:
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                yield from ((_names(one), value) for one, value in zip(target.elts, node.value.elts, strict=False))
            else:
                yield _names(target), node.value


def _names(target: ast.AST) -> list[str]:
    """Return the variables and attributes that are assigned to, without the objects of the attributes."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return [name for one in target.elts for name in _names(one)]
    return [name for name in (getattr(target, "id", ""), getattr(target, "attr", "")) if name]
