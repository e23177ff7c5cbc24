"""The choice between SigV4 and SigV4a."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from sts.pipeline.schemes import region_set_of
from sts.settings.profiles import load_profiles
from sts.settings.settings import endpoint_of, resolve_settings

OWN = {"endpoint": "http://localhost:4566"}


@pytest.mark.parametrize(
    ("options", "variables", "regions", "logged"),
    [
        ({"auth_scheme_preference": "sigv4a"}, {}, ("us-east-1",), False),
        ({"auth_scheme_preference": ["aws.auth#sigv4a", "noAuth"]}, {}, ("us-east-1",), False),
        ({}, {"AWS_AUTH_SCHEME_PREFERENCE": "SigV4a"}, ("us-east-1",), False),
        ({"auth_scheme_preference": "sigv4a", "sigv4a_signing_region_set": "*"}, {}, ("*",), False),
        ({"auth_scheme_preference": "x,sigv4a"}, {"AWS_SIGV4A_SIGNING_REGION_SET": "a,b"}, ("a", "b"), False),
        ({"auth_scheme_preference": "sigv4a,sigv4"}, {}, (), True),
        ({"auth_scheme_preference": "sigv4a,sigv4", **OWN}, {}, ("us-east-1",), False),
        ({"auth_scheme_preference": "sigv4,sigv4a"}, {}, (), True),
        ({"auth_scheme_preference": "sigv4,sigv4a", **OWN}, {}, (), True),
        ({}, {"AWS_SIGV4A_SIGNING_REGION_SET": "*"}, (), True),
        ({"auth_scheme_preference": "sigv4", "sigv4a_signing_region_set": ["a", "b"]}, {}, (), True),
        ({"auth_scheme_preference": "sigv4"}, {}, (), False),
        ({}, {"AWS_AUTH_SCHEME_PREFERENCE": "httpBearerAuth"}, (), False),
    ],
)
def test_the_first_known_scheme_is_used(
    options: dict[str, Any], variables: dict[str, str], regions: tuple[str, ...], logged: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """On AWS, whose STS supports only SigV4, SigV4 is used if it is allowed. A debug line says so."""
    settings = resolve_settings({"region": "us-east-1", **options}, variables, lambda: load_profiles({"HOME": "/nowhere"}))
    with caplog.at_level(logging.DEBUG, "sts"):
        assert region_set_of(settings, endpoint_of(settings)) == regions
    assert ("SigV4a" in caplog.text) is logged
    assert all(record.levelno == logging.DEBUG for record in caplog.records)
