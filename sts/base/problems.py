"""Records in errors: data of the exchange, and problems of params."""

from __future__ import annotations

from sts.base.records import Record


class ResponseMetadata(Record):
    """Data of the exchange of an error: `$metadata` of the JavaScript SDK."""

    http_status_code: int | None = None
    request_id: str | None = None
    extended_request_id: str | None = None
    cf_id: str | None = None
    attempts: int = 0
    total_retry_delay: float = 0.0


class ValidationProblem(Record):
    """One validation problem: v2 error code, member path and message."""

    code: str
    member: str
    message: str
