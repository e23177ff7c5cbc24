"""
Refusals read, and whatever else is no result: XML or JSON into one dict, and that into an exception.

The only module that imports xmltodict, and so loaded with the first refusal: results are read in `result_parser`.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict

from sts.errors import STSError
from sts.http import HttpRequest, HttpResponse
from sts.model.shapes import Operation
from sts.protocol.parse import BLANK, checked
from sts.protocol.parse_error__refusals import PROXY_AUTHENTICATION, redirected, refused, service_error, unreadable


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


def parse_other(operation: Operation, response: HttpResponse) -> STSError:
    """Return the exception for a 2xx *response* whose body is XML without a result: the refusal that it holds, if it does."""
    document = read_xml(response.body)
    refusal = refused(document, response) if any("Error" in name for name in document) else None
    if refusal is None:
        return unreadable(operation, response, f"not an answer to {operation.name}, its root is <{next(iter(document))}>")
    return service_error(operation, response, refusal)


def read_xml(body: bytes) -> dict[str, Any]:
    """
    Return the document in *body* as one dict: the root's name and its content.

    Elements are dicts by name (a list where a name repeats), text is a string as it stands, an empty element is None;
    attributes and namespaces are left out. Raises ValueError for what is not XML, or holds a DTD, or is too large.
    """
    body = checked(body)
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
    return json.loads(body) if body.strip(BLANK)[:1] == b"{" else read_xml(body)
