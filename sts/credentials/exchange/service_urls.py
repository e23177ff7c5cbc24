"""Where services besides STS are reached: configured URLs, in the order of all AWS SDKs, else AWS's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sts.endpoints import service_host
from sts.errors import ConfigError
from sts.settings.kinds import REGION
from sts.settings.profiles import Profiles


def service_url(
    service: str, usual: str, environ: Mapping[str, str], profiles: Profiles | None = None, profile: str = ""
) -> str:
    """
    Return the base URL of *service* (named as in `AWS_ENDPOINT_URL_<SERVICE>`, lower case), without a slash at its end.

    A variable for the service wins over `AWS_ENDPOINT_URL`, that over the profile's `services` section, that over its
    `endpoint_url`; else it is the *usual* URL.
    """
    section = profiles.profiles.get(profile, {}) if profiles else {}
    if not _ignored(environ, section):
        found = (
            environ.get(f"AWS_ENDPOINT_URL_{service.upper()}")
            or environ.get("AWS_ENDPOINT_URL")
            or _in_services(service, profiles, section)
            or section.get("endpoint_url")
        )
        if found:
            return str(found).rstrip("/")
    return usual


def aws_url(host: str, region: str) -> str:
    """Return `https://<host>.<region>.<suffix of the region's partition>`."""
    return f"https://{service_host(host, checked_region(region))}"


def checked_region(region: str) -> str:
    """Return *region* if it can be part of a host name; raise ConfigError otherwise."""
    try:
        REGION.check(region)
    except (ValueError, TypeError):
        problem = f"The region {region!r} cannot be part of a host name; it must be {REGION.allowed}."
    else:
        return region
    raise ConfigError(problem)


def _ignored(environ: Mapping[str, str], section: Mapping[str, Any]) -> bool:
    name = "ignore_configured_endpoint_urls"
    return str(environ.get(f"AWS_{name.upper()}") or section.get(name) or "").lower() == "true"


def _in_services(service: str, profiles: Profiles | None, section: Mapping[str, Any]) -> str | None:
    services = profiles.services.get(str(section.get("services") or ""), {}) if profiles else {}
    block = services.get(service)
    return block.get("endpoint_url") if isinstance(block, dict) else None
