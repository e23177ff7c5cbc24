"""Find every object of the library behind some objects: in attributes, containers, closures, bound methods and causes."""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator
from typing import Any

MOST = 20_000
_PLAIN = (str, bytes, int, float, type(None), type, types.ModuleType)


def reachable(*roots: Any) -> list[Any]:
    """Return the library's objects, and exceptions of any kind, that can be had from *roots*."""
    seen: dict[int, Any] = {}
    todo = list(roots)
    while todo and len(seen) < MOST:
        one = todo.pop()
        if id(one) in seen or type(one) in _PLAIN or isinstance(one, (type, types.ModuleType)):
            continue
        seen[id(one)] = one
        todo.extend(parts(one))
    return [one for one in seen.values() if isinstance(one, BaseException) or type(one).__module__.partition(".")[0] == "sts"]


def parts(one: Any) -> Iterator[Any]:
    """Yield what *one* holds."""
    if hasattr(one, "__dict__"):
        yield from list(vars(one).values())
    for kind in type(one).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            try:
                yield object.__getattribute__(one, name)
            except AttributeError:
                continue
    if isinstance(one, (dict, types.MappingProxyType)):
        yield from list(one.values())
    elif isinstance(one, (list, tuple, set, frozenset)):
        yield from one
    elif isinstance(one, types.MethodType):
        yield one.__self__
    elif isinstance(one, types.FunctionType):
        yield from (cell.cell_contents for cell in one.__closure__ or () if cell != types.CellType())
    elif isinstance(one, functools.partial):
        yield from (*one.args, *one.keywords.values())
    elif isinstance(one, BaseException):
        yield from (one.__cause__, one.__context__)
