"""
Proofs of an AWS identity for your own services. The caller signs a request, and your service sends it to AWS to learn the
identity. No secret is shared.

    sts-proof-v1. + base64url without padding of a presigned GetCallerIdentity URL, with a signed header x-sts-audience

The audience is not part of the proof. Each service adds its own name, so a proof made for another service fails.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sts.base.forks import reset_after_fork
from sts.base.frames import without_locals
from sts.base.time import unix_time, utc_now
from sts.errors import ConfigError
from sts.http import Handler
from sts.tokens.eks import encode_url, presigned_identity
from sts.tokens.presigned import (
    STS_LIFETIME,
    Presigned,
    RejectedTokenError,
    Rules,
    VerifiedIdentity,
    ask_sts,
    check_url,
    decode_token,
)
from sts.tokens.signing import signing_for

if TYPE_CHECKING:
    from sts.client import AsyncSTS, STSClient
    from sts.identity import CredentialsLike

PREFIX = "sts-proof-v1."
AUDIENCE_HEADER = "x-sts-audience"
EXPIRES_IN = 60
MAX_AGE = 60.0
"""Default age in seconds at which a proof is rejected. STS itself would accept it for 900."""
CLOCK_SKEW = 300
"""Clock difference in seconds that AWS allows a signer. Clocks of verifiers may differ as much."""
REMEMBERED = timedelta(seconds=STS_LIFETIME + CLOCK_SKEW)
"""Time for which to remember a signed proof: STS accepts it for `STS_LIFETIME`, whatever the verifier's *max_age*."""
SWEEP_SECONDS = 60.0
MAX_LENGTH = 8192
"""Longest proof in characters. Session tokens of about 4000 characters exist."""


@without_locals
def identity_proof(
    audience: str,
    *,
    client: STSClient | AsyncSTS | None = None,
    region: str | None = None,
    credentials: CredentialsLike | None = None,
    profile: str | None = None,
    now: datetime | None = None,
) -> str:
    """
    Return a proof of identity for *audience*, the name or URL of the service. Nothing is sent.

    Send it over TLS, for example as `Authorization: Bearer ...`. Anyone who has the proof can act as you at that service until
    it expires. For *client*, *region*, *credentials*, *profile* and *now*, see `eks_token()`.
    """
    check_audience(audience)
    signing = signing_for(client, region=region, credentials=credentials, profile=profile, now=now)
    return encode_url(PREFIX, presigned_identity(signing, {AUDIENCE_HEADER: audience}, EXPIRES_IN))


def check_audience(audience: str, name: str = "audience") -> None:
    """Raise ConfigError unless *audience* can be sent as a header and is not changed by proxies that trim whitespace."""
    text = audience if isinstance(audience, str) else ""
    if not text or " ".join(text.split()) != text or not (text.isascii() and text.isprintable()):
        raise ConfigError(
            f"{name} is {audience!r}; it must be printable ASCII text without leading, trailing or repeated spaces."
        )


class ReplayGuard:
    """
    In-memory record of used proofs, so that each proof is accepted once. Thread-safe, for one process.

    With several processes, pass your own function over a shared store to `verify_identity_proof(first_use=)`. *now* is a
    function that returns Unix time, for tests.
    """

    def __init__(self, now: Callable[[], float] = unix_time) -> None:
        self._now = now
        self._until: dict[str, float] = {}
        self._sweep_at = 0.0
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        """Replace the lock, which may have been held by a thread of the parent."""
        self._lock = threading.Lock()

    def __call__(self, signature: str, until: datetime) -> bool:
        """
        Return True if *signature* is new, and remember it until the time *until*.

        After that time return False, because an earlier use may have been forgotten.
        """
        end = until.timestamp()
        with self._lock:
            now = self._now()
            if now >= self._sweep_at:
                self._until = {used: moment for used, moment in self._until.items() if moment > now}
                self._sweep_at = now + SWEEP_SECONDS
            if end <= now:
                return False
            known = self._until.get(signature)
            self._until[signature] = max(end, known or end)
        return known is None


@without_locals
def verify_identity_proof(
    proof: str,
    audience: str,
    *,
    max_age: float = MAX_AGE,
    first_use: Callable[[str, datetime], bool] | None = None,
    partition: str = "aws",
    endpoint: str | None = None,
    handler: Handler | None = None,
    now: datetime | None = None,
) -> VerifiedIdentity:
    """
    Verify that *proof* is valid for *audience*, and return the identity that signed it. The verifier sends one request to STS.

    Args:
        proof: proof sent by the caller.
        audience: name of this service, the same that callers pass to `identity_proof()`.
        max_age: maximum age of the proof in seconds, at most 900.
        first_use: function that gets the proof's signature and the time until which to remember it, and returns True if the
            signature is new. Use one `ReplayGuard()` for the process, or a function over a store that all processes share.
            After that time no verifier accepts the proof, whatever its *max_age*. Without *first_use*, a proof can be used
            several times until it is too old.
        partition: see `verify_eks_token()`.
        endpoint: see `verify_eks_token()`.
        handler: see `verify_eks_token()`.
        now: aware datetime, for tests.

    Raises:
        RejectedTokenError: the proof is malformed, expired, not for *audience* or used before, or STS rejected it.
        TransportError: the request to STS failed; try again.

    """
    check_audience(audience)
    if not 0 < max_age <= STS_LIFETIME:
        raise ConfigError(f"max_age is {max_age!r}; it must be more than 0 and at most {STS_LIFETIME} seconds.")
    url = decode_token(proof, PREFIX, MAX_LENGTH)
    rules = Rules(AUDIENCE_HEADER, partition, endpoint, now or utc_now(), max_age)
    started = time.monotonic()
    presigned = check_url(url, rules)
    identity = ask_sts(presigned, audience, handler)
    # After STS, so that only valid proofs are remembered: otherwise an attacker could fill the memory with invalid ones.
    if first_use is not None:
        _use_once(first_use, presigned, lambda: rules.now + timedelta(seconds=time.monotonic() - started))
    return identity


def _use_once(first_use: Callable[[str, datetime], bool], proof: Presigned, now: Callable[[], datetime]) -> None:
    """Raise RejectedTokenError unless this is the first use of *proof*."""
    until = proof.date + REMEMBERED
    answer: object = first_use(proof.signature, until)
    if hasattr(answer, "__await__"):
        getattr(answer, "close", bool)()  # a coroutine that is never awaited would warn
        # Taken for a truth value, it would accept every proof any number of times.
        raise ConfigError("first_use returned an awaitable; it must be a plain function that returns True or False.")
    if not answer:
        raise RejectedTokenError("The proof was already used.")
    # Check the time again, because STS and the store may be slow: after that time the store may have forgotten an earlier use.
    if now() >= until:
        raise RejectedTokenError("The proof expired while it was being verified.")
