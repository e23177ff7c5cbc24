"""MFA sessions of a user: one code serves every role that is assumed from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Union

from sts.base.frames import without_locals
from sts.base.functions import check_function
from sts.credentials.chain.chain import Confidential
from sts.credentials.exchange.sts_calls import Calls, STSCaller, session_credentials
from sts.errors import ConfigError, CredentialsError
from sts.identity import CredentialProvider, Credentials

MFA = Callable[[str], str]
"""Function from the serial number of an MFA device to its current code."""
_FIDO = re.compile(r"^arn:[^:]+:iam::\d*:(?:u2f|fido\w*|passkey\w*)/", re.IGNORECASE)
"""Beginning of the ARNs of FIDO devices (IAM's ListMFADevices)."""


class SessionTokenProvider(Confidential):
    """
    Provider of a session (GetSessionToken) of the user whose credentials are in *source*.

    Args:
        source: long-term credentials; the service rejects others.
        mfa: function from the serial number to a code, called for each new session.
        mfa_serial: serial number or ARN of the device.
        duration: seconds or timedelta, from 15 minutes to 36 hours. Default: 12 hours (the service's default).
        params: other members of GetSessionToken by the service's names.
        call: function for the STS call, instead of a client with *options*.
        options: options of a client: region, endpoint, proxies, ...

    """

    def __init__(
        self,
        source: CredentialProvider,
        *,
        mfa: MFA | None = None,
        mfa_serial: str | None = None,
        duration: Union[int, timedelta, str, None] = None,
        params: Mapping[str, Any] | None = None,
        call: STSCaller | None = None,
        **options: Any,
    ) -> None:
        self.source = source
        self._mfa = mfa
        given = {"SerialNumber": mfa_serial, "DurationSeconds": duration, **(params or {})}
        self.params: Mapping[str, Any] = {name: value for name, value in given.items() if value is not None}
        if "TokenCode" not in self.params:
            check_mfa(mfa, self.params.get("SerialNumber"))
        self._call = call or Calls(options)

    @without_locals
    def retrieve(self) -> Credentials:
        """Return a new session. Errors of the source, the MFA function and the service are propagated."""
        params = dict(self.params)
        if self._mfa is not None:
            params["TokenCode"] = code_of(self._mfa, params["SerialNumber"])
        return session_credentials(self._call("get_session_token", params, self.source), "session-token")

    def _shown(self) -> str:
        return repr(self.params.get("SerialNumber", ""))


def code_of(mfa: MFA, serial: str) -> str:
    """Return the code that *mfa* returns for the device *serial*. A number is converted to its digits."""
    check_device(serial)
    code = mfa(serial)
    if isinstance(code, int) and not isinstance(code, bool):
        return f"{code:06}"
    if not isinstance(code, str) or not code.strip():
        kind = "an empty text" if isinstance(code, str) else f"a {type(code).__name__}"
        raise CredentialsError(f"The mfa function returned {kind} for {serial}; it must return the code that the device shows.")
    return code.strip()


def check_device(serial: str) -> None:
    """Raise CredentialsError for a FIDO security key or passkey, which has no codes, before a code is asked for."""
    if isinstance(serial, str) and _FIDO.search(serial):
        raise CredentialsError(
            f"The MFA device {serial} is a FIDO security key or passkey. STS accepts only the six-digit codes of "
            "authenticator apps and hardware tokens. Set mfa_serial= to such a device; a user may have several devices."
        )


def check_mfa(mfa: MFA | None, mfa_serial: str | None) -> None:
    """Raise the error for an invalid function, or if only one of function and device was given."""
    if mfa is not None and not callable(mfa):
        raise ConfigError(f"mfa is of type {type(mfa).__name__}; it must be a function from a serial number to a code.")
    check_function("assume_role_credentials", mfa, "mfa=")
    if mfa is not None and not mfa_serial:
        raise ConfigError("mfa= needs mfa_serial=, the serial number or ARN of the device, whose code is needed.")
    if mfa_serial and mfa is None:
        check_device(mfa_serial)
        raise CredentialsError(
            f"A code of the MFA device {mfa_serial} is needed, but there is no function to ask for it. Pass mfa=, a "
            "function that takes the serial number and returns a code."
        )
