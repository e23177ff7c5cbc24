"""Targets of a fan-out (account ids, role ARNs, or mappings with more values) and the params made from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Union

from sts.arns import parse_arn
from sts.base.records import Record
from sts.base.suggestions import suggest
from sts.credentials.providers.session_names import session_name
from sts.errors import ConfigError, ParamValidationError, ValidationProblem
from sts.model.operations import ASSUME_ROLE
from sts.protocol.validate import normalize_params

MEMBERS = {
    "session_name": "RoleSessionName",
    "duration": "DurationSeconds",
    "external_id": "ExternalId",
    "policy": "Policy",
    "policy_arns": "PolicyArns",
    "tags": "Tags",
    "transitive_tag_keys": "TransitiveTagKeys",
    "source_identity": "SourceIdentity",
}
"""Arguments that all targets share and a target may override, with the members of AssumeRole they become."""
ACCOUNT_KEYS = ("account", "account_id", "Account", "AccountId", "Id")
"""Keys for the account of a mapping. `Id` is the key that AWS Organizations uses."""
OWN_KEYS = (*MEMBERS, "role_arn", "RoleArn", "role_name", *ACCOUNT_KEYS)
IGNORED_KEYS = frozenset({"Arn", "Email", "Name", "Status", "State", "JoinedMethod", "JoinedTimestamp", "Paths"})
"""Other keys of the accounts that AWS Organizations lists."""


TargetLike = Union[str, int, Mapping[str, Any]]
"""Description of a target: an account id, a role ARN, or a mapping with more values."""


class Target(Record):
    """One target: the value as *given*, its role and account, and the *params* of AssumeRole."""

    given: TargetLike
    role_arn: str
    account: str
    params: Mapping[str, Any]


def check_targets(targets: object) -> None:
    """Raise ConfigError if the targets are not an iterable of targets (for example a single one)."""
    if isinstance(targets, (str, bytes, Mapping)) or not (hasattr(targets, "__iter__") or hasattr(targets, "__aiter__")):
        raise ConfigError(
            f"targets is a {type(targets).__name__}; it must be an iterable of account ids, role ARNs or mappings, such "
            "as ['123456789012'] or the Accounts that AWS Organizations lists."
        )


class Shared(Record):
    """Values that all targets share: role name, partition, and arguments by their names in `MEMBERS`."""

    role_name: str | None
    partition: str
    arguments: Mapping[str, Any]
    usual_name: str

    def target(self, given: TargetLike) -> Target:
        """Return the target for *given*. Raise ParamValidationError if it is invalid."""
        own = given if isinstance(given, Mapping) else {}
        role_arn = self._role_arn(given, own)
        merged = {**self.arguments, **{name: own[name] for name in MEMBERS if own.get(name) is not None}}
        params = {"RoleArn": role_arn, **{MEMBERS[name]: value for name, value in merged.items() if value is not None}}
        return Target(given, role_arn, parse_arn(role_arn).account, normalize_params(ASSUME_ROLE, params))

    def _role_arn(self, given: TargetLike, own: Mapping[str, Any]) -> str:
        unknown = next((key for key in own if key not in OWN_KEYS and key not in IGNORED_KEYS), None)
        if unknown is not None:
            raise invalid(f"The target has {unknown!r}.{suggest(str(unknown), OWN_KEYS)} It may have {', '.join(OWN_KEYS)}.")
        text, account = role_and_account(given)
        if text is not None:
            return text
        if not (isinstance(account, str) and account.isascii() and account.isdigit() and len(account) == 12):
            raise invalid(
                f"The target {given!r} is invalid; it must be an account id of 12 digits, a role ARN, or a mapping with "
                "one of these."
            )
        role_name = own.get("role_name") or self.role_name
        if not role_name:
            raise invalid(
                f"The target {account} is an account without a role. Give the role to assume in each account with role_name=."
            )
        return f"arn:{self.partition}:iam::{account}:role/{str(role_name).lstrip('/')}"


def role_and_account(given: TargetLike) -> tuple[str | None, Any]:
    """Return the role ARN of a target (None if it has none) and its account."""
    own = given if isinstance(given, Mapping) else {}
    text = own.get("role_arn") or own.get("RoleArn") if own else given
    if isinstance(text, str) and text.startswith("arn:"):
        return text, None
    account = next((own[key] for key in ACCOUNT_KEYS if own.get(key)), None) if own else given
    return None, f"{account:012d}" if isinstance(account, int) and not isinstance(account, bool) else account


def names_of(given: TargetLike, role_name: str | None) -> set[str]:
    """Return the names under which a target may appear in earlier results."""
    text, account = role_and_account(given)
    own = given if isinstance(given, Mapping) else {}
    role = str(own.get("role_name") or role_name or "").lstrip("/")
    return {text, str(given)} if text else {str(account), f"{account}/{role}"}


def share(role_name: str | None, partition: str, arguments: Mapping[str, Any]) -> Shared:
    """Return the values that all targets share. Raise TypeError for an unknown argument."""
    for name in arguments:
        if name not in MEMBERS:
            raise TypeError(f"assume_many() has no argument {name!r}.{suggest(name, MEMBERS)}")
    if arguments.get("duration") == "max":
        raise ConfigError('duration is "max"; a fan-out needs seconds or a timedelta, because each role has its own maximum.')
    return Shared(role_name, partition, dict(arguments), session_name())


def invalid(message: str) -> ParamValidationError:
    """Return the error of an invalid target."""
    return ParamValidationError.of(ValidationProblem("InvalidParameterType", "target", message))
