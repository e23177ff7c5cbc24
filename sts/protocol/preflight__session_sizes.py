"""
How much of a session's limits is used: policies before they are sent, and what the service says it made of them.

AWS packs session policies and tags into the session token, in a way only it knows; a session near the limit fails the day
somebody adds a tag. Source: API reference of STS, AssumeRole, parameters Policy and PolicyArns, and element PackedPolicySize.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sts.errors import ParamValidationError, ValidationProblem
from sts.logs import LOGGER
from sts.model.shapes import Operation, String

MAX_PLAIN_TEXT = 2048
"""Characters of session policies, inline and managed together, as they are sent."""
WARN_PERCENT = 80
_USED = (("PackedPolicySize", "session policies and tags"), ("SessionTokenUtilization", "what the session carries"))


def check_policy_size(operation: Operation, params: Mapping[str, Any], checks: Any = True) -> None:
    """
    Raise ParamValidationError when inline and managed session policies are too long together.

    AssumeRole's policy has no limit in the service's model any more, so there a log line has to do. *checks* is the
    `param_validation` option.
    """
    if "Policy" not in params and "PolicyArns" not in params:
        return
    inline, arns = params.get("Policy") or "", params.get("PolicyArns") or ()
    managed = [arn.get("arn") or "" for arn in arns if isinstance(arn, Mapping)]
    if not isinstance(inline, str) or len(inline) + sum(map(len, managed)) <= MAX_PLAIN_TEXT:
        return
    message = (
        f"The session policies have {len(inline)} characters in Policy and {sum(map(len, managed))} in PolicyArns, but at most "
        f"{MAX_PLAIN_TEXT} may be used for both together. Give Policy as a dict, which is sent without spaces, use wildcards, "
        "or move statements to a managed policy."
    )
    on = checks if isinstance(checks, bool) else checks.get("max", True)
    if not on or not _is_limited(operation):
        LOGGER.warning("%s: %s", operation.name, message)
        return
    problem = ValidationProblem("MaxLengthError", "params.Policy", message)
    raise ParamValidationError(message, code=problem.code, problems=(problem,), operation=operation.name)


def _is_limited(operation: Operation) -> bool:
    shape = next((member.shape for member in operation.input.members if member.name == "Policy"), None)
    return isinstance(shape, String) and shape.max is not None


def warn_of_size(operation: Operation, data: Mapping[str, Any]) -> None:
    """Log a warning when a session in *data*, a result, uses 80 % or more of a limit."""
    for name, what in _USED:
        percent = data.get(name, 0)
        if percent >= WARN_PERCENT:
            LOGGER.warning(
                "%s: %s: %d %% of what AWS allows (%s); use fewer or shorter policies and tags.",
                operation.name,
                what,
                percent,
                name,
            )
