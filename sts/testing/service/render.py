"""Results and errors in the service's formats: XML, or JSON for requests with `Accept: application/json`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sts.base.time import format_timestamp
from sts.model.operations import NAMESPACE
from sts.model.shapes import ListOf, MapOf, Operation, Shape, Structure
from sts.testing.service.error_responses import ErrorResponse

XML = "text/xml"
JSON = "application/json"
_MARKUP = re.compile(r"[&<>\r]|[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"}


def result_body(operation: Operation, result: Mapping[str, Any], request_id: str, media_type: str) -> bytes:
    """Return the body of a success. Members of *result* that the operation does not have are left out."""
    name = operation.name
    if media_type == JSON:
        answer = {f"{name}Result": _plain(operation.output, result), "ResponseMetadata": {"RequestId": request_id}}
        return json.dumps({f"{name}Response": answer}).encode()
    return (
        f'<{name}Response xmlns="{NAMESPACE}">\n{_element(operation.output, f"{name}Result", result, "  ")}'
        f"  <ResponseMetadata>\n    <RequestId>{request_id}</RequestId>\n  </ResponseMetadata>\n</{name}Response>\n"
    ).encode()


def error_body(response: ErrorResponse, request_id: str, media_type: str) -> bytes:
    """Return the body of *response*."""
    error = {"Type": response.fault, "Code": response.code, "Message": response.message}
    if media_type == JSON:
        return json.dumps({"Error": error, "RequestId": request_id}).encode()
    lines = "".join(f"    <{name}>{_escape(value)}</{name}>\n" for name, value in error.items())
    return (
        f'<ErrorResponse xmlns="{NAMESPACE}">\n  <Error>\n{lines}  </Error>\n'
        f"  <RequestId>{request_id}</RequestId>\n</ErrorResponse>\n"
    ).encode()


def _element(shape: Shape, name: str, value: Any, indent: str) -> str:
    inner, deeper = "", indent + "  "
    if isinstance(shape, Structure):
        present = ((member, value.get(member.name)) for member in shape.members)
        inner = "".join(_element(member.shape, member.name, item, deeper) for member, item in present if item is not None)
    elif isinstance(shape, ListOf):
        inner = "".join(_element(shape.item, "member", item, deeper) for item in value)
    elif isinstance(shape, MapOf):
        for key, item in value.items():
            fields = f"{deeper}  <key>{_escape(key)}</key>\n{deeper}  <value>{_escape(item)}</value>\n"
            inner += f"{deeper}<entry>\n{fields}{deeper}</entry>\n"
    else:
        text = format_timestamp(value) if isinstance(value, datetime) else _escape(str(value))
        return f"{indent}<{name}>{text}</{name}>\n"
    return f"{indent}<{name}>\n{inner}{indent}</{name}>\n"


def _escape(text: str) -> str:
    return _MARKUP.sub(lambda match: _ENTITIES.get(match[0], "?"), text)


def _plain(shape: Shape, value: Any) -> Any:
    if isinstance(shape, Structure):
        present = ((member, value.get(member.name)) for member in shape.members)
        return {member.name: _plain(member.shape, item) for member, item in present if item is not None}
    if isinstance(shape, ListOf):
        return [_plain(shape.item, item) for item in value]
    return value.timestamp() if isinstance(value, datetime) else value
