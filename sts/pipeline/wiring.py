"""Wiring of a client: from settings to endpoint, credentials, retry strategy, handlers and user agent. Done on first use."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from sts.base.forks import load, reset_after_fork
from sts.base.time import Clock
from sts.endpoints import host_of, partition_of_host
from sts.errors import ConfigError, RequestAbortedError
from sts.handlers.choose import acquire_handler, drop_handler, handler_kind, release_handler
from sts.handlers.options import HandlerOptions, handler_options
from sts.http import AbortSignal, Control, Handler, HttpRequest
from sts.identity import Credentials, static_provider
from sts.logs import LOGGER
from sts.pipeline.call import Wiring
from sts.retry.standard import RetryStrategy, StandardRetry, check_strategy
from sts.settings.kinds import MAX_SECONDS
from sts.settings.profiles import load_profiles
from sts.settings.settings import Settings, endpoint_of, proxies_in_use, resolve_settings, signing_note
from sts.settings.table import OPTIONS
from sts.settings.user_agent import GIVEN_KEYS, OWN_ENDPOINT, RETRY_FEATURES, STANDARD_RETRIES, UserAgents, build_user_agent
from sts.signer import credential_scope, format_amz_date, sign_request

_V2_HTTP_OPTIONS = {"timeout": "read_timeout", "connect_timeout": "connect_timeout", "proxy": "proxies"}

ASYNC_CONNECTIONS = 64
"""Connections to one origin that an `AsyncSTS` opens on a loop, unless `max_concurrency` says otherwise."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sts.endpoints import Endpoint
    from sts.handlers.options import HandlerKind
    from sts.pipeline.call import CachedCredentials
    from sts.pipeline.signing import PreparedSigner

    ChooseCredentials = Callable[[Mapping[str, Any], Settings, Mapping[str, str]], CachedCredentials]
    """Function that returns the credentials of a client, given its options, settings and environment."""


def wire_client(
    options: Mapping[str, Any],
    closing: AbortSignal | None,
    choose_credentials: ChooseCredentials,
    metadata_region: Callable[[Mapping[str, str]], str | None] | None = None,
    environ: Mapping[str, str] | None = None,
    outages: Any = None,
    *,
    asynchronous: bool = False,
) -> Wiring:
    """
    Return the wiring of one client from *options*, environment and profile. Raise ConfigError for an invalid setting.

    *choose_credentials* is called only if there are no keys among the options. *metadata_region* reads the region from the
    instance metadata. It is called only if no other source has a region. *outages* are those recorded by earlier clients with
    the same options.
    """
    check_objects(options)
    environ = os.environ if environ is None else environ
    options = flatten_http_options(options)
    ask_region = partial(metadata_region, environ) if metadata_region else None
    settings = resolve_settings(options, environ, lambda: load_profiles(environ), ask_region)
    endpoint = endpoint_of(settings)
    if note := signing_note(settings, endpoint):
        LOGGER.debug("%s", note)
    return Wiring(
        settings=settings,
        endpoint=endpoint,
        host=host_of(endpoint.url).lower(),
        on_aws=partition_of_host(host_of(endpoint.url)) is not None,
        credentials=static_provider(options) or choose_credentials(options, settings, environ),
        retry=_retry_strategy(options, settings),
        clock=Clock(settings.system_clock_offset),
        control=Control(settings.connect_timeout, settings.read_timeout, None, closing, prompt=False),
        choose_handler=_handler_chooser(options, settings, asynchronous=asynchronous),
        user_agents=_user_agents(options, settings, environ),
        in_lambda="AWS_LAMBDA_FUNCTION_NAME" in environ,
        bound_params=options.get("params") or {},
        logger=options.get("logger"),
        signer=RequestSigner(),
        region_set=_region_set(settings, endpoint),
        failover=load("sts.pipeline.failover").failover_of(settings, endpoint, outages) if settings.failover_regions else None,
    )


def _region_set(settings: Settings, endpoint: Endpoint) -> tuple[str, ...]:
    if not (settings.auth_scheme_preference or settings.sigv4a_signing_region_set):
        return ()
    found: tuple[str, ...] = load("sts.pipeline.schemes").region_set_of(settings, endpoint)
    return found


def check_objects(options: Mapping[str, Any]) -> None:
    """Raise ConfigError if an option is an object of the wrong kind. Otherwise the error would occur during a call."""
    for name, row in OPTIONS.items():
        value = options.get(name)
        if value is None or not row.kind.is_object:
            continue
        try:
            row.kind.check(value)
        except ValueError:
            problem = f"Option {name}= is not usable (type {type(value).__name__}); it must be {row.kind.allowed}."
            raise ConfigError(problem) from None


def flatten_http_options(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *options* with v2's `http_options` (milliseconds, as in v2) replaced by the options of this client (seconds)."""
    nested = options.get("http_options")
    if not nested:
        return options
    flat = {key: value for key, value in options.items() if key != "http_options"}
    for key, value in dict(nested).items():
        if key not in _V2_HTTP_OPTIONS:
            known = ", ".join(_V2_HTTP_OPTIONS)
            raise ConfigError(
                f"http_options has the key {key!r}; allowed keys are {known}. For other settings use session= or proxies=."
            )
        if key == "proxy":
            flat.setdefault("proxies", value)
        elif value is not None and milliseconds(key, value):
            flat.setdefault(_V2_HTTP_OPTIONS[key], value / 1000)
    return flat


def milliseconds(name: str, value: Any) -> float:
    """Return the *value* of a timeout in `http_options`. 0 (no limit in v2) keeps the default, so that no call can hang."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= MAX_SECONDS:
        raise ConfigError(f"http_options has {name}={value!r}; it must be a number of milliseconds, at least 0.")
    return value


def _retry_strategy(options: Mapping[str, Any], settings: Settings) -> RetryStrategy:
    given: RetryStrategy | None = options.get("retry_strategy")
    if given is not None:
        return check_strategy(given)
    if settings.retry_mode == "standard" and options.get("retry_delay_options") is None:
        return StandardRetry(settings.max_attempts)
    from sts.retry.legacy import strategy_of  # the other modes are used rarely

    return strategy_of(settings, options.get("retry_delay_options"))


def _handler_chooser(options: Mapping[str, Any], settings: Settings, *, asynchronous: bool) -> Callable[[], Handler]:
    """Return a function that returns the handler for the next attempt: the user's, or one of ours."""
    given: Handler | str | None = options.get("request_handler")
    if given is not None and not isinstance(given, str):
        handler = given
        return lambda: handler
    usual = asynchronous and settings.sources["max_concurrency"] == "default"
    shared = transport_of(settings, ASYNC_CONNECTIONS if usual else settings.max_concurrency, given)
    session = options.get("session")
    if session is not None:
        from sts.handlers.requests import RequestsHandler

        own = RequestsHandler(shared, session=session)
        return lambda: own
    return ChosenHandlers(shared, asynchronous=asynchronous)


def transport_of(settings: Settings, max_pool: int, kind: str | None = None) -> HandlerOptions:
    """Return the options of the handlers for *settings*. An error contains the sources of the settings."""
    try:
        return handler_options(
            verify=settings.verify,
            cert=settings.cert,
            proxies=proxies_in_use(settings),
            max_pool=max_pool,
            kind=kind or settings.http_handler,
        )
    except ConfigError as error:
        origins = [f"{name}: {settings.sources[name]}" for name in ("verify", "cert", "proxies")]
        given = [origin for origin in origins if not origin.endswith(": default")]
        raise ConfigError(f"{error.message} ({'; '.join(given)})" if given else error.message) from None


class ChosenHandlers:
    """Choice of the handler for each attempt: a tool that intercepts requests may be loaded at any time."""

    def __init__(self, options: HandlerOptions, *, asynchronous: bool = False) -> None:
        self._options = options
        self._asynchronous = asynchronous
        self._acquired: dict[HandlerKind, Handler] = {}
        self._released = False
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        """Replace the lock, which a thread of the parent may have held."""
        self._lock = threading.RLock()  # a signal handler may close the client while this thread holds it

    def __call__(self) -> Handler:
        """Return the handler for the next attempt."""
        kind = handler_kind(self._options)
        if kind == "direct" and self._asynchronous:
            kind = "direct_async"
        return self._acquired.get(kind) or self._acquire_once(kind)

    def _acquire_once(self, kind: HandlerKind) -> Handler:
        with self._lock:
            if self._released:
                raise RequestAbortedError("The call was aborted: the client was closed.")
            if kind not in self._acquired:
                self._acquired[kind] = acquire_handler(kind, self._options, preload=("sts.protocol.parse",))
            return self._acquired[kind]

    def release(self) -> None:
        """Release the handlers. They are closed some time after their last client has released them."""
        with self._lock:
            self._released = True
            while self._acquired:
                release_handler(self._acquired.popitem()[1])

    def __del__(self) -> None:
        for handler in getattr(self, "_acquired", {}).values():  # the client was not closed
            drop_handler(handler)


def release(wiring: Wiring) -> None:
    """Release the handlers that *wiring* acquired. The user closes the handlers that the user made."""
    chooser = wiring.choose_handler
    if isinstance(chooser, ChosenHandlers):
        chooser.release()


def _user_agents(options: Mapping[str, Any], settings: Settings, environ: Mapping[str, str]) -> UserAgents:
    features = [RETRY_FEATURES.get(settings.retry_mode, STANDARD_RETRIES)]
    if settings.endpoint:
        features.append(OWN_ENDPOINT)
    if isinstance(options.get("credentials"), (Credentials, Mapping)) or options.get("access_key_id"):
        features.append(GIVEN_KEYS)
    return UserAgents(
        features,
        lambda ids: build_user_agent(
            environ,
            retry_mode=settings.retry_mode,
            features=ids,
            app_id=settings.user_agent_app_id,
            custom=settings.custom_user_agent,
        ),
    )


class RequestSigner:
    """
    Signer of the requests of one client. Thread-safe.

    From the second request on, it keeps what `signing` has prepared for the last one. Short-lived programs send only one.
    """

    __slots__ = ("_prepared", "_used")

    def __init__(self) -> None:
        self._used = False
        self._prepared: PreparedSigner | None = None

    def sign(self, unsigned: HttpRequest, credentials: Credentials, *, service: str, region: str, now: datetime) -> HttpRequest:
        """Return a signed copy of *unsigned*, as `sign_request(..., sign_body_header=True)` does."""
        if not self._used:
            self._used = True
            return sign_request(unsigned, credentials, service=service, region=region, now=now, sign_body_header=True)
        amz_date = format_amz_date(now)
        prepared = self._prepared  # other threads may replace it
        if prepared is None or not prepared.fits(unsigned, credentials, credential_scope(amz_date, region, service)):
            signing = load("sts.pipeline.signing")
            prepared = self._prepared = signing.PreparedSigner(unsigned, credentials, service, region, now)
        return prepared.sign(unsigned.body, amz_date)
