"""Options of a handler: certificates, authorities, and errors for wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from sts.errors import ConfigError
from sts.handlers import handler_options
from sts.pipeline.wiring import transport_of
from sts.settings.profiles import load_profiles
from sts.settings.settings import resolve_settings, transport_settings


def test_authorities_have_an_order(tmp_path):
    """Precedence: verify, AWS_CA_BUNDLE, ca_bundle of the profile, REQUESTS_CA_BUNDLE, certifi."""
    paths = {name: str(tmp_path / f"{name}.pem") for name in ("argument", "aws", "profile", "requests")}
    for path in paths.values():
        Path(path).touch()
    config = tmp_path / "config"
    config.write_text(f"[default]\nca_bundle = {paths['profile']}\n")
    files = {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": "/nowhere", "HOME": "/nowhere"}
    environ = {**files, "AWS_CA_BUNDLE": paths["aws"], "REQUESTS_CA_BUNDLE": paths["requests"]}

    def verify(environ, **options):
        return transport_of(resolve_settings(options, environ, lambda: load_profiles(environ)), 1).verify

    assert verify(environ, verify=paths["argument"]) == paths["argument"]
    assert verify(environ, verify=True) is True
    assert verify(environ, verify=False) is False
    assert verify(environ) == paths["aws"]
    environ["AWS_CA_BUNDLE"] = " "
    assert verify(environ) == paths["profile"]
    environ["AWS_CONFIG_FILE"] = "/nowhere"
    assert verify(environ) == paths["requests"]
    assert verify({"HOME": "/nowhere"}) is True


@pytest.mark.parametrize(
    ("arguments", "environ", "words"),
    [
        ({}, {"AWS_CA_BUNDLE": "/nowhere/ca.pem"}, r"verify names '/nowhere/ca.pem'.*\(verify: AWS_CA_BUNDLE\)"),
        ({}, {"REQUESTS_CA_BUNDLE": "/nowhere/ca.pem"}, r"\(verify: REQUESTS_CA_BUNDLE\)"),
        ({"verify": Path("/nowhere/ca.pem")}, {}, "verify names"),
        ({"verify": 7}, {}, "verify is a int"),
        ({"cert": "/nowhere/c.pem"}, {}, "cert names"),
        ({"cert": ("/nowhere/c.pem", "/nowhere/k.pem")}, {}, "cert names"),
        ({"cert": ("/", "/nowhere/k.pem")}, {}, r"cert \(key\) names"),
        ({"cert": ("a", "b", "c")}, {}, "cert has 3 items"),
        ({"proxies": "http://me:hunter2@p:1"}, {}, "proxies is a str"),
    ],
)
def test_wrong_options_are_config_errors(arguments, environ, words):
    """A missing file or an argument of the wrong type is a ConfigError with the source and without the secret."""
    with pytest.raises(ConfigError, match=words) as caught:
        if environ:
            transport_of(transport_settings(environ), 32)
        handler_options(**arguments)
    assert "hunter2" not in str(caught.value)


def test_options_are_hashable(tmp_path):
    """Options are plain data. They are equal if all their values are equal."""
    cert = tmp_path / "cert.pem"
    cert.touch()
    one = handler_options(cert=[cert, cert], proxies={"https": "p:1", "http": "q:1"})
    two = handler_options(cert=(str(cert), cert), proxies={"http": "q:1", "https": "p:1"})
    assert one == two
    assert hash(one) == hash(two)
