"""
Answers read: XML into results, refusals into exceptions. The only module that imports xmltodict.

Strict about what could be an attack (no DTD and so no entities, bounds on size and number of tags), liberal about form: servers
other than AWS leave out namespaces, wrappers, messages and types, and gateways answer in JSON or HTML.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict

from sts.dates import parse_timestamp
from sts.errors import STSError
from sts.http import MAX_BODY, HttpRequest, HttpResponse
from sts.request_ids import find_request_id
from sts.shapes import Boolean, Integer, ListOf, Operation, String, Structure, Timestamp

MAX_TAGS = 1000
"""Tags (start and end) that an answer may have; the longest of STS has about 40. Bounds depth and memory as well."""

_BLANK = b"\xef\xbb\xbf \t\r\n"


class _Misfit(Exception):
    """An answer holds something that its operation's output does not; args are path and reason."""


def parse_response(operation: Operation, response: HttpResponse) -> dict[str, Any]:
    """
    Return the result in a 2xx *response*: the members that are there, and `ResponseMetadata`.

    Raises ResponseParseError when the body is not an answer to *operation*, and the ServiceError that it holds if it holds one.
    """
    try:
        document = read_xml(response.body)
        result = _find_result(operation, document)
        if result is _NOT_FOUND:
            raise _refusal_in(operation, response, document)
        data: dict[str, Any] = _read_structure(operation.output, result, operation.output.name)
    except ValueError as error:
        raise _unreadable(operation, response, f"not XML that can be read: {error}") from None
    except _Misfit as misfit:
        raise _unreadable(operation, response, "not one that fits: in {}, {}".format(*misfit.args)) from None
    data["ResponseMetadata"] = _metadata(response, document)
    return data


def _unreadable(operation: Operation, response: HttpResponse, what: str) -> STSError:
    from sts.refusals import unreadable

    return unreadable(operation, response, what)


def parse_error(
    operation: Operation,
    response: HttpResponse,
    *,
    request: HttpRequest | None = None,
    params: Any = None,
    now: datetime | None = None,
) -> STSError:
    """
    Return the exception for a *response* whose status is not 2xx: a ServiceError if the body says what the service holds
    against the request, else a ResponseParseError that shows status and first bytes.

    *request* and *params*, those of the call, make the hint better; *now* is the current time.
    """
    # Loaded with the first error, if there is one.
    from sts.refusals import PROXY_AUTHENTICATION, redirected, refused, service_error, unreadable

    if 300 <= response.status < 400:
        return redirected(operation, response)
    try:
        document = _read_any(response.body)
    except (ValueError, RecursionError):
        document = None
    refusal = refused(document, response)
    if refusal is None or response.status == PROXY_AUTHENTICATION:
        return unreadable(operation, response, "not an answer of STS")
    return service_error(operation, response, refusal, request=request, params=params, now=now)


def read_xml(body: bytes) -> dict[str, Any]:
    """
    Return the document in *body* as one dict: the root's name and its content.

    Elements are dicts by name (a list where a name repeats), text is a string as it stands, an empty element is None;
    attributes and namespaces are left out. Raises ValueError for what is not XML, or holds a DTD, or is too large.
    """
    body = body.strip(_BLANK)
    if not body:
        raise ValueError("it is empty")
    if len(body) > MAX_BODY or body.count(b"<") > MAX_TAGS:
        raise ValueError("it is too large")
    if b"<!DOCTYPE" in body:
        raise ValueError("it has a document type declaration, which is not accepted")
    # Prefixes must be declared to be used, so this tells whether there are any.
    rename = _without_prefix if b"xmlns:" in body else None
    try:
        document = xmltodict.parse(body, encoding="utf-8", xml_attribs=False, strip_whitespace=False, postprocessor=rename)
    except ExpatError as error:
        raise ValueError(str(error)) from error
    return dict(document)


def _without_prefix(_path: Any, name: str, value: Any) -> tuple[str, Any]:
    return name.rpartition(":")[2], value


def _read_any(body: bytes) -> Any:
    return json.loads(body) if body.strip(_BLANK)[:1] == b"{" else read_xml(body)


# --- results ---

_NOT_FOUND = object()


def _find_result(operation: Operation, document: Mapping[str, Any]) -> Any:
    """Return the content of the result element, wherever a liberal reader may look for it."""
    (root, content), *_ = document.items()
    wrapper = f"{operation.name}Result"
    if root == wrapper:
        return content
    if isinstance(content, dict) and wrapper in content:
        return content[wrapper]
    return content if root == f"{operation.name}Response" else _NOT_FOUND


def _refusal_in(operation: Operation, response: HttpResponse, document: Mapping[str, Any]) -> STSError:
    from sts.refusals import refused, service_error, unreadable

    refusal = refused(document, response) if any("Error" in name for name in document) else None
    if refusal is None:
        return unreadable(operation, response, f"not an answer to {operation.name}, its root is <{next(iter(document))}>")
    return service_error(operation, response, refusal)


def _metadata(response: HttpResponse, document: Mapping[str, Any]) -> dict[str, Any]:
    request_id = find_request_id(response, document)
    metadata: dict[str, Any] = {"RequestId": request_id} if request_id else {}
    metadata["HTTPStatusCode"] = response.status
    metadata["HTTPHeaders"] = dict(response.headers)
    return metadata


def _read_structure(shape: Structure, node: Any, path: str) -> dict[str, Any]:
    if not isinstance(node, dict):
        return _read_empty(node, path)
    data = {}
    for member in shape.members:
        name = member.name
        if name in node:
            value = _READ[type(member.shape)](member.shape, node[name], f"{path}.{name}")
            if value is not None:
                data[name] = value
    return data


def _read_empty(node: Any, path: str) -> dict[str, Any]:
    if isinstance(node, list):
        raise _Misfit(path, "it is there more than once")
    if node and node.strip():
        raise _Misfit(path, "it holds text where elements are expected")
    return {}


def _read_list(shape: ListOf, node: Any, path: str) -> list[Any]:
    if not isinstance(node, dict):
        return list(_read_empty(node, path))
    items = node.get("member", [])
    read = _READ[type(shape.item)]
    return [read(shape.item, item, path) for item in (items if isinstance(items, list) else [items])]


def _read_string(_shape: String, node: Any, path: str) -> str:
    if isinstance(node, str):
        return node
    if node is None:
        return ""
    raise _Misfit(path, "it holds elements where text is expected")


def _read_integer(shape: Any, node: Any, path: str) -> int | None:
    text = _read_string(shape, node, path).strip()
    try:
        return int(text) if text else None
    except ValueError:
        raise _Misfit(path, "it is not a whole number") from None


def _read_boolean(shape: Any, node: Any, path: str) -> bool | None:
    text = _read_string(shape, node, path).strip().lower()
    if text in ("true", "false"):
        return text == "true"
    if not text:
        return None
    raise _Misfit(path, "it is not a truth value")


def _read_timestamp(shape: Any, node: Any, path: str) -> datetime | None:
    text = _read_string(shape, node, path).strip()
    try:
        return parse_timestamp(text) if text else None
    except ValueError:
        raise _Misfit(path, "it is not a time") from None


_READ: dict[type, Callable[[Any, Any, str], Any]] = {
    String: _read_string,
    Integer: _read_integer,
    Boolean: _read_boolean,
    Timestamp: _read_timestamp,
    ListOf: _read_list,
    Structure: _read_structure,
}
