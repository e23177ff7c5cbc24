"""Steps of the service for one request: find the operation, verify, validate, perform, respond."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sts.base.records import Record
from sts.http import Headers, HttpRequest
from sts.model.operations import API_VERSION, OPERATIONS
from sts.model.shapes import Operation
from sts.testing.server.faults import Fault, stand_in
from sts.testing.server.received_calls import ReceivedCall
from sts.testing.server.wire import Answer
from sts.testing.service import assume, federate, identity
from sts.testing.service.checks import OperationContext
from sts.testing.service.error_responses import ErrorResponse, refusal
from sts.testing.service.params import check_params, parse_params
from sts.testing.service.render import JSON, XML, error_body, result_body
from sts.testing.service.verify import caller_of

_log = logging.getLogger("sts.testing")
_operations = {operation.name: operation for operation in OPERATIONS}
_perform: dict[str, Callable[[OperationContext, Mapping[str, Any]], dict[str, Any]]] = {
    "AssumeRole": assume.assume_role,
    "AssumeRoleWithSAML": federate.assume_role_with_saml,
    "AssumeRoleWithWebIdentity": federate.assume_role_with_web_identity,
    "AssumeRoot": assume.assume_root,
    "DecodeAuthorizationMessage": identity.decode_authorization_message,
    "GetAccessKeyInfo": identity.get_access_key_info,
    "GetCallerIdentity": identity.get_caller_identity,
    "GetDelegatedAccessToken": federate.get_delegated_access_token,
    "GetFederationToken": assume.get_federation_token,
    "GetScopedCredentials": assume.get_scoped_credentials,
    "GetSessionToken": assume.get_session_token,
    "GetWebIdentityToken": identity.get_web_identity_token,
}
_error_faults = {
    "throttle": "Throttling",
    "internal_error": "InternalFailure",
    "unavailable": "ServiceUnavailable",
    "expired_token": "ExpiredToken",
}
_UNKNOWN_PATH = Answer(404, [("Content-Type", XML)], b"<UnknownOperationException/>\n")
_CONSOLE = "https://aws.amazon.com/iam"


class ParsedRequest(Record):
    """A received request with the form in its query or body, before any check."""

    request: HttpRequest
    form: Mapping[str, str]
    call: ReceivedCall


class RateLimit:
    """Rate limit that allows *per_second* calls on average, and the same number in a burst."""

    def __init__(self, per_second: float) -> None:
        self.per_second = per_second
        self._tokens = max(per_second, 1.0)
        self._seen = time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Return True if one more call is allowed now."""
        with self._lock:
            now = time.monotonic()
            self._tokens = min(self._tokens + (now - self._seen) * self.per_second, max(self.per_second, 1.0))
            self._seen = now
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True


class Service:
    """The service. *global_endpoint* leaves out the operations that only regional endpoints have."""

    def __init__(
        self, context: OperationContext, clock: Callable[[], float], max_calls: int | None, global_endpoint: bool
    ) -> None:
        self.context = context
        self.global_endpoint = global_endpoint
        self.rate_limit: RateLimit | None = None
        self.calls: deque[ReceivedCall] = deque(maxlen=max_calls)
        self._clock = clock

    def record(self, method: str, headers: Headers) -> ReceivedCall:
        """Record a received request."""
        call = ReceivedCall(method, headers, self._clock(), str(uuid.uuid4()))
        self.calls.append(call)
        return call

    def receive(self, request: HttpRequest) -> ParsedRequest:
        """Parse *request* and record it."""
        pairs = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
        if request.method == "POST":
            pairs += parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        form = dict(pairs)
        call = self.record(request.method, request.headers)
        action = form.get("Action")
        call.operation = action if action in _operations else None
        return ParsedRequest(request, form, call)

    def answer(self, parsed: ParsedRequest, fault: Fault | None) -> Answer:
        """Return the response to *parsed*, with *fault*."""
        call = parsed.call
        call.fault = fault.name if fault else None
        now = self._clock() + (fault.details["seconds"] if fault and fault.name == "clock_skew" else 0)
        answer = stand_in(fault) or self._other(parsed) or self._respond(parsed, fault, now)
        call.status = None if call.fault == "reset_after_read" else answer.status
        identification = [("x-amzn-RequestId", call.request_id)]
        return answer._replace(headers=[*identification, *answer.headers, ("Date", formatdate(now, usegmt=True))])

    def _other(self, parsed: ParsedRequest) -> Answer | None:
        """Respond to a request that is not a call of an operation."""
        request, path = parsed.request, urlsplit(parsed.request.url).path
        if request.method not in ("GET", "POST"):
            return Answer(405, [("Allow", "GET, POST"), ("Content-Type", XML)])
        if path in ("", "/"):
            return Answer(302, [("Location", _CONSOLE)]) if request.method == "GET" and not parsed.form else None
        document = self.context.issuer.document(path)
        return Answer(200, [("Content-Type", JSON)], document) if document else _UNKNOWN_PATH

    def _respond(self, parsed: ParsedRequest, fault: Fault | None, now: float) -> Answer:
        media_type = JSON if JSON in parsed.request.headers.get("accept", "") else XML
        headers = [("Content-Type", media_type)]
        try:
            result, operation = self._result(parsed, fault, now)
            return Answer(200, headers, result_body(operation, result, parsed.call.request_id, media_type))
        except ErrorResponse as response:
            return _error_answer(parsed.call, response, headers, media_type)
        except Exception as error:  # noqa: BLE001  # a bug of ours must not look like a network failure
            _log.exception("LocalSTS failed")
            return _error_answer(parsed.call, refusal("InternalFailure", f"LocalSTS has a bug: {error!r}"), headers, media_type)

    def _result(self, parsed: ParsedRequest, fault: Fault | None, now: float) -> tuple[dict[str, Any], Operation]:
        if fault and fault.name in _error_faults:
            response = refusal(_error_faults[fault.name])
            response.status, response.retry_after = fault.details["status"], fault.details.get("retry_after")
            raise response
        if self.rate_limit and not self.rate_limit.take():
            raise refusal("Throttling")
        operation = self._operation(parsed)
        context = self.context._replace(now=now)
        if operation.signed:
            context = context._replace(caller=caller_of(parsed.request, context))
            parsed.call.principal = context.signer.arn
        params = parsed.call.params = parse_params(operation.input, parsed.form)
        check_params(operation, params)
        return _perform[operation.name](context, params), operation

    def _operation(self, parsed: ParsedRequest) -> Operation:
        action, version = parsed.form.get("Action"), parsed.form.get("Version", "")
        if not action:
            raise refusal("MissingAction")
        operation = _operations.get(action)
        if operation is None or version != API_VERSION:
            told = f"Could not find operation {action} for version {version or 'NO_VERSION_SPECIFIED'}"
            raise refusal("InvalidAction", told)
        if operation.regional_only and self.global_endpoint:
            raise refusal("InvalidAction", "Unknown Operation")
        return operation


def _error_answer(call: ReceivedCall, response: ErrorResponse, headers: list[tuple[str, str]], media_type: str) -> Answer:
    call.code = response.code
    waiting = [] if response.retry_after is None else [("Retry-After", str(response.retry_after))]
    return Answer(response.status, [*headers, *waiting], error_body(response, call.request_id, media_type))
