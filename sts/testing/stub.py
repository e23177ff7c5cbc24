"""`StubHandler`: a handler that responds from a queue, for tests without a server."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from sts.base.records import Record, of_whole
from sts.calling.lookup import find_call
from sts.client import STS
from sts.http import Control, HttpRequest, HttpResponse
from sts.model.shapes import Operation
from sts.testing.network import loopback_only
from sts.testing.service.error_responses import ErrorResponse
from sts.testing.service.render import XML, error_body, result_body

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from sts.types import ClientOptions

REQUEST_ID = "00000000-0000-4000-8000-000000000000"


class StubbedCall(Record):
    """One request that was sent to a `StubHandler`: the name of the operation and the params as sent."""

    operation: str
    params: dict[str, str]
    request: HttpRequest

    @of_whole
    def __repr__(self) -> str:
        return f"<StubbedCall {self.operation} {sorted(self.params)}>"


class _Answer(Record):
    operation: Operation
    outcome: HttpResponse | BaseException
    params: Mapping[str, str]


class StubHandler:
    """
    Handler that responds to calls from a queue, in order, and records them. Unused responses fail the test.

        with StubHandler() as stub:
            stub.add("get_caller_identity", {"Account": "123456789012"})
            stub.add_error("assume_role", "AccessDenied", "no", status=403)
            function_under_test(stub.client())
        assert [call.operation for call in stub.calls] == ["GetCallerIdentity", "AssumeRole"]

    Everything except the network is real: params are validated, requests signed, responses parsed, errors retried. Inside the
    block, clients of the process can reach only this machine, so that a client made elsewhere is noticed.
    """

    def __init__(self) -> None:
        self.calls: list[StubbedCall] = []
        self._answers: deque[_Answer] = deque()
        self._guard = ExitStack()

    def add(self, operation: str, result: Mapping[str, Any], *, params: Mapping[str, str] | None = None) -> StubHandler:
        """
        Respond to the next call with *result*. The call must be of *operation* (any of its names).

        *params*, if given, are values that the sent request must contain, such as `{"Tags.member.1.Key": "team"}`.
        """
        row, _ = find_call(operation)
        unknown = set(result) - {member.name for member in row.output.members}
        if unknown:
            raise ValueError(f"{row.name} has no output {', '.join(sorted(unknown))}")
        body = result_body(row, result, REQUEST_ID, XML)
        headers = {"content-type": XML, "x-amzn-requestid": REQUEST_ID}
        self._answers.append(_Answer(row, HttpResponse(200, headers, body, "OK"), params or {}))
        return self

    def add_error(
        self,
        operation: str,
        error: str | BaseException,
        message: str = "",
        *,
        status: int = 400,
        headers: Mapping[str, str] | None = None,
    ) -> StubHandler:
        """Respond to the next call of *operation* with *error*: an exception, or a code with *message*, *status*, *headers*."""
        row, _ = find_call(operation)
        if isinstance(error, BaseException):
            self._answers.append(_Answer(row, error, {}))
            return self
        body = error_body(ErrorResponse(error, message, status), REQUEST_ID, XML)
        answer = HttpResponse(status, {"content-type": XML, "x-amzn-requestid": REQUEST_ID, **(headers or {})}, body)
        self._answers.append(_Answer(row, answer, {}))
        return self

    def client(self, **options: Unpack[ClientOptions]) -> STS:
        """Return a client that uses this handler. Region and credentials are generated unless *options* has them."""
        given: dict[str, Any] = {"region": "us-east-1", "access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "stubbed"}
        given |= {**options, "request_handler": self}
        return STS(**given)

    def send(self, request: HttpRequest, *, control: Control) -> HttpResponse:  # noqa: ARG002 - the handler protocol
        """Record *request* and return the next response, if it is for this operation."""
        params = dict(parse_qsl(request.body.decode("ascii"), keep_blank_values=True))
        name = params.pop("Action", "")
        params.pop("Version", None)
        self.calls.append(StubbedCall(name, params, request))
        if not self._answers:
            raise AssertionError(f"{name} was called, but no response is left; add one with stub.add() or stub.add_error()")
        answer = self._answers.popleft()
        if answer.operation.name != name:
            raise AssertionError(f"{name} was called, but the next response is for {answer.operation.name}")
        wrong = {key: value for key, value in answer.params.items() if params.get(key) != value}
        if wrong:
            raise AssertionError(f"{name} was called without the expected params: {', '.join(sorted(wrong))}")
        if isinstance(answer.outcome, BaseException):
            raise answer.outcome
        return answer.outcome

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def assert_all_used(self) -> None:
        """Raise AssertionError if a response was not used."""
        left = [answer.operation.name for answer in self._answers]
        if left:
            raise AssertionError(f"responses that were not used: {', '.join(left)}")

    def __enter__(self) -> StubHandler:
        self._guard.enter_context(loopback_only())
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._guard.close()
        if kind is None:
            self.assert_all_used()
