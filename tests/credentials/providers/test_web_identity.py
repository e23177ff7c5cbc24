"""Web identities and SAML assertions, against LocalSTS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sts.credentials import SAMLProvider, WebIdentityProvider, default_chain
from sts.credentials.chain.chain import Context
from sts.errors import ConfigError, CredentialsError, NotConfiguredError, ServiceError
from sts.testing import LocalSTS
from tests.support.http_server import files


def provider(server: LocalSTS, token: Any, **more: Any) -> WebIdentityProvider:
    options = {"region": server.region, "endpoint": server.url, "sleep": lambda _: None, "environ": {}}
    return WebIdentityProvider(role_arn=server.role.arn, token=token, **{**options, **more})


def test_the_file_is_read_at_each_exchange(local_sts: LocalSTS, tmp_path: Path) -> None:
    """Kubernetes replaces the token while the program runs."""
    path = tmp_path / "token"
    exchanged = provider(local_sts, path, session_name="pod")
    for subject in ("first", "second"):
        path.write_text(f"{local_sts.issue_token(subject)}\n")
        credentials = exchanged.retrieve()
    assert (credentials.source, credentials.account_id) == ("web-identity", "123456789012")
    assert [call.principal for call in local_sts.calls] == [None, None]
    assert len({call.params["WebIdentityToken"] for call in local_sts.calls}) == 2
    assert {call.params["RoleSessionName"] for call in local_sts.calls} == {"pod"}


@pytest.mark.parametrize("trouble", ["unreachable", "no_key"])
def test_an_identity_provider_in_trouble_is_tried_again_with_a_new_token(local_sts: LocalSTS, trouble: Any) -> None:
    """Both errors are temporary. The token is read for each try, because it may have expired."""
    tokens: list[str] = []

    def token() -> str:
        tokens.append(local_sts.issue_token(f"subject-{len(tokens)}"))
        return tokens[-1]

    local_sts.oidc_provider.fail(2, trouble)
    provider(local_sts, token).retrieve()
    assert [call.params["WebIdentityToken"] for call in local_sts.calls] == tokens
    assert len(tokens) == 3


def test_other_refusals_are_final(local_sts: LocalSTS) -> None:
    """A wrong audience is not retried, nor an expired token that was not replaced."""
    for token in (local_sts.issue_token(aud="somebody-else"), local_sts.issue_token(expires_in=-5)):
        local_sts.clear_calls()
        with pytest.raises(ServiceError) as caught:
            provider(local_sts, lambda token=token: token).retrieve()
        assert len(local_sts.calls) == 1
        assert token not in str(caught.value)


def test_a_token_that_was_replaced_after_it_expired_is_tried(local_sts: LocalSTS) -> None:
    """The reader was a moment too early."""
    tokens = [local_sts.issue_token(expires_in=-5), *[local_sts.issue_token()] * 5]
    assert provider(local_sts, lambda: tokens.pop(0)).retrieve().source == "web-identity"


def test_failed_exchanges_are_tried_again(local_sts: LocalSTS) -> None:
    """Up to `max_attempts` times."""
    local_sts.inject("unavailable", times=1)
    provider(local_sts, local_sts.issue_token).retrieve()
    local_sts.inject("unavailable", times=5)
    local_sts.clear_calls()
    with pytest.raises(ServiceError):
        provider(local_sts, local_sts.issue_token, max_attempts=2).retrieve()
    assert len(local_sts.calls) == 2


@pytest.mark.parametrize(
    ("variables", "config", "attempts"),
    [
        ({}, "", 3),
        ({"AWS_MAX_ATTEMPTS": "2"}, "max_attempts = 5", 2),
        ({}, "max_attempts = 2", 2),
        ({"AWS_RETRY_MODE": "off"}, "", 1),
        ({}, "retry_mode = legacy", 4),
    ],
)
def test_environment_and_profile_say_how_often(
    local_sts: LocalSTS, tmp_path: Path, variables: dict[str, str], config: str, attempts: int
) -> None:
    """As for every other call of a client, of a provider alone and of one in a chain."""
    environ = {**files(tmp_path, f"[default]\n{config}\n"), **variables}
    environ |= {"AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"), "AWS_ROLE_ARN": local_sts.role.arn}
    (tmp_path / "token").write_text(local_sts.issue_token())
    options = {"region": local_sts.region, "endpoint": local_sts.url}
    alone = WebIdentityProvider(environ=environ, sleep=lambda _: None, **options)
    context = Context(environ, options, sleep=lambda _: None)
    for asked in (alone, default_chain(context=context)):
        local_sts.clear_calls()
        local_sts.inject("unavailable", times=attempts)
        with pytest.raises(ServiceError):
            asked.retrieve()
        assert len(local_sts.calls) == attempts


@pytest.mark.parametrize("content", [None, b"", b"  \n", b"\xff\xfe"])
def test_a_token_that_cannot_be_read_is_an_error(local_sts: LocalSTS, content: bytes | None, tmp_path: Path) -> None:
    """The error names the file and shows nothing of it."""
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises((CredentialsError, ConfigError), match="token"):
        provider(local_sts, str(path)).retrieve()
    assert local_sts.calls == []


def test_environment_and_profile_configure_it(local_sts: LocalSTS, tmp_path: Path) -> None:
    """Variables win, each for itself, and do not count when the profile is explicit, as in botocore."""
    (tmp_path / "token").write_text(local_sts.issue_token("from-variable"))
    (tmp_path / "other").write_text(local_sts.issue_token("from-profile"))
    config = f"[default]\nrole_arn={local_sts.role.arn}\nweb_identity_token_file={tmp_path}/other\nrole_session_name=profile\n"
    base = {**files(tmp_path, config), "AWS_ENDPOINT_URL_STS": local_sts.url, "AWS_REGION": "us-east-1"}
    environ = {**base, "AWS_WEB_IDENTITY_TOKEN_FILE": f"{tmp_path}/token", "AWS_ROLE_SESSION_NAME": "variable"}

    assert default_chain(environ=environ).retrieve().source == "web-identity"
    default_chain("default", explicit_profile=True, environ=environ).retrieve()
    default_chain(environ=base).retrieve()
    assert [call.params["RoleSessionName"] for call in local_sts.calls] == ["variable", "profile", "profile"]

    alone = WebIdentityProvider(environ={**environ, "AWS_ROLE_ARN": local_sts.role.arn})
    assert alone.retrieve().source == "web-identity"
    with pytest.raises(NotConfiguredError):
        WebIdentityProvider(environ=base).retrieve()
    with pytest.raises(ConfigError, match="AWS_ROLE_ARN"):
        default_chain(environ={**files(tmp_path, ""), "AWS_WEB_IDENTITY_TOKEN_FILE": "x"}).retrieve()


def test_a_web_identity_can_begin_a_chain(local_sts: LocalSTS, tmp_path: Path) -> None:
    """A role whose source profile has a web identity."""
    (tmp_path / "token").write_text(local_sts.issue_token())
    target = local_sts.add_role("target", trusts=[local_sts.role.arn])
    config = f"""[profile a]
role_arn = {target.arn}
source_profile = b
[profile b]
role_arn = {local_sts.role.arn}
web_identity_token_file = {tmp_path}/token
"""
    environ = {**files(tmp_path, config), "AWS_ENDPOINT_URL_STS": local_sts.url, "AWS_REGION": "us-east-1"}
    default_chain("a", environ=environ).retrieve()
    assert [call.operation for call in local_sts.calls] == ["AssumeRoleWithWebIdentity", "AssumeRole"]


@pytest.mark.parametrize(
    ("named", "config", "role", "says"),
    [
        ("AWS_PROFILE", "web_identity_token_file={other}", "profile", "whose web identity is used instead"),
        ("AWS_DEFAULT_PROFILE", "web_identity_token_file={other}", "profile", "whose web identity is used instead"),
        ("AWS_PROFILE", "sso_account_id=1\nsso_role_name=x", "pod", "although AWS_PROFILE selects the profile 'p'"),
        ("AWS_PROFILE", "region=eu-west-1", "pod", "although AWS_PROFILE selects the profile 'p'"),
    ],
)
def test_a_profile_beside_a_pods_variables(local_sts, tmp_path, caplog, named, config, role, says) -> None:
    """
    The web identity of an explicit profile has precedence over a pod's variables. The log says which one is used.

    aws/aws-cli#8883.
    """
    caplog.set_level("INFO", "sts")
    roles = {"pod": local_sts.role.arn, "profile": local_sts.add_role("chosen", trusts=[local_sts.oidc_provider.arn]).arn}
    for name in ("token", "other"):
        (tmp_path / name).write_text(local_sts.issue_token())
    section = config.format(other=tmp_path / "other")
    pod = {"AWS_ROLE_ARN": roles["pod"], "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token")}
    arn = f"role_arn={roles['profile']}\n" if role == "profile" else ""
    environ = {**files(tmp_path, f"[profile p]\n{arn}{section}\n"), **pod, named: "p"}
    environ |= {"AWS_ENDPOINT_URL_STS": local_sts.url, "AWS_REGION": "us-east-1"}
    default_chain(environ=environ).retrieve()
    assert [call.params["RoleArn"] for call in local_sts.calls] == [roles[role]]
    assert says in caplog.text


@pytest.mark.parametrize("source", ["Environment", "environment", "WebIdentityToken", "EksContainer"])
def test_a_role_may_begin_with_the_pods_web_identity(local_sts: LocalSTS, tmp_path: Path, source: str) -> None:
    """
    `credential_source` uses the web identity of a pod for the first call.

    aws/aws-sdk#277, aws/aws-sdk#350, boto/botocore#2245.
    """
    (tmp_path / "token").write_text(local_sts.issue_token())
    target = local_sts.add_role("target", trusts=[local_sts.role.arn])
    environ = {
        **files(tmp_path, f"[profile a]\nrole_arn={target.arn}\ncredential_source={source}\n"),
        "AWS_ROLE_ARN": local_sts.role.arn,
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
        "AWS_ENDPOINT_URL_STS": local_sts.url,
        "AWS_REGION": "us-east-1",
    }
    assert default_chain("a", explicit_profile=True, environ=environ).retrieve().source == "chained-role"
    assert [call.operation for call in local_sts.calls] == ["AssumeRoleWithWebIdentity", "AssumeRole"]


def test_a_profiles_duration_counts_for_web_identities(local_sts: LocalSTS, tmp_path: Path) -> None:
    """
    `duration_seconds` is sent with web identities, as with roles.

    boto/botocore#3411, boto/botocore#3711.
    """
    (tmp_path / "token").write_text(local_sts.issue_token())
    section = f"role_arn={local_sts.role.arn}\nweb_identity_token_file={tmp_path}/token\nduration_seconds=30m\n"
    environ = {**files(tmp_path, f"[default]\n{section}"), "AWS_ENDPOINT_URL_STS": local_sts.url, "AWS_REGION": "us-east-1"}
    default_chain(environ=environ).retrieve()
    assert [call.params["DurationSeconds"] for call in local_sts.calls] == [1800]


@pytest.mark.parametrize("before", [None, b"", b"\n", b"\xff"])
def test_a_token_file_that_is_being_replaced_is_read_again(local_sts: LocalSTS, before: bytes | None, tmp_path: Path) -> None:
    """
    A file that is away, empty or half written for a moment is waited for.

    aws/aws-sdk-php#2164.
    """
    path, waits = tmp_path / "token", []
    if before is not None:
        path.write_bytes(before)

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            path.write_text(local_sts.issue_token())

    assert provider(local_sts, path, sleep=sleep).retrieve().source == "web-identity"
    assert waits == [0.1] * 3


def test_saml_assertions(local_sts: LocalSTS) -> None:
    """A function is called for a new assertion each time, because one is valid for five minutes."""
    asked = []

    def assertion() -> str:
        asked.append(1)
        return local_sts.saml_assertion()

    options = {"region": local_sts.region, "endpoint": local_sts.url}
    arns = {"role_arn": local_sts.role.arn, "principal_arn": local_sts.saml_provider.arn}
    exchanged = SAMLProvider(**arns, assertion=assertion, **options)
    assert exchanged.retrieve().source == "saml"
    exchanged.retrieve()
    assert len(asked) == 2
    with pytest.raises(ConfigError, match="empty"):
        SAMLProvider(**arns, assertion=" ", **options).retrieve()
