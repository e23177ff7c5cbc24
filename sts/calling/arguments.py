"""Arguments of a call: every allowed position of params, options and callback, parsed in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sts.base.forks import load
from sts.base.records import Record
from sts.http import AbortSignal
from sts.model.shapes import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CALL_OPTIONS = ("callback", "timeout", "abort_signal")

_V3_TIMEOUTS = ("requestTimeout", "request_timeout")
OUTCOME = 2
"""Arguments of a callback: error and data."""
MAX_TIMEOUT = 86400.0 * 365
"""Longest timeout in seconds: more than any call needs, and short enough for the wait of a lock."""


class Arguments(Record):
    """Parsed arguments of a call."""

    params: Mapping[str, Any]
    callback: Callable[[Any, Any], object] | None
    timeout: float | None
    abort_signal: AbortSignal | None


def read_arguments(
    operation: Operation,
    args: tuple[Any, ...],
    members: Mapping[str, Any],
    callback: Any = None,
    timeout: Any = None,
    abort_signal: Any = None,
) -> Arguments:
    """
    Parse the arguments of a call. Raise TypeError if they are invalid.

    Forms: `op(**Members)`, `op(params)`, `op(callback)`, `op(params, callback)`, `op(params, options)`,
    `op(params, options, callback)`; `callback=`, `timeout=` and `abort_signal=` may be keywords in each.
    """
    name = operation.method_name
    rest, callback = _split_callback(name, args, callback)
    params = members
    check_members(operation, members)
    if rest and rest[0] is not None:
        if members:
            raise TypeError(
                f"{name}() was given a mapping and the keyword {next(iter(members))!r}; give the params either as a "
                "mapping or as keywords."
            )
        params = rest[0]
    if not isinstance(params, Mapping):
        raise TypeError(f"{name}() takes its params as a mapping or as keywords, not as {type(params).__name__}.")
    if len(rest) == 2 and rest[1] is not None:
        timeout, abort_signal = _read_options(name, rest[1], timeout, abort_signal)
    check_callback(name, callback)
    return Arguments(params, callback, check_timeout(timeout), check_signal(abort_signal))


def _split_callback(name: str, args: tuple[Any, ...], callback: Any) -> tuple[list[Any], Any]:
    """Return the positional arguments without the callback, which may be the last one, and the callback."""
    rest = list(args)
    if len(rest) > 3:
        raise TypeError(f"{name}() takes params, options and a callback, but was given {len(args)} positional arguments.")
    if len(rest) == 3 or (rest and callable(rest[-1]) and not isinstance(rest[-1], Mapping)):
        last = rest.pop()
        if last is not None and callback is not None:
            raise TypeError(f"{name}() was given two callbacks; give one, last or as callback=.")
        callback = callback if last is None else last
    return rest, callback


def check_members(operation: Operation, members: Mapping[str, Any]) -> None:
    """Raise TypeError for a lower-case keyword: members are PascalCase, so it is a misspelt option or member."""
    for name in members:
        if not name[:1].isupper():
            from sts.base.suggestions import suggest

            known = [*CALL_OPTIONS, *(member.name for member in operation.input.members)]
            raise TypeError(f"{operation.method_name}() has no option {name!r}.{suggest(name, known)}")


def check_callback(name: str, callback: Any) -> None:
    """Raise TypeError unless *callback* is None or a plain function."""
    if callback is not None:
        load("sts.base.functions").check_function(name, callback, "callback", "; use AsyncSTS and await the call instead")


def check_takes_outcome(name: str, callback: Any) -> None:
    """Raise TypeError if *callback* cannot be called with `(error, data)`: the outcome of the call would be lost."""
    if callback is None:
        return
    least, most = load("sts.base.functions").arity(callback)
    if least > OUTCOME or most < OUTCOME:
        takes = least if least > OUTCOME else most
        raise TypeError(
            f"The callback of {name}() takes {takes} argument{'' if takes == 1 else 's'}; it must take two, (error, data)."
        )


def check_timeout(timeout: Any) -> float | None:
    """Return *timeout* in seconds. Raise TypeError or ValueError if it is not a positive number."""
    if timeout is None:
        return None
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)):
        raise TypeError(f"timeout is {timeout!r}; it must be a number of seconds.")
    if not 0 < timeout <= MAX_TIMEOUT:
        raise ValueError(f"timeout is {timeout!r}; it must be more than 0 and at most {MAX_TIMEOUT:.0f} seconds.")
    return float(timeout)


def check_signal(signal: Any) -> AbortSignal | None:
    """Return *signal*. Raise TypeError if it is not an abort signal."""
    if signal is None or isinstance(signal, AbortSignal):
        return signal
    raise TypeError(f"abort_signal is a {type(signal).__name__}; give the signal of an AbortController.")


def _read_options(name: str, options: Any, timeout: Any, abort_signal: Any) -> tuple[Any, Any]:
    if not isinstance(options, Mapping):
        raise TypeError(f"The options of {name}() must be a mapping, not {type(options).__name__}.")
    found = {"timeout": timeout, "abort_signal": abort_signal}
    for given, value in options.items():
        key = "abort_signal" if given == "abortSignal" else given
        if key not in found:
            from sts.base.suggestions import suggest

            meant = "timeout" if key in _V3_TIMEOUTS else key
            raise TypeError(f"{name}() has no option {key!r}.{suggest(meant, found)} Options are timeout and abort_signal.")
        if found[key] is not None:
            raise TypeError(f"{name}() was given {key} twice: among the options and as a keyword.")
        found[key] = value
    return found["timeout"], found["abort_signal"]
