"""Session policies: syntax check, and evaluation for actions of STS itself."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

from sts.model.error_codes import MALFORMED_POLICY
from sts.testing.service.error_responses import modelled

_VERSIONS = ("2012-10-17", "2008-10-17", None)
_STATEMENT_KEYS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}


def parse_policy(text: str) -> dict[str, Any]:
    """Return the policy document in *text*, or reject it with `MalformedPolicyDocument`."""
    try:
        policy: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError):
        raise modelled(MALFORMED_POLICY, "This policy contains invalid Json") from None
    statements = _listed(policy.get("Statement")) if isinstance(policy, dict) else []
    if not statements or policy.get("Version") not in _VERSIONS or not all(_is_statement(one) for one in statements):
        raise modelled(MALFORMED_POLICY, "Syntax errors in policy.")
    return policy


def _is_statement(item: Any) -> bool:
    if not isinstance(item, dict) or set(item) - _STATEMENT_KEYS or item.get("Effect") not in ("Allow", "Deny"):
        return False
    return ("Action" in item) != ("NotAction" in item) and ("Resource" in item) != ("NotResource" in item)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def allows(policy: dict[str, Any], action: str, resource: str) -> bool:
    """
    Return True if *policy* allows *action* on *resource*.

    A `Condition` is not evaluated: an Allow with one applies, a Deny with one does not.
    """
    effects = [
        statement["Effect"]
        for statement in _listed(policy["Statement"])
        if _fits(statement, action, resource) and not (statement["Effect"] == "Deny" and "Condition" in statement)
    ]
    return "Allow" in effects and "Deny" not in effects


def _fits(statement: dict[str, Any], action: str, resource: str) -> bool:
    action_fits = matches_any(action, _listed(statement.get("Action", statement.get("NotAction")))) == ("Action" in statement)
    resources = _listed(statement.get("Resource", statement.get("NotResource")))
    return action_fits and any(fnmatchcase(resource, str(pattern)) for pattern in resources) == ("Resource" in statement)


def matches_any(action: str, patterns: list[Any] | tuple[str, ...]) -> bool:
    """Return True if one of *patterns* (`sts:AssumeRole`, `sts:*`) matches *action*, ignoring case."""
    return any(fnmatchcase(action.lower(), str(pattern).lower()) for pattern in patterns)
