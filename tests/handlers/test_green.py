"""gevent and eventlet, patched before or after the first call: calls succeed, run concurrently and keep their limits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sts.testing import LocalSTS

pytestmark = pytest.mark.integration

CALLS = """
import sys

kind, when, options = sys.argv[1], sys.argv[2], eval(sys.argv[3])


def patch():
    if kind == "gevent":
        from gevent import monkey

        monkey.patch_all()
    else:
        import eventlet

        eventlet.monkey_patch()


if when == "early":
    patch()
from sts import STS
from sts.errors import DeadlineExceededError

if when == "late":
    with STS(**options) as first:
        first.get_caller_identity()
    patch()
if kind == "gevent":
    import gevent

    spawn, sleep, result = gevent.spawn, gevent.sleep, lambda one: one.get()
else:
    import eventlet

    spawn, sleep, result = eventlet.spawn, eventlet.sleep, lambda one: one.wait()
ticks = 0


def tick():
    global ticks
    while True:
        ticks += 1
        sleep(0.001)


spawn(tick)
client = STS(**options, max_concurrency=8)


def call(number):
    answer = client.assume_role(RoleArn="arn:aws:iam::123456789012:role/demo", RoleSessionName=f"session{number}")
    return answer["AssumedRoleUser"]["Arn"].rpartition("/")[2]


before = ticks
assert [result(one) for one in [spawn(call, number) for number in range(30)]] == [f"session{number}" for number in range(30)]
assert ticks > before + 5, "the calls blocked everything else"


def late():
    try:
        client.get_caller_identity(timeout=0.1)
    except DeadlineExceededError:
        return "late"


print(result(spawn(late)))
"""


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("when", ["early", "late"])
@pytest.mark.parametrize("kind", ["gevent", "eventlet"])
def test_calls_go_on_side_by_side(kind: str, when: str, tls: bool) -> None:
    """Each call gets its own response, others run meanwhile, deadlines apply, and names are resolved."""
    pytest.importorskip(kind, reason=f"{kind} is part of the extra [integration]")
    with LocalSTS(tls=tls) as server:
        if when == "late":
            server.inject("slow_body", seconds=0.0)
        server.inject("slow_body", times=30, seconds=0.2)
        server.inject("slow_headers", times=1, seconds=20)
        options = {**server.client_options(), **({"verify": server.certificate} if tls else {})}
        options["endpoint"] = options["endpoint"].replace("127.0.0.1", "localhost")
        root = Path(__file__).resolve().parent.parent.parent
        arguments = [sys.executable, "-W", "ignore", "-c", CALLS, kind, when, repr(options)]
        done = subprocess.run(arguments, cwd=root, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("late", 0), done.stderr
