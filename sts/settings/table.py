"""
Everything that can be set, one row each: name, kind of value, default, variables and profile keys.

The README's table is made from this one.
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


class Setting(Record):
    """
    Describe where a setting comes from.

    *variables* of the environment come before the profile's *keys*, *late_variables* after them; the first found wins. A
    *secret* value is a URL that may hold a password, and is shown without.
    """

    name: str
    kind: Kind
    default: Any = None
    variables: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    late_variables: tuple[str, ...] = ()
    secret: bool = False


SETTINGS = (
    Setting("profile", kinds.TEXT, "default", ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")),
    Setting("region", kinds.REGION, None, ("AWS_REGION", "AWS_DEFAULT_REGION"), ("region",)),
    Setting(
        "ignore_configured_endpoint_urls",
        kinds.BOOLEAN,
        False,
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",),
        ("ignore_configured_endpoint_urls",),
    ),
    Setting("endpoint", kinds.TEXT, None, ("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"), ("endpoint_url",), secret=True),
    Setting("signing_region", kinds.REGION),
    Setting("use_fips_endpoint", kinds.BOOLEAN, False, ("AWS_USE_FIPS_ENDPOINT",), ("use_fips_endpoint",)),
    Setting("use_dualstack_endpoint", kinds.BOOLEAN, False, ("AWS_USE_DUALSTACK_ENDPOINT",), ("use_dualstack_endpoint",)),
    Setting("use_global_endpoint", kinds.BOOLEAN, False),
    Setting(
        "sts_regional_endpoints",
        kinds.choice("regional", "legacy"),
        "regional",
        ("AWS_STS_REGIONAL_ENDPOINTS",),
        ("sts_regional_endpoints",),
    ),
    Setting(
        "defaults_mode",
        kinds.choice("legacy", *CONNECT_TIMEOUTS, "auto"),
        "legacy",
        ("AWS_DEFAULTS_MODE",),
        ("defaults_mode",),
    ),
    Setting("max_attempts", kinds.COUNT, 3, ("AWS_MAX_ATTEMPTS",), ("max_attempts",)),
    Setting(
        "retry_mode",
        kinds.choice("standard", "adaptive", "legacy", "off"),
        "standard",
        ("AWS_RETRY_MODE",),
        ("retry_mode",),
    ),
    Setting("connect_timeout", kinds.SECONDS, 5.0),
    Setting("read_timeout", kinds.SECONDS, 30.0),
    Setting("timeout", kinds.SECONDS),
    Setting(
        "correct_clock_skew",
        kinds.SWITCHED_OFF,
        True,
        ("AWS_DISABLE_CLOCK_SKEW_CORRECTION",),
        ("disable_clock_skew_correction",),
    ),
    Setting("system_clock_offset", kinds.OFFSET, 0.0),
    Setting("user_agent_app_id", kinds.TEXT, None, ("AWS_SDK_UA_APP_ID",), ("sdk_ua_app_id", "sdk-ua-app-id")),
    Setting("custom_user_agent", kinds.USER_AGENT),
    Setting("verify", kinds.VERIFY, True, ("AWS_CA_BUNDLE",), ("ca_bundle",), ("REQUESTS_CA_BUNDLE",)),
    Setting("cert", kinds.CERTIFICATE),
    Setting("proxies", kinds.PROXIES, secret=True),
    Setting("environment_proxies", kinds.PROXY_TEXT, {}, PROXY_VARIABLES, secret=True),
    Setting("param_validation", kinds.VALIDATION, True),
    Setting("max_concurrency", kinds.COUNT, 32),
    Setting("auth_scheme_preference", kinds.NAMES, (), ("AWS_AUTH_SCHEME_PREFERENCE",), ("auth_scheme_preference",)),
    Setting("sigv4a_signing_region_set", kinds.NAMES, (), ("AWS_SIGV4A_SIGNING_REGION_SET",), ("sigv4a_signing_region_set",)),
    Setting("failover_regions", kinds.NAMES, ()),
)
"""Every setting, in the order of the fields of `Settings`."""


class Option(Record):
    """Hold an option's *type* in the words of an annotation, and its *doc*, one line."""

    type: str
    doc: str


OPTIONS: dict[str, Option] = {
    "region": Option("str | Callable", "Region whose endpoint is used and for which requests are signed."),
    "credentials": Option(
        "Credentials | CredentialProvider | Mapping | Callable", "What signs requests; else the default chain."
    ),
    "profile": Option("str", "Profile of the shared files for settings and credentials; beats keys in the environment."),
    "endpoint": Option("str | Mapping | Callable", "URL to send requests to instead of AWS's own; v3's objects will do."),
    "signing_region": Option("str", "Region that requests are signed for, where that is not the endpoint's own."),
    "failover_regions": Option("str | Sequence[str]", "Regions to go on in, in this order, when the region does not answer."),
    "use_fips_endpoint": Option("bool", "Use the endpoint with FIPS 140 validated cryptography."),
    "use_dualstack_endpoint": Option("bool", "Use the endpoint that also speaks IPv6."),
    "use_global_endpoint": Option("bool", "Use sts.amazonaws.com for the regions it stands in for; needs no region."),
    "sts_regional_endpoints": Option(
        "'regional' | 'legacy'", "'legacy' uses sts.amazonaws.com for the regions boto3 used it for."
    ),
    "ignore_configured_endpoint_urls": Option("bool", "Ignore endpoint URLs of the environment and the profile."),
    "defaults_mode": Option(
        "'legacy' | 'standard' | 'in-region' | 'cross-region' | 'mobile' | 'auto'",
        "Set of defaults: how long a connection may take.",
    ),
    "max_attempts": Option("int | Callable", "Attempts of a call altogether, the first included."),
    "max_retries": Option("int", "Attempts after the first: v2's name; give either this or max_attempts."),
    "retry_mode": Option("'standard' | 'adaptive' | 'legacy' | 'off'", "How retries are decided and spaced."),
    "retry_strategy": Option("RetryStrategy", "An object of your own that decides about retries."),
    "retry_delay_options": Option("Mapping", "v2's base (ms) and custom_backoff of the legacy retry mode."),
    "connect_timeout": Option("float", "Seconds a connection may take."),
    "read_timeout": Option("float", "Seconds without an answer on a connection."),
    "timeout": Option("float", "Seconds a call may take altogether, waits and retries included."),
    "http_options": Option("Mapping", "v2's timeout and connect_timeout (ms) and proxy."),
    "request_handler": Option("Handler | Mapping", "What performs the HTTP exchanges; or v3's mapping of its timeouts (ms)."),
    "session": Option("requests.Session", "Send through this session."),
    "proxies": Option("str | Mapping[str, str]", "Proxy URL, or URLs by scheme; {} for none; else those of the environment."),
    "verify": Option("bool | str", "Path of the CA bundle to trust; False trusts anybody."),
    "cert": Option("str | tuple[str, str]", "Client certificate: one file, or certificate and key."),
    "params": Option("Mapping", "Members sent with every operation that has them."),
    "param_validation": Option(
        "bool | Mapping[str, bool]", "Check params before sending; or which of min, max, pattern and enum to check."
    ),
    "correct_clock_skew": Option("bool", "Sign with the service's time when the local clock is wrong."),
    "system_clock_offset": Option("float", "Seconds added to the local clock."),
    "user_agent_app_id": Option("str", "Name of your application in the user agent, at most 50 characters."),
    "custom_user_agent": Option("str | Sequence[tuple[str, str]]", "Text added to the user agent."),
    "auth_scheme_preference": Option("str | Sequence[str]", "Signing schemes in order of preference: sigv4, sigv4a."),
    "sigv4a_signing_region_set": Option("str | Sequence[str]", "Regions that SigV4a signs for, * for all."),
    "logger": Option("logging.Logger", "Where calls are logged; anything with .log(text) or .info(text) will do."),
    "extensions": Option("Sequence[RuntimeExtension]", "Objects whose configure() sets region, credentials or handler."),
    "callback_scheduler": Option("Callable", "Is given one callable for each callback, to run it where you want."),
    "max_concurrency": Option("int", "Calls with a callback that run at the same time."),
    "access_key_id": Option("str", "Access key id, instead of credentials."),
    "secret_access_key": Option("str", "Secret access key that goes with it."),
    "session_token": Option("str", "Session token that goes with them."),
}
"""Option name to type and documentation, in the order in which they are documented."""

_RENAMED = {
    # boto3's client, session and Config
    "region_name": "region",
    "endpoint_url": "endpoint",
    "aws_access_key_id": "access_key_id",
    "aws_secret_access_key": "secret_access_key",
    "aws_session_token": "session_token",
    "profile_name": "profile",
    "parameter_validation": "param_validation",
    "max_pool_connections": "max_concurrency",
    "total_max_attempts": "max_attempts",
    "user_agent_appid": "user_agent_app_id",
    "user_agent_extra": "custom_user_agent",
    "client_cert": "cert",
    # the JavaScript SDKs, after camelCase
    "connection_timeout": "connect_timeout",
    "request_timeout": "read_timeout",
    "credential_provider": "credentials",
    "credential_default_provider": "credentials",
    "master_credentials": "credentials",
    "sso_session": "profile",
}

_ELSEWHERE = {
    "use_ssl": "Give endpoint='http://...' for an endpoint without TLS.",
    "ssl_enabled": "Give endpoint='http://...' for an endpoint without TLS.",
    "tls": "Give endpoint='http://...' for an endpoint without TLS.",
    "api_version": "It is not needed: STS has one version.",
    "service_name": "It is not needed: the client is for STS.",
    "config": "Give the settings inside it as options of the client.",
    "retries": "Give max_attempts= and retry_mode= themselves.",
    "aws_account_id": "Give credentials=Credentials(..., account_id=...).",
    "signature_version": "Requests are signed with SigV4, or not at all where the operation needs no signature.",
    "botocore_session": "Give credentials= or profile=; a botocore session is taken by sts.integrations.",
    "disable_clock_skew_correction": "Give correct_clock_skew=False.",
    "ca_bundle": "Give verify='path of the bundle'.",
    "account_id_endpoint_mode": "It has no effect on STS.",
}


def describe_options() -> str:
    """Return a line about each option, with its type and default: the part of a constructor's help that is made."""
    defaults = {row.name: row.default for row in SETTINGS if row.default not in (None, ())}
    lines = ["Options, all by keyword:"]
    for name, option in OPTIONS.items():
        default = f" Default: {defaults[name]!r}." if name in defaults else ""
        lines.append(f"    {name} ({option.type}): {option.doc}{default}")
    return "\n".join(lines)


def check_options(options: Iterable[str]) -> None:
    """Raise `TypeError` for the first name that is no option; it says which was meant, also for boto3's names and camelCase."""
    for name in options:
        if name not in OPTIONS:
            raise TypeError(f"There is no client option {name!r}.{_advice(name)}")


def _advice(name: str) -> str:
    from sts.base.spelling import snake_case
    from sts.base.suggestions import suggest  # only on this path: it costs an import of difflib

    snake = snake_case(str(name))
    if snake in _ELSEWHERE:
        return f" {_ELSEWHERE[snake]}"
    meant = _RENAMED.get(snake, snake)
    return f" Did you mean {meant!r}?" if meant in OPTIONS else suggest(meant, OPTIONS)
