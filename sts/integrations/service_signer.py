"""
Requests of other HTTP libraries, signed for any AWS service, and what is done when the service refuses a signature.

A refusal for a wrong clock or expired credentials is put right, and the request signed and sent once more: it was not executed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Union

from sts.base.records import Record, of_whole
from sts.base.time import Clock, unix_time
from sts.credentials.chain.default import default_chain
from sts.credentials.given import provider_of
from sts.credentials.refresh.cache import CachedProvider
from sts.errors import ConfigError, MissingRegionError
from sts.http import Headers, HttpRequest
from sts.identity import Credentials, obtain
from sts.logs import LOGGER
from sts.pipeline.recovery import EXPIRED_CODES, SKEW_CODES, SKEW_THRESHOLD, http_time
from sts.settings.profiles import load_profiles
from sts.settings.settings import missing_region_message, resolve_settings
from sts.signer import host_of, sign_request

S3_LIKE = frozenset({"s3", "s3-outposts", "s3-object-lambda"})
"""Services that sign the path as it stands."""
UNSIGNED_BODY = frozenset({"vpc-lattice-svcs"})
"""Services that do not look at the body's hash (VPC Lattice User Guide, "SigV4 authenticated requests")."""
BAD_REQUEST = 400
REFUSALS = frozenset({BAD_REQUEST, 401, 403})
_CHUNK = 1024 * 1024
_CODE = re.compile(
    rb'<Code>([\w.#:-]+)</Code>|"(?:__type|code|Code)"\s*:\s*"([^"]{1,200})"|(security token[^"<]{1,60}expired)', re.IGNORECASE
)

SIGNATURE_HEADERS = ("authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "x-amz-region-set")
"""What a signature adds to a request."""


class Signature(Record):
    """Hold the *headers* to add to a request, and what they were made of."""

    headers: dict[str, str]
    credentials: Credentials
    host: str
    body_hash: str


class ServiceSigner:
    """
    Sign requests for one service and region with credentials that renew themselves. Thread-safe.

    *credentials* are in any form that `STS(credentials=)` takes, None for the default chain (of *profile*). *unsigned_payload*
    leaves the body out of the signature, which Amazon S3 allows over TLS. *region_set* makes it SigV4a, for these regions.
    *now* gives Unix time; for tests.
    """

    def __init__(
        self,
        service: str,
        region: str | None = None,
        credentials: Any = None,
        *,
        profile: str | None = None,
        unsigned_payload: bool = False,
        region_set: str | Iterable[str] | None = None,
        now: Callable[[], float] = unix_time,
    ) -> None:
        if not isinstance(service, str) or not service:
            raise ConfigError(f"service is {service!r}; it must be the signing name of an AWS service, such as 'execute-api'.")
        self.service = service
        self._sign = _signer(service, region, region_set, profile)
        self.region = self._sign.keywords.get("region") or self._sign.keywords["region_set"]
        self.unsigned_payload = unsigned_payload or service in UNSIGNED_BODY
        self._provider = provider_for(credentials, profile)
        self._clock = Clock(now=now)

    def cached(self) -> Credentials | None:
        """Return good credentials if they are at hand."""
        found: Credentials | None = self._provider.cached()
        return found

    def credentials(self) -> Credentials:
        """Return good credentials, waiting for a refresh if need be."""
        return obtain(self._provider)

    def sign(
        self, method: str, url: str, headers: Mapping[str, str], body_hash: str, credentials: Credentials | None = None
    ) -> Signature:
        """
        Return the signature of a request: over `host`, `content-type`, `content-md5` and the `x-amz-*` among *headers*.

        The body's hash becomes a signed header: some services want that, and all take it.
        """
        credentials = credentials or self.credentials()
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
        """Say whether the reason of a refusal was found and put right, so that a new signature may be accepted."""
        if status not in REFUSALS:
            return False
        told, code = Headers(headers), error_code(headers, body)
        # Where a 400 is about the request itself, sending it again would be wrong, however our clock goes.
        about_time = status != BAD_REQUEST or code in SKEW_CODES or "expired" in code.lower()
        return (about_time and self._correct_clock(signature, told)) or self._renew(signature, code)

    def _correct_clock(self, signature: Signature, headers: Headers) -> bool:
        theirs = None if "age" in headers else http_time(headers.get("date", ""))
        signed = http_time(signature.headers["x-amz-date"])
        if theirs is None or signed is None or abs(theirs - signed) < SKEW_THRESHOLD:
            return False
        ahead = theirs - self._clock.time(signature.host)
        if abs(ahead) < SKEW_THRESHOLD:
            return True  # our clock is right: the request was signed long before it was sent
        self._clock.correct(signature.host, theirs)
        LOGGER.warning("This machine's clock and that of %s differ by %.0f s; signing with its time.", signature.host, ahead)
        return True

    def _renew(self, signature: Signature, code: str) -> bool:
        expired = code in EXPIRED_CODES or ("expired" in code.lower() and "token" in code.lower())
        return expired and bool(self._provider.invalidate(signature.credentials))

    @of_whole
    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.service} in {self.region}>"


def _signer(
    service: str, region: str | None, region_set: str | Iterable[str] | None, profile: str | None
) -> partial[HttpRequest]:
    """Return what signs for a region, SigV4, or for a set of regions, SigV4a."""
    if region_set is None:
        return partial(sign_request, service=service, region=region or region_for(profile))
    if region is not None:
        raise ConfigError("region and region_set were given; give one of them.")
    from sts.sigv4a import region_set_of, sign_request_v4a  # needs a package that few have

    return partial(sign_request_v4a, service=service, region_set=region_set_of(region_set))


def error_code(headers: Mapping[str, str], body: bytes) -> str:
    """Return the code in a refusal of any AWS protocol, or the words about an expired token that stand for one, or ""."""
    match = _CODE.search(body[:_CHUNK])
    found = next((group for group in match.groups() if group), b"").decode("utf-8", "replace") if match else ""
    return str(Headers(headers).get("x-amzn-errortype") or found).partition(":")[0].rpartition("#")[2]


def _is_signed(name: str) -> bool:
    return name in {"host", "content-type", "content-md5"} or (name.startswith("x-amz-") and name not in SIGNATURE_HEADERS)


def provider_for(credentials: Any, profile: str | None = None, region: str | None = None) -> Any:
    """Return a caching provider of *credentials* in any form, also of those of a client; None is the default chain."""
    if hasattr(credentials, "_wire") and hasattr(credentials, "_wiring"):
        return (credentials._wiring or credentials._wire()).credentials
    if credentials is None:
        options: dict[str, Any] = {} if region is None else {"region": region}
        return CachedProvider(default_chain(profile, explicit_profile=profile is not None, **options))
    if profile is not None:
        raise ConfigError("credentials and profile were given; give one of them.")
    return provider_of(credentials)


def region_for(profile: str | None = None) -> str:
    """Return the region of environment or profile; raise MissingRegionError if there is none."""
    options = {} if profile is None else {"profile": profile}
    settings = resolve_settings(options, os.environ, lambda: load_profiles(os.environ))
    if settings.region is None:
        raise MissingRegionError(missing_region_message(settings))
    return settings.region


Body = Union[bytes, str, None]


def hash_of(body: Body) -> str:
    """Return the SHA-256 of a body in memory; text is sent as UTF-8."""
    return hashlib.sha256(body.encode() if isinstance(body, str) else body or b"").hexdigest()


def hash_of_file(file: Any) -> str:
    """Return the SHA-256 of what is left in a seekable *file*, and put it back to where it was."""
    start = file.tell()
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk.encode() if isinstance(chunk, str) else chunk)
    file.seek(start)
    return digest.hexdigest()


def joined(chunks: Any) -> bytes:
    """Return what an iterable, or a file that cannot go back, gives, as one piece."""
    source = iter(lambda: chunks.read(_CHUNK), b"") if hasattr(chunks, "read") else chunks
    return b"".join(chunk.encode() if isinstance(chunk, str) else bytes(chunk) for chunk in source)


def is_seekable(body: Any) -> bool:
    """Say whether *body* is a file that can be read twice."""
    try:
        return hasattr(body, "read") and bool(body.seekable())
    except (AttributeError, ValueError, OSError):
        return hasattr(body, "read") and hasattr(body, "seek") and hasattr(body, "tell")
