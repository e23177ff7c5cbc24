"""The frames of an error contain no signed header, key, param or body, because Sentry, rich and pytest would show them."""

from __future__ import annotations

import asyncio
import io
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
import requests

from sts import STS, AssumeRoleCommand, AsyncSTS, Credentials, STSError
from sts.base.frames import clear_frames, without_locals
from sts.credentials import AssumeRoleProvider, ProcessProvider, from_temporary_credentials
from sts.errors import ConnectTimeoutError, ReadTimeoutError, TLSError
from sts.http import AbortController, HttpRequest, HttpResponse
from sts.testing import LocalSTS
from sts.tokens import eks_token, identity_proof, verify_eks_token, verify_identity_proof
from tests.support.threads import PATIENCE

SECRET, TOKEN = "SECRETKEY/" + "s" * 30, "SESSIONTOKEN/" + "t" * 60
EXTERNAL, CODE, ROLE = "EXTERNAL-ID-9", "918273", "arn:aws:iam::123456789012:role/demo"
HIDDEN = (SECRET, TOKEN, EXTERNAL, CODE, "AWS4-HMAC-SHA256 Credential", "Signature=")
PARAMS = {
    "RoleArn": ROLE,
    "RoleSessionName": "ci",
    "ExternalId": EXTERNAL,
    "SerialNumber": "arn:aws:iam::123456789012:mfa/me",
    "TokenCode": CODE,
}


def _refused(code: str = "Throttling", status: int = 400) -> HttpResponse:
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>m</Message></Error></ErrorResponse>"
    return HttpResponse(status, {}, body.encode())


def _raise(error: BaseException) -> HttpResponse:
    raise error


class Answer:
    """A user's handler with the request in its own frames."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def send(self, request: HttpRequest, *, control: Any) -> HttpResponse:
        headers = dict(request.headers)
        assert headers
        return self.answer(request)

    def close(self) -> None:
        pass


def refused_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def made(kind: type[Any] = STS, **options: Any) -> Any:
    keys = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": SECRET, "session_token": TOKEN}
    return kind(**{"region": "us-east-1", "max_attempts": 2, "retry_delay_options": {"base": 0}, **keys, **options})


ANSWERS: dict[str, dict[str, Any]] = {
    "throttled": {"request_handler": Answer(lambda _: _refused())},
    "refused": {"request_handler": Answer(lambda _: _refused("AccessDenied", 403))},
    "a page": {"request_handler": Answer(lambda _: HttpResponse(502, {}, b"<html>"))},
    "redirect": {"request_handler": Answer(lambda _: HttpResponse(302, {"location": "http://x/"}, b""))},
    "no XML": {"request_handler": Answer(lambda _: HttpResponse(200, {}, b"<"))},
    "no response": {"request_handler": Answer(lambda _: None)},  # type: ignore[arg-type, return-value]
    "foreign error": {"request_handler": Answer(lambda r: _raise(ValueError(r.url)))},
    "connect timeout": {"request_handler": Answer(lambda _: _raise(ConnectTimeoutError("m")))},
    "read timeout": {"request_handler": Answer(lambda _: _raise(ReadTimeoutError("m")))},
    "TLS": {"request_handler": Answer(lambda _: _raise(TLSError("m")))},
    "interrupted": {"request_handler": Answer(lambda _: _raise(KeyboardInterrupt()))},
    "nobody listens": {"endpoint": refused_port()},
    "nobody listens, urllib3": {"endpoint": refused_port(), "request_handler": "urllib3"},
    "nobody listens, requests": {"endpoint": refused_port(), "session": requests.Session()},
    "not HTTP": {"endpoint": "served"},
    "not HTTP, requests": {"endpoint": "served", "session": requests.Session()},
    "bad proxy": {"proxies": {"https": refused_port()}},
    "bad setting": {"max_attempts": "x"},
    "no region": {"region": "a b"},
    "keys": {"access_key_id": None, "secret_access_key": None, "credentials": lambda: _raise(KeyError("k"))},
}


def call_blocking(**options: Any) -> None:
    made(**options).assume_role(**PARAMS)


def call_with_mapping(**options: Any) -> None:
    made(**options).assume_role(PARAMS)


def call_with_timeout(**options: Any) -> None:
    made(**options).assume_role(**PARAMS, timeout=20)


def call_with_signal(**options: Any) -> None:
    made(**options).assume_role(**PARAMS, abort_signal=AbortController().signal)


def call_with_listener(**options: Any) -> None:
    client = made(**options)
    client.on("sign", lambda request: None)
    client.assume_role(**PARAMS)


def call_back(**options: Any) -> None:
    done: list[BaseException] = []
    over = threading.Event()
    made(**options).assume_role(PARAMS, lambda error, _: (done.append(error), over.set()))
    assert over.wait(PATIENCE)
    raise done[0]


def call_request(**options: Any) -> None:
    made(**options).make_request("assume_role", PARAMS).result()


def call_promise(**options: Any) -> None:
    made(**options).make_request("assume_role", PARAMS).promise().catch(lambda error: _raise(error)).result()


def call_command(**options: Any) -> None:
    made(**options).send(AssumeRoleCommand(PARAMS))  # type: ignore[arg-type]


async def _awaited(**options: Any) -> None:
    async with made(AsyncSTS, **options) as client:
        await client.assume_role(**PARAMS)


async def _awaited_command(**options: Any) -> None:
    async with made(AsyncSTS, **options) as client:
        await client.send(AssumeRoleCommand(PARAMS))  # type: ignore[arg-type]


async def _awaited_request(**options: Any) -> None:
    async with made(AsyncSTS, **options) as client:
        await client.make_request("assume_role", PARAMS).promise()


STYLES: list[Callable[..., None]] = [
    call_blocking,
    call_with_mapping,
    call_with_timeout,
    call_with_signal,
    call_with_listener,
    call_back,
    call_request,
    call_promise,
    call_command,
]
AWAITED = [_awaited, _awaited_command, _awaited_request]


def locals_of(error: BaseException) -> Iterator[tuple[str, str]]:
    """Yield position and text of each local variable of each frame, except for callers in this file."""
    seen: set[int] = set()
    new: list[BaseException | None] = [error]
    while new:
        each = new.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        new += [each.__cause__, each.__context__, getattr(each, "original_error", None)]
        yield from _locals_below(each.__traceback__)


def _locals_below(step: TracebackType | None) -> Iterator[tuple[str, str]]:
    ours = False
    while step is not None:
        frame = step.tb_frame
        ours = ours or str(frame.f_globals.get("__name__")).startswith("sts.")
        if ours:
            for name, value in frame.f_locals.items():
                yield f"{frame.f_globals.get('__name__')}.{frame.f_code.co_name}.{name}", "\n".join(_texts(value, 0))
        step = step.tb_next


def _texts(value: Any, depth: int) -> Iterator[str]:
    """Yield the text that a deep error report finds in *value*."""
    yield repr(value) if not isinstance(value, bytes) else value.decode("latin-1")
    if depth > 4:
        return
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _texts(name, depth + 1)
            yield from _texts(item, depth + 1)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _texts(item, depth + 1)
    elif isinstance(value, HttpRequest) or type(value).__name__ in {"Call", "PreparedRequest"}:
        for name in ("headers", "body", "params", "http_request", "url"):
            yield from _texts(getattr(value, name, None), depth + 1)


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """A server that does not speak HTTP."""
    server = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            connection.recv(65536)
            connection.sendall(b"SSH-2.0-x\r\n\r\n")
            connection.close()

    threading.Thread(target=run, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}"
    server.close()


def caught(function: Callable[..., Any], *args: Any, **options: Any) -> BaseException:
    try:
        function(*args, **options)
    except BaseException as error:
        return error
    raise AssertionError("no error")


def check(error: BaseException) -> None:
    assert [(place, hidden) for place, text in locals_of(error) for hidden in HIDDEN if hidden in text] == []


@pytest.mark.parametrize("style", [*STYLES, *AWAITED], ids=lambda style: style.__name__.strip("_"))
@pytest.mark.parametrize("answer", ANSWERS)
def test_no_frame_of_a_failed_call_holds_a_secret(style: Callable[..., Any], answer: str, served: str) -> None:
    """This holds for every failure and every style of call."""
    options = ANSWERS[answer]
    if answer == "interrupted" and (style in AWAITED or style in (call_back, call_request, call_promise)):
        pytest.skip("an interrupt on a worker ends that worker")
    if options.get("endpoint") == "served":
        options = {**options, "endpoint": served}
    run = (lambda **given: asyncio.run(style(**given))) if style in AWAITED else style
    if style in AWAITED and "session" in options:
        pytest.skip("the asyncio client takes no session")
    check(caught(run, **options))


@pytest.mark.parametrize("style", [*STYLES, *AWAITED], ids=lambda style: style.__name__.strip("_"))
@pytest.mark.parametrize(
    "wrong", [{"Nonsense": "x"}, {"DurationSeconds": 1}, {"RoleArn": "x"}, {"DurationSeconds": []}], ids=str
)
def test_no_frame_of_a_refused_input_holds_a_secret(
    style: Callable[..., Any], wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """This includes errors before anything is sent."""
    monkeypatch.setitem(globals(), "PARAMS", {**PARAMS, **wrong})
    run = (lambda **given: asyncio.run(style(**given))) if style in AWAITED else style
    check(caught(run, **ANSWERS["throttled"]))


PROOF = identity_proof("aud", region="us-east-1", credentials=Credentials("AKIA", SECRET, TOKEN))
EKS = str(eks_token("k", region="us-east-1", credentials=Credentials("AKIA", SECRET, TOKEN)))
OTHERS: dict[str, Callable[[Path], Any]] = {
    "presign": lambda _: made().presign("assume_role", PARAMS, expires_in=-1),
    "presign, bad params": lambda _: made().presign("assume_role", {**PARAMS, "Nonsense": 1}),
    "presign a request": lambda _: made().make_request("assume_role", PARAMS).presign(expires_in=-1),
    "verify a token": lambda _: verify_eks_token(EKS, "k", handler=Answer(lambda _: _refused("AccessDenied", 403))),
    "verify a proof": lambda _: verify_identity_proof(PROOF, "aud", handler=Answer(lambda _: _refused())),
    "verify, foreign error": lambda _: verify_eks_token(EKS, "k", handler=Answer(lambda r: _raise(ValueError(r.url)))),
    "a token": lambda _: eks_token("k", region="us-east-1", credentials=lambda: _raise(ValueError())),
    "a role": lambda _: AssumeRoleProvider(
        role_arn=ROLE, source=Credentials("AKIA", SECRET, TOKEN), external_id=EXTERNAL, region="us-east-1", **ANSWERS["refused"]
    ).retrieve(),
    "a role, v3": lambda _: from_temporary_credentials(
        params=PARAMS,
        master_credentials=Credentials("AKIA", SECRET, TOKEN),
        client_config={"region": "us-east-1", **ANSWERS["refused"]},
    ).retrieve(),
    "a process": lambda path: ProcessProvider(
        [sys.executable, "-c", f'print(\'{{"Version": 1, "x": "{SECRET}"}}\')']
    ).retrieve(),
}


@pytest.mark.parametrize("name", OTHERS)
def test_no_frame_of_other_functions_holds_a_secret(name: str, tmp_path: Path) -> None:
    """This includes presigning, tokens, verifiers and providers."""
    error = caught(OTHERS[name], tmp_path)
    assert PROOF not in "".join(text for _, text in locals_of(error))
    assert EKS not in "".join(text for _, text in locals_of(error))
    check(error)


def test_rich_and_traceback_show_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error report of a program shows all locals."""
    from rich.console import Console
    from rich.traceback import Traceback

    with LocalSTS() as server:
        server.inject("throttle", times=9)
        options = {**server.client_options(), "max_attempts": 1}
        try:
            STS(**options).assume_role(RoleArn=server.role.arn, RoleSessionName="ci", ExternalId="ext-" + "secret-9")
        except STSError as error:
            shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
            console = Console(file=io.StringIO(), width=4000)
            console.print(Traceback(show_locals=True, locals_max_string=None, locals_max_length=None, width=4000))
            shown += console.file.getvalue()  # type: ignore[attr-defined]
    assert "AWS4-HMAC-SHA256 Credential" not in shown
    assert "ext-secret-9" not in shown.replace(repr("ext-" + "secret-9"), "", 1)


def test_frames_of_the_users_own_code_stay() -> None:
    """The locals of a failing provider remain for debugging."""

    def provide() -> Credentials:
        reason = "the vault is sealed"
        raise RuntimeError(reason)

    error = caught(
        made(access_key_id=None, secret_access_key=None, session_token=None, credentials=provide).get_caller_identity
    )
    found = {name: value for name, value in _all_locals(error) if name == "reason"}
    assert found == {"reason": "the vault is sealed"}


def _all_locals(error: BaseException) -> Iterator[tuple[str, Any]]:
    for each in (error, error.__cause__):
        step = each.__traceback__ if each is not None else None
        while step is not None:
            yield from step.tb_frame.f_locals.items()
            step = step.tb_next


def test_a_running_frame_is_left_alone() -> None:
    """Frames are cleared while callers still run, and the wrapper keeps no arguments."""

    @without_locals
    def fail(key: str) -> None:
        raise ValueError(len(key))

    kept = "still here"
    error = caught(fail, SECRET)
    clear_frames(error)
    assert kept == "still here"
    assert [(place, text) for place, text in locals_of(error) if SECRET in text and place.startswith("sts.")] == []
