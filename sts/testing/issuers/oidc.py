"""OpenID Connect providers whose tokens AssumeRoleWithWebIdentity accepts, and tokens of them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from sts.base.records import of_whole
from sts.model.error_codes import EXPIRED_TOKEN, IDP_COMMUNICATION, INVALID_IDENTITY_TOKEN
from sts.testing.issuers import jws
from sts.testing.service.error_responses import ErrorResponse, modelled

Trouble = Literal["unreachable", "no_key"]


class OidcProvider:
    """
    An OIDC provider of an account.

    It accepts tokens signed with its own keys, which `issue` makes, and with the JSON Web Keys given as *keys*. AWS accepts
    RS256 and ES256. HS256 with a shared *secret* is also accepted, for programs without other signatures. *context* maps names
    of the trusted identity propagation context to claims.
    """

    def __init__(
        self,
        issuer: str,
        arn: str,
        audiences: Iterable[str],
        *,
        keys: Iterable[dict[str, Any]] = (),
        secret: str | None = None,
        context: Mapping[str, str] | None = None,
    ) -> None:
        self.issuer = issuer
        self.arn = arn
        self.audiences = tuple(audiences)
        self.context = dict(context or {})
        self._given = tuple(jws.key_from_jwk(key) for key in keys)
        self._own: dict[str, jws.Key] = {"HS256": jws.make_hmac_key(secret.encode())} if secret else {}
        self._lock = threading.Lock()
        self._troubles: list[Trouble] = []

    def key(self, algorithm: str) -> jws.Key:
        """Return the provider's own key for *algorithm*, created on first use."""
        with self._lock:
            if algorithm not in self._own:
                self._own[algorithm] = jws.make_key(algorithm)
            return self._own[algorithm]

    def issue(self, claims: dict[str, Any], algorithm: str = "ES256") -> str:
        """Return a token with *claims* and this provider as its issuer."""
        return jws.sign({"iss": self.issuer, **claims}, self.key(algorithm))

    def fail(self, times: int = 1, trouble: Trouble = "unreachable") -> None:
        """
        Make the next *times* checks of a token fail like those of an unavailable provider.

        "unreachable" causes `IDPCommunicationError`, "no_key" an `InvalidIdentityToken` about the verification key. Both can
        succeed on a retry.
        """
        with self._lock:
            self._troubles.extend(trouble for _ in range(times))

    def check(self, token: str, claims: dict[str, Any], now: float) -> None:
        """Reject *token* unless this provider signed it, for one of its audiences, and it is valid at *now*."""
        self._answer_trouble()
        expires = claims.get("exp")
        if not isinstance(expires, (int, float)):
            raise invalid_token("Missing a required claim: exp")
        with self._lock:
            keys = (*self._own.values(), *self._given)
        if not jws.is_signed_by(token, keys):
            raise invalid_token("Token signature invalid")  # words of ours
        if now >= expires:
            told = f"Token expired: current date/time {int(now)} must be before the expiration date/time {int(expires)}"
            raise modelled(EXPIRED_TOKEN, told)
        if not set(audiences_of(claims)) & set(self.audiences):
            raise invalid_token("Incorrect token audience")
        if not isinstance(claims.get("sub"), str):
            raise invalid_token("Missing a required claim: sub")

    def _answer_trouble(self) -> None:
        with self._lock:
            trouble = self._troubles.pop(0) if self._troubles else None
        if trouble == "unreachable":
            raise modelled(IDP_COMMUNICATION, "An error occurred while communicating with the identity provider.")
        if trouble:
            reference = "please reference AssumeRoleWithWebIdentity documentation for requirements"
            raise invalid_token(f"Couldn't retrieve verification key from your identity provider, {reference}")

    @of_whole
    def __repr__(self) -> str:
        return f"<OidcProvider {self.arn}>"


def invalid_token(message: str) -> ErrorResponse:
    """Make an `InvalidIdentityToken`."""
    return modelled(INVALID_IDENTITY_TOKEN, message)


def read_claims(token: str) -> dict[str, Any]:
    """Return the claims of *token*. Reject it if it is not a JWT."""
    try:
        return jws.read(token)[1]
    except (ValueError, RecursionError):
        words = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
        raise invalid_token(words) from None


def audiences_of(claims: dict[str, Any]) -> list[str]:
    """Return the `aud` claim as a list."""
    audience = claims.get("aud", [])
    return [str(item) for item in audience] if isinstance(audience, list) else [str(audience)]
