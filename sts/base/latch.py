"""Waits that another thread or a signal handler can end, without a lock that interrupted code could hold."""

from __future__ import annotations

import threading
from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Waker:
    """Wait of a thread that others can end. `wake` may be called from any thread or signal handler, any number of times."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def wake(self) -> None:
        """End the current wait, or the next one."""
        try:
            self._lock.release()
        except RuntimeError:  # it was not locked: woken before
            pass

    def wait(self, seconds: float | None = None) -> bool:
        """Wait up to *seconds* (None: without limit) until `wake` is called. Return True if it was."""
        return self._lock.acquire(timeout=-1 if seconds is None else min(max(seconds, 0.0), threading.TIMEOUT_MAX))


class Latch:
    """
    A flag that is set once, with a value, and its listeners. Thread-safe.

    It has no lock, so that a signal handler may set it, whatever code it interrupted. Each step is one atomic operation on a
    list or dict.
    """

    __slots__ = ("_listeners", "_values")

    def __init__(self) -> None:
        self._values: list[Any] = []
        self._listeners: dict[object, Callable[[], object]] = {}

    def set(self, value: Any = None) -> None:
        """Set the flag and call every listener. Further calls do nothing."""
        if not self._values:
            self._values.append(value)
            self._call_listeners()

    @property
    def is_set(self) -> bool:
        """True after `set` was called."""
        return bool(self._values)

    @property
    def value(self) -> Any:
        """Value of the first `set` call, or None before."""
        return self._values[0] if self._values else None

    def wait(self, seconds: float | None = None) -> bool:
        """Wait up to *seconds* (None: without limit). Return True as soon as the flag is set."""
        waker = Waker()
        remove = self.add_listener(waker.wake)
        try:
            waker.wait(seconds)
        finally:
            remove()
        return self.is_set

    def add_listener(self, listener: Callable[[], object]) -> Callable[[], None]:
        """
        Call *listener* once, when the flag is set (immediately if it is already set). Return a function that removes the
        listener.

        All listeners are called in order, even if one raises. Exceptions are passed to `threading.excepthook`.
        """
        key = object()
        self._listeners[key] = listener
        if self._values:  # `set` may have run before it could see this listener
            self._call_listeners()
        return lambda: self._remove(key)

    def _after_fork(self) -> None:
        """Drop the listeners of the parent process."""
        self._listeners = {}

    def _remove(self, key: object) -> None:
        self._listeners.pop(key, None)

    def _call_listeners(self) -> None:
        interrupt: BaseException | None = None
        for key in list(self._listeners):
            listener = self._listeners.pop(key, None)  # None: another thread or a signal handler has taken it
            try:
                if listener is not None:
                    listener()
            except Exception as error:  # noqa: BLE001 - must not keep the other listeners from being called
                kind, thread = type(error), threading.current_thread()
                threading.excepthook(threading.ExceptHookArgs((kind, error, error.__traceback__, thread)))
            except BaseException as error:  # noqa: BLE001 - raised once every listener has been called
                interrupt = error
        if interrupt is not None:
            raise interrupt
