"""
Results read: the answer to an operation goes straight from expat into the dict that the caller gets.

Strict about what could be an attack (no DTD and so no entities, bounds on size and number of tags), liberal about form: servers
other than AWS leave out namespaces, wrappers and metadata. Refusals and strange answers are read in `parser`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

from sts.dates import parse_timestamp
from sts.errors import STSError
from sts.forks import load
from sts.http import MAX_BODY, HttpResponse
from sts.request_ids import NAMES, find_request_id
from sts.shapes import Boolean, Integer, ListOf, MapOf, Member, Operation, Shape, String, Structure, Timestamp

MAX_TAGS = 1000
"""Tags (start and end) that an answer may have; those of STS have 60 at most, and six for each
entry of a map, where the size of the session token sets bounds. Bounds depth and memory as well."""

BLANK = b"\xef\xbb\xbf \t\r\n"

_IDS = tuple(Member(name, String("RequestId")) for name in NAMES)
_METADATA = Member("ResponseMetadata", Structure("ResponseMetadata", _IDS))


def parse_response(operation: Operation, response: HttpResponse) -> dict[str, Any]:
    """
    Return the result in a 2xx *response*: the members that are there, and `ResponseMetadata`.

    Raises ResponseParseError when the body is not an answer to *operation*, and the ServiceError that it holds if it holds one.
    """
    wrapper, reader = f"{operation.name}Result", _Reader(operation)
    try:
        root, content = reader.read(checked(response.body))
    except _Misfit as misfit:
        raise _strange(operation, response, f"not one that fits: in {misfit}") from None
    except ValueError as error:
        raise _strange(operation, response, f"not XML that can be read: {error}") from None
    if root == wrapper:
        data = content
    elif wrapper in content:
        data = content[wrapper]
    elif root == f"{operation.name}Response":
        data = {member.name: content[member.name] for member in operation.output.members if member.name in content}
    else:
        raise _strange(operation, response, None)
    data["ResponseMetadata"] = _metadata(response, {root: content})
    return data


def checked(body: bytes) -> bytes:
    """Return the XML in *body*; raise ValueError for what is too large, or holds a DTD, and is not given to any parser."""
    body = body.strip(BLANK)
    if not body:
        raise ValueError("it is empty")
    if len(body) > MAX_BODY or body.count(b"<") > MAX_TAGS:
        raise ValueError("it is too large")
    if b"<!DOCTYPE" in body:
        raise _document_type()
    return body


def _document_type() -> ValueError:
    return ValueError("it has a document type declaration, which is not accepted")


def _strange(operation: Operation, response: HttpResponse, what: str | None) -> STSError:
    """Return the error of an answer that is *what*; None means that it is XML, but holds no result."""
    if what is None:
        error: STSError = load("sts.refusals", "sts.parser").parse_other(operation, response)
    else:
        error = load("sts.refusals").unreadable(operation, response, what)
    return error


def _metadata(response: HttpResponse, document: dict[str, Any]) -> dict[str, Any]:
    request_id = find_request_id(response, document)
    metadata: dict[str, Any] = {"RequestId": request_id} if request_id else {}
    metadata["HTTPStatusCode"] = response.status
    metadata["HTTPHeaders"] = dict(response.headers)
    return metadata


class _Misfit(Exception):
    """An answer holds something that its operation's output does not."""


class _Reader:
    """
    Turn a document into values as expat meets its elements; unknown ones are passed over, text is never stripped.

    Each open element is a frame: its name, its shape, and the dict or list that its children go into (None for text). A map
    is a list of entries until it ends.
    """

    __slots__ = ("_frames", "_operation", "_passed_over", "_root", "_text")

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._frames: list[tuple[str, Shape, Any]] = []
        self._root: tuple[str, Any] = "", {}
        self._passed_over = 0
        self._text: str | None = None  # of the innermost element, None when that has children

    def read(self, body: bytes) -> tuple[str, dict[str, Any]]:
        """Return the root's name and content; raise ValueError for what is not XML, and _Misfit for what does not fit."""
        parser = ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add_text
        parser.StartDoctypeDeclHandler = self._refuse  # in UTF-16 it looks different
        try:
            parser.Parse(body, True)
        except ExpatError as error:
            raise ValueError(str(error)) from error
        return self._root

    def _start(self, name: str, _attributes: Any) -> None:
        if self._passed_over:
            self._passed_over += 1
            return
        name = name.rpartition(":")[2]
        shape = self._shape_of(name)
        if shape is None:
            self._passed_over, self._text = 1, None
            return
        kind = type(shape)
        self._text = ""
        self._frames.append((name, shape, {} if kind is Structure else [] if kind is ListOf or kind is MapOf else None))

    def _shape_of(self, name: str) -> Shape | None:
        if not self._frames:
            return _root_shape(self._operation, name)
        _, shape, value = self._frames[-1]
        if isinstance(shape, Structure):
            for member in shape.members:
                if member.name == name:
                    if name in value:
                        raise self._misfit("it is there more than once", name)
                    return member.shape
            return None
        if isinstance(shape, ListOf):
            return shape.item if name == "member" else None
        if isinstance(shape, MapOf):
            return _entry_of(shape) if name == "entry" else None
        raise self._misfit("it holds elements where text is expected")

    def _end(self, _name: str) -> None:
        if self._passed_over:
            self._passed_over -= 1
            return
        name, shape, value = self._frames[-1]
        text, self._text = self._text, None
        if value is None:
            value = self._scalar(shape, text or "")
        elif text and text.strip():
            raise self._misfit("it holds text where elements are expected")
        elif isinstance(shape, MapOf):
            value = self._mapping(value)
        elif len(value) > 1 and isinstance(shape, Structure):
            value = {member.name: value[member.name] for member in shape.members if member.name in value}
        self._frames.pop()
        if not self._frames:
            self._root = name, value
        elif value is not None:
            parent = self._frames[-1][2]
            if type(parent) is dict:
                parent[name] = value
            else:
                parent.append(value)

    def _mapping(self, entries: list[dict[str, Any]]) -> dict[str, Any]:
        if any(len(entry) < 2 for entry in entries):
            raise self._misfit("it holds an entry without key or value")
        pairs = {entry["key"]: entry["value"] for entry in entries}
        if len(pairs) < len(entries):
            raise self._misfit("it holds a key more than once")
        return pairs

    def _add_text(self, text: str) -> None:
        if self._text is not None:
            self._text += text

    def _refuse(self, *_declaration: Any) -> None:
        raise _document_type()

    def _scalar(self, shape: Shape, text: str) -> Any:
        if type(shape) is String:
            return text
        text = text.strip()
        read, what = _SCALARS[type(shape)]
        try:
            return read(text) if text else None
        except (ValueError, KeyError):
            raise self._misfit(f"it is not {what}") from None

    def _misfit(self, reason: str, *inner: str) -> _Misfit:
        names = [self._operation.output.name, *(name for name, *_ in self._frames if name not in ("member", "entry")), *inner]
        wrapper = f"{self._operation.name}Result"
        within = names[names.index(wrapper) + 1 :] if wrapper in names else names[2:]
        return _Misfit(f"{'.'.join([names[0], *within])}, {reason}")


def _root_shape(operation: Operation, name: str) -> Structure:
    """Return what to look for in a root element *name*: the result, wherever a liberal reader may look for it."""
    wrapper, output = f"{operation.name}Result", operation.output
    if name == wrapper:
        return output
    direct = output.members if name == f"{operation.name}Response" else ()
    return Structure(name, (Member(wrapper, output), _METADATA, *direct, *_IDS))


def _entry_of(shape: MapOf) -> Structure:
    return Structure("entry", (Member("key", shape.key), Member("value", shape.value)))


_SCALARS: dict[type, tuple[Callable[[str], Any], str]] = {
    Integer: (int, "a whole number"),
    Boolean: (lambda text: {"true": True, "false": False}[text.lower()], "a truth value"),
    Timestamp: (parse_timestamp, "a time"),
}
