"""
Endpoint resolution: which host serves a region, and the region its requests are signed for.

The rules are those of the `sts` endpoint rule set that every AWS SDK ships; the tests hold this module against it.
"""

from __future__ import annotations

import re

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
"""The regions that the global endpoint stands in for; it never serves the others, which an account has to enable first."""


class Partition(Record):
    """
    One AWS partition: the only place that names its hosts.

    Attributes:
        name: as in ARNs ("aws-cn").
        dns_suffix: of ordinary hosts, FIPS hosts and VPC endpoints ("amazonaws.com.cn").
        dual_stack_dns_suffix: of hosts that also speak IPv6.
        implicit_global_region: region that global services are signed for.
        region_prefix: how the names of its regions begin, as a pattern.
        sign_in_suffix: of the hosts of browser sign-in (`signin.<suffix>`) and of the console (`console.<suffix>`).
        console_region: region whose sign-in and console hosts carry no region; "" if all do, None without a public console.

    """

    name: str
    dns_suffix: str
    dual_stack_dns_suffix: str
    implicit_global_region: str
    region_prefix: str
    sign_in_suffix: str
    console_region: str | None = None

    def has_region(self, name: str) -> bool:
        """Return whether *name* looks like a region of this partition, or is its pseudo region."""
        pattern = rf"({self.region_prefix})-\w+-\d+"
        return name == f"{self.name}-global" or re.fullmatch(pattern, name, re.ASCII) is not None

    @property
    def host_suffixes(self) -> tuple[str, ...]:
        """What the names of its services' hosts end with; the dot before it included."""
        return f".{self.dns_suffix}", f".{self.dual_stack_dns_suffix}"


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
    """Hold where requests go, what they are signed for, and the name of the partition."""

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

    `fips-REGION` and `REGION-fips` mean REGION with *use_fips*; *use_dualstack* takes the host that speaks IPv6 too,
    *use_global_endpoint* sts.amazonaws.com for the regions it stands in for. That one needs no region. Unknown regions belong
    to the partition whose regions look alike, else to `aws`.

    A custom endpoint on one of AWS's own STS hosts is signed for the region of its host, because it refuses every other; any
    other custom endpoint for *region*, or for us-east-1 without one.

    Raises:
        MissingRegionError: neither a region nor anything that does without.
        ConfigError: the region is no host label, the endpoint no plain URL, or a flag does not go with the endpoint.

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
    """Return the partition *region* belongs to: by its pseudo region, else by the look of the name, else `aws`."""
    if not isinstance(region, str):
        raise ConfigError(f"region is {region!r}; it must be the name of a region, such as 'eu-west-1'.")
    for partition in PARTITIONS:
        if partition.has_region(region):
            return partition
    return PARTITIONS[0]


def partition_of_host(host: str) -> Partition | None:
    """
    Return the partition that serves *host*, or None if the host is not one of AWS.

    Ordinary, FIPS, dual-stack and VPC endpoint hosts count. If two partitions share a suffix, the region in the name decides.
    """
    labels = host.lower().split(".")
    found = [one for one in PARTITIONS if f".{host.lower()}".endswith(one.host_suffixes)]
    for partition in found:
        if any(map(partition.has_region, labels)):
            return partition
    return found[0] if found else None


def region_of_sts_host(host: str) -> str | None:
    """
    Return the region that *host*, one of AWS's own for STS, takes requests for; None for any other host.

    Regional, FIPS, dual-stack and VPC endpoint hosts have it in their name; the global one stands for us-east-1.
    """
    if host.lower() == GLOBAL_HOST:
        return GLOBAL_REGION
    partition, labels = partition_of_host(host), host.lower().split(".")
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
    Return the host of *service* (`sts`, `oidc`, `portal.sso`, ...) in *region*, by the rules that these services share.

    GovCloud's ordinary endpoints are FIPS endpoints; only its dual-stack ones have a name of their own for that.
    """
    partition = partition_of(region)
    plain_is_fips = partition.name == "aws-us-gov" and not use_dualstack
    name = f"{service}-fips" if use_fips and not plain_is_fips else service
    return f"{name}.{region}.{partition.dual_stack_dns_suffix if use_dualstack else partition.dns_suffix}"


def sts_hosts(region: str) -> frozenset[str]:
    """Return every host of STS that takes requests signed for *region*: what a verifier may trust."""
    flags = [(fips, dualstack) for fips in (False, True) for dualstack in (False, True)]
    hosts = {service_host("sts", region, use_fips=fips, use_dualstack=dualstack) for fips, dualstack in flags}
    return frozenset(hosts | {GLOBAL_HOST}) if region == GLOBAL_SIGNING_REGION else frozenset(hosts)


def _endpoint(url: str, region: str) -> Endpoint:
    signing_region = GLOBAL_SIGNING_REGION if region == GLOBAL_REGION else region
    return Endpoint(url, signing_region, SIGNING_NAME, partition_of(region).name)


def _strip_fips(region: str | None) -> tuple[str | None, bool]:
    if not isinstance(region, str) or not (region.startswith("fips-") or region.endswith("-fips")):
        return region, False
    if region in {"fips-aws-global", "aws-fips"}:  # the two that name no region
        return GLOBAL_SIGNING_REGION, True
    return region.removeprefix("fips-").removesuffix("-fips"), True


def _check_region(region: str) -> None:
    # The region becomes part of a host name: anything but a label could send credentials to somebody else's host.
    if not isinstance(region, str) or not re.fullmatch(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)", region):
        raise ConfigError(
            f"region={region!r} is not a valid host name component: "
            "give letters, digits and inner hyphens (at most 63), such as 'eu-west-1'"
        )


def _region_of_nowhere(*, has_global: bool) -> str:
    if has_global:
        return GLOBAL_REGION
    raise MissingRegionError(
        "No region: give region='eu-west-1' (say), or set AWS_REGION; only use_global_endpoint=True without FIPS and "
        "dual-stack, or a custom endpoint, needs none"
    )


def _custom_endpoint(endpoint: str, region: str | None, *, use_fips: bool, use_dualstack: bool) -> Endpoint:
    _check_url(endpoint)
    if use_fips or use_dualstack:
        option = "use_fips_endpoint (or a fips- region)" if use_fips else "use_dualstack_endpoint"
        raise ConfigError(f"{option} chooses among AWS's own endpoints: leave it out, or leave out endpoint={endpoint!r}")
    scheme, _, rest = endpoint.partition("://")
    return _endpoint(f"{scheme.lower()}://{rest}", region_of_sts_host(host_of(endpoint)) or region or GLOBAL_REGION)


_URL = (
    r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])"  # scheme, host or IPv6 address
    r"(?::([0-9]{1,5}))?"
    r"(?:/[a-z0-9._~!$&'()*+,;=:@%/-]*)?"
)


def _check_url(endpoint: str) -> None:
    match = re.fullmatch(_URL, endpoint, re.IGNORECASE | re.ASCII) if isinstance(endpoint, str) else None
    if match is None or not int(match[1] or 1) <= 65535:
        raise ConfigError(
            f"endpoint={_without_secrets(endpoint)!r} cannot be used: give 'http://' or 'https://', a host, and if needed "
            "a port and a path, but no user name, query, fragment, space or control character"
        )


def _without_secrets(endpoint: object) -> object:
    # User names and query strings are where people put passwords and tokens.
    return re.sub(r"^.*@|[?#].*", "...", endpoint, flags=re.DOTALL) if isinstance(endpoint, str) else endpoint
