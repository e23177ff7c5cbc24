"""
Table of options: one row for each option, with everything that is known about it.

Settings, help, types, documentation, checks, and the options inherited by the STS calls of a default chain are made from it.

Longer than 300 lines because the rows alone take 250, and a table in two files would be two tables.
"""

from __future__ import annotations

from collections.abc import Iterable

from sts.base.records import Record
from sts.settings import kinds
from sts.settings.kinds import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_APP_ID = 50
"""Longest application id that every AWS SDK sends, in characters."""

CONNECT_TIMEOUTS = {"standard": 3.1, "in-region": 1.1, "cross-region": 3.1, "mobile": 30.0}
"""Timeouts in seconds that a defaults mode changes (botocore's `sdk-default-configuration.json`)."""

MODE_ATTEMPTS = {"legacy": 4, "off": 1}
"""Attempts of the retry modes whose default is not 3. `legacy` is v2's 3 retries."""


PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY")


class Option(Record):
    """
    One option of a client, and the possible sources of its value.

    Attributes:
        name: of the keyword argument, and of the field of `Settings`.
        type: text of the annotation; "" if only the environment can set it.
        doc: one line.
        kind: how a value is parsed and checked. An object may be checked where it is used.
        default: value if no source has one.
        variables: environment variables used before the profile; the first one that is set is used.
        keys: keys of the profile.
        late_variables: environment variables used after the profile.
        secret: True for a URL that may contain a password, which is never shown.
        signs: True if it selects the credentials.
        retries: True if it controls retries.
        inherited: True if the STS calls of the client's default chain also use it.
        in_cache_keys: True if it is part of the keys of cached sessions.

    """

    name: str
    type: str
    doc: str
    kind: Kind = kinds.UNCHECKED
    default: Any = None
    variables: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    late_variables: tuple[str, ...] = ()
    secret: bool = False
    signs: bool = False
    retries: bool = False
    inherited: bool = False
    in_cache_keys: bool = False


TABLE = (
    Option(
        "profile",
        "str",
        "Profile of the shared files for settings and credentials. Takes precedence over keys in the environment.",
        kinds.TEXT,
        "default",
        variables=("AWS_PROFILE", "AWS_DEFAULT_PROFILE"),
    ),
    Option(
        "region",
        "str | Callable",
        "Region of the endpoint and of the signature.",
        kinds.REGION,
        variables=("AWS_REGION", "AWS_DEFAULT_REGION"),
        keys=("region",),
    ),
    Option(
        "credentials",
        "Credentials | CredentialProvider | Mapping | Callable",
        "Credentials that sign requests. Default: the default chain.",
        signs=True,
    ),
    Option(
        "ignore_configured_endpoint_urls",
        "bool",
        "Ignore endpoint URLs of the environment and the profile.",
        kinds.BOOLEAN,
        False,
        variables=("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",),
        keys=("ignore_configured_endpoint_urls",),
        inherited=True,
    ),
    Option(
        "endpoint",
        "str | Mapping | Callable",
        "URL to use instead of AWS's own. v3's endpoint objects are accepted.",
        kinds.TEXT,
        variables=("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"),
        keys=("endpoint_url",),
        secret=True,
        inherited=True,
        in_cache_keys=True,
    ),
    Option(
        "signing_region", "str", "Signing region, if it differs from the region of the endpoint.", kinds.REGION, inherited=True
    ),
    Option(
        "use_fips_endpoint",
        "bool",
        "Use the endpoint with FIPS 140 validated cryptography.",
        kinds.BOOLEAN,
        False,
        variables=("AWS_USE_FIPS_ENDPOINT",),
        keys=("use_fips_endpoint",),
        inherited=True,
    ),
    Option(
        "use_dualstack_endpoint",
        "bool",
        "Use the endpoint that also supports IPv6.",
        kinds.BOOLEAN,
        False,
        variables=("AWS_USE_DUALSTACK_ENDPOINT",),
        keys=("use_dualstack_endpoint",),
        inherited=True,
    ),
    Option(
        "use_global_endpoint",
        "bool",
        "Use sts.amazonaws.com for the regions that it serves; needs no region.",
        kinds.BOOLEAN,
        False,
        inherited=True,
    ),
    Option(
        "sts_regional_endpoints",
        "'regional' | 'legacy'",
        "'legacy' uses sts.amazonaws.com for the regions for which boto3 used it.",
        kinds.choice("regional", "legacy"),
        "regional",
        variables=("AWS_STS_REGIONAL_ENDPOINTS",),
        keys=("sts_regional_endpoints",),
        inherited=True,
    ),
    Option(
        "defaults_mode",
        "'legacy' | 'standard' | 'in-region' | 'cross-region' | 'mobile' | 'auto'",
        "Set of defaults for the connect timeout.",
        kinds.choice("legacy", *CONNECT_TIMEOUTS, "auto"),
        "legacy",
        variables=("AWS_DEFAULTS_MODE",),
        keys=("defaults_mode",),
        inherited=True,
    ),
    Option(
        "max_attempts",
        "int | Callable",
        "Maximum number of attempts of a call, including the first.",
        kinds.COUNT,
        3,
        variables=("AWS_MAX_ATTEMPTS",),
        keys=("max_attempts",),
        retries=True,
        inherited=True,
    ),
    Option(
        "max_retries",
        "int",
        "Maximum number of retries (v2's name). Give either this or max_attempts.",
        retries=True,
        inherited=True,
    ),
    Option(
        "retry_mode",
        "'standard' | 'adaptive' | 'legacy' | 'off'",
        "Strategy for retries and their delays.",
        kinds.choice("standard", "adaptive", "legacy", "off"),
        "standard",
        variables=("AWS_RETRY_MODE",),
        keys=("retry_mode",),
        retries=True,
        inherited=True,
    ),
    Option("retry_strategy", "RetryStrategy", "Your own retry strategy object.", retries=True),
    Option(
        "retry_delay_options",
        "Mapping",
        "v2's base (ms) and custom_backoff of the legacy retry mode.",
        kinds.DELAYS,
        retries=True,
    ),
    Option("connect_timeout", "float", "Timeout for connecting, in seconds.", kinds.SECONDS, 5.0, inherited=True),
    Option("read_timeout", "float", "Timeout for a response on a connection, in seconds.", kinds.SECONDS, 30.0, inherited=True),
    Option("timeout", "float", "Timeout of the whole call in seconds, including waits and retries.", kinds.SECONDS),
    Option("http_options", "Mapping", "v2's timeout and connect_timeout (ms) and proxy.", kinds.MAPPING, inherited=True),
    Option(
        "request_handler",
        "Handler | str | Mapping",
        "HTTP handler: an object, 'direct', 'urllib3' or 'requests', or v3's mapping of timeouts (ms).",
        kinds.HANDLER,
        inherited=True,
    ),
    Option("session", "requests.Session", "Session to send requests with.", kinds.SESSION, inherited=True),
    Option(
        "correct_clock_skew",
        "bool",
        "Sign with the service's time when the local clock is wrong.",
        kinds.SWITCHED_OFF,
        True,
        variables=("AWS_DISABLE_CLOCK_SKEW_CORRECTION",),
        keys=("disable_clock_skew_correction",),
        inherited=True,
    ),
    Option("system_clock_offset", "float", "Seconds added to the local clock.", kinds.OFFSET, 0.0, inherited=True),
    Option(
        "user_agent_app_id",
        "str",
        "Name of your application in the user agent, at most 50 characters.",
        kinds.TEXT,
        variables=("AWS_SDK_UA_APP_ID",),
        keys=("sdk_ua_app_id", "sdk-ua-app-id"),
        inherited=True,
    ),
    Option(
        "custom_user_agent",
        "str | Sequence[tuple[str, str]]",
        "Text added to the user agent.",
        kinds.USER_AGENT,
        inherited=True,
    ),
    Option(
        "verify",
        "bool | str",
        "Path of the CA bundle. False disables verification.",
        kinds.VERIFY,
        True,
        variables=("AWS_CA_BUNDLE",),
        keys=("ca_bundle",),
        late_variables=("REQUESTS_CA_BUNDLE",),
        inherited=True,
    ),
    Option(
        "cert",
        "str | tuple[str, str]",
        "Client certificate: one file, or certificate and key.",
        kinds.CERTIFICATE,
        inherited=True,
    ),
    Option("params", "Mapping", "Default params, sent with every operation that has them.", kinds.MEMBERS),
    Option(
        "proxies",
        "str | Mapping[str, str]",
        "Proxy URL, or URLs by scheme; {} for none. Default: those of the environment.",
        kinds.PROXIES,
        secret=True,
        inherited=True,
    ),
    Option("environment_proxies", "", "", kinds.PROXY_TEXT, {}, variables=PROXY_VARIABLES, secret=True),
    Option("http_handler", "", "", kinds.HANDLER_NAME, variables=("STS_HTTP_HANDLER",)),
    Option(
        "param_validation",
        "bool | Mapping[str, bool]",
        "Check params before sending, or a mapping of the checks min, max, pattern and enum.",
        kinds.VALIDATION,
        True,
    ),
    Option("max_concurrency", "int", "Maximum number of simultaneous calls with a callback.", kinds.COUNT, 32),
    Option("access_key_id", "str", "Access key id, instead of credentials.", signs=True),
    Option("secret_access_key", "str", "Secret access key of the access key id.", signs=True),
    Option("session_token", "str", "Session token of these keys.", signs=True),
    Option(
        "auth_scheme_preference",
        "str | Sequence[str]",
        "Signing schemes in order of preference: sigv4, sigv4a.",
        kinds.NAMES,
        (),
        variables=("AWS_AUTH_SCHEME_PREFERENCE",),
        keys=("auth_scheme_preference",),
        inherited=True,
    ),
    Option(
        "sigv4a_signing_region_set",
        "str | Sequence[str]",
        "Regions that SigV4a signs for, * for all.",
        kinds.NAMES,
        (),
        variables=("AWS_SIGV4A_SIGNING_REGION_SET",),
        keys=("sigv4a_signing_region_set",),
        inherited=True,
    ),
    Option(
        "logger", "logging.Logger", "Logger for calls: an object with .log(text) or .info(text).", kinds.LOGGER, inherited=True
    ),
    Option("extensions", "Sequence[RuntimeExtension]", "Objects whose configure() sets region, credentials or handler."),
    Option(
        "callback_scheduler", "Callable", "Function that is called with a callable for each callback, to run it where you want."
    ),
    Option(
        "failover_regions",
        "str | Sequence[str]",
        "Regions to use, in this order, if the region does not respond.",
        kinds.NAMES,
        (),
        inherited=True,
    ),
)
"""
All options, in the order in which settings are looked up and options are documented.

To add one, add a row here; `python -m tests.tools.generate` and `python -m docs.generate` do the rest.
"""

OPTIONS = {row.name: row for row in TABLE if row.type}
"""Options of a client by name."""
SETTINGS = tuple(row for row in TABLE if not row.kind.is_object)
"""Settings that are resolved from options, environment and profile: the fields of `Settings`, in order."""


def names_of(attribute: str) -> frozenset[str]:
    """Return the names of the rows whose *attribute* ("inherited", "signs", ...) is set."""
    return frozenset(row.name for row in TABLE if getattr(row, attribute))


def annotation(row: Option) -> str:
    """Return the type of the field of `Settings` for *row*."""
    kind = row.kind.type
    inner = kind.removeprefix("Union[").removesuffix("]") if kind.startswith("Union[") else kind
    return f"Union[{inner}, None]" if row.default is None else kind


def describe_options() -> str:
    """Return a line about each option, with type and default: the generated part of a constructor's help."""
    lines = ["Options (keywords only):"]
    for name, option in OPTIONS.items():
        default = f" Default: {option.default!r}." if option.default not in (None, ()) else ""
        lines.append(f"    {name} ({option.type}): {option.doc}{default}")
    return "\n".join(lines)


def check_options(options: Iterable[str]) -> None:
    """Raise `TypeError` for the first unknown name. It suggests an option, also for boto3's names and camelCase."""
    for name in options:
        if name not in OPTIONS:
            from sts.settings.other_names import advice  # only for this error

            raise TypeError(f"There is no client option {name!r}.{advice(name, OPTIONS)}")
