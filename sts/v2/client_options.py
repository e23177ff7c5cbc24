"""Options of v2 clients: known names, merging of layers, and translation into the options of this library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sts.base.records import of_whole, refuse_pickle
from sts.base.spelling import snake_case
from sts.errors import ConfigError
from sts.settings.table import OPTIONS
from sts.v2.http import Endpoint

HARMLESS: Mapping[str, Any] = {
    "api_version": None,
    "api_versions": None,
    "client_side_monitoring": False,
    "compute_checksums": True,
    "convert_response_types": True,
    "dynamo_db_crc32": True,
    "endpoint_cache_size": 1000,
    "endpoint_discovery_enabled": None,
    "host_prefix_enabled": True,
    "max_redirects": 10,
    "s3_bucket_endpoint": False,
    "s3_disable_body_signing": True,
    "s3_force_path_style": False,
    "s3_us_east1_regional_endpoint": "legacy",
    "s3_use_arn_region": None,
    "signature_cache": True,
    "signature_version": None,
    "token": None,
    "token_provider": None,
    "use_accelerate_endpoint": False,
}
"""Options of v2 without effect on STS or in this library, with their defaults. Scripts that set them run unchanged."""
DEFAULTS: Mapping[str, Any] = {
    **HARMLESS,
    "correct_clock_skew": False,
    "param_validation": True,
    "ssl_enabled": True,
    "sts_regional_endpoints": "legacy",
    "system_clock_offset": 0,
    "use_dualstack_endpoint": False,
    "use_fips_endpoint": False,
}
"""Defaults of unset options (aws-sdk 2.1693.0, `lib/config.js`); None for all others."""
KNOWN = frozenset(OPTIONS) | HARMLESS.keys() | {"credential_provider", "ssl_enabled"}
"""Every option of a client and of `AWS.config`."""
KEYS = ("access_key_id", "secret_access_key", "session_token")
"""The options that make up credentials."""
MAX_RETRIES = 3
TIMEOUT = 120_000
"""Default timeout of v2 without a byte, in milliseconds."""


def snake_keys(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return *options* with keys in snake_case."""
    return {snake_case(key): value for key, value in options.items()}


def merge(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """Merge the layers; later ones have precedence. None means unset. `http_options` are merged key by key."""
    merged: dict[str, Any] = {}
    for layer in layers:
        given = {key: value for key, value in layer.items() if value is not None}
        if "http_options" in given:
            given["http_options"] = {**merged.get("http_options", {}), **snake_keys(given["http_options"])}
        if "credentials" in given or "access_key_id" in given:
            # Keys of one layer must not be mixed with those of another.
            for name in ("credentials", *KEYS):
                merged.pop(name, None)
        merged.update(given)
    return merged


def translate(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a library client for merged v2 *options*."""
    kept = {key: value for key, value in options.items() if key not in HARMLESS and key != "ssl_enabled"}
    provider = kept.pop("credential_provider", None)
    if provider is not None:
        kept.setdefault("credentials", provider)
    if "endpoint" in kept:
        kept["endpoint"] = expand_endpoint(options, "sts")
    if isinstance(kept.get("sts_regional_endpoints"), str):
        kept["sts_regional_endpoints"] = kept["sts_regional_endpoints"].lower()
    if "system_clock_offset" in kept:
        kept["system_clock_offset"] = kept["system_clock_offset"] / 1000
    if isinstance(kept.get("retry_delay_options"), Mapping):
        kept["retry_delay_options"] = snake_keys(kept["retry_delay_options"])
    kept["http_options"] = http_options(kept)
    kept.setdefault("correct_clock_skew", False)
    if not {"max_attempts", "retry_mode", "retry_strategy"} & set(kept):
        kept.setdefault("max_retries", MAX_RETRIES)
        kept["retry_mode"] = "legacy"
    return kept


def http_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return `http_options` with the defaults of v2. Raises ConfigError for an agent, which Python does not have."""
    http = snake_keys(options.get("http_options") or {})
    browser = ("xhr_async", "xhr_with_credentials")
    given = {key: value for key, value in http.items() if key not in browser and value is not None}
    if "agent" in given:
        raise ConfigError(
            "http_options has no 'agent' in Python. Use proxies= for a proxy, verify= and cert= for TLS, or session= (a "
            "requests.Session) for anything else."
        )
    if "read_timeout" not in options and not given.get("timeout"):
        given["timeout"] = TIMEOUT
    return given


def expand_endpoint(options: Mapping[str, Any], service: str) -> str:
    """Return the endpoint in *options* as a URL for *service*, with the placeholders of v2 replaced."""
    tls = options.get("ssl_enabled", True)
    return str(Endpoint(fill_template(str(options["endpoint"]), options.get("region"), tls=tls, service=service), tls=tls))


def fill_template(endpoint: str, region: str | None, *, tls: bool, service: str = "sts") -> str:
    """Return *endpoint* with the placeholders of v2 replaced."""
    endpoint = endpoint.replace("{service}", service).replace("{region}", region or "us-east-1")
    return endpoint.replace("{scheme}", "https" if tls else "http")


class Options(dict[str, Any]):
    """Mapping whose keys, in camelCase or snake_case, are also attributes. An unset key is None as an attribute."""

    def _key(self, name: str) -> str:
        if dict.__contains__(self, name):
            return name
        plain = snake_case(name)
        return next((key for key in self if isinstance(key, str) and snake_case(key) == plain), name)

    def __getitem__(self, name: str) -> Any:
        return dict.__getitem__(self, self._key(name))

    def __setitem__(self, name: str, value: Any) -> None:
        dict.__setitem__(self, self._key(name), value)

    def __contains__(self, name: object) -> bool:
        return dict.__contains__(self, self._key(name) if isinstance(name, str) else name)

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of *name* in either spelling, or *default*."""
        return dict.get(self, self._key(name), default)

    def update(self, *others: Mapping[str, Any], **more: Any) -> None:  # type: ignore[override]  # narrower than dict's
        """Set every key of *others* and *more*."""
        for other in (*others, more):
            for name, value in other.items():
                self[name] = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.get(name)

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    __reduce_ex__ = refuse_pickle

    @of_whole
    def __repr__(self) -> str:
        return f"<Options {sorted(self)}>"
