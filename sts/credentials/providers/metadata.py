"""Client of the instance metadata service: its address and its requests (a session token first, IMDSv2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from sts.base.records import Record
from sts.base.time import sleep
from sts.credentials.exchange.fetch import Tries, code_in, error_message, exchange, has_document, parse_object, refused
from sts.credentials.providers.container import is_loopback
from sts.errors import ConfigError, CredentialsError, NotConfiguredError, ReadTimeoutError, STSError, TransportError
from sts.http import Handler, HttpRequest, HttpResponse
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


def check_host(config: MetadataConfig) -> None:
    """Raise ConfigError if a profile sets a host other than this machine or the hosts on which AWS runs the service."""
    host = urlsplit(config.endpoint).hostname or ""
    if config.by_profile and host not in PROFILE_HOSTS and not is_loopback(host):
        raise ConfigError(
            f"The profile's ec2_metadata_service_endpoint has the host {host!r}; a profile may use a loopback address or "
            f"one of {', '.join(PROFILE_HOSTS)}. For another host set AWS_EC2_METADATA_SERVICE_ENDPOINT."
        )


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


def read_metadata(
    handler: Handler,
    config: MetadataConfig,
    path: str,
    token: str | None,
    sleep: Callable[[float], object] = sleep,
    is_complete: Callable[[HttpResponse], bool] = _has_text,
) -> str:
    """Return the text at *path*. Raise NoMetadataError if there is no service or no such path."""
    request = HttpRequest("GET", config.endpoint + path, {"x-aws-ec2-metadata-token": token} if token else {})
    try:
        response = exchange(handler, request, config.tries, sleep, is_complete)
    except STSError as error:
        reason = error.message
    else:
        return _text_of(response, path, token or "")
    raise NoMetadataError(f"{WHAT} did not respond: {reason}")


def _text_of(response: HttpResponse, path: str, token: str) -> str:
    if response.status == 404:
        raise NoMetadataError(f"{WHAT} has nothing at {path} (HTTP 404).")
    if response.status != 200:
        raise refused(response, parse_object(response.body) or {}, WHAT, (token,))
    return response.body.decode("utf-8", "replace")


def read_document(
    handler: Handler, config: MetadataConfig, path: str, token: str | None, sleep: Callable[[float], object] = sleep
) -> dict[str, Any]:
    """Return the JSON object at *path*. Raise CredentialsError if it describes an error."""
    document = parse_object(read_metadata(handler, config, path, token, sleep, has_document).encode())
    if document is None:
        raise CredentialsError(f"{WHAT} returned a body that is not a JSON object.")
    code = document.get("Code", "Success")
    if code != "Success":
        # The service returns some errors with a success status.
        raise CredentialsError(
            f"{WHAT} returned no credentials ({code_in(code) or 'no code'}): {error_message(document, (token or '',))}"
        )
    return document


def fetch_token(handler: Handler, config: MetadataConfig, sleep: Callable[[float], object] = sleep) -> str | None:
    """Return a session token, or None if the service has none (unless tokens are required)."""
    request = HttpRequest("PUT", config.endpoint + TOKEN_PATH, {"x-aws-ec2-metadata-token-ttl-seconds": TOKEN_SECONDS})
    try:
        response = exchange(handler, request, config.tries, sleep)
    except ReadTimeoutError:
        # If the hop limit is too low, the response does not arrive. IMDSv1 still works then.
        _refuse_v1(config, "it did not respond in time")
        return None
    except TransportError as error:
        reason = error.message
    else:
        token = response.body.decode("latin-1").strip()
        if response.status == 200 and token and token.isprintable():
            return token
        if response.status in WITHOUT_TOKEN:
            _refuse_v1(config, f"HTTP {response.status}")
            return None
        raise refused(response, {}, f"{WHAT} (asked for a token)")
    raise NoMetadataError(f"There is no instance metadata service: {reason}")


def _refuse_v1(config: MetadataConfig, reason: str) -> None:
    if config.v1_disabled:
        raise CredentialsError(f"{WHAT} returned no token ({reason}), and requests without a token (IMDSv1) are disabled.")
