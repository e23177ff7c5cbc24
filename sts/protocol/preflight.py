"""Params before sending: their form, calls that cannot succeed, and sizes of policies, tags and tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sts.base.forks import load
from sts.endpoints import GLOBAL_HOST, host_of, partition_of_host
from sts.errors import ConfigError, ParamValidationError, ValidationProblem
from sts.identity import source_of
from sts.logs import LOGGER
from sts.model.shapes import ROLE_MEMBERS, Operation
from sts.protocol.validate import Checks, normalize_params, validate_params

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sts.endpoints import Endpoint
    from sts.identity import Credentials


_GLOBAL_URL = f"https://{GLOBAL_HOST}"
MAX_CHAINED_DURATION = 3600
"""Longest chained session in seconds (IAM User Guide, "Roles terms and concepts")."""


def prepare_params(
    operation: Operation, given: Mapping[str, Any], checks: Checks, endpoint: Endpoint, *, on_aws: bool
) -> dict[str, Any]:
    """
    Return the params of a call in the form of the service model. Raise an error for a call that cannot succeed.

    *checks* is the `param_validation` option. If not *on_aws*, rules of AWS alone do not apply.
    """
    params = normalize_params(operation, given)
    omitted = frozenset(() if on_aws else (name for name in ROLE_MEMBERS if given.get(name, name) is None))
    validate_params(operation, params, checks, on_aws=on_aws, omitted=omitted)
    check_policy_size(operation, params, checks)
    check_operation(operation, endpoint)
    if on_aws:
        check_arns(operation, params, checks)
    return params


def check_operation(operation: Operation, endpoint: Endpoint) -> None:
    """Raise ConfigError if *operation* needs a regional endpoint and *endpoint* is the global one."""
    if operation.regional_only and endpoint.url.rstrip("/") == _GLOBAL_URL:
        raise ConfigError(
            f"{operation.name} is not available on the global endpoint {_GLOBAL_URL}. Give the client a region and leave out "
            "use_global_endpoint and sts_regional_endpoints='legacy', so that it uses a regional endpoint.",
            operation=operation.name,
        )


def check_arns(operation: Operation, params: Mapping[str, Any], checks: Checks = True) -> None:
    """
    Raise ParamValidationError if a member is an ARN of the wrong kind. The message contains the expected form.

    *checks* is the `param_validation` option; this check is one of its patterns.
    """
    if not params or not (checks if isinstance(checks, bool) else checks.get("pattern", True)):
        return
    problems = [ValidationProblem("PatternMatchError", name, f"{name} {text}") for name, text in _arn_problems(params) if text]
    if problems:
        raise ParamValidationError.of(*problems, operation=operation.name)


def _arn_problems(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    role, arns = params.get("RoleArn"), load("sts.arns")
    # The service rejects text that is not an ARN, with a hint. Tests and other servers use such text.
    if isinstance(role, str) and role.strip().startswith("arn:"):
        yield "RoleArn", arns.role_arn_problem(role)
    for name in (name for name in arns.ARN_KINDS if name in params):
        values = params[name] if isinstance(params[name], (list, tuple)) else [params[name]]
        for value in values:
            text = value.get("arn") if isinstance(value, Mapping) else value
            if isinstance(text, str):
                yield name, arns.arn_problem(name, text)


def check_role_chaining(operation: Operation, params: Mapping[str, Any], credentials: Credentials, endpoint: Endpoint) -> None:
    """Raise ParamValidationError if a role session requests another one of AWS that lasts longer than an hour."""
    if operation.name != "AssumeRole" or not source_of(credentials).is_role:
        return
    seconds = load("sts.base.durations").seconds_of(params.get("DurationSeconds")) or 0
    if seconds > MAX_CHAINED_DURATION and partition_of_host(host_of(endpoint.url)):
        problem = ValidationProblem(
            "MaxRangeError",
            "DurationSeconds",
            f"DurationSeconds is {seconds:.0f}, but the credentials are a role session ({credentials.source}) and a "
            f"chained session lasts at most {MAX_CHAINED_DURATION} seconds. Request {MAX_CHAINED_DURATION} or less, or "
            "assume the role directly with the credentials of a user.",
        )
        raise ParamValidationError.of(problem, operation=operation.name)


MAX_PLAIN_TEXT = 2048
"""Most characters of session policies, inline and managed together, as they are sent."""
WARN_PERCENT = 80
_USED = (("PackedPolicySize", "session policies and tags"), ("SessionTokenUtilization", "content of the session"))


def check_policy_size(operation: Operation, params: Mapping[str, Any], checks: Checks = True) -> None:
    """
    Raise ParamValidationError if inline and managed session policies are too long together.

    The service model no longer limits the policy of AssumeRole, so that operation only logs a warning. *checks* is the
    `param_validation` option.
    """
    if "Policy" not in params and "PolicyArns" not in params:
        return
    inline, arns = params.get("Policy") or "", params.get("PolicyArns") or ()
    managed = [arn.get("arn") or "" for arn in arns if isinstance(arn, Mapping)]
    if not isinstance(inline, str) or len(inline) + sum(map(len, managed)) <= MAX_PLAIN_TEXT:
        return
    message = (
        f"The session policies have {len(inline)} characters in Policy and {sum(map(len, managed))} in PolicyArns, but "
        f"both together may have at most {MAX_PLAIN_TEXT}. Give Policy as a dict, which is sent without spaces, use "
        "wildcards, or move statements to a managed policy."
    )
    on = checks if isinstance(checks, bool) else checks.get("max", True)
    limit = next((getattr(member.shape, "max", None) for member in operation.input.members if member.name == "Policy"), None)
    if not on or limit is None:
        LOGGER.warning("%s: %s", operation.name, message)
        return
    problem = ValidationProblem("MaxLengthError", "params.Policy", message)
    raise ParamValidationError.of(problem, operation=operation.name)


def warn_of_size(operation: Operation, data: Mapping[str, Any]) -> None:
    """Log a warning if a session in *data*, a result, uses 80 % or more of a limit."""
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
