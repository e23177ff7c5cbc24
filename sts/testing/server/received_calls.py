"""Records of the calls that a server received."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sts.base.masks import SECRET_HEADERS
from sts.base.records import of_whole
from sts.http import Headers
from sts.model.lookup import BY_NAME
from sts.model.masks import masked

MASK = "***"


class ReceivedCall:
    """
    One HTTP request that the server received, and its outcome.

    *operation* is the name of the operation (None if the request was not read or has none), *params* are its params,
    *principal* is the ARN of the caller (None for unsigned operations and unknown callers), *status* the HTTP status (None if
    the connection was closed instead), *code* the error code, and *fault* the name of the injected fault. The values are real;
    only the `repr` masks secrets.
    """

    __slots__ = ("code", "fault", "headers", "method", "operation", "params", "principal", "request_id", "status", "time")

    def __init__(self, method: str, headers: Headers, time: float, request_id: str) -> None:
        self.method = method
        self.headers = headers
        self.time = time
        self.request_id = request_id
        self.operation: str | None = None
        self.params: Mapping[str, Any] = {}
        self.principal: str | None = None
        self.status: int | None = None
        self.code: str | None = None
        self.fault: str | None = None

    @of_whole
    def __repr__(self) -> str:
        params = masked(BY_NAME[self.operation].input, self.params, MASK) if self.operation else {}
        headers = {name: MASK if name in SECRET_HEADERS else value for name, value in self.headers.items()}
        fields = f"status={self.status} code={self.code} fault={self.fault} principal={self.principal}"
        return f"<ReceivedCall {self.operation} {fields} params={params} headers={headers}>"
