"""HTTP headers with the interface of a JavaScript object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sts.base.records import of_whole
from sts.http import Headers


class HeaderView:
    """View of headers like a JavaScript object: absent headers are None, and names are also attributes."""

    __slots__ = ("_added", "_headers")

    def __init__(self, headers: Headers, added: Mapping[str, str] | None = None) -> None:
        object.__setattr__(self, "_headers", headers)
        object.__setattr__(self, "_added", added or {})

    _headers: Headers
    _added: Mapping[str, str]
    """Headers outside the mapping that are sent too."""

    def __getitem__(self, name: str) -> str | None:
        return self._headers.get(name) or self._added.get(name.lower())

    def __setitem__(self, name: str, value: Any) -> None:
        self._headers[name] = str(value)

    def __delitem__(self, name: str) -> None:
        self._headers.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._headers

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)

    def __eq__(self, other: object) -> bool:
        return bool(self._headers == (other._headers if isinstance(other, HeaderView) else other))

    __hash__ = None  # type: ignore[assignment]  # mutable

    def __getattr__(self, name: str) -> Any:
        return getattr(self._headers, name) if hasattr(Headers, name) else self._headers.get(name)

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    @of_whole
    def __repr__(self) -> str:
        return repr(self._headers)
