"""SSO, login sessions and Cognito, against small servers on loopback."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicNumbers, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sts.credentials import CognitoProvider, LoginProvider, SSOProvider, default_chain
from sts.credentials.chain.chain import Context
from sts.credentials.providers.login import sign_in_url
from sts.errors import ConfigError, CredentialsError
from sts.testing import LocalSTS
from tests.support.http_server import HTTPServer, Seen, files
from tests.support.wire import Authority, WireServer, answering, reply, server_tls

NOW = datetime(2030, 1, 1, tzinfo=timezone.utc).timestamp()
ROLE = {"accessKeyId": "ASIASSO", "secretAccessKey": "hush", "sessionToken": "tok", "expiration": 1893459600000}
START = "https://example.awsapps.com/start"
TOKEN = {
    "startUrl": START,
    "region": "eu-west-1",
    "accessToken": "hush-access",
    "expiresAt": "2030-01-01T08:00:00Z",
    "clientId": "client",
    "clientSecret": "hush-client",
    "registrationExpiresAt": "2030-03-01T00:00:00Z",
    "refreshToken": "hush-refresh",
    "aFieldOfTomorrow": 1,
}
CONFIG = f"""[profile dev]
sso_session = work
sso_account_id = 123456789012
sso_role_name = Reader
[sso-session work]
sso_start_url = {START}
sso_region = eu-west-1
"""


def portal(seen: Seen) -> Any:
    if seen.path == "/token":
        return 200, {"accessToken": "hush-new", "expiresIn": 28800, "refreshToken": "hush-next", "tokenType": "Bearer"}
    return 200, {"roleCredentials": ROLE}


def cache(folder: Path, key: str, token: dict[str, Any], *path: str) -> Path:
    directory = folder.joinpath(".aws", *(path or ("sso", "cache")))
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / f"{hashlib.sha1(key.encode()).hexdigest()}.json"
    file.write_text(json.dumps(token))
    return file


def chain(folder: Path, server: HTTPServer, config: str = CONFIG) -> Any:
    environ = {**files(folder, config), "AWS_ENDPOINT_URL": server.url}
    return default_chain("dev", context=Context(environ, {"profile": "dev"}, now=lambda: NOW, sleep=lambda _: None))


def test_a_role_is_had_for_the_cached_token(tmp_path: Path) -> None:
    """The token is sent in its own header, unsigned. The expiration is in milliseconds."""
    cache(tmp_path, "work", TOKEN)
    with HTTPServer(portal) as server:
        credentials = chain(tmp_path, server).retrieve()
    assert server.paths == ["GET /federation/credentials?role_name=Reader&account_id=123456789012"]
    assert server.requests[0].headers["x-amz-sso_bearer_token"] == "hush-access"
    assert "authorization" not in server.requests[0].headers
    assert (credentials.source, credentials.account_id) == ("sso", "123456789012")
    assert credentials.expiration == datetime(2030, 1, 1, 1, tzinfo=timezone.utc)


def test_the_profiles_authorities_and_the_clients_proxy_count_for_sso_too(tmp_path: Path) -> None:
    """
    Behind a proxy that intercepts TLS, `ca_bundle` of the client's profile is needed for STS and SSO. `verify=` has precedence.
    """
    cache(tmp_path, "work", TOKEN)
    authority = Authority(tmp_path)
    answer = answering(reply(body=json.dumps({"roleCredentials": ROLE}).encode()))
    with WireServer(answer, server_tls(authority.sign("portal", "127.0.0.1"))) as server:
        environ = files(tmp_path, f"{CONFIG}[profile outer]\nca_bundle = {authority.file}\n") | {"AWS_ENDPOINT_URL": server.url}
        for options, works in (({"profile": "outer"}, True), ({"profile": "dev"}, False), ({"verify": authority.file}, True)):
            context = Context(environ, options, now=lambda: NOW, sleep=lambda _: None)
            if works:
                assert default_chain("dev", context=context).retrieve().source == "sso"
            else:
                with pytest.raises(CredentialsError, match="certificate"):
                    default_chain("dev", context=context).retrieve()
    options = {"profile": "dev", "http_options": {"proxy": "http://127.0.0.1:1"}}
    with pytest.raises(CredentialsError, match="proxy 127.0.0.1:1"):
        default_chain("dev", context=Context(environ, options, now=lambda: NOW, sleep=lambda _: None)).retrieve()


def test_a_token_about_to_expire_is_renewed_and_written_back(tmp_path: Path) -> None:
    """Only its owner can read the file, and what others keep in it stays."""
    path = cache(tmp_path, "work", {**TOKEN, "expiresAt": "2030-01-01T00:04:00Z"})
    with HTTPServer(portal) as server:
        chain(tmp_path, server).retrieve()
        chain(tmp_path, server).retrieve()
    assert server.paths[0] == "POST /token"
    assert len(server.requests) == 3
    assert server.requests[0].json == {
        "clientId": "client",
        "clientSecret": "hush-client",
        "grantType": "refresh_token",
        "refreshToken": "hush-refresh",
    }
    assert server.requests[1].headers["x-amz-sso_bearer_token"] == "hush-new"
    written = {"accessToken": "hush-new", "expiresAt": "2030-01-01T08:00:00Z", "refreshToken": "hush-next"}
    assert json.loads(path.read_text()) == {**TOKEN, **written}
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_times_may_be_written_as_the_aws_cli_once_did(tmp_path: Path) -> None:
    """With the letters UTC at their end."""
    cache(tmp_path, "work", {**TOKEN, "expiresAt": "2030-01-01T08:00:00UTC"})
    with HTTPServer(portal) as server:
        assert chain(tmp_path, server).retrieve().access_key_id == "ASIASSO"


def test_a_renewal_that_fails_matters_only_once_the_token_has_expired(tmp_path: Path) -> None:
    """Until then the current token is used. Then the error says how to log in."""
    with HTTPServer(lambda seen: (400, {"error": "invalid_grant"}) if seen.path == "/token" else portal(seen)) as server:
        cache(tmp_path, "work", {**TOKEN, "expiresAt": "2030-01-01T00:04:00Z"})
        assert chain(tmp_path, server).retrieve().access_key_id == "ASIASSO"
        cache(tmp_path, "work", {**TOKEN, "expiresAt": "2029-12-31T23:59:00Z"})
        with pytest.raises(CredentialsError, match="aws sso login --profile dev"):
            chain(tmp_path, server).retrieve()


@pytest.mark.parametrize("change", [{"refreshToken": None}, {"registrationExpiresAt": "2029-01-01T00:00:00Z"}])
def test_a_token_that_cannot_be_renewed_is_not_tried(tmp_path: Path, change: dict[str, Any]) -> None:
    """Without refresh token or with an expired registration."""
    cache(tmp_path, "work", {**TOKEN, **change, "expiresAt": "2030-01-01T00:04:00Z"})
    with HTTPServer(portal) as server:
        chain(tmp_path, server).retrieve()
    assert len(server.requests) == 1


def test_the_older_form_is_cached_under_its_url_and_never_renewed(tmp_path: Path) -> None:
    """An expired token is reported before anything is sent."""
    config = CONFIG.replace("sso_session = work", f"sso_start_url = {START}\nsso_region = eu-west-1")
    with HTTPServer(portal) as server:
        cache(tmp_path, START, TOKEN)
        assert chain(tmp_path, server, config).retrieve().access_key_id == "ASIASSO"
        cache(tmp_path, START, {**TOKEN, "expiresAt": "2029-12-31T23:59:00Z"})
        with pytest.raises(CredentialsError, match="aws sso login"):
            chain(tmp_path, server, config).retrieve()
    assert len(server.requests) == 1


def test_a_refused_token_says_to_log_in_and_other_refusals_what_they_are(tmp_path: Path) -> None:
    """Neither shows the token, not even when the service repeats it."""
    cache(tmp_path, "work", TOKEN)
    answers: list[Any] = [(401, {"message": "hush-access"}), (403, {"__type": "a#Forbidden", "message": "hush-access"})]
    with HTTPServer(lambda _: answers.pop(0)) as server:
        for told in ("aws sso login", r"HTTP 403, Forbidden"):
            with pytest.raises(CredentialsError, match=told) as caught:
                chain(tmp_path, server).retrieve()
            assert "hush" not in str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"accessToken": "x"}'])
def test_a_broken_cache_says_to_log_in(tmp_path: Path, content: str) -> None:
    """A half-written file is nothing to crash on."""
    path = cache(tmp_path, "work", TOKEN)
    path.write_text(content)
    with HTTPServer(portal) as server, pytest.raises(CredentialsError, match="aws sso login"):
        chain(tmp_path, server).retrieve()


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (CONFIG.replace("[sso-session work]", "[sso-session other]"), r"no \[sso-session work\]"),
        (CONFIG.replace("sso_role_name = Reader\n", ""), "no sso_role_name"),
        (CONFIG.replace("sso_region = eu-west-1\n", ""), "no sso_region"),
        (CONFIG.replace("sso_role_name", "sso_region = us-east-1\nsso_role_name"), "different sso_region"),
        (CONFIG.replace("sso_region = eu-west-1", "sso_region = evil.example.com/#"), "host name"),
    ],
)
def test_a_profile_that_contradicts_itself_is_told(tmp_path: Path, config: str, told: str) -> None:
    """All SDKs refuse these."""
    with pytest.raises(ConfigError, match=told):
        default_chain("dev", context=Context(files(tmp_path, config))).retrieve()


def test_an_sso_provider_is_usable_alone(tmp_path: Path) -> None:
    """With its four values."""
    cache(tmp_path, START, {**TOKEN, "expiresAt": "2199-01-01T00:00:00Z"})
    with HTTPServer(portal) as server:
        given = {"start_url": START, "region": "eu-west-1", "account_id": "123456789012", "role_name": "Reader"}
        provider = SSOProvider(**given, portal_url=server.url, environ={"HOME": str(tmp_path)})
        assert provider.retrieve().source == "sso"


# aws login


def login_document(expires: str) -> tuple[dict[str, Any], Any]:
    key = generate_private_key(SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    token = {"accessKeyId": "ASIALOGIN", "secretAccessKey": "hush", "sessionToken": "tok", "accountId": "123456789012"}
    document = {
        "accessToken": {**token, "expiresAt": expires},
        "refreshToken": "hush-refresh",
        "dpopKey": pem,
        "clientId": "arn:x",
    }
    return document, key


NAME = "arn:aws:iam::123456789012:user/me"


def login(folder: Path, document: dict[str, Any], **more: Any) -> LoginProvider:
    directory = folder / "login"
    directory.mkdir(exist_ok=True)
    (directory / f"{hashlib.sha256(NAME.encode()).hexdigest()}.json").write_text(json.dumps(document))
    environ = {"AWS_LOGIN_CACHE_DIRECTORY": str(directory), "HOME": str(folder)}
    return LoginProvider(login_session=NAME, environ=environ, now=lambda: NOW, sleep=lambda _: None, **more)


def test_options_that_cannot_be_used_are_errors_of_the_configuration(tmp_path: Path) -> None:
    """The service did not fail: it was not asked. Credentials that are still valid are used."""
    expired, _ = login_document("2029-12-31T23:00:00Z")
    with pytest.raises(ConfigError, match="'/nowhere/ca.pem', which does not exist"):
        login(tmp_path, expired, verify="/nowhere/ca.pem").retrieve()

    valid, _ = login_document("2030-01-01T00:04:00Z")
    assert login(tmp_path, valid, verify="/nowhere/ca.pem").retrieve().access_key_id == "ASIALOGIN"


def test_a_login_session_is_used_while_it_is_good(tmp_path: Path) -> None:
    """Nothing is sent."""
    document, _ = login_document("2030-01-01T00:15:00Z")
    credentials = login(tmp_path, document).retrieve()
    assert (credentials.access_key_id, credentials.account_id, credentials.source) == ("ASIALOGIN", "123456789012", "login")


def test_a_login_session_is_renewed_with_a_proof_of_possession(tmp_path: Path) -> None:
    """The proof is a JSON Web Token for this very request, signed with the session's key (ES256)."""
    document, key = login_document("2030-01-01T00:04:00Z")
    fresh = {"accessKeyId": "ASIANEW", "secretAccessKey": "hush-new", "sessionToken": "tok-new"}
    with HTTPServer(lambda _: (200, {"accessToken": fresh, "expiresIn": 900, "refreshToken": "hush-next"})) as server:
        provider = login(tmp_path, document, url=server.url)
        credentials = provider.retrieve()
        assert provider.retrieve() == credentials
    assert len(server.requests) == 1
    seen = server.requests[0]
    assert seen.json == {"clientId": "arn:x", "grantType": "refresh_token", "refreshToken": "hush-refresh"}
    header, payload = verified(seen.headers["dpop"], key)
    assert header["typ"] == "dpop+jwt"
    assert (payload["htm"], payload["htu"], payload["iat"]) == ("POST", f"{server.url}/v1/token", int(NOW))
    assert (credentials.access_key_id, credentials.account_id) == ("ASIANEW", "123456789012")
    assert credentials.expiration == datetime(2030, 1, 1, 0, 15, tzinfo=timezone.utc)
    written = json.loads(Path(provider.path).read_text())
    assert written["refreshToken"] == "hush-next"
    assert written["dpopKey"] == document["dpopKey"]
    assert stat.S_IMODE(os.stat(provider.path).st_mode) == 0o600


def test_the_sign_in_service_may_be_named_by_the_profile(tmp_path: Path) -> None:
    """Its `services` section counts, as for SSO."""
    document, _ = login_document("2030-01-01T00:04:00Z")
    provider = login(tmp_path, document)
    fresh = {"accessKeyId": "ASIANEW", "secretAccessKey": "hush-new", "sessionToken": "tok-new"}
    with HTTPServer(lambda _: (200, {"accessToken": fresh, "expiresIn": 900})) as server:
        config = (
            f"[default]\nlogin_session = {NAME}\nservices = s\n[services s]\nsignin =\n  endpoint_url = {server.url}/there\n"
        )
        environ = {**files(tmp_path, config), "AWS_LOGIN_CACHE_DIRECTORY": str(Path(provider.path).parent)}
        context = Context(environ, {"profile": "default"}, now=lambda: NOW, sleep=lambda _: None)
        assert default_chain(context=context).retrieve().access_key_id == "ASIANEW"
    assert server.paths == ["POST /there/v1/token"]


def verified(token: str, key: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    header, payload, signature = token.split(".")
    raw = decoded(signature)
    jwk = json.loads(decoded(header))["jwk"]
    x, y = (int.from_bytes(decoded(jwk[name]), "big") for name in "xy")
    public = EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()
    assert public.public_numbers() == key.public_key().public_numbers()
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public.verify(der, f"{header}.{payload}".encode(), ECDSA(SHA256()))
    return json.loads(decoded(header)), json.loads(decoded(payload))


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize("reason", ["TOKEN_EXPIRED", "USER_CREDENTIALS_CHANGED"])
def test_a_login_session_that_ended_says_so(tmp_path: Path, reason: str) -> None:
    """But as long as its credentials are good, they are used."""
    with HTTPServer(lambda _: (401, {"error": reason, "message": "hush-refresh"})) as server:
        assert login(tmp_path, login_document("2030-01-01T00:04:00Z")[0], url=server.url).retrieve().source == "login"
        with pytest.raises(CredentialsError, match=f"{reason}.*aws login") as caught:
            login(tmp_path, login_document("2029-12-31T00:04:00Z")[0], url=server.url).retrieve()
        assert "hush" not in str(caught.value)


def test_without_cryptography_an_expired_session_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that is still good is used."""
    import sys

    monkeypatch.delitem(sys.modules, "sts.credentials.providers.dpop", raising=False)
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ec", None)
    assert login(tmp_path, login_document("2030-01-01T00:04:00Z")[0]).retrieve().source == "login"
    with pytest.raises(CredentialsError, match="pip install cryptography"):
        login(tmp_path, login_document("2029-12-31T00:04:00Z")[0]).retrieve()


@pytest.mark.parametrize("key", ["refreshToken", "dpopKey", "clientId", "accessToken"])
def test_a_login_session_must_be_whole(tmp_path: Path, key: str) -> None:
    """One that could not be renewed is refused while it is still good, as by the other SDKs: better now than in a while."""
    document, _ = login_document("2030-01-01T00:15:00Z")
    with pytest.raises(CredentialsError, match="aws login"):
        login(tmp_path, {name: value for name, value in document.items() if name != key}).retrieve()


@pytest.mark.parametrize("change", [{"dpopKey": "hush"}, {"refreshToken": None}, {"accessToken": "hush"}])
def test_a_broken_login_session_says_to_log_in(tmp_path: Path, change: dict[str, Any]) -> None:
    """The error does not show its content."""
    document = {**login_document("2029-12-31T00:04:00Z")[0], **change}
    with pytest.raises(CredentialsError, match="aws login") as caught:
        login(tmp_path, document, url="http://127.0.0.1:9").retrieve()
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("eu-west-1", "https://eu-west-1.signin.aws.amazon.com"),
        ("cn-north-1", "https://cn-north-1.signin.amazonaws.cn"),
        ("us-gov-west-1", "https://us-gov-west-1.signin.amazonaws-us-gov.com"),
    ],
)
def test_the_sign_in_service_of_a_region(region: str, url: str) -> None:
    """By partition. The variable of the service has precedence."""
    assert sign_in_url(region, {}) == url
    assert sign_in_url(region, {"AWS_ENDPOINT_URL_SIGNIN": "http://mine/"}) == "http://mine"


# Cognito

POOL = "eu-west-1:00000000-1111-2222-3333-444444444444"
FOUND = {"AccessKeyId": "ASIACOGNITO", "SecretKey": "hush", "SessionToken": "tok", "Expiration": 1893459600.123}


def cognito(seen: Seen) -> Any:
    assert seen.headers["content-type"] == "application/x-amz-json-1.1"
    operation = seen.headers["x-amz-target"].removeprefix("AWSCognitoIdentityService.")
    answers = {
        "GetId": {"IdentityId": "eu-west-1:identity"},
        "GetCredentialsForIdentity": {"IdentityId": "eu-west-1:identity", "Credentials": FOUND},
        "GetOpenIdToken": {"IdentityId": "eu-west-1:identity", "Token": "jwt"},
    }
    return 200, answers[operation]


def test_a_guest_keeps_its_identity() -> None:
    """GetId once, then GetCredentialsForIdentity each time. Logins may be functions."""
    tokens = iter("ab")
    with HTTPServer(cognito) as server:
        provider = CognitoProvider(
            identity_pool_id=POOL,
            logins={"idp.example.com": lambda: next(tokens), "other": "fixed"},
            custom_role_arn="arn:r",
            account_id="123456789012",
            url=server.url,
            environ={},
        )
        credentials = provider.retrieve()
        with pytest.raises(StopIteration):
            for _ in range(2):
                provider.retrieve()
    logins = [{"idp.example.com": token, "other": "fixed"} for token in "ab"]
    assert [seen.json for seen in server.requests] == [
        {"IdentityPoolId": POOL, "AccountId": "123456789012", "Logins": logins[0]},
        {"IdentityId": "eu-west-1:identity", "Logins": logins[0], "CustomRoleArn": "arn:r"},
        {"IdentityId": "eu-west-1:identity", "Logins": logins[1], "CustomRoleArn": "arn:r"},
    ]
    assert credentials.expiration == datetime(2030, 1, 1, 1, 0, 0, 123000, tzinfo=timezone.utc)
    assert (credentials.secret_access_key, credentials.source) == ("hush", "cognito")


def test_the_older_flow_ends_with_sts(local_sts: LocalSTS) -> None:
    """GetOpenIdToken, then AssumeRoleWithWebIdentity."""

    def answer(seen: Seen) -> Any:
        if "GetOpenIdToken" in seen.headers["x-amz-target"]:
            return 200, {"Token": local_sts.issue_token()}
        return cognito(seen)

    with HTTPServer(answer) as server:
        provider = CognitoProvider(
            identity_pool_id=POOL,
            role_arn=local_sts.role.arn,
            url=server.url,
            environ={},
            endpoint=local_sts.url,
        )
        assert provider.retrieve().source == "cognito"
    assert local_sts.calls[0].operation == "AssumeRoleWithWebIdentity"


def test_refusals_of_cognito_are_told() -> None:
    """With the service's code, and never with a login's token."""
    with HTTPServer(lambda _: (400, {"__type": "NotAuthorizedException", "message": "Invalid hush-token"})) as server:
        provider = CognitoProvider(identity_id="eu-west-1:x", logins={"a": "hush-token"}, url=server.url, environ={})
        with pytest.raises(CredentialsError, match="NotAuthorizedException") as caught:
            provider.retrieve()
        assert "hush" not in str(caught.value)
    with pytest.raises(ConfigError, match="identity_pool_id"):
        CognitoProvider()
    with pytest.raises(ConfigError, match="host name"):
        CognitoProvider(identity_pool_id="evil.example.com/#:x")
