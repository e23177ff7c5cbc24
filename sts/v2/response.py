"""Responses of v2: the outcome of a call, which listeners and scripts may change, and the line in the log about it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

from sts.base.records import of_whole
from sts.calling.request import Request
from sts.calling.request import Response as PlainResponse
from sts.http import Headers
from sts.logs import LOGGER
from sts.model.masks import mask_values, masked
from sts.pipeline.call_log import secrets_of, write_line
from sts.v2.background import call_with
from sts.v2.camel_case import CamelCase
from sts.v2.http import HeaderView

Callback = Callable[[Any, Any], object]
Q = TypeVar("Q", bound=Request[Any])
"""Type of the request, an `AWS.Request`."""
_WIDTH, _LEVELS = 80, 3
"""`breakLength` of Node, and its `compact`: the number of inner levels that may share a line."""
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f", "\v": "\\v", "\\": "\\\\"}


class HttpResponse(CamelCase):
    """Last response of the endpoint. Its status is None before a response."""

    def __init__(self, request: Request[Any]) -> None:
        self._request = request

    @property
    def status_code(self) -> int | None:
        """The status."""
        answer = self._request.call.http_response
        return None if answer is None else answer.status

    @property
    def status_message(self) -> str | None:
        """The reason phrase of the status line."""
        answer = self._request.call.http_response
        return None if answer is None else answer.reason

    @property
    def headers(self) -> HeaderView:
        """The headers, case-insensitive."""
        answer = self._request.call.http_response
        return HeaderView(Headers() if answer is None else answer.headers)

    @property
    def body(self) -> bytes:
        """The whole body."""
        answer = self._request.call.http_response
        return b"" if answer is None else answer.body

    streaming = False
    """Always False: the body is read as a whole."""

    @of_whole
    def __repr__(self) -> str:
        return repr(self._request.call.http_response or "<HttpResponse not there yet>").strip("'")


class Response(CamelCase, PlainResponse, Generic[Q]):
    """Outcome of a call. Listeners may set `error`, `data` and their own attributes."""

    request: Q

    @property
    def data(self) -> Any:
        """The result, or None."""
        return self.request.call.data

    @data.setter
    def data(self, data: Any) -> None:
        self.request.call.data = data

    @property
    def error(self) -> Any:
        """The error, or None. Also None once another attempt is certain."""
        call = self.request.call
        return None if call.retrying else call.error

    @error.setter
    def error(self, error: BaseException | None) -> None:
        self.request.call.error = error

    @property
    def http_response(self) -> HttpResponse:  # type: ignore[override]  # under v2's names, and never None
        """The last response of the endpoint."""
        return HttpResponse(self.request)

    @property
    def retry_count(self) -> int:
        """Number of retries. From `afterRetry` on it includes the next one."""
        return super().retry_count + self.request.call.retrying

    @property
    def max_retries(self) -> int:
        """Maximum number of retries."""
        client: Any = self.request._client  # an AWS.STS
        return int(client.num_retries())

    @property
    def max_redirects(self) -> int:
        """Limit of v2. Redirects are not followed."""
        client: Any = self.request._client
        return int(client.config.max_redirects)

    @property
    def request_id(self) -> str | None:
        """The request id of the service, or None."""
        metadata = self.data.get("ResponseMetadata", {}) if isinstance(self.data, dict) else {}
        found: str | None = metadata.get("RequestId") or getattr(self.error, "request_id", None)
        return found

    def has_next_page(self) -> None:
        """Return None: no operation of STS is paginated."""

    def next_page(self, callback: Callback | None = None) -> None:
        """Call *callback* with the error and no data: no operation of STS is paginated."""
        if callback is not None:
            call_with(callback, self.error, None)


def log_request(response: Response[Any]) -> None:
    """Write the line of a finished call to the logger of the client: the first listener of `complete` in v2."""
    try:
        logger = response.request.service.config.logger
        isatty = getattr(logger, "isatty", None)
        is_terminal = bool(isatty()) if callable(isatty) else bool(getattr(logger, "isTTY", False))
        write_line(logger, call_line(response, colored=is_terminal))
    except Exception:  # noqa: BLE001 - reported
        LOGGER.exception("The client's logger failed")


def call_line(response: Response[Any], *, colored: bool = False) -> str:
    """Return the log line: service, status, seconds, retries, operation and params without secrets."""
    request, call = response.request, response.request.call
    status = call.http_response.status if call.http_response else "undefined"
    seconds = round(max(time.monotonic() - call.started, 0.0), 3) if call.attempt else 0
    params = _Inspection().text(masked(call.operation.input, call.params, "***SensitiveInformation***"), 0)
    begin, bold, end = ("\x1b[33m", "\x1b[0;1m", "\x1b[0m") if colored else ("", "", "")
    head = f"[AWS sts {status} {seconds:.12g}s {response.retry_count} retries]"
    return mask_values(f"{begin}{head}{bold} {request.operation}({params}){end}", secrets_of(call))


class _Inspection:
    """Text of a value as by `util.inspect(value, true, null)` of Node. `deepest` is the level of the last formatted part."""

    def __init__(self) -> None:
        self.deepest = 0

    def text(self, value: Any, level: int) -> str:
        if isinstance(value, Mapping):
            parts = [f"{_key(name)}: {self._inner(one, level)}" for name, one in value.items() if one is not None]
            return self._join(parts, "{}", level)
        if isinstance(value, (list, tuple)):
            parts = [self._inner(one, level) for one in value]
            return self._join([*parts, f"[length]: {len(value)}"], "[]", level)
        return _plain(value)

    def _inner(self, value: Any, level: int) -> str:
        self.deepest = level
        return self.text(value, level + 1)

    def _join(self, parts: list[str], braces: str, level: int) -> str:
        if not parts:
            self.deepest = level
            return braces
        deepest, self.deepest = max(self.deepest, level), max(self.deepest, level)
        start = len(parts) + 2 * level + 1 + 10
        short = sum(map(len, parts)) + len(parts) + start <= _WIDTH
        if deepest - level < _LEVELS and short and not any("\n" in part for part in parts):
            return f"{braces[0]} {', '.join(parts)} {braces[1]}"
        line = "\n" + "  " * level
        return f"{braces[0]}{line}  {f',{line}  '.join(parts)}{line}{braces[1]}"


def _key(name: Any) -> str:
    return str(name) if re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]*", str(name)) else _quoted(str(name))


def _plain(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, datetime):
        return value.isoformat()
    return _quoted(value) if isinstance(value, str) else str(value)


def _quoted(text: str) -> str:
    """Return *text* as a literal of JavaScript, in the first kind of quotes that it does not contain."""
    quote = next((one for one in "'\"`" if one not in text), "'")
    escapes = {**_ESCAPES, quote: f"\\{quote}"}
    return quote + "".join(escapes.get(character, character) for character in text) + quote
