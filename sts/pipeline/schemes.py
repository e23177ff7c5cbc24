"""Choice of the signature: Version 4, or Version 4A for a set of regions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sts.base.forks import load
from sts.endpoints import partition_of_host
from sts.errors import ConfigError
from sts.logs import LOGGER

if TYPE_CHECKING:
    from sts.endpoints import Endpoint
    from sts.settings.settings import Settings

KNOWN = ("sigv4", "sigv4a")


def region_set_of(settings: Settings, endpoint: Endpoint) -> tuple[str, ...]:
    """
    Return the regions that SigV4a signs for, () for SigV4.

    The first known scheme of `auth_scheme_preference` is used. On hosts of AWS, SigV4 is used if the preference contains it:
    the service model of STS offers only SigV4, and the preference may be meant for other services such as Amazon S3. Raises
    ConfigError if SigV4a is required and the package cryptography is not installed.
    """
    regions = settings.sigv4a_signing_region_set or (endpoint.signing_region,)
    schemes = [name.rpartition("#")[2].lower() for name in settings.auth_scheme_preference]
    schemes = [scheme for scheme in schemes if scheme in KNOWN]
    if schemes[:1] != ["sigv4a"]:
        if "sigv4a" in schemes or settings.sigv4a_signing_region_set:
            LOGGER.debug("SigV4a is not the first of auth_scheme_preference; signing with SigV4.")
        return ()
    is_optional = "sigv4" in schemes
    if is_optional and partition_of_host(urlsplit(endpoint.url).hostname or "") is not None:
        LOGGER.debug("SigV4a is not offered by STS, and auth_scheme_preference allows SigV4; signing with SigV4.")
        return ()
    try:
        load("sts.sigv4a")
    except ImportError as error:
        if is_optional:
            LOGGER.debug("%s; signing with SigV4.", error)
            return ()
        source = settings.sources["auth_scheme_preference"]
        raise ConfigError(
            f"{source} requires SigV4a. {error}, or allow SigV4: auth_scheme_preference='sigv4a,sigv4'."
        ) from None
    return regions
