"""End of an attempt: parse the response or record the failure, and apply changes of listeners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sts.base.forks import load
from sts.errors import STSError

if TYPE_CHECKING:
    from sts.http import HttpRequest, HttpResponse
    from sts.pipeline.call import Call


def note_failure(call: Call, error: STSError) -> None:
    """Emit the events of an exchange without a response. Listeners may replace *error*."""
    call.error = error
    if call.emit:
        answer = call.emit.request.response
        call.emit("http_error", error, answer)
        call.emit("send", answer)


def read_answer(call: Call, request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    """Return the result in *response*, or raise its error. Either is stored in the call before its event is emitted."""
    success = 200 <= response.status < 300
    if success:
        _parse_result(call, response)
    else:  # xmltodict, which is slow to import, is loaded with the first error response
        call.error = load("sts.protocol.parse_error").parse_error(call.operation, response, request=request, params=call.params)
    if call.emit:
        call.emit("extract_data" if success else "extract_error", call.emit.request.response)
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
