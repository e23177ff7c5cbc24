"""Text made from the table of operations: docstrings, help and the README's tables."""

from __future__ import annotations

from sts.model.shapes import Boolean, Integer, ListOf, MapOf, Member, Operation, Shape, String, Structure, Timestamp

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
