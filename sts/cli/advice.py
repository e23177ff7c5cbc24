"""Message and exit code of an error; loaded only after a failure."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

from sts.base.suggestions import suggest
from sts.cli.command_table import EXIT_CONFIGURATION, EXIT_FAILED, EXIT_NO, EXIT_REFUSED, EXIT_USAGE
from sts.cli.terminal import visible
from sts.cli.usage import UsageError, in_flags
from sts.errors import (
    ConfigError,
    CredentialsError,
    MissingRegionError,
    ParamValidationError,
    ProfileNotFoundError,
    ServiceError,
    STSError,
    TransportError,
)


def exit_code(error: STSError) -> int:
    """Return the exit code of a command that ended with *error*."""
    if isinstance(error, (ParamValidationError, UsageError)):
        return EXIT_USAGE
    if error.code == "RejectedToken":
        return EXIT_NO
    if isinstance(getattr(error, "original_error", None), TransportError):
        return EXIT_FAILED  # the source of credentials did not respond
    kinds = (((ConfigError, CredentialsError), EXIT_CONFIGURATION), (ServiceError, EXIT_REFUSED))
    return next((code for kind, code in kinds if isinstance(error, kind)), EXIT_FAILED)


def message_of(error: STSError) -> str:
    """Return the text of *error* in the words of the command line, with server text made safe, and the option that helps."""
    text = str(error).replace("chosen by option profile=", "chosen on the command line")
    for one in causes(error):
        if isinstance(one, ServiceError):
            for said in (one.message, one.code, str(one.request_id)):
                text = text.replace(said, visible(said)) if said else text
    return f"{in_flags(text)}{flags_for(error)}"


def needs_login(error: BaseException) -> bool:
    """Return whether *error* was caused by a missing or expired SSO token."""
    providers = sys.modules.get("sts.credentials.providers.sso")
    return providers is not None and any(isinstance(one, providers.LoginRequiredError) for one in causes(error))


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and its causes."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or one in seen:
            continue
        seen.append(one)
        waiting += [one.__cause__, one.__context__, getattr(one, "original_error", None)]
        waiting += [getattr(verdict, "error", None) for verdict in getattr(one, "verdicts", ())]
        yield one


def flags_for(error: STSError) -> str:
    """Return a sentence with the command-line option that helps against *error*, or an empty string."""
    if isinstance(error, MissingRegionError):
        return "\nOn the command line: sts --region eu-west-1 ..., or --local to try it without AWS."
    if isinstance(error, ProfileNotFoundError):
        return "\nOn the command line: `sts profiles` lists the profiles. Name a role by its ARN."
    if isinstance(error, CredentialsError) and error.verdicts:
        return "\nOn the command line: sts --profile NAME ..., or --local to try it without AWS."
    return ""


def meant(given: Sequence[str], known: Iterable[str]) -> str:
    """Return ` Did you mean ...?` for the first option among the words *given* that is not *known*."""
    known = list(known)
    for word in given[: given.index("--")] if "--" in given else given:
        name = word.partition("=")[0]
        if word.startswith("--") and name not in known:
            near = suggest(name, known)
            return f" There is no option {name!r}.{near}"
    return ""
