"""Endpoints: the published rule set, run by botocore's engine, is the oracle; then what the rules leave open."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError
from botocore.loaders import Loader
from hypothesis import given, settings
from hypothesis import strategies as st

from sts import STS, Credentials, endpoints
from sts.credentials.exchange.service_urls import aws_url
from sts.credentials.providers.login import sign_in_url
from sts.endpoints import (
    LEGACY_GLOBAL_REGIONS,
    PARTITIONS,
    Endpoint,
    Partition,
    host_of,
    partition_of,
    partition_of_host,
    region_of_sts_host,
    resolve_endpoint,
    service_host,
    sts_hosts,
)
from sts.errors import ConfigError, MissingRegionError, ParamValidationError
from sts.http import HttpResponse
from sts.tokens import console_url
from sts.tokens.presigned import RejectedTokenError, check_host
from tests.support.fakes import FakeHandler

DATA = Path(__file__).parent / "data" / "endpoint-rules-sts"
PUBLISHED: dict[str, Any] = json.loads((DATA / "partitions.json").read_text("utf-8"))
RULES = EndpointProvider(json.loads((DATA / "endpoint-rule-set-1.json").read_text("utf-8")), PUBLISHED)

REGIONS = [(partition["id"], region) for partition in PUBLISHED["partitions"] for region in partition["regions"]]
FLAGS = [
    dict(zip(("use_fips", "use_dualstack", "use_global_endpoint"), on, strict=True)) for on in product([False, True], repeat=3)
]
NO_FLAGS = FLAGS[0]


def by_the_rules(region: str | None, endpoint: str | None = None, **flags: bool) -> tuple[str, str]:
    """Return URL and signing region as the rule set gives them; the client's region signs where it gives none."""
    given = {"Region": region, "Endpoint": endpoint}
    on = {
        "UseFIPS": flags["use_fips"],
        "UseDualStack": flags["use_dualstack"],
        "UseGlobalEndpoint": flags["use_global_endpoint"],
    }
    resolved = RULES.resolve_endpoint(**{name: value for name, value in given.items() if value is not None}, **on)
    schemes = resolved.properties.get("authSchemes", [{}])
    return resolved.url, schemes[0].get("signingRegion", region or "us-east-1")


def ours(region: str | None, **options: Any) -> tuple[str, str]:
    return resolve_endpoint(region, **options)[:2]


def test_the_published_partitions_are_ours() -> None:
    """The table has every partition, with its suffixes and regions; all of them have FIPS and dual-stack endpoints."""
    published = [
        {**entry["outputs"], "regionRegex": entry["regionRegex"].replace("\\-", "-").replace("(de)", "de")}
        for entry in PUBLISHED["partitions"]
    ]
    table = [
        {
            "name": row.name,
            "dnsSuffix": row.dns_suffix,
            "dualStackDnsSuffix": row.dual_stack_dns_suffix,
            "implicitGlobalRegion": row.implicit_global_region,
            "supportsFIPS": True,
            "supportsDualStack": True,
            "regionRegex": rf"^({row.region_prefix})-\w+-\d+$"
            if "|" in row.region_prefix
            else rf"^{row.region_prefix}-\w+-\d+$",
        }
        for row in PARTITIONS
    ]

    assert table == published


@pytest.mark.parametrize("flags", FLAGS, ids=lambda flags: "+".join(name for name, on in flags.items() if on) or "plain")
@pytest.mark.parametrize(("partition", "region"), REGIONS)
def test_every_region_with_every_flag(partition: str, region: str, flags: dict[str, bool]) -> None:
    """Each published region resolves as the rule set says, whatever the flags."""
    url, signing_region = by_the_rules(region, **flags)
    if region == "aws-global":
        signing_region = "us-east-1"  # nothing can be signed for the pseudo region; the rules say so for one host only

    assert resolve_endpoint(region, **flags) == Endpoint(url, signing_region, "sts", partition)


@given(
    st.from_regex(r"([a-z]{2,5}-)?(iso[bef]?-|gov-|de-)?[a-z]{1,9}(-[0-9]{1,2})?", fullmatch=True)
    .filter(lambda region: not region.endswith("-fips") and not region.startswith("fips-"))
    .filter(lambda region: region not in {"aws-global", "aws-eusc-global"}),
    st.sampled_from(FLAGS),
)
@settings(max_examples=300, deadline=None)
def test_unknown_regions_go_by_their_looks(region: str, flags: dict[str, bool]) -> None:
    """A region nobody has heard of resolves as the rule set would: by pattern, else in partition `aws`."""
    assert ours(region, **flags) == by_the_rules(region, **flags)


@pytest.mark.parametrize(
    "endpoint", ["http://localhost:4566", "https://[::1]:8443/sts/", "https://sts.eu-west-1.example.com", "https://sts.local"]
)
@pytest.mark.parametrize("region", [None, "eu-west-1", "cn-north-1"])
@pytest.mark.parametrize("use_global_endpoint", [False, True])
def test_a_custom_endpoint_is_taken_as_it_is(region: str | None, endpoint: str, use_global_endpoint: bool) -> None:
    """Path and port stay; it is signed for the region, or us-east-1; the global endpoint is out of the question."""
    flags = {**NO_FLAGS, "use_global_endpoint": use_global_endpoint}

    assert ours(region, endpoint=endpoint, **flags) == by_the_rules(region, endpoint, **flags)


AWS_HOSTS = [
    (host, region)
    for region in (
        "eu-west-1",
        "us-gov-west-1",
        "cn-north-1",
        "eusc-de-east-1",
        "us-iso-east-1",
        "us-isob-east-1",
        "us-isof-south-1",
    )
    for host in [*sts_hosts(region), service_host("vpce-0a1-b2c.sts", region).replace(f".{region}.", f".{region}.vpce.")]
    if host != "sts.amazonaws.com"
]


@pytest.mark.parametrize(
    ("host", "region"),
    [
        *AWS_HOSTS,
        ("sts.amazonaws.com", "us-east-1"),
        ("sts.amazonaws.com.", "us-east-1"),
        ("STS.EU-West-1.AmazonAWS.com", "eu-west-1"),
        *((f"{host}.", region) for host, region in AWS_HOSTS),
    ],
)
@pytest.mark.parametrize("given_region", [None, "", "us-west-2", "eu-central-1"])
def test_an_endpoint_of_aws_is_signed_for_its_own_region(host: str, region: str, given_region: str | None) -> None:
    """
    A host of AWS's takes no signature for another region; every partition, FIPS, dual-stack and VPC form counts.

    NangoHQ/nango#6048, cloud-custodian/cloud-custodian#4900, hashicorp/terraform-provider-aws#34865; aws/aws-sdk-go#1380 asks for the
    dot that ends a complete name.
    """
    found = resolve_endpoint(given_region, endpoint=f"https://{host}:443/path")
    assert (found.signing_region, found.url) == (region, f"https://{host}:443/path")
    assert found.partition == partition_of(region).name


@pytest.mark.parametrize(
    "host",
    [
        "sts.eu-west-1.amazonaws.com.example.com",
        "s3.eu-west-1.amazonaws.com",
        "eu-west-1.sts.local",
        "localhost",
        "sts.eu-west-1",
    ],
)
def test_other_hosts_are_signed_for_the_region_that_was_given(host: str) -> None:
    """A name that only looks like one of STS's is somebody else's."""
    assert region_of_sts_host(host) is None
    assert resolve_endpoint("us-west-2", endpoint=f"https://{host}").signing_region == "us-west-2"


@pytest.mark.parametrize(("flag", "name"), [("use_fips", "use_fips_endpoint"), ("use_dualstack", "use_dualstack_endpoint")])
def test_a_custom_endpoint_has_no_variants(flag: str, name: str) -> None:
    """FIPS and dual-stack choose among AWS's endpoints; the rule set refuses them as well."""
    with pytest.raises(EndpointProviderError):
        by_the_rules("eu-west-1", "http://localhost", **{**NO_FLAGS, flag: True})
    with pytest.raises(ConfigError, match=name):
        resolve_endpoint("eu-west-1", endpoint="http://localhost", **{flag: True})
    with pytest.raises(ConfigError, match="fips"):
        resolve_endpoint("fips-us-east-1", endpoint="http://localhost")


@pytest.mark.parametrize("region", [None, ""])
@pytest.mark.parametrize("flags", [flags for flags in FLAGS if flags != {**NO_FLAGS, "use_global_endpoint": True}], ids=str)
def test_a_region_is_needed(region: str | None, flags: dict[str, bool]) -> None:
    """Without a region only the plain global endpoint can be meant."""
    with pytest.raises(MissingRegionError, match="AWS_REGION"):
        resolve_endpoint(region, **flags)


def test_the_global_endpoint_needs_no_region() -> None:
    """It is signed for us-east-1."""
    expected = Endpoint("https://sts.amazonaws.com", "us-east-1", "sts", "aws")

    assert resolve_endpoint(None, use_global_endpoint=True) == expected
    assert {resolve_endpoint(region, use_global_endpoint=True) for region in LEGACY_GLOBAL_REGIONS} == {expected}


def test_regions_outside_the_legacy_set_stay_regional() -> None:
    """The global endpoint's tokens are not valid in regions that have to be enabled, so it does not serve them."""
    assert ours("ap-southeast-7", use_global_endpoint=True) == ("https://sts.ap-southeast-7.amazonaws.com", "ap-southeast-7")


@pytest.mark.parametrize(
    ("pseudo", "region"),
    [
        ("fips-us-east-1", "us-east-1"),
        ("us-west-2-fips", "us-west-2"),
        ("fips-us-gov-west-1", "us-gov-west-1"),
        ("fips-aws-global", "us-east-1"),
        ("aws-fips", "us-east-1"),
    ],
)
def test_fips_pseudo_regions(pseudo: str, region: str) -> None:
    """`fips-` and `-fips` are switches written into the region's name."""
    assert resolve_endpoint(pseudo) == resolve_endpoint(region, use_fips=True)
    assert resolve_endpoint(pseudo).signing_region == region


@pytest.mark.parametrize(
    "region",
    [
        "evil.com/",
        "evil.com",
        "us-east-1#",
        "a b",
        " us-east-1",
        "us-east-1\n",
        "-a",
        "a-",
        "a" * 64,
        "ü",
        "*",
        "@",
        "fips--a",
        5,
        ["a"],
    ],
    ids=repr,
)
def test_a_region_has_to_be_a_host_label(region: Any) -> None:
    """Anything else could make up another host; the error shows what was given."""
    with pytest.raises(ConfigError, match="region="):
        resolve_endpoint(region)
    with pytest.raises(ConfigError, match="region="):
        resolve_endpoint(region, endpoint="http://localhost")


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "localhost:4566",
        "ftp://host",
        "http://",
        "http:///path",
        "http://host:port",
        "http://host:65536",
        "http://host:",
        "http://host?a=b",
        "http://host/#fragment",
        "http://host/\r\nx: y",
        "http://host\n",
        "http://ho st",
        "http://host/a b",
        "http://[::1",
        "http://::1",
        "http://hóst",
        "http://host\\@evil.com",
        5,
    ],
    ids=repr,
)
def test_an_endpoint_has_to_be_a_plain_url(endpoint: Any) -> None:
    """The error says what an endpoint consists of."""
    with pytest.raises(ConfigError, match="a host, and optionally a port and a path"):
        resolve_endpoint("us-east-1", endpoint=endpoint)


@pytest.mark.parametrize(
    "endpoint",
    ["https://user:hunter2@host/", "https://host/?token=hunter2", "https://u:hunter2/@host", "https://u:hun\nter2@host?a"],
)
def test_secrets_in_an_endpoint_are_not_shown(endpoint: str) -> None:
    """User names and queries are refused without repeating them."""
    with pytest.raises(ConfigError) as caught:
        resolve_endpoint("us-east-1", endpoint=endpoint)
    assert not re.search("hun|ter2", str(caught.value))


@pytest.mark.parametrize("endpoint", ["HTTP://LOCALHOST:80/", "https://local_stack.test/a/b%20c;d=e", "http://127.0.0.1:65535"])
def test_endpoints_that_are_fine(endpoint: str) -> None:
    """Whatever a plain URL may have stays as it was given; only the scheme is written small, as handlers look for it."""
    scheme, _, rest = endpoint.partition("://")
    assert resolve_endpoint("us-east-1", endpoint=endpoint).url == f"{scheme.lower()}://{rest}"


@pytest.mark.parametrize(("partition", "region"), REGIONS)
def test_the_partition_of_a_region(partition: str, region: str) -> None:
    """Every published region, pseudo regions included, knows its partition."""
    assert partition_of(region).name == partition


def test_the_hosts_a_verifier_may_trust() -> None:
    """A region's hosts are those of its endpoints; the global host signs for us-east-1 only."""
    regional = {f"sts{fips}.us-east-1.{suffix}" for fips in ("", "-fips") for suffix in ("amazonaws.com", "api.aws")}

    assert sts_hosts("us-east-1") == regional | {"sts.amazonaws.com"}
    assert sts_hosts("us-gov-west-1") == {
        "sts.us-gov-west-1.amazonaws.com",
        "sts.us-gov-west-1.api.aws",
        "sts-fips.us-gov-west-1.api.aws",
    }
    for region, flags in product(["eu-west-1", "cn-north-1", "us-iso-east-1"], FLAGS[:6]):
        resolved = resolve_endpoint(region, **{**flags, "use_global_endpoint": False})
        assert resolved.url.removeprefix("https://") in sts_hosts(region)


def test_a_partition_is_asked_for_with_a_region() -> None:
    """What is no text is named."""
    with pytest.raises(ConfigError, match="region is None"):
        partition_of(None)  # type: ignore[arg-type]


@pytest.mark.parametrize(("partition", "region"), REGIONS)
@pytest.mark.parametrize("flags", FLAGS[::2], ids=str)
def test_the_partition_of_a_host(partition: str, region: str, flags: dict[str, bool]) -> None:
    """Each host that the rules give, in any case of letters, belongs to the partition of its region."""
    url = by_the_rules(region, **flags)[0]
    found = partition_of_host(host_of(url).upper())

    assert found is not None
    assert found.name == partition


@pytest.mark.parametrize(
    ("host", "partition"),
    [
        ("sts.amazonaws.com", "aws"),
        ("vpce-0a1b-2c3d.sts.eu-west-1.vpce.amazonaws.com", "aws"),
        ("vpce-0a1b-2c3d.sts.us-gov-west-1.vpce.amazonaws.com", "aws-us-gov"),
        ("vpce-0a1b-2c3d.sts.cn-north-1.vpce.amazonaws.com.cn", "aws-cn"),
        ("localhost", None),
        ("sts.amazonaws.com.example", None),
        ("evilamazonaws.com", None),
        ("", None),
    ],
)
def test_hosts_beside_the_rules(host: str, partition: str | None) -> None:
    """VPC endpoints are AWS, names that only look similar are not."""
    found = partition_of_host(host)
    assert (found and found.name) == partition


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://sts.amazonaws.com", "sts.amazonaws.com"),
        ("https://user:p@h.test:8443/a@b", "h.test"),
        ("http://[::1]:80/", "::1"),
    ],
)
def test_the_host_of_a_url(url: str, host: str) -> None:
    """User, port and path are not part of it."""
    assert host_of(url) == host


MOON = Partition("aws-moon", "amazonaws.moon", "api.moon", "moon-sea-1", "moon", "signin-aws.moon", "moon-sea-1")


def test_a_new_partition_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """A made-up row arrives in endpoints, host checks, sign-in, Identity Center, console, chaining guard and verifiers."""
    monkeypatch.setattr(endpoints, "PARTITIONS", (*PARTITIONS, MOON))

    assert resolve_endpoint("moon-sea-1") == ("https://sts.moon-sea-1.amazonaws.moon", "moon-sea-1", "sts", "aws-moon")
    hosts = [
        host_of(resolve_endpoint("moon-sea-1", use_fips=on, use_dualstack=two).url) for on, two in product([0, 1], repeat=2)
    ]
    assert hosts == [
        "sts.moon-sea-1.amazonaws.moon",
        "sts.moon-sea-1.api.moon",
        "sts-fips.moon-sea-1.amazonaws.moon",
        "sts-fips.moon-sea-1.api.moon",
    ]
    assert sts_hosts("moon-sea-1") == set(hosts)
    for host in (*hosts, "vpce-1.sts.moon-sea-1.vpce.amazonaws.moon"):
        assert partition_of_host(host) == MOON
        check_chaining_guard(host)
    check_host(hosts[3], "moon-sea-1", "aws-moon")
    with pytest.raises(RejectedTokenError, match="not a region of the partition aws-moon"):
        check_host(hosts[3], "us-east-1", "aws-moon")
    assert sign_in_url("moon-sea-2", {}) == "https://moon-sea-2.signin.signin-aws.moon"
    assert aws_url("oidc", "moon-sea-1") == "https://oidc.moon-sea-1.amazonaws.moon"
    handler = FakeHandler(HttpResponse(200, {}, b'{"SigninToken": "t"}'))
    session = Credentials("ASIAEXAMPLE", "secret", "token", source="assume-role")
    link = console_url(region="moon-sea-2", credentials=session, handler=handler)
    assert link.startswith("https://moon-sea-2.signin.signin-aws.moon/federation?")
    assert "moon-sea-2.console.signin-aws.moon" in link


def check_chaining_guard(host: str) -> None:
    """Assert that a client of *host* refuses a chained session of two hours before it sends anything."""
    handler = FakeHandler(HttpResponse(200, {}, b""))
    session = Credentials("ASIAEXAMPLE", "secret", "token", source="assume-role")
    client = STS(region="moon-sea-1", endpoint=f"https://{host}:443/", credentials=session, request_handler=handler)
    with pytest.raises(ParamValidationError, match="chained session"):
        client.assume_role(RoleArn="arn:aws-moon:iam::123456789012:role/r", RoleSessionName="ci", DurationSeconds=7200)
    assert not handler.requests


SIGN_IN = EndpointProvider(Loader().load_service_model("signin", "endpoint-rule-set-1"), PUBLISHED)


@pytest.mark.parametrize("region", [row.implicit_global_region for row in PARTITIONS])
def test_the_sign_in_host_is_that_of_the_published_rules(region: str) -> None:
    """Every partition has its own."""
    assert sign_in_url(region, {}) == SIGN_IN.resolve_endpoint(Region=region, UseFIPS=False, UseDualStack=False).url
