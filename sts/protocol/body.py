"""Body of a response before parsing: limits for every document, and the request id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sts.http import MAX_BODY, HttpResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_TAGS = 1000
"""
Most tags (start and end) of a response. STS responses have at most 60, plus six for each entry of a map, limited by the size of
the session token. The limit also bounds depth and memory.
"""

BLANK = b"\xef\xbb\xbf \t\r\n"


def checked(body: bytes) -> bytes:
    """Return the XML in *body*. Raise ValueError if it is too large or has a DTD, so that no parser gets it."""
    body = body.strip(BLANK)
    if not body:
        raise ValueError("it is empty")
    if len(body) > MAX_BODY or body.count(b"<") > MAX_TAGS:
        raise ValueError("it is too large")
    if b"<!DOCTYPE" in body:
        raise document_type()
    return body


def document_type() -> ValueError:
    """Return the error for a document type declaration."""
    return ValueError("it has a document type declaration, which is not accepted")


NAMES = ("RequestId", "RequestID", "requestId")
"""Names of the elements that contain a request id."""
_HEADERS = ("x-amzn-requestid", "x-amzn-request-id", "x-amz-request-id")


def _is_id(text: str) -> bool:
    """Return True if *text* has the form of a request id. Other text could be a piece of the request that was put there."""
    return 0 < len(text) <= 128 and text.isascii() and text.isprintable() and " " not in text


def find_request_id(response: HttpResponse, document: Any) -> str | None:
    """Return the request id from the headers or the body, or None."""
    headers = response.headers
    for name in _HEADERS:
        found = id_in(headers, name)
        if found is not None:
            return found
    return next((text for node in _possible_parents(document) if _is_id(text := text_of(node, NAMES))), None)


def id_in(headers: Mapping[str, str], name: str) -> str | None:
    """Return the id in the header *name*, or None if it is missing or does not look like an id."""
    text = headers.get(name, "")
    return text if _is_id(text) else None


def text_of(node: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Return the text of the first of *names* that *node* has, or ""."""
    found = next((node[name] for name in names if node.get(name)), "")
    return found if isinstance(found, str) else str(found) if isinstance(found, int) else ""


def _possible_parents(document: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    if not isinstance(document, dict) or depth > 2:
        return
    yield document
    for value in document.values():
        yield from _possible_parents(value, depth + 1)
