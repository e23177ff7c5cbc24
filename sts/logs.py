"""Logging: the `sts` logger, one line per call, and masks that make the log safe to share."""

from __future__ import annotations

import os
import sys
import threading

from sts.base.forks import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging
    from typing import Any

LONGEST_MESSAGE = 4096
"""Longest logged message in characters: longer than any message of STS, without a long session token."""
DEBUG = 10
"""`logging.DEBUG`. Importing logging is slow, and many programs do not use it."""

_EMITTING = frozenset({"debug", "info", "warning", "error", "exception", "log", "isEnabledFor"})


class _IdleLogger:
    """The `sts` logger of a program that has not imported logging, so that there is no handler to write a record."""

    def __getattr__(self, name: str) -> Any:
        if name in _EMITTING and "logging" not in sys.modules:
            return _drop
        return getattr(_make_logger(), name)


def _drop(*_record: object, **_more: object) -> bool:
    """Drop a record; also the answer of `isEnabledFor`."""
    return False


def _make_logger() -> logging.Logger:
    """Return the `sts` logger, which masks secrets and is silent by itself."""
    import logging

    logger = logging.getLogger("sts")
    if not any(type(one) is SecretFilter for one in logger.filters):
        logger.addFilter(SecretFilter())
        logger.addHandler(logging.NullHandler())
    return logger


def enable_logging(level: int | str = "DEBUG") -> None:
    """Write the log to standard error, from *level* on. Secrets are masked at every level. Can be called again."""
    import logging

    logger = _make_logger()
    for earlier in [one for one in logger.handlers if one.get_name() == _SHOWN]:  # it may hold a stream that was replaced since
        logger.removeHandler(earlier)
    handler = logging.StreamHandler()
    handler.set_name(_SHOWN)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(level)


_SHOWN = "sts.logs.enable_logging"
"""Name of the handler that `enable_logging` adds."""


def surface(text: str, error: BaseException) -> None:
    """Log *text* with an *error* that no caller can receive, and pass it to `threading.excepthook`."""
    LOGGER.error(text, exc_info=error)
    threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread())))


class SecretFilter:
    """Filter that masks records of a logger or handler, including tracebacks, by the names and forms of secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask *record*. Always returns True."""
        masks = load("sts.model.masks")
        try:
            record.msg, record.args = masks.mask(record.getMessage()), None
        except (TypeError, ValueError):  # the arguments do not match the text; `logging` reports that itself
            return True
        if record.exc_info and not record.exc_text:
            import logging

            record.exc_text = masks.mask(logging.Formatter().formatException(record.exc_info))
        return True


LOGGER: logging.Logger = _make_logger() if "logging" in sys.modules else _IdleLogger()  # type: ignore[assignment]
"""The `sts` logger."""

if os.environ.get("STS_DEBUG", "").lower() in ("1", "true"):
    enable_logging()
