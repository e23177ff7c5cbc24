"""Responses that end at each of their bytes: a call gets its own complete response, or an error."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sts.errors import STSError
from sts.handlers.direct import DirectHandler
from sts.handlers.direct_async import AsyncDirectHandler
from sts.handlers.options import HandlerOptions
from sts.http import Control, HttpResponse
from tests.handlers.test_direct import connections_to
from tests.support.wire import Authority, WireServer, reply, request, reset, server_tls

pytestmark = pytest.mark.slow

FORMS: dict[str, Callable[[bytes], bytes]] = {
    "length": reply,
    "interim": lambda body: b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: a\r\n\r\n" + reply(body),
    "chunks": lambda body: (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"".join(b"1;e=1\r\n%c\r\n" % byte for byte in body)
        + b"0\r\nTrailer: x\r\n\r\n"
    ),
    "until the end": lambda body: b"HTTP/1.0 200 OK\r\n\r\n" + body,
}
WHOLE = 9999


def bodies() -> Iterator[bytes]:
    """Yield requests with the form of their response, the bytes until its end, how it ends, and the size of the pieces."""
    for form, make in FORMS.items():
        for how, size in (("end", 1), ("end", 1000), ("reset", 3)):
            longest = len(make(f"{form}/{99}/{how}/{size}".encode()))
            for cut in (*range(longest + 1), WHOLE):
                yield f"{form}/{cut}/{how}/{size}".encode()


def cutting(sock: socket.socket, server: WireServer, _: int) -> None:
    """Respond as the body of the request says."""
    while server.read(sock):
        body = server.requests.pop()[1]
        form, cut, how, size = body.decode().split("/")
        answer = FORMS[form](body)
        sent = answer[: int(cut)]
        for start in range(0, len(sent), int(size)):
            sock.sendall(sent[start : start + int(size)])
        if len(sent) == len(answer) and form != "until the end":
            continue
        if how == "reset":
            reset(sock)
        elif server.tls is not None and len(sent) == len(answer):
            sock.unwrap()  # type: ignore[attr-defined]  # the orderly end of TLS
        return


def check(body: bytes, outcome: Any, tls: bool) -> None:
    """Check the outcome of one call."""
    form, cut, how, _ = body.decode().split("/")
    whole = int(cut) >= len(FORMS[form](body))
    open_ended = form == "until the end"
    if isinstance(outcome, HttpResponse):
        # Without TLS nothing tells a cut of such an answer from its end.
        assert outcome.body == body or (open_ended and not tls and how == "end" and body.startswith(outcome.body)), body
        assert whole or open_ended, body
    else:
        assert isinstance(outcome, STSError), (body, outcome)
        assert not whole or (open_ended and how == "reset"), (body, outcome)


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("way", ["blocking", "asyncio"])
def test_an_answer_is_its_calls_own_and_whole_or_an_error(way: str, tls: bool, tmp_path: Path) -> None:
    """This holds for every position and all sizes of pieces. No connection stays open."""
    authority = Authority(tmp_path)
    options = HandlerOptions(verify=authority.file)
    context = server_tls(authority.sign("server", "127.0.0.1")) if tls else None
    control = Control(20, 20, resend=False)
    wanted = list(bodies())[:: 3 if tls else 1]

    async def on_loop() -> None:
        handler = AsyncDirectHandler(options)
        for body in wanted:
            try:
                outcome: object = await handler.send(request(server.url, body), control=control)
            except Exception as error:
                outcome = error
            check(body, outcome, tls)

    with WireServer(cutting, context) as server:
        if way == "asyncio":
            asyncio.run(on_loop())
        else:
            handler = DirectHandler(options)
            for body in wanted:
                try:
                    outcome: object = handler.send(request(server.url, body), control=control)
                except Exception as error:
                    outcome = error
                check(body, outcome, tls)
            handler.close()
        gc.collect()
        assert connections_to(server.port) == 0
