"""Waiter for new keys, users and roles, which IAM needs some seconds to make known everywhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sts.base.time import sleep
from sts.credentials.exchange.sts_calls import Calls, STSCaller
from sts.credentials.normalize import provider_of
from sts.errors import CredentialsError, ServiceError
from sts.logs import LOGGER

if TYPE_CHECKING:
    from sts.identity import CredentialsLike

NOT_YET = frozenset(
    {"AccessDenied", "AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException"}
)
"""Error codes for credentials that are not known yet. AccessDenied is for a new role or trust policy."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0


def wait_until_usable(
    credentials: CredentialsLike,
    timeout: float = 60.0,
    *,
    region: str | None = None,
    client_options: Mapping[str, Any] | None = None,
    call: STSCaller | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = sleep,
) -> Mapping[str, Any]:
    """
    Call GetCallerIdentity with *credentials* until it succeeds, and return its result.

    Args:
        credentials: any form that `STS(credentials=)` accepts. The function also waits for a role that cannot be assumed yet.
        timeout: seconds after which a CredentialsError is raised, with the last error as its cause.
        region: region of the calls. Default: that of refreshing credentials, then as for any client.
        client_options: other options of the client for the calls.
        call: function for the call, instead of a client.
        clock: function that returns seconds, for tests.
        sleep: function that waits, for tests.

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
                raise CredentialsError(f"The credentials are still rejected after {timeout:.0f} s: {error}") from error
            LOGGER.debug("The credentials are not usable yet (%s), next try in %.1f s", error.code, pause)
        sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
