"""
One call without I/O: a generator that yields effects and receives their results.

    Send(handler, request, control)   result: an `HttpResponse`
    Sleep(seconds, control)           result: None
    Block(function, control)          result: that of the function (a credential refresh, reading settings)

`sts.drivers` performs these effects. Their errors are thrown into the generator. The library itself uses no listeners.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator

from sts.base.forks import load
from sts.errors import CredentialsError, STSError, TransportError
from sts.events import emit_exchange
from sts.http import Control, HttpRequest, HttpResponse, check_response, check_time
from sts.identity import Credentials, check_credentials, features_of
from sts.logs import DEBUG, LOGGER
from sts.pipeline.call import Block, Call, Send, Wiring, inside
from sts.protocol.serialize import build_request
from sts.settings.kinds import MAX_SECONDS
from sts.settings.user_agent import invocation_id, lambda_trace_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sts.pipeline.call import Effect, Flow


def run_call(call: Call) -> Flow:
    """Validate and build once, then attempt until success or until the retry strategy gives up. Return the result."""
    call.started = call.started or time.monotonic()
    calls = call.client._calls
    with calls.enter(call):
        mark = inside.set((*inside.get(), call.running))
        try:
            return (yield from perform_call(call))
        except BaseException as error:
            call.error = load("sts.pipeline.call_log").describe(call, error)
            call.emit("error", error, call.emit.response)
            raise
        finally:
            calls.leave(call)
            try:
                inside.reset(mark)
            except ValueError:  # an abandoned call is closed in another context
                pass
            if LOGGER.isEnabledFor(DEBUG) or (call.wiring is not None and call.wiring.logger is not None):
                load("sts.pipeline.call_log").log_call(call)
            call.emit("complete", call.emit.response)


def perform_call(call: Call) -> Flow:
    """Run *call* up to its `success` event. Return the result."""
    call.client._calls.check(call)
    emit = call.emit
    emit("validate")
    wiring = yield from begin(call)
    params = check_params(call, wiring)
    features: tuple[str, ...] = ()
    if call.signed:
        call.credentials = yield from find_credentials(call, wiring)
        features = features_of(call.credentials)
    unsigned = build_request(call.operation, params, wiring.endpoint.url)
    unsigned.headers["user-agent"] = wiring.user_agents[features]
    call.http_request = unsigned
    emit("build")
    emit("after_build")
    if wiring.failover is None:
        call.data = yield from run_attempts(call, wiring, unsigned)
    else:
        call.data = yield from load("sts.pipeline.failover").run_in_regions(call, wiring, unsigned, run_attempts)
    emit("success", emit.response)
    return call.data


def begin(call: Call) -> Generator[Effect, Any, Wiring]:
    """Set the call's deadline and get the client's wiring."""
    client = call.client
    limit = first_timeout(call)
    call.control = Control(5.0, 30.0, None if limit is None else call.started + limit, call.abort)
    check_time(call.control)
    wiring: Wiring = client._wiring or (yield Block(client._wire, call.control, shared=True))
    call.wiring = wiring
    timeout = wiring.settings.timeout if call.timeout is None else call.timeout
    usual = wiring.control
    if timeout is None and call.abort in (None, usual.abort):
        call.control = usual  # the same for all such calls
    else:
        deadline = None if timeout is None else call.started + timeout
        call.control = Control(usual.connect_timeout, usual.read_timeout, deadline, call.abort or usual.abort, prompt=True)
    return wiring


def first_timeout(call: Call) -> float | None:
    """Return the timeout as far as it is known before the settings are resolved, which must be limited as well."""
    limit = getattr(call.client, "options", {}).get("timeout") if call.timeout is None else call.timeout
    return limit if isinstance(limit, (int, float)) and 0 < limit <= MAX_SECONDS else None


def check_params(call: Call, wiring: Wiring) -> dict[str, Any]:
    """Return the params to send, including bound ones. Raise an error for a call that cannot succeed."""
    operation, params = call.operation, call.params
    if wiring.bound_params:
        known = {member.name for member in operation.input.members}
        params = {**{k: v for k, v in wiring.bound_params.items() if k in known}, **params}
        call.params = params
    if params == {} and not (operation.needs_params or operation.regional_only):
        return {}  # the checks are loaded with the first params
    checked: dict[str, Any] = load("sts.protocol.preflight").prepare_params(
        operation, params, wiring.settings.param_validation, wiring.endpoint, on_aws=wiring.on_aws
    )
    return checked


def find_credentials(call: Call, wiring: Wiring) -> Generator[Effect, Any, Credentials]:
    """Return the cached credentials, or wait for new ones."""
    provider = wiring.credentials
    try:
        shared = getattr(provider, "shared", False)
        credentials: Credentials = provider.cached() or (yield Block(provider.retrieve, call.control, shared))
    except STSError:
        raise
    except Exception as raised:
        # Only the type: the text of an exception of other code may contain a secret.
        text = f"The credential provider failed with {type(raised).__name__}."
        raise CredentialsError(text, original_error=raised) from raised
    if type(credentials) is not Credentials:
        check_credentials(credentials)  # credentials of other code; ours are checked when they are created
    return credentials


def run_attempts(call: Call, wiring: Wiring, unsigned: HttpRequest) -> Flow:
    """Make attempts as long as the retry strategy allows."""
    retry = wiring.retry
    token = retry.acquire_initial_retry_token()
    call.invocation_id = invocation_id()
    if token.delay:
        yield from load("sts.pipeline.recovery").pause(call, token.delay)
    limit = getattr(retry, "send_delay", None)
    while True:
        while limit is not None and (delay := limit()):
            yield from load("sts.pipeline.recovery").pause(call, delay)
        call.attempt += 1
        try:
            data = yield from make_attempt(call, wiring, unsigned)
        except STSError as error:
            if call.emit.raised is error:
                raise  # an error of a listener: no retry can help
            if call.http_request is unsigned and call.signed:
                raise  # nothing was sent: a provider has its own retries, and may have asked a user
            failed, call.error = error, error
        else:
            retry.record_success(token)
            return finish(call, data)
        # Outside the except block, so that the old error is neither kept alive nor chained to the next.
        token = yield from load("sts.pipeline.recovery").await_retry(call, token, failed)


def make_attempt(call: Call, wiring: Wiring, unsigned: HttpRequest) -> Flow:
    """Sign, send, parse. Every attempt is signed again, because the clock and the credentials may have changed."""
    call.http_response, call.error, call.retrying = None, None, False
    call.http_request = unsigned
    request = call.http_request = yield from sign(call, wiring, unsigned)
    headers = request.headers
    headers["amz-sdk-invocation-id"] = call.invocation_id
    headers["amz-sdk-request"] = f"attempt={call.attempt - call.earlier}; max={wiring.retry.max_attempts}"
    if wiring.in_lambda:
        trace_id = lambda_trace_id(os.environ)
        if trace_id:
            headers.setdefault("x-amzn-trace-id", trace_id)
    emit = call.emit
    emit("sign")
    # A second send after a broken connection counts as an attempt.
    control = call.control if call.attempt < wiring.retry.max_attempts else call.control.without_resend()
    try:
        response = call.http_response = check_response((yield Send(wiring.choose_handler(), request, control)))
    except STSError as error:
        note_failure(call, error)
        if call.error is not None and call.error is not error:
            raise call.error from error
        raise
    except AssertionError:
        raise  # an AssertionError of a test double, for its test
    except Exception as raised:
        failure = TransportError(f"The request handler failed: {type(raised).__name__}: {raised}", original_error=raised)
        note_failure(call, failure)
        raise call.error or failure from raised
    emit_exchange(emit, request, response)
    return read_response(call, request, response)


def sign(call: Call, wiring: Wiring, unsigned: HttpRequest) -> Generator[Effect, Any, HttpRequest]:
    """Return the signed request, or a copy for an operation that needs no signature."""
    if not call.signed:
        return unsigned.copy()
    if call.attempt > 1:
        call.credentials = yield from find_credentials(call, wiring)
    if call.params:
        load("sts.protocol.preflight").check_role_chaining(call.operation, call.params, call.credentials, wiring.endpoint)
    service, now = wiring.endpoint.signing_name, wiring.clock.now(wiring.host)
    if wiring.region_set:
        sign_v4a, regions = load("sts.sigv4a").sign_request_v4a, wiring.region_set
        signed: HttpRequest = sign_v4a(
            unsigned, call.credentials, service=service, region_set=regions, now=now, sign_body_header=True
        )
        return signed
    region = call.signing_region or wiring.endpoint.signing_region
    return wiring.signer.sign(unsigned, call.credentials, service=service, region=region, now=now)


def finish(call: Call, data: dict[str, Any]) -> dict[str, Any]:
    """Add to the result the data that only the pipeline knows."""
    metadata = data.get("ResponseMetadata")
    if metadata is None:  # data of a listener
        return data
    metadata["Attempts"] = call.attempt
    metadata["RetryAttempts"] = call.attempt - 1
    metadata["TotalRetryDelay"] = call.total_retry_delay
    if call.params:
        load("sts.protocol.preflight").warn_of_size(call.operation, data)
    return data


def note_failure(call: Call, error: STSError) -> None:
    """Emit the events of an exchange without a response. Listeners may replace *error*."""
    call.error = error
    call.emit("http_error", error, call.emit.response)
    call.emit("send", call.emit.response)


def read_response(call: Call, request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    """Return the result in *response*, or raise its error. Either is stored in the call before its event is emitted."""
    success = 200 <= response.status < 300
    if success:
        _parse_result(call, response)
    else:  # xmltodict, which is slow to import, is loaded with the first error response
        call.error = load("sts.protocol.parse_error").parse_error(call.operation, response, request=request, params=call.params)
    call.emit("extract_data" if success else "extract_error", call.emit.response)
    if call.error is None and not success:  # a listener removed the error
        _parse_result(call, response)
    if call.error is not None:
        raise call.error
    data: dict[str, Any] = call.data  # type: ignore[assignment]  # without an error there is a result
    return data


def _parse_result(call: Call, response: HttpResponse) -> None:
    """Store the result in *response* in *call*, or the error."""
    try:
        call.data = call.data or load("sts.protocol.parse").parse_response(call.operation, response)
    except STSError as error:
        call.error = error
