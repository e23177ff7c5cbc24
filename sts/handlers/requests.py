"""
The handler that sends through requests: for a user's session, and with tools that intercept requests.

It prepares the request itself and uses `Session.send`. `Session.request` would replace the signature with the password of the
netrc file, and read the environment each time.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import BaseHTTPResponse

from sts.base.forks import reset_after_fork
from sts.errors import ConfigError
from sts.handlers.bodies import read_response
from sts.handlers.exchange import Exchange
from sts.handlers.failures import explain
from sts.handlers.grammar import split_url
from sts.handlers.http1 import check_request
from sts.handlers.options import HandlerOptions
from sts.handlers.proxies import choose_proxy, parse_proxy
from sts.handlers.urllib3 import FAILURES, NO_RETRIES, body_reader, note_stage, under_way
from sts.http import Control, Headers, HttpRequest, HttpResponse


class RequestsHandler:
    """
    Handler that sends through requests, with the rules of `Urllib3Handler`.

    A user's *session* keeps its adapters, and its settings (`verify`, `cert`, `proxies`) take precedence over the options. Its
    `auth`, `headers`, `params`, `hooks` and netrc file are not used, because they would break the signature.
    """

    def __init__(self, options: HandlerOptions = HandlerOptions(), session: requests.Session | None = None) -> None:  # noqa: B008  # immutable
        self.options = options
        self._given = session
        self._session = _open_session(options) if session is None else session
        self._proxies: dict[str, str] = {}
        self._settings: dict[str, dict[str, Any]] = {}
        self._parent: requests.Session | None = None
        reset_after_fork(self)

    def send(self, request: HttpRequest, *, control: Control) -> HttpResponse:
        """Send *request* and return the response. Raises an error of `sts.errors`."""
        origin, place, _ = split_url(request.url)
        check_request(request.method, request.headers, request.body)
        settings = self._settings.get(origin) or self._choose_settings(origin)
        exchange = Exchange(control, place)
        try:
            exchange.start()
            exchange.proxy = self._proxies.get(origin)
            return self._exchange(request, settings, exchange)
        except FAILURES as error:
            # The pool quotes the URL, whose query may contain a signature or a session token.
            cause = None if "?" in request.url else error.with_traceback(None)
            raise _explain(error, exchange) from cause
        finally:
            exchange.end()

    def close(self) -> None:
        """Close the connections, except those of a user's session."""
        if self._given is None:
            self._session.close()

    def _exchange(self, request: HttpRequest, settings: dict[str, Any], exchange: Exchange) -> HttpResponse:
        location: dict[str, str] = {}

        def hide_location(response: requests.Response, **_: Any) -> None:
            # `Session.send` reads the body of what looks like a redirect, whatever its length. A hook runs before that.
            if "location" in response.headers:
                location["location"] = response.headers.pop("location")

        control = exchange.control
        timeout = control.remaining(control.connect_timeout), control.remaining(control.read_timeout)
        prepared = _prepare(request, hide_location)
        with under_way(exchange):
            response = self._session.send(prepared, allow_redirects=False, stream=True, timeout=timeout, **settings)
        try:
            headers = Headers((*response.headers.items(), *location.items()))
            raw = response.raw
            read = body_reader(raw, exchange) if isinstance(raw, BaseHTTPResponse) else io.BytesIO(response.content).read
            return read_response(response.status_code, response.reason, headers, read, exchange)
        finally:
            response.close()

    def _choose_settings(self, origin: str) -> dict[str, Any]:
        try:
            proxy = choose_proxy(origin, self.options.proxies, self.options.no_proxy)
        except ValueError as error:
            raise ConfigError(f"The URL {origin!r} is not valid: {error}.") from error
        proxies = {} if proxy is None else {origin.partition(":")[0]: proxy}
        if proxy is not None and not getattr(self._given, "proxies", None):
            self._proxies[origin] = parse_proxy(proxy).url.partition("://")[2]
        settings = {"verify": self.options.verify, "cert": self.options.cert, "proxies": proxies}
        if self._given is not None:
            settings = {name: value for name, value in settings.items() if getattr(self._given, name, None) in (True, None, {})}
        self._settings[origin] = settings
        return settings

    def _after_fork(self) -> None:
        """Open a new session in the child. The parent's is kept unused: closing it could wait for a lock of its pools."""
        if self._given is None:
            self._parent, self._session = self._session, _open_session(self.options)


def _open_session(options: HandlerOptions) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=options.max_pool, max_retries=NO_RETRIES))
    return session


def _prepare(request: HttpRequest, hook: Callable[..., None]) -> requests.PreparedRequest:
    # Not `Request.prepare()`: it would change the URL and the headers after they were signed.
    prepared = requests.PreparedRequest()
    prepared.method, prepared.url, prepared.body = request.method, request.url, request.body or None
    prepared.headers = CaseInsensitiveDict(request.headers)
    if request.body:
        prepared.headers["content-length"] = str(len(request.body))
    prepared.hooks = {"response": [hook]}
    return prepared


def _explain(error: Exception, exchange: Exchange) -> Exception:
    failed = requests.exceptions
    if isinstance(error, failed.ProxyError):
        exchange.proxy = exchange.proxy or "of the session"
    note_stage(error, exchange)
    if isinstance(error, (failed.ProxyError, failed.ConnectTimeout)) and exchange.stage != "tunnel":
        exchange.stage = "connect"
    if isinstance(error, ValueError) and not isinstance(error, (OSError, failed.InvalidHeader)):
        exchange.stage = "send"
    return explain(error, exchange, *((TimeoutError(),) if isinstance(error, requests.Timeout) else ()))
