"""What the provider functions of v3 take from the client that uses the provider: its profile and its region."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from typing_extensions import ParamSpec

from sts.credentials.given import FORM

P = ParamSpec("P")
R = TypeVar("R")


def follow(provider: R, form: Callable[[Any, Mapping[str, Any]], Any]) -> R:
    """Have `for_client()` ask *form* for the provider in the place of *provider*; return *provider*."""
    vars(provider)[FORM] = form
    return provider


def follows_client(*paths: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """
    Decorate a function that makes a provider: what nobody gave at *paths* of its options is taken from the client.

    A path ends in `profile` or `region`; `client_config.region` is a key of the option `client_config`.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def make(*args: P.args, **options: P.kwargs) -> R:
            return follow(function(*args, **options), _Forms(function, options, paths))

        return make

    return decorate


class _Forms:
    """The providers that one call of a provider function stands for: one for each profile and region of a client."""

    def __init__(self, function: Callable[..., Any], options: Mapping[str, Any], paths: tuple[str, ...]) -> None:
        self._function = function
        self._options = dict(options)
        self._paths = paths
        self._made: dict[tuple[Any, ...], Any] = {}

    def __call__(self, provider: Any, client: Mapping[str, Any]) -> Any:
        options = self._options
        for path in self._paths:
            options = _filled(options, path, client)
        if options == self._options:
            return provider
        key = tuple(sorted(client.items(), key=str))
        # setdefault, because another thread may have been faster.
        return self._made.get(key) or self._made.setdefault(key, self._function(**options))


def _filled(options: dict[str, Any], path: str, client: Mapping[str, Any]) -> dict[str, Any]:
    """Return *options* with the client's value at *path*, unless there is one."""
    first, _, rest = path.partition(".")
    if rest:
        return {**options, first: _filled(dict(options.get(first) or {}), rest, client)}
    return options if options.get(first) or not client.get(first) else {**options, first: client[first]}
