"""
Sign-in links for the AWS console, made from temporary credentials.

Source: IAM User Guide, "Enable custom identity broker access to the AWS console"; the hosts are in `sts.endpoints`.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from sts import endpoints
from sts.base.durations import seconds_of
from sts.base.frames import without_locals
from sts.base.functions import is_async
from sts.credentials.normalize import provider_of
from sts.endpoints import Partition, partition_of
from sts.errors import ConfigError, CredentialsError, ServiceError, TransportError
from sts.http import Handler, HttpRequest
from sts.identity import CHAINED_ROLE, Credentials, source_of
from sts.tokens.presigned import exchange
from sts.tokens.signing import signing_for

if TYPE_CHECKING:
    from sts.client import AsyncSTS, STSClient
    from sts.identity import CredentialsLike
    from sts.pipeline.call import Wiring

SHORTEST, LONGEST = 900, 43200
"""Seconds allowed for SessionDuration."""
LIFETIME = timedelta(minutes=15)
"""Lifetime of a link."""


@without_locals
def console_url(
    destination: str = "",
    *,
    client: STSClient | AsyncSTS | None = None,
    region: str | None = None,
    credentials: CredentialsLike | None = None,
    profile: str | None = None,
    session_duration: int | timedelta | str | None = None,
    issuer: str | None = None,
    handler: Handler | None = None,
) -> str:
    """
    Return a link that signs a browser in to the console. Anyone who has the link can use it for 15 minutes.

    Args:
        destination: https URL, or path in the console such as "s3/buckets". Default: the console's home page.
        client: client with temporary credentials. Default: a client made from the next arguments.
        region: region of the console. It also determines the partition.
        credentials: any form that `STS(credentials=)` accepts, such as the result of `assume_role` or `get_federation_token`.
        profile: profile of the shared files.
        session_duration: seconds (900 to 43200), timedelta or "1h30m" that the browser stays signed in. Default: the lifetime
            of the credentials. AWS rejects it for federation tokens and chained roles.
        issuer: URL of your own sign-in page. The console links to it when the session is over.
        handler: HTTP handler for the request to AWS. Default: that of *client* (with its proxies and CA bundle), or a new one.

    Raises:
        ConfigError: the partition has no public console, or the duration is not allowed.
        CredentialsError: the credentials are not temporary, or the console does not accept their kind.
        ServiceError: AWS rejected the credentials.

    """
    given = provider_of(credentials) if credentials is not None else None
    signing = signing_for(client, region=region, credentials=given, profile=profile)
    wiring = None if client is None else client._wiring or client._wire()
    keys, place = signing.credentials, signing.endpoint.signing_region
    _check_temporary(keys)
    seconds = _seconds(session_duration)
    if seconds is not None:
        _check_duration_allowed(wiring.credentials if wiring else given, keys)
    partition = _console_partition(place)
    federation = f"https://{_host('signin', place, partition)}/federation"
    page = _destination(destination, _host("console", place, partition), place)
    query = {"Action": "login", "Issuer": issuer or "", "Destination": page}
    token = _signin_token(federation, keys, seconds, handler or _handler_of(wiring))
    return f"{federation}?{urlencode({**query, 'SigninToken': token}, quote_via=quote)}"


def _handler_of(wiring: Wiring | None) -> Handler | None:
    own = wiring.choose_handler() if wiring else None
    return None if own is None or is_async(own.send) else own


def _console_partition(region: str) -> Partition:
    """Return the partition of *region*. Raise ConfigError if its console is not public."""
    partition = partition_of(region)
    if partition.console_region is None:
        public = [one.name for one in endpoints.PARTITIONS if one.console_region is not None]
        raise ConfigError(
            f"The region {region!r} is in the partition {partition.name}, whose console has no public sign-in endpoint. "
            f"Partitions with a public console: {', '.join(public)}."
        )
    return partition


def _host(name: str, region: str, partition: Partition) -> str:
    host = f"{name}.{partition.sign_in_suffix}"
    return host if region == partition.console_region else f"{region}.{host}"


def _destination(given: str, console: str, region: str) -> str:
    if "://" not in given:
        path = given.lstrip("/") or "console/home"
        return f"https://{console}/{path}{'&' if '?' in path else '?'}region={region}"
    if urlsplit(given).scheme != "https":
        raise ConfigError(f"destination is {given!r}; it must be an https URL, or a path in the console such as 's3/buckets'.")
    return given


def _check_temporary(keys: Credentials) -> None:
    if not keys.session_token:
        raise CredentialsError(
            "The credentials are the long-term keys of a user, but the console accepts temporary credentials only. Pass "
            "as credentials= the result of client.assume_role(...), or of client.get_federation_token(Name=..., "
            "Policy=...)."
        )
    if keys.source == "session-token":
        raise CredentialsError(
            "The credentials are a session of GetSessionToken, which the console does not accept (with or without MFA). "
            "Assume a role with the session and pass the role's credentials, or pass as credentials= the result of "
            "client.get_federation_token(Name=..., Policy=...), called with the user's long-term keys."
        )


def _seconds(duration: int | timedelta | str | None) -> int | None:
    if duration is None:
        return None
    seconds = seconds_of(duration)
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not SHORTEST <= seconds <= LONGEST:
        raise ConfigError(f"session_duration is {duration!r}; it must be from {SHORTEST} to {LONGEST} seconds.")
    return seconds


def _check_duration_allowed(provider: Any, keys: Credentials) -> None:
    federated = keys.source == "federation-token"
    if not federated and keys.source != CHAINED_ROLE and not is_chained(provider):
        return
    kind = "a federation token" if federated else "the session of a chained role"
    raise ConfigError(
        f"session_duration cannot be used with {kind}: AWS rejects it. Leave it out. The browser then stays signed in "
        "until the credentials expire."
    )


def is_chained(provider: Any) -> bool:
    """Return True if *provider* is known to return sessions of chained roles."""
    while hasattr(provider, "provider"):  # unwrap caching providers
        provider = provider.provider
    source = getattr(provider, "source", None)
    return source is not None and hasattr(source, "retrieve") and source_of(source.retrieve()).is_role


def _signin_token(federation: str, keys: Credentials, seconds: int | None, handler: Handler | None) -> str:
    session = {"sessionId": keys.access_key_id, "sessionKey": keys.secret_access_key, "sessionToken": keys.session_token}
    form = {"Action": "getSigninToken", "Session": json.dumps(session)}
    if seconds is not None:
        form["SessionDuration"] = str(seconds)
    # Send a form: secrets in a URL end up in the logs of proxies.
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    response = exchange(HttpRequest("POST", federation, headers, urlencode(form).encode()), handler)
    if response.status >= 500:
        raise TransportError(f"{urlsplit(federation).netloc} failed: HTTP {response.status}.", status_code=response.status)
    try:
        token = json.loads(response.body)["SigninToken"] if response.status == 200 else None
    except (ValueError, KeyError, TypeError, RecursionError):
        token = None
    if not isinstance(token, str):
        raise _refused(federation, response.status, seconds, keys.expiration)
    return token


def _refused(federation: str, status: int, seconds: int | None, expiration: datetime | None) -> ServiceError:
    until = f" They expire at {expiration:%Y-%m-%dT%H:%M:%SZ}." if expiration else ""
    hint = "For chained roles and federation tokens, leave out session_duration." if seconds is not None else None
    host = urlsplit(federation).netloc
    return ServiceError(
        f"{host} did not accept the credentials.{until}",
        code="InvalidCredentialsParameter",
        status_code=status,
        operation="getSigninToken",
        hostname=host,
        hint=hint,
    )
