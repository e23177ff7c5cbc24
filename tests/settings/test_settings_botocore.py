"""
Settings compared with botocore: generated environments, files and options give the same, except for the listed deviations.

The environment and the two files are botocore's real inputs; what it made of them is read off a client and a presigned URL.
"""

from __future__ import annotations

import os
import re
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader
from botocore.session import Session
from hypothesis import given, settings
from hypothesis import strategies as st

from sts.errors import ConfigError
from sts.settings.profiles import load_profiles
from sts.settings.settings import endpoint_of, resolve_settings

LOADER = Loader()
FAILED = "an error"

Outcome = Any


def botocore_outcome(options: dict[str, Any], environ: dict[str, str]) -> Outcome:
    """Return what botocore makes of the same options, environment and files, in our words."""
    names = {"region": "region_name", "endpoint": "endpoint_url", "verify": "verify"}
    direct = {theirs: options[ours] for ours, theirs in names.items() if ours in options}
    nested = {
        name: options[name]
        for name in (
            "use_fips_endpoint",
            "use_dualstack_endpoint",
            "ignore_configured_endpoint_urls",
            "defaults_mode",
            "connect_timeout",
        )
        if name in options
    }
    retries = {
        theirs: options[ours]
        for ours, theirs in (("max_attempts", "total_max_attempts"), ("retry_mode", "mode"))
        if ours in options
    }
    with mock.patch.dict(os.environ, environ, clear=True):
        try:
            session = Session(profile=options.get("profile"))
            session.register_component("data_loader", LOADER)
            config = Config(**nested, **({"retries": retries} if retries else {})) if nested or retries else None
            client = session.create_client("sts", aws_access_key_id="a", aws_secret_access_key="b", config=config, **direct)
            url = urlsplit(client.generate_presigned_url("get_caller_identity"))
        except (BotoCoreError, ValueError) as error:
            return FAILED, error
    their = client.meta.config
    scope = parse_qs(url.query)["X-Amz-Credential"][0].split("/")
    return {
        "host": f"{url.scheme}://{url.netloc}",
        "signing_region": scope[2],
        "max_attempts": their.retries.get("total_max_attempts"),
        "retry_mode": their.retries["mode"],
        "verify": client._endpoint.http_session._verify,
        "user_agent_app_id": their.user_agent_appid,
        # 60 is botocore's default; a Config object without a mode hides what the environment's or profile's mode says.
        "connect_timeout": None if their.connect_timeout == 60 else their.connect_timeout,
    }


def our_outcome(options: dict[str, Any], environ: dict[str, str]) -> Outcome:
    """Return our values of the same settings. None where no source sets a value and the defaults differ deliberately."""
    try:
        found = resolve_settings(options, environ, lambda: load_profiles(environ))
        endpoint = endpoint_of(found)
    except ConfigError as error:
        return FAILED, error
    return {
        "host": endpoint.url.rstrip("/"),
        "signing_region": endpoint.signing_region,
        "max_attempts": None if found.sources["max_attempts"].startswith("default") else found.max_attempts,
        "retry_mode": None if found.sources["retry_mode"] == "default" else found.retry_mode,
        "verify": found.verify,
        "user_agent_app_id": found.user_agent_app_id,
        "connect_timeout": None if found.sources["connect_timeout"] == "default" else found.connect_timeout,
    }


REGIONS = st.sampled_from(
    [
        "us-east-1",
        "eu-west-1",
        "eu-south-1",
        "us-gov-west-1",
        "cn-north-1",
        "eusc-de-east-1",
        "us-iso-east-1",
        "ap-new-1",
    ]
)
URLS = st.sampled_from(["http://localhost:4566", "https://sts.example.test", "https://vpce-1.sts.eu-west-1.example.com"])
TRUTH = st.sampled_from(["true", "false", "True", "FALSE"])
VARIABLES = {
    "AWS_PROFILE": st.sampled_from(["default", "dev", "ops"]),
    "AWS_DEFAULT_REGION": REGIONS,
    "AWS_ENDPOINT_URL_STS": URLS,
    "AWS_ENDPOINT_URL": URLS,
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": TRUTH,
    "AWS_USE_FIPS_ENDPOINT": TRUTH,
    "AWS_USE_DUALSTACK_ENDPOINT": TRUTH,
    "AWS_STS_REGIONAL_ENDPOINTS": st.sampled_from(["regional", "legacy"]),
    "AWS_MAX_ATTEMPTS": st.sampled_from(["1", "2", "7"]),
    "AWS_RETRY_MODE": st.sampled_from(["standard", "adaptive", "legacy"]),
    "AWS_CA_BUNDLE": st.sampled_from(["/a.pem", "/b.pem"]),
    "REQUESTS_CA_BUNDLE": st.just("/r.pem"),
    "AWS_SDK_UA_APP_ID": st.just("app"),
    "AWS_DEFAULTS_MODE": st.sampled_from(["legacy", "standard", "in-region", "cross-region", "mobile"]),
}
KEYS = {
    "region": REGIONS,
    "endpoint_url": URLS,
    "services": st.sampled_from(["local", "others"]),
    "ignore_configured_endpoint_urls": TRUTH,
    "use_fips_endpoint": TRUTH,
    "use_dualstack_endpoint": TRUTH,
    "sts_regional_endpoints": st.sampled_from(["regional", "legacy"]),
    "max_attempts": st.sampled_from(["3", "8"]),
    "retry_mode": st.sampled_from(["standard", "adaptive", "legacy"]),
    "ca_bundle": st.just("/p.pem"),
    "sdk_ua_app_id": st.just("profile-app"),
    "defaults_mode": st.sampled_from(["standard", "mobile"]),
}
OPTIONS = {
    "profile": st.sampled_from(["default", "dev", "ops"]),
    "region": REGIONS,
    "endpoint": URLS,
    "use_fips_endpoint": st.booleans(),
    "use_dualstack_endpoint": st.booleans(),
    "ignore_configured_endpoint_urls": st.booleans(),
    "max_attempts": st.sampled_from([1, 5]),
    "retry_mode": st.sampled_from(["standard", "adaptive", "legacy"]),
    "verify": st.sampled_from([False, True, "/o.pem"]),
    "connect_timeout": st.just(9.0),
}
SERVICES = (
    "[services local]\nsts =\n  endpoint_url = http://service.test\n[services others]\ns3 =\n  endpoint_url = http://s3.test\n"
)


def some(table: dict[str, st.SearchStrategy], most: int) -> st.SearchStrategy[dict]:
    """Draw up to *most* entries of a table of strategies."""
    return st.lists(st.sampled_from(sorted(table)), unique=True, max_size=most).flatmap(
        lambda names: st.fixed_dictionaries({name: table[name] for name in names})
    )


def as_file(sections: dict[str, dict[str, str]], prefix: str) -> str:
    lines = []
    for name, section in sections.items():
        lines.append(f"[{name}]" if name == "default" else f"[{prefix}{name}]")
        lines += [f"{key} = {value}" for key, value in section.items()]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    (folder / ".aws").mkdir()
    return folder


def both(home, options, variables, config, credentials) -> tuple[Outcome, Outcome]:
    (home / ".aws" / "config").write_text(config)
    (home / ".aws" / "credentials").write_text(credentials)
    environ = {"HOME": str(home), **variables}
    return our_outcome(options, environ), botocore_outcome(options, environ)


# Every profile has a region: without any the two differ by design, see below.
SECTIONS = st.builds(lambda section, region: {"region": region, **section}, some(KEYS, 4), REGIONS)
PROFILES = st.fixed_dictionaries(dict.fromkeys(("default", "dev", "ops"), SECTIONS))


@given(some(OPTIONS, 4), some(VARIABLES, 5), PROFILES, st.dictionaries(st.sampled_from(["default", "dev"]), some(KEYS, 2)))
@settings(max_examples=150, deadline=None)
def test_generated_configurations_resolve_as_botocore_resolves_them(home, options, variables, config, credentials):
    """Region, endpoint, retries, CA bundle, application id and connect timeout are botocore's for the same inputs."""
    ours, theirs = both(home, options, variables, as_file(config, "profile ") + SERVICES, as_file(credentials, ""))
    if isinstance(ours, tuple) and re.search(r"endpoint: .*; use_(fips|dualstack)_endpoint: ", str(ours[1])):
        return  # deviation: these do not go together
    assert not isinstance(ours, tuple), theirs
    assert not isinstance(theirs, tuple), ours
    if theirs["connect_timeout"] is None:
        ours["connect_timeout"] = None  # deviation: listed below
    assert {name: value for name, value in ours.items() if value is not None} == {
        name: value for name, value in theirs.items() if ours[name] is not None
    }


@pytest.mark.parametrize("region", ["fips-us-east-2", "us-east-2-fips", "aws-global"])
def test_pseudo_regions_mean_the_same(region, home):
    """`fips-REGION` is REGION with FIPS, `aws-global` the global endpoint, as for botocore."""
    ours, theirs = both(home, {"region": region}, {}, "", "")
    assert (ours["host"], ours["signing_region"]) == (theirs["host"], theirs["signing_region"])


CONFIG = "[default]\nregion = eu-west-1\n[profile a]\nregion = eu-west-2\n[profile b]\nregion = eu-west-3\n"
DEVIATIONS = [
    # options, variables, config, what is looked at, ours, botocore's, why
    ({}, {"AWS_REGION": "eu-south-1"}, CONFIG, "signing_region", "eu-south-1", "eu-west-1", "all other SDKs read AWS_REGION"),
    ({}, {"AWS_REGION": "a", "AWS_DEFAULT_REGION": "b"}, "", "signing_region", "a", "b", "AWS_REGION is read first"),
    ({}, {}, "", "host", FAILED, "https://sts.amazonaws.com", "no region is an error that says so, not a far endpoint"),
    ({}, {"AWS_ENDPOINT_URL": "http://h"}, "", "signing_region", "us-east-1", FAILED, "custom endpoints work without a region"),
    ({"region": "aws-global", "endpoint": "http://h"}, {}, "", "signing_region", "us-east-1", "aws-global", "a real region"),
    ({}, {"AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"}, CONFIG, "signing_region", "eu-west-2", "eu-west-3", "as other SDKs"),
    ({"profile": "default", "region": "a"}, {}, "", "signing_region", "a", FAILED, "the default profile needs no file"),
    ({}, {"AWS_PROFILE": ""}, CONFIG, "signing_region", "eu-west-1", FAILED, "an empty variable is not set"),
    ({}, {"AWS_CA_BUNDLE": "", "REQUESTS_CA_BUNDLE": "/r"}, CONFIG, "verify", "/r", FAILED, "an empty variable is not set"),
    ({}, {"AWS_USE_FIPS_ENDPOINT": "yes"}, CONFIG, "signing_region", FAILED, "eu-west-1", "a wrong boolean is an error"),
    ({}, {"AWS_STS_REGIONAL_ENDPOINTS": "LEGACY"}, CONFIG, "signing_region", "us-east-1", FAILED, "v2 ignores case"),
    ({}, {"AWS_RETRY_MODE": "STANDARD"}, CONFIG, "retry_mode", "standard", FAILED, "case says nothing"),
    ({"max_attempts": 2}, {"AWS_DEFAULTS_MODE": "mobile"}, CONFIG, "connect_timeout", 30.0, None, "any Config hides theirs"),
    ({"region": "fips-a", "endpoint": "http://h"}, {}, "", "host", FAILED, "http://h", "FIPS asked for is not dropped"),
    ({"use_fips_endpoint": True, "region": "a"}, {"AWS_ENDPOINT_URL": "http://h"}, "", "host", FAILED, "http://h", "the same"),
    ({"use_dualstack_endpoint": True, "region": "a", "endpoint": "http://h"}, {}, "", "host", FAILED, "http://h", "the same"),
]


@pytest.mark.parametrize(("options", "variables", "config", "name", "ours", "theirs", "reason"), DEVIATIONS)
def test_deviation_from_botocore(options, variables, config, name, ours, theirs, reason, home):
    """Each known difference is deliberate: the contract or another SDK differs from botocore."""
    found = [FAILED if isinstance(outcome, tuple) else outcome[name] for outcome in both(home, options, variables, config, "")]
    assert found == [ours, theirs], reason


def test_the_retry_defaults_do_not_depend_on_botocores(home):
    """Standard retries with three attempts, as in all newer SDKs. Until 1.44 botocore's default was legacy mode with five."""
    found = resolve_settings({"region": "eu-west-1"}, {"HOME": str(home)}, lambda: load_profiles({"HOME": "/nowhere"}))
    assert (found.retry_mode, found.max_attempts) == ("standard", 3)
    assert botocore_outcome({"region": "eu-west-1"}, {"HOME": "/nowhere"})["retry_mode"] in {"legacy", "standard"}
