"""Ten thousand failing calls, and many aborts: no descriptor remains, and no call gets the response of another."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from sts import AbortController
from sts.errors import STSError
from sts.handlers.direct import DirectHandler
from sts.handlers.direct_async import AsyncDirectHandler
from sts.handlers.options import HandlerOptions
from sts.http import Control
from tests.handlers.test_direct import own_echo
from tests.support.wire import Authority, WireServer, answering, free_port, reply, request, reset, server_tls, silent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="descriptors are listed in /proc"),
]

FAILING = 10_000
Case = tuple[str, Control]


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int], Case]]:
    """Return a function that returns URL and limits of a failing call by its number: each kind of failure in turn."""
    authority = Authority(tmp_path_factory.mktemp("wire"))
    wrong = authority.sign("wrong", "elsewhere.test")

    def garbage(sock: socket.socket, server: WireServer, _: int) -> None:
        server.read(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n<ok/>")

    with ExitStack() as stack:
        urls = [
            f"http://127.0.0.1:{free_port()}/",
            f"https://127.0.0.1:{free_port()}/",
            stack.enter_context(WireServer(garbage)).url,
            stack.enter_context(WireServer(answering(reply(b"<", length=9), close=True))).url,
            (resetting := stack.enter_context(WireServer(lambda sock, *_: reset(sock))).url),
            resetting.replace("http:", "https:"),
            stack.enter_context(WireServer(answering(reply()), server_tls(wrong))).url,
            stack.enter_context(WireServer(silent)).url,
        ]
        late = urls[-1]

        def case(number: int) -> Case:
            # A silent server keeps a thread for each call, so there are fewer of these.
            url = urls[number % (len(urls) - 1)] if number % 50 else late
            control = Control(10, 10, resend=False)
            if url is late:
                control = Control(10, 0.001)
            elif number % 7 == 0:
                controller = AbortController()
                threading.Timer(0.0005, controller.abort).start()
                control = Control(10, 10, abort=controller.signal)
            return url, control

        yield case


def open_files() -> int:
    gc.collect()
    return len([name for name in os.listdir("/proc/self/fd") if is_client(int(name))])


def is_client(descriptor: int) -> bool:
    """Return True if *descriptor* is an unconnected socket or a client's end. The servers close theirs later."""
    try:
        if not os.readlink(f"/proc/self/fd/{descriptor}").startswith("socket:"):
            return False
        with socket.socket(fileno=os.dup(descriptor)) as sock:
            return sock.family == socket.AF_INET and sock.getsockname()[1] not in listening()
    except OSError:
        return False


def listening() -> set[int]:
    """Return the ports that this machine listens on."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table][1:]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A"}


def test_ten_thousand_failing_calls_leave_no_descriptor(cases: Callable[[int], Case]) -> None:
    """This covers blocking calls with all kinds of failures."""
    handler = DirectHandler(HandlerOptions())
    before = open_files()
    for number in range(FAILING):
        url, control = cases(number)
        with pytest.raises(STSError):
            handler.send(request(url), control=control)
    assert open_files() <= before
    handler.close()


def test_ten_thousand_failing_tasks_leave_no_descriptor(cases: Callable[[int], Case]) -> None:
    """50 calls at once run on a loop. A third of them are cancelled as well."""

    async def call(handler: AsyncDirectHandler, number: int) -> None:
        url, control = cases(number)
        task = asyncio.ensure_future(handler.send(request(url), control=control))
        if number % 3 == 0:
            asyncio.get_running_loop().call_later(0.0005, task.cancel)
        with pytest.raises((STSError, asyncio.CancelledError)):
            await task

    async def main() -> None:
        handler = AsyncDirectHandler(HandlerOptions())
        for start in range(0, FAILING, 50):
            await asyncio.gather(*(call(handler, number) for number in range(start, start + 50)))
        origins = [origin for known in handler._loops.values() for origin in known.origins.values()]
        await asyncio.sleep(0)
        assert [(origin._opened, len(origin.open), len(origin._queue)) for origin in origins] == [(0, 0, 0)] * len(origins)

    before = open_files()
    asyncio.run(main())
    assert open_files() <= before


@pytest.mark.parametrize("seed", range(3))
def test_a_storm_of_aborts_mixes_no_answers(seed: int) -> None:
    """Threads abort, time out and share few connections. Each success has its own response."""
    chance = random.Random(seed)
    handler = DirectHandler(HandlerOptions(max_pool=4))
    done: list[int] = []
    wrong: list[Any] = []

    def call(number: int) -> None:
        for turn in range(60):
            body, kind, controller = b"%d.%d" % (number, turn), chance.random(), AbortController()
            deadline = time.monotonic() + chance.random() * 0.005 if kind < 0.2 else None
            if 0.2 <= kind < 0.6:
                threading.Timer(chance.random() * 0.005, controller.abort).start()
            try:
                answer = handler.send(request(server.url, body), control=Control(20, 20, deadline, controller.signal))
            except STSError:
                continue
            except BaseException as error:
                wrong.append(error)
                continue
            done.append(number)
            if answer.body != body:
                wrong.append((body, answer.body))

    with WireServer(own_echo) as server:
        threads = [threading.Thread(target=call, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        handler.close()
    assert wrong == []
    assert len(done) > 200
