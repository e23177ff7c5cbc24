"""Lazy loading: public names are loaded from their modules on first use, so that importing the package is fast."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # type checkers treat this name as typing's, and typing is not imported
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
    Return `__getattr__`, `__dir__`, `__all__` and the table of modules for the namespace *package* (its `globals()`).

    Args:
        package: namespace of the package. A loaded name is stored in it.
        modules: public names of each module, separated by spaces.
        aliases: additional names, each with the public name it refers to.
        short_help: let `help()` of the package show only its docstring, and not each public name in full. `__all__` must then
            not be assigned: `__getattr__` returns it to all callers except pydoc.

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
        __import__(homes[target])  # importlib costs an import of its own
        value = package[name] = getattr(sys.modules[homes[target]], target)
        return value

    return load, lambda: names, names, homes
