"""
Signatures for requests of other HTTP libraries to any AWS service, and recovery when the service rejects a signature.

If a request is rejected for a wrong clock or expired credentials, the cause is corrected, and the request is signed and sent
once more. This is safe, because a rejected request was not executed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Union

from sts.base.records import Record, of_whole
from sts.base.time import Clock, unix_time
from sts.credentials.chain.default import default_chain
from sts.credentials.normalize import provider_of
from sts.credentials.refresh.cache import CachedProvider
from sts.errors import ConfigError, MissingRegionError
from sts.http import Headers, HttpRequest
from sts.identity import Credentials, obtain
from sts.logs import LOGGER
from sts.pipeline.recovery import EXPIRED_CODES, SKEW_CODES, SKEW_THRESHOLD, http_time
from sts.settings.profiles import load_profiles
from sts.settings.settings import missing_region_message, resolve_settings
from sts.signer import host_of, sign_request

if TYPE_CHECKING:
    from sts.client import AsyncSTS, STSClient
    from sts.identity import CachingProvider, CredentialsLike

    CredentialsOrClient = Union[CredentialsLike, STSClient, AsyncSTS]

S3_LIKE = frozenset({"s3", "s3-outposts", "s3-object-lambda"})
"""Services that sign the path without normalizing it."""
UNSIGNED_BODY = frozenset({"vpc-lattice-svcs"})
"""Services that do not verify the hash of the body (VPC Lattice User Guide, "SigV4 authenticated requests")."""
BAD_REQUEST = 400
REFUSALS = frozenset({BAD_REQUEST, 401, 403})
_CODE = re.compile(
    rb'<Code>([\w.#:-]+)</Code>|"(?:__type|code|Code)"\s*:\s*"([^"]{1,200})"|(security token[^"<]{1,60}expired)', re.IGNORECASE
)

SIGNATURE_HEADERS = ("authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "x-amz-region-set")
"""Headers that a signature adds to a request."""


class Signature(Record):
    """The *headers* to add to a request, and the data from which they were made."""

    headers: dict[str, str]
    credentials: Credentials
    host: str
    body_hash: str


class ServiceSigner:
    """Signer of requests to one service and region, with the arguments of `SigningAuth`. Thread-safe."""

    def __init__(
        self,
        service: str,
        region: str | None,
        credentials: CredentialsOrClient | None,
        profile: str | None,
        unsigned_payload: bool,
        region_set: str | Iterable[str] | None,
        now: Callable[[], float],
    ) -> None:
        if not isinstance(service, str) or not service:
            raise ConfigError(f"service is {service!r}; it must be the signing name of an AWS service, such as 'execute-api'.")
        self.service = service
        self._sign: partial[HttpRequest]
        if region_set is None:
            self.region = region or region_for(profile)
            self._sign = partial(sign_request, service=service, region=self.region)
        elif region is not None:
            raise ConfigError("region and region_set were given; give one of them.")
        else:
            from sts.sigv4a import region_set_of, sign_request_v4a  # import late: needs an optional package

            self.region = region_set_of(region_set)
            self._sign = partial(sign_request_v4a, service=service, region_set=self.region)
        self.unsigned_payload = unsigned_payload or service in UNSIGNED_BODY
        self.provider = provider_for(credentials, profile)
        self._clock = Clock(now=now)

    def sign(self, method: str, url: str, headers: Mapping[str, str], body_hash: str) -> Signature:
        """
        Return the signature of a request. Signed are `host`, `content-type`, `content-md5` and the `x-amz-*` of *headers*.

        The body's hash is sent as a signed header: some services require it, and all accept it.
        """
        credentials = obtain(self.provider)
        signed = Headers({name: value for name, value in Headers(headers).items() if _is_signed(name)})
        signed["x-amz-content-sha256"] = body_hash
        host = host_of(url)
        result = self._sign(
            HttpRequest(method, url.partition("#")[0], signed),
            credentials,
            now=self._clock.now(host),
            normalize_path=self.service not in S3_LIKE,
            double_encode=self.service not in S3_LIKE,
        )
        added = {name: result.headers[name] for name in SIGNATURE_HEADERS if name in result.headers}
        return Signature(added, credentials, host, body_hash)

    def mend(self, signature: Signature, status: int, headers: Mapping[str, str], body: bytes) -> bool:
        """Correct the cause of a rejected signature. Return True if a new signature may be accepted."""
        if status not in REFUSALS:
            return False
        told, code = Headers(headers), error_code(headers, body)
        # A 400 caused by the request itself must not be sent again, even if the clock differs.
        about_time = status != BAD_REQUEST or code in SKEW_CODES or "expired" in code.lower()
        if about_time and self._correct_clock(signature, told):
            return True
        expired = code in EXPIRED_CODES or ("expired" in code.lower() and "token" in code.lower())
        return expired and bool(self.provider.invalidate(signature.credentials))

    def _correct_clock(self, signature: Signature, headers: Headers) -> bool:
        theirs = None if "age" in headers else http_time(headers.get("date", ""))
        signed = http_time(signature.headers["x-amz-date"])
        if theirs is None or signed is None or abs(theirs - signed) < SKEW_THRESHOLD:
            return False
        ahead = theirs - self._clock.time(signature.host)
        if abs(ahead) < SKEW_THRESHOLD:
            return True  # the local clock is right: the request was sent long after it was signed
        self._clock.correct(signature.host, theirs)
        LOGGER.warning(
            "This machine's clock and that of %s differ by %.0f s; signing with the service's time.", signature.host, ahead
        )
        return True


class SigningAuth:
    """
    Authentication of an HTTP library that signs requests.

    *credentials* is any form that `STS(credentials=)` accepts, or None for the default chain (with *profile*). With
    *unsigned_payload* the body is not signed, which Amazon S3 allows over TLS. *region_set* selects SigV4a for these regions.
    *now* is a function that returns Unix time, for tests.
    """

    def __init__(
        self,
        service: str,
        region: str | None = None,
        credentials: CredentialsOrClient | None = None,
        *,
        profile: str | None = None,
        unsigned_payload: bool = False,
        region_set: str | Iterable[str] | None = None,
        now: Callable[[], float] = unix_time,
    ) -> None:
        self._signer = ServiceSigner(service, region, credentials, profile, unsigned_payload, region_set, now)

    @of_whole
    def __repr__(self) -> str:
        return f"SigV4Auth({self._signer.service!r}, {self._signer.region!r})"


def error_code(headers: Mapping[str, str], body: bytes) -> str:
    """Return the error code (or the text about an expired token) in a response of any AWS protocol, or ""."""
    match = _CODE.search(body[: 1024 * 1024])
    found = match[match.lastindex or 0].decode("utf-8", "replace") if match else ""
    return str(Headers(headers).get("x-amzn-errortype") or found).partition(":")[0].rpartition("#")[2]


def _is_signed(name: str) -> bool:
    return name in {"host", "content-type", "content-md5"} or (name.startswith("x-amz-") and name not in SIGNATURE_HEADERS)


def provider_for(
    credentials: CredentialsOrClient | None, profile: str | None = None, region: str | None = None
) -> CachingProvider:
    """Return a caching provider for *credentials* in any form, or for those of a client. None means the default chain."""
    client: Any = credentials
    if hasattr(client, "_wire") and hasattr(client, "_wiring"):
        signing: CachingProvider = (client._wiring or client._wire()).credentials
        return signing
    if credentials is None:
        options: dict[str, Any] = {} if region is None else {"region": region}
        return CachedProvider(default_chain(profile, explicit_profile=profile is not None, **options))
    if profile is not None:
        raise ConfigError("credentials and profile were given; give one of them.")
    return provider_of(client)


def region_of(given: CredentialsOrClient | None) -> str | None:
    """Return the region of a client or of refreshing credentials, if they have one."""
    found = getattr(given, "region", None) if hasattr(given, "_wire") else getattr(given, "client_options", {}).get("region")
    return found if isinstance(found, str) and found else None


def region_for(profile: str | None = None) -> str:
    """Return the region of environment or profile. Raise MissingRegionError if there is none."""
    options = {} if profile is None else {"profile": profile}
    settings = resolve_settings(options, os.environ, lambda: load_profiles(os.environ))
    if settings.region is None:
        raise MissingRegionError(missing_region_message(settings))
    return settings.region


def hash_of(body: bytes | str | None) -> str:
    """Return the SHA-256 of a body in memory. A str is hashed as UTF-8."""
    return hashlib.sha256(body.encode() if isinstance(body, str) else body or b"").hexdigest()
