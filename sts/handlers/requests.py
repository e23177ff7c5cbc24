"""
The handler that sends through requests: for a session of the user's, and under tools that intercept requests.

It prepares the request by itself and uses `Session.send`: `Session.request` would put the netrc file's password in place of
our signature, and look the environment up each time.
"""

from __future__ import annotations

import http.client
import io
from collections.abc import Callable
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import BaseHTTPResponse

from sts.base.forks import reset_after_fork
from sts.errors import ConfigError, STSError
from sts.handlers.answers import read_answer
from sts.handlers.exchange import Exchange, Handle, Stage, check_request, split_url
from sts.handlers.failures import breaks_connection, explain
from sts.handlers.options import HandlerOptions, choose_proxy, parse_proxy
from sts.handlers.quiet import hide_queries
from sts.handlers.tls import tls_context
from sts.handlers.urllib3 import FAILURES, NO_RETRIES, pool_manager
from sts.http import Control, Headers, HttpRequest, HttpResponse

hide_queries()


class BoundedAdapter(HTTPAdapter):
    """Connect with our bounded connections, and one TLS context for all of them."""

    def __init__(self, options: HandlerOptions) -> None:
        self._options = options
        super().__init__(max_retries=NO_RETRIES)

    def init_poolmanager(self, *_: Any, **__: Any) -> None:
        """Make the pools ours; the parent class calls this."""
        self.poolmanager = pool_manager(self._options, None)

    def proxy_manager_for(self, proxy: str, **_: Any) -> Any:
        """Return the pools on the way through *proxy*."""
        if proxy not in self.proxy_manager:
            self.proxy_manager[proxy] = pool_manager(self._options, parse_proxy(proxy))
        return self.proxy_manager[proxy]

    def close(self) -> None:
        """Close the connections now: the parent class leaves that to whenever the pools are collected."""
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118 - it cannot be iterated
                pool = manager.pools.get(key)
                if pool is not None:
                    pool.close()
        super().close()

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> tuple[Any, Any]:  # noqa: ARG002
        """Return the host, and the one context in place of the certificate files that each connection would load anew."""
        host, _ = super().build_connection_pool_key_attributes(request, verify=False)
        secure = host["scheme"] == "https"
        return host, {"ssl_context": tls_context(self._options.verify, self._options.cert)} if secure else {}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Do nothing: the context verifies."""


class RequestsHandler:
    """
    Send requests with requests; the same bounds and rules as `Urllib3Handler`.

    A *session* of the user's keeps its adapters, and what it sets (`verify`, `cert`, `proxies`) wins over the options; its
    `auth`, `headers`, `params`, `hooks` and netrc file are not used, for they would break the signature. Its connections are
    not ours, so until the answer's headers have come only its timeouts apply, and an abort is noticed after them.
    """

    def __init__(self, options: HandlerOptions = HandlerOptions(), session: requests.Session | None = None) -> None:  # noqa: B008  # immutable
        self.options = options
        self._given = session
        self._session = _open_session(options) if session is None else session
        self._settings: dict[str, dict[str, Any]] = {}
        self._parent: requests.Session | None = None
        reset_after_fork(self)

    def send(self, request: HttpRequest, *, control: Control) -> HttpResponse:
        """Send *request* and return the answer; raise an error of `sts.errors`."""
        check_request(request)
        origin, place, _ = split_url(request.url)
        settings = self._settings.get(origin) or self._choose_settings(origin)
        with Exchange(control, place) as exchange:
            while True:
                try:
                    return self._exchange(request, settings, exchange)
                except FAILURES as error:
                    if not (breaks_connection(error) and exchange.restart()):
                        # A foreign pool quotes the URL, and a query may hold a signature or a session.
                        raise _explain(error, exchange) from (None if "?" in request.url else error)

    def close(self) -> None:
        """Close the connections, unless the session is the user's."""
        if self._given is None:
            self._session.close()

    def _exchange(self, request: HttpRequest, settings: dict[str, Any], exchange: Exchange) -> HttpResponse:
        location: list[str] = []
        prepared = _prepare(request, partial(_hide_location, location))
        control = exchange.control
        timeout = control.remaining(control.connect_timeout), control.remaining(control.read_timeout)
        response = self._session.send(prepared, allow_redirects=False, stream=True, timeout=timeout, **settings)
        try:
            headers = Headers((*response.headers.items(), *(("location", value) for value in location)))
            return read_answer(response.status_code, response.reason, headers, _reader(response, exchange), exchange)
        finally:
            response.close()

    def _choose_settings(self, origin: str) -> dict[str, Any]:
        try:
            proxy = choose_proxy(origin, self.options.proxies, self.options.no_proxy)
        except ValueError as error:
            raise ConfigError(f"The URL {origin!r} cannot be used: {error}.") from error
        proxies = {} if proxy is None else {origin.partition(":")[0]: proxy}
        settings = {"verify": self.options.verify, "cert": self.options.cert, "proxies": proxies}
        if self._given is not None:
            settings = {name: value for name, value in settings.items() if getattr(self._given, name, None) in (True, None, {})}
        self._settings[origin] = settings
        return settings

    def after_fork(self) -> None:
        """Open a session of the child's own; the parent's is kept, unused, for its pools may still be about to start anew."""
        if self._given is None:
            self._parent, self._session = self._session, _open_session(self.options)


def _open_session(options: HandlerOptions) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        session.mount(scheme, BoundedAdapter(options))
    return session


def _prepare(request: HttpRequest, hook: Callable[..., None]) -> requests.PreparedRequest:
    # Not `Request.prepare()`: it would rewrite the URL, and the headers, after they were signed.
    prepared = requests.PreparedRequest()
    prepared.method, prepared.url, prepared.body = request.method, request.url, request.body or None
    prepared.headers = CaseInsensitiveDict(request.headers)
    if request.body:
        prepared.headers["content-length"] = str(len(request.body))
    prepared.hooks = {"response": [hook]}
    return prepared


def _hide_location(location: list[str], response: requests.Response, **_: Any) -> None:
    # `Session.send` reads the body of whatever looks like a redirect, however long it is; this hook runs before that.
    if "location" in response.headers:
        location.append(response.headers.pop("location"))


def _reader(response: requests.Response, exchange: Exchange) -> Callable[[int], bytes]:
    raw = response.raw
    if not isinstance(raw, BaseHTTPResponse):
        return io.BytesIO(response.content).read
    if exchange.ours:
        return partial(raw.read, decode_content=False)
    exchange.enter("answer", exchange.control.read_timeout)
    return partial(_read_foreign, raw, getattr(raw.connection, "sock", None), exchange)


def _read_foreign(raw: BaseHTTPResponse, sock: Any, exchange: Exchange, amount: int) -> bytes:
    """Read from a connection that does not know the exchange, or from a tool's answer that has none."""
    left = exchange.left()
    if sock is not None and exchange.stage == "answer":
        exchange.watch(Handle(sock))
    exchange.stage = "body"
    if sock is not None and sock.fileno() >= 0:
        sock.settimeout(left)
    if isinstance(getattr(raw, "_original_response", None), http.client.HTTPResponse):
        return raw.read1(amount, decode_content=False)
    return raw.read(amount, decode_content=False)


_STAGES: tuple[tuple[tuple[type[Exception], ...], Stage], ...] = (
    ((requests.exceptions.ProxyError, requests.ConnectTimeout, requests.exceptions.SSLError), "connect"),
    ((requests.exceptions.InvalidHeader,), "answer"),  # two lengths of one body, say; ours are sent unchecked
    ((ValueError,), "send"),
)
"""How far an exchange got that ended with such an exception; narrow before wide."""


def _explain(error: Exception, exchange: Exchange) -> STSError:
    if exchange.ours or exchange.stage == "body":
        return explain(error, exchange)
    # The connection was not ours, so only the class of the error says how far it got.
    proxy_failed = isinstance(error, requests.exceptions.ProxyError)
    exchange.stage = next((stage for kinds, stage in _STAGES if isinstance(error, kinds)), "answer")
    if proxy_failed and "Tunnel connection failed" in str(error):
        exchange.stage = "tunnel"
    exchange.proxy = "of the session" if proxy_failed else None
    return explain(error, exchange, *((TimeoutError(),) if isinstance(error, requests.Timeout) else ()))
