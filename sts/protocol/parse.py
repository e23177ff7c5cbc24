"""
Parses successful responses: expat events straight into the result dict.

It is strict about possible attacks (no DTD and so no entities, limits on size and number of tags) and tolerant about form:
servers other than AWS leave out namespaces, wrappers and metadata. `parse_error` parses error responses and unexpected ones.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pyexpat import ExpatError, ParserCreate  # the module below xml.parsers.expat, without its package

from sts.base.forks import load
from sts.base.time import parse_timestamp
from sts.errors import STSError
from sts.http import HttpResponse
from sts.model.shapes import ANY_RESULT, Boolean, Integer, ListOf, MapOf, Member, Operation, Shape, String, Structure, Timestamp
from sts.protocol.body import NAMES, checked, document_type, find_request_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def parse_response(operation: Operation, response: HttpResponse) -> dict[str, Any]:
    """
    Return the result in a 2xx *response*: its members, and `ResponseMetadata`.

    Raises ResponseParseError if the body is not a response to *operation*, and a ServiceError if the body contains one.
    """
    if operation.output is ANY_RESULT:
        return _any_result(operation, response)
    wrapper = f"{operation.name}Result"
    try:
        document = _Reader(operation).read(checked(response.body))
    except _Misfit as misfit:
        raise _unexpected(operation, response, f"not a matching one: in {misfit}") from None
    except ValueError as error:
        raise _unexpected(operation, response, f"not XML that can be read: {error}") from None
    ((root, content),) = document.items()
    if root == wrapper:
        data: dict[str, Any] = content
    elif wrapper in content:
        data = content[wrapper]
    elif root == f"{operation.name}Response":
        data = {member.name: content[member.name] for member in operation.output.members if member.name in content}
    else:
        raise _unexpected(operation, response, None)
    data["ResponseMetadata"] = _metadata(response, document)
    return data


def _any_result(operation: Operation, response: HttpResponse) -> dict[str, Any]:
    """Return the result of an operation without a described output: strings, mappings and lists. An Expiration is a time."""
    reader = load("sts.protocol.parse_error", "sts.protocol.parse_error")
    try:
        document = reader.read_xml(response.body)
    except (ValueError, RecursionError) as error:
        raise _unexpected(operation, response, f"not XML that can be read: {error}") from None
    (root, content), *_ = document.items()
    if "Error" in root:
        raise _unexpected(operation, response, None)
    content = content if isinstance(content, dict) else {}
    wrapper = next((name for name in content if name.endswith("Result")), None)
    data = _plain((content[wrapper] or {}) if wrapper else content)
    data = data if isinstance(data, dict) else {"Result": data}
    data["ResponseMetadata"] = _metadata(response, document)
    return data


def _plain(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        if set(value) == {"member"}:
            return [_plain(item) for item in (value["member"] if isinstance(value["member"], list) else [value["member"]])]
        return {key: _plain(item, key) for key, item in value.items() if item is not None}
    if name == "Expiration" and isinstance(value, str) and value.strip():
        try:
            return parse_timestamp(value)
        except ValueError:
            return value
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _unexpected(operation: Operation, response: HttpResponse, what: str | None) -> STSError:
    """Return the error of a response that is *what*. None means that it is XML without a result."""
    if what is None:
        error: STSError = load("sts.protocol.parse_error", "sts.protocol.parse_error").parse_other(operation, response)
    else:
        error = load("sts.protocol.parse_error").unreadable(operation, response, what)
    return error


def _metadata(response: HttpResponse, document: dict[str, Any]) -> dict[str, Any]:
    request_id = find_request_id(response, document)
    metadata: dict[str, Any] = {"RequestId": request_id} if request_id else {}
    metadata["HTTPStatusCode"] = response.status
    metadata["HTTPHeaders"] = dict(response.headers)
    return metadata


class _Misfit(Exception):
    """The response contains something that the output of its operation does not."""


class _Plan:
    """
    Plan for reading one kind of element, made once from its shape.

    *children* are the plans of its elements by name (`member` for a list, `entry` for a map, which is a list of entries until
    it ends). For text it is None; *read* then converts it to a value, or raises ValueError if it is not *what*.
    """

    __slots__ = ("children", "is_list", "is_map", "order", "read", "what")

    def __init__(self, shape: Shape) -> None:
        self.is_map = isinstance(shape, MapOf)
        self.is_list = self.is_map or isinstance(shape, ListOf)
        self.order: tuple[str, ...] = ()
        self.children: dict[str, _Plan] | None = None
        if isinstance(shape, Structure):
            self.children = {member.name: _Plan(member.shape) for member in shape.members}
            self.order = tuple(self.children)
        elif isinstance(shape, ListOf):
            self.children = {"member": _Plan(shape.item)}
        elif isinstance(shape, MapOf):
            self.children = {"entry": _Plan(Structure("entry", (Member("key", shape.key), Member("value", shape.value))))}
        else:
            self.read, self.what = _SCALARS[type(shape)]


def _read_number(text: str) -> int | None:
    return int(text) if text.strip() else None


def _read_truth(text: str) -> bool | None:
    text = text.strip().lower()
    if text not in ("true", "false", ""):
        raise ValueError
    return text == "true" if text else None


def _read_time(text: str) -> datetime | None:
    return parse_timestamp(text) if text.strip() else None


_SCALARS: dict[type, tuple[Callable[[str], Any], str]] = {
    String: (str, "text"),
    Integer: (_read_number, "a whole number"),
    Boolean: (_read_truth, "a truth value"),
    Timestamp: (_read_time, "a time"),
}


def _envelope(operation: Operation, direct: tuple[Member, ...]) -> _Plan:
    """Return the plan of a root around the result. *direct* are the members that the root may contain itself."""
    ids = tuple(Member(name, String("RequestId")) for name in NAMES)
    metadata = Member("ResponseMetadata", Structure("ResponseMetadata", ids))
    result = Member(f"{operation.name}Result", operation.output)
    return _Plan(Structure("", (result, metadata, *direct, *ids)))


def _plans_of(operation: Operation) -> tuple[_Plan, _Plan]:
    """Return the plans of a document, cached by the operation: the root by its name, and any other root."""
    plans: tuple[_Plan, _Plan] | None = operation.__dict__.get("_plans")
    if plans is None:
        document = _Plan(Structure(""))
        document.children = {
            f"{operation.name}Response": _envelope(operation, operation.output.members),
            f"{operation.name}Result": _Plan(operation.output),
        }
        plans = operation.__dict__["_plans"] = document, _envelope(operation, ())
    return plans


class _Reader:
    """Builder of values from expat events. Unknown elements are skipped; text is never stripped."""

    __slots__ = ("_name", "_open", "_operation", "_other_root", "_plan", "_skipped", "_text", "_value")

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._plan, self._other_root = _plans_of(operation)
        self._name = ""
        self._value: Any = {}
        self._text: str | None = None  # text of the innermost element, None if it has children
        self._open: list[tuple[str, _Plan, Any]] = []
        self._skipped = 0

    def read(self, body: bytes) -> dict[str, Any]:
        """Return the content of the root by its name. Raise ValueError for invalid XML, and _Misfit for unexpected content."""
        parser = ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add_text
        parser.StartDoctypeDeclHandler = self._refuse  # `checked` does not find it in UTF-16
        try:
            parser.Parse(body, True)
        except ExpatError as error:
            raise ValueError(str(error)) from error
        document: dict[str, Any] = self._value
        return document

    def _start(self, name: str, _attributes: Any) -> None:
        if self._skipped:
            self._skipped += 1
            return
        children = self._plan.children
        if children is None:
            raise self._misfit("it contains elements where text is expected")
        plan = children.get(name)
        if plan is None:
            name = name.rpartition(":")[2]
            plan = children.get(name) or (None if self._open else self._other_root)
            if plan is None:
                self._skipped, self._text = 1, None
                return
        self._open.append((self._name, self._plan, self._value))
        self._name, self._plan, self._text = name, plan, ""
        self._value = None if plan.children is None else [] if plan.is_list else {}

    def _end(self, _name: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        plan, value, text = self._plan, self._value, self._text
        self._text = None
        if value is None:
            try:
                value = plan.read(text or "")
            except ValueError:
                raise self._misfit(f"it is not {plan.what}") from None
        elif text and not text.isspace():
            raise self._misfit("it contains text where elements are expected")
        elif plan.is_map:
            value = self._mapping(value)
        elif plan.order and len(value) > 1:
            value = {name: value[name] for name in plan.order if name in value}
        name, parent = self._name, self._open[-1][2]
        if type(parent) is list:
            parent.append(value)
        elif name in parent:
            raise self._misfit("it occurs more than once")
        elif value is not None:
            parent[name] = value
        self._name, self._plan, self._value = self._open.pop()

    def _mapping(self, entries: list[dict[str, Any]]) -> dict[str, Any]:
        if any(len(entry) < 2 for entry in entries):
            raise self._misfit("it contains an entry without key or value")
        pairs = {entry["key"]: entry["value"] for entry in entries}
        if len(pairs) < len(entries):
            raise self._misfit("it contains a key more than once")
        return pairs

    def _add_text(self, text: str) -> None:
        if self._text is not None:
            self._text += text

    def _refuse(self, *_declaration: Any) -> None:
        raise document_type()

    def _misfit(self, reason: str) -> _Misfit:
        names = [name for name in (*(name for name, *_ in self._open[1:]), self._name) if name not in ("member", "entry")]
        wrapper = f"{self._operation.name}Result"
        within = names[names.index(wrapper) + 1 :] if wrapper in names else names[1:]
        return _Misfit(f"{'.'.join([self._operation.output.name, *within])}, {reason}")
