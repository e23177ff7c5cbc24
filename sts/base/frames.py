"""
Frames of exceptions: error reports show their local variables, which may contain requests, keys and params.

Sentry, rich, pytest and `traceback.TracebackException(capture_locals=True)` show them. An exception keeps the frames that it
passed through. Their variables are cleared before the exception leaves the library. Lines and names remain for the traceback.
"""

from __future__ import annotations

from functools import wraps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import TypeVar

    from typing_extensions import ParamSpec

    P = ParamSpec("P")
    R = TypeVar("R")

_BELOW_US = ("drivers.", "handlers.", "credentials.exchange.", "tokens.presigned")
"""Modules (without `sts.`) that call a handler's `send()`: the called code has the request, whoever wrote it."""


def clear_frames(error: BaseException) -> None:
    """
    Clear the local variables of the frames that *error*, and every exception below it, passed through.

    Frames of this library and of code called by a handler are cleared. Frames of the caller's code and running frames are not.
    """
    seen: set[int] = set()
    new: list[BaseException | None] = [error]
    while new:
        each = new.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            _clear(each.__traceback__)
            new += (each.__cause__, each.__context__, getattr(each, "original_error", None))
            if hasattr(type(each), "exceptions"):  # an exception group; asking the error itself would make it suggest a name
                new += getattr(each, "exceptions", ())


def _clear(traceback: TracebackType | None) -> None:
    below = False
    while traceback is not None:
        frame = traceback.tb_frame
        package, _, module = str(frame.f_globals.get("__name__", "")).partition(".")
        if package == "sts":
            below = module.startswith(_BELOW_US)
        if below or package == "sts":
            try:
                frame.clear()
            except RuntimeError:  # it still runs
                pass
        traceback = traceback.tb_next


def without_locals(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate *function* so that its exceptions keep none of its arguments and local variables."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            del args, kwargs  # this frame is still running
            clear_frames(error)
            raise

    return call
