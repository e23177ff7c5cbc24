"""The awsQuery suites of botocore, their shapes converted to ours; what STS has no shape for says so."""

from __future__ import annotations

import json
from pathlib import Path

from sts.model.shapes import Boolean, ErrorShape, Integer, ListOf, MapOf, Member, Operation, String, Structure, Timestamp

FOLDER = Path(__file__).parent.parent / "data" / "awsquery-botocore"
NOT_IN_STS = {
    "blob": "blobs",
    "float": "floating point numbers",
    "double": "floating point numbers",
}
SCALARS = {"string": String, "character": String, "integer": Integer, "long": Integer, "boolean": Boolean}


class InapplicableError(Exception):
    """The case needs what the protocol has and STS has not."""


def read_cases(path):
    """Return (id, suite, case) for each case of one file."""
    suites = json.loads((FOLDER / path).read_text())
    return [
        (case.get("id") or f"{suite['description']}/{number}", suite, case)
        for suite in suites
        for number, case in enumerate(suite["cases"])
    ]


def convert(suite, reference, value):
    """Return our shape for *reference*; members that *value* does not use may be missing from it."""
    said = suite["shapes"][reference["shape"]] | {key: val for key, val in reference.items() if key != "shape"}
    kind = said["type"]
    for trait, name in (("locationName", "renamed members"), ("flattened", "flattened lists and maps")):
        if said.get(trait):
            raise InapplicableError(name)
    if kind in NOT_IN_STS:
        raise InapplicableError(NOT_IN_STS[kind])
    if kind == "timestamp":
        if said.get("timestampFormat", "iso8601") != "iso8601":
            raise InapplicableError("other timestamp formats than ISO 8601")
        return Timestamp(reference["shape"])
    if kind == "list":
        return ListOf(reference["shape"], convert(suite, said["member"], _merged(value)))
    if kind == "map":
        values = _merged(list((value or {}).values()))
        return MapOf(reference["shape"], convert(suite, said["key"], None), convert(suite, said["value"], values))
    return (
        convert_structure(suite, reference["shape"], said, value) if kind == "structure" else SCALARS[kind](reference["shape"])
    )


def _merged(items):
    """Return one value that uses what any of the *items* uses."""
    if items and isinstance(items[0], dict):
        return {name: value for item in items for name, value in item.items()}
    return items[0] if items else None


def convert_structure(suite, name, said, value):
    members = []
    for member, reference in said.get("members", {}).items():
        if reference.get("idempotencyToken") and member not in (value or {}):
            raise InapplicableError("idempotency tokens")
        if member in (value or {}):
            members.append(Member(member, convert(suite, reference, value[member])))
    return Structure(name, tuple(members))


def convert_operation(suite, case, value, side):
    """Return an operation whose *side* ("input" or "output") has what *value* uses."""
    given = case["given"]
    if "serialized" in case and "body" not in case["serialized"]:
        raise InapplicableError("compressed requests")
    shape = convert(suite, given[side], value) if side in given else Structure("Empty")
    if side == "input" and has_map(shape):
        raise InapplicableError("maps in inputs")
    errors = tuple(ErrorShape(each["shape"], each["shape"], 400) for each in given.get("errors", []))
    empty = Structure("Empty")
    return Operation(given["name"], "op", "", *((shape, empty) if side == "input" else (empty, shape)), errors)


def has_map(shape):
    """Say whether there is a map anywhere in *shape*."""
    if isinstance(shape, ListOf):
        return has_map(shape.item)
    if isinstance(shape, Structure):
        return any(has_map(member.shape) for member in shape.members)
    return isinstance(shape, MapOf)
