"""How a call may be written."""

from __future__ import annotations

import functools
import queue
import threading
from collections import OrderedDict
from types import MappingProxyType
from typing import Any

import pytest

from sts.base.functions import check_function
from sts.calling.arguments import check_timeout, read_arguments
from sts.commands import GetCallerIdentityCommand
from sts.errors import RequestAbortedError
from sts.http import AbortController, AbortSignal
from sts.model.operations import OPERATIONS
from tests.support.fakes import client, ok
from tests.support.threads import PATIENCE

ROLE = next(one for one in OPERATIONS if one.name == "AssumeRole")
PARAMS = {"RoleArn": "a", "RoleSessionName": "b"}
SIGNAL = AbortController().signal


def callback(error: Any, data: Any) -> None:
    pass


async def async_callback(error: Any, data: Any) -> None:
    pass


class AsyncCallable:
    async def __call__(self, error: Any, data: Any) -> None:
        pass


class Plain:
    def method(self, error: Any, data: Any) -> None:
        pass

    async def async_method(self, error: Any, data: Any) -> None:
        pass

    def __call__(self, error: Any, data: Any) -> None:
        pass


def read(*args: Any, callback: Any = None, timeout: Any = None, abort_signal: Any = None, **members: Any) -> Any:
    return read_arguments(ROLE, args, members, callback, timeout, abort_signal)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda: read(**PARAMS), (PARAMS, None, None, None)),
        (lambda: read(PARAMS), (PARAMS, None, None, None)),
        (lambda: read(), ({}, None, None, None)),
        (lambda: read(None), ({}, None, None, None)),
        (lambda: read(callback), ({}, callback, None, None)),
        (lambda: read(None, callback), ({}, callback, None, None)),
        (lambda: read(PARAMS, callback), (PARAMS, callback, None, None)),
        (lambda: read(PARAMS, None), (PARAMS, None, None, None)),
        (lambda: read(PARAMS, None, None), (PARAMS, None, None, None)),
        (lambda: read(PARAMS, None, callback), (PARAMS, callback, None, None)),
        (lambda: read(PARAMS, {"timeout": 3}), (PARAMS, None, 3.0, None)),
        (lambda: read(PARAMS, {"timeout": 3, "abort_signal": SIGNAL}, callback), (PARAMS, callback, 3.0, SIGNAL)),
        (lambda: read(callback=callback, timeout=2, abort_signal=SIGNAL, **PARAMS), (PARAMS, callback, 2.0, SIGNAL)),
        (lambda: read(PARAMS, callback=callback), (PARAMS, callback, None, None)),
        (lambda: read(PARAMS, callback, timeout=1.5), (PARAMS, callback, 1.5, None)),
        (lambda: read(callback, **PARAMS), (PARAMS, callback, None, None)),
        (lambda: read(MappingProxyType(PARAMS)), (PARAMS, None, None, None)),
        (lambda: read(OrderedDict(PARAMS)), (PARAMS, None, None, None)),
    ],
)
def test_every_placement_is_understood(made: Any, expected: Any) -> None:
    """Params, options and callback are accepted in the places of v2, v3 and Python."""
    assert tuple(made()) == expected


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: read(PARAMS, RoleArn="c"), "a mapping and the keyword 'RoleArn'"),
        (lambda: read(PARAMS, callback, callback=callback), "two callbacks"),
        (lambda: read(PARAMS, {}, callback, 4), "4 positional arguments"),
        (lambda: read(PARAMS, {}, 5), "takes a function as callback, not 5"),
        (lambda: read("arn"), "as a mapping or as keywords, not as str"),
        (lambda: read(5, callback), "not as int"),
        (lambda: read(PARAMS, 5), "options of assume_role.. must be a mapping, not int"),
        (lambda: read(PARAMS, {"abortSignals": SIGNAL}), "Did you mean 'abort_signal'"),
        (lambda: read(PARAMS, {"requestTimeout": 3}), "Options are timeout and abort_signal"),
        (lambda: read(PARAMS, {"timeout": 3}, timeout=4), "timeout twice"),
        (lambda: read(callback=5), "takes a function as callback, not 5"),
        (lambda: read(callback=async_callback), "must not be an async function; use AsyncSTS"),
        (lambda: read(PARAMS, async_callback), "must not be an async function"),
        (lambda: read(callback=functools.partial(async_callback, 1)), "must not be an async function"),
        (lambda: read(callback=AsyncCallable()), "must not be an async function"),
        (lambda: read(callback=Plain().async_method), "must not be an async function"),
        (lambda: read(PARAMS, timout=3), "no option 'timout'. Did you mean 'timeout'"),
        (lambda: read(timout=3), "no option 'timout'. Did you mean 'timeout'"),
        (lambda: read(roleArn="a"), "Did you mean 'RoleArn'"),
        (lambda: read(role_arn="a"), "Did you mean 'RoleArn'"),
        (lambda: read(timeout="3"), "must be a number of seconds"),
        (lambda: read(timeout=True), "must be a number of seconds"),
        (lambda: read(abort_signal=AbortController()), "give the signal of an AbortController"),
    ],
)
def test_a_call_that_is_written_wrongly_raises_at_once(made: Any, message: str) -> None:
    """The error names the problem and what is allowed."""
    with pytest.raises(TypeError, match=message):
        made()


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 1e12])
def test_a_timeout_is_a_time_that_can_pass(timeout: float) -> None:
    """No zero, no infinity, nothing that a lock cannot wait for."""
    with pytest.raises(ValueError, match="timeout is"):
        check_timeout(timeout)


@pytest.mark.parametrize("function", [callback, Plain().method, Plain(), functools.partial(callback, 1), print, int])
def test_any_plain_callable_will_do(function: Any) -> None:
    """Functions, methods, objects, partials, builtins and classes."""
    check_function("f", function)


@pytest.mark.parametrize("callback", [lambda: None, lambda error: None, lambda a, b, c: None, [].append])
def test_a_callback_that_cannot_take_the_outcome_is_refused_at_once(callback: Any) -> None:
    """In the main namespace nothing is lost silently: not the error, not the data."""
    made = client()
    with pytest.raises(TypeError, match=r"takes \d arguments?; it must take two, \(error, data\)"):
        made.get_caller_identity(callback)
    assert made.handler.requests == []  # type: ignore[attr-defined]  # see `client`


def test_send_takes_options_as_the_methods_do() -> None:
    """v3's `send(command, options, callback)`, with v3's name of the signal."""
    made = client(ok(), ok(), ok())
    command = GetCallerIdentityCommand()
    assert made.send(command, {"timeout": 5})["Account"] == "123456789012"
    assert made.send(command, {"abortSignal": AbortSignal.timeout(60_000)})["Account"] == "123456789012"
    done = queue.SimpleQueue[str]()
    made.send(command, {"abort_signal": None}, lambda error, data: done.put(data["Account"]))
    assert done.get(timeout=PATIENCE) == "123456789012"
    with pytest.raises(TypeError, match="has no option 'requestTimeout'. Did you mean 'timeout'"):
        made.send(command, {"requestTimeout": 5})  # type: ignore[call-overload]


def test_a_signal_may_have_a_time() -> None:
    """The call ends as with `abort()`."""
    with pytest.raises(RequestAbortedError) as caught:
        client(lambda request: threading.Event().wait(5)).get_caller_identity(abort_signal=AbortSignal.timeout(20))
    assert caught.value.name == "AbortError"
