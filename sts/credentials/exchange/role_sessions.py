"""Role sessions: the AssumeRole exchange, for the provider of one role and for the roles of profiles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Union

from sts.base.records import of_whole
from sts.credentials.exchange.sts_calls import STSCaller, session_credentials
from sts.credentials.providers.mfa import MFA, check_device, code_of
from sts.credentials.providers.session_names import session_name
from sts.errors import CredentialsError, ParamValidationError, ServiceError, STSError
from sts.identity import ASSUMED_ROLE, CHAINED_ROLE, CredentialProvider, Credentials, source_of

if TYPE_CHECKING:
    from sts.pipeline.call import CachedCredentials

Policy = Union[str, Mapping[str, Any]]
Duration = Union[int, timedelta, str]
"""Seconds, a timedelta, or text such as "1h30m"."""
STEPS = (43200, 28800, 14400, 7200, 3600)
"""Durations to try, in seconds: the choices of the IAM console for the maximum session duration of a role."""


def request_role(call: STSCaller, params: Mapping[str, Any], source: CachedCredentials, mfa: MFA | None) -> Credentials:
    """
    Assume a role with the credentials of *source* and return the credentials of the session.

    *params* are members of AssumeRole by the service's names. A session without a name gets one. With `SerialNumber` and no
    `TokenCode`, *mfa* is called for a code. Errors of the source and of the service are propagated.
    """
    params = {"RoleSessionName": session_name(), **params}
    if "SerialNumber" in params and "TokenCode" not in params:
        serial = params["SerialNumber"]
        check_device(serial)
        if mfa is None:
            raise CredentialsError(
                f"The role {params['RoleArn']} needs a code of the MFA device {serial}, but there is no function to ask for "
                "it. Pass mfa=, a function that takes the serial number and returns a code."
            )
        params["TokenCode"] = code_of(mfa, serial)
    result = call("assume_role", params, source)
    signer = source.cached()  # no refresh here: the session exists, and a failure would lose it
    chained = signer is not None and source_of(signer).is_role
    return session_credentials(result, CHAINED_ROLE if chained else ASSUMED_ROLE)


class LongestSession:
    """
    Wrapper of *call* that uses the longest `DurationSeconds` that the service accepts for AssumeRole.

    The result is used for all later calls. A chained role gets one hour immediately, which is the maximum.
    """

    def __init__(self, call: STSCaller) -> None:
        self._call = call
        self.seconds = STEPS[0]

    def __call__(self, operation: str, params: Mapping[str, Any], credentials: CredentialProvider | None) -> Mapping[str, Any]:
        """Make the call. Repeat it with a shorter duration while the duration is the cause of the failure."""
        while True:
            try:
                return self._call(operation, {**params, "DurationSeconds": self.seconds}, credentials)
            except (ServiceError, ParamValidationError) as error:
                shorter = shorter_duration(error, self.seconds)
                if shorter is None:
                    raise
            self.seconds = shorter

    @of_whole
    def __repr__(self) -> str:
        return f"LongestSession({self.seconds})"


def shorter_duration(error: STSError, seconds: int) -> int | None:
    """Return the next duration after *error*, or None if the duration was not its cause or was the shortest."""
    text = error.message
    if "DurationSeconds" not in text and "MaxSessionDuration" not in text:
        return None
    # Role chaining is rejected by the service or by the local check.
    if "1 hour" in text or isinstance(error, ParamValidationError):
        return STEPS[-1] if seconds > STEPS[-1] else None
    return next((step for step in STEPS if step < seconds), None)
