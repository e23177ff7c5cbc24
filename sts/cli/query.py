"""The option `--query`: JMESPath, from the extra `cli`, loaded only where it is used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sts.errors import ConfigError, ParamValidationError


def search(expression: str, data: Any) -> Any:
    """Return the part of *data* that *expression* selects. Raises ParamValidationError for an invalid expression."""
    jmespath = _jmespath()
    try:
        return jmespath.search(expression, data)
    except jmespath.exceptions.JMESPathError as error:
        what = str(error).splitlines()[0]
        raise ParamValidationError(
            f"--query is {expression!r}, which cannot be used: {what}. JMESPath is described at https://jmespath.org.",
            code="InvalidParameterType",
        ) from None


def check(expression: str | None) -> None:
    """Raise ParamValidationError if *expression* is not valid JMESPath, before any request is sent."""
    if expression is None:
        return
    jmespath = _jmespath()
    try:
        jmespath.compile(expression)
    except jmespath.exceptions.JMESPathError:
        search(expression, None)


def _jmespath() -> Any:
    try:
        return import_module("jmespath")
    except ImportError:
        raise ConfigError("--query needs the package jmespath. Install it with: pip install jmespath") from None
