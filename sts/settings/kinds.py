"""
Kinds of settings: how the text of a variable or profile is parsed, and how the value of an option is checked.

Both functions of a kind return the value to use or raise `ValueError`. The caller knows the source of the value and adds it to
the error.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from sts.base.records import Record
from sts.endpoints import is_host_label

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _refuse(value: Any) -> Any:
    raise ValueError(value)


class Kind(Record):
    """
    A kind of value: how an option is checked, and how a variable or profile key is *read*, if it can contain the value.

    *allowed* completes the sentence "it must be ...". *type* is the annotation of the resolved value. A kind with *is_object*
    is no setting.
    """

    allowed: str
    check: Callable[[Any], Any]
    type: str = "Any"
    read: Callable[[str], Any] = _refuse
    is_object: bool = False


MAX_SECONDS = 1e9
"""About 30 years. A longer time is a mistake, and the operating system's clocks may reject it."""

VALIDATION_CHECKS = frozenset({"min", "max", "pattern", "enum"})


def _require(holds: bool, value: Any) -> Any:
    return value if holds else _refuse(value)


def _read_boolean(text: str) -> bool:
    return bool(_require(text.lower() in {"true", "false"}, text.lower() == "true"))


def _check_boolean(value: Any) -> Any:
    return _require(isinstance(value, bool), value)


def _read_count(text: str) -> Any:
    return _require(
        text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= 1, int(text) if text.isdecimal() else 0
    )


def _check_whole(value: Any, least: int) -> Any:
    return _require(isinstance(value, int) and not isinstance(value, bool) and value >= least, value)


def _check_number(value: Any) -> float:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(_require(is_number and -MAX_SECONDS <= value <= MAX_SECONDS, value))


def _check_seconds(value: Any) -> float:
    return float(_require(_check_number(value) > 0, value))


def _check_text(value: Any) -> Any:
    return _require(isinstance(value, str) and value.strip() != "", value)


def _check_region(value: Any) -> Any:
    # The region becomes part of a host name: an invalid value could send credentials to a foreign host.
    return _require(isinstance(value, str) and is_host_label(value), value)


def _check_path(value: Any) -> Any:
    return _check_text(os.fspath(value))


def _check_verify(value: Any) -> Any:
    return value if isinstance(value, bool) else _check_path(value)


def _check_certificate(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        certificate, key = value
        return _check_path(certificate), _check_path(key)
    return _check_path(value)


def _check_proxies(value: Any) -> Any:
    if isinstance(value, str):
        value = {"http": value, "https": value}
    _require(isinstance(value, Mapping), value)
    return {_check_text(scheme): _check_text(url) for scheme, url in value.items() if url is not None}


def _check_validation(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    _require(isinstance(value, Mapping) and set(value) <= VALIDATION_CHECKS, value)
    return {name: _check_boolean(switch) for name, switch in value.items()}


def _check_list(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(item.strip() for item in value.split(",") if item.strip())
    return tuple(_check_text(item).strip() for item in _require(isinstance(value, (list, tuple)), value))


def _check_user_agent(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        pairs = [[value_part] if isinstance(value_part, str) else value_part for value_part in value]
        return " ".join("/".join(_check_text(part) for part in pair) for pair in pairs)
    return _check_text(value)


def choice(*allowed: str) -> Kind:
    """Make the kind for one of the texts *allowed*, ignoring case."""

    def check(value: Any) -> Any:
        return _require(isinstance(value, str) and value.lower() in allowed, value).lower()

    words = ", ".join(repr(item) for item in allowed)
    return Kind(f"one of {words}", check, f"Literal[{words}]".replace("'", '"'), check)


def _object(allowed: str, fits: Callable[[Any], bool]) -> Kind:
    """Make the kind of an object passed by a program, with a function that checks it."""
    return Kind(allowed, lambda value: _require(fits(value), value), is_object=True)


_HANDLERS = ("direct", "urllib3", "requests")


def _sends(value: Any) -> bool:
    return callable(getattr(value, "send", None))


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


BOOLEAN = Kind("true or false", _check_boolean, "bool", _read_boolean)
SWITCHED_OFF = BOOLEAN._replace(read=lambda text: not _read_boolean(text))
"""A boolean whose variable and profile key are the opposite of its option."""
COUNT = Kind("a whole number of at least 1", lambda value: _check_whole(value, 1), "int", _read_count)
RETRIES = Kind("a whole number of at least 0", lambda value: _check_whole(value, 0), "int")
SECONDS = Kind(f"a number of seconds above 0, at most {MAX_SECONDS:.0f}", _check_seconds, "float")
OFFSET = Kind(f"a number of seconds, at most {MAX_SECONDS:.0f} either way", _check_number, "float")
TEXT = Kind("a text that is not empty", _check_text, "str", str)
REGION = Kind(
    "the name of a region such as 'eu-west-1': letters, digits and inner hyphens", _check_region, "str", _check_region
)
VERIFY = Kind("True, False or the path of a CA bundle", _check_verify, "Union[bool, str]", str)
CERTIFICATE = Kind(
    "the path of a certificate, or a pair of paths (certificate, key)", _check_certificate, "Union[str, tuple[str, str]]"
)
PROXIES = Kind("a proxy's URL, or a mapping of schemes to such URLs ({} for no proxy)", _check_proxies, "Mapping[str, str]")
PROXY_TEXT = Kind("the URL of a proxy", _refuse, "Mapping[str, str]", str)
VALIDATION = Kind(
    "True, False or a mapping of 'min', 'max', 'pattern' and 'enum' to booleans",
    _check_validation,
    "Union[bool, Mapping[str, bool]]",
)
NAMES = Kind("names in a list or separated by commas", _check_list, "tuple[str, ...]", _check_list)
USER_AGENT = Kind("a text, or a list of (name, version) pairs", _check_user_agent, "str")
UNCHECKED = _object("an object", lambda _: True)
HANDLER = _object(
    "'direct', 'urllib3', 'requests', or an object with send(request, *, control) and close()",
    lambda value: value in _HANDLERS or _sends(value),
)
HANDLER_NAME = choice(*_HANDLERS)._replace(check=_refuse, type="str")
SESSION = _object("a requests.Session", _sends)
MEMBERS = _object("a mapping of members", _is_mapping)
MAPPING = _object("a mapping", _is_mapping)
DELAYS = _object("a mapping that may have base and custom_backoff", _is_mapping)
LOGGER = _object(
    "a logging.Logger, or have .log(text)", lambda value: any(hasattr(value, name) for name in ("log", "info", "write"))
)
