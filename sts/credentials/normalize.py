"""Normalization of `credentials=`: a value, a provider, a mapping or a function becomes `Credentials` or a provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sts.base.forks import load
from sts.base.frames import without_locals
from sts.base.functions import check_function
from sts.base.time import parse_timestamp
from sts.errors import ConfigError
from sts.identity import CachingProvider, Credentials, CredentialsLike, StaticProvider

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SPELLINGS = {
    "access_key_id": ("access_key_id", "accessKeyId", "AccessKeyId"),
    "secret_access_key": ("secret_access_key", "secretAccessKey", "SecretAccessKey"),
    "session_token": ("session_token", "sessionToken", "SessionToken"),
    "expiration": ("expiration", "Expiration", "expireTime"),
    "account_id": ("account_id", "accountId", "AccountId"),
}

_MADE_BY = {"AssumedRoleUser": "assume-role", "FederatedUser": "federation-token"}
"""Members of results and the source of the credentials in them."""
ACCOUNT = 4
"""Index of the account among the parts of an ARN."""
FORM = "_for_client"
"""Attribute of a provider with the function that returns its form for a client."""


class CallableProvider:
    """Provider that calls a function, which returns credentials in any form that `credentials=` accepts."""

    def __init__(self, function: Callable[..., object]) -> None:
        self._function = function

    @without_locals
    def retrieve(self) -> Credentials:
        """Call the function and return its result as `Credentials`."""
        return credentials_of(self._function())


def for_client(given: Any, client: Mapping[str, Any]) -> Any:
    """
    Return *given* (the option `credentials=`) in the form for this client.

    *client* contains `profile` (None unless it was given as an option) and the resolved `region`. The same values return the
    same object, so that clients with equal settings share one cache.
    """
    # Not getattr(): an object with arbitrary attributes, such as a mock, has no such form.
    form = getattr(given, "__dict__", {}).get(FORM)
    return given if form is None else form(given, client)


def provider_of(given: CredentialsLike) -> CachingProvider:
    """Return a caching provider for *given*, in any form that `credentials=` accepts: always the same for the same provider."""
    if isinstance(given, type):
        raise ConfigError(f"credentials is the class {given.__name__}; pass an instance: {given.__name__}(...).")
    if hasattr(given, "cached") and hasattr(given, "retrieve"):
        return given  # type: ignore[return-value]  # it has the methods of one
    if hasattr(given, "retrieve"):
        shared: CachingProvider = load("sts.credentials.refresh.cache").shared_cache(given)  # clients with keys need no cache
        return shared
    if isinstance(given, (Credentials, Mapping)):
        return StaticProvider(credentials_of(given))
    if callable(given):
        check_function("STS", given, "credentials=")
        cached: CachingProvider = load("sts.credentials.refresh.cache").CachedProvider(CallableProvider(given))
        return cached
    theirs = type(given).__module__.partition(".")[0] in ("boto3", "botocore")
    raise ConfigError(
        f"credentials is of type {type(given).__name__}; it must be a Credentials, a provider with retrieve(), a mapping with "
        "access_key_id and secret_access_key, or a function that returns one of these."
        + (" Convert credentials of boto3 with sts.integrations.boto3.from_boto3_session(session)." if theirs else "")
    )


def credentials_of(value: object) -> Credentials:
    """Return *value* (Credentials, or a mapping in snake_case, camelCase or a result's PascalCase) as `Credentials`."""
    if isinstance(value, Credentials):
        return value
    if not isinstance(value, Mapping):
        raise ConfigError(f"Expected credentials as a Credentials or a mapping, but got a {type(value).__name__}.")
    made_by = next((member for member in _MADE_BY if member in value), "")
    user = value.get(made_by)
    arn = str(user.get("Arn") or "").split(":") if isinstance(user, Mapping) else []
    account = arn[ACCOUNT] or None if len(arn) > ACCOUNT else None
    inner = value.get("Credentials")
    members: Mapping[str, Any] = inner if isinstance(inner, Mapping) else value
    found: dict[str, Any] = {
        name: next((members[key] for key in keys if members.get(key)), None) for name, keys in SPELLINGS.items()
    }
    for name in ("access_key_id", "secret_access_key"):
        if not isinstance(found[name], str):
            raise ConfigError(f"The credentials have no {name}; give it as one of {', '.join(SPELLINGS[name])}.")
    if isinstance(found["expiration"], str):
        found["expiration"] = _time(found["expiration"])
    found["account_id"] = found["account_id"] or account
    return Credentials(**found, source=_MADE_BY.get(made_by, "static"))


def _time(text: str) -> datetime:
    try:
        return parse_timestamp(text)
    except ValueError:
        pass
    raise ConfigError(
        "Cannot parse the expiration of the credentials; it must be an aware datetime, or text such as 2030-01-02T03:04:05Z."
    )
