"""The mutations of a module: every single change of a comparison, operator, condition, constant, result or statement."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import NamedTuple


class Mutation(NamedTuple):
    """One change of a module."""

    number: int
    """Position among all mutations of the module."""
    lines: tuple[int, int]
    """First and last line of what is changed."""
    function: str
    """Qualified name of the function or class, "" at the module's level."""
    change: str
    """What is replaced, and by what: `a < b -> a <= b`."""

    @property
    def name(self) -> str:
        """The function and the change, which stay the same when lines are added elsewhere."""
        return f"{self.function}: {self.change}"


class Place(NamedTuple):
    """A node that can be changed: its parent, the field and the position there, and the function around it."""

    parent: ast.AST
    field: str
    position: int | None
    node: ast.AST
    function: str

    def put(self, node: ast.AST) -> None:
        """Set *node* at this place."""
        if self.position is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.position] = node


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
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
_STATEMENTS = (ast.Expr, ast.Assign, ast.AugAssign, ast.Raise, ast.Delete, ast.Break, ast.Continue)
_FIELDS_LEFT_OUT = frozenset({"annotation", "returns", "decorator_list", "format_spec", "bases", "slice_types"})
_HAS_NAME = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def mutations(text: str) -> list[Mutation]:
    """Return every mutation of the module *text*."""
    found: list[Mutation] = []
    for place, replacement in _replacements(ast.parse(text)):
        before = _shown(place, place.node)
        place.put(replacement)
        change = f"{before} -> {_shown(place, replacement)}"
        place.put(place.node)
        lines = (place.node.lineno, place.node.end_lineno)  # type: ignore[attr-defined]  # a statement or an expression
        found.append(Mutation(len(found), lines, place.function, change))
    return found


def mutated(text: str, mutation: Mutation) -> str:
    """Return the module *text* with one of its `mutations()`."""
    tree = ast.parse(text)
    place, replacement = _replacements(tree)[mutation.number]
    place.put(replacement)
    return ast.unparse(ast.fix_missing_locations(tree))


def _replacements(tree: ast.Module) -> list[tuple[Place, ast.AST]]:
    return [(place, copy.deepcopy(variant)) for place in list(_places(tree, "")) for variant in _variants(place)]


def _places(parent: ast.AST, function: str) -> Iterator[Place]:
    """Yield what is inside *parent*, but no annotations, decorators, docstrings, `__slots__` and code for type checkers."""
    for field, value in ast.iter_fields(parent):
        if field in _FIELDS_LEFT_OUT:
            continue
        for position, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, (ast.expr, ast.stmt)) and not _is_left_out(node):
                yield Place(parent, field, position, node, function)
            if isinstance(node, ast.AST) and not _is_left_out(node):
                inner = f"{function}.{node.name}".lstrip(".") if isinstance(node, _HAS_NAME) else function
                yield from _places(node, inner)


def _is_left_out(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.unparse(node.test)
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]).startswith("__")
    # What is only logged for whoever looks for a fault is not what safety hangs on.
    return isinstance(node, ast.Expr) and (isinstance(node.value, ast.Constant) or _is_debug_log(node.value))


def _is_debug_log(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "LOGGER.debug"


def _variants(place: Place) -> Iterator[ast.AST]:
    """Yield what may be at *place* instead."""
    node = place.node
    if isinstance(node, ast.stmt):
        yield from _statements(node, in_function=bool(place.function) and not isinstance(place.parent, ast.ClassDef))
    elif isinstance(node, ast.Constant):
        yield from _constants(node.value)
    elif isinstance(node, ast.expr):
        yield from _expressions(node)
        if place.field in {"test", "ifs"} and not isinstance(node, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
            yield ast.UnaryOp(ast.Not(), node)


def _statements(node: ast.stmt, *, in_function: bool) -> Iterator[ast.AST]:
    """Yield what may be instead of a statement; elsewhere than in a function every one is needed for the import."""
    if not in_function:
        return
    if isinstance(node, ast.Return) and not (node.value is None or _is_none(node.value)):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, _STATEMENTS):
        yield ast.Pass()


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _constants(value: object) -> Iterator[ast.AST]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, (int, float)):
        yield ast.Constant(value + 1)


def _expressions(node: ast.expr) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            others = [*node.ops[:index], _COMPARED[type(operator)](), *node.ops[index + 1 :]]
            yield ast.Compare(node.left, others, node.comparators)
    elif isinstance(node, ast.BinOp) and type(node.op) in _COMPUTED:
        yield ast.BinOp(node.left, _COMPUTED[type(node.op)](), node.right)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
        yield node.operand


def _shown(place: Place, node: ast.AST) -> str:
    """Return the text of *node*, for a constant together with what is around it."""
    simple = not isinstance(place.parent, (*_HAS_NAME, ast.If, ast.While, ast.For, ast.With, ast.Module, ast.arguments))
    return ast.unparse(ast.fix_missing_locations(place.parent if isinstance(node, ast.Constant) and simple else node))
