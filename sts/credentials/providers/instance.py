"""Credentials and region of an Amazon EC2 instance, from its metadata service (a session token first, IMDSv2)."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from sts.base.frames import without_locals
from sts.base.records import Record
from sts.base.time import sleep, unix_time
from sts.credentials.chain.chain import Confidential, Context
from sts.credentials.exchange.fetch import (
    Tries,
    code_in,
    direct_handler,
    error_message,
    exchange,
    has_document,
    parse_object,
    refused,
)
from sts.credentials.exchange.json_credentials import is_past, metadata_credentials
from sts.credentials.providers.container import is_loopback
from sts.errors import ConfigError, CredentialsError, NotConfiguredError, ReadTimeoutError, STSError, TransportError
from sts.http import Handler, HttpRequest, HttpResponse
from sts.identity import Credentials
from sts.logs import LOGGER
from sts.settings import kinds

ENDPOINTS = {"ipv4": "http://169.254.169.254", "ipv6": "http://[fd00:ec2::254]"}
TOKEN_PATH = "/latest/api/token"
TOKEN_SECONDS = "21600"
"""Six hours, the value of all SDKs."""
WITHOUT_TOKEN = (403, 404, 405)
"""Statuses of a service without tokens (IMDSv1)."""
WHAT = "The instance metadata service"
PROFILE_HOSTS = ("169.254.169.254", "fd00:ec2::254", "localhost")
"""Hosts that a profile may set, in addition to loopback addresses: it must not give access to other hosts in the network."""
ROLE_PATH = "/latest/meta-data/iam/security-credentials/"
REGION_PATH = "/latest/meta-data/placement/region"
REGION_TRIES = Tries(attempts=1, pause=0.0, seconds=0.5)
EXTENSION_SECONDS, EXTENSION_JITTER = 15 * 60.0, 5 * 60.0
"""Time for which expired credentials are still used if the metadata service has no new ones (static stability of the SDKs)."""


class InstanceMetadataProvider(Confidential):
    """
    Provider that gets the credentials of the instance's role from the metadata service (IMDSv2, a new token each time).

    If the service returns expired credentials, or stops responding after it returned some, those are used for another 15 to 20
    minutes at a time, because AWS may still accept them. `AWS_EC2_METADATA_DISABLED=true` disables this provider.

    Args:
        endpoint: URL of the service, instead of `AWS_EC2_METADATA_SERVICE_ENDPOINT`.
        endpoint_mode: "IPv4" or "IPv6", instead of `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE`.
        v1_disabled: never send a request without a token, instead of `AWS_EC2_METADATA_V1_DISABLED`.
        section: function that returns the properties of a profile. Its `ec2_metadata_*` are used after the variables.
        tries: attempts and seconds, instead of `AWS_METADATA_SERVICE_NUM_ATTEMPTS` and `AWS_METADATA_SERVICE_TIMEOUT`.

    """

    def __init__(
        self,
        *,
        endpoint: str | None = None,
        endpoint_mode: str | None = None,
        v1_disabled: bool | None = None,
        section: Callable[[], Mapping[str, Any]] = dict,
        tries: Tries | None = None,
        environ: Mapping[str, str] | None = None,
        handler: Handler | None = None,
        now: Callable[[], float] = unix_time,
        sleep: Callable[[float], object] = sleep,
        rand: Callable[[], float] = random.random,
    ) -> None:
        self._given = (endpoint, endpoint_mode, v1_disabled, tries)
        self._section = section
        self._environ = os.environ if environ is None else environ
        self._handler = handler
        self._now = now
        self._sleep = sleep
        self._rand = rand
        self._last: Credentials | None = None

    def config(self) -> MetadataConfig:
        """Return the configuration of the service: arguments, then environment, then profile."""
        return metadata_config(self._environ, self._section, *self._given)

    @without_locals
    def retrieve(self) -> Credentials:
        """Return the credentials of the role. Raise NotConfiguredError if there is no metadata service or no role."""
        if self._environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
            raise NotConfiguredError("AWS_EC2_METADATA_DISABLED is true.")
        try:
            credentials = self._fetch(self.config())
        except CredentialsError as error:
            if self._last is None:
                raise
            LOGGER.warning("%s returned no credentials (%s); still using the last ones.", WHAT, error.message)
            credentials = self._last
        self._last = credentials
        return self._extended(credentials) if is_past(credentials.expiration, self._now()) else credentials

    def _fetch(self, config: MetadataConfig) -> Credentials:
        with direct_handler(self._handler) as handler:
            service = MetadataService(handler, config, self._sleep)
            try:
                token = service.token()
                role = service.read(ROLE_PATH, token).strip().partition("\n")[0].strip()
                if not role:
                    raise NotConfiguredError("The instance has no role.")
                document = service.read_document(ROLE_PATH + role, token)
            except NoMetadataError as error:
                reason = error.message
            else:
                return metadata_credentials(document, WHAT, "instance-metadata")
        raise NotConfiguredError(reason)

    def _extended(self, credentials: Credentials) -> Credentials:
        until = self._now() + EXTENSION_SECONDS + EXTENSION_JITTER * self._rand()
        LOGGER.warning("The credentials of the instance's role have expired; still using them until there are new ones.")
        expiration = datetime.fromtimestamp(until, timezone.utc)
        return Credentials(**{**credentials.to_dict(), "expiration": expiration}, source=credentials.source)


def from_environment(context: Context, section: Callable[[], Mapping[str, Any]]) -> InstanceMetadataProvider:
    """Return the provider of a chain."""
    return InstanceMetadataProvider(
        environ=context.environ, section=section, handler=context.handler, now=context.now, sleep=context.sleep
    )


def instance_region(*, environ: Mapping[str, str] | None = None, handler: Handler | None = None) -> str | None:
    """Return the region of the instance, or None if the metadata service does not return it within a second."""
    environ = os.environ if environ is None else environ
    if environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        return None
    config = metadata_config(environ, dict, tries=REGION_TRIES)
    with direct_handler(handler) as chosen:
        service = MetadataService(chosen, config)
        try:
            return service.read(REGION_PATH, service.token()).strip() or None
        except CredentialsError as error:
            LOGGER.debug("No region from the instance metadata: %s", error.message)
            return None


class NoMetadataError(NotConfiguredError):
    """The metadata service is unavailable or has no such path."""


class MetadataConfig(Record):
    """Address and limits of the metadata service."""

    endpoint: str
    v1_disabled: bool
    tries: Tries
    by_profile: bool = False


def metadata_config(
    environ: Mapping[str, str],
    section: Callable[[], Mapping[str, Any]],
    endpoint: str | None = None,
    mode: str | None = None,
    v1_disabled: bool | None = None,
    tries: Tries | None = None,
) -> MetadataConfig:
    """Return the configuration of the service: arguments, then environment, then the *section* of the profile."""
    properties = section()
    trusted = endpoint or environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT")
    named = trusted or properties.get("ec2_metadata_service_endpoint")
    by_profile = bool(named) and not trusted
    if not named:
        named = ENDPOINTS[_mode(mode, environ, properties)]
    if v1_disabled is None:
        text = str(environ.get("AWS_EC2_METADATA_V1_DISABLED") or properties.get("ec2_metadata_v1_disabled") or "false")
        if text.lower() not in ("true", "false"):
            raise ConfigError(f"AWS_EC2_METADATA_V1_DISABLED (ec2_metadata_v1_disabled) is {text!r}; it must be true or false.")
        v1_disabled = text.lower() == "true"
    return MetadataConfig(_checked(str(named)), v1_disabled, tries or _tries(environ, properties), by_profile)


def _mode(given: str | None, environ: Mapping[str, str], properties: Mapping[str, Any]) -> str:
    name = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"
    mode = given or environ.get(name) or properties.get("ec2_metadata_service_endpoint_mode")
    if not mode:
        old = environ.get("AWS_IMDS_USE_IPV6") or properties.get("imds_use_ipv6") or ""
        mode = "ipv6" if str(old).lower() == "true" else "ipv4"
    if str(mode).lower() not in ENDPOINTS:
        raise ConfigError(f"The endpoint mode of the instance metadata is {mode!r}; it must be IPv4 or IPv6 ({name}).")
    return str(mode).lower()


def _checked(endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        usable = False
    if not usable or any(c.isspace() for c in endpoint):
        raise ConfigError("The endpoint of the instance metadata must be http://host or https://host (it is not shown).")
    return endpoint.rstrip("/")


def _tries(environ: Mapping[str, str], properties: Mapping[str, Any]) -> Tries:
    names = ("metadata_service_timeout", "metadata_service_num_attempts")
    seconds, attempts = (environ.get(f"AWS_{name.upper()}") or properties.get(name) for name in names)
    try:
        limit: float = kinds.SECONDS.check(float(seconds or 1))
        # A missing service must not be waited for twice, but a busy one is worth another try.
        return Tries(max(1, int(attempts or 1)), 0.5, max(0.1, limit), 1 if attempts else 3)
    except (ValueError, TypeError):
        problem = (
            f"AWS_METADATA_SERVICE_TIMEOUT (metadata_service_timeout) is {seconds!r} and "
            f"AWS_METADATA_SERVICE_NUM_ATTEMPTS (metadata_service_num_attempts) {attempts!r}; they must be a number of "
            "seconds, and a whole number."
        )
    raise ConfigError(problem)


def _has_text(response: HttpResponse) -> bool:
    return response.status != 200 or bool(response.body.strip())


class MetadataService:
    """The metadata service at the address of *config*. Raises ConfigError for a host that a profile may not set."""

    def __init__(self, handler: Handler, config: MetadataConfig, sleep: Callable[[float], object] = sleep) -> None:
        host = urlsplit(config.endpoint).hostname or ""
        if config.by_profile and host not in PROFILE_HOSTS and not is_loopback(host):
            raise ConfigError(
                f"The profile's ec2_metadata_service_endpoint has the host {host!r}; a profile may use a loopback address or "
                f"one of {', '.join(PROFILE_HOSTS)}. For another host set AWS_EC2_METADATA_SERVICE_ENDPOINT."
            )
        self._handler = handler
        self._config = config
        self._sleep = sleep

    def token(self) -> str | None:
        """Return a session token, or None if the service has none (unless tokens are required)."""
        headers = {"x-aws-ec2-metadata-token-ttl-seconds": TOKEN_SECONDS}
        request = HttpRequest("PUT", self._config.endpoint + TOKEN_PATH, headers)
        try:
            response = exchange(self._handler, request, self._config.tries, self._sleep)
        except ReadTimeoutError:
            # If the hop limit is too low, the response does not arrive. IMDSv1 still works then.
            self._refuse_v1("it did not respond in time")
            return None
        except TransportError as error:
            reason = error.message
        else:
            token = response.body.decode("latin-1").strip()
            if response.status == 200 and token and token.isprintable():
                return token
            if response.status in WITHOUT_TOKEN:
                self._refuse_v1(f"HTTP {response.status}")
                return None
            raise refused(response, {}, f"{WHAT} (asked for a token)")
        raise NoMetadataError(f"There is no instance metadata service: {reason}")

    def _refuse_v1(self, reason: str) -> None:
        if self._config.v1_disabled:
            raise CredentialsError(f"{WHAT} returned no token ({reason}), and requests without a token (IMDSv1) are disabled.")

    def read(self, path: str, token: str | None, is_complete: Callable[[HttpResponse], bool] = _has_text) -> str:
        """Return the text at *path*. Raise NoMetadataError if there is no service or no such path."""
        headers = {"x-aws-ec2-metadata-token": token} if token else {}
        request = HttpRequest("GET", self._config.endpoint + path, headers)
        try:
            response = exchange(self._handler, request, self._config.tries, self._sleep, is_complete)
        except STSError as error:
            problem = f"did not respond: {error.message}"
        else:
            if response.status not in (200, 404):
                raise refused(response, parse_object(response.body) or {}, WHAT, (token or "",))
            if response.status == 200:
                return response.body.decode("utf-8", "replace")
            problem = f"has nothing at {path} (HTTP 404)."
        raise NoMetadataError(f"{WHAT} {problem}")

    def read_document(self, path: str, token: str | None) -> dict[str, Any]:
        """Return the JSON object at *path*. Raise CredentialsError if it describes an error."""
        document = parse_object(self.read(path, token, has_document).encode())
        if document is None:
            raise CredentialsError(f"{WHAT} returned a body that is not a JSON object.")
        code = document.get("Code", "Success")
        if code != "Success":
            # The service returns some errors with a success status.
            raise CredentialsError(
                f"{WHAT} returned no credentials ({code_in(code) or 'no code'}): {error_message(document, (token or '',))}"
            )
        return document
