"""Event emitter of v2 (`AWS.SequentialExecutor`): synchronous and asynchronous listeners of any event."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sts.base.functions import fit
from sts.base.spelling import camel_case
from sts.events import EVENTS, Listener, Listeners, Listening
from sts.v2.background import end_process
from sts.v2.camel_case import CamelCase

if TYPE_CHECKING:
    from typing_extensions import Self

Done = Callable[[BaseException | None], object]
_NAMES = {spelling: name for name in EVENTS for spelling in (name, camel_case(name))}


class AsyncListener:
    """Listener whose last parameter is a function to call when it is done."""

    def __init__(self, listener: Listener) -> None:
        self.__wrapped__ = listener

    def __call__(self, *args: Any) -> object:
        """Call the listener."""
        return self.__wrapped__(*fit(self.__wrapped__, args))


class EventListeners(Listeners):
    """Listeners by event name. A call of the object returns those of one event, like `listeners()` of v2."""

    __slots__ = ()

    @staticmethod
    def name(name: str) -> str:
        """Return the snake_case name of a known event, and any other name as it is."""
        return _NAMES.get(name, name)

    def __call__(self, event: str) -> list[Listener]:
        """Return the listeners of *event*."""
        return [getattr(one, "__wrapped__", one) for one in self.of(self.name(event))]

    def take(self, other: Listeners) -> None:
        """Add all listeners of *other*, in order."""
        for name, listeners in other._lists.items():
            for listener in listeners:
                self.add(name, listener)


class SequentialExecutor(CamelCase, Listening["Any", "Any"]):
    """Event emitter of v2: an object with listeners."""

    listeners: EventListeners

    def __init__(self) -> None:
        self.listeners = EventListeners()

    def on_async(self, event: str, listener: Listener, to_head: bool = False) -> Self:
        """Add an asynchronous *listener*, which calls its last parameter with an error or nothing when it is done."""
        self.listeners.add(event, AsyncListener(listener), prepend=to_head)
        return self

    def add_listener(self, event: str, listener: Listener, to_head: bool = False) -> Self:
        """Add *listener* to *event*. Same as `on`."""
        return self.on(event, listener, to_head)

    def add_named_listener(self, name: str, event: str, listener: Listener, to_head: bool = False) -> Self:
        """Add *listener* to *event* and store it in the attribute *name*, for its removal."""
        vars(self)[name] = listener
        return self.on(event, listener, to_head)

    def add_named_async_listener(self, name: str, event: str, listener: Listener, to_head: bool = False) -> Self:
        """Add an asynchronous *listener* to *event* and store it in the attribute *name*."""
        vars(self)[name] = listener
        return self.on_async(event, listener, to_head)

    def add_listeners(self, listeners: SequentialExecutor | Mapping[str, Listener | Iterable[Listener]]) -> Self:
        """Add the listeners of another object, or of a mapping from event to one or several listeners."""
        if isinstance(listeners, Mapping):
            for event, given in listeners.items():
                for listener in given if isinstance(given, Iterable) else [given]:
                    self.on(event, listener)
        else:
            self.listeners.take(listeners.listeners)
        return self

    def remove_listener(self, event: str, listener: Listener) -> Self:
        """Remove *listener* from *event*."""
        return self.off(event, listener)

    def remove_all_listeners(self, event: str | None = None) -> Self:
        """Remove every listener of *event*, or of every event."""
        for name in [event] if event is not None else list(self.listeners._lists):
            self.off(name)
        return self

    def emit(self, event: str, args: Sequence[object] | None = None, done: Done | None = None) -> bool:
        """Call the listeners of *event* with *args*, then *done* with the last error. Returns whether there are listeners."""
        name = self.listeners.name(event)
        found = self.listeners.of(name)
        call_listeners(found, tuple(args or ()), done or (lambda _: None))
        return bool(found)


events = SequentialExecutor()
"""`AWS.events`: listeners that every request of every client calls before those of its client and its own."""


def call_listeners(listeners: Iterable[Listener], args: tuple[Any, ...], done: Done) -> None:
    """Call *listeners* in order, then *done* with the last error. Each waits for asynchronous ones before it."""
    pending = list(listeners)

    def go_on(error: BaseException | None) -> None:
        while pending:
            listener = pending.pop(0)
            if isinstance(listener, AsyncListener):
                raised = Continuation(go_on, error).begin(listener, args)
                if raised is None:
                    return
            else:
                raised = attempt(listener, fit(listener, args))
            error = raised or error
        done(error)

    go_on(None)


def attempt(listener: Listener, args: tuple[Any, ...]) -> BaseException | None:
    """Call *listener* with *args*. Returns the exception that it raised, or None. SystemExit ends the process."""
    try:
        listener(*args)
    except SystemExit as exit_:
        end_process(exit_)
    except BaseException as error:  # noqa: BLE001 - becomes the error of the request
        return error
    return None


class Continuation:
    """Continuation of an asynchronous listener, after an *earlier* error. Its garbage collection is a call with an error."""

    def __init__(self, go_on: Done, earlier: BaseException | None) -> None:
        self._go_on: Done | None = go_on
        self._earlier = earlier
        self._lock = threading.Lock()

    def begin(self, listener: AsyncListener, args: tuple[Any, ...]) -> BaseException | None:
        """Call *listener*, which alone keeps the continuation alive. An exception is returned and ends the continuation."""
        raised = attempt(listener, (*args, self))
        if raised is not None:
            self._go_on = None
        return raised

    def __call__(self, error: Any = None, *_: Any) -> None:
        """Continue, with *error* if there is one."""
        with self._lock:
            go_on, self._go_on = self._go_on, None
        if go_on is not None:
            late = error if error is None or isinstance(error, BaseException) else RuntimeError(str(error))
            go_on(late or self._earlier)

    def __del__(self) -> None:
        if hasattr(self, "_lock"):  # an interrupt may have ended the constructor
            self(RuntimeError("An asynchronous listener ended without calling its last argument."))
