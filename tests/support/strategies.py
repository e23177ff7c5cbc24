"""Hypothesis strategies made from shapes: params that are valid, and results as a server could send them."""

from __future__ import annotations

from datetime import datetime, timezone

from hypothesis import strategies as st

from sts.model.patterns import matcher
from sts.model.shapes import ANY_TEXT, Boolean, Integer, ListOf, MapOf, String, Structure, Timestamp

MANY = 8
# Every character of ASCII and Latin 1, and some of each length in UTF-8 beyond them.
CHARACTERS = "".join(map(chr, range(0x100))) + "\u0416\u05d0\u2028\u3042\ud7ff\ue000\ufffd\U00010000\U0001f600\U0010ffff"


def values(shape):
    """Return a strategy for valid values of *shape*."""
    return MAKERS[type(shape)](shape)


def params(operation):
    """Return a strategy for valid params of *operation*."""
    given = structures(operation.input)
    return given.filter(lambda one: any(name in one for name in operation.one_of)) if operation.one_of else given


def _strings(shape):
    if shape.enum:
        return st.sampled_from(shape.enum)
    fits = matcher(shape.pattern or ANY_TEXT)
    least = max(shape.min or 0, 1 if (shape.pattern or "").endswith("+") else 0)
    most = least + MANY if shape.max is None else min(shape.max, least + MANY)
    characters = st.sampled_from([character for character in CHARACTERS if fits(character)])
    return st.lists(characters, min_size=least, max_size=most).map("".join)


def _integers(shape):
    return st.integers(shape.min, shape.max if shape.max is not None else 10**9)


def _times(_shape):
    whole = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1))
    return whole.map(lambda moment: moment.replace(microsecond=0, tzinfo=timezone.utc))


def _lists(shape):
    return st.lists(values(shape.item), min_size=shape.min or 0, max_size=3)


def structures(shape):
    """Return a strategy for mappings with every required and any optional members."""
    required = {member.name: values(member.shape) for member in shape.members if member.required}
    optional = {member.name: values(member.shape) for member in shape.members if not member.required}
    return st.fixed_dictionaries(required, optional=optional)


MAKERS = {
    String: _strings,
    Integer: _integers,
    Boolean: lambda _shape: st.booleans(),
    ListOf: _lists,
    MapOf: lambda shape: st.dictionaries(values(shape.key), values(shape.value), max_size=3),
    Structure: structures,
    Timestamp: _times,
}
