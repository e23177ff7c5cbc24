"""
The end of the program: sent requests are answered before the interpreter goes, whatever they lead to.

Python 3.12 and later start no thread once the main thread has ended, so this is worth running on each version.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

START = """
import sys, time, threading
sys.path.insert(0, {root!r})
from tests.support.fakes import client, ok, refused
made = client(lambda request: time.sleep({pause}) or ok(), max_concurrency={maximum})
def say(text):
    print(text, flush=True)
"""
ROOT = str(Path(__file__).resolve().parent.parent.parent)


def run(script: str, *, pause: float = 0.02, maximum: int = 32, timeout: float = 30) -> tuple[list[str], int, str]:
    """Run *script* after `START` in a new interpreter. Return its sorted output lines, exit status and errors."""
    code = START.format(root=ROOT, pause=pause, maximum=maximum) + script
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=timeout, check=False)
    return sorted(done.stdout.split()), done.returncode, done.stderr


@pytest.mark.parametrize("maximum", [1, 32])
@pytest.mark.parametrize("pause", [0.0, 0.12], ids=["quick", "after idle threads have ended"])
def test_the_interpreter_waits_for_nested_calls(maximum: int, pause: float) -> None:
    """Calls made in callbacks after the main thread has ended are sent, and call back, one at a time, several levels deep."""
    lines, status, errors = run(
        """
busy = threading.Lock()
def step(name, depth):
    def callback(error, data):
        assert busy.acquire(blocking=False), "two callbacks at once"
        say(f"{name}-{depth}-{error}")
        if depth:
            made.get_caller_identity(step(name, depth - 1))
            time.sleep(0.01)
        busy.release()
    return callback
for name in "abc":
    made.get_caller_identity(step(name, 2))
""",
        pause=pause,
        maximum=maximum,
    )

    assert lines == sorted(f"{name}-{depth}-None" for name in "abc" for depth in range(3))
    assert (status, errors) == (0, "")


@pytest.mark.skipif((3, 12, 0) <= sys.version_info < (3, 12, 2), reason="no thread can bound a call after the main thread")
@pytest.mark.parametrize("maximum", [1, 32])
def test_blocking_calls_promises_and_close_work_after_the_main_thread(maximum: int) -> None:
    """A callback may wait for a call, wait for a chain of promises, and close the client."""
    lines, status, errors = run(
        """
def first(error, data):
    say(made.get_caller_identity(timeout=10)["Account"])
    chain = made.make_request("get_caller_identity").promise().then(lambda d: made.make_request("get_caller_identity").promise())
    say(chain.then(lambda d: "chained").result(10))
    made.make_request("get_caller_identity").promise().then(lambda d: say("then"))
    made.get_caller_identity(last)
    made.close()
    say("closed")
def last(error, data):
    say(f"last-{error}")
def begin(error, data):
    time.sleep(0.3)     # the main thread and every idle worker are gone by now
    made.get_caller_identity(first)
made.get_caller_identity(begin)
""",
        maximum=maximum,
    )

    assert lines == ["123456789012", "chained", "closed", "last-None", "then"]
    assert (status, errors) == (0, "")


def test_aborts_and_retries_work_after_the_main_thread() -> None:
    """Except for timers, no new thread is needed."""
    lines, status, errors = run("""
made = client(refused("Throttling"), refused("Throttling"), ok(), retry_mode="legacy", retry_delay_options={"base": 1})
def begin(error, data):
    time.sleep(0.3)
    made.get_caller_identity(lambda error, data: say(f"attempts-{data['ResponseMetadata']['Attempts']}"))
    made.make_request("get_caller_identity").abort().send(lambda error, data: say(type(error).__name__))
client(ok()).get_caller_identity(begin)
""")

    assert lines == ["RequestAbortedError", "attempts-3"]
    assert (status, errors) == (0, "")


@pytest.mark.parametrize("ending", ["sys.exit(4)", "raise SystemExit(4)"])
def test_the_status_of_the_main_thread_is_kept(ending: str) -> None:
    """Sent requests are completed first."""
    lines, status, _ = run(f'made.get_caller_identity(lambda error, data: say("called"))\n{ending}')

    assert (lines, status) == (["called"], 4)


def test_many_callbacks_survive_the_end() -> None:
    """A thousand calls are in progress when the main thread ends."""
    lines, status, errors = run(
        """
for number in range(1000):
    made.get_caller_identity(lambda error, data, number=number: say(number))
""",
        pause=0.0,
    )

    assert sorted(map(int, lines)) == list(range(1000))
    assert (status, errors) == (0, "")


def test_an_exception_in_a_callback_is_shown() -> None:
    """The traceback is shown, and the program continues."""
    lines, status, errors = run("""
made.get_caller_identity(lambda error, data: 1 / 0)
made.get_caller_identity(lambda error, data: say("next"))
""")

    assert lines == ["next"]
    assert status == 0
    assert "Exception in thread sts-c" in errors
    assert "ZeroDivisionError" in errors


def test_a_client_of_asyncio_leaves_nothing_behind() -> None:
    """No thread keeps the interpreter alive, and there is no warning."""
    lines, status, errors = run("""
import asyncio
from sts import AsyncSTS
from tests.support.fakes import CREDENTIALS
async def main():
    client = AsyncSTS(**CREDENTIALS, request_handler=made.handler)
    say((await client.get_caller_identity())["Account"])
asyncio.run(main())
""")

    assert (lines, status, errors) == (["123456789012"], 0, "")
