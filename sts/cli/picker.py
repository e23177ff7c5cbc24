"""A numbered choice of profiles on the terminal."""

from __future__ import annotations

import os

from sts.base.suggestions import suggest
from sts.cli.terminal import ask, has_terminal, visible
from sts.cli.usage import UsageError
from sts.settings.profiles import load_profiles


def choose_profile(*, always: bool) -> str | None:
    """Return the chosen profile. None without a terminal or profiles, or unless *always*, with a default profile."""
    profiles = load_profiles(os.environ).profiles
    names = list(profiles)
    if not has_terminal() or not names or ("default" in names and (not always or len(names) == 1)):
        return None
    lines = [f"  {number:>{len(str(len(names)))}}  {label(name, profiles[name])}" for number, name in enumerate(names, 1)]
    usual = "default" if "default" in names else ""
    try:
        answer = ask("\n".join([*lines, f"Profile (number or name){f' [{usual}]' if usual else ''}: "])) or usual
    except OSError:  # standard error is a terminal, but this process has no terminal of its own
        return None
    return name_of(answer, names)


def label(name: str, section: object) -> str:
    """Return the line of one profile: its name, and its account and role if it names them."""
    found = section if isinstance(section, dict) else {}
    more = found.get("role_arn") or " ".join(str(found[key]) for key in ("sso_account_id", "sso_role_name") if key in found)
    return visible(f"{name}  {more}" if more else name)


def name_of(answer: str, names: list[str]) -> str:
    """Return the profile of *answer*, a number or a name. Raises UsageError for anything else."""
    if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(names):
        return names[int(answer) - 1]
    if answer in names:
        return answer
    raise UsageError(f"{answer!r} is not a profile. Enter a number from 1 to {len(names)} or a name.{suggest(answer, names)}")
