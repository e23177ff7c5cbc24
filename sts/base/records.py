"""
Frozen records: tuples with named fields like those of `typing.NamedTuple`, at a third of their import time. Also the
records in errors.

Making thirty named tuples takes as long as the rest of making a client, because each is compiled from source text. For type
checkers a `Record` is a named tuple: fields are annotations in the class body, with or without defaults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inspect import Signature
    from typing import Any
    from typing import NamedTuple as Record

    from typing_extensions import Self

__all__ = ["Record", "ResponseMetadata", "ValidationProblem", "of_whole", "refuse_pickle"]


class _Described:
    """Provider of signatures for `inspect.signature`, which `help` uses. inspect is slow to import and seldom needed."""

    def __get__(self, _record: object, kind: Any) -> Signature:
        from inspect import Parameter, Signature

        parameters = (
            Parameter(
                name,
                Parameter.POSITIONAL_OR_KEYWORD,
                default=kind._field_defaults.get(name, Parameter.empty),
                annotation=kind.__annotations__[name],
            )
            for name in kind._fields
        )
        return Signature(list(parameters))


class _Record(tuple):  # type: ignore[type-arg]  # each has items of its own types
    """A tuple with named items: frozen, compared and hashed by its items, with the methods of named tuples."""

    __slots__ = ()
    __signature__ = _Described()
    _fields: tuple[str, ...] = ()
    _field_defaults: Mapping[str, Any] = {}
    _tail: tuple[Any, ...] = ()

    def __init_subclass__(cls) -> None:
        own = cls.__dict__
        fields = tuple(cls.__annotations__)
        cls._fields = fields
        cls.__match_args__ = fields  # type: ignore[attr-defined, misc]  # for `match`
        cls._field_defaults = {name: own[name] for name in fields if name in own}
        cls._tail = tuple(cls._field_defaults.values())
        for place, name in enumerate(fields):
            setattr(cls, name, property(itemgetter(place)))

    def __new__(cls, *values: Any, **named: Any) -> Self:
        """Make a record from one value for each field without a default, by position or name."""
        missing = len(cls._fields) - len(values)
        if named or missing:
            defaults = () if named else cls._tail[-missing:]
            values = values + defaults if missing == len(defaults) else _complete(cls, values, named)
        return tuple.__new__(cls, values)

    @classmethod
    def _make(cls, values: Iterable[Any]) -> Self:
        return cls(*values)

    def _replace(self, **changed: Any) -> Self:
        return type(self)(**{**self._asdict(), **changed})

    def _asdict(self) -> dict[str, Any]:
        return dict(zip(self._fields, self))  # noqa: B905  # as long as each other

    # Records of different types have different meanings, even with equal items. Plain tuples compare by their items.
    def __eq__(self, other: object) -> bool:
        return not (isinstance(other, _Record) and type(other) is not type(self)) and tuple.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = tuple.__hash__

    def __setattr__(self, name: str, _value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen; {name!r} cannot be set")

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._asdict().items())})"


def _complete(kind: type[_Record], values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """Return the items for all fields of *kind*. Raise TypeError if items are missing or unknown."""
    rest = kind._fields[len(values) :]
    found = {**kind._field_defaults, **named}
    if len(values) <= len(kind._fields) and named.keys() <= set(rest):
        try:
            return (*values, *map(found.__getitem__, rest))
        except KeyError:
            pass
    missing = ", ".join([name for name in rest if name not in found])
    lacks = f"; missing: {missing}" if missing else ""
    raise TypeError(f"{kind.__name__}() takes one value for each of: {', '.join(kind._fields)}{lacks}")


if not TYPE_CHECKING:
    Record = _Record


class ResponseMetadata(Record):
    """Data of the exchange of an error: `$metadata` of the JavaScript SDK."""

    http_status_code: int | None = None
    request_id: str | None = None
    extended_request_id: str | None = None
    cf_id: str | None = None
    attempts: int = 0
    total_retry_delay: float = 0.0


class ValidationProblem(Record):
    """One validation problem: v2 error code, member path and message."""

    code: str
    member: str
    message: str


def of_whole(show: Callable[[Any], str]) -> Callable[[Any], str]:
    """Decorate a `__repr__` so that it works after a failed constructor too: error reports show local variables."""

    def shown(self: object) -> str:
        try:
            return show(self)
        except Exception:  # noqa: BLE001 - whatever is missing
            return f"<{type(self).__name__}, not initialized>"

    return shown


def refuse_pickle(self: object, protocol: object) -> str:  # noqa: ARG001 - stands in for `__reduce_ex__`
    """Raise TypeError: the pickle of an object with a secret would contain the secret."""
    raise TypeError(
        f"{type(self).__name__} cannot be pickled, because the pickle would contain a secret; create it where it is needed"
    )
