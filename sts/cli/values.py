"""
Values of command-line options: text, files, JSON, the AWS CLI's shorthand syntax, and `key=value`.

What the AWS CLI can read is read as it does. Our own short forms (`team=a` for a tag, an ARN for a policy) apply only to
text in which no member of the structure is named, in whatever case; what is neither is an error before anything is sent.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sts.cli.operation_names import flag_of
from sts.cli.shorthand import ShorthandError, parse_shorthand
from sts.errors import ParamValidationError, ValidationProblem
from sts.model.operations import TAGS
from sts.model.shapes import Boolean, Integer, ListOf, Operation, Shape, String, Structure

FILE, BINARY_FILE = "file://", "fileb://"


def member_values(operation: Operation, arguments: Any) -> dict[str, Any]:
    """Return the params that the options of *operation*'s sub-command and `--cli-input-json` give; options win."""
    given = ((member, getattr(arguments, member.name, None)) for member in operation.input.members)
    found = {member.name: read_value(flag_of(member), member.shape, value) for member, value in given if value is not None}
    return {**input_params(operation.input, getattr(arguments, "cli_input_json", None)), **found}


def input_params(shape: Structure, text: str | None) -> dict[str, Any]:
    """Return the params in the value of `--cli-input-json`, none without one."""
    if text is None:
        return {}
    if text.startswith(BINARY_FILE):  # the AWS CLI takes either
        text = FILE + text[len(BINARY_FILE) :]
    found = parse_json("--cli-input-json", read_file("--cli-input-json", text))
    if not isinstance(found, dict):
        raise invalid("--cli-input-json", "must be a JSON object with the params")
    return typed_members("--cli-input-json", shape, found)


JSON_TYPES: dict[type, tuple[type, str]] = {
    Structure: (dict, "an object"),
    ListOf: (list, "a list"),
    Integer: (int, "a number"),
    Boolean: (bool, "true or false"),
}
"""What JSON must hold for a shape; text for every other one."""


def typed_json(name: str, shape: Shape, value: Any) -> Any:
    """Return *value* if each part of it has the JSON type of *shape*: `--cli-input-json` takes no short form."""
    kind, what = JSON_TYPES.get(type(shape), (str, "text"))
    fits = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
    if not fits:
        raise invalid(name, f"is {json_type(value)}; it must be {what}")
    if isinstance(shape, ListOf):
        return [typed_json(f"{name}[{place}]", shape.item, one) for place, one in enumerate(value)]
    return typed_members(name, shape, value) if isinstance(shape, Structure) else value


def typed_members(name: str, shape: Structure, found: dict[str, Any]) -> dict[str, Any]:
    """Return the members in the JSON object *found*; those that *shape* lacks are left for the validator to name."""
    shapes = {member.name: member.shape for member in shape.members}
    return {key: typed_json(f"{name} {key}", shapes[key], one) if key in shapes else one for key, one in found.items()}


def json_type(value: Any) -> str:
    """Return what JSON calls the type of *value*; the value itself may be a secret."""
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def read_value(name: str, shape: Shape, value: str | list[str]) -> Any:
    """Return what the text *value* of the option *name* means for *shape*; a list takes several texts."""
    if isinstance(value, str):
        return read_text(name, shape, read_file(name, value))
    if not isinstance(shape, ListOf):
        return read_value(name, shape, value[-1])
    texts = [read_file(name, value[0])] if len(value) == 1 else value  # with several, the AWS CLI reads no file either
    if len(texts) == 1 and texts[0].lstrip().startswith("["):
        return parse_json(name, texts[0])
    items = [read_text(name, shape.item, text) for text in texts]
    return [one for item in items for one in (item if isinstance(item, list) else [item])]


def read_text(name: str, shape: Shape, text: str) -> Any:
    """Return what one *text* means for *shape*; several values for an object of our own short form."""
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
    """Return the structure that *text* stands for: JSON, AWS's shorthand, or our own short form."""
    if text.lstrip().startswith("{"):
        found = parse_json(name, text)
        ours = is_pairs(shape) and not names_member(shape, *found) and all(isinstance(one, str) for one in found.values())
        return [{"Key": key, "Value": value} for key, value in found.items()] if found and ours else found
    if not names_member(shape, text.partition("=")[0].rstrip().removesuffix("@")):
        return read_short_form(name, shape, text)
    try:
        found = parse_shorthand(text, lambda word: read_file(name, word))
    except ShorthandError as error:
        raise invalid(name, f"cannot be read: {text!r}: {error}") from None
    return {key: typed(name, shape, key, value) for key, value in found.items()}


def names_member(shape: Structure, *names: str) -> bool:
    """Return whether one of *names* is that of a member: in the wrong case it is a mistake, and no key of a tag."""
    known = {member.name.lower() for member in shape.members}
    return any(name.strip().lower() in known for name in names)


def is_pairs(shape: Structure) -> bool:
    """Return whether *shape* is a key and a value, as tags are."""
    return [member.name for member in shape.members] == ["Key", "Value"]


def read_short_form(name: str, shape: Structure, text: str) -> dict[str, Any]:
    """Return the structure for our own forms: `key=value`, or the text of the only member."""
    key, equals, value = text.partition("=")
    if is_pairs(shape) and equals and key:
        return {"Key": key, "Value": value}
    if len(shape.members) == 1 and text.startswith("arn:"):
        return {shape.members[0].name: text}
    form = ",".join(f"{member.name}=..." for member in shape.members)
    short = " or key=value" if is_pairs(shape) else " or an ARN" if len(shape.members) == 1 else ""
    raise invalid(name, f"is {text!r}; it must be {form}{short}, or JSON")


def typed(name: str, shape: Structure, key: str, value: Any) -> Any:
    """Return *value*, read by shorthand, with the type that the member *key* has."""
    member = next((member for member in shape.members if member.name == key), None)
    if member is None or isinstance(member.shape, String):
        return value
    if isinstance(member.shape, ListOf) and not isinstance(value, list):
        return [value]
    return read_text(f"{name} {key}", member.shape, value) if isinstance(value, str) else value


def read_file(name: str, value: str) -> str:
    """
    Return *value*, or the text of the file that `file://PATH` names; `~` and variables in the path are expanded.

    A newline at the end of anything but JSON is left out: no token or name ends with one, and editors add it. So is the mark
    of UTF-8 that some editors write at the beginning.
    """
    if value.startswith(BINARY_FILE):
        raise invalid(name, f"is {value}. The service takes no binary values. Use {FILE}{value[len(BINARY_FILE) :]}")
    if not value.startswith(FILE):
        return value
    path = os.path.expandvars(os.path.expanduser(value[len(FILE) :]))
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
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


def split_pair(name: str, text: str) -> tuple[str, str]:
    """Return key and value of `key=value`."""
    key, equals, value = text.partition("=")
    if not equals:
        raise invalid(name, f"is {text!r}; it must be key=value")
    return key, value


def invalid(name: str, what: str) -> ParamValidationError:
    """Return the error of an option whose value cannot be used."""
    return ParamValidationError.of(ValidationProblem("InvalidParameterType", name, f"{name} {what}."))


def text_of(option: str, value: str | None) -> str | None:
    """Return the text of an option that belongs to no member, or that of the file it names."""
    return read_file(option, value) if value is not None else None


def pairs(option: str, values: Sequence[str]) -> dict[str, str]:
    """Return the `KEY=VALUE` pairs of an option that belongs to no member."""
    return dict(split_pair(option, text) for text in values)


def tag_pairs(option: str, values: Sequence[str]) -> dict[str, str]:
    """Return the tags that *values* of our own option stand for, in each form that the operations take."""
    tags = read_value(option, TAGS, list(values)) if values else []
    found: dict[str, str] = {}
    for tag in tags:
        if (
            not isinstance(tag, Mapping)
            or set(tag) != {"Key", "Value"}
            or not all(isinstance(one, str) for one in tag.values())
        ):
            raise invalid(option, f"has {tag!r}; each tag must have a Key and a Value, both text")
        if tag["Key"] in found:
            raise invalid(option, f"has the key {tag['Key']!r} twice")
        found[tag["Key"]] = tag["Value"]
    return found
