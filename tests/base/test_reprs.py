"""The repr of an object whose constructor failed, as needed by tools that show the locals of a traceback."""

from __future__ import annotations

import importlib
import pkgutil
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

import sts
from sts import STS

SKIPPED = {"sts._pyinstaller", "sts.__main__", "sts.testing.__main__", "sts.testing.pytest_plugin", "sts.v2.http"}


def classes(method: str = "__repr__") -> Iterator[type]:
    """Yield every class of ours with its own *method*."""
    for module in pkgutil.walk_packages(sts.__path__, "sts."):
        if any(module.name.startswith(name) for name in SKIPPED):
            continue
        try:
            loaded = importlib.import_module(module.name)
        except ImportError:
            continue  # a package that is not installed
        for kind in vars(loaded).values():
            if isinstance(kind, type) and kind.__module__ == module.name and method in vars(kind):
                yield kind


@pytest.mark.parametrize("kind", sorted(set(classes()), key=repr), ids=repr)
def test_nothing_half_made_fails_to_show_itself(kind: type) -> None:
    """Attributes may be missing."""
    try:
        made = kind.__new__(kind)
    except TypeError:
        pytest.skip("it cannot be half made")
    assert isinstance(repr(made), str)


@pytest.mark.parametrize("kind", sorted(set(classes("__del__")), key=repr), ids=repr)
def test_nothing_half_made_fails_at_its_end(kind: type) -> None:
    """An interrupt may end a constructor anywhere. `sys.unraisablehook` would show the error."""
    made: Any = object.__new__(kind)
    made.__del__()


def test_a_traceback_with_locals_shows_the_mistake() -> None:
    """The locals contain the client for which an option was misspelt."""
    with pytest.raises(TypeError) as caught:
        STS(regoin="eu-west-1")  # type: ignore[call-arg]
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "Did you mean 'region'?" in shown
