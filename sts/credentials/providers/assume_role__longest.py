"""The longest session that a role allows, found by asking for less until the service agrees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sts.credentials.exchange.sts_calls import STSCaller
from sts.errors import ParamValidationError, ServiceError, STSError
from sts.identity import CredentialProvider

STEPS = (43200, 28800, 14400, 7200, 3600)
"""Seconds to ask for, in turn: the choices of the IAM console for a role's longest session."""


class LongestSession:
    """
    Make calls through *call*, with the longest `DurationSeconds` that the service accepts for AssumeRole.

    What was found counts for all later calls. A chained role gets an hour at once, which is all there is.
    """

    def __init__(self, call: STSCaller) -> None:
        self._call = call
        self.seconds = STEPS[0]

    def __call__(self, operation: str, params: Mapping[str, Any], credentials: CredentialProvider | None) -> Mapping[str, Any]:
        """Make the call, and make it again with less as long as the duration is why it fails."""
        while True:
            try:
                return self._call(operation, {**params, "DurationSeconds": self.seconds}, credentials)
            except (ServiceError, ParamValidationError) as error:
                shorter = shorter_duration(error, self.seconds)
                if shorter is None:
                    raise
            self.seconds = shorter

    def __repr__(self) -> str:
        return f"LongestSession({self.seconds})"


def shorter_duration(error: STSError, seconds: int) -> int | None:
    """Return what to ask for after *error*; None when the duration was not its reason, or was the shortest."""
    text = error.message
    if "DurationSeconds" not in text and "MaxSessionDuration" not in text:
        return None
    if "1 hour" in text or isinstance(error, ParamValidationError):  # role chaining, told by the service or by our own check
        return STEPS[-1] if seconds > STEPS[-1] else None
    return next((step for step in STEPS if step < seconds), None)
