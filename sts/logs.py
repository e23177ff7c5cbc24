"""Logging: the `sts` logger, a line per call, and masks so that what is logged may be pasted anywhere."""

from __future__ import annotations

import logging
import os
import threading

from sts.model.masks import mask

LONGEST_MESSAGE = 4096
"""Characters of a message that are kept: more than any that STS writes, with a long session token left out."""

LOGGER = logging.getLogger("sts")
LOGGER.addHandler(logging.NullHandler())


class _Shown(logging.StreamHandler):  # type: ignore[type-arg]  # generic for type checkers only
    pass


def enable_logging(level: int | str = "DEBUG") -> None:
    """Write what the library logs to standard error, from *level* on; secrets are masked at every level. Can be repeated."""
    if not any(type(one) is _Shown for one in LOGGER.handlers):
        handler = _Shown()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        LOGGER.addHandler(handler)
    LOGGER.setLevel(level)


def surface(text: str, error: BaseException) -> None:
    """Log *text* with an *error* that nobody can be given, and let `threading.excepthook` show it: silence would hide a bug."""
    LOGGER.error(text, exc_info=error)
    threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread())))


class SecretFilter(logging.Filter):
    """Mask what goes through a logger or a handler, tracebacks included, by the names and the forms of secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask *record*; it always passes."""
        try:
            record.msg, record.args = mask(record.getMessage()), None
        except (TypeError, ValueError):  # the arguments do not fit the text, which `logging` reports by itself
            return True
        if record.exc_info and not record.exc_text:
            record.exc_text = mask(_formatter.formatException(record.exc_info))
        return True


_formatter = logging.Formatter()
LOGGER.addFilter(SecretFilter())

if os.environ.get("STS_DEBUG", "").lower() in ("1", "true"):
    enable_logging()
