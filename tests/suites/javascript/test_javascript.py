"""
The same scripted scenarios through the AWS SDKs for JavaScript and through this library, against the same `LocalSTS`.

What the SDKs did is recorded in `data/js-conformance` (see `conformance_js/record.py`). Where this library differs on purpose,
the difference is written down here, and the README gives the reason.
"""

from __future__ import annotations

import json
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sts import AbortController, STSClient, commands, errors, to_json
from sts import v2 as AWS  # noqa: N812 - as v2's users write it
from sts.calling.request import Request, Response
from sts.http import HttpRequest
from sts.testing import LocalSTS
from tests.suites.javascript.record import PORTS, SCENARIOS, anonymous, prepare, run_port, stable
from tests.support.threads import PATIENCE

DATA = Path(__file__).resolve().parent.parent.parent / "data" / "js-conformance"
V2 = json.loads((DATA / "v2.json").read_text(encoding="utf-8"))
PORTED = json.loads((DATA / "ports.json").read_text(encoding="utf-8"))
V3 = json.loads((DATA / "v3.json").read_text(encoding="utf-8"))
EVENTS = sorted({event for recorded in V2.values() for event, *_ in recorded["events"]})

OWN_MESSAGES = {"UnknownEndpoint", "RequestAbortedError", "CredentialsError"}
"""Errors of the client with our own messages, as are all of validation."""
NEW_MEMBERS = {"SessionTokenSize", "SessionTokenUtilization"}
"""Features that v2's model does not have."""


def rows(kind: str) -> Any:
    return [pytest.param(scenario, id=scenario["name"]) for scenario in SCENARIOS[kind]]


@pytest.fixture(scope="module")
def server() -> Any:
    with LocalSTS() as running:
        yield running


def label(value: Any) -> str:
    """Return the recorder's name of this kind of argument."""
    kinds = [
        (Request, "request"),
        (Response, "response"),
        (Exception, "error"),
        (bytes, "bytes"),
        (int, "number"),
        (str, "string"),
    ]
    return next((name for kind, name in kinds if isinstance(value, kind)), "object")


def v2_events(recorded: list[list[str]]) -> list[list[str]]:
    """Return v2's events without those that this library leaves out."""
    names = [event for event, *_ in recorded]
    if "httpError" in names and "httpUploadProgress" in names:
        # Progress is told with the answer, which an aborted exchange does not have; and v2 goes through the motions of one
        # more attempt (sign, retry, afterRetry) that sends nothing.
        start, end = names.index("httpUploadProgress"), names.index("afterRetry") + 1
        return [*recorded[:start], *recorded[start + 1 : end], *recorded[-2:]]
    return recorded


@pytest.mark.parametrize("scenario", rows("v2"))
def test_v2_does_the_same(scenario: dict[str, Any], server: LocalSTS) -> None:
    """Events with arguments, results, retries, params and the fields of errors are compared."""
    recorded = V2[scenario["name"]]
    options, params = prepare(server, scenario)
    keys = {} if scenario.get("anonymous") else {key: options[key] for key in ("access_key_id", "secret_access_key")}
    given = {"endpoint": options["endpoint"], "region": options["region"], "maxRetries": 1, "retryDelayOptions": {"base": 0}}
    sts = AWS.STS({**given, **keys, **scenario.get("options", {})})
    make = sts.make_unauthenticated_request if scenario.get("unauthenticated") else sts.make_request
    request = make(scenario["operation"], params if scenario.get("params") is not None else None)
    events: list[list[str]] = []
    for event in EVENTS:
        request.on(event, lambda *args, event=event: events.append([event, *map(label, args)]))
    if scenario.get("abort"):
        request.on("sign", lambda request: threading.Timer(0.1, request.abort).start())
    outcome: list[Any] = []
    over = threading.Event()
    request.send(lambda error, data: (outcome.extend((error, data)), over.set()))
    assert over.wait(PATIENCE)
    error, data = outcome

    assert events == v2_events(recorded["events"])
    assert request.response.retry_count == (0 if scenario.get("abort") else recorded["retryCount"])
    assert stable(dict(request.params)) == recorded["params"]
    assert result_of(data) == (recorded["data"] and {**recorded["data"], "ResponseMetadata": None})
    if recorded["error"] is None:
        assert error is None
    else:
        assert_same_v2_error(error, recorded["error"], options, params)


def result_of(data: Any) -> Any:
    """Return a result in the form of v2."""
    if data is None:
        return None
    known = {key: value for key, value in data.items() if key not in NEW_MEMBERS}
    return {**stable(json.loads(to_json(known))), "ResponseMetadata": None}


def assert_same_v2_error(error: Any, recorded: dict[str, Any], options: dict[str, str], params: dict[str, Any]) -> None:
    assert error.code == recorded["code"]
    assert error.status_code == recorded.get("statusCode")
    assert bool(error.retryable) is recorded.get("retryable", False)
    assert bool(error.request_id) is recorded["hasRequestId"]
    assert isinstance(error.time, datetime) is recorded["hasTime"]
    if "hostname" in recorded:
        assert (error.hostname, error.region) == (recorded["hostname"], recorded["region"])
        assert error.original_error is not None
    if isinstance(error, errors.ParamValidationError):
        codes = [problem.code for problem in error.problems]
        assert sorted(codes) == sorted(recorded["errors"] or [recorded["code"]])
    elif recorded["code"] not in OWN_MESSAGES:
        assert anonymous(error.message, options, params) == recorded["message"]


@pytest.mark.parametrize("scenario", rows("v3"))
def test_v3_does_the_same(scenario: dict[str, Any], server: LocalSTS) -> None:
    """Request bodies (byte for byte), results, and name, fault and metadata of errors are compared."""
    recorded = V3[scenario["name"]]
    options, params = prepare(server, scenario)
    if scenario.get("anonymous"):
        options = {key: options[key] for key in ("region", "endpoint")} | {"access_key_id": "", "secret_access_key": ""}
    bodies: list[str] = []
    # v3 checks nothing; the requests of both are compared, so this library must not either.
    with STSClient(**options, max_attempts=2, param_validation=False) as client:  # type: ignore[arg-type]
        client.on("sign", lambda request: bodies.append(request.http_request.body.decode()))
        controller = AbortController()
        if scenario.get("abort"):
            client.on("sign", lambda request: threading.Timer(0.1, controller.abort).start())
        command = commands.COMMANDS[f"{scenario['operation']}Command"](params)
        data, error = None, None
        try:
            data = client.send(command, abort_signal=controller.signal)
        except errors.STSError as raised:
            error = raised

    names = {**options, "access_key_id": options["access_key_id"] or "\0"}
    assert [anonymous(body, names, params) for body in bodies] == recorded["bodies"]
    if recorded["error"] is None:
        assert error is None
        assert data is not None
        metadata = data.pop("ResponseMetadata")
        assert stable(json.loads(to_json(data))) == recorded["data"]
        assert {
            "httpStatusCode": metadata["HTTPStatusCode"],
            "hasRequestId": bool(metadata["RequestId"]),
            "attempts": metadata["Attempts"],
            "hasDelay": metadata["TotalRetryDelay"] > 0,
        } == recorded["metadata"]
    else:
        assert_same_v3_error(error, recorded["error"], names, params)


def assert_same_v3_error(error: Any, recorded: dict[str, Any], options: dict[str, str], params: dict[str, Any]) -> None:
    assert isinstance(error, errors.ServiceError) is recorded["isServiceException"]
    metadata = recorded["metadata"]
    if metadata is not None:
        assert error.metadata.attempts == metadata["attempts"]
        assert error.metadata.http_status_code == metadata.get("httpStatusCode")
        assert bool(error.metadata.request_id) is metadata["hasRequestId"]
        assert (error.metadata.total_retry_delay > 0) is metadata["hasDelay"]
    if recorded["isServiceException"]:
        assert (error.name, error.code, error.fault) == (recorded["name"], recorded["code"], recorded["fault"])
        assert anonymous(error.message, options, params) == recorded["message"]
    else:
        kind = {"AbortError": errors.RequestAbortedError, "Error": errors.EndpointConnectionError}[recorded["name"]]
        assert isinstance(error, kind)


@pytest.mark.parametrize("script", sorted(PORTS.glob("*.py")), ids=lambda script: script.stem)
def test_a_script_does_the_same_when_it_is_ported(script: Path) -> None:
    """Typical scripts for v2 or v3, ported line by line, print the same lines and have the same status."""
    assert run_port([sys.executable], script) == PORTED[script.stem]


def test_every_scenario_is_recorded() -> None:
    """A new scenario must be recorded, and no recording remains without a scenario."""
    assert set(PORTED) == {script.stem for script in PORTS.glob("*.py")} == {script.stem for script in PORTS.glob("*.js")}
    assert set(V2) == {scenario["name"] for scenario in SCENARIOS["v2"]}
    assert set(V3) == {scenario["name"] for scenario in SCENARIOS["v3"]}


def test_the_recorded_bodies_are_what_is_sent(server: LocalSTS) -> None:
    """The body that a listener sees is that of the request."""
    server.clear_faults()
    seen: list[HttpRequest] = []
    with STSClient(**server.client_options()) as client:  # type: ignore[arg-type]
        client.on("send", lambda response: seen.append(response.request.http_request))
        client.send(commands.COMMANDS["GetCallerIdentityCommand"]())
    assert seen[0].body == b"Action=GetCallerIdentity&Version=2011-06-15"
