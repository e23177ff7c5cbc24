"""camelCase, in which the AWS SDK for JavaScript writes the names that are in snake_case here."""

from __future__ import annotations

import re
from typing import Any

_BOUNDARY = r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"
_RENAMED = {"errors": "problems"}
"""What v2 calls differently altogether."""


def snake_case(name: str) -> str:
    """Return `assume_role_with_saml` for `assumeRoleWithSAML`; a snake_case name is returned as it is."""
    return re.sub(_BOUNDARY, "_", name).lower()


def camel_case(name: str) -> str:
    """Return `statusCode` for `status_code`."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def read_camel_case(owner: object, name: str) -> Any:
    """Return the attribute of *owner* that v2's scripts call *name*; raise AttributeError, with the nearest name, if none."""
    plain = _RENAMED.get(name) or snake_case(name)
    if plain != name and not name.startswith("_") and hasattr(owner, plain):
        return getattr(owner, plain)
    from sts.base.suggestions import suggest

    advice = "" if name.startswith("_") else suggest(name, [one for one in dir(owner) if not one.startswith("_")])
    # Without the object: the interpreter would add a suggestion of its own.
    raise AttributeError(f"{type(owner).__name__!r} object has no attribute {name!r}.{advice}", name=name, obj=None)
