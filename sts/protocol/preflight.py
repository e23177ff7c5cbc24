"""Checks that save a round trip: what STS is sure to refuse, said before the network and with what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sts.errors import ConfigError, CredentialsError, ParamValidationError, ValidationProblem

if TYPE_CHECKING:
    from sts.endpoints import Endpoint
    from sts.identity import Credentials
    from sts.model.shapes import Operation

GLOBAL_URL = "https://sts.amazonaws.com"
MAX_CHAINED_DURATION = 3600
"""Seconds; the limit of role chaining (IAM User Guide, "Roles terms and concepts")."""
CHAINED_ROLE = "chained-role"
"""The `Credentials.source` of a role that was assumed with the session of another."""
ROLE_SOURCES = frozenset({"assume-role", CHAINED_ROLE, "web-identity", "saml", "container", "instance-metadata", "sso"})
"""Values of `Credentials.source` whose sessions are role sessions, so that assuming a role from them is chaining."""
_QUOTES = "\"'"
_AWS_SUFFIXES = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws", ".ic.gov", ".sgov.gov", ".adc-e.uk")


def check_credentials(credentials: Credentials) -> None:
    """Raise CredentialsError for parts that no header can carry, such as a line break at the end; values are not shown."""
    key, secret, token = credentials.access_key_id, credentials.secret_access_key, credentials.session_token
    try:
        text = key + secret + (token or "")
    except TypeError:
        kinds = ", ".join(type(part).__name__ for part in (key, secret, token))
        problem = f"The credentials ({credentials.source or 'given'}) have parts of the types {kinds}; they must be text."
        raise CredentialsError(problem) from None
    if not (key and secret and text.isascii() and text.isprintable()) or " " in text or key[0] in _QUOTES:
        parts = {"access key id": key, "secret access key": secret, "session token": token or "-"}
        name = next(name for name, part in parts.items() if not _fits(part))
        raise CredentialsError(
            f"The {name} of the credentials ({credentials.source or 'given'}) is empty, or has a space, quote, line break or "
            "other character that no key has. Copy it anew, without quotes and what surrounds it."
        )


def _fits(part: str) -> bool:
    return bool(part) and part.isascii() and part.isprintable() and " " not in part and part[0] not in _QUOTES


def check_operation(operation: Operation, endpoint: Endpoint) -> None:
    """Raise ConfigError when *operation* needs a regional endpoint and *endpoint* is the global one."""
    if operation.regional_only and endpoint.url.rstrip("/") == GLOBAL_URL:
        raise ConfigError(
            f"{operation.name} is not available on the global endpoint {GLOBAL_URL}. Give the client a region and leave out "
            "use_global_endpoint and sts_regional_endpoints='legacy', so that it uses a regional endpoint.",
            operation=operation.name,
        )


def check_role_chaining(operation: Operation, params: Mapping[str, Any], credentials: Credentials, endpoint: Endpoint) -> None:
    """Raise ParamValidationError when a role session asks AWS for another one that lives longer than an hour."""
    if operation.name != "AssumeRole" or credentials.source not in ROLE_SOURCES:
        return
    duration = params.get("DurationSeconds") or 0
    seconds = duration.total_seconds() if isinstance(duration, timedelta) else int(duration)
    if seconds > MAX_CHAINED_DURATION and endpoint.url.endswith(_AWS_SUFFIXES):
        problem = ValidationProblem(
            "MaxRangeError",
            "DurationSeconds",
            f"DurationSeconds is {seconds:.0f}, but the credentials are themselves a role session ({credentials.source}) and a "
            f"chained session lives {MAX_CHAINED_DURATION} seconds at most. Ask for {MAX_CHAINED_DURATION} or less, or assume "
            "the role directly from a user's credentials.",
        )
        raise ParamValidationError(problem.message, code=problem.code, problems=(problem,), operation=operation.name)
