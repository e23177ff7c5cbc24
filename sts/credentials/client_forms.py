"""Common part of v3's provider functions: options as one mapping, profile and region of the client that uses the provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Protocol, TypeVar, overload

from typing_extensions import ParamSpec

from sts.base.spelling import snake_case
from sts.credentials.normalize import FORM

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
_WITHOUT_EFFECT = frozenset({"client_plugins", "logger", "parent_client_config"})
"""Options of v3 without effect here."""


class TakesMapping(Protocol[P, R_co]):
    """A function that takes its options as keywords, or as one mapping."""

    @overload
    def __call__(self, options: Mapping[str, Any], /) -> R_co: ...
    @overload
    def __call__(self, *args: P.args, **options: P.kwargs) -> R_co: ...


def v3_function(*client_paths: str) -> Callable[[Callable[P, R]], TakesMapping[P, R]]:
    """
    Decorate a function that makes a provider: it also takes its options as one mapping, in camelCase or snake_case.

    Missing options at *client_paths* are taken from the client that uses the provider. A path ends in `profile` or `region`;
    `client_config.region` is a key of the option `client_config`.
    """

    def decorate(function: Callable[P, R]) -> TakesMapping[P, R]:
        call: Callable[..., R] = function

        @wraps(function)
        def make(*args: Any, **options: Any) -> R:
            if len(args) == 1 and isinstance(args[0], Mapping):
                if options:
                    raise TypeError(
                        f"{function.__name__}() was given a mapping and keywords; give its options as a mapping or as keywords."
                    )
                return make(**_keywords(args[0]))
            provider = call(*args, **options)
            return follow(provider, _forms(call, options, client_paths)) if client_paths else provider

        return make

    return decorate


def _keywords(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return v3's options *given* as keywords in snake_case, without those that have no effect here."""
    options = {snake_case(name): value for name, value in given.items()}
    if isinstance(options.get("client_config"), Mapping):
        options["client_config"] = {snake_case(name): value for name, value in options["client_config"].items()}
    return {name: value for name, value in options.items() if name not in _WITHOUT_EFFECT}


def follow(provider: R, form: Callable[[Any, Mapping[str, Any]], Any]) -> R:
    """Let `for_client()` call *form* for the provider to use in place of *provider*. Return *provider*."""
    vars(provider)[FORM] = form
    return provider


def _forms(
    function: Callable[..., Any], given: dict[str, Any], paths: tuple[str, ...]
) -> Callable[[Any, Mapping[str, Any]], Any]:
    """Return the function for the providers of one call of *function*: one provider for each profile and region of a client."""
    made: dict[tuple[Any, ...], Any] = {}

    def form(provider: Any, client: Mapping[str, Any]) -> Any:
        options = given
        for path in paths:
            options = _filled(options, path, client)
        if options == given:
            return provider
        key = tuple(sorted(client.items(), key=str))
        # setdefault, because another thread may have been faster
        return made.get(key) or made.setdefault(key, function(**options))

    return form


def _filled(options: dict[str, Any], path: str, client: Mapping[str, Any]) -> dict[str, Any]:
    """Return *options* with the client's value at *path*, unless a value is set."""
    first, _, rest = path.partition(".")
    if rest:
        return {**options, first: _filled(dict(options.get(first) or {}), rest, client)}
    return options if options.get(first) or not client.get(first) else {**options, first: client[first]}
