"""
Callers and their sessions.

The server keeps no list of sessions. A session token contains all data of its session, sealed with a key of the server, and the
secret access key is derived from the access key id. So memory stays constant, however many sessions are issued.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import zlib
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from sts.base.records import Record
from sts.model.error_codes import INVALID_AUTHORIZATION_MESSAGE, PACKED_POLICY
from sts.model.operations import MINIMUM_TOKEN_SIZE
from sts.testing.issuers import jws
from sts.testing.service.accounts import make_access_key_id
from sts.testing.service.error_responses import modelled

_MARK = b"!\n\torigin_ec"  # the beginning of real session tokens: IQoJb3JpZ2luX2Vj in base64
_SEAL_SIZE = 16
_PACKED_LIMIT = 1024
"""Largest packed size of policies and tags in bytes. AWS does not publish its format or limit; this one is ours (zlib)."""


class Caller(Record):
    """
    The identity that makes a request.

    *kind* is user, root, session (of GetSessionToken), federated, role or assumed-root. *owner* is the ARN of the IAM user
    or role behind a session. *policy* is the session policy as text, *scopes* are those that GetScopedCredentials added.
    *context* is the trusted identity propagation context.
    """

    kind: str
    account: str
    arn: str
    user_id: str
    owner: str
    tags: Mapping[str, str] = {}
    transitive: tuple[str, ...] = ()
    source_identity: str | None = None
    mfa: bool = False
    policy: str | None = None
    denies: tuple[str, ...] = ()
    expiration: float | None = None
    scopes: tuple[str, ...] = ()
    context: Mapping[str, Any] = {}

    @property
    def principals(self) -> tuple[str, ...]:
        """Return the names by which a trust policy can refer to this caller."""
        return (self.arn, self.owner, f"arn:aws:iam::{self.account}:root")


class Limits(Record):
    """Limits of a session: managed policy ARNs, the lifetime in seconds and the minimum size of its token."""

    duration: int
    policy_arns: tuple[str, ...] = ()
    minimum_size: int = 0


class Mint:
    """Issuer of session credentials and encoded authorization messages, which can also recognise them."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def secret_of(self, key_id: str) -> str:
        """Return the secret access key of the session with access key id *key_id*."""
        return base64.b64encode(hmac.digest(self._key, key_id.encode(), "sha256")[:30]).decode()

    def issue(self, caller: Caller, limits: Limits, now: float) -> dict[str, Any]:
        """Return the members of a result with the credentials of a new session of *caller*."""
        packed = _packed_size(caller, limits.policy_arns)
        key_id = make_access_key_id("ASIA", caller.account)
        expiration = int(now) + limits.duration
        token = self._seal(key_id, caller._replace(expiration=expiration), limits.minimum_size)
        credentials = {
            "AccessKeyId": key_id,
            "SecretAccessKey": self.secret_of(key_id),
            "SessionToken": token,
            "Expiration": datetime.fromtimestamp(expiration, timezone.utc),
        }
        used = -(-100 * len(token) // (MINIMUM_TOKEN_SIZE.max or 1))
        issued = {"Credentials": credentials, "SessionTokenSize": len(token), "SessionTokenUtilization": used}
        return {**issued, "PackedPolicySize": packed} if packed else issued

    def _seal(self, key_id: str, caller: Caller, minimum_size: int) -> str:
        body = zlib.compress(json.dumps([key_id, *caller], separators=(",", ":")).encode(), 1)
        padding = secrets.token_bytes(max(0, -(-minimum_size * 3 // 4) - len(_MARK) - _SEAL_SIZE - len(body)))
        body += padding
        return base64.b64encode(_MARK + hmac.digest(self._key, body, "sha256")[:_SEAL_SIZE] + body).decode()

    def open(self, key_id: str, token: str) -> Caller | None:
        """Return the caller of session *token*, or None if it was not issued here or does not belong to *key_id*."""
        try:
            data = base64.b64decode(token, validate=True)
        except ValueError:
            return None
        seal, body = data[len(_MARK) : len(_MARK) + _SEAL_SIZE], data[len(_MARK) + _SEAL_SIZE :]
        if not hmac.compare_digest(seal, hmac.digest(self._key, body, "sha256")[:_SEAL_SIZE]):
            return None
        sealed_id, *fields = json.loads(zlib.decompressobj().decompress(body))
        return Caller(*fields) if sealed_id == key_id else None

    def encode_message(self, message: Mapping[str, Any]) -> str:
        """Encode *message* as in an error message: without padding, as AWS does."""
        body = zlib.compress(json.dumps(dict(message), separators=(",", ":")).encode())
        return jws.encode(hmac.digest(self._key, body, "sha256") + body)

    def decode_message(self, text: str) -> str:
        """Return the JSON in *text*. Reject it if `encode_message` did not create it."""
        try:
            data = jws.decode(text)
        except ValueError:
            data = b""
        if not hmac.compare_digest(data[:32], hmac.digest(self._key, data[32:], "sha256")):
            raise modelled(INVALID_AUTHORIZATION_MESSAGE, "Message is not valid")
        return zlib.decompress(data[32:]).decode()


def _packed_size(caller: Caller, policy_arns: tuple[str, ...]) -> int:
    """Return the percentage of the packed size that policies and tags use. Reject more than 100."""
    policies = (caller.policy, *caller.scopes, *policy_arns)
    if not (any(policies) or caller.tags):
        return 0
    content = json.dumps([policies, dict(caller.tags)], separators=(",", ":"))
    percent = -(-100 * len(zlib.compress(content.encode())) // _PACKED_LIMIT)
    if percent <= 100:
        return percent
    if any(policies):
        raise modelled(PACKED_POLICY, f"Packed policy consumes {percent}% of allotted space, please use smaller policy.")
    raise modelled(PACKED_POLICY, f"Packed size of session tags consumes {percent}% of allotted space.")
