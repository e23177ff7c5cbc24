"""Logging: the `sts` logger, one line per call, and masks that make the log safe to share."""

from __future__ import annotations

import logging
import os
import threading

from sts.model.masks import mask

LONGEST_MESSAGE = 4096
"""Longest logged message in characters: longer than any message of STS, without a long session token."""

LOGGER = logging.getLogger("sts")
LOGGER.addHandler(logging.NullHandler())


class _Shown(logging.StreamHandler):  # type: ignore[type-arg]  # generic for type checkers only
    pass


def enable_logging(level: int | str = "DEBUG") -> None:
    """
    Write the log of the library to standard error, from *level* on. Secrets are masked at every level. Can be called again.
    """
    if not any(type(one) is _Shown for one in LOGGER.handlers):
        handler = _Shown()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        LOGGER.addHandler(handler)
    LOGGER.setLevel(level)


def surface(text: str, error: BaseException) -> None:
    """
    Log *text* with an *error* that no caller can receive, and pass it to `threading.excepthook`, so that no bug is hidden.
    """
    LOGGER.error(text, exc_info=error)
    threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread())))


class SecretFilter(logging.Filter):
    """Filter that masks records of a logger or handler, including tracebacks, by the names and forms of secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask *record*. Always returns True."""
        try:
            record.msg, record.args = mask(record.getMessage()), None
        except (TypeError, ValueError):  # the arguments do not match the text; `logging` reports that itself
            return True
        if record.exc_info and not record.exc_text:
            record.exc_text = mask(_formatter.formatException(record.exc_info))
        return True


_formatter = logging.Formatter()
LOGGER.addFilter(SecretFilter())

if os.environ.get("STS_DEBUG", "").lower() in ("1", "true"):
    enable_logging()
