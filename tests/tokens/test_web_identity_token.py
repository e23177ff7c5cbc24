"""OIDC tokens of AWS for third parties: kept, renewed by their own lifetime, served on when renewing fails."""

from __future__ import annotations

import base64
import json
import logging
import threading
from typing import Any

import pytest

from sts import STS, AsyncSTS
from sts.errors import ConfigError, ServiceError
from sts.testing import LocalSTS
from sts.tokens import WebIdentityToken
from tests.support.fakes import client, ok, refused


def jwt(number: int, lifetime: float | None) -> str:
    claims = {"iat": 5000, "exp": 5000 + lifetime, "n": number} if lifetime else {"n": number}
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.sig{number}"


def answer(number: int, lifetime: float | None = 300.0) -> Any:
    return ok(
        '<GetWebIdentityTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetWebIdentityTokenResult>'
        f"<WebIdentityToken>{jwt(number, lifetime)}</WebIdentityToken><Expiration>1970-01-01T00:20:00Z</Expiration>"
        "</GetWebIdentityTokenResult></GetWebIdentityTokenResponse>"
    )


def test_it_proves_the_caller_to_a_third_party() -> None:
    """Whoever gets it finds the issuer's keys, as with AWS."""
    with LocalSTS() as server:
        token = WebIdentityToken("https://api.example.com", client=STS(**server.client_options()), signing_algorithm="ES384")
        first = token()
        claims = json.loads(base64.urlsafe_b64decode(first.split(".")[1] + "=="))

        assert (claims["aud"], claims["iss"]) == ("https://api.example.com", server.url)
        assert token() == first
        assert [call.operation for call in server.calls] == ["GetWebIdentityToken"]


@pytest.mark.parametrize("scope", ["read write", ["read", "write"]])
def test_it_may_be_about_the_end_user(scope: Any) -> None:
    """For whom the session acts, with scopes."""
    with LocalSTS() as server:
        provider = server.add_oidc_provider("https://people.example.org", context={"Subject": "email"})
        role = server.add_role("people", trusts=[provider.arn])
        session = STS(**server.client_options()).assume_role_with_web_identity(
            RoleArn=role.arn, RoleSessionName="web", WebIdentityToken=server.issue_token(provider=provider, email="a@x")
        )
        source = STS(region=server.region, endpoint=server.url, credentials=session["Credentials"])
        token = WebIdentityToken("api", client=source, signing_algorithm="ES384", subject_mode="OriginIdentity", scope=scope)
        claims = json.loads(base64.urlsafe_b64decode(token().split(".")[1] + "=="))

    assert (claims["sub"], claims["scope"]) == ("a@x", "read write")


@pytest.mark.parametrize(("lifetime", "renewed_after"), [(300.0, 240), (3600.0, 3300), (None, 160)])
def test_a_token_is_renewed_by_its_own_lifetime(lifetime: float | None, renewed_after: int) -> None:
    """After four fifths of the lifetime, or five minutes before the end, even if the machine's clock is wrong by hours."""
    now = [1000.0]
    made = client(answer(1, lifetime), answer(2, lifetime))
    token = WebIdentityToken("x", client=made, now=lambda: now[0])

    assert token() == jwt(1, lifetime)
    now[0] += renewed_after - 1
    assert token() == jwt(1, lifetime)
    now[0] += 1
    assert token() == jwt(2, lifetime)


def test_a_failed_renewal_keeps_the_old_token_until_it_expires(caplog: pytest.LogCaptureFixture) -> None:
    """And is tried again after a pause, not at every call."""
    now = [1000.0]
    made = client(answer(1), refused("AccessDenied", status=403), answer(3))
    token = WebIdentityToken("x", client=made, now=lambda: now[0])
    token()
    now[0] += 250
    with caplog.at_level(logging.WARNING, "sts"):
        assert [token(), token()] == [jwt(1, 300.0)] * 2
    assert len(made.handler.requests) == 2  # type: ignore[attr-defined]
    assert "using the cached one" in caplog.text
    now[0] += 10

    assert token() == jwt(3, 300.0)


def test_an_expired_token_is_never_given() -> None:
    """Then the error is the caller's."""
    now = [1000.0]
    token = WebIdentityToken("x", client=client(answer(1), refused("AccessDenied", status=403)), now=lambda: now[0])
    token()
    now[0] += 300

    with pytest.raises(ServiceError, match="AccessDenied"):
        token()


def test_many_threads_ask_once() -> None:
    """One makes the call, and the others wait for its token."""
    made = client(answer(1))
    token = WebIdentityToken(["a", "b"], client=made, tags={"team": "x"})
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(token())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [jwt(1, 300.0)] * 8
    assert len(made.handler.requests) == 1  # type: ignore[attr-defined]
    assert token.expiration is not None
    assert repr(token) == "WebIdentityToken(['a', 'b'])"


def test_only_a_blocking_client_serves() -> None:
    """A coroutine would never be awaited."""
    with pytest.raises(ConfigError, match="AsyncSTS"):
        WebIdentityToken("x", client=AsyncSTS())  # type: ignore[arg-type]
