"""MFA devices: time-based one-time passwords (RFC 6238), each valid for one use."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable

from sts.base.records import of_whole

STEP = 30
"""Seconds for which a code is shown."""


class MfaDevice:
    """
    A virtual MFA device of a user.

    *seed* is the base32 text for an authenticator app. `code()` returns the code at the server's time.
    """

    def __init__(self, serial: str, seed: str, owner: str, clock: Callable[[], float]) -> None:
        self.serial = serial
        self.seed = seed
        self.owner = owner
        self._clock = clock
        self._lock = threading.Lock()
        self._used: list[int] = []

    def code(self, *, steps: int = 0) -> str:
        """
        Return the current six-digit code.

        *steps* moves the time by that many intervals of 30 s. The service accepts a drift of one interval, so the codes for -1,
        0 and 1 are all valid at the same time.
        """
        return _code_at(self.seed, int(self._clock()) // STEP + steps)

    def accept(self, code: str, now: float) -> bool:
        """Return True if *code* is valid at *now* and was not used before. Mark it as used."""
        current = int(now) // STEP
        with self._lock:
            for step in (current, current - 1, current + 1):
                if step not in self._used and hmac.compare_digest(_code_at(self.seed, step).encode(), code.encode()):
                    self._used = [*self._used[-8:], step]
                    return True
        return False

    @of_whole
    def __repr__(self) -> str:
        return f"<MfaDevice {self.serial}>"


def _code_at(seed: str, step: int) -> str:
    digest = hmac.new(base64.b32decode(seed), step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"
