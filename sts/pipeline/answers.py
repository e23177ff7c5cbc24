"""The end of an attempt: the answer parsed, or the failure noted, and what listeners made of either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sts.base.forks import load
from sts.errors import STSError

if TYPE_CHECKING:
    from sts.http import HttpRequest, HttpResponse
    from sts.pipeline.call import Call


def note_failure(call: Call, error: STSError) -> None:
    """Emit the events of an exchange without an answer; listeners may put another error in the place of *error*."""
    call.error = error
    if call.emit:
        answer = call.emit.request.response
        call.emit("http_error", error, answer)
        call.emit("send", answer)


def read_answer(call: Call, request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    """Return the result in *response*, or raise its error; either is known to the call when its event fires."""
    success = 200 <= response.status < 300
    if success:
        _parse_result(call, response)
    else:  # xmltodict, which is slow to import, is loaded with the first refusal
        call.error = load("sts.protocol.parse_error").parse_error(call.operation, response, request=request, params=call.params)
    if call.emit:
        call.emit("extract_data" if success else "extract_error", call.emit.request.response)
        if call.error is None and not success:  # a listener took the refusal away
            _parse_result(call, response)
    if call.error is not None:
        raise call.error
    data: dict[str, Any] = call.data  # type: ignore[assignment]  # without an error there is a result
    return data


def _parse_result(call: Call, response: HttpResponse) -> None:
    """Give *call* the result in *response*, or the error that there is none."""
    try:
        call.data = call.data or load("sts.protocol.parse").parse_response(call.operation, response)
    except STSError as error:
        call.error = error
