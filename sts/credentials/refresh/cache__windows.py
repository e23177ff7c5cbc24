"""When credentials are renewed: windows before their expiration, scaled to how long they live. Pure arithmetic."""

from __future__ import annotations

from sts.base.records import Record
from sts.identity import Credentials

MANDATORY_SECONDS = 60.0
"""Seconds before expiration from which a call waits for new credentials (the AWS SDKs' rule of 2026)."""
SHORT_LIFETIME, SHORT_EARLY_SECONDS = 20 * 60.0, 5 * 60.0
HOUR_LIFETIME, HOUR_EARLY_SECONDS = 90 * 60.0, 15 * 60.0
LONG_EARLY_SECONDS = 60 * 60.0
"""Seconds before expiration from which new credentials are fetched in the background: for lifetimes up to `SHORT_LIFETIME`,
below `HOUR_LIFETIME`, and longer (the AWS SDKs' rule of 2026)."""
JITTER = 0.1
"""Share of the early window by which the early refresh may come later, so that many processes do not refresh at once."""
FIRST_BACKOFF_SECONDS = 10.0
LONGEST_BACKOFF_SECONDS = 300.0
NEVER = float("inf")


class Held(Record):
    """
    Hold credentials with the moments (Unix time) that matter to whoever renews them.

    From *early* on they are renewed in the background, from *mandatory* on a call waits for the renewal, and from *end* on
    they are not handed out.
    """

    early: float
    credentials: Credentials | None
    mandatory: float
    end: float


NOTHING = Held(-NEVER, None, -NEVER, -NEVER)


def hold(credentials: Credentials, now: float, jitter: float) -> Held:
    """Return *credentials*, retrieved at *now*, with their moments; *jitter* is a random number from 0 to 1."""
    if credentials.expiration is None:
        return Held(NEVER, credentials, NEVER, NEVER)
    end = credentials.expiration.timestamp()
    window = early_window(end - now)
    return Held(end - window * (1 - JITTER * jitter), credentials, end - mandatory_window(end - now), end)


def early_window(lifetime: float) -> float:
    """Return how many seconds before expiration to begin with refreshes that nobody waits for."""
    # Of a session of 90 minutes somewhat less is left when it arrives, or somewhat more by a clock that is behind.
    asked = round(lifetime / 60) * 60
    if asked <= SHORT_LIFETIME:
        # A session shorter than a quarter of an hour is not to be renewed from its birth on.
        return min(SHORT_EARLY_SECONDS, max(lifetime, 0.0) / 3)
    return HOUR_EARLY_SECONDS if asked < HOUR_LIFETIME else LONG_EARLY_SECONDS


def mandatory_window(lifetime: float) -> float:
    """Return how many seconds before expiration a call waits for new credentials."""
    return min(MANDATORY_SECONDS, max(lifetime, 0.0) / 10)


def backoff(failures: int, left: float, jitter: float) -> float:
    """Return the seconds until the next try after *failures* in a row, with *left* seconds of validity; at least one."""
    longest = min(FIRST_BACKOFF_SECONDS * (1 << min(failures - 1, 10)), LONGEST_BACKOFF_SECONDS)
    return max(min(longest, left / 4) * (1 - jitter / 2), 1.0)
