"""
Credentials, endpoint and time for signing a token.

Tokens are often made by a short process (kubectl starts one for each token). So the client is not loaded when the environment
alone decides.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from sts.base.forks import load
from sts.base.records import Record, of_whole
from sts.base.time import utc_now
from sts.endpoints import Endpoint, resolve_endpoint
from sts.errors import ConfigError
from sts.identity import Credentials, obtain

TYPE_CHECKING = False  # type checkers treat this name as typing's, and typing is not imported
if TYPE_CHECKING:
    from typing import Any, TypedDict

    from typing_extensions import Self

    from sts.client import AsyncSTS, STSClient
    from sts.identity import CredentialsLike
    from sts.pipeline.call import Wiring

    class SignerOptions(TypedDict, total=False):
        """Signer of a token: a client, or options of a client."""

        client: STSClient | AsyncSTS | None
        region: str | None
        credentials: CredentialsLike | None
        profile: str | None

    class SigningOptions(SignerOptions, total=False):
        """Signer of a token, and the signing time (an aware datetime), for tests."""

        now: datetime | None


GET_CALLER_IDENTITY = "Action=GetCallerIdentity&Version=2011-06-15"
"""Query (or form) of the operation whose signed request proves an identity. A test compares it with the table of operations."""

_DECIDING = """
    AWS_PROFILE AWS_DEFAULT_PROFILE AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_ENDPOINT_URL AWS_ENDPOINT_URL_STS
    AWS_USE_FIPS_ENDPOINT AWS_USE_DUALSTACK_ENDPOINT AWS_STS_REGIONAL_ENDPOINTS AWS_SECURITY_TOKEN AWS_CREDENTIAL_EXPIRATION
""".split()  # noqa: SIM905  # one name on a line would hide the rest


class Signing(Record):
    """Credentials, endpoint and (aware) time for signing a token."""

    credentials: Credentials
    endpoint: Endpoint
    now: datetime

    @property
    def url(self) -> str:
        """Return the URL of the endpoint with its path."""
        return self.endpoint.url if self.endpoint.url.count("/") > 2 else f"{self.endpoint.url}/"

    def expiration(self, now: datetime, lifetime: timedelta) -> datetime:
        """Return the end of a token of *now* that lives for *lifetime*, but not longer than the credentials."""
        expiration = now.astimezone(timezone.utc) + lifetime
        return min(expiration, self.credentials.expiration or expiration)


class SignedToken(str):
    """A token with the content *text*, valid until *expiration* (an aware datetime). The repr hides the text."""

    expiration: datetime

    def __new__(cls, text: str, expiration: datetime) -> Self:
        """Make a token from its text."""
        token = super().__new__(cls, text)
        token.expiration = expiration
        return token

    def __getnewargs__(self) -> tuple[str, datetime]:  # type: ignore[override]  # str's own have no expiration
        return str(self), self.expiration

    @of_whole
    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self)} characters, valid until {self.expiration:%Y-%m-%dT%H:%M:%SZ}>"


def signing_for(
    client: STSClient | AsyncSTS | None = None,
    *,
    region: str | None = None,
    credentials: CredentialsLike | None = None,
    profile: str | None = None,
    now: datetime | None = None,
    environ: Mapping[str, str] | None = None,
) -> Signing:
    """
    Return the signing data of *client*, or of a client made from these options.

    Raises ConfigError if both are given, MissingRegionError without a region, CredentialsError without credentials.
    """
    environ = os.environ if environ is None else environ
    if client is not None:
        _check_client(client, region=region, credentials=credentials, profile=profile)
        return _from_wiring(client._wiring or client._wire(), now)
    region = region or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    keys = credentials if isinstance(credentials, Credentials) else None
    key, secret = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
    if credentials is None and key and secret:
        keys = Credentials(key, secret, environ.get("AWS_SESSION_TOKEN") or None, source="environment")
    if region and keys and not profile and _environment_decides(environ):
        return Signing(keys, resolve_endpoint(region.strip()), now or utc_now())
    options = {"region": region, "credentials": credentials, "profile": profile}
    given = {name: value for name, value in options.items() if value is not None}
    choose = load("sts.credentials.choose")
    wiring = load("sts.pipeline.wiring").wire_client(given, None, choose.choose_credentials, choose.metadata_region, environ)
    return _from_wiring(wiring, now)


def _check_client(client: Any, **others: Any) -> None:
    if not hasattr(client, "_wire"):
        raise ConfigError(f"client is a {type(client).__name__}; it must be an STS, AsyncSTS or STSClient.")
    given = [name for name, value in others.items() if value is not None]
    if given:
        raise ConfigError(f"client and {' and '.join(given)} were given; give either a client or options.")


def _from_wiring(wiring: Wiring, now: datetime | None) -> Signing:
    credentials = obtain(wiring.credentials)
    return Signing(credentials, wiring.endpoint, now or wiring.clock.now(wiring.host))


def _environment_decides(environ: Mapping[str, str]) -> bool:
    """Return True if only the region and keys in *environ* matter: no other variable and no shared file is set."""
    if any(environ.get(name) for name in _DECIDING):
        return False
    home = environ.get("HOME")
    return bool(home) and not any(os.path.exists(f"{home}/.aws/{name}") for name in ("config", "credentials"))
