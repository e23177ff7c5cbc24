"""ARNs and access key ids: the information in them, without network access."""

from __future__ import annotations

from sts.base.forks import load
from sts.base.records import Record
from sts.errors import ParamValidationError


class Arn(Record):
    """
    Parts of an ARN: *partition* ("aws", "aws-cn", ...), *service*, *region* and *account*, which may be "".

    *resource* is the part after the account: "user/division/me", "assumed-role/deploy/session", "topic-name".
    """

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @property
    def resource_type(self) -> str:
        """Part of the resource before the first slash or colon, or "" if there is none: "user", "assumed-role"."""
        return self.resource[: self._cut] if self._cut >= 0 else ""

    @property
    def resource_id(self) -> str:
        """Part of the resource after its type, including the path: "division/me", "deploy/session"."""
        return self.resource[self._cut + 1 :]

    @property
    def _cut(self) -> int:
        places = [place for place in (self.resource.find("/"), self.resource.find(":")) if place >= 0]
        return min(places, default=-1)

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def parse_arn(text: str) -> Arn:
    """Parse an ARN. Raises ParamValidationError if *text* is not an ARN."""
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
    """Return the ARN of the user or role of the caller *text*. A session ARN becomes the ARN of its role, without path."""
    arn = parse_arn(text)
    return role_arn_of(text) if arn.service == "sts" and arn.resource_type == "assumed-role" else text


def role_arn_of(session_arn: str, *, path: str = "/") -> str:
    """
    Return the ARN of the role of *session_arn*, such as the `Arn` of `get_caller_identity()`.

    The ARN of a role is returned unchanged. A session ARN does not contain the role's *path*, so pass it if the role has one
    ("/service-role/").

    Raises ParamValidationError for any other ARN: users and the account have no role.
    """
    arn = parse_arn(session_arn)
    if arn.service == "iam" and arn.resource_type == "role":
        return session_arn
    if arn.service != "sts" or arn.resource_type != "assumed-role":
        wanted = "the ARN of a role's session, arn:aws:sts::ACCOUNT:assumed-role/ROLE/NAME"
        raise ParamValidationError(f"{session_arn} is {_kind(arn)}; it must be {wanted}.", code="InvalidParameterType")
    role = arn.resource_id.partition("/")[0]
    inner = f"{path.strip('/')}/" if path.strip("/") else ""
    return str(arn._replace(service="iam", resource=f"role/{inner}{role}"))


def role_arn_problem(text: str) -> str:
    """Return what is wrong with *text* as the ARN of a role, and which one is wanted, "" if nothing is."""
    shown = f"is {text[:_SHOWN]!r}"
    if text != text.strip() and text.strip().startswith("arn:"):
        return f"{shown}, which has spaces or line breaks around it; it must be {text.strip()[:_SHOWN]}."
    if not text.startswith("arn:"):
        name = text.removeprefix("role/") if load("re").fullmatch(r"[\w+=,.@/-]+", text) else "NAME"
        return f"{shown}, which is not an ARN; it must be a role's, such as arn:aws:iam::ACCOUNT:role/{name}."
    parts = text.split(":", 5)
    if len(parts) < 6 or not parts[2]:
        found = load("re").search(r"(\d{12}):+role/(.+)", text)
        wanted = f"arn:{parts[1]}:iam::{found[1]}:role/{found[2]}" if found else "arn:aws:iam::ACCOUNT:role/NAME"
        return f"{shown}, which is not an ARN of a role: a colon may be missing or too much; it must look like {wanted}."
    arn = Arn(*parts[1:])
    if arn.service == "iam" and arn.resource_type.lower() == "role":
        if arn.resource.startswith("role/") and arn.resource != "role/" and not arn.region:
            return ""
        return f"{shown}, which is not in the form of a role's ARN; it must look like {_wanted(arn)}."
    return f"{shown}, which is {_kind(arn)} and not the ARN of a role; it must look like {_wanted(arn)}."


ARN_KINDS = {
    "PrincipalArn": (("saml-provider",), "a SAML provider", "saml-provider/NAME"),
    "PolicyArns": (("policy",), "a managed policy", "policy/NAME"),
    "SerialNumber": (("mfa", "sms-mfa", "u2f"), "an MFA device", "mfa/NAME"),
}
"""Member to the types of IAM resources whose ARN it takes, what they are, and how one is written (STS API reference)."""


def arn_problem(member: str, text: str) -> str:
    """Return what is wrong with *text* as the ARN that *member* takes; "" if nothing is, and for what is not an ARN."""
    types, what, form = ARN_KINDS[member]
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        return ""
    arn = Arn(*parts[1:])
    if arn.service == "iam" and arn.resource_type in types:
        return ""
    wanted = f"arn:{arn.partition}:iam::{_account(arn)}:{form}"
    return f"is {text[:_SHOWN]!r}, which is {_kind(arn)} and not the ARN of {what}; it must look like {wanted}."


def _kind(arn: Arn) -> str:
    if arn.service == "sts" and arn.resource_type == "assumed-role":
        return "the ARN of a session"
    if arn.service == "iam" and arn.resource == "root":
        return "the ARN of an account"
    name = (arn.resource_type or arn.resource).replace("-", " ")
    return f"the ARN of {'an' if name[:1] in 'aeio' else 'a'} {name} ({arn.service})"


def _account(arn: Arn) -> str:
    return arn.account if arn.account.isdigit() else "ACCOUNT"


def _wanted(arn: Arn) -> str:
    """Return the ARN of the role that was probably meant."""
    name = arn.resource_id.rpartition("/")[2] if arn.resource_type == "instance-profile" else "NAME"
    if arn.service == "sts" and arn.resource_type == "assumed-role":
        name = arn.resource_id.partition("/")[0]
    if arn.service == "iam" and arn.resource_type.lower() == "role":
        name = arn.resource_id or "NAME"
    return f"arn:{arn.partition}:iam::{_account(arn)}:role/{name}"


_SHOWN = 200
_LENGTH = 20
_NEW_FORMAT = frozenset("QRSTUVWXYZ234567")
"""Fifth characters of ids that contain an account. Ids made before about 2019 do not contain one."""


def account_id_from_access_key_id(access_key_id: str) -> str | None:
    """
    Return the account (12 digits) that *access_key_id* belongs to, or None if the id does not contain it.

    Needs no network and no permission. AWS does not document the format, so treat the result as a hint.
    `client.get_access_key_info()` is authoritative, and the only way for ids of the old format.
    """
    text = access_key_id
    if not isinstance(text, str) or len(text) != _LENGTH or text[4] not in _NEW_FORMAT:
        return None
    from base64 import b32decode

    try:
        number = int.from_bytes(b32decode(text[4:])[:6], "big")
    except ValueError:
        return None
    return f"{(number & 0x7FFFFFFFFF80) >> 7:012d}"
