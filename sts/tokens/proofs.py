"""
Proof of an AWS identity for services of your own: a caller signs, your service asks AWS who it was. No secret is shared.

    sts-proof-v1. + base64url without padding of a presigned GetCallerIdentity URL, with a signed header x-sts-audience

The audience is not in the proof: the service adds its own, so a proof made for another service fails.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sts.base.forks import reset_after_fork
from sts.base.frames import without_locals
from sts.base.time import utc_now
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

PREFIX = "sts-proof-v1."
AUDIENCE_HEADER = "x-sts-audience"
EXPIRES_IN = 60
MAX_AGE = 60.0
"""Seconds after which a proof is refused, unless the verifier says otherwise; STS itself would take it for 900."""
CLOCK_SKEW = 300
"""Seconds by which AWS lets a signer's clock differ from its own; clocks of verifiers may differ as much."""
REMEMBERED = timedelta(seconds=STS_LIFETIME + CLOCK_SKEW)
"""How long after its signing a proof must be remembered: STS takes it for `STS_LIFETIME`, whatever a verifier's *max_age*."""
SWEEP_SECONDS = 60.0
MAX_LENGTH = 8192
"""Characters; session tokens have been seen with about 4000."""


@without_locals
def identity_proof(
    audience: str,
    *,
    client: Any = None,
    region: str | None = None,
    credentials: Any = None,
    profile: str | None = None,
    now: datetime | None = None,
) -> str:
    """
    Return a proof of identity for *audience*, the name or URL of the service it is for; nothing is sent.

    Send it over TLS, as in `Authorization: Bearer ...`: until it expires, whoever has it is you, for that service. *client*,
    *region*, *credentials*, *profile* and *now* are as for `eks_token()`.
    """
    check_audience(audience)
    signing = signing_for(client, region=region, credentials=credentials, profile=profile, now=now)
    return encode_url(PREFIX, presigned_identity(signing, {AUDIENCE_HEADER: audience}, EXPIRES_IN))


def check_audience(audience: str, name: str = "audience") -> None:
    """Raise ConfigError unless *audience* can be a header and says the same after proxies have trimmed it."""
    text = audience if isinstance(audience, str) else ""
    if not text or " ".join(text.split()) != text or not (text.isascii() and text.isprintable()):
        raise ConfigError(f"{name} is {audience!r}; it must be printable ASCII text without spaces around it or in a row.")


class ReplayGuard:
    """
    In-memory record of the proofs seen, so that each counts once. Thread-safe, for one process.

    For several processes give `verify_identity_proof(first_use=)` a function of your own, over a store that they share.
    *now* gives Unix time; for tests.
    """

    def __init__(self, now: Callable[[], float] | None = None) -> None:
        self._now = now or (lambda: time.time())  # looked up at the call, so that tools that fake the clock are heard
        self._until: dict[str, float] = {}
        self._sweep_at = 0.0
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        """Replace the lock, which a thread of the parent may have held."""
        self._lock = threading.Lock()

    def __call__(self, signature: str, until: datetime) -> bool:
        """
        Return whether *signature* is new, and remember it *until* then.

        After that time the answer is False: an earlier use may have been forgotten.
        """
        end = until.timestamp()
        with self._lock:
            now = self._now()
            self._sweep(now)
            if end <= now:
                return False
            known = self._until.get(signature)
            self._until[signature] = max(end, known or end)
        return known is None

    def _sweep(self, now: float) -> None:
        if now >= self._sweep_at:
            self._until = {signature: end for signature, end in self._until.items() if end > now}
            self._sweep_at = now + SWEEP_SECONDS


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
    Ask STS who made *proof*, which has to be one for *audience*, and return who it was.

    Args:
        proof: what the caller sent.
        audience: the name of this service, the same that callers give to `identity_proof()`.
        max_age: seconds since it was made, at most 900.
        first_use: function of the proof's signature and the time until which to remember it; returns whether the signature is
            new. Use a `ReplayGuard()` made once, or a function over a store that all processes share. After the time given
            no verifier accepts the proof, whatever its *max_age*. Without it a proof may be used again until it is too old.
        partition: as for `verify_eks_token()`, and so are the others.
        endpoint: as there.
        handler: as there.
        now: an aware time; for tests.

    Raises:
        RejectedTokenError: the proof breaks a rule, was used before, or STS does not accept it.
        TransportError: STS could not be asked; try again.

    """
    check_audience(audience)
    if not 0 < max_age <= STS_LIFETIME:
        raise ConfigError(f"max_age is {max_age!r}; it must be more than 0 and at most {STS_LIFETIME} seconds.")
    url = decode_token(proof, PREFIX, MAX_LENGTH)
    rules = Rules(AUDIENCE_HEADER, partition, endpoint, now or utc_now(), max_age)
    started = time.monotonic()
    presigned = check_url(url, rules)
    identity = ask_sts(presigned, audience, handler)
    # After STS, so that only proofs it accepts are remembered: nobody can fill the memory with made-up ones.
    if first_use is not None:
        _use_once(first_use, presigned, lambda: rules.now + timedelta(seconds=time.monotonic() - started))
    return identity


def _use_once(first_use: Callable[[str, datetime], bool], proof: Presigned, now: Callable[[], datetime]) -> None:
    """Raise RejectedTokenError unless this is the first use of *proof*."""
    until = proof.date + REMEMBERED
    _check_first_use(first_use(proof.signature, until))
    # However long STS and the store took: past that time the store may have forgotten an earlier use.
    if now() >= until:
        raise RejectedTokenError("The proof expired before STS answered.")


def _check_first_use(answer: object) -> None:
    """Raise RejectedTokenError unless *answer*, that of a store, says that the proof is new."""
    if hasattr(answer, "__await__"):
        getattr(answer, "close", bool)()  # a coroutine that is never awaited would warn
        # Taken for a truth value, it would accept every proof any number of times.
        raise ConfigError("first_use returned an awaitable; it must be a plain function that returns True or False.")
    if not answer:
        raise RejectedTokenError("The proof was used before.")
