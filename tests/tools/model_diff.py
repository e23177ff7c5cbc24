"""
Show what a service model says that the table does not, and what to edit.

    python -m tests.tools.model_diff                      against the model of the installed botocore
    python -m tests.tools.model_diff path/service-2.json  against another one
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.loaders

from sts.model.operations import API_VERSION, NAMESPACE, OPERATIONS
from sts.model.shapes import Boolean, Integer, ListOf, MapOf, Operation, Shape, String, Structure, Timestamp

TYPES = {
    String: "string",
    Integer: "integer",
    Boolean: "boolean",
    Timestamp: "timestamp",
    ListOf: "list",
    MapOf: "map",
    Structure: "structure",
}


HOW_TO_EDIT = """
To follow a newer model: change the rows of sts/model/operations.py (a new operation is a row and its name in OPERATIONS; a new error
is an ErrorShape there and a class in sts/errors.py), add new commands and errors to sts/__init__.py and an example to
sts/cli/command_table.py, let sts/testing/ do it, copy the model to tests/data/service-model, then run `python -m tests.tools.generate` and
the tests. The README says it step by step under Contributing."""


COPY = Path(__file__).parent.parent / "data" / "service-model" / "service-2.json"


def conformance_model() -> dict[str, Any]:
    return json.loads(COPY.read_text(encoding="utf-8"))


def installed_model() -> dict[str, Any]:
    return botocore.loaders.create_loader().load_service_model("sts", "service-2")


def differences(model: dict[str, Any]) -> Iterator[str]:
    """Yield every way in which the table is not what *model* says."""
    metadata = model["metadata"]
    if (metadata["apiVersion"], metadata["xmlNamespace"]) != (API_VERSION, NAMESPACE):
        yield f"the service: {metadata['apiVersion']} {metadata['xmlNamespace']} in the model"
    ours = {operation.name for operation in OPERATIONS}
    for name in model["operations"]:
        if name not in ours:
            yield f"{name}: an operation of the model that is not here"
    for operation in OPERATIONS:
        if operation.name not in model["operations"]:
            yield f"{operation.name}: not an operation of the model"
        else:
            yield from differences_of_operation(operation, model)


def differences_of_operation(operation: Operation, model: dict[str, Any]) -> Iterator[str]:
    said, seen = model["operations"][operation.name], set[str]()
    if operation.signed != (said.get("authtype") != "none"):
        yield f"{operation.name}: authtype {said.get('authtype')} in the model"
    yield from differences_of_shape(operation.input, said["input"]["shape"], model, seen)
    yield from differences_of_shape(operation.output, said["output"]["shape"], model, seen)
    yield from differences_of_errors(operation, said, model)


def differences_of_shape(shape: Shape, name: str, model: dict[str, Any], seen: set[str]) -> Iterator[str]:
    """Yield every way in which *shape* is not what the *model* calls *name*."""
    if name in seen:
        return
    seen.add(name)
    said = model["shapes"].get(name)
    if said is None or shape.name != name:
        yield f"{shape.name}: the model says {name}: {said}"
        return
    if TYPES[type(shape)] != said["type"]:
        yield f"{name}: type {said['type']}"
    for limit in ("min", "max", "pattern"):
        if getattr(shape, limit, None) != said.get(limit):
            yield f"{name}: {limit} {said.get(limit)!r} in the model, {getattr(shape, limit, None)!r} here"
    if list(getattr(shape, "enum", ())) != said.get("enum", []):
        yield f"{name}: enum {said.get('enum')} in the model, {list(getattr(shape, 'enum', ()))} here"
    if isinstance(shape, ListOf):
        yield from differences_of_shape(shape.item, said["member"]["shape"], model, seen)
    if isinstance(shape, MapOf):
        yield from differences_of_shape(shape.key, said["key"]["shape"], model, seen)
        yield from differences_of_shape(shape.value, said["value"]["shape"], model, seen)
    if isinstance(shape, Structure):
        yield from differences_of_structure(shape, said, model, seen)


def differences_of_structure(shape: Structure, said: dict[str, Any], model: dict[str, Any], seen: set[str]) -> Iterator[str]:
    # Required ones first: that is the order in which the JavaScript SDK sends them.
    ours = [member.name for member in shape.members]
    theirs = sorted(said["members"], key=lambda name: name not in said.get("required", []))
    if ours != theirs:
        yield f"{shape.name}: members {theirs} in the model, {ours} here"
    required = {member.name for member in shape.members if member.required}
    if required != set(said.get("required", [])):
        yield f"{shape.name}: required {said.get('required')} in the model, {sorted(required)} here"
    for member in shape.members:
        if member.name in said["members"]:
            yield from differences_of_shape(member.shape, said["members"][member.name]["shape"], model, seen)


def differences_of_errors(operation: Operation, said: dict[str, Any], model: dict[str, Any]) -> Iterator[str]:
    names = [error["shape"] for error in said.get("errors", [])]
    if [error.name for error in operation.errors] != names:
        yield f"{operation.name}: errors {names} in the model, {[error.name for error in operation.errors]} here"
    for error in operation.errors:
        fact = model["shapes"].get(error.name, {}).get("error")
        ours = {"code": error.code, "httpStatusCode": error.status, "senderFault": error.fault == "client"}
        if fact != ours:
            yield f"{error.name}: {fact} in the model, {ours} here"


def main(arguments: list[str]) -> int:
    model = json.loads(Path(arguments[0]).read_text(encoding="utf-8")) if arguments else installed_model()
    found = list(differences(model))
    for line in found:
        print(line)
    print(HOW_TO_EDIT if found else "The table says what the model says.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
