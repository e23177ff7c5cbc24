"""Keep queries out of the HTTP libraries' own logs: a presigned URL, or one for the console, holds secrets there."""

from __future__ import annotations

import logging
from functools import cache

from sts.handlers.exchange import current

LOGGERS = ("urllib3.connectionpool", "urllib3.util.retry")
"""Those that write the URLs of requests, at DEBUG."""


class QueryFilter(logging.Filter):
    """Cut the query off whatever is logged in the middle of an exchange of ours; what others send is left as it is."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask *record*; it always passes."""
        if current() is not None and isinstance(record.args, tuple):
            record.args = tuple(_without_query(item) if isinstance(item, str) else item for item in record.args)
        return True


def _without_query(text: str) -> str:
    head, mark, _ = text.partition("?")
    return f"{head}{mark}..." if mark else text


@cache
def hide_queries() -> None:
    """Add the filter to the loggers, once."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(QueryFilter())
