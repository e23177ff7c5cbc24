"""
Passwords for databases and queues with IAM authentication: presigned URLs for RDS, Aurora DSQL, ElastiCache, MemoryDB and MSK.

Nothing is sent. A token is valid for 15 minutes. The service checks it when a connection opens; open connections outlive the
token. Sources: RDS, Aurora DSQL, ElastiCache and MemoryDB user guides on IAM authentication;
aws/aws-msk-iam-sasl-signer-python.
"""

from __future__ import annotations

import base64
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from sts._version import __version__
from sts.errors import ConfigError
from sts.http import HttpRequest
from sts.signer import presign_url
from sts.tokens.signing import SignedToken, signing_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing_extensions import Unpack

    from sts.client import AsyncSTS, STSClient
    from sts.identity import CredentialsLike
    from sts.tokens.signing import SigningOptions

LIFETIME = timedelta(minutes=15)
"""Time for which each of these services accepts a token."""
_HOST = re.compile(r"(?!-)[A-Za-z0-9._-]{1,253}", re.ASCII)
_REGION_IN_HOST = re.compile(r"\.([a-z]{2,4}(?:-[a-z]+)+-\d+)\.(?:rds\.|on\.aws[:/])")


class ServiceToken(SignedToken):
    """
    A password for a database or queue: a `str` with the content *text*, valid until *expiration* (an aware datetime).

    The repr hides the password, because it is enough to connect.
    """


def rds_token(host: str, port: int, user: str, **signer: Unpack[SigningOptions]) -> ServiceToken:
    """
    Return the password of database user *user* for the Amazon RDS or Aurora endpoint *host*.

    It is signed with the credentials of `client=`. Without a client, it is signed with the credentials of a client made from
    `region=`, `credentials=` (any form that `STS(credentials=)` accepts) and `profile=`. Without `region=`, the region is taken
    from the host name, or from the client if the host name has none.

    Raises:
        ConfigError: host, port or user cannot be part of a token.
        CredentialsError: there are no credentials.

    """
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= 65535:
        raise ConfigError(f"port is {port!r}; it must be a whole number from 1 to 65535.")
    return _token("rds-db", f"https://{_checked(host)}:{port}/", {"Action": "connect", "DBUser": _named(user)}, signer)


def dsql_token(host: str, *, admin: bool = False, **signer: Unpack[SigningOptions]) -> ServiceToken:
    """
    Return the password for the Aurora DSQL endpoint *host*: for the user `admin` if *admin* is True, otherwise for any other
    role.

    Other arguments and errors: see `rds_token()`.
    """
    return _token("dsql", f"https://{_checked(host)}/", {"Action": "DbConnectAdmin" if admin else "DbConnect"}, signer)


def elasticache_token(cache: str, user: str, *, serverless: bool = False, **signer: Unpack[SigningOptions]) -> ServiceToken:
    """
    Return the password of *user* for the ElastiCache replication group or serverless cache named *cache* (not its host).

    Other arguments and errors: see `rds_token()`.
    """
    return _cache_token("elasticache", cache, user, "ServerlessCache" if serverless else "", signer)


def memorydb_token(cluster: str, user: str, **signer: Unpack[SigningOptions]) -> ServiceToken:
    """
    Return the password of *user* for the MemoryDB cluster named *cluster* (not its host).

    Other arguments and errors: see `rds_token()`.
    """
    return _cache_token("memorydb", cluster, user, "", signer)


def msk_token(
    region: str | None = None,
    *,
    client: STSClient | AsyncSTS | None = None,
    credentials: CredentialsLike | None = None,
    profile: str | None = None,
    now: datetime | None = None,
) -> ServiceToken:
    """
    Return the token for Amazon MSK in *region* (default: the client's region), for the SASL mechanism OAUTHBEARER.

    Kafka clients also need the expiration: `token.expiration.timestamp()`. For *client*, *credentials*, *profile* and the
    errors, see `rds_token()`.
    """
    signer: SigningOptions = {"client": client, "region": region, "credentials": credentials, "profile": profile, "now": now}
    signed = _token("kafka-cluster", "https://kafka.REGION.amazonaws.com/", {"Action": "kafka-cluster:Connect"}, signer)
    # The user agent is part of the token but is not signed.
    url = f"https://{signed}&{urlencode({'User-Agent': f'sts-client/{__version__}'}, quote_via=quote, safe='')}"
    return ServiceToken(base64.urlsafe_b64encode(url.encode()).decode().rstrip("="), signed.expiration)


def _cache_token(service: str, name: str, user: str, kind: str, signer: SigningOptions) -> ServiceToken:
    query = {"Action": "connect", "User": _named(user), **({"ResourceType": kind} if kind else {})}
    return _token(service, f"http://{_checked(name)}/", query, signer)


def _token(service: str, url: str, query: dict[str, str], signer: SigningOptions) -> ServiceToken:
    options: dict[str, Any] = dict(signer)
    found = _REGION_IN_HOST.search(url)
    place: str | None = options.get("region") or (found[1] if found else None)
    if options.get("client") is not None:
        options.pop("region", None)
    elif place:
        options["region"] = place
    signing = signing_for(**options)
    region = place or signing.endpoint.signing_region
    request = HttpRequest("GET", f"{url.replace('REGION', region)}?{urlencode(query, quote_via=quote, safe='')}")
    seconds = int(LIFETIME.total_seconds())
    signed = presign_url(request, signing.credentials, service=service, region=region, expires_in=seconds, now=signing.now)
    return ServiceToken(signed.partition("://")[2], signing.expiration(signing.now, LIFETIME))


def _checked(host: str) -> str:
    if not isinstance(host, str) or not _HOST.fullmatch(host):
        raise ConfigError(
            f"{host!r} is not a host or name; it may have letters, digits, dots and hyphens, but no scheme and no port."
        )
    return host


def _named(user: str) -> str:
    if not isinstance(user, str) or not user:
        raise ConfigError(f"user is {user!r}; it must be the name of the database user.")
    return user
