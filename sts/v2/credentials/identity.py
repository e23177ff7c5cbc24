"""`AWS.Credentials`: mutable credentials, which subclasses refresh in place."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sts.base.forks import reset_after_fork
from sts.base.functions import arity, check_function, fit
from sts.base.records import of_whole
from sts.base.time import utc_now
from sts.calling.promise import Promise
from sts.credentials.normalize import SPELLINGS, credentials_of
from sts.errors import ConfigError, CredentialsError
from sts.identity import Credentials as Value
from sts.logs import LOGGER
from sts.v2.background import call_with, deliver, outcome_of, promise_of, run_later, wait_for
from sts.v2.camel_case import CamelCase
from sts.v2.client_options import KEYS
from sts.v2.errors import as_v2, field_of

ErrorCallback = Callable[..., object]
"""A function of `(error)`, or without parameter."""


class Credentials(CamelCase):
    """
    Mutable credentials of v2, and a credential provider for every client of this library. Thread-safe.

    *access_key_id*, *secret_access_key* and *session_token* are text. The first may also be a mapping or a `Credentials` with
    all of them. A subclass, or a function assigned to an object, may replace `get(callback)`, `refresh(callback)` or
    `load(callback)`. A `load()` without parameter returns new credentials and may block. `expired` marks the credentials for a
    refresh. They are refreshed `expiry_window` seconds before `expire_time` (an aware datetime).
    """

    access_key_id: str | None
    secret_access_key: str | None
    session_token: str | None
    expiry_window = 15

    def __init__(
        self,
        access_key_id: str | Value | Mapping[str, Any] | None = None,
        secret_access_key: str | None = None,
        session_token: str | None = None,
    ) -> None:
        self.expired = False
        self.expire_time: datetime | None = None
        self.access_key_id, self.secret_access_key, self.session_token = None, secret_access_key, session_token
        self._after_fork()
        reset_after_fork(self)
        if isinstance(access_key_id, (Value, Mapping)):
            self._take(access_key_id)
        else:
            self.access_key_id = access_key_id

    def _take(self, given: Value | Mapping[str, Any]) -> None:
        """Set the keys from *given*. As in v2, a mapping may lack any of them."""
        if isinstance(given, Mapping):
            given = given.get("credentials") or given.get("Credentials") or given
        try:
            self.fill(credentials_of(given))
        except ConfigError:  # an incomplete mapping
            for name in KEYS:
                setattr(self, name, field_of(given, *SPELLINGS[name]))

    def _after_fork(self) -> None:
        """Replace the lock, which a thread of the parent may have held, and discard refreshes of the parent."""
        self._lock = threading.Lock()
        self._generation = 0
        self.refresh_callbacks: list[ErrorCallback] = []

    def fill(self, value: Value) -> None:
        """Set keys, token and expiration from *value*."""
        self.access_key_id = value.access_key_id
        self.secret_access_key = value.secret_access_key
        self.session_token = value.session_token
        self.expire_time = value.expiration
        self.expired = False

    def needs_refresh(self) -> bool:
        """Return whether the credentials are missing, marked as expired, or about to expire."""
        if self.expire_time is not None:
            soon = utc_now() + timedelta(seconds=self.expiry_window)
            if soon.timestamp() > self.expire_time.timestamp():
                return True
        return self.expired or not (self.access_key_id and self.secret_access_key)

    def get(self, callback: ErrorCallback | None = None) -> None:
        """Refresh if needed, then call *callback* with the error or None. Without a callback, block and raise the error."""
        check_function("get", callback, "callback")
        if callback is None:
            ask(self.get)
            return
        generation = self._generation
        if not self.needs_refresh():
            call_with(callback, None)
            return
        answer = where_asked(callback)

        def refreshed(error: Any = None, *_: Any) -> None:
            if not error:
                self.expired = False
            answer(error)

        refreshed.direct, refreshed.generation = True, generation  # type: ignore[attr-defined]  # see `coalesce_refresh`
        self.refresh(refreshed)

    def refresh(self, callback: ErrorCallback | None = None) -> None:
        """Refresh, then call *callback* with the error or None. Without a callback, block and raise the error."""
        check_function("refresh", callback, "callback")
        if callback is None:
            ask(self.refresh)
        elif self._defines("load"):
            self.coalesce_refresh(callback)
        else:
            self.expired = False
            call_with(callback, None)

    def coalesce_refresh(self, callback: ErrorCallback, sync: bool = False) -> None:
        """Load once for all concurrent callbacks, and call them in order; with *sync*, on the current thread."""
        with self._lock:
            # Another thread's load may have ended since `get()` found that one is needed.
            late = getattr(callback, "generation", self._generation) != self._generation and not self.needs_refresh()
            if not late:
                self.refresh_callbacks.append(callback if sync else where_asked(callback))
            first = len(self.refresh_callbacks) == 1
        if late:
            call_with(callback, None)
        elif first:
            start_load(self, self._loaded_with)

    def _loaded_with(self, error: Any = None, *_: Any) -> None:
        with self._lock:
            self._generation += 1
            waiting, self.refresh_callbacks = self.refresh_callbacks, []
        for callback in waiting:
            call_with(callback, error)

    def load(self, *callback: ErrorCallback) -> object:
        """
        Fill the credentials; for subclasses. The form of v2 takes a *callback* for `(error)`. A form without parameter returns
        credentials, or None for no change.
        """
        if callback:
            call_with(callback[0], None)
        return None

    def _defines(self, name: str) -> bool:
        """Return whether a subclass or the object defines the method *name*."""
        return name in vars(self) or getattr(type(self), name) is not getattr(Credentials, name)

    def get_promise(self) -> Promise[None]:
        """Return a promise that resolves when the credentials are usable."""
        return promise_of(lambda: ask(self.get))

    def refresh_promise(self) -> Promise[None]:
        """Return a promise that resolves after a refresh."""
        return promise_of(lambda: ask(self.refresh))

    def cached(self) -> Value | None:
        """Return the credentials, or None if they must be refreshed."""
        return None if self.needs_refresh() or self.own("get") else self._value()

    def retrieve(self) -> Value:
        """Return the credentials, refreshed if needed."""
        ask(self.get)
        return self.held()

    def held(self) -> Value:
        """Return the current credentials. Raises CredentialsError without a key pair."""
        if not (self.access_key_id and self.secret_access_key):
            raise CredentialsError(
                "Missing credentials in config: these AWS.Credentials have no access_key_id and secret_access_key, and "
                "nothing to load them from."
            )
        return self._value()

    def invalidate(self, credentials: Value) -> bool:
        """Mark the credentials as expired if they are still *credentials*. Returns whether a refresh is possible."""
        if self.access_key_id == credentials.access_key_id:
            self.expired = True
        return any(map(self._defines, ("get", "refresh", "load")))

    def own(self, name: str) -> bool:
        """Return whether the user defined the method *name*, in a subclass or on the object."""
        return name in vars(self) or not getattr(type(self), name).__module__.startswith("sts.v2.")

    def _value(self) -> Value:
        key, secret = self.access_key_id or "", self.secret_access_key or ""
        return Value(key, secret, self.session_token, self.expire_time, source="static")

    @of_whole
    def __repr__(self) -> str:
        return f"<{type(self).__name__} ...{(self.access_key_id or '')[-4:]} expire_time={self.expire_time}>"


def start_load(credentials: Credentials, done: ErrorCallback) -> None:
    """Call `credentials.load`, in either of its forms, and *done* with its error or None."""
    load = credentials.load
    if arity(load)[1] > 0:
        try:
            load(*fit(load, (done,)))
        except Exception as error:  # noqa: BLE001 - delivered
            done(error)
        return

    def run() -> None:
        error, loaded = outcome_of(load)
        if error is None and loaded is not None:
            error, _ = outcome_of(lambda: credentials.fill(credentials_of(loaded)))
        if error is None:
            credentials.expired = False
        done(as_v2(error))

    run_later(run)


class Reply:
    """Awaited callback for `(error, value)`. Its garbage collection without a call is an error."""

    def __init__(self, outcome: list[Any], ready: threading.Event, name: str) -> None:
        self._outcome = outcome
        self._ready = ready
        self._name = name

    def __call__(self, error: Any = None, value: Any = None, *_: Any) -> None:
        """Store the outcome. Only the first call counts."""
        if not self._outcome:
            self._outcome.append((error, value))
        self._ready.set()

    def __del__(self) -> None:
        # Without a name, the constructor was interrupted.
        if hasattr(self, "_name") and not self._outcome:
            self(CredentialsError(f"{self._name} ended without calling its callback."))


def ask(function: Callable[..., Any], *args: Any) -> Any:
    """Call *function* with *args* and a callback, and wait for it. Returns its value or raises its error."""
    outcome: list[Any] = []
    ready = threading.Event()
    name = getattr(function, "__qualname__", type(function).__name__)
    reply = Reply(outcome, ready, name)
    function(*fit(function, (*args, reply)))
    del reply  # drops our reference: only the function may keep it alive
    wait_for(ready)
    error, value = outcome[0]
    if not error:
        return value
    raise error if isinstance(error, BaseException) else CredentialsError(f"{name} reported: {error}")


def where_asked(callback: ErrorCallback) -> ErrorCallback:
    """Wrap *callback* to run at once on the requesting thread, or otherwise on the callback thread."""
    # A callback of the library itself always runs at once, because its caller may be waiting on the callback thread.
    if isinstance(callback, Reply) or getattr(callback, "direct", False):
        return callback
    asked_by = threading.get_ident()

    def answer(error: Any = None, *more: Any) -> None:
        if error and arity(callback)[1] == 0:
            LOGGER.error("Credentials could not be loaded, and the callback has no parameter for the error: %s", error)
        if threading.get_ident() == asked_by:
            call_with(callback, error, *more)
        else:
            deliver(callback, error, *more)

    return answer
