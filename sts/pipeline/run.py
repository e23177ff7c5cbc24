"""
One call without I/O: a generator that yields effects and receives their results.

    Send(handler, request, control)   answered with an `HttpResponse`
    Sleep(seconds, control)           answered with None
    Block(function, control)          answered with the function's result (a credential refresh, reading settings)

`sts.drivers` performs these effects. Their errors are thrown into the generator. The library itself uses no listeners.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sts.base.forks import load
from sts.errors import CredentialsError, DeadlineExceededError, RequestAbortedError, STSError, TransportError
from sts.events import emit_exchange
from sts.http import Control, HttpRequest, check_response, check_time
from sts.identity import Credentials, check_credentials, features_of
from sts.logs import LOGGER
from sts.model.shapes import ROLE_MEMBERS
from sts.pipeline.answers import note_failure, read_answer
from sts.pipeline.call import Block, Call, Send, Sleep, Wiring, inside
from sts.pipeline.call_log import describe, log_call
from sts.pipeline.recovery import is_code_spent, recover
from sts.protocol.preflight import check_arns, check_operation, check_policy_size, check_role_chaining, warn_of_size
from sts.protocol.serialize import build_request
from sts.protocol.validate import normalize_params, validate_params
from sts.retry.standard import check_delay
from sts.settings.kinds import MAX_SECONDS
from sts.settings.user_agent import invocation_id, lambda_trace_id
from sts.signer import sign_request

if TYPE_CHECKING:
    from sts.pipeline.call import Effect, Flow
    from sts.retry.standard import RetryToken


def run_call(call: Call) -> Flow:
    """Validate and build once, then attempt until success or until the retry strategy gives up. Return the result."""
    call.started = call.started or time.monotonic()
    gate = call.client._gate
    with gate.enter(call):
        mark = inside.set((*inside.get(), call.running))
        try:
            return (yield from perform_call(call))
        except BaseException as error:
            call.error = describe(call, error)
            if call.emit:
                call.emit("error", error, call.emit.request.response)
            raise
        finally:
            gate.leave(call)
            with suppress(ValueError):  # an abandoned call is closed in another context
                inside.reset(mark)
            log_call(call)
            if call.emit:
                call.emit("complete", call.emit.request.response)


def perform_call(call: Call) -> Flow:
    """Run *call* up to its `success` event. Return the result."""
    call.client._gate.check(call)
    emit = call.emit
    if emit:
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
    if emit:
        emit("build")
        emit("after_build")
    if wiring.failover is None:
        call.data = yield from run_attempts(call, wiring, unsigned)
    else:
        call.data = yield from load("sts.pipeline.failover").run_in_regions(call, wiring, unsigned, run_attempts)
    if emit:
        emit("success", emit.request.response)
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
    checks, on_aws = wiring.settings.param_validation, wiring.on_aws
    given, params = params, normalize_params(operation, params)
    omitted = frozenset(() if on_aws else (name for name in ROLE_MEMBERS if given.get(name, name) is None))
    validate_params(operation, params, checks, on_aws=on_aws, omitted=omitted)
    check_policy_size(operation, params, checks)
    check_operation(operation, wiring.endpoint)
    if on_aws:
        check_arns(operation, params, checks)
    return params


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
        yield from pause(call, token.delay)
    limit = getattr(retry, "send_delay", None)
    while True:
        while limit is not None and (delay := limit()):
            yield from pause(call, delay)
        call.attempt += 1
        try:
            data = yield from make_attempt(call, wiring, unsigned)
        except STSError as error:
            if call.emit is not None and call.emit.raised is error:
                raise  # an error of a listener: no retry can help
            if call.http_request is unsigned and call.signed:
                raise  # nothing was sent: a provider has its own retries, and may have asked a user
            failed, call.error = error, error
        else:
            retry.record_success(token)
            return finish(call, data)
        # Outside the except block, so that the old error is neither kept alive nor chained to the next.
        token = yield from await_retry(call, token, failed)


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
    if emit:
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
    if emit:
        emit_exchange(emit, request, response)
    return read_answer(call, request, response)


def sign(call: Call, wiring: Wiring, unsigned: HttpRequest) -> Generator[Effect, Any, HttpRequest]:
    """Return the signed request, or a copy for an operation that needs no signature."""
    if not call.signed:
        return unsigned.copy()
    if call.attempt > 1:
        call.credentials = yield from find_credentials(call, wiring)
    credentials = call.credentials
    check_role_chaining(call.operation, call.params, credentials, wiring.endpoint)
    if wiring.region_set:
        found: HttpRequest = load("sts.sigv4a").sign_request_v4a(
            unsigned,
            credentials,
            service=wiring.endpoint.signing_name,
            region_set=wiring.region_set,
            now=wiring.clock.now(wiring.host),
            sign_body_header=True,
        )
        return found
    return sign_request(
        unsigned,
        credentials,
        service=wiring.endpoint.signing_name,
        region=call.signing_region or wiring.endpoint.signing_region,
        now=wiring.clock.now(wiring.host),
        sign_body_header=True,
    )


def await_retry(call: Call, token: RetryToken, error: STSError) -> Generator[Effect, Any, RetryToken]:
    """Wait and return the token of the next attempt, or raise *error*."""
    emit, wiring = call.emit, call.wiring
    recover(call, error)
    describe(call, error)
    hinted = error.retry_delay
    if emit:
        emit("retry", emit.request.response)
        error = _left_by_listeners(call, error)
        check_delay(error.retry_delay or 0.0, "retry_delay")
    # Never retry a call that was aborted or timed out.
    given_up = isinstance(error, (RequestAbortedError, DeadlineExceededError))
    over = given_up or is_code_spent(call, error)  # whatever a strategy or a listener decided
    following: RetryToken | None = None if over else wiring.retry.refresh_retry_token_for_retry(token, error)
    if following is not None:
        # A delay set by a listener is used as is; one of the service was a hint for the strategy.
        delay = check_delay(following.delay) if error.retry_delay == hinted else error.retry_delay or 0.0
        LOGGER.debug("%s attempt %d failed (%s), next one in %.3f s", call.operation.name, call.attempt, error.code, delay)
        yield from pause(call, delay)
        call.retrying = True
    if emit:
        emit("after_retry", emit.request.response)
    if following is None:
        raise error
    return following


def _left_by_listeners(call: Call, error: STSError) -> STSError:
    """Return the error of the attempt as changed by listeners. If they removed it, another attempt is made."""
    left = call.error
    if isinstance(left, STSError):
        return left
    if left is not None:
        raise left
    error.retryable = True
    return error


def pause(call: Call, seconds: float) -> Generator[Effect, Any, None]:
    """Wait. If the deadline is earlier, fail immediately."""
    seconds = max(check_delay(seconds), 0.0)
    deadline = call.control.deadline
    if deadline is not None and time.monotonic() + seconds >= deadline:
        raise DeadlineExceededError(
            f"The next attempt would start in {seconds:.3f} s, after the call's timeout.", original_error=call.error
        ) from call.error
    yield Sleep(seconds, call.control)
    call.total_retry_delay += seconds


def finish(call: Call, data: dict[str, Any]) -> dict[str, Any]:
    """Add to the result the data that only the pipeline knows."""
    metadata = data.get("ResponseMetadata")
    if metadata is None:  # data of a listener
        return data
    metadata["Attempts"] = call.attempt
    metadata["RetryAttempts"] = call.attempt - 1
    metadata["TotalRetryDelay"] = call.total_retry_delay
    warn_of_size(call.operation, data)
    return data
