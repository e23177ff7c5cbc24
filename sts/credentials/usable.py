"""Waiting for credentials that IAM does not know everywhere yet: new keys, users and roles take seconds to spread."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from sts.credentials.exchange.sts_calls import Calls, STSCaller
from sts.credentials.given import provider_of
from sts.errors import CredentialsError, ServiceError
from sts.logs import LOGGER

NOT_YET = frozenset(
    {"AccessDenied", "AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException"}
)
"""Codes with which services refuse what they do not know yet; AccessDenied is a new role's, or a new trust policy's."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0


def wait_until_usable(
    credentials: Any,
    timeout: float = 60.0,
    *,
    region: str | None = None,
    client_options: Mapping[str, Any] | None = None,
    call: STSCaller | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> Mapping[str, Any]:
    """
    Call GetCallerIdentity with *credentials* until it succeeds, and return its result.

    Args:
        credentials: in any form that `STS(credentials=)` takes; a role that cannot be assumed yet is waited for as well.
        timeout: seconds after which the last refusal is raised, as the cause of a CredentialsError.
        region: region of the calls; else that of refreshing credentials, else as for any client.
        client_options: other options of the client that makes the calls.
        call: makes the call instead.
        clock: gives seconds; for tests.
        sleep: waits; for tests.

    """
    provider = provider_of(credentials)
    options = {**getattr(credentials, "client_options", {}), **(client_options or {})}
    call = call or Calls(options if region is None else {**options, "region": region})
    end, pause = clock() + timeout, FIRST_PAUSE
    while True:
        try:
            return call("get_caller_identity", {}, provider)
        except ServiceError as error:
            if error.code not in NOT_YET:
                raise
            if clock() + pause > end:
                raise CredentialsError(f"The credentials are still refused after {timeout:.0f} s: {error}") from error
            LOGGER.debug("The credentials are not usable yet (%s), next try in %.1f s", error.code, pause)
        sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
