"""camelCase spellings of snake_case attributes, for scripts of v2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sts.base.spelling import snake_case
from sts.calling.lookup import no_attribute


class CamelCase:
    """Object whose snake_case attributes can also be read and set under camelCase names."""

    if not TYPE_CHECKING:  # a type checker would conclude that every attribute exists

        def __getattr__(self, name: str) -> Any:
            plain = snake_case(name)
            if plain == name or name.startswith("_"):
                raise no_attribute(self, name)
            return getattr(self, plain)

        def __setattr__(self, name: str, value: Any) -> None:
            object.__setattr__(self, name if name.startswith("_") else snake_case(name), value)
