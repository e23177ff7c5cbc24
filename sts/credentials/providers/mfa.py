"""Sessions of a user proved by an MFA device: one code serves every role that is assumed from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Union

from sts.base.frames import without_locals
from sts.base.functions import check_function
from sts.base.records import of_whole
from sts.credentials.exchange.sts_calls import Calls, STSCaller, session_credentials
from sts.errors import ConfigError, CredentialsError
from sts.identity import CredentialProvider, Credentials

MFA = Callable[[str], str]
"""Given the serial number of an MFA device, returns the code that it shows."""


_FIDO = re.compile(r"^arn:[^:]+:iam::\d*:(?:u2f|fido\w*|passkey\w*)/", re.IGNORECASE)
"""ARNs of FIDO devices begin so (IAM's ListMFADevices)."""


class SessionTokenProvider:
    """
    Get a session of the user whose credentials *source* gives (GetSessionToken).

    Args:
        source: long-term credentials; the service refuses others.
        mfa: given the serial number, returns a code; called for each new session.
        mfa_serial: serial number or ARN of the device.
        duration: seconds or timedelta, from 15 minutes to 36 hours; the service's default is 12 hours.
        params: other members of GetSessionToken by the service's names.
        call: makes the STS call, instead of a client with *options*.
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
        """Return a new session; raise what the source, the MFA function or the service raises."""
        params = dict(self.params)
        if self._mfa is not None:
            params["TokenCode"] = code_of(self._mfa, params["SerialNumber"])
        return session_credentials(self._call("get_session_token", params, self.source), "session-token")

    @of_whole
    def __repr__(self) -> str:
        return f"SessionTokenProvider({self.params.get('SerialNumber', '')!r})"


def code_of(mfa: MFA, serial: str) -> str:
    """Return the code that *mfa* gives for the device *serial*; a number is taken as the code's digits."""
    check_device(serial)
    code = mfa(serial)
    if isinstance(code, int) and not isinstance(code, bool):
        return f"{code:06}"
    if not isinstance(code, str) or not code.strip():
        kind = "an empty text" if isinstance(code, str) else f"a {type(code).__name__}"
        raise CredentialsError(f"The mfa function gave {kind} for {serial}; it must return the code that the device shows.")
    return code.strip()


def check_device(serial: str) -> None:
    """Raise CredentialsError for a FIDO security key or passkey, which has no codes: before anybody is asked for one."""
    if isinstance(serial, str) and _FIDO.search(serial):
        raise CredentialsError(
            f"The MFA device {serial} is a FIDO security key or passkey. STS takes only the six-digit codes of authenticator "
            "apps and hardware tokens. Give mfa_serial= of such a device; a user may have several devices."
        )


def check_mfa(mfa: MFA | None, mfa_serial: str | None) -> None:
    """Raise what is wrong with a function for codes and a device of which only one was given."""
    if mfa is not None and not callable(mfa):
        raise ConfigError(f"mfa is of type {type(mfa).__name__}; it must be a function from a serial number to a code.")
    check_function("assume_role_credentials", mfa, "mfa=")
    if mfa is not None and not mfa_serial:
        raise ConfigError("mfa= needs mfa_serial=, the serial number or ARN of the device, to be asked for its code.")
    if mfa_serial and mfa is None:
        raise CredentialsError(
            f"A code of the MFA device {mfa_serial} is needed, but nothing here can ask for it; pass mfa=, a function that is "
            "given the serial number and returns a code."
        )
