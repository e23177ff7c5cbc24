"""`AWS.STS`: the client of v2."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, cast

from sts.base.forks import load_library
from sts.base.functions import check_function
from sts.base.suggestions import suggest
from sts.client import STSClient
from sts.credentials.normalize import credentials_of
from sts.errors import ConfigError, STSError
from sts.model.operations import API_VERSION
from sts.model.shapes import Operation
from sts.pipeline.call import Call, Wiring
from sts.pipeline.wiring import release
from sts.v2.api import Api, operation_name
from sts.v2.background import call_with
from sts.v2.camel_case import CamelCase
from sts.v2.client_options import KEYS, KNOWN, MAX_RETRIES, Options, fill_template, translate
from sts.v2.configuration import Config, options_in, real_region
from sts.v2.credentials.identity import Credentials
from sts.v2.errors import ErrorKinds
from sts.v2.executor import EventListeners, events
from sts.v2.http import Endpoint
from sts.v2.methods import RequestMethods
from sts.v2.namespace import Namespace
from sts.v2.request import Request
from sts.v2.response import log_request
from sts.v2.wiring import ConfigCredentials, wire_v2_client

if TYPE_CHECKING:
    from sts.commands import Command
    from sts.types import Callback


class STS(RequestMethods, ErrorKinds, CamelCase, STSClient):
    """
    STS client of the AWS SDK for JavaScript v2. Every operation returns a `Request`, which is sent at once only if there is a
    callback. As in v2, the client uses the regional endpoint, or without a region the global endpoint, signed for us-east-1.
    It accepts the options of v2, in the units of v2, and those of the library.
    """

    service_identifier = serviceIdentifier = "sts"  # noqa: N815 - both spellings, also of the class
    api_versions = apiVersions = (API_VERSION,)  # noqa: N815 - both spellings
    api = Api()

    def __init__(self, options: Mapping[str, Any] | Config | None = None, /, **more: object) -> None:
        own = {**options_in(options), **options_in(more)}
        unknown = next((name for name in own if name not in KNOWN), None)
        if unknown is not None and not isinstance(options, Config):
            raise TypeError(f"AWS.STS has no option {unknown!r}.{suggest(unknown, KNOWN)}")
        self._v2_wiring: Wiring | None = None
        self._config = _config_of(own)
        self._wired: dict[str, Any] | None = None
        self._past: list[Wiring] = []
        self._customize: Callable[[Request[Any]], object] | None = None
        super().__init__(**_library_options(self._config))
        self.listeners = EventListeners()
        vars(self._config)["_client"] = self  # settings and endpoint are read from it

    @property
    def config(self) -> Config:  # type: ignore[override]  # under v2's names
        """The options of this client. A change applies to later calls."""
        return self._config

    @property
    def _wiring(self) -> Wiring | None:
        """Resolved options, None after a change."""
        return self._v2_wiring if self._wired == self._config.to_dict() else None

    @_wiring.setter
    def _wiring(self, wiring: Wiring | None) -> None:
        self._v2_wiring = wiring

    def _wire(self) -> Wiring:
        """Return the wiring; resolve the options first if they were changed."""
        with self._wiring_lock:
            values = self._config.to_dict()
            if self._v2_wiring is None or self._wired != values:
                if self._v2_wiring is not None:
                    self._past.append(self._v2_wiring)  # calls in flight use it
                self.options = _library_options(self._config)
                self._v2_wiring = wire_v2_client(self.options, self._closing.signal)
                self._wired = values
            return self._v2_wiring

    def close(self, *, wait: bool = True) -> None:
        """Close the client and the handlers of replaced options."""
        super().close(wait=wait)
        while self._past:
            release(self._past.pop())

    destroy = close

    @property
    def endpoint(self) -> Endpoint:
        """The URL of the endpoint, with its parts as attributes. Assignable."""
        try:
            return Endpoint((self._wiring or self._wire()).endpoint.url)
        except ConfigError:  # without a region, which each call reports
            return Endpoint("https://sts.amazonaws.com")

    @endpoint.setter
    def endpoint(self, endpoint: str) -> None:
        self.set_endpoint(endpoint)

    def set_endpoint(self, endpoint: str) -> None:
        """Send later calls to *endpoint*, a URL or an `AWS.Endpoint`."""
        self._config.endpoint = Endpoint(endpoint, tls=self._config.ssl_enabled is not False)

    def num_retries(self) -> int:
        """Return the maximum number of retries of a call."""
        retries = self._config.max_retries
        if retries is None and self._config.max_attempts is not None:
            return int(self._config.max_attempts) - 1
        return MAX_RETRIES if retries is None else retries

    def get_signing_name(self) -> str:
        """Return the service name in signatures."""
        return "sts"

    def pagination_config(self, operation: str) -> None:
        """Return None: no *operation* of STS is paginated."""

    def get_skew_corrected_date(self) -> datetime:
        """Return the signing time of requests, corrected for clock skew."""
        return datetime.now(timezone.utc) + timedelta(milliseconds=self._config.system_clock_offset)

    def retry_delays(self, retry_count: int, error: STSError) -> float:
        """Return the delay in milliseconds before the retry that follows *retry_count* retries."""
        retry: Any = (self._wiring or self._wire()).retry
        return float(retry.delay(retry_count, error) * 1000)

    def customize_requests(self, callback: Callable[[Request[Any]], object] | None) -> None:
        """Call *callback* with each later request. None removes the callback."""
        check_function("customizeRequests", callback, "callback")
        self._customize = callback

    def _request_of(self, call: Call) -> Request[Any]:
        """Return *call* as a request of this client, with the bound params merged."""
        bound = self._config.params
        if bound:  # without bound params, params stay the object of the caller, as in v2
            known = {member.name for member in call.operation.input.members}
            filled = {name: value for name, value in bound.items() if name in known and call.params.get(name) is None}
            call.params = {**call.params, **filled}
        request: Request[Any] = Request(self, call, events.listeners, self.listeners)
        if self._config.logger is not None:
            request.listeners.add("complete", log_request)
        if self._customize is not None:
            call_with(self._customize, request)
        return request

    def _call(self, operation: Operation, arguments: Any) -> Request[Any]:
        """Return a request, sent if there is a callback. Uses `make_request` if a script has replaced it."""
        if "make_request" in vars(self):
            return self.make_request(operation_name(operation), arguments.params, arguments.callback)
        request = self._request_of(Call(self, operation, arguments.params, arguments.timeout, arguments.abort_signal))
        if arguments.callback is not None:
            request.send(arguments.callback)
        return request

    def make_request(
        self,
        operation: str | Command[Any],
        params: Mapping[str, Any] | Callback[Any] | None = None,
        callback: Callback[Any] | None = None,
    ) -> Request[Any]:
        """Return a request of the named operation, sent if there is a *callback*."""
        made, given = self._make_request(operation, params, callback)
        request = cast("Request[Any]", made)  # see `_request_of`
        if given is not None:
            request.send(given)
        return request

    def make_unauthenticated_request(
        self,
        operation: str | Command[Any],
        params: Mapping[str, Any] | Callback[Any] | None = None,
        callback: Callback[Any] | None = None,
    ) -> Any:
        """Return an unsigned request, or with a *callback* send it and return its response, as in v2."""
        request, given = self._make_request(operation, params, callback)
        request.call.signed = False
        return request if given is None else request.send(given)

    def credentials_from(  # type: ignore[override]  # returns v2's credentials
        self, data: Mapping[str, Any] | None, credentials: Credentials | None = None
    ) -> Credentials | None:
        """Fill *credentials*, or new `TemporaryCredentials`, from a result such as that of `assume_role`. Returns them."""
        if data is None:
            return None
        filled: Credentials = (
            load_library("sts.v2.credentials.issued").TemporaryCredentials() if credentials is None else credentials
        )
        filled.fill(credentials_of(data))
        return filled


def _config_of(own: Mapping[str, Any]) -> Config:
    """Return the config of a client: `AWS.config`, its section for STS and the *own* options, later ones override."""
    shared: Config = Namespace.read_config()
    config = Config(shared)
    for layer in (shared.sts, own):
        config.update(layer, True)
        if layer.get("profile") and not layer.get("credentials"):
            config.credentials = None
    region = config._values.get("region")
    if isinstance(region, str):
        config._values["region"], fips = real_region(region)
        if fips:
            config.use_fips_endpoint = True
    if config.params is None:
        config.params = Options()
    given = config._values.get("endpoint")
    if isinstance(given, str) and "{" in given:
        config._values["endpoint"] = fill_template(given, config.region, tls=config.ssl_enabled is not False)
    return config


def _library_options(config: Config) -> dict[str, Any]:
    """Return the options of a library client, which reads its credentials from *config* at each call."""
    values = config.to_dict()
    chosen = {name: values.pop(name, None) for name in ("credentials", "credential_provider")}
    options = translate({name: value for name, value in values.items() if name in KNOWN and name not in ("logger", *KEYS)})
    if values.get("profile") is None or any(chosen.values()):
        options["credentials"] = ConfigCredentials(config)
    return options
