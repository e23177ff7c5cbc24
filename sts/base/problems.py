"""What errors hold: the facts of an exchange, and what is wrong with params."""

from __future__ import annotations

from sts.base.records import Record


class ResponseMetadata(Record):
    """Hold what is known of the exchange behind an error; the JavaScript SDK's `$metadata`."""

    http_status_code: int | None = None
    request_id: str | None = None
    extended_request_id: str | None = None
    cf_id: str | None = None
    attempts: int = 0
    total_retry_delay: float = 0.0


class ValidationProblem(Record):
    """Hold one thing wrong with the params: a v2 *code*, the *member* path and a sentence."""

    code: str
    member: str
    message: str
