"""
Endpoint resolution: the host that serves a region, and the signing region.

The rules are those of the `sts` endpoint rule set that every AWS SDK ships. The tests compare this module with it.
"""

from __future__ import annotations

from sts.base.records import Record
from sts.errors import ConfigError, MissingRegionError

GLOBAL_HOST = "sts.amazonaws.com"
GLOBAL_REGION = "aws-global"
GLOBAL_SIGNING_REGION = "us-east-1"
SIGNING_NAME = "sts"

LEGACY_GLOBAL_REGIONS = frozenset(
    """
    ap-northeast-1 ap-south-1 ap-southeast-1 ap-southeast-2 aws-global ca-central-1 eu-central-1 eu-north-1 eu-west-1
    eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2
    """.split()  # noqa: SIM905  # one name on a line would hide the rest
)
"""Regions that the global endpoint serves. It never serves opt-in regions, which an account must enable first."""


class Partition(Record):
    """
    One AWS partition: the only place that defines its hosts.

    Attributes:
        name: as in ARNs ("aws-cn").
        dns_suffix: of ordinary hosts, FIPS hosts and VPC endpoints ("amazonaws.com.cn").
        dual_stack_dns_suffix: of hosts that also speak IPv6.
        implicit_global_region: signing region of global services.
        region_prefix: beginnings of its region names, separated by `|`.
        sign_in_suffix: of the hosts of browser sign-in (`signin.<suffix>`) and of the console (`console.<suffix>`).
        console_region: region whose sign-in and console hosts contain no region: "" if all hosts contain one, None without a
            public console.

    """

    name: str
    dns_suffix: str
    dual_stack_dns_suffix: str
    implicit_global_region: str
    region_prefix: str
    sign_in_suffix: str
    console_region: str | None = None

    def has_region(self, name: str) -> bool:
        """Return True if *name* looks like a region of this partition, or is its pseudo region."""
        return name == f"{self.name}-global" or (
            name.isascii() and any(_is_numbered(name, f"{prefix}-") for prefix in self.region_prefix.split("|"))
        )


def _is_numbered(name: str, start: str) -> bool:
    """Return whether *name* is *start*, a word and a number, as in `eu-west-1`."""
    word, _, number = name[len(start) :].partition("-")
    return name.startswith(start) and word.replace("_", "a").isalnum() and number.isdecimal()


# Sources: partitions.json of the endpoint rules (botocore/data/partitions.json); the endpoint rules of `signin` (also botocore)
# for the sign-in suffix; IAM User Guide, "Enable custom identity broker access to the AWS console", for the console.
PARTITIONS = (
    Partition("aws", "amazonaws.com", "api.aws", "us-east-1", "us|eu|ap|sa|ca|me|af|il|mx", "aws.amazon.com", "us-east-1"),
    Partition(
        "aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-northwest-1", "cn", "amazonaws.cn", "cn-north-1"
    ),
    Partition("aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-east-1", "eusc-de", "amazonaws-eusc.eu", ""),
    Partition("aws-iso", "c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1", "us-iso", "c2shome.ic.gov"),
    Partition("aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1", "us-isob", "sc2shome.sgov.gov"),
    Partition("aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-west-1", "eu-isoe", "csphome.adc-e.uk"),
    Partition("aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-south-1", "us-isof", "csphome.hci.ic.gov"),
    Partition("aws-us-gov", "amazonaws.com", "api.aws", "us-gov-west-1", "us-gov", "amazonaws-us-gov.com", "us-gov-west-1"),
)


class Endpoint(Record):
    """Endpoint of a client: the URL, the signing region and service, and the name of the partition."""

    url: str
    signing_region: str
    signing_name: str
    partition: str


def resolve_endpoint(
    region: str | None,
    *,
    use_fips: bool = False,
    use_dualstack: bool = False,
    use_global_endpoint: bool = False,
    endpoint: str | None = None,
) -> Endpoint:
    """
    Resolve the endpoint of *region*, or take the custom *endpoint* as it is.

    `fips-REGION` and `REGION-fips` mean REGION with *use_fips*. *use_dualstack* selects the host that also supports IPv6.
    *use_global_endpoint* selects sts.amazonaws.com for the regions that it serves; it needs no region. An unknown region
    belongs to the partition with similar region names, otherwise to `aws`.

    If a custom endpoint is on one of AWS's own STS hosts, the signing region is that of the host, because the host rejects all
    others. For any other custom endpoint it is *region*, or us-east-1 without a region.

    Raises:
        MissingRegionError: there is no region, and the options need one.
        ConfigError: the region is not a valid host label, the endpoint is not a plain URL, or a flag conflicts with the
            endpoint.

    """
    region, fips_region = _strip_fips(region)
    use_fips = use_fips or fips_region
    if region:
        _check_region(region)
    if endpoint is not None:
        return _custom_endpoint(endpoint, region, use_fips=use_fips, use_dualstack=use_dualstack)
    plain = not (use_fips or use_dualstack)
    if not region:
        region = _region_of_nowhere(has_global=use_global_endpoint and plain)
    if plain and (region == GLOBAL_REGION or (use_global_endpoint and region in LEGACY_GLOBAL_REGIONS)):
        return _endpoint(f"https://{GLOBAL_HOST}", GLOBAL_REGION)
    return _endpoint(f"https://{service_host('sts', region, use_fips=use_fips, use_dualstack=use_dualstack)}", region)


def partition_of(region: str) -> Partition:
    """Return the partition of *region*: by its pseudo region, then by the form of the name, otherwise `aws`."""
    if not isinstance(region, str):
        raise ConfigError(f"region is {region!r}; it must be the name of a region, such as 'eu-west-1'.")
    return next((one for one in PARTITIONS if one.has_region(region)), PARTITIONS[0])


def partition_of_host(host: str) -> Partition | None:
    """
    Return the partition that serves *host*, or None if the host is not one of AWS.

    Regular, FIPS, dual-stack and VPC endpoint hosts are recognized. If two partitions share a suffix, the region in the name
    decides.
    """
    host = host.lower().removesuffix(".")  # a complete name, to which no search domain is added
    labels = host.split(".")
    found = [one for one in PARTITIONS if f".{host}".endswith((f".{one.dns_suffix}", f".{one.dual_stack_dns_suffix}"))]
    return next((one for one in found if any(map(one.has_region, labels))), found[0] if found else None)


def region_of_sts_host(host: str) -> str | None:
    """
    Return the region whose requests *host*, an STS host of AWS, accepts. Return None for any other host.

    Regional, FIPS, dual-stack and VPC endpoint hosts contain the region. The region of the global host is us-east-1.
    """
    host = host.lower().removesuffix(".")
    if host == GLOBAL_HOST:
        return GLOBAL_REGION
    partition, labels = partition_of_host(host), host.split(".")
    for service, region in zip(labels, labels[1:]):  # noqa: B905, RUF007  # itertools takes time to load
        if service in ("sts", "sts-fips") and partition is not None and partition.has_region(region):
            return region
    return None


def host_of(url: str) -> str:
    """Return the host of *url*, without user, port and path."""
    authority = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    return authority[1:].partition("]")[0] if authority.startswith("[") else authority.partition(":")[0]


def service_host(service: str, region: str, *, use_fips: bool = False, use_dualstack: bool = False) -> str:
    """
    Return the host of *service* (`sts`, `oidc`, `portal.sso`, ...) in *region*, according to the rules common to these
    services.

    The regular endpoints of GovCloud are FIPS endpoints. Only its dual-stack FIPS endpoints have separate names.
    """
    partition = partition_of(region)
    plain_is_fips = partition.name == "aws-us-gov" and not use_dualstack
    name = f"{service}-fips" if use_fips and not plain_is_fips else service
    return f"{name}.{region}.{partition.dual_stack_dns_suffix if use_dualstack else partition.dns_suffix}"


def sts_hosts(region: str) -> frozenset[str]:
    """Return all STS hosts that accept requests signed for *region*: the hosts that a verifier may trust."""
    flags = [(fips, dualstack) for fips in (False, True) for dualstack in (False, True)]
    hosts = {service_host("sts", region, use_fips=fips, use_dualstack=dualstack) for fips, dualstack in flags}
    return frozenset(hosts | {GLOBAL_HOST}) if region == GLOBAL_SIGNING_REGION else frozenset(hosts)


def _endpoint(url: str, region: str) -> Endpoint:
    signing_region = GLOBAL_SIGNING_REGION if region == GLOBAL_REGION else region
    return Endpoint(url, signing_region, SIGNING_NAME, partition_of(region).name)


def _strip_fips(region: str | None) -> tuple[str | None, bool]:
    if not isinstance(region, str) or not (region.startswith("fips-") or region.endswith("-fips")):
        return region, False
    if region in {"fips-aws-global", "aws-fips"}:  # the two hosts without a region
        return GLOBAL_SIGNING_REGION, True
    return region.removeprefix("fips-").removesuffix("-fips"), True


def is_host_label(text: str) -> bool:
    """Return whether *text* can be a label of a host name: letters, digits and inner hyphens, at most 63."""
    return 0 < len(text) <= 63 and text.isascii() and text.replace("-", "0").isalnum() and text[0] != "-" != text[-1]


def _check_region(region: str) -> None:
    # The region becomes part of a host name: an invalid value could send credentials to a foreign host.
    if not isinstance(region, str) or not is_host_label(region):
        raise ConfigError(
            f"region={region!r} is not a valid host name component; it may have letters, digits and inner hyphens (at "
            "most 63), such as 'eu-west-1'"
        )


def _region_of_nowhere(*, has_global: bool) -> str:
    if has_global:
        return GLOBAL_REGION
    raise MissingRegionError(
        "No region was found. Give region= (such as 'eu-west-1') or set AWS_REGION. Only use_global_endpoint=True "
        "without FIPS and dual-stack, or a custom endpoint, works without a region"
    )


def _custom_endpoint(endpoint: str, region: str | None, *, use_fips: bool, use_dualstack: bool) -> Endpoint:
    if not isinstance(endpoint, str) or not _is_url(endpoint):
        raise ConfigError(
            f"endpoint={_without_secrets(endpoint)!r} cannot be used; it must have 'http://' or 'https://', a host, and "
            "optionally a port and a path, but no user name, query, fragment, space or control character"
        )
    if use_fips or use_dualstack:
        option = "use_fips_endpoint (or a fips- region)" if use_fips else "use_dualstack_endpoint"
        raise ConfigError(f"{option} selects one of AWS's own endpoints: leave it out, or leave out endpoint={endpoint!r}")
    scheme, _, rest = endpoint.partition("://")
    return _endpoint(f"{scheme.lower()}://{rest}", region_of_sts_host(host_of(endpoint)) or region or GLOBAL_REGION)


_HOST = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")
_ADDRESS = frozenset("0123456789abcdef:.")
_PATH = _HOST | frozenset("/~!$&'()*+,;=:@%")


def _is_url(text: str) -> bool:
    """Return whether *text* is scheme, host (or IPv6 address), and if needed port and path. Importing `re` would be slow."""
    scheme, _, rest = text.lower().partition("://")
    place, _, path = rest.partition("/")
    if place.startswith("["):
        host, bracket, port = place[1:].partition("]")
        allowed = _ADDRESS if bracket else frozenset[str]()
    else:
        host, colon, port = place.partition(":")
        port, allowed = colon + port, _HOST
    numbered = not port or (port[0] == ":" and len(port) <= 6 and port[1:].isdecimal() and int(port[1:]) <= 65535)
    fits = host != "" and allowed.issuperset(host) and _PATH.issuperset(path)
    return text.isascii() and scheme in ("http", "https") and fits and numbered


def _without_secrets(endpoint: object) -> object:
    # Users put passwords and tokens into user names and query strings.
    import re

    return re.sub(r"^.*@|[?#].*", "...", endpoint, flags=re.DOTALL) if isinstance(endpoint, str) else endpoint
