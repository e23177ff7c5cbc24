"""URLs of services other than STS: configured ones, in the order of all AWS SDKs, or AWS's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sts.endpoints import partition_of, service_host
from sts.errors import ConfigError
from sts.settings.kinds import REGION
from sts.settings.profiles import Profiles, load_profiles
from sts.settings.settings import resolve_settings


def service_url(
    service: str, usual: str, environ: Mapping[str, str], profiles: Profiles | None = None, profile: str = ""
) -> str:
    """
    Return the base URL of *service* (named as in `AWS_ENDPOINT_URL_<SERVICE>`, lower case), without a slash at its end.

    Precedence: variable of the service, `AWS_ENDPOINT_URL`, `services` of the profile, its `endpoint_url`, the *usual* URL.
    """
    section = profiles.profiles.get(profile, {}) if profiles else {}
    ignored = environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") or section.get("ignore_configured_endpoint_urls") or ""
    if str(ignored).lower() == "true":
        return usual
    services = profiles.services.get(str(section.get("services") or ""), {}) if profiles else {}
    block = services.get(service)
    found = (
        environ.get(f"AWS_ENDPOINT_URL_{service.upper()}")
        or environ.get("AWS_ENDPOINT_URL")
        or (block.get("endpoint_url") if isinstance(block, dict) else None)
        or section.get("endpoint_url")
    )
    return str(found).rstrip("/") if found else usual


def variants_of(options: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, bool]:
    """Return the variants (arguments of `aws_url()`) that the *options* of a client, the environment or the profile request."""
    deciding = ("profile", "use_fips_endpoint", "use_dualstack_endpoint")
    asked = {name: options[name] for name in deciding if options.get(name) is not None}
    settings = resolve_settings({"region": "us-east-1", **asked}, environ, lambda: load_profiles(environ))
    return {"use_fips": settings.use_fips_endpoint, "use_dualstack": settings.use_dualstack_endpoint}


def aws_url(host: str, region: str, *, use_fips: bool = False, use_dualstack: bool = False) -> str:
    """Return the URL of a service in *region*, by botocore's endpoint rules. *host* is the service's name in host names."""
    make = _HOSTS.get(host) or partial(service_host, host)
    try:
        REGION.check(region)
    except (ValueError, TypeError):
        problem = f"The region {region!r} cannot be part of a host name; it must be {REGION.allowed}."
    else:
        return f"https://{make(region, use_fips=use_fips, use_dualstack=use_dualstack)}"
    raise ConfigError(problem)


def _cognito_host(region: str, *, use_fips: bool, use_dualstack: bool) -> str:
    partition = partition_of(region).name
    if partition == "aws-us-gov" and use_fips and not use_dualstack:
        return f"cognito-identity-fips.{region}.{partition_of(region).dns_suffix}"
    if partition == "aws" and (not use_fips or region in _COGNITO_FIPS_REGIONS):
        use_dualstack = False
    return service_host("cognito-identity", region, use_fips=use_fips, use_dualstack=use_dualstack)


def _sign_in_host(region: str, *, use_fips: bool, use_dualstack: bool) -> str:
    partition = partition_of(region)
    if not use_dualstack and not use_fips:
        return f"{region}.signin.{partition.sign_in_suffix}"
    if partition.name == "aws-us-gov" and not use_dualstack:
        place = "" if region == partition.console_region else f"{region}."
        return f"{place}signin-fips.{partition.sign_in_suffix}"
    return service_host("signin", region, use_fips=use_fips, use_dualstack=use_dualstack)


_COGNITO_FIPS_REGIONS = frozenset({"us-east-1", "us-east-2", "us-west-1", "us-west-2"})
"""Regions whose FIPS endpoint of Cognito has no dual-stack variant (endpoint rules of `cognito-identity`)."""
_HOSTS: dict[str, Callable[..., str]] = {"cognito-identity": _cognito_host, "signin": _sign_in_host}
"""Services whose hosts follow separate rules (endpoint rules of botocore's models)."""
