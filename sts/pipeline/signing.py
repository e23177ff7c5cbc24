"""What the signatures of one client's requests have in common, prepared once."""

from __future__ import annotations

import hmac
from datetime import datetime
from hashlib import sha256

from sts.http import HttpRequest
from sts.signer import canonical_request, credential_scope, sign_request, signing_key, string_to_sign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sts.identity import Credentials

_DATE, _HASH = "\0date", "\0hash"
"""Marks in the prepared text. No header that can be signed contains NUL."""


class PreparedSigner:
    """
    Signer of requests that differ in their body and time only. It returns the same bytes as `sign_request()`.

    The canonical request of the first one is kept, with marks for the date and the hash of the body. So only two hashes and one
    HMAC are left for each request. Immutable.
    """

    __slots__ = ("_authorization", "_body_hash", "_canonical", "_key", "_scope", "_signed", "_unsigned", "credentials")

    def __init__(self, unsigned: HttpRequest, credentials: Credentials, service: str, region: str, now: datetime) -> None:
        signed = sign_request(unsigned, credentials, service=service, region=region, now=now, sign_body_header=True)
        self._unsigned, self._signed = unsigned.copy(), signed.copy()
        # Each request has its own: a thousand clients need not keep those of their first ones.
        self._unsigned.body = self._signed.body = b""
        self._signed.headers |= dict.fromkeys(("x-amz-date", "x-amz-content-sha256", "authorization"), "")
        self.credentials = credentials
        self._scope = credential_scope(signed.headers["x-amz-date"], region, service)
        self._key = signing_key(credentials.secret_access_key, self._scope)
        self._authorization = signed.headers["authorization"].rpartition("=")[0]
        self._body_hash = unsigned.headers.get("x-amz-content-sha256")
        signed.headers |= {"x-amz-date": _DATE, "x-amz-content-sha256": self._body_hash or _HASH}
        signed_headers = self._authorization.partition("SignedHeaders=")[2].partition(",")[0]
        self._canonical = canonical_request(signed, signed_headers, self._body_hash or _HASH)

    def fits(self, unsigned: HttpRequest, credentials: Credentials, scope: str) -> bool:
        """Return True if this signer is for requests like *unsigned*, *credentials* and the credential scope."""
        own = self._unsigned
        return (
            credentials is self.credentials
            and scope == self._scope
            and unsigned.url == own.url
            and unsigned.headers == own.headers
            and unsigned.method == own.method
        )

    def sign(self, body: bytes, amz_date: str) -> HttpRequest:
        """Return the signed request with *body*."""
        body_hash = self._body_hash or sha256(body).hexdigest()
        canonical = self._canonical.replace(_DATE, amz_date).replace(_HASH, body_hash)
        text = string_to_sign(canonical, amz_date, self._scope)
        proof = hmac.digest(self._key, text.encode(), "sha256").hex()
        signed = self._signed.copy()
        signed.body = body
        authorization = f"{self._authorization}={proof}"
        # `Headers.update` would put the names in lower case, which these are.
        dict.update(signed.headers, {"x-amz-date": amz_date, "x-amz-content-sha256": body_hash, "authorization": authorization})
        return signed
