"""Checks of functions that users give: callable, and not async."""

from __future__ import annotations

from typing import Any

_CO_ASYNC = 0x80 | 0x200
"""The flags of an async function's code (`inspect.CO_COROUTINE`, `CO_ASYNC_GENERATOR`; inspect is slow to import)."""


def check_function(name: str, function: Any, what: str = "handler", instead: str = "") -> None:
    """Raise TypeError unless *function* is None or callable, and not async: nobody would await what it returns."""
    if function is None:
        return
    if not callable(function):
        raise TypeError(f"{name}() takes a function as {what}, not {function!r}.")
    if _is_async(function):
        raise TypeError(f"The {what} of {name}() must not be an async function{instead}.")


def _is_async(function: Any) -> bool:
    while hasattr(function, "func") and hasattr(function, "keywords"):  # a functools.partial
        function = function.func
    plain = getattr(function, "__func__", function)
    if not hasattr(plain, "__code__"):
        plain = getattr(function.__call__, "__func__", None)
    code = getattr(plain, "__code__", None)
    return code is not None and bool(code.co_flags & _CO_ASYNC)
