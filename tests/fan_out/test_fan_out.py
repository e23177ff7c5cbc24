"""Fan-out: each target has one result, no error stops it, and it keeps the pace of the service."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from sts import STS, AsyncSTS, Credentials, assume_many, assume_many_async, assume_role_credentials
from sts.errors import ConfigError, CredentialsError, ParamValidationError, ServiceError, TransportError
from sts.fan_out import Assumed, Progress, Summary, result_record
from sts.fan_out.pace import MAX_THROTTLED, Pace, PacedRetry
from sts.fan_out.remote import sendable, worker_config
from sts.fan_out.results import done_already
from sts.fan_out.targets import share
from sts.testing import LocalSTS
from tests.support.threads import wait_until

HOME = "123456789012"
ACCOUNTS = [f"{number:012d}" for number in range(100000000001, 100000000041)]


@pytest.fixture(scope="module")
def module_server() -> Iterator[LocalSTS]:
    with LocalSTS() as server:
        for account in ACCOUNTS:
            server.add_role("Audit", account=account, trusts=[HOME])
        yield server


@pytest.fixture
def server(module_server: LocalSTS) -> Iterator[LocalSTS]:
    yield module_server
    module_server.clear_calls()
    module_server.clear_faults()
    module_server.rate_limit = None


@pytest.fixture
def options(server: LocalSTS) -> dict[str, Any]:
    return {"role_name": "Audit", "client_options": server.client_options()}


@pytest.fixture
def found_by_workers(server: LocalSTS, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Let workers resolve credentials themselves."""
    given = server.client_options()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", given["access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", given["secret_access_key"])
    return {"role_name": "Audit", "client_options": {"region": given["region"], "endpoint": given["endpoint"]}}


def test_every_target_is_answered_once(server: LocalSTS, options: dict[str, Any]) -> None:
    """The credentials are of the right role. Any iterable is accepted."""
    results = list(assume_many(iter(ACCOUNTS), **options))

    assert Counter(result.account for result in results) == Counter(ACCOUNTS)
    assert all(result.ok and result.credentials and result.credentials.source == "assume-role" for result in results)
    one = results[0]
    with STS(region="us-east-1", endpoint=server.url, credentials=one.credentials) as client:
        assert client.get_caller_identity()["Account"] == one.account


def test_a_target_may_say_more(server: LocalSTS, options: dict[str, Any]) -> None:
    """Account ids, numbers, role ARNs, mappings, and accounts as listed by AWS Organizations, with their own arguments."""
    server.add_role("Other", account=ACCOUNTS[1], trusts=[HOME], external_id="e-1")
    targets = [
        ACCOUNTS[0],
        int(ACCOUNTS[1]),
        f"arn:aws:iam::{ACCOUNTS[2]}:role/Audit",
        {"Id": ACCOUNTS[3], "Name": "x", "Status": "ACTIVE", "Email": "a@b"},
        {"account": ACCOUNTS[1], "role_name": "Other", "external_id": "e-1", "tags": {"team": "a"}, "session_name": "mine"},
    ]
    results = list(assume_many(targets, tags={"team": "all"}, session_name="ours", duration=timedelta(minutes=15), **options))

    assert [result.error for result in results] == [None] * 5
    by_role = {call.params["RoleArn"]: call.params for call in server.calls}
    other = by_role[f"arn:aws:iam::{ACCOUNTS[1]}:role/Other"]
    assert (other["RoleSessionName"], other["Tags"], other["DurationSeconds"]) == (
        "mine",
        [{"Key": "team", "Value": "a"}],
        900,
    )
    assert by_role[f"arn:aws:iam::{ACCOUNTS[0]}:role/Audit"]["RoleSessionName"] == "ours"


def test_what_fails_is_the_result_of_its_target(options: dict[str, Any]) -> None:
    """Invalid targets, roles that do not exist, and invalid params do not stop the others."""
    targets = ["nonsense", None, {"accuont": "1"}, {}, "999999999999", {"account": ACCOUNTS[0], "duration": 1}, ACCOUNTS[0]]
    results = {str(result.target): result for result in assume_many(targets, **options)}

    assert len(results) == len(targets)
    assert [result.ok for result in results.values()].count(True) == 1
    assert isinstance(results["nonsense"].error, ParamValidationError)
    assert "account" in str(results["{'accuont': '1'}"].error)
    assert isinstance(results["999999999999"].error, ServiceError)
    assert results["999999999999"].role_arn == "arn:aws:iam::999999999999:role/Audit"
    assert "role_name" in str(next(iter(assume_many(ACCOUNTS[:1], client_options=options["client_options"]))).error)


def test_what_would_fail_for_all_is_raised_before_the_first_call(server: LocalSTS, options: dict[str, Any]) -> None:
    """No credentials, no region, unknown arguments, and arguments that exclude each other."""
    with pytest.raises(CredentialsError):
        assume_many(ACCOUNTS, role_name="Audit", region="us-east-1")
    with pytest.raises(ConfigError, match="AWS_REGION"):
        assume_many(ACCOUNTS, role_name="Audit")
    with pytest.raises(TypeError, match="Did you mean 'session_name'"):
        assume_many(ACCOUNTS, sesion_name="x", **options)
    with pytest.raises(ConfigError, match="concurrency"):
        assume_many(ACCOUNTS, concurrency=0, **options)
    with pytest.raises(ConfigError, match="max"):
        assume_many(ACCOUNTS, duration="max", **options)  # type: ignore[arg-type]
    with STS(**server.client_options()) as client, pytest.raises(ConfigError, match="client= and source="):
        assume_many(ACCOUNTS, client=client, source=lambda: None)
    assert server.calls == []


@pytest.mark.parametrize("targets", ["123456789012", {"Accounts": []}, None, 5])
def test_targets_are_several(targets: Any, options: dict[str, Any]) -> None:
    """A single string would be taken as twelve targets. The response of AWS Organizations is not a list either."""
    with pytest.raises(ConfigError, match="targets is a"):
        assume_many(targets, **options)
    with pytest.raises(ConfigError, match="targets is a"):
        collect(targets, **options)


def test_results_may_go_to_a_function(options: dict[str, Any]) -> None:
    """All targets are then processed, and a summary is returned. Errors of the function are raised."""
    seen: list[Assumed] = []
    summary = assume_many([*ACCOUNTS, "bad"], on_result=seen.append, **options)

    assert isinstance(summary, Summary)
    assert (summary.succeeded, summary.failed, summary.skipped, len(seen)) == (40, 1, 0, 41)
    with pytest.raises(ZeroDivisionError):
        assume_many(ACCOUNTS, on_result=lambda result: 1 / 0, **options)


def test_progress_tells_how_far_it_is(options: dict[str, Any]) -> None:
    """It is called after each target, including skipped ones. It has the total if that is known."""
    seen: list[Progress] = []
    list(assume_many([*ACCOUNTS[:5], "bad"], progress=seen.append, resume=[ACCOUNTS[0]], **options))

    assert [state.done for state in seen] == [1, 2, 3, 4, 5, 6]
    assert seen[-1] == Progress(6, 6, 4, 1, 1)
    list(assume_many((account for account in ACCOUNTS[:2]), progress=seen.append, **options))
    assert seen[-1].total is None


def test_targets_are_read_as_needed_and_results_not_kept(options: dict[str, Any]) -> None:
    """The list of targets may be endless, and the caller may stop early."""
    read: list[int] = []

    def endless() -> Iterator[str]:
        while True:
            read.append(1)
            yield ACCOUNTS[len(read) % 40]

    results = assume_many(endless(), concurrency=4, **options)
    for _ in range(10):
        assert next(results).ok
    assert len(read) <= 20
    results.close()
    assert wait_until(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("sts-fan-out")])


def test_no_more_targets_at_a_time_than_asked_for(options: dict[str, Any]) -> None:
    """Concurrency is a limit."""
    lock, now, most = threading.Lock(), 0, 0

    def work(result: Assumed) -> str:
        nonlocal now, most
        with lock:
            now, most = now + 1, max(most, now + 1)
        time.sleep(0.005)
        with lock:
            now -= 1
        return result.account

    values = {result.value for result in assume_many(ACCOUNTS, concurrency=3, work=work, **options)}
    assert values == set(ACCOUNTS)
    assert most <= 3


def test_work_that_fails_is_an_error_of_its_target(options: dict[str, Any]) -> None:
    """The type of the exception does not matter."""
    results = list(assume_many(ACCOUNTS[:3], work=lambda result: {}["missing"], **options))

    assert [type(result.error) for result in results] == [KeyError] * 3


def test_the_own_client_of_the_caller_is_used_and_left_open(server: LocalSTS) -> None:
    """Its options and retries are the caller's responsibility."""
    with STS(**server.client_options()) as client:
        assert all(result.ok for result in assume_many(ACCOUNTS[:3], role_name="Audit", client=client))
        client.get_caller_identity()


def test_sessions_on_disk_are_used_and_shared(server: LocalSTS, options: dict[str, Any], tmp_path: Path) -> None:
    """A second fan-out and `assume_role_credentials` use them."""
    first = list(assume_many(ACCOUNTS[:5], cache=str(tmp_path), **options))
    server.clear_calls()
    second = list(assume_many(ACCOUNTS[:6], cache=str(tmp_path), **options))

    assert [result.cached for result in first] == [False] * 5
    assert sorted(result.cached for result in second) == [False] + [True] * 5
    assert [call.operation for call in server.calls] == ["AssumeRole"]
    arn = f"arn:aws:iam::{ACCOUNTS[0]}:role/Audit"
    same = assume_role_credentials(arn, client_options=server.client_options(), cache=str(tmp_path)).retrieve()
    assert same == next(result.credentials for result in second if result.role_arn == arn) or same.account_id is None
    assert len(server.calls) == 1


@pytest.mark.parametrize("form", ["results", "records", "mapping", "file", "names"])
def test_what_is_done_is_not_done_again(form: str, options: dict[str, Any], tmp_path: Path, server: LocalSTS) -> None:
    """Sources are results, records, a mapping, a truncated file, and names. Failed targets are tried again."""
    earlier = list(assume_many([*ACCOUNTS[:3], "999999999999"], **options))
    records = [result_record(result) for result in earlier]
    path = tmp_path / "results.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in records) + '\n{"Account": "1000000')
    resume: Any = {
        "results": earlier,
        "records": records,
        "mapping": {result.account: result for result in earlier},
        "file": path,
        "names": [*ACCOUNTS[:2], f"arn:aws:iam::{ACCOUNTS[2]}:role/Audit"],
    }[form]
    targets = [*ACCOUNTS[:2], {"account": ACCOUNTS[2]}, "999999999999", ACCOUNTS[3]]
    again = list(assume_many(targets, resume=resume, **options))

    assert {result.account for result in again} == {"999999999999", ACCOUNTS[3]}
    other = list(assume_many(ACCOUNTS[:1], resume=earlier, **{**options, "role_name": "Other"}))
    assert len(other) == 1, "another role of the same account is another target"


def test_a_session_that_has_ended_is_not_done() -> None:
    """A session that expires within a minute is not done either."""
    soon = datetime.now(timezone.utc) + timedelta(seconds=30)
    result = Assumed("1", "arn:aws:iam::123456789012:role/a", HOME, Credentials("AKIA", "s", "t", soon))

    assert done_already([result]) == frozenset()
    assert done_already([result._replace(credentials=None, value=1)]) == {result.role_arn, f"{HOME}/a"}
    with pytest.raises(ConfigError, match="int"):
        done_already([3])


@pytest.mark.slow
def test_nothing_is_lost_to_throttling_and_faults(server: LocalSTS, options: dict[str, Any]) -> None:
    """Each target has one result, and the request rate is about the rate that the service accepts."""
    server.rate_limit = 40
    for fault in ("internal_error", "reset_before_read", "truncate", "throttle"):
        server.inject(fault, times=None, rate=0.0125)
    targets = [{"account": account, "session_name": f"run-{index}"} for index in range(4) for account in ACCOUNTS]
    results = list(assume_many(targets, concurrency=16, **options))

    assert Counter(result.account for result in results) == dict.fromkeys(ACCOUNTS, 4)
    assert [result.error for result in results if not result.ok] == []
    throttled = sum(call.status == 400 for call in server.calls)
    assert throttled < len(targets)


@pytest.mark.parametrize("kind", [STS, AsyncSTS])
def test_a_client_of_the_callers_loses_nothing_to_throttling(kind: Any, server: LocalSTS) -> None:
    """It is used at the pace of the fan-out, with its listeners, and is unchanged afterwards."""
    server.rate_limit = 40
    targets = [{"account": account, "session_name": f"run-{index}"} for index in range(2) for account in ACCOUNTS]
    seen: list[object] = []
    client = kind(**server.client_options()).on("complete", seen.append)

    def run(client: Any) -> list[Assumed]:
        if kind is STS:
            with client:
                return list(assume_many(targets, role_name="Audit", client=client))

        async def collected() -> list[Assumed]:
            async with client:
                return [result async for result in assume_many_async(targets, role_name="Audit", client=client)]

        return asyncio.run(collected())

    assert [result.error for result in run(client) if not result.ok] == []
    assert len(seen) == len(targets)
    assert type(client._wire().retry).__name__ == "StandardRetry"
    server.rate_limit = 0.001  # whatever the load of the machine: one call, then none
    own_way = kind(**server.client_options(), retry_mode="off")
    assert {result.error.code for result in run(own_way) if result.error} == {"Throttling"}


def drive_pace(limit: float, seconds: float) -> tuple[float, float]:
    """Return the used share of a token bucket's limit and the share of throttled attempts, after the pace has settled."""
    clock, tokens, let_through, throttled = [0.0], limit, 0, 0
    pace = Pace(lambda: clock[0])
    last = 0.0
    while clock[0] < seconds:
        clock[0] += max(pace.reserve(), 1 / 500)
        tokens = min(tokens + (clock[0] - last) * limit, limit)
        last = clock[0]
        refused = tokens < 1
        tokens -= not refused
        pace.note(throttled=refused)
        if clock[0] > seconds / 2:
            let_through, throttled = let_through + (not refused), throttled + refused
    return let_through / (limit * seconds / 2), throttled / max(let_through + throttled, 1)


@pytest.mark.parametrize("limit", [5, 25, 100, 300])
def test_the_pace_finds_the_limit(limit: float) -> None:
    """At least 90 % of the limit is used, with few throttled calls."""
    used, wasted = drive_pace(limit, 120)

    assert used > 0.9
    assert wasted < 0.15


def test_without_throttling_there_is_no_limit() -> None:
    """No call waits for a slot."""
    pace = Pace()
    for _ in range(100):
        pace.note(throttled=False)
    assert pace.rate is None
    assert pace.reserve() == 0.0


def test_a_call_is_not_repeated_for_ever() -> None:
    """This holds even if each attempt is throttled. Other errors have the usual attempts."""
    retry = PacedRetry(3)
    throttling = ServiceError("Rate exceeded", code="Throttling", retryable=True, throttling=True)
    token: Any = retry.acquire_initial_retry_token()
    for _ in range(MAX_THROTTLED):
        token = retry.refresh_retry_token_for_retry(token, throttling)
    assert token is not None
    assert token.retry_count == 0
    assert retry.refresh_retry_token_for_retry(token, throttling) is None
    broken = TransportError("reset", retryable=True)
    token = retry.refresh_retry_token_for_retry(token, broken)
    assert token.throttled == MAX_THROTTLED
    assert retry.refresh_retry_token_for_retry(token._replace(retry_count=2), broken) is None


def test_records_are_json_and_results_hide_their_secrets(options: dict[str, Any]) -> None:
    """A result can be logged. Its record contains everything that its reader needs."""
    good, bad = sorted(assume_many([ACCOUNTS[0], "bad"], **options), key=lambda result: not result.ok)

    assert good.credentials is not None
    assert good.credentials.secret_access_key not in repr(good)
    assert json.loads(json.dumps(result_record(good)))["Credentials"]["Expiration"].endswith("Z")
    assert result_record(bad) == {
        "Target": "bad",
        "Error": {"Code": "InvalidParameterType", "Message": bad.error.message},  # type: ignore[union-attr]
    }


# Executors


def account_of(result: Assumed) -> tuple[str, str]:
    """Work that a process can import by name."""
    assert result.credentials is not None
    return result.account, threading.current_thread().name


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_an_executor_does_the_same(kind: str, found_by_workers: dict[str, Any]) -> None:
    """Each target has one result, errors are results, and the work runs where the role was assumed."""
    make = {"threads": lambda: ThreadPoolExecutor(2), "processes": lambda: ProcessPoolExecutor(2, get_context("spawn"))}[kind]
    with make() as executor:
        results = list(assume_many([*ACCOUNTS[:12], "bad"], executor=executor, **found_by_workers))
        worked = list(assume_many(ACCOUNTS[:4], executor=executor, work=account_of, **found_by_workers))

    assert Counter(result.account for result in results if result.ok) == Counter(ACCOUNTS[:12])
    assert [result.target for result in results if not result.ok] == ["bad"]
    assert all(result.credentials is not None for result in results if result.ok)
    assert {result.value[0] for result in worked} == set(ACCOUNTS[:4])
    assert all(result.credentials is None for result in worked), "credentials stay where they were used"


@pytest.mark.parametrize(
    "given",
    [
        {"source": Credentials("AKIAIOSFODNN7EXAMPLE", "very-secret")},
        {"source": {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "very-secret"}},
        {"source": lambda: None},
        {"client_options": {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "very-secret"}},
        {"client_options": {"credentials": Credentials("AKIAIOSFODNN7EXAMPLE", "very-secret")}},
        {"client_options": {"proxies": {"https": "http://me:very-secret@proxy:3128"}}},
        {"client_options": {"proxies": "http://me:very-secret@proxy:3128"}},
    ],
)
def test_secrets_travel_only_when_told_to(given: dict[str, Any]) -> None:
    """Without `send_secrets` it is an error, before anything is submitted."""
    executor = Recorder()
    with pytest.raises(ConfigError, match="send_secrets=True") as caught:
        assume_many(ACCOUNTS, role_name="Audit", executor=executor, **given)
    assert "very-secret" not in str(caught.value)
    assert executor.submitted == []


def test_told_to_secrets_travel(server: LocalSTS) -> None:
    """The workers get the current credentials of the source."""
    given = server.client_options()
    source = Credentials(given["access_key_id"], given["secret_access_key"])
    reach = {"region": given["region"], "endpoint": given["endpoint"]}
    with ThreadPoolExecutor(1) as executor:
        results = list(
            assume_many(
                ACCOUNTS[:2], role_name="Audit", executor=executor, source=source, client_options=reach, send_secrets=True
            )
        )
    assert [result.error for result in results] == [None, None]


class Recorder(ThreadPoolExecutor):
    """An executor that keeps the submitted data as bytes."""

    def __init__(self) -> None:
        super().__init__(1)
        self.submitted: list[bytes] = []

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.submitted.append(pickle.dumps((function, args, kwargs)))
        return super().submit(function, *args, **kwargs)


def test_no_secret_is_in_what_travels_to_workers(found_by_workers: dict[str, Any], server: LocalSTS) -> None:
    """The test searches the bytes."""
    with Recorder() as executor:
        assert all(result.ok for result in assume_many(ACCOUNTS[:20], executor=executor, **found_by_workers))

    assert executor.submitted
    secret = server.client_options()["secret_access_key"].encode()
    assert not any(secret in sent or b"ASIA" in sent for sent in executor.submitted)


class Dying(ThreadPoolExecutor):
    """An executor that loses every second chunk."""

    lost = 0

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.lost += 1
        if self.lost % 2:
            return super().submit(function, *args, **kwargs)
        future: Future[Any] = Future()
        future.set_exception(RuntimeError("the worker died"))
        return future


def test_a_lost_worker_loses_no_target(found_by_workers: dict[str, Any]) -> None:
    """Its targets have an error that says so, and can be resumed."""
    with Dying(2) as executor:
        results = list(assume_many(ACCOUNTS, executor=executor, **found_by_workers))

    assert Counter(str(result.target) for result in results) == Counter(ACCOUNTS)
    assert {type(result.error) for result in results} == {type(None), TransportError}
    assert "the worker died" in next(str(result.error) for result in results if result.error)


def test_errors_that_cannot_be_pickled_travel_as_text() -> None:
    """One such error does not lose the other results of a chunk."""

    class Odd(Exception):
        def __reduce__(self) -> Any:
            raise TypeError("no")

    assert str(sendable(Odd("boom"))) == "Odd: boom"
    assert isinstance(sendable(KeyError("x")), KeyError)


def test_a_function_of_a_module_is_configuration() -> None:
    """Its name is sent, not its result."""
    assert worker_config({"source": json.loads, "concurrency": 2}, {})["source"] is json.loads


@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")
def test_a_dask_cluster_of_two_workers(found_by_workers: dict[str, Any]) -> None:
    """This is the executor of a real cluster. Both workers take part."""
    distributed = pytest.importorskip("distributed", reason="needs dask and distributed: pip install distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        distributed.Client(cluster) as client,
    ):
        executor = client.get_executor(pure=False)
        results = list(assume_many(ACCOUNTS, executor=executor, work=where, concurrency=8, **found_by_workers))
        whole = list(assume_many([*ACCOUNTS[:3], "bad"], executor=executor, **found_by_workers))

    assert Counter(result.account for result in results) == Counter(ACCOUNTS)
    assert [result.error for result in results if result.error] == []
    assert len({result.value for result in results}) == 2
    assert sorted(result.ok for result in whole) == [False, True, True, True]


def where(result: Assumed) -> str:
    """Return the worker that did the work."""
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:  # a thread of ours on the worker
        return str(os.getpid())


# asyncio


def collect(targets: Any, **options: Any) -> list[Assumed]:
    async def run() -> list[Assumed]:
        return [result async for result in assume_many_async(targets, **options)]

    return asyncio.run(run())


def test_async_does_the_same(options: dict[str, Any], tmp_path: Path, server: LocalSTS) -> None:
    """Each target has one result. Errors, cache, resume, progress and work are supported."""
    seen: list[Progress] = []

    async def work(result: Assumed) -> str:
        await asyncio.sleep(0)
        return result.account

    targets = [*ACCOUNTS, "bad", "999999999999"]
    results = collect(targets, progress=seen.append, work=work, cache=str(tmp_path), **options)
    assert Counter(str(result.target) for result in results) == Counter(targets)
    assert [result.target for result in results if not result.ok and not result.role_arn] == ["bad"]
    assert {result.value for result in results if result.ok} == set(ACCOUNTS)
    assert seen[-1] == Progress(42, 42, 40, 2, 0)
    server.clear_calls()
    again = collect(ACCOUNTS[:6], cache=str(tmp_path), resume=ACCOUNTS[:2], **options)
    assert [result.cached for result in again] == [True] * 4
    assert server.calls == []


def test_async_targets_and_client(server: LocalSTS) -> None:
    """An async iterable, and the caller's AsyncSTS, which stays open. The caller may stop early."""

    async def accounts() -> Any:
        for account in ACCOUNTS:
            await asyncio.sleep(0)
            yield account

    async def run() -> int:
        async with AsyncSTS(**server.client_options()) as client:
            results = assume_many_async(accounts(), role_name="Audit", client=client, concurrency=3)
            count = 0
            async for result in results:
                assert result.ok
                count += 1
                if count == 5:
                    break
            await results.aclose()
            await client.get_caller_identity()
        return count

    assert asyncio.run(run()) == 5


def test_async_refuses_what_it_has_no_use_for(options: dict[str, Any]) -> None:
    """An executor is rejected, and missing credentials are an error."""
    with ThreadPoolExecutor(1) as executor, pytest.raises(ConfigError, match=r"asyncio\.to_thread"):
        collect(ACCOUNTS, executor=executor, **options)
    with pytest.raises(CredentialsError):
        collect(ACCOUNTS, role_name="Audit", region="us-east-1")
    with STS(region="us-east-1") as client, pytest.raises(ConfigError, match="AsyncSTS"):
        collect(ACCOUNTS, client=client)
    with pytest.raises(ConfigError, match="AsyncSTS"):
        assume_many(ACCOUNTS, client=AsyncSTS(region="us-east-1"))


def test_the_partition_is_that_of_the_region() -> None:
    """Roles in China have ARNs of China."""
    shared = share("/path/Audit", "aws-cn", {})

    assert shared.target(ACCOUNTS[0]).role_arn == f"arn:aws-cn:iam::{ACCOUNTS[0]}:role/path/Audit"
