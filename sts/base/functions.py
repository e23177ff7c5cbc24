"""Checks of functions passed by users: whether they are callable or async, and how many arguments they take."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CO_ASYNC = 0x80 | 0x200
"""Flags of the code of an async function (`inspect.CO_COROUTINE`, `CO_ASYNC_GENERATOR`; inspect is slow to import)."""

_VARARGS = 0x04
"""Flag of the code of a function with `*args` (`inspect.CO_VARARGS`)."""
UNLIMITED = 1 << 30
"""Maximum for a function with `*args`, and for one whose signature cannot be read."""


def check_function(name: str, function: object, what: str = "handler", instead: str = "") -> None:
    """Raise TypeError unless *function* is None, or callable and not async: its coroutine would never be awaited."""
    if function is None:
        return
    if not callable(function):
        raise TypeError(f"{name}() takes a function as {what}, not {function!r}.")
    if is_async(function):
        raise TypeError(f"The {what} of {name}() must not be an async function{instead}.")


def is_async(function: Any) -> bool:
    """Return True if *function* is an async function, or an object whose `__call__` is one."""
    while isinstance(function, partial):  # check by type: a mock has every attribute, and its `func` is another mock
        function = function.func
    plain = getattr(function, "__func__", function)
    if not hasattr(plain, "__code__"):
        plain = getattr(function.__call__, "__func__", None)
    code = getattr(plain, "__code__", None)
    return code is not None and bool(code.co_flags & _CO_ASYNC)


def arity(function: Callable[..., Any]) -> tuple[int, int]:
    """Return the minimum and the maximum number of positional arguments of *function*."""
    bound = 0
    while isinstance(function, partial):
        bound += len(function.args)
        function = function.func
    if not hasattr(function, "__func__") and not hasattr(function, "__code__") and not isinstance(function, type):
        # An object with a bound `__call__`. Builtins also have one, written in C.
        call = getattr(function, "__call__", function)  # noqa: B004 - it is read, not only looked for
        function = call if hasattr(call, "__func__") else function
    if hasattr(function, "__func__"):
        function, bound = function.__func__, bound + 1
    code = getattr(function, "__code__", None)
    if code is None:
        return _inspected(function, bound)
    least = code.co_argcount - len(getattr(function, "__defaults__", None) or ())
    most = UNLIMITED if code.co_flags & _VARARGS else max(code.co_argcount - bound, 0)
    return max(least - bound, 0), most


def _inspected(function: Callable[..., Any], bound: int) -> tuple[int, int]:
    """Return the arity of a class or of a function written in C."""
    import inspect

    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 0, UNLIMITED
    plain = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    variable = any(one.kind is one.VAR_POSITIONAL for one in parameters)
    least = sum(one.default is one.empty for one in plain)
    return max(least - bound, 0), UNLIMITED if variable else max(len(plain) - bound, 0)


def fit(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return *arguments* as JavaScript passes them: truncated to the parameters of *function*, with None for missing ones."""
    least, most = arity(function)
    return (*arguments[:most], *[None] * (least - len(arguments)))
