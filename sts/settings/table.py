"""
Everything that can be set, one row each: name, kind of value, default, variables and profile keys.

The README's table is made from this one.
"""

from __future__ import annotations

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
)
"""Every setting, in the order of the fields of `Settings`."""
