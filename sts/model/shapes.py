"""
Frozen records that describe data: the vocabulary of the operation table.

A shape says what a value may be; a member names a shape inside a structure; an operation joins an input and an output
structure with the facts of its call. Nothing here does anything: `validator`, `serializer` and `parser` read them.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal, Union

from sts.base.records import Record


class String(Record):
    """Describe text: length limits in characters, the service model's pattern, and the values that it may have if not any."""

    name: str
    min: int | None = None
    max: int | None = None
    pattern: str | None = None
    sensitive: bool = False
    enum: tuple[str, ...] = ()


class Integer(Record):
    """Describe a whole number and its inclusive limits."""

    name: str
    min: int | None = None
    max: int | None = None


class Boolean(Record):
    """Describe a truth value, `true` or `false` on the wire."""

    name: str


class Timestamp(Record):
    """Describe a point in time, ISO 8601 on the wire and an aware UTC `datetime` in Python."""

    name: str


class ListOf(Record):
    """Describe a list of one shape and how many items it may have."""

    name: str
    item: Shape
    min: int | None = None
    max: int | None = None


class MapOf(Record):
    """Describe a mapping with names of the service's choice; there is none in inputs."""

    name: str
    key: String
    value: String


class Anything(Record):
    """A value of any kind, sent by its Python type: for members that no table describes."""

    name: str = "Anything"
    sensitive: bool = True


class Member(Record):
    """Name a shape inside a structure; *sensitive* values are masked in every log, error and `repr`."""

    name: str
    shape: Shape
    required: bool = False
    doc: str = ""
    sensitive: bool = False


class Structure(Record):
    """Describe a mapping with named members, in the order they are sent."""

    name: str
    members: tuple[Member, ...] = ()

    @cached_property
    def plan(self) -> tuple[tuple[str, Shape, type, bool, bool], ...]:
        """Name, shape, kind of shape, whether required and whether secret of each member, for who goes through all of them."""
        return tuple(
            (one.name, one.shape, type(one.shape), one.required, one.sensitive or getattr(one.shape, "sensitive", False))
            for one in self.members
        )

    @cached_property
    def elsewhere(self) -> Structure:
        """The same structure without the limits that only AWS has: of a session's lifetime, and the form of a role's ARN."""
        return Structure(self.name, tuple(member._replace(shape=_elsewhere(member)) for member in self.members))


def _elsewhere(member: Member) -> Shape:
    shape = member.shape
    if member.name == "DurationSeconds" and isinstance(shape, Integer):
        return shape._replace(max=None)
    if member.name == "RoleArn" and isinstance(shape, String):
        return shape._replace(min=None, max=None, pattern=None)
    return shape


ROLE_MEMBERS = ("RoleArn", "RoleSessionName")
"""Members that may be None on purpose on servers that are not AWS's."""
Shape = Union[String, Integer, Boolean, Timestamp, ListOf, MapOf, Structure, Anything]


ANY_RESULT = Structure("AnyResult")
"""The output of an operation whose result no table describes: its elements are texts, mappings and lists."""


class ErrorShape(Record):
    """
    One error of a service: the only place that says what its code means.

    Attributes:
        name: class in `sts.errors`; "" for codes outside the service model, whose class is `ServiceError`.
        code: on the wire. others: further spellings of it.
        status: HTTP status. fault: who has to change something.
        retryable: whether the same call may succeed later. throttling: whether the service asks for fewer calls.
        skew: whether a wrong clock may be the cause. expired: whether other credentials may succeed.
        hint: what to do about it, one line. aws_only: whether that holds for servers of AWS alone.

    """

    name: str
    code: str
    status: int
    fault: Literal["client", "server"] = "client"
    retryable: bool = False
    others: tuple[str, ...] = ()
    throttling: bool = False
    skew: bool = False
    expired: bool = False
    hint: str = ""
    aws_only: bool = False


class Operation(Record):
    """
    Describe one operation of the service: everything the library knows about it.

    *one_of* names members of which a call needs at least one. With *in_query* the params are in the query of the URL, where
    some servers look for them.
    """

    name: str
    method_name: str
    doc: str
    input: Structure
    output: Structure
    errors: tuple[ErrorShape, ...] = ()
    signed: bool = True
    regional_only: bool = False
    one_of: tuple[str, ...] = ()
    in_query: bool = False
