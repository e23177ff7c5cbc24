"""
Decoding of encoded authorization messages: who was denied which action, and by which statement.

AWS encodes the reason for some access denials; only DecodeAuthorizationMessage can decode it. This module finds the encoded
message in an exception or text, and summarizes the decoded one in one line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Union

from sts.client import STS
from sts.errors import ConfigError, InvalidAuthorizationMessageException, ParamValidationError, ResponseParseError

_MARKER = re.compile(r"encoded authorization (?:failure )?message:?\s*", re.IGNORECASE)
_BLOB = re.compile(r"[A-Za-z0-9_-]{20,}", re.ASCII)
_FRAME = " \t\r│|╷╵"
"""Characters that tools print to the left of wrapped lines."""
_CONTINUED = 40
"""Shortest line of a single word that is treated as a continuation of the message."""


def decode_authorization_message(source: Union[str, BaseException], client: STS | None = None) -> dict[str, Any]:
    """
    Decode the authorization message in *source*, and summarize it in one line.

    Returns a dict with `summary`, `principal` (an ARN), `action`, `resource`, `explicit_deny`, `statements` (those that
    matched) and `message` (the whole decoded message as parsed JSON).

    Args:
        source: the message itself, or an exception or text (a log line, the output of a tool) that contains it.
        client: client for the call, which needs the permission sts:DecodeAuthorizationMessage. Default: `STS()`.

    Raises:
        ParamValidationError: there is no message in *source*.
        InvalidAuthorizationMessageException: STS cannot decode the message. If it looks truncated, the hint says so.

    """
    if client is not None and not isinstance(client, STS):
        raise ConfigError(f"client is a {type(client).__name__}; it must be an STS.")
    blob = find_authorization_message(source)
    try:
        answer = (client or STS()).decode_authorization_message(EncodedMessage=blob)
    except InvalidAuthorizationMessageException as error:
        error.hint = "The message may be truncated or changed: copy it from where the error was raised."
        raise
    try:
        message: dict[str, Any] = json.loads(answer["DecodedMessage"])
    except (ValueError, RecursionError):
        raise ResponseParseError("The message that the service decoded is not JSON.") from None
    return describe_message(message)


def find_authorization_message(source: Union[str, BaseException]) -> str:
    """Return the encoded message in *source* without added line breaks. Raise ParamValidationError if there is none."""
    for text in _texts(source):
        found = _in_text(text)
        if found:
            return found
    kind = "text" if isinstance(source, str) else type(source).__name__
    raise ParamValidationError(
        f"This {kind} contains no encoded authorization message. Pass the message, or an exception or text that contains "
        "it after the words 'Encoded authorization failure message:'.",
        code="MissingRequiredParameter",
    )


def _texts(source: Union[str, BaseException]) -> Iterator[str]:
    if isinstance(source, str):
        yield source
        return
    seen: list[BaseException] = []
    error: BaseException | None = source
    while error is not None and error not in seen:
        seen.append(error)
        yield str(error)
        response = getattr(error, "response", None)  # errors of botocore
        if isinstance(response, Mapping) and isinstance(response.get("Error"), Mapping):
            yield str(response["Error"].get("Message"))
        error = error.__cause__ or error.__context__


def _in_text(text: str) -> str:
    marker = _MARKER.search(text)
    if marker is None:
        alone = "".join(text.split())
        return alone if _BLOB.fullmatch(alone) else ""
    lines = [line.strip(_FRAME) for line in text[marker.end() :].splitlines()]
    while lines and not lines[0]:
        del lines[0]
    first = _BLOB.match(lines[0]) if lines else None
    if first is None:
        return ""
    found = first[0]
    whole = len(found) == len(lines[0])
    for line in lines[1:]:
        # The last piece of a wrapped message may be short and may be followed by words.
        match = re.match(r"[A-Za-z0-9_-]+", line) if whole else None
        if match is None or (len(match[0]) < _CONTINUED and len(match[0]) != len(line)):
            break
        found += match[0]
        whole = len(match[0]) == len(line) and len(line) >= _CONTINUED
    return found


def describe_message(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a decoded *message* with its main values by name, and a `summary` in one line."""
    context = _mapping(message.get("context"))
    principal = _mapping(context.get("principal"))
    who = str(principal.get("arn") or principal.get("name") or principal.get("id") or "somebody")
    action, resource = str(context.get("action") or "an action"), str(context.get("resource") or "")
    statements = [_statement(item) for item in _items(message.get("matchedStatements"))]
    denies = [statement for statement in statements if statement["effect"].upper() != "ALLOW"]
    explicit = bool(message.get("explicitDeny"))
    if message.get("allowed"):
        verdict, reason = "was allowed", ""
    elif explicit:
        verdict, reason = "was refused", f"denied by {' and '.join(map(_in_words, denies)) or 'a statement'}"
    else:
        verdict, reason = "was refused", "no statement allows it"
    on = f" on {resource}" if resource else ""
    return {
        "summary": f"{who} {verdict} {action}{on}{': ' if reason else ''}{reason}",
        "principal": who,
        "action": action,
        "resource": resource,
        "explicit_deny": explicit,
        "statements": statements,
        "message": message,
    }


def _statement(item: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: [str(entry.get("value")) for entry in _items(item.get(name))] for name in ("actions", "resources")}
    return {"id": str(item.get("statementId") or ""), "effect": str(item.get("effect") or ""), **values}


def _in_words(statement: Mapping[str, Any]) -> str:
    name = f"statement {statement['id']!r}" if statement["id"] else "a statement without id"
    about = ", ".join(statement["actions"])
    where = ", ".join(statement["resources"])
    return f"{name} ({statement['effect']} {about}{' on ' if where else ''}{where})"


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _items(value: Any) -> list[Mapping[str, Any]]:
    items = value.get("items") if isinstance(value, Mapping) else value
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
