"""OpenID Connect tokens of AWS for third parties, cached until shortly before they expire."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Literal, Union

from sts.base.forks import reset_after_fork
from sts.base.frames import without_locals
from sts.base.records import Record, of_whole
from sts.base.time import unix_time
from sts.client import STS
from sts.credentials.refresh.keys import claims_in
from sts.errors import ConfigError, STSError
from sts.logs import LOGGER

LONGEST_MARGIN = 300.0
"""Longest time in seconds before the expiration at which a token is renewed. For short tokens it is a fifth of the lifetime."""
RETRY_SECONDS = 10.0


class _Kept(Record):
    """A token with its renewal and expiration times (Unix time of this machine)."""

    text: str
    renew_at: float
    end: float


class WebIdentityToken:
    """
    Source of signed tokens that prove the caller's AWS identity to *audience*. Call it whenever a token is needed.

        token = WebIdentityToken("https://vault.example.com", client=STS(region="eu-west-1"))
        requests.get(url, headers={"Authorization": f"Bearer {token()}"})

    It calls GetWebIdentityToken for a new token when less than a fifth of the lifetime or five minutes are left. Thread-safe:
    one thread renews while the others use the cached token. If the renewal fails, the cached token is used until it expires.

    Args:
        audience: recipient of the token; several are allowed.
        client: blocking client for the calls. Default: `STS()`. From asyncio use `await asyncio.to_thread(token)`.
        signing_algorithm: "RS256", or "ES384" for shorter tokens.
        duration: lifetime in seconds, or a timedelta. Default: AWS's five minutes.
        tags: claims to add.
        subject_mode: "AWSIdentity" (the caller), or "OriginIdentity" (the end user for whom the calling session acts).
        scope: OAuth 2.0 scopes, one string or several. Only for "OriginIdentity" and a single audience.
        now: function that returns Unix time, for tests.

    """

    def __init__(
        self,
        audience: Union[str, Sequence[str]],
        *,
        client: STS | None = None,
        signing_algorithm: str = "RS256",
        duration: Union[int, timedelta, str, None] = None,
        tags: Mapping[str, str] | None = None,
        subject_mode: Literal["AWSIdentity", "OriginIdentity"] | None = None,
        scope: Union[str, Sequence[str], None] = None,
        now: Callable[[], float] = unix_time,
    ) -> None:
        if client is not None and not isinstance(client, STS):
            raise ConfigError(f"client is a {type(client).__name__}; it must be an STS.")
        self._client = client or STS()
        members = {
            "SigningAlgorithm": signing_algorithm,
            "DurationSeconds": duration,
            "Tags": tags,
            "SubjectMode": subject_mode,
            "Scope": scope if scope is None or isinstance(scope, str) else " ".join(scope),
        }
        audiences = [audience] if isinstance(audience, str) else list(audience)
        self._params: dict[str, Any] = {
            "Audience": audiences,
            **{name: value for name, value in members.items() if value is not None},
        }
        self._now = now
        self._kept = _Kept("", 0.0, 0.0)
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        """Replace the lock, which may have been held by a thread of the parent."""
        self._lock = threading.Lock()

    @without_locals
    def __call__(self) -> str:
        """Return a valid token. Raise the error of the call if there is no valid one."""
        kept = self._kept
        if self._now() < kept.renew_at:
            return kept.text
        usable = self._now() < kept.end
        # While the cached token is valid, other threads do not wait for the one that renews it.
        if self._lock.acquire(blocking=not usable):
            try:
                if self._kept is kept:
                    self._renew(usable)
            finally:
                self._lock.release()
        return self._kept.text

    @property
    def expiration(self) -> datetime | None:
        """Expiration of the cached token by this machine's clock (an aware datetime), or None if there is none yet."""
        return datetime.fromtimestamp(self._kept.end, timezone.utc) if self._kept.text else None

    def _renew(self, usable: bool) -> None:
        started = self._now()
        try:
            data = self._client.get_web_identity_token(**self._params)
        except STSError as error:
            if not usable:
                raise
            LOGGER.warning("Renewing a web identity token failed (%s); using the cached one until it expires.", error)
            self._kept = self._kept._replace(renew_at=min(self._now() + RETRY_SECONDS, self._kept.end))
            return
        text = str(data["WebIdentityToken"])
        lifetime = _lifetime(text)
        if lifetime is None:
            lifetime = data["Expiration"].timestamp() - started
        end = started + lifetime
        self._kept = _Kept(text, end - min(lifetime / 5, LONGEST_MARGIN), end)

    @of_whole
    def __repr__(self) -> str:
        return f"WebIdentityToken({self._params['Audience']!r})"


def _lifetime(token: str) -> float | None:
    """Return the seconds between a token's `iat` and `exp`. A wrong clock on this machine does not affect them."""
    claims = claims_in(token)
    try:
        return float(claims["exp"]) - float(claims["iat"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
