"""Settings that v2 reads from the environment and the shared files at start: region, credentials, logger."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from sts.errors import STSError
from sts.settings.profiles import load_profiles

_FIPS = {"aws-fips": "us-east-1", "fips-aws-global": "us-east-1", "fips-aws-us-gov-global": "us-gov-west-1"}
_GLOBAL = {"aws-global": "us-east-1", "aws-us-gov-global": "us-gov-west-1"}


def find_region() -> str | None:
    """Return the region of the environment, or of the profile in the shared files."""
    environ = os.environ
    region: Any = environ.get("AWS_REGION") or environ.get("AMAZON_REGION") or environ.get("AWS_DEFAULT_REGION")
    if not region:
        try:
            profiles = load_profiles(environ).profiles
        except STSError:
            return None  # the first call reports it
        region = profiles.get(environ.get("AWS_PROFILE") or "default", {}).get("region")
    return real_region(region)[0] if isinstance(region, str) and region else None


def real_region(region: str) -> tuple[str, bool]:
    """Return the region of a pseudo region of v2 (`fips-us-east-1`, `aws-global`), and whether it selects FIPS."""
    if region in _GLOBAL:
        return _GLOBAL[region], False
    if region.startswith("fips-") or region.endswith("-fips"):
        plain = region.replace("fips-dkr-", "").replace("fips-prod-", "").replace("fips-", "").replace("-fips", "")
        return _FIPS.get(region, plain), True
    return region, False


def find_credentials() -> Any:
    """Return the keys of the environment or of the profile, or None, as v2 does at start."""
    if not os.environ.get("AWS_ACCESS_KEY_ID") and not os.environ.get("AMAZON_ACCESS_KEY_ID"):
        try:
            profiles = load_profiles(os.environ).profiles
        except STSError:
            return None
        if not profiles.get(os.environ.get("AWS_PROFILE") or "default", {}).get("aws_access_key_id"):
            return None
    from sts.v2.credentials.local import EnvironmentCredentials, SharedIniFileCredentials

    makers = (
        lambda: EnvironmentCredentials("AWS"),
        lambda: EnvironmentCredentials("AMAZON"),
        lambda: SharedIniFileCredentials({"disable_assume_role": True}),
    )
    return next((made for made in (make() for make in makers) if not made.needs_refresh()), None)


def find_logger() -> Any:
    """Return standard output if `AWSJS_DEBUG` is set."""
    return sys.stdout if os.environ.get("AWSJS_DEBUG") else None


LOADED: Mapping[str, Callable[[], Any]] = {
    "credentials": find_credentials,
    "region": find_region,
    "logger": find_logger,
}
"""Options with an initial value from the environment."""
