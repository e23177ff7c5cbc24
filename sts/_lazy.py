"""Packages whose public names are loaded from their modules when first used, so that importing the package costs nothing."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # type checkers take it for typing's, and typing is not imported
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def lazy(
    package: dict[str, object],
    modules: Mapping[str, str],
    aliases: Mapping[str, str] | None = None,
    *,
    short_help: bool = False,
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str], dict[str, str]]:
    """
    Return `__getattr__`, `__dir__`, `__all__` and the table of homes for the namespace *package* (its `globals()`).

    Args:
        package: the namespace; a name is kept there once it is loaded.
        modules: the public names of each module, separated by spaces.
        aliases: further names, each with the public name that it stands for.
        short_help: let `help()` of the package show its docstring alone, and not each public name in full; then `__all__` must
            not be assigned, because `__getattr__` gives it to everybody but pydoc.

    """
    homes = {name: module for module, names in modules.items() for name in names.split()}
    also = dict(aliases or {})
    names = sorted([*homes, *also])

    def load(name: str) -> object:
        if name == "__all__" and short_help and sys._getframe(1).f_globals.get("__name__") != "pydoc":
            return names
        target = also.get(name, name)
        if target not in homes:
            raise AttributeError(f"module {package['__name__']!r} has no attribute {name!r}")
        from importlib import import_module

        value = package[name] = getattr(import_module(homes[target]), target)
        return value

    return load, lambda: names, names, homes
