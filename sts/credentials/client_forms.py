"""Client-dependent providers of v3: they take profile and region from the client that uses them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from typing_extensions import ParamSpec

from sts.credentials.normalize import FORM

P = ParamSpec("P")
R = TypeVar("R")


def follow(provider: R, form: Callable[[Any, Mapping[str, Any]], Any]) -> R:
    """Let `for_client()` call *form* for the provider to use in place of *provider*. Return *provider*."""
    vars(provider)[FORM] = form
    return provider


def follows_client(*paths: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """
    Decorate a function that makes a provider: missing options at *paths* are taken from the client.

    A path ends in `profile` or `region`; `client_config.region` is a key of the option `client_config`.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def make(*args: P.args, **options: P.kwargs) -> R:
            return follow(function(*args, **options), _Forms(function, options, paths))

        return make

    return decorate


class _Forms:
    """Providers from one call of a provider function: one for each profile and region of a client."""

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
        # setdefault, because another thread may have been faster
        return self._made.get(key) or self._made.setdefault(key, self._function(**options))


def _filled(options: dict[str, Any], path: str, client: Mapping[str, Any]) -> dict[str, Any]:
    """Return *options* with the client's value at *path*, unless a value is set."""
    first, _, rest = path.partition(".")
    if rest:
        return {**options, first: _filled(dict(options.get(first) or {}), rest, client)}
    return options if options.get(first) or not client.get(first) else {**options, first: client[first]}
