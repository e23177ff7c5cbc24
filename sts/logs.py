"""Logging: the `sts` logger, a line per call, and masks so that what is logged may be pasted anywhere."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sts.shapes import ListOf, Structure

if TYPE_CHECKING:
    from sts.call import Call
    from sts.shapes import Member, Shape

LOGGER = logging.getLogger("sts")
LOGGER.addHandler(logging.NullHandler())
MASK = "***SensitiveInformation***"


def enable_logging(level: int | str = "DEBUG") -> None:
    """Write what the library logs to standard error, from *level* on; secrets are masked at every level."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    LOGGER.addHandler(handler)
    LOGGER.setLevel(level)


def log_call(call: Call) -> None:
    """Log one line about a finished call, in the words of the AWS SDK for JavaScript v2."""
    wiring = getattr(call, "wiring", None)
    target = LOGGER if wiring is None or wiring.logger is None else wiring.logger
    if target is LOGGER and not LOGGER.isEnabledFor(logging.DEBUG):
        return
    try:
        _write_line(target, call_line(call))
    except Exception:
        LOGGER.exception("The client's logger failed")


def _write_line(target: Any, text: str) -> None:
    if isinstance(target, logging.Logger):
        target.log(logging.DEBUG if target is LOGGER else logging.INFO, text)
    elif hasattr(target, "log"):
        target.log(text)
    elif hasattr(target, "info"):
        target.info(text)
    else:
        target.write(f"{text}\n")


def call_line(call: Call) -> str:
    """Return v2's log line: service, status, seconds, retries, method and masked params."""
    status = call.http_response.status if call.http_response else getattr(call.error, "code", "-")
    seconds = time.monotonic() - call.started
    params = masked(call.operation.input, call.params)
    return f"[AWS sts {status} {seconds:.3f}s {max(call.attempt - 1, 0)} retries] {call.operation.method_name}({params})"


def masked(shape: Shape, value: Any) -> Any:
    """Return *value* with every member that the table calls sensitive, and every unknown one, replaced by a mask."""
    if isinstance(shape, Structure) and isinstance(value, Mapping):
        members = {member.name: member for member in shape.members}
        return {name: _masked_member(members.get(name), item) for name, item in value.items()}
    if isinstance(shape, ListOf) and isinstance(value, (list, tuple)):
        return [masked(shape.item, item) for item in value]
    return value


def _masked_member(member: Member | None, value: Any) -> Any:
    if member is None or member.sensitive or getattr(member.shape, "sensitive", False):
        return MASK
    return masked(member.shape, value)
