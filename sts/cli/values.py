"""
Values of command-line options: text, files, JSON, the AWS CLI's shorthand syntax, and `key=value`.

Everything that the AWS CLI accepts is parsed as the AWS CLI does. Our own short forms (`team=a` for a tag, an ARN for a policy)
apply only to text that names no member of the structure, in any case. Other text is an error before any request is sent.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from sts.cli.operation_names import flag_of
from sts.errors import ParamValidationError, ValidationProblem
from sts.model.operations import TAGS
from sts.model.shapes import Boolean, Integer, ListOf, Operation, Shape, String, Structure

FILE, BINARY_FILE = "file://", "fileb://"


def member_values(operation: Operation, arguments: Any) -> dict[str, Any]:
    """Return the params from the options of the sub-command and `--cli-input-json`. Options have precedence."""
    given = ((member, getattr(arguments, member.name, None)) for member in operation.input.members)
    found = {member.name: read_value(flag_of(member), member.shape, value) for member, value in given if value is not None}
    return {**input_params(operation.input, getattr(arguments, "cli_input_json", None)), **found}


def input_params(shape: Structure, text: str | None) -> dict[str, Any]:
    """Return the params in the value of `--cli-input-json`, or {} without it."""
    if text is None:
        return {}
    if text.startswith(BINARY_FILE):  # the AWS CLI accepts both prefixes
        text = FILE + text[len(BINARY_FILE) :]
    found = parse_json("--cli-input-json", read_file("--cli-input-json", text))
    if not isinstance(found, dict):
        raise invalid("--cli-input-json", "must be a JSON object with the params")
    return typed_members("--cli-input-json", shape, found)


JSON_TYPES: dict[type, Any] = {Structure: dict, ListOf: list, Integer: int, Boolean: bool}
"""JSON type of each shape; text for all other shapes."""
JSON_WORDS = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
"""JSON types other than numbers for messages, which must not show a value that may be secret."""


def typed_json(name: str, shape: Shape, value: Any) -> Any:
    """Return *value* if every part has the JSON type of *shape*; `--cli-input-json` accepts no short forms."""
    kind = JSON_TYPES.get(type(shape), str)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        given, wanted = (JSON_WORDS.get(one, "a number") for one in (type(value), kind))
        raise invalid(name, f"is {given}; it must be {wanted}")
    if isinstance(shape, ListOf):
        return [typed_json(f"{name}[{place}]", shape.item, one) for place, one in enumerate(value)]
    return typed_members(name, shape, value) if isinstance(shape, Structure) else value


def typed_members(name: str, shape: Structure, found: dict[str, Any]) -> dict[str, Any]:
    """Return the members of the JSON object *found*. The validator reports members that *shape* does not have."""
    shapes = {member.name: member.shape for member in shape.members}
    return {key: typed_json(f"{name} {key}", shapes[key], one) if key in shapes else one for key, one in found.items()}


def read_value(name: str, shape: Shape, value: str | list[str]) -> Any:
    """Parse the text *value* of the option *name* as *shape*. A list accepts several texts."""
    if isinstance(value, str):
        return read_text(name, shape, read_file(name, value))
    if not isinstance(shape, ListOf):
        return read_value(name, shape, value[-1])
    texts = [read_file(name, value[0])] if len(value) == 1 else value  # like the AWS CLI, reads no file for several values
    if len(texts) == 1 and texts[0].lstrip().startswith("["):
        return parse_json(name, texts[0])
    items = [read_text(name, shape.item, text) for text in texts]
    return [one for item in items for one in (item if isinstance(item, list) else [item])]


def read_text(name: str, shape: Shape, text: str) -> Any:
    """Parse one *text* as *shape*."""
    if isinstance(shape, Structure):
        return read_structure(name, shape, text)
    if isinstance(shape, ListOf):
        return parse_json(name, text)
    if isinstance(shape, Integer):
        try:
            return int(text)
        except ValueError:
            raise invalid(name, f"is {text!r}; it must be a whole number") from None
    if isinstance(shape, Boolean):
        return text.lower() != "false"
    return text


def read_structure(name: str, shape: Structure, text: str) -> Any:
    """Parse *text* as a structure: JSON, shorthand of the AWS CLI, or our own short form."""
    if text.lstrip().startswith("{"):
        found = parse_json(name, text)
        ours = is_pairs(shape) and not names_member(shape, *found) and all(isinstance(one, str) for one in found.values())
        return [{"Key": key, "Value": value} for key, value in found.items()] if found and ours else found
    if not names_member(shape, text.partition("=")[0].rstrip().removesuffix("@")):
        return read_short_form(name, shape, text)
    shorthand = import_module("sts.cli.shorthand")  # its expressions take time to compile
    try:
        found = shorthand.parse_shorthand(text, lambda word: read_file(name, word))
    except shorthand.ShorthandError as error:
        raise invalid(name, f"cannot be read: {text!r}: {error}") from None
    return {key: typed(name, shape, key, value) for key, value in found.items()}


def names_member(shape: Structure, *names: str) -> bool:
    """Return whether one of *names* is a member name in any case; a wrong case is a mistake, not the key of a tag."""
    known = {member.name.lower() for member in shape.members}
    return any(name.strip().lower() in known for name in names)


def is_pairs(shape: Structure) -> bool:
    """Return whether *shape* is a key and a value, as tags are."""
    return [member.name for member in shape.members] == ["Key", "Value"]


def read_short_form(name: str, shape: Structure, text: str) -> dict[str, Any]:
    """Parse our own short forms: `key=value`, or the text of the only member."""
    key, equals, value = text.partition("=")
    if is_pairs(shape) and equals and key:
        return {"Key": key, "Value": value}
    if len(shape.members) == 1 and text.startswith("arn:"):
        return {shape.members[0].name: text}
    form = ",".join(f"{member.name}=..." for member in shape.members)
    short = " or key=value" if is_pairs(shape) else " or an ARN" if len(shape.members) == 1 else ""
    raise invalid(name, f"is {text!r}; it must be {form}{short}, or JSON")


def typed(name: str, shape: Structure, key: str, value: Any) -> Any:
    """Convert *value* from shorthand to the type of the member *key*."""
    member = next((member for member in shape.members if member.name == key), None)
    if member is None or isinstance(member.shape, String):
        return value
    if isinstance(member.shape, ListOf) and not isinstance(value, list):
        return [value]
    return read_text(f"{name} {key}", member.shape, value) if isinstance(value, str) else value


def read_file(name: str, value: str) -> str:
    """
    Return *value*, or the text of the file that `file://PATH` names; `~` and variables in the path are expanded.

    A final newline is removed except from JSON, because editors add it and no token or name ends with one. A UTF-8 byte order
    mark is removed too.
    """
    if value.startswith(BINARY_FILE):
        raise invalid(name, f"is {value}. The service takes no binary values. Use {FILE}{value[len(BINARY_FILE) :]}")
    if not value.startswith(FILE):
        return value
    path = os.path.expandvars(os.path.expanduser(value[len(FILE) :]))
    try:
        with open(path, encoding="utf-8-sig") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise invalid(name, f"is {value}, and the file cannot be read: {why}") from None
    return text if text.lstrip().startswith(("{", "[")) else text.rstrip("\r\n")


def parse_json(name: str, text: str) -> Any:
    """Return the value of the JSON *text*."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid(name, f"is not valid JSON: {error}") from None


def invalid(name: str, what: str) -> ParamValidationError:
    """Return the error of an option whose value cannot be used."""
    return ParamValidationError.of(ValidationProblem("InvalidParameterType", name, f"{name} {what}."))


def pairs(option: str, values: Sequence[str]) -> dict[str, str]:
    """Return the `KEY=VALUE` pairs of an option outside the operations."""
    found = {}
    for text in values:
        key, equals, found[key] = text.partition("=")
        if not equals:
            raise invalid(option, f"is {text!r}; it must be key=value")
    return found


def tag_pairs(option: str, values: Sequence[str]) -> dict[str, str]:
    """Return the tags in *values* of `--tags` outside the operations, in each form that the operations accept."""
    found: dict[str, str] = {}
    for tag in read_value(option, TAGS, list(values)):
        texts = isinstance(tag, Mapping) and all(isinstance(one, str) for one in tag.values())
        if not texts or set(tag) != {"Key", "Value"}:
            raise invalid(option, f"has {tag!r}; each tag must have a Key and a Value, both text")
        if tag["Key"] in found:
            raise invalid(option, f"has the key {tag['Key']!r} twice")
        found[tag["Key"]] = tag["Value"]
    return found
