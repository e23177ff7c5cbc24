"""Choice of the credentials that sign a client's requests: given ones, or those of the default chain."""

from __future__ import annotations

from collections.abc import Mapping

from sts.base.forks import load
from sts.identity import static_provider
from sts.settings.table import names_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sts.pipeline.call import CachedCredentials
    from sts.settings.settings import Settings


def choose_credentials(options: Mapping[str, Any], settings: Settings, environ: Mapping[str, str]) -> CachedCredentials:
    """Return the provider of a client: `credentials`, the keys among *options*, or the default chain."""
    keys = static_provider(options)
    if keys is not None:
        return keys
    given = options.get("credentials")
    if given is None:
        inherited = {name: options[name] for name in names_of("inherited") if options.get(name) is not None}
        explicit = options.get("profile") is not None
        from sts.credentials.chain.default import default_chain  # a client with given credentials needs no chain

        given = default_chain(settings.profile, explicit_profile=explicit, environ=environ, region=settings.region, **inherited)
    client = {"profile": options.get("profile"), "region": settings.region and str(settings.region)}
    forms = load("sts.credentials.normalize")  # a client with keys needs no other form
    provider: CachedCredentials = forms.provider_of(forms.for_client(given, client))
    return provider


def metadata_region(environ: Mapping[str, str]) -> str | None:
    """Return the region from the instance metadata within a second, or None without metadata or if it is disabled."""
    if environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        return None
    region: str | None = load("sts.credentials.providers.instance").instance_region(environ=environ)
    return region
