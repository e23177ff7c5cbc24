"""Clearing of the frames that an error passed through."""

from __future__ import annotations

import pytest

from sts.base import spelling
from sts.base.frames import clear_frames
from sts.errors import CredentialsError


class Group(Exception):
    """An exception group, as of Python 3.11 or of the package exceptiongroup."""

    def __init__(self, *exceptions: Exception) -> None:
        super().__init__("several")
        self._exceptions = exceptions

    @property
    def exceptions(self) -> tuple[Exception, ...]:
        return self._exceptions


def raised(error: Exception, secret: str) -> Exception:
    """Return *error* as it is caught, with *secret* in a frame of this module."""
    try:
        raise error
    except Exception as caught:
        return caught


def test_no_error_is_asked_for_names_that_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours answers with a suggestion, which takes a hundred times as long and loads difflib."""
    monkeypatch.setattr(spelling, "read_camel_case", lambda _error, name: pytest.fail(f"asked for {name}"))

    clear_frames(CredentialsError("x"))


def test_the_errors_of_a_group_are_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    """And of a group in a group."""
    inner = raised(ValueError(), "secret")
    seen: list[object] = []
    monkeypatch.setattr("sts.base.frames._clear", lambda traceback: seen.append(traceback))
    clear_frames(Group(ValueError(), Group(inner)))

    assert inner.__traceback__ in seen
    assert len(seen) == 4
