"""Frozen records behave like named tuples."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import NamedTuple

import pytest

from sts.base.records import Record


class Ours(Record):
    """Doc."""

    name: str
    size: int = 1
    tags: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Return both."""
        return f"{self.name}-{self.size}"


class Theirs(NamedTuple):
    """Doc."""

    name: str
    size: int = 1
    tags: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("values", "named"),
    [(("a",), {}), (("a", 2), {}), (("a", 2, ("t",)), {}), ((), {"name": "a", "tags": ()}), (("a",), {"size": 3})],
)
def test_made_as_named_tuples_are(values: tuple[object, ...], named: dict[str, object]) -> None:
    """By position, by name and with defaults. They equal the tuple of their items and have its hash."""
    ours, theirs = Ours(*values, **named), Theirs(*values, **named)  # type: ignore[arg-type]  # any of them

    assert ours == theirs
    assert hash(ours) == hash(theirs)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert (ours.name, ours.size, ours.tags) == tuple(theirs)
    assert ours._asdict() == theirs._asdict()
    assert ours._replace(size=9) == theirs._replace(size=9)
    assert ours.label == f"a-{theirs.size}"


def test_the_class_has_what_named_tuples_have() -> None:
    """It has fields, defaults and a signature."""
    assert Ours._fields == Theirs._fields == Ours.__match_args__
    assert Ours._field_defaults == Theirs._field_defaults
    assert str(inspect.signature(Ours)).partition(" ->")[0] == "(name: 'str', size: 'int' = 1, tags: 'tuple[str, ...]' = ())"
    assert Ours._make(["a", 2, ()]) == Theirs._make(["a", 2, ()])


def test_copies_are_equal_and_of_the_same_class() -> None:
    """Copies and pickles are records."""
    one = Ours("a", 2)

    for other in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert other == one
        assert type(other) is Ours


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), ((), {"size": 2}), (("a", 1, (), 4), {}), (("a",), {"name": "b"}), (("a",), {"colour": "red"})],
)
def test_wrong_fields_are_an_error_that_lists_them(values: tuple[object, ...], named: dict[str, object]) -> None:
    """Too few, too many, repeated and unknown fields are errors."""
    with pytest.raises(TypeError, match=r"Ours\(\) takes one value for each of: name, size, tags"):
        Ours(*values, **named)  # type: ignore[arg-type]  # that is the point


def test_frozen() -> None:
    """Neither fields nor other attributes can be set."""
    one = Ours("a")
    for name in ("name", "colour"):
        with pytest.raises(AttributeError):
            setattr(one, name, "b")


def test_records_of_different_types_are_never_equal() -> None:
    """The same items have another meaning. A plain tuple is compared by its items."""

    class One(Record):
        value: int

    class Other(Record):
        value: int

    assert One(1) == One(1)
    assert One(1) != Other(1)
    assert not One(1) == Other(1)  # noqa: SIM201 - both operators are ours
    assert not One(1) != One(1)  # noqa: SIM202
    assert One(1) == (1,)
    assert One(1) == (1,)
    assert len({One(1), Other(1)}) == 2
    assert hash(One(1)) == hash(One(1))
