"""ARNs and access key ids: what they say without any network."""

from __future__ import annotations

import base64

from sts.base.records import Record
from sts.errors import ParamValidationError


class Arn(Record):
    """
    Hold the parts of an ARN: *partition* ("aws", "aws-cn", ...), *service*, *region* and *account*, which may be "".

    *resource* is what follows the account: "user/division/me", "assumed-role/deploy/session", "topic-name".
    """

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @property
    def resource_type(self) -> str:
        """The part of the resource before the first slash or colon, "" if there is none: "user", "assumed-role"."""
        return self.resource[: self._cut] if self._cut >= 0 else ""

    @property
    def resource_id(self) -> str:
        """The part of the resource after its type, path included: "division/me", "deploy/session"."""
        return self.resource[self._cut + 1 :]

    @property
    def _cut(self) -> int:
        places = [place for place in (self.resource.find("/"), self.resource.find(":")) if place >= 0]
        return min(places, default=-1)

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def parse_arn(text: str) -> Arn:
    """Return the parts of the ARN *text*; raise ParamValidationError if it is none."""
    parts = text.split(":", 5) if isinstance(text, str) else []
    if len(parts) != 6 or parts[0] != "arn" or not (parts[1] and parts[2] and parts[5]):
        told = repr(text[:100]) if isinstance(text, str) else f"a {type(text).__name__}"
        raise ParamValidationError(
            f"The ARN is {told}; it must be arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE, as in "
            "arn:aws:iam::123456789012:role/deploy.",
            code="InvalidParameterType",
        )
    return Arn(*parts[1:])


def canonical_arn(text: str) -> str:
    """Return the ARN of the user or role behind the caller *text*: a session's ARN becomes that of its role, without path."""
    arn = parse_arn(text)
    if arn.service != "sts" or arn.resource_type != "assumed-role":
        return text
    role = arn.resource_id.partition("/")[0]
    return str(arn._replace(service="iam", resource=f"role/{role}"))


_LENGTH = 20
_NEW_FORMAT = frozenset("QRSTUVWXYZ234567")
"""The fifth characters of ids that hold an account; ids made before about 2019 do not."""


def account_id_from_access_key_id(access_key_id: str) -> str | None:
    """
    Return the account (12 digits) that *access_key_id* belongs to, or None if it does not tell.

    Needs no network and no permission. AWS does not document the format, so take it as a hint: `client.get_access_key_info()`
    is the authority, and the only way for ids of the old format.
    """
    text = access_key_id
    if not isinstance(text, str) or len(text) != _LENGTH or text[4] not in _NEW_FORMAT:
        return None
    try:
        number = int.from_bytes(base64.b32decode(text[4:])[:6], "big")
    except ValueError:
        return None
    return f"{(number & 0x7FFFFFFFFF80) >> 7:012d}"
