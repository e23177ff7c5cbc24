"""
Parses error responses (XML or JSON) and everything else that is not a result into exceptions.

The only module that imports xmltodict. It is loaded with the first error response; results are parsed in `parse`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict

from sts import errors
from sts.base.records import Record
from sts.base.time import parse_timestamp, utc_now
from sts.errors import ProxyError, ResponseParseError, ServiceError, STSError
from sts.http import Headers, HttpRequest, HttpResponse
from sts.logs import LOGGER
from sts.model.error_codes import ERRORS
from sts.model.masks import before_secrets, mask, mask_tokens
from sts.model.shapes import Operation
from sts.protocol.body import BLANK, checked, find_request_id, id_in, text_of
from sts.protocol.hints import FailedCall, hint_for
from sts.retry.classify import is_retryable, is_throttling


def parse_error(
    operation: Operation,
    response: HttpResponse,
    *,
    request: HttpRequest | None = None,
    params: Any = None,
    now: datetime | None = None,
) -> STSError:
    """
    Return the exception for a *response* whose status is not 2xx: a ServiceError if the body is an error response, otherwise a
    ResponseParseError that shows status and first bytes.

    *request* and *params* of the call are used for the hint. *now* is the current time.
    """
    if 300 <= response.status < 400:
        return redirected(operation, response)
    try:
        is_json = response.body.strip(BLANK)[:1] == b"{"
        document = json.loads(response.body) if is_json else read_xml(response.body)
    except (ValueError, RecursionError):
        document = None
    found = read_error(document, response)
    if found is None or response.status == PROXY_AUTHENTICATION:
        return unreadable(operation, response, "not a response of STS")
    return service_error(operation, response, found, request=request, params=params, now=now)


def parse_other(operation: Operation, response: HttpResponse) -> STSError:
    """Return the exception for a 2xx *response* with XML but no result: the error that it contains, if any."""
    document = read_xml(response.body)
    found = read_error(document, response) if any("Error" in name for name in document) else None
    if found is None:
        return unreadable(operation, response, f"not a response to {operation.name}, its root is <{next(iter(document))}>")
    return service_error(operation, response, found)


def read_xml(body: bytes) -> dict[str, Any]:
    """
    Return the document in *body* as one dict: the root's name and its content.

    Elements are dicts by name (a list if a name repeats), text is an unchanged string, an empty element is None. Attributes and
    namespaces are left out. Raises ValueError if *body* is not XML, has a DTD, or is too large.
    """
    body = checked(body)
    # Prefixes must be declared before use, so this shows whether there are any.
    rename = _without_prefix if b"xmlns:" in body else None
    try:
        document = xmltodict.parse(body, encoding="utf-8", xml_attribs=False, strip_whitespace=False, postprocessor=rename)
    except ExpatError as error:
        raise ValueError(str(error)) from error
    return dict(document)


def _without_prefix(_path: Any, name: str, value: Any) -> tuple[str, Any]:
    return name.rpartition(":")[2], value


_WRAPPERS = ("Error", "Errors", "ErrorResponse", "Response", "error")
_CODE_NAMES = ("Code", "code", "__type")
_MESSAGE_NAMES = ("Message", "message")
_FAULTS = {"Sender": "client", "Receiver": "server"}
PROXY_AUTHENTICATION = 407
"""Status with which a proxy requires authentication. STS never sends it, whatever the body looks like."""
_LONGEST_CODE = 128
_LONGEST_EXCERPT = 200
_LONGEST_REASON = 100
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160)), " ")
"""Control characters that could move a terminal's cursor or change colours. Tabs and line ends are allowed."""
_CANONICAL = "The Canonical String for this request should have been"
"""Beginning of a page of text about a wrong signature, which helps authors of signers."""
_PAGE_HINT = "This looks like a web page: a proxy, a captive portal or a wrong endpoint may have responded instead of STS."
_REDIRECT_HINT = "STS never redirects: check the endpoint, and whether a proxy or captive portal is in between."
_PROXY_HINT = "Give the proxy's user and password in its URL (proxies= or HTTPS_PROXY), or exempt the host in NO_PROXY."


class ErrorBody(Record):
    """Code, message, type and request id in the body of an error response."""

    code: str
    message: str
    type: str
    request_id: str | None


def _classes() -> dict[str, type[ServiceError]]:
    """Return the class of each modelled error by wire code and shape name, with and without the suffix."""
    classes = {}
    for shape in (shape for shape in ERRORS if shape.name):
        stem = shape.name.removesuffix("Exception")
        kind = getattr(errors, shape.name, ServiceError)
        classes.update(dict.fromkeys((shape.code, stem, f"{stem}Exception"), kind))
    return classes


_CLASSES = _classes()


def read_error(document: Any, response: HttpResponse) -> ErrorBody | None:
    """Return the error in *document* (None if the body could not be read). Return None if it is not an error response."""
    if isinstance(document, dict) and "UnknownOperationException" in document:
        return ErrorBody(
            "UnknownOperation", "The endpoint does not know this operation.", "Sender", find_request_id(response, document)
        )
    error = _find_error(document)
    if error is None and response.body.strip():
        return None
    error = error or {}
    code = text_of(error, _CODE_NAMES) or response.headers.get("x-amzn-errortype", "")
    # JSON errors contain namespace#Code, and the header Code:link.
    code = _printable(code.rpartition("#")[2].partition(":")[0])[:_LONGEST_CODE]
    message = (
        text_of(error, _MESSAGE_NAMES)
        or f"The service sent no message, HTTP {response.status} {_printable(response.reason)[:_LONGEST_REASON]}".strip()
    )
    message, canonical, rest = mask_tokens(message.translate(_CONTROLS)).partition(_CANONICAL)
    if canonical:
        LOGGER.debug("The service signed this: %s%s", canonical, rest)
        message = f"{message.rstrip()} (The text that the service signed is in the log, at level DEBUG.)"
    return ErrorBody(
        code or ("NotFound" if response.status == 404 else str(response.status)),
        message,
        text_of(error, ("Type",)),
        find_request_id(response, document),
    )


def _find_error(node: Any, depth: int = 0) -> Mapping[str, Any] | None:
    if isinstance(node, list) and node:
        node = node[0]
    if not isinstance(node, dict) or depth > 4:
        return None
    for name in _WRAPPERS:
        found = _find_error(node.get(name), depth + 1)
        if found is not None:
            return found
    return node if any(name in node for name in _CODE_NAMES + _MESSAGE_NAMES) else None


def service_error(
    operation: Operation,
    response: HttpResponse,
    body: ErrorBody,
    *,
    request: HttpRequest | None = None,
    params: Any = None,
    now: datetime | None = None,
) -> ServiceError:
    """Return the exception for the error in *body*, with the class of its code."""
    code, message, status = body.code, body.message, response.status
    hostname = request.url.partition("://")[2].partition("/")[0].rpartition("@")[2] if request else None
    signed_with_token = request is not None and "x-amz-security-token" in request.headers
    return _CLASSES.get(code, ServiceError)(
        message,
        code=code,
        request_id=body.request_id,
        retryable=is_retryable(code, message, status),
        throttling=is_throttling(code, status),
        fault=_FAULTS.get(body.type, "server" if status >= 500 else "client"),
        hostname=hostname,
        hint=hint_for(FailedCall(code, message, operation.name, hostname, params, signed_with_token)),
        **_facts(operation, response, now),
    )


def unreadable(operation: Operation, response: HttpResponse, reason: str) -> STSError:
    """Return the exception for a *response* that is not one of STS, with the *reason*."""
    status = response.status
    text = f"{_status_line(response)} is {reason}. It begins: {_excerpt(response.body)}"
    facts = _facts(operation, response, None) | {"request_id": find_request_id(response, None)}
    if status == PROXY_AUTHENTICATION:
        return ProxyError(f"The proxy refused the request. {text}", retryable=False, fault="client", hint=_PROXY_HINT, **facts)
    hint = _PAGE_HINT if b"<html" in response.body[:1024].lower() else None
    throttling = is_throttling("", status)
    return ResponseParseError(text, retryable=is_retryable("", "", status), throttling=throttling, hint=hint, **facts)


def redirected(operation: Operation, response: HttpResponse) -> STSError:
    """Return the exception for a redirect, which is never followed."""
    # Only the target: the query may contain secrets.
    target = mask(_printable(response.headers.get("location", "").partition("?")[0]))[:_LONGEST_EXCERPT] or "nowhere"
    text = f"{_status_line(response)} redirects to {target}, and redirects are not followed."
    return ResponseParseError(
        text, hint=_REDIRECT_HINT, request_id=find_request_id(response, None), **_facts(operation, response, None)
    )


def _facts(operation: Operation, response: HttpResponse, now: datetime | None) -> dict[str, Any]:
    now = now or utc_now()
    headers = response.headers
    return {
        "operation": operation.name,
        "status_code": response.status,
        "extended_request_id": id_in(headers, "x-amz-id-2"),
        "cf_id": id_in(headers, "x-amz-cf-id"),
        "retry_delay": retry_delay(headers, now),
        "time": now,
    }


def retry_delay(headers: Headers, now: datetime) -> float | None:
    """
    Return the seconds to wait by `Retry-After` (seconds or a date), else by `x-amz-retry-after` (milliseconds), else None.

    Of several `Retry-After` in one response, the last one that is a number is used, as in the JavaScript SDK.
    """
    after, milliseconds = headers.get("retry-after", "").strip(), headers.get("x-amz-retry-after", "").strip()
    seconds = after.rpartition(", ")[2] if "GMT, " in after else after
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", seconds):
        return float(seconds)
    if re.fullmatch("[0-9]{1,9}", milliseconds):
        return int(milliseconds) / 1000
    moment = _moment(after)
    if moment is None:
        return None
    # Use the server's clock for both times, if the server sends its time.
    return max((moment - (_moment(headers.get("date", "")) or now)).total_seconds(), 0.0)


def _moment(text: str) -> datetime | None:
    try:
        return parse_timestamp(text) if ":" in text else None  # a bare number is not a date
    except ValueError:
        return None


def _status_line(response: HttpResponse) -> str:
    return f"The response (HTTP {response.status} {_printable(response.reason)[:_LONGEST_REASON]}".rstrip() + ")"


def _excerpt(body: bytes) -> str:
    """Return the first printable bytes of *body*, at most up to a possible secret."""
    text = body[: 2 * _LONGEST_EXCERPT].decode("utf-8", "replace")
    shown = _printable(before_secrets(text))[:_LONGEST_EXCERPT]
    return f"{shown!r}{' ...' if len(body) > len(shown) else ''}" if body else "(it is empty)"


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in " ".join(text.split()))
