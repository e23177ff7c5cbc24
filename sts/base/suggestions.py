"""Suggestions for unknown names. The only module that imports difflib, which is loaded for an unknown name only."""

from __future__ import annotations

from collections.abc import Iterable


def suggest(name: object, known: Iterable[str]) -> str:
    """Return ` Did you mean 'X'?` for the *known* name nearest to *name*, or an empty string if none is near."""
    import difflib

    # Compare without spelling style first: role_arn, roleArn, role-arn and RoleARN are all RoleArn.
    by_folded = {_fold(candidate): candidate for candidate in known}
    near = difflib.get_close_matches(_fold(str(name)), by_folded, n=1, cutoff=0.7)
    return f" Did you mean {by_folded[near[0]]!r}?" if near else ""


def _fold(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
