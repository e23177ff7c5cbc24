"""`AWS.Credentials`: credentials that are filled in place, and refreshed in place by the classes made from it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from sts.base.forks import reset_after_fork
from sts.base.functions import check_function
from sts.calling.promise import Promise
from sts.credentials.given import credentials_of
from sts.errors import CredentialsError
from sts.identity import Credentials as Value
from sts.v2.background import call_later, promise_of
from sts.v2.camel_case import CamelCase

ErrorCallback = Callable[[Any], object]


class Credentials(CamelCase):
    """
    Hold keys that may change: v2's `AWS.Credentials`, also a provider for every client of this library. Thread-safe.

    *access_key_id*, *secret_access_key* and *session_token* are text; the first may be a mapping or a `Credentials` of it all.
    A class made from it overrides `load()`, which returns new credentials and may block. `expired` marks them for a refresh;
    they are refreshed `expiry_window` seconds before `expire_time` (an aware datetime).
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
        self.access_key_id = self.secret_access_key = self.session_token = None
        self.after_fork()
        reset_after_fork(self)
        if isinstance(access_key_id, (Value, Mapping)):
            self.fill(credentials_of(access_key_id))
        else:
            self.access_key_id = access_key_id
            self.secret_access_key = secret_access_key
            self.session_token = session_token

    def after_fork(self) -> None:
        """Replace the lock, which a thread of the parent may have held."""
        self._lock = threading.RLock()

    def load(self) -> Value | Mapping[str, Any] | None:
        """Return new credentials, None to keep those at hand; for classes made from this one."""
        return None

    def fill(self, value: Value) -> None:
        """Take over keys, token and expiration of *value*."""
        self.access_key_id = value.access_key_id
        self.secret_access_key = value.secret_access_key
        self.session_token = value.session_token
        self.expire_time = value.expiration
        self.expired = False

    def needs_refresh(self) -> bool:
        """Say whether the credentials are missing, marked as expired, or about to expire."""
        if self.expire_time is not None:
            soon = datetime.now(timezone.utc) + timedelta(seconds=self.expiry_window)
            if soon.timestamp() > self.expire_time.timestamp():
                return True
        return self.expired or not (self.access_key_id and self.secret_access_key)

    def get(self, callback: ErrorCallback | None = None) -> None:
        """Refresh if need be; *callback* is given the error or None, without one this blocks and raises."""
        check_function("get", callback, "callback")
        if callback is None:
            self._get()
        elif self.needs_refresh():
            call_later(self._get, lambda error, _: callback(error))
        else:
            callback(None)

    def refresh(self, callback: ErrorCallback | None = None) -> None:
        """Get new credentials; *callback* is given the error or None, without one this blocks and raises."""
        check_function("refresh", callback, "callback")
        if callback is None:
            self._refresh()
        else:
            call_later(self._refresh, lambda error, _: callback(error))

    def get_promise(self) -> Promise[None]:
        """Return a promise that the credentials can be used."""
        return promise_of(self._get)

    def refresh_promise(self) -> Promise[None]:
        """Return a promise that the credentials are new."""
        return promise_of(self._refresh)

    def cached(self) -> Value | None:
        """Return the credentials, None when they need a refresh first."""
        return None if self.needs_refresh() else self._value()

    def retrieve(self) -> Value:
        """Return the credentials, refreshed if need be."""
        with self._lock:
            self._get()
            if not (self.access_key_id and self.secret_access_key):
                raise CredentialsError(
                    "Missing credentials in config: these AWS.Credentials have no access_key_id and secret_access_key, and "
                    "nothing to load them from."
                )
            return self._value()

    def invalidate(self, credentials: Value) -> bool:
        """Mark the credentials as expired if they are still *credentials*; return whether others can be had."""
        if self.access_key_id == credentials.access_key_id:
            self.expired = True
        return type(self).load is not Credentials.load

    def _get(self) -> None:
        with self._lock:  # of many that ask at once, one refreshes
            if self.needs_refresh():
                self._refresh()

    def _refresh(self) -> None:
        with self._lock:
            loaded = self.load()
            if loaded is not None:
                self.fill(credentials_of(loaded))
            self.expired = False

    def _value(self) -> Value:
        key, secret = self.access_key_id or "", self.secret_access_key or ""
        return Value(key, secret, self.session_token, self.expire_time, source="static")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} ...{(self.access_key_id or '')[-4:]} expire_time={self.expire_time}>"
