"""Log line of each call, and removal of the call's secrets from its error."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from sts.base.time import utc_now
from sts.errors import DeadlineExceededError, STSError
from sts.logs import DEBUG, LOGGER, LONGEST_MESSAGE
from sts.model.masks import SHORTEST, mask_values, masked, secrets_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sts.pipeline.call import Call


def log_call(call: Call) -> None:
    """Log one line about a finished call, in the format of the AWS SDK for JavaScript v2."""
    wiring = call.wiring
    target = LOGGER if wiring is None or wiring.logger is None else wiring.logger
    try:
        write_line(target, call_line(call))
    except Exception:  # noqa: BLE001 - a logger of the user's may fail in any way
        LOGGER.exception("The client's logger failed")


def write_line(target: Any, text: str) -> None:
    """Write *text* to *target*: a `logging.Logger`, or anything with `log`, `info` or `write`."""
    import logging  # not before there is something to log

    if target is LOGGER:
        target.log(DEBUG, text)
    elif isinstance(target, logging.Logger):
        target.log(logging.INFO, text)
    elif hasattr(target, "info"):  # before log: that of loguru, structlog and LoggerAdapter takes a level first
        target.info(text)
    elif hasattr(target, "log"):
        target.log(text)
    else:
        target.write(f"{text}\n")


def call_line(call: Call) -> str:
    """Return v2's log line: service, status, seconds, retries, method and masked params."""
    status = call.http_response.status if call.http_response else getattr(call.error, "code", "-")
    seconds = time.monotonic() - call.started
    method = call.emit.request.operation if call.emit.request else call.operation.method_name
    params = masked(call.operation.input, call.params)
    text = f"[AWS sts {status} {seconds:.3f}s {max(call.attempt - 1, 0)} retries] {method}({params})"
    return mask_values(text, secrets_of(call))


def secrets_of(call: Call) -> list[str]:
    """Return the secrets of *call* that must not be shown: those of its credentials and params, and its signatures."""
    values = [*secrets_in(call.operation.input, call.params), *_short_secrets(call), *call.earlier_secrets]
    credentials = call.credentials
    if credentials is not None:
        values += (credentials.secret_access_key, credentials.session_token or "")
    if call.http_request is not None:
        # A rejected request (throttled, for example) could be sent again with its signature.
        values.append(call.http_request.headers.get("authorization", "").rpartition("Signature=")[2])
    return list(dict.fromkeys(values))


def _short_secrets(call: Call) -> Iterator[str]:
    """Yield the secret params that are too short to search for, with their names, because a server may repeat them."""
    for name, _, _, _, secret in call.operation.input.plan:
        value = call.params.get(name) if isinstance(call.params, Mapping) else None
        if secret and isinstance(value, str) and 0 < len(value) < SHORTEST:
            yield from (f"{name}{sign}{value}" for sign in ("=", ": ", " = ", "='", '="', '":"', '": "'))


def conceal(call: Call, error: STSError) -> None:
    """
    Remove the secrets of *call* from *error* and limit its message, because the server may have repeated the request.

    Any part of a response can contain them: message, code, an id. An underlying exception with a secret is removed.
    """
    secrets = secrets_of(call)
    for name, text in list(vars(error).items()):
        if isinstance(text, str) and name not in _OURS:
            shown = bounded(mask_values(text, secrets))
            if shown != text:
                setattr(error, name, shown)
    error.args = (error.message,)
    if any(mask_values(text, secrets) != text for below in _below(error) for text in (str(below), repr(below))):
        error.original_error = error.__cause__ = error.__context__ = None


_OURS = frozenset({"operation", "region"})
"""Fields of an error that never come from the server."""


def bounded(text: str) -> str:
    """Return *text*, truncated if it is longer than any readable message."""
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]} ... ({len(text)} characters)"


def _below(error: STSError) -> list[BaseException]:
    """Return the exceptions from which *error* was made, or during which it was raised."""
    found: list[BaseException] = []
    new: list[BaseException | None] = [error.original_error, error.__cause__, error.__context__]
    while new:
        each = new.pop()
        if each is not None and each is not error and each not in found:
            found.append(each)
            new += (each.__cause__, each.__context__)
    return found


def describe(call: Call, error: BaseException) -> BaseException:
    """Add to *error* where and how often the call was tried, and remove secrets from it. Return it."""
    if isinstance(error, STSError):
        conceal(call, error)
        error.operation = error.operation or call.operation.name
        error.time = error.time or utc_now()
        error.attempts = call.attempt
        error.total_retry_delay = call.total_retry_delay
        wiring = call.wiring
        if wiring is not None:
            error.region = error.region or wiring.endpoint.signing_region
            error.hostname = error.hostname or wiring.host
        if isinstance(error, DeadlineExceededError) and not error.attempts_told:
            tell_attempts(error, time.monotonic() - call.started)
    return error


def tell_attempts(error: DeadlineExceededError, seconds: float) -> None:
    """Add to the message what happened in the *seconds* since the call began."""
    error.attempts_told = True
    made = f"{error.attempts} attempt{'' if error.attempts == 1 else 's'} in {seconds:.1f} s"
    # The error of an HTTP library is this same timeout in other words.
    last = f"; the last error was: {error.original_error}" if isinstance(error.original_error, STSError) else ""
    error.message = f"{error.message} ({error.operation}: {made}{last})"
