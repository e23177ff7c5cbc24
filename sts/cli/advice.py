"""What errors that speak of Python's options mean at the command line, and options that somebody meant; loaded when needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sts.base.suggestions import suggest
from sts.errors import CredentialsError, MissingRegionError, ProfileNotFoundError, STSError


def flags_for(error: STSError) -> str:
    """Return a sentence with the command-line option that helps against *error*, or an empty string."""
    if isinstance(error, MissingRegionError):
        return "\nHere: sts --region eu-west-1 ..., or --local to try it without AWS."
    if isinstance(error, ProfileNotFoundError):
        return "\nHere: sts --profile NAME ..."
    if isinstance(error, CredentialsError) and error.verdicts:
        return "\nHere: sts --profile NAME ..., or --local to try it without AWS."
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
