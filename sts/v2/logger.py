"""Log line of v2, with params in the format of `util.inspect` of Node."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sts.logs import LOGGER
from sts.model.masks import mask_values, masked
from sts.pipeline.call_log import secrets_of, write_line
from sts.v2.response import Response

_WIDTH, _LEVELS = 80, 3
"""`breakLength` of Node, and its `compact`: the number of inner levels that may share a line."""
SENSITIVE = "***SensitiveInformation***"
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f", "\v": "\\v", "\\": "\\\\"}


def log_request(response: Response[Any]) -> None:
    """Write the line of a finished call to the logger of the client: the first listener of `complete` in v2."""
    try:
        config = response.request.service.config
        write_line(config.logger, call_line(response, colored=_is_terminal(config.logger)))
    except Exception:  # noqa: BLE001 - reported
        LOGGER.exception("The client's logger failed")


def _is_terminal(logger: Any) -> bool:
    asked = getattr(logger, "isatty", None)
    return bool(asked()) if callable(asked) else bool(getattr(logger, "isTTY", False))


def call_line(response: Response[Any], *, colored: bool = False) -> str:
    """Return the log line: service, status, seconds, retries, operation and params without secrets."""
    request, call = response.request, response.request.call
    status = call.http_response.status if call.http_response else "undefined"
    seconds = round(max(time.monotonic() - call.started, 0.0), 3) if call.attempt else 0
    params = _Inspection().text(masked(call.operation.input, call.params, SENSITIVE), 0)
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
