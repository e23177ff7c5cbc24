"""The services that credentials come from follow FIPS and dual-stack: by option, variable and profile, as botocore has it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sts.credentials import CognitoProvider, LoginProvider, SSOProvider, default_chain
from sts.credentials.exchange.service_urls import aws_url
from sts.errors import ConfigError, CredentialsError, STSError
from sts.http import HttpRequest, HttpResponse
from tests.support.http_server import files

LOADER = Loader()
PUBLISHED = LOADER.load_data("partitions")
REGIONS = [region for partition in PUBLISHED["partitions"] for region in partition["regions"]]
NAMES = {"portal.sso": "sso", "oidc": "sso-oidc", "signin": "signin", "cognito-identity": "cognito-identity"}
RULES = {
    name: EndpointProvider(LOADER.load_service_model(service, "endpoint-rule-set-1"), PUBLISHED)
    for name, service in NAMES.items()
}


@pytest.mark.parametrize("dualstack", [False, True])
@pytest.mark.parametrize("fips", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_hosts_are_those_of_the_published_rules(name: str, fips: bool, dualstack: bool) -> None:
    """In every region of every partition, the isolated ones included."""
    differ = {}
    for region in REGIONS:
        try:
            theirs = RULES[name].resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dualstack).url
        except BotoCoreError:
            continue  # botocore has no such endpoint
        ours = aws_url(name, region, use_fips=fips, use_dualstack=dualstack)
        if ours != theirs:
            differ[region] = (ours, theirs)
    assert differ == {}


class Seen:
    """Refuse everything, and keep the URLs."""

    def __init__(self) -> None:
        self.urls: list[str] = []

    def send(self, request: HttpRequest, *, control: Any) -> HttpResponse:
        self.urls.append(request.url)
        return HttpResponse(400, {}, b"{}")

    def close(self) -> None:
        pass


def write_token(home: Path, expires: str) -> None:
    folder = home / ".aws" / "sso" / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "accessToken": "T",
        "expiresAt": expires,
        "refreshToken": "r",
        "clientId": "c",
        "clientSecret": "s",
        "registrationExpiresAt": "2090-01-01T00:00:00Z",
    }
    (folder / f"{hashlib.sha1(b's').hexdigest()}.json").write_text(json.dumps(document))


def write_login(home: Path) -> None:
    folder = home / ".aws" / "login" / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    token = {"accessKeyId": "A", "secretAccessKey": "s", "sessionToken": "t", "expiresAt": "2020-01-01T00:00:00Z"}
    document = {"accessToken": {**token, "accountId": "1"}, "refreshToken": "r", "clientId": "c", "dpopKey": key.decode()}
    (folder / f"{hashlib.sha256(b'me').hexdigest()}.json").write_text(json.dumps(document))


SSO = "sso_session = s\nsso_account_id = 123456789012\nsso_role_name = R\n"
SESSION = "[sso-session s]\nsso_start_url = https://x/start\nsso_region = us-east-2\n"
PROFILES = {"portal.sso": SSO, "oidc": SSO, "signin": "login_session = me\nregion = us-east-2\n"}
WANTED = {
    ("portal.sso", "use_fips_endpoint"): "https://portal.sso-fips.us-east-2.amazonaws.com/",
    ("oidc", "use_fips_endpoint"): "https://oidc-fips.us-east-2.amazonaws.com/",
    ("signin", "use_fips_endpoint"): "https://signin-fips.us-east-2.amazonaws.com/",
    ("portal.sso", "use_dualstack_endpoint"): "https://portal.sso.us-east-2.api.aws/",
    ("oidc", "use_dualstack_endpoint"): "https://oidc.us-east-2.api.aws/",
    ("signin", "use_dualstack_endpoint"): "https://signin.us-east-2.api.aws/",
}


@pytest.mark.parametrize("how", ["option", "variable", "profile", "off by option"])
@pytest.mark.parametrize("kind", ["use_fips_endpoint", "use_dualstack_endpoint"])
@pytest.mark.parametrize("service", PROFILES)
def test_a_profiles_provider_follows(service: str, kind: str, how: str, tmp_path: Path) -> None:
    """By the client's option, else the variable, else the profile."""
    write_token(tmp_path, "2020-01-01T00:00:00Z" if service == "oidc" else "2090-01-01T00:00:00Z")
    write_login(tmp_path)
    line = f"{kind} = true\n" if how in {"profile", "off by option"} else ""
    environ = {**files(tmp_path, f"[profile p]\n{PROFILES[service]}{line}\n{SESSION}"), "HOME": str(tmp_path)}
    environ |= {f"AWS_{kind.upper()}": "true"} if how == "variable" else {}
    options: dict[str, Any] = {"option": {kind: True}, "off by option": {kind: False}}.get(how, {})
    seen = Seen()
    with pytest.raises(STSError):
        default_chain("p", explicit_profile=True, environ=environ, request_handler=seen, **options).retrieve()
    plain = WANTED[service, kind].replace("-fips", "").replace("api.aws", "amazonaws.com")
    if service == "signin":
        plain = "https://us-east-2.signin.aws.amazon.com/"
    assert seen.urls[0].startswith(plain if how == "off by option" else WANTED[service, kind])


@pytest.mark.parametrize("how", ["profile", "variable"])
@pytest.mark.parametrize("service", PROFILES)
def test_ignored_endpoints_are_ignored_wherever_they_are_configured(service: str, how: str, tmp_path: Path) -> None:
    """A profile's `ignore_configured_endpoint_urls` covers variables and files; the request goes to AWS."""
    write_token(tmp_path, "2020-01-01T00:00:00Z" if service == "oidc" else "2090-01-01T00:00:00Z")
    write_login(tmp_path)
    line = "ignore_configured_endpoint_urls = true\n" if how == "profile" else ""
    config = f"[profile p]\nendpoint_url = http://mine\n{PROFILES[service]}{line}\n{SESSION}"
    names = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SIGNIN", "AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC")
    environ = {**files(tmp_path, config), "HOME": str(tmp_path), **dict.fromkeys(names, "http://mine")}
    environ |= {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"} if how == "variable" else {}
    seen = Seen()
    with pytest.raises(STSError):
        default_chain("p", explicit_profile=True, environ=environ, request_handler=seen).retrieve()
    usual = "https://us-east-2.signin.aws.amazon.com/" if service == "signin" else f"https://{service}.us-east-2.amazonaws.com/"
    assert seen.urls[0].startswith(usual)


MADE: dict[str, Callable[..., Any]] = {
    "portal.sso": lambda **more: SSOProvider(
        start_url="https://x/start", region="us-east-2", account_id="1", role_name="R", session_name="s", **more
    ),
    "signin": lambda **more: LoginProvider(login_session="me", region="us-east-2", **more),
    "cognito-identity": lambda **more: CognitoProvider(identity_id="us-east-2:1", **more),
}


@pytest.mark.parametrize("how", ["option", "variable", "profile"])
@pytest.mark.parametrize("service", MADE)
def test_a_provider_made_by_hand_follows(service: str, how: str, tmp_path: Path) -> None:
    """The same three ways."""
    write_token(tmp_path, "2090-01-01T00:00:00Z")
    write_login(tmp_path)
    line = "use_fips_endpoint = true\n" if how == "profile" else ""
    environ = {**files(tmp_path, f"[default]\n{line}"), "HOME": str(tmp_path)}
    environ |= {"AWS_USE_FIPS_ENDPOINT": "true"} if how == "variable" else {}
    more = {"use_fips_endpoint": True} if how == "option" else {}
    seen = Seen()
    with pytest.raises(CredentialsError):
        MADE[service](environ=environ, request_handler=seen, **more).retrieve()
    assert seen.urls[0].startswith(f"https://{service}-fips.us-east-2.amazonaws.com/")


@pytest.mark.parametrize("service", MADE)
def test_a_configured_url_wins(service: str, tmp_path: Path) -> None:
    """It names one endpoint, whatever its kind."""
    write_token(tmp_path, "2090-01-01T00:00:00Z")
    write_login(tmp_path)
    variables = {"HOME": str(tmp_path), "AWS_ENDPOINT_URL": "http://mine", "AWS_USE_FIPS_ENDPOINT": "true"}
    seen = Seen()
    with pytest.raises(CredentialsError):
        MADE[service](environ={**files(tmp_path, ""), **variables}, request_handler=seen).retrieve()
    assert seen.urls[0].startswith("http://mine/")


def test_a_variable_that_is_neither_true_nor_false_is_an_error(tmp_path: Path) -> None:
    """A misspelt wish for FIPS must not be dropped."""
    with pytest.raises(ConfigError, match="AWS_USE_FIPS_ENDPOINT"):
        MADE["cognito-identity"](environ={**files(tmp_path, ""), "AWS_USE_FIPS_ENDPOINT": "yes"}).retrieve()
