"""Methods that add and remove listeners, on clients and on requests."""

from __future__ import annotations

from collections.abc import Callable
from types import GenericAlias

from sts.events import Listener, Listeners

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Generic, Literal, TypeVar, overload

    from typing_extensions import Self

    Unanswered = Literal["validate", "build", "after_build", "afterBuild", "before_presign", "beforePresign", "sign"]
    Answered = Literal[
        "http_done",
        "httpDone",
        "send",
        "validate_response",
        "validateResponse",
        "extract_data",
        "extractData",
        "extract_error",
        "extractError",
        "retry",
        "after_retry",
        "afterRetry",
        "success",
        "complete",
    ]
    Failed = Literal["http_error", "httpError", "error"]

    Q = TypeVar("Q")
    """The type of the requests that listeners are given."""
    A = TypeVar("A")
    """The type of the responses that listeners are given."""
else:
    Q = A = None

    class Generic:
        """Stand in for `typing.Generic`, which is slow to import."""

        __class_getitem__ = classmethod(GenericAlias)


class Listening(Generic[Q, A]):
    """Mixin with methods that add and remove `listeners`, of every request or of one. Each method returns the object itself."""

    listeners: Listeners

    if TYPE_CHECKING:

        @overload
        def on(self, event: Unanswered, listener: Callable[[Q], object], prepend: bool = ...) -> Self: ...
        @overload
        def on(self, event: Answered, listener: Callable[[A], object], prepend: bool = ...) -> Self: ...
        @overload
        def on(self, event: Failed, listener: Callable[[BaseException, A], object], prepend: bool = ...) -> Self: ...
        @overload
        def on(self, event: str, listener: Listener, prepend: bool = ...) -> Self: ...

    def on(self, event: str, listener: Listener, prepend: bool = False) -> Self:
        """Call *listener* at each *event*, after the existing listeners, or before them with *prepend*."""
        self.listeners.add(event, listener, prepend=prepend)
        return self

    if TYPE_CHECKING:

        @overload
        def once(self, event: Unanswered, listener: Callable[[Q], object]) -> Self: ...
        @overload
        def once(self, event: Answered, listener: Callable[[A], object]) -> Self: ...
        @overload
        def once(self, event: Failed, listener: Callable[[BaseException, A], object]) -> Self: ...
        @overload
        def once(self, event: str, listener: Listener) -> Self: ...

    def once(self, event: str, listener: Listener) -> Self:
        """Call *listener* at the next *event* only."""
        self.listeners.add_once(event, listener)
        return self

    def off(self, event: str, listener: Listener | None = None) -> Self:
        """Remove *listener*, or all listeners of *event*."""
        self.listeners.remove(event, listener)
        return self
