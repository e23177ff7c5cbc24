"""camelCase names of the AWS SDK for JavaScript for names that are snake_case here."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BOUNDARY = r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"
_RENAMED = {"errors": "problems"}
"""Names that are completely different in v2."""


def snake_case(name: str) -> str:
    """Return `assume_role_with_saml` for `assumeRoleWithSAML`. A snake_case name is returned unchanged."""
    import re

    return re.sub(_BOUNDARY, "_", name).lower()


def camel_case(name: str) -> str:
    """Return `statusCode` for `status_code`."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def read_camel_case(owner: object, name: str) -> Any:
    """Return the attribute of *owner* with v2's name *name*. Raise AttributeError, with the nearest name, if there is none."""
    plain = _RENAMED.get(name) or snake_case(name)
    if plain != name and not name.startswith("_") and hasattr(owner, plain):
        return getattr(owner, plain)
    from sts.base.suggestions import suggest

    advice = "" if name.startswith("_") else suggest(name, [one for one in dir(owner) if not one.startswith("_")])
    # Without obj=: the interpreter would add its own suggestion.
    raise AttributeError(f"{type(owner).__name__!r} object has no attribute {name!r}.{advice}", name=name, obj=None)
