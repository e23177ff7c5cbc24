"""Ctrl-C, and clients closed inside their own calls: no deadlock, and the program ends."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from sts import STS, AbortController, AsyncSTS, Credentials, RequestAbortedError
from sts.testing import LocalSTS
from tests.support.threads import PATIENCE, raised_on_thread

WAITS = """
import signal, sys, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background has it ignored
import sts
from sts import Promise
port, what = sys.argv[1:]
def hang(): print("ready", flush=True); time.sleep(600)
options = dict(region="us-east-1", endpoint=f"http://127.0.0.1:{port}", access_key_id="A", secret_access_key="b" * 20,
               read_timeout=600, connect_timeout=600)
if what == "provider":
    options.update(access_key_id=None, secret_access_key=None, credentials=hang)
client = sts.STS(**options)
request = client.make_request("get_caller_identity")
if what == "request": request.result()
elif what == "then": request.promise().then(print).catch(lambda error: sys.exit(3)).result()
elif what == "all": Promise.all([request.promise(), client.make_request("get_caller_identity").promise()]).result()
else: request.promise().result()
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("what", ["promise", "request", "then", "all", "provider"])
def test_an_interrupt_of_a_wait_ends_the_program(what: str) -> None:
    """The call that was waited for is aborted: its thread would keep the program alive for ten minutes."""
    with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as stack:
        program = subprocess.Popen(
            [sys.executable, "-c", WAITS, str(server.getsockname()[1]), what],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert program.stdout is not None
            if what == "provider":
                assert program.stdout.readline() == "ready\n"
            else:
                connection = stack.enter_context(server.accept()[0])
                connection.recv(65536)
            program.send_signal(signal.SIGINT)
            _, errors = program.communicate(timeout=120)
        finally:
            program.kill()
            program.wait()
    assert "KeyboardInterrupt" in errors
    assert program.returncode in {1, -signal.SIGINT}


CALLS: dict[str, Callable[[Any], Any]] = {
    "blocking": lambda client: client.get_caller_identity(),
    "with a timeout": lambda client: client.get_caller_identity(timeout=600),
    "with a signal": lambda client: client.get_caller_identity(abort_signal=AbortController().signal),
    "as a promise": lambda client: client.make_request("get_caller_identity").result(),
}


@pytest.mark.parametrize("how", CALLS)
@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("others", [0, 3])
def test_a_provider_can_close_its_client(how: str, wait: bool, others: int) -> None:
    """It does not wait for the call that waits for it, nor for others that do."""
    with LocalSTS() as server:
        options = server.client_options()
        waiting = threading.Barrier(others + 1)

        def provide() -> Credentials:
            waiting.wait(60)
            client.close(wait=wait)
            return Credentials(options["access_key_id"], options["secret_access_key"])

        client: STS = STS(region=options["region"], endpoint=options["endpoint"], credentials=provide)

        def call_too() -> None:
            waiting.wait(60)
            with pytest.raises((RequestAbortedError, Exception)):
                client.get_caller_identity()

        threads = [threading.Thread(target=call_too, daemon=True) for _ in range(others)]
        for thread in threads:
            thread.start()
        assert isinstance(raised_on_thread(lambda: CALLS[how](client)), RequestAbortedError)
        for thread in threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()


def test_a_provider_can_close_its_asyncio_client() -> None:
    """From a thread, with a loop of its own."""
    with LocalSTS() as server:
        options = server.client_options()

        async def main() -> None:
            def provide() -> Credentials:
                asyncio.run(client.close())
                return Credentials(options["access_key_id"], options["secret_access_key"])

            client = AsyncSTS(region=options["region"], endpoint=options["endpoint"], credentials=provide)
            await client.get_caller_identity()

        assert isinstance(raised_on_thread(lambda: asyncio.run(main())), RequestAbortedError)


def test_a_close_from_outside_still_waits() -> None:
    """For the calls in flight, as before."""
    with LocalSTS() as server:
        server.inject("slow_headers", seconds=0.5)
        client = STS(**server.client_options())
        done: list[Any] = []
        client.get_caller_identity(lambda error, data: done.append(error or data))
        client.close()
        assert len(server.calls) == 1
