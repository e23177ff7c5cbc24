"""The number of arguments of a function, and arguments fitted to it."""

from __future__ import annotations

import queue
from functools import partial
from typing import Any
from unittest.mock import Mock

import pytest

from sts.base.functions import UNLIMITED, arity, check_function, fit


class Sample:
    def method(self, a: Any, b: Any = 1) -> None: ...

    @staticmethod
    def static(a: Any) -> None: ...

    @classmethod
    def of_class(cls, a: Any, b: Any) -> None: ...

    def __call__(self, a: Any) -> None: ...


@pytest.mark.parametrize(
    ("function", "least", "most"),
    [
        (lambda: None, 0, 0),
        (lambda a, b=1: None, 1, 2),
        (lambda *a: None, 0, UNLIMITED),
        (Sample().method, 1, 2),
        (Sample.method, 2, 3),
        (Sample.static, 1, 1),
        (Sample.of_class, 2, 2),
        (Sample(), 1, 1),
        (partial(Sample().method, 1), 0, 1),
        (partial(lambda a, b, c: None, 1), 2, 2),
        ([].append, 1, 1),
        (queue.Queue().put, 1, 3),
        (print, 0, UNLIMITED),
        (Mock(), 0, UNLIMITED),
    ],
)
def test_arity(function: Any, least: int, most: int) -> None:
    """Functions, methods, callable objects, partials, builtins and mocks are supported."""
    assert arity(function) == (least, most)


def test_arguments_are_cut_or_filled() -> None:
    """The rules are those of JavaScript."""
    assert fit(lambda a: a, (1, 2)) == (1,)
    assert fit(lambda a, b, c: a, (1, 2)) == (1, 2, None)
    assert fit(lambda a, *more: a, (1, 2)) == (1, 2)


def test_a_mock_is_an_ordinary_function() -> None:
    """It has every attribute, so it must not be treated as an endless partial."""
    check_function("on", Mock(), "listener")
