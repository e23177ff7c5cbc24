"""Client options in the forms of the AWS SDK for JavaScript v3: functions, endpoint objects, extensions. Loaded on demand."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any

from sts.base.spelling import snake_case
from sts.drivers.coroutines import run_coroutine
from sts.errors import ConfigError

FUNCTIONS = ("endpoint", "max_attempts", "region", "retry_mode", "use_dualstack_endpoint", "use_fips_endpoint")
"""Options that may be functions (also async ones), called once when the settings are resolved."""
_HANDLER = {"connection_timeout": "connect_timeout", "request_timeout": "read_timeout", "socket_timeout": "read_timeout"}
"""Options of v3's request handler (milliseconds) and the corresponding client options (seconds)."""


def resolve_functions(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *options* with functions, endpoint objects and v3's request handler options replaced by plain values."""
    found = dict(options)
    for name in FUNCTIONS:
        if callable(found.get(name)):
            value = found[name]()
            found[name] = run_coroutine(value) if isinstance(value, Coroutine) else value
    endpoint = found.get("endpoint")
    if endpoint is not None and not isinstance(endpoint, str):
        found["endpoint"] = _url_of(endpoint)
    if isinstance(found.get("request_handler"), Mapping):
        found.update(_timeouts(found.pop("request_handler")))
    return found


def _url_of(endpoint: Any) -> str:
    """Return the URL of v3's endpoint object: `protocol`, `hostname`, `port`, `path`, or `url`."""

    def part(name: str) -> Any:
        return endpoint.get(name) if isinstance(endpoint, Mapping) else getattr(endpoint, name, None)

    if part("url"):
        return str(part("url"))
    if callable(getattr(endpoint, "geturl", None)):  # the result of `urllib.parse.urlsplit`
        return str(endpoint.geturl())
    if not part("hostname"):
        kind = type(endpoint).__name__
        raise ConfigError(
            f"Option endpoint= is a {kind}; it must be a URL, or an object with protocol, hostname, port and path."
        )
    port = f":{part('port')}" if part("port") else ""
    return f"{str(part('protocol') or 'https:').rstrip(':')}://{part('hostname')}{port}{part('path') or ''}"


def _timeouts(given: Mapping[str, Any]) -> dict[str, float]:
    """Return the client options for those of v3's request handler. Raise ConfigError for options with another name here."""
    found = {}
    for name, milliseconds in given.items():
        ours = _HANDLER.get(snake_case(name))
        if ours is None:
            raise ConfigError(
                f"request_handler has no {name!r}; it may have connectionTimeout and requestTimeout (milliseconds), or be an "
                "object with send(). Use proxies= for a proxy, verify= and cert= for TLS, max_concurrency= for maxSockets."
            )
        if isinstance(milliseconds, bool) or not isinstance(milliseconds, (int, float)):
            raise ConfigError(f"request_handler has {name}={milliseconds!r}; it must be a number of milliseconds.")
        if milliseconds:
            found[ours] = milliseconds / 1000
    return found


class ExtensionConfiguration:
    """Argument of an extension's `configure()`: it reads and sets options of the client. v3's spelling also works."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options

    def region(self) -> Any:
        """Return the region in its given form."""
        return self._options.get("region")

    def set_region(self, region: Any) -> None:
        """Set the region: text, or a function that returns it."""
        self._options["region"] = region

    def credentials(self) -> Any:
        """Return the credentials in their given form."""
        return self._options.get("credentials")

    def set_credentials(self, credentials: Any) -> None:
        """Set the credentials, in any form that `credentials=` accepts."""
        self._options["credentials"] = credentials

    def http_handler(self) -> Any:
        """Return the request handler, or None for the default one."""
        return self._options.get("request_handler")

    def set_http_handler(self, handler: Any) -> None:
        """Set the request handler."""
        self._options["request_handler"] = handler

    setRegion, setCredentials = set_region, set_credentials  # noqa: N815 - v3's names
    httpHandler, setHttpHandler = http_handler, set_http_handler  # noqa: N815 - v3's names


def apply_extensions(options: dict[str, Any]) -> None:
    """Let each of `extensions` configure *options*, in order. Raises TypeError for one without `configure()`."""
    for extension in options.pop("extensions") or ():
        configure = getattr(extension, "configure", None)
        if not callable(configure):
            raise TypeError(f"An extension is of type {type(extension).__name__}; it must have configure(configuration).")
        configure(ExtensionConfiguration(options))
