"""
The table of options: one row for each says everything that is known about it.

Settings, help, types, documentation, checks and what the STS calls of a default chain inherit are made from it.

Longer than 300 lines because the rows alone take 250, and a table in two files would be two tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sts.base.records import Record
from sts.settings import kinds
from sts.settings.kinds import Kind

MAX_APP_ID = 50
"""Characters of an application id that every AWS SDK sends."""

CONNECT_TIMEOUTS = {"standard": 3.1, "in-region": 1.1, "cross-region": 3.1, "mobile": 30.0}
"""Seconds; what a defaults mode changes (botocore's `sdk-default-configuration.json`)."""

MODE_ATTEMPTS = {"legacy": 4, "off": 1}
"""Attempts of the retry modes whose default is not 3; `legacy` is v2's 3 retries."""


PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY")


class Option(Record):
    """
    One option of a client, and where its value can come from.

    Attributes:
        name: of the keyword argument, and of the field of `Settings`.
        type: words of an annotation; "" for what only the environment can give.
        doc: one line.
        kind: how a value is read and checked; an object may be checked where it is used.
        default: value if nothing gives one.
        variables: of the environment, before the profile; the first that is set wins.
        keys: of the profile.
        late_variables: of the environment, after the profile.
        secret: whether it is a URL that may hold a password; it is shown without.
        signs: whether it says what signs requests.
        retries: whether it says how calls are retried.
        inherited: whether the STS calls of the client's own default chain use it as well.
        in_cache_keys: whether sessions on disk that differ in it are different sessions.

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
        "Profile of the shared files for settings and credentials; beats keys in the environment.",
        kinds.TEXT,
        "default",
        variables=("AWS_PROFILE", "AWS_DEFAULT_PROFILE"),
    ),
    Option(
        "region",
        "str | Callable",
        "Region whose endpoint is used and for which requests are signed.",
        kinds.REGION,
        variables=("AWS_REGION", "AWS_DEFAULT_REGION"),
        keys=("region",),
    ),
    Option(
        "credentials",
        "Credentials | CredentialProvider | Mapping | Callable",
        "What signs requests; else the default chain.",
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
        "URL to send requests to instead of AWS's own; v3's objects will do.",
        kinds.TEXT,
        variables=("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"),
        keys=("endpoint_url",),
        secret=True,
        inherited=True,
        in_cache_keys=True,
    ),
    Option(
        "signing_region",
        "str",
        "Region that requests are signed for, where that is not the endpoint's own.",
        kinds.REGION,
        inherited=True,
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
        "Use the endpoint that also speaks IPv6.",
        kinds.BOOLEAN,
        False,
        variables=("AWS_USE_DUALSTACK_ENDPOINT",),
        keys=("use_dualstack_endpoint",),
        inherited=True,
    ),
    Option(
        "use_global_endpoint",
        "bool",
        "Use sts.amazonaws.com for the regions it stands in for; needs no region.",
        kinds.BOOLEAN,
        False,
        inherited=True,
    ),
    Option(
        "sts_regional_endpoints",
        "'regional' | 'legacy'",
        "'legacy' uses sts.amazonaws.com for the regions boto3 used it for.",
        kinds.choice("regional", "legacy"),
        "regional",
        variables=("AWS_STS_REGIONAL_ENDPOINTS",),
        keys=("sts_regional_endpoints",),
        inherited=True,
    ),
    Option(
        "defaults_mode",
        "'legacy' | 'standard' | 'in-region' | 'cross-region' | 'mobile' | 'auto'",
        "Set of defaults: how long a connection may take.",
        kinds.choice("legacy", *CONNECT_TIMEOUTS, "auto"),
        "legacy",
        variables=("AWS_DEFAULTS_MODE",),
        keys=("defaults_mode",),
        inherited=True,
    ),
    Option(
        "max_attempts",
        "int | Callable",
        "Attempts of a call altogether, the first included.",
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
        "Attempts after the first: v2's name; give either this or max_attempts.",
        retries=True,
        inherited=True,
    ),
    Option(
        "retry_mode",
        "'standard' | 'adaptive' | 'legacy' | 'off'",
        "How retries are decided and spaced.",
        kinds.choice("standard", "adaptive", "legacy", "off"),
        "standard",
        variables=("AWS_RETRY_MODE",),
        keys=("retry_mode",),
        retries=True,
        inherited=True,
    ),
    Option("retry_strategy", "RetryStrategy", "An object of your own that decides about retries.", retries=True),
    Option(
        "retry_delay_options",
        "Mapping",
        "v2's base (ms) and custom_backoff of the legacy retry mode.",
        kinds.DELAYS,
        retries=True,
    ),
    Option("connect_timeout", "float", "Seconds a connection may take.", kinds.SECONDS, 5.0, inherited=True),
    Option("read_timeout", "float", "Seconds without an answer on a connection.", kinds.SECONDS, 30.0, inherited=True),
    Option("timeout", "float", "Seconds a call may take altogether, waits and retries included.", kinds.SECONDS),
    Option("http_options", "Mapping", "v2's timeout and connect_timeout (ms) and proxy.", kinds.MAPPING, inherited=True),
    Option(
        "request_handler",
        "Handler | str | Mapping",
        "What performs the HTTP exchanges: an object, 'direct', 'urllib3' or 'requests'; or v3's mapping of timeouts (ms).",
        kinds.HANDLER,
        inherited=True,
    ),
    Option("session", "requests.Session", "Send through this session.", kinds.SESSION, inherited=True),
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
        "Path of the CA bundle to trust; False trusts anybody.",
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
    Option("params", "Mapping", "Members sent with every operation that has them.", kinds.MEMBERS),
    Option(
        "proxies",
        "str | Mapping[str, str]",
        "Proxy URL, or URLs by scheme; {} for none; else those of the environment.",
        kinds.PROXIES,
        secret=True,
        inherited=True,
    ),
    Option("environment_proxies", "", "", kinds.PROXY_TEXT, {}, variables=PROXY_VARIABLES, secret=True),
    Option("http_handler", "", "", kinds.HANDLER_NAME, variables=("STS_HTTP_HANDLER",)),
    Option(
        "param_validation",
        "bool | Mapping[str, bool]",
        "Check params before sending; or which of min, max, pattern and enum to check.",
        kinds.VALIDATION,
        True,
    ),
    Option("max_concurrency", "int", "Calls with a callback that run at the same time.", kinds.COUNT, 32),
    Option("access_key_id", "str", "Access key id, instead of credentials.", signs=True),
    Option("secret_access_key", "str", "Secret access key that goes with it.", signs=True),
    Option("session_token", "str", "Session token that goes with them.", signs=True),
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
        "logger",
        "logging.Logger",
        "Where calls are logged; anything with .log(text) or .info(text) will do.",
        kinds.LOGGER,
        inherited=True,
    ),
    Option("extensions", "Sequence[RuntimeExtension]", "Objects whose configure() sets region, credentials or handler."),
    Option("callback_scheduler", "Callable", "Is given one callable for each callback, to run it where you want."),
    Option(
        "failover_regions",
        "str | Sequence[str]",
        "Regions to go on in, in this order, when the region does not answer.",
        kinds.NAMES,
        (),
        inherited=True,
    ),
)
"""
Every option, in the order in which settings are looked up and options are documented.

To add one, add a row here; `python -m tests.tools.generate` and `python -m docs.generate` do the rest.
"""

OPTIONS = {row.name: row for row in TABLE if row.type}
"""What a client takes, by name."""
SETTINGS = tuple(row for row in TABLE if not row.kind.is_object)
"""What is resolved from options, environment and profile: the fields of `Settings`, in their order."""


def names_of(attribute: str) -> frozenset[str]:
    """Return the names of the rows whose *attribute* ("inherited", "signs", ...) is set."""
    return frozenset(row.name for row in TABLE if getattr(row, attribute))


def annotation(row: Option) -> str:
    """Return the type of the field of `Settings` for *row*."""
    kind = row.kind.type
    inner = kind.removeprefix("Union[").removesuffix("]") if kind.startswith("Union[") else kind
    return f"Union[{inner}, None]" if row.default is None else kind


def describe_options() -> str:
    """Return a line about each option, with its type and default: the part of a constructor's help that is made."""
    lines = ["Options, all by keyword:"]
    for name, option in OPTIONS.items():
        default = f" Default: {option.default!r}." if option.default not in (None, ()) else ""
        lines.append(f"    {name} ({option.type}): {option.doc}{default}")
    return "\n".join(lines)


def check_options(options: Iterable[str]) -> None:
    """Raise `TypeError` for the first name that is no option; it says which was meant, also for boto3's names and camelCase."""
    for name in options:
        if name not in OPTIONS:
            from sts.settings.other_names import advice  # only for this error

            raise TypeError(f"There is no client option {name!r}.{advice(name, OPTIONS)}")
