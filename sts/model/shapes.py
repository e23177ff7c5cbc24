"""
Frozen records that describe data: the vocabulary of the operation table.

A shape describes the allowed values. A member is a named shape in a structure. An operation combines its input and output
structures with the data of its call. The records have no behaviour: `validate`, `serialize` and `parse` in `sts.protocol` read
them. The functions below describe them in words.
"""

from __future__ import annotations

from functools import cached_property

from sts.base.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal


ANY_TEXT = r"[^\u0000-\u0008\u000B\u000C\u000E-\u001F\uD800-\uDFFF]*"
"""Characters allowed in a string without a pattern: everything but control characters and lone surrogates."""
ENCODABLE = r"[^\uD800-\uDFFF]*"
"""Characters that can be sent at all: a lone surrogate has no encoding in UTF-8."""


class String(Record):
    """A string: length limits in characters, the pattern of the service model, and the allowed values if they are listed."""

    name: str
    min: int | None = None
    max: int | None = None
    pattern: str | None = None
    sensitive: bool = False
    enum: tuple[str, ...] = ()


class Integer(Record):
    """An integer with inclusive limits."""

    name: str
    min: int | None = None
    max: int | None = None


class Boolean(Record):
    """A boolean, `true` or `false` on the wire."""

    name: str


class Timestamp(Record):
    """A point in time: ISO 8601 on the wire, an aware UTC `datetime` in Python."""

    name: str


class ListOf(Record):
    """A list of one shape, with limits on the number of items."""

    name: str
    item: Shape
    min: int | None = None
    max: int | None = None


class MapOf(Record):
    """A mapping with names chosen by the service. Not used in inputs."""

    name: str
    key: String
    value: String


class Anything(Record):
    """A value of any kind, sent by its Python type: for members that no table describes."""

    name: str = "Anything"
    sensitive: bool = True


class Member(Record):
    """A named shape in a structure. *sensitive* values are masked in every log, error and `repr`."""

    name: str
    shape: Shape
    required: bool = False
    doc: str = ""
    sensitive: bool = False


class Structure(Record):
    """A mapping with named members, in the order in which they are sent."""

    name: str
    members: tuple[Member, ...] = ()

    @cached_property
    def plan(self) -> tuple[tuple[str, Shape, type, bool, bool], ...]:
        """Name, shape, kind of shape, required and secret flags of each member, for code that iterates over all members."""
        return tuple(
            (one.name, one.shape, type(one.shape), one.required, one.sensitive or getattr(one.shape, "sensitive", False))
            for one in self.members
        )

    @cached_property
    def elsewhere(self) -> Structure:
        """The same structure without limits that only AWS has: the lifetime of a session and the form of a role ARN."""
        return Structure(self.name, tuple(member._replace(shape=_elsewhere(member)) for member in self.members))


def _elsewhere(member: Member) -> Shape:
    shape = member.shape
    if member.name == "DurationSeconds" and isinstance(shape, Integer):
        return shape._replace(max=None)
    if member.name == "RoleArn" and isinstance(shape, String):
        return shape._replace(min=None, max=None, pattern=None)
    return shape


ROLE_MEMBERS = ("RoleArn", "RoleSessionName")
"""Members that may be None on servers other than AWS."""
Shape = String | Integer | Boolean | Timestamp | ListOf | MapOf | Structure | Anything


ANY_RESULT = Structure("AnyResult")
"""Output of an operation without a described result: its elements become strings, mappings and lists."""


class ErrorShape(Record):
    """
    One error of a service: the only place that defines the meaning of its code.

    Attributes:
        name: class in `sts.errors`; "" for codes outside the service model, whose class is `ServiceError`.
        code: on the wire. others: other spellings of it.
        status: HTTP status. fault: the side that must change something ("client" or "server").
        retryable: whether the same call may succeed later. throttling: whether the service asks for fewer calls.
        skew: whether a wrong clock may be the cause. expired: whether other credentials may succeed.
        hint: advice in one line. aws_only: whether the hint applies only to servers of AWS.

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
    One operation of the service, with everything the library knows about it.

    *one_of* lists members of which a call needs at least one. With *in_query* the params are sent in the query of the URL, as
    some servers require.
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

    @cached_property
    def needs_params(self) -> bool:
        """True if a call without params is invalid."""
        return bool(self.one_of) or any(member.required for member in self.input.members)


# --- descriptions: docstrings, help, the tables of the manual ---

CALLBACK = "callback: function of (error, data), called exactly once. The method then returns a Request immediately."
SOURCE = "Source: AWS service model sts/2011-06-15."


def describe_operation(operation: Operation, *, callback: bool = True) -> str:
    """Return the docstring of *operation*'s method, which may take a *callback*."""
    lines = [operation.doc, ""]
    notes = [] if operation.signed else ["The request is not signed."]
    if operation.regional_only:
        notes.append("Only regional endpoints support it.")
    if operation.one_of:
        notes.append(f"At least one of {' and '.join(operation.one_of)} must be given.")
    if notes:
        lines += [" ".join(notes), ""]
    lines += ["Args:", *(f"    {describe_member(member)}" for member in operation.input.members)]
    lines += [f"    {CALLBACK}"] if callback else []
    lines += [
        "    timeout: seconds for the whole call including retries. Default: no limit.",
        "    abort_signal: signal of an AbortController that aborts the call.",
        "",
        "Returns:",
        f"    dict with {', '.join(member.name for member in operation.output.members)} and ResponseMetadata.",
        "",
        "Raises:",
        "    ConfigError: a setting is invalid, or there is no region.",
        "    ParamValidationError: the params are invalid; nothing was sent.",
        *(["    CredentialsError: no credentials were found, or refreshing them failed."] if operation.signed else []),
        *(f"    {error.name}: HTTP {error.status}, code {error.code}." for error in operation.errors),
        "    ServiceError: any other error response of the service.",
        "    TransportError: no valid response was received.",
        "",
        SOURCE,
    ]
    return "\n".join(lines)


def describe_command(operation: Operation) -> str:
    """Return the docstring of the command of *operation*."""
    lines = [
        operation.doc,
        "",
        "Pass its members as one mapping or as keywords. `client.send(command)` returns the result and raises the errors of",
        f"`STS.{operation.method_name}`.",
        "",
        "Args:",
        *(f"    {describe_member(member)}" for member in operation.input.members),
        "",
        SOURCE,
    ]
    return "\n".join(lines if operation.input.members else [*lines[:5], SOURCE])


def describe_member(member: Member) -> str:
    """Return one line about *member*: name, type with limits, whether it is required, and its doc."""
    required = "required" if member.required else "optional"
    return f"{member.name} ({describe_shape(member.shape)}, {required}): {member.doc}"


def describe_shape(shape: Shape) -> str:
    """Return the allowed values of *shape* in words."""
    if isinstance(shape, String) and shape.enum:
        return " or ".join(map(repr, shape.enum))
    if isinstance(shape, String):
        return f"str{_limits(shape.min, shape.max, 'character')}"
    if isinstance(shape, Integer):
        return f"int{_limits(shape.min, shape.max, '')}"
    if isinstance(shape, Boolean):
        return "bool"
    if isinstance(shape, Timestamp):
        return "datetime"
    if isinstance(shape, ListOf):
        return f"list of {describe_shape(shape.item)}{_limits(shape.min, shape.max, 'item')}"
    if isinstance(shape, MapOf):
        return f"dict of {describe_shape(shape.key)} to {describe_shape(shape.value)}"
    return f"dict with {', '.join(member.name for member in shape.members)}" if isinstance(shape, Structure) else ""


def _limits(least: int | None, most: int | None, unit: str) -> str:
    plural = f" {unit}s" if unit else ""
    if least and most:
        return f" of {least}{plural}" if least == most else f" of {least} to {most}{plural}"
    if most is not None:
        return f" of at most {most}{plural}"
    return f" of at least {least} {unit}{'s' if least != 1 else ''}".rstrip() if least else ""
