"""v3's modular style: commands, `send`, role assumers, and the names of things."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

import sts
from sts import (
    STS,
    AbortController,
    AssumeRoleCommand,
    AsyncSTS,
    Credentials,
    GetCallerIdentityCommand,
    STSClient,
    STSServiceException,
    errors,
    get_default_role_assumer,
    get_default_role_assumer_with_web_identity,
)
from sts.commands import COMMANDS
from sts.model.operations import OPERATIONS
from tests.support.fakes import CREDENTIALS, FakeHandler, client, ok, refused
from tests.support.threads import PATIENCE

ROLE = {"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "ci"}


def test_there_is_a_command_for_each_operation() -> None:
    """Made from the table and importable from the package."""
    assert set(COMMANDS) == {f"{operation.name}Command" for operation in OPERATIONS}
    for name, command in COMMANDS.items():
        assert getattr(sts, name) is command
        assert command.operation.name + "Command" == command.__name__ == name
        assert command.operation.doc in (command.__doc__ or "")


def test_a_command_holds_its_input() -> None:
    """As a mapping or as keywords, not both; its repr shows names alone."""
    assert AssumeRoleCommand(ROLE).input is ROLE  # type: ignore[arg-type]
    assert AssumeRoleCommand(**ROLE).input == ROLE
    assert repr(AssumeRoleCommand(**ROLE)) == "<AssumeRoleCommand ['RoleArn', 'RoleSessionName']>"
    assert GetCallerIdentityCommand().input == {}
    with pytest.raises(TypeError, match="mapping or as keywords"):
        AssumeRoleCommand(ROLE, RoleArn="x")  # type: ignore[call-overload]
    for bad in (5, "RoleArn", [("RoleArn", "x")]):
        with pytest.raises(TypeError, match="mapping or as keywords, not as"):
            AssumeRoleCommand(bad)  # type: ignore[call-overload]


def test_v3s_options_of_a_call_are_told_how_to_be_given() -> None:
    """`{abortSignal}` is taken as it is; `requestTimeout`, in other units, is not."""
    made = client(ok())
    for name in ("requestTimeout", "request_timeout"):
        with pytest.raises(TypeError, match="Did you mean 'timeout'"):
            made.get_caller_identity({}, {name: 1})
        with pytest.raises(TypeError, match="Did you mean 'timeout'"):
            made.send(GetCallerIdentityCommand(), {name: 1})  # type: ignore[call-overload]
    with pytest.raises(AttributeError, match="request_handler="):
        _ = made.middlewareStack


def test_send_makes_the_call() -> None:
    """Blocking, or with a callback that gets `(error, data)`; `STS` is a client too."""
    handler = FakeHandler(ok())
    with STSClient(**CREDENTIALS, request_handler=handler) as made:  # type: ignore[arg-type]
        assert made.send(GetCallerIdentityCommand())["Account"] == "123456789012"
        over = threading.Event()
        request = made.send(GetCallerIdentityCommand(), lambda error, data: over.set())
        assert over.wait(PATIENCE)
        assert request.result(PATIENCE)["Account"] == "123456789012"
    assert isinstance(client(), STSClient)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda made: made.send("get_caller_identity"), "takes a command"),
        (lambda made: made.send(ROLE), "takes a command"),
        (lambda made: made.send(GetCallerIdentityCommand), "takes a command"),
        (lambda made: made.send(GetCallerIdentityCommand(), 5), "options of get_caller_identity.. must be a mapping"),
        (lambda made: made.send(GetCallerIdentityCommand(), {}, 5), "takes a function as callback"),
        (lambda made: made.send(GetCallerIdentityCommand(), timeout="1"), "number of seconds"),
        (lambda made: made.send(GetCallerIdentityCommand(), abort_signal=AbortController()), "give the signal"),
        (lambda made: made.send(AssumeRoleCommand(["RoleArn"])), "as a mapping"),
    ],
)
def test_send_refuses_what_is_no_command(call: Any, message: str) -> None:
    """At once, with what it takes."""
    with pytest.raises(TypeError, match=message):
        call(client())


def test_send_keeps_timeout_and_signal() -> None:
    """For blocking calls, callbacks and coroutines alike."""
    controller = AbortController()
    controller.abort("early")
    made = client()
    with pytest.raises(errors.RequestAbortedError, match="early"):
        made.send(GetCallerIdentityCommand(), abort_signal=controller.signal)
    made.send(GetCallerIdentityCommand(), timeout=30)
    assert made.handler.controls[-1].deadline is not None

    async def main() -> None:
        asynchronous = AsyncSTS(**CREDENTIALS, request_handler=made.handler)  # type: ignore[arg-type]
        with pytest.raises(errors.RequestAbortedError, match="early"):
            await asynchronous.send(GetCallerIdentityCommand(), abort_signal=controller.signal)
        with pytest.raises(TypeError, match="takes a command"):
            await asynchronous.send("get_caller_identity")  # type: ignore[arg-type]

    asyncio.run(main())


def test_errors_have_v3s_fields() -> None:
    """`STSServiceException`, `.name`, `.metadata` with attributes, `.fault`; the class of a modelled error by name."""
    assert STSServiceException is errors.ServiceError
    with pytest.raises(sts.MalformedPolicyDocumentException) as caught:
        client(refused("MalformedPolicyDocument", x_amz_cf_id="cf", x_amz_id_2="extended")).get_caller_identity()
    error = caught.value

    assert (error.name, error.code, error.fault) == ("MalformedPolicyDocumentException", "MalformedPolicyDocument", "client")
    assert isinstance(error, STSServiceException)
    assert error.metadata.http_status_code == 400
    assert error.metadata.request_id == "error-id"
    assert error.metadata.cf_id == "cf"
    assert error.metadata.extended_request_id == "extended"
    assert (error.metadata.attempts, error.metadata.total_retry_delay) == (1, 0.0)


@pytest.mark.parametrize(
    ("made", "name", "message"),
    [
        (client(), "assumeRole", "Did you mean 'assume_role'"),
        (client(), "assumeRoleWithSAML", "Did you mean 'assume_role_with_saml'"),
        (client(), "makeUnauthenticatedRequest", "Did you mean 'make_unauthenticated_request'"),
        (client(), "credentialsFrom", "Did you mean 'credentials_from'"),
        (client(), "nothing_like_it_at_all", "has no attribute 'nothing_like_it_at_all'.$"),
        (STSClient(), "assume_role", r"STS\(...\).assume_role\(\), or STSClient\(...\).send\(AssumeRoleCommand"),
        (STSClient(), "assumeRole", "assume_role"),
        (AsyncSTS(), "getCallerIdentity", "Did you mean 'get_caller_identity'"),
    ],
)
def test_camel_case_names_of_methods_are_explained(made: Any, name: str, message: str) -> None:
    """The main clients have Python's names, and say so."""
    with pytest.raises(AttributeError, match=message):
        getattr(made, name)
    assert not hasattr(made, name)


@pytest.mark.parametrize(
    ("option", "meant"), [("maxRetries", "max_retries"), ("httpOptions", "http_options"), ("region_name", "region")]
)
def test_camel_case_names_of_options_are_explained(option: str, meant: str) -> None:
    """So are boto3's."""
    with pytest.raises(TypeError, match=f"Did you mean '{meant}'"):
        STS(**{option: 1})  # type: ignore[arg-type]


def test_destroy_closes_only_a_handler_of_ours() -> None:
    """A `request_handler` stays its maker's."""
    made = client()
    made.get_caller_identity()
    made.destroy()

    assert made.handler.closed == 0


def test_a_handler_may_raise_anything() -> None:
    """What is none of ours becomes a TransportError that keeps it, and is tried again."""
    made = client(ConnectionError("odd"), ok())
    assert made.get_caller_identity()["ResponseMetadata"]["Attempts"] == 2

    made = client(ConnectionError("odd"), max_attempts=1)
    with pytest.raises(errors.TransportError, match="The request handler failed: ConnectionError: odd") as caught:
        made.get_caller_identity()
    assert isinstance(caught.value.original_error, ConnectionError)
    assert caught.value.__cause__ is caught.value.original_error


# --- role assumers ---


def test_the_default_role_assumer_assumes_with_the_credentials_it_is_given(local_sts: Any) -> None:
    """Each call brings its own; one client serves them all, whatever its options."""
    options = local_sts.client_options()
    source = Credentials(options.pop("access_key_id"), options.pop("secret_access_key"))
    assume = get_default_role_assumer(**options, timeout=20)
    first = assume(source, ROLE)  # type: ignore[arg-type]
    second = assume(source.to_dict(), {**ROLE, "RoleSessionName": "other"})  # type: ignore[arg-type,misc]

    assert (first.account_id, first.source) == ("123456789012", "assume-role")
    assert first.expiration is not None
    assert first != second
    assert [call.params["RoleSessionName"] for call in local_sts.calls] == ["ci", "other"]
    with pytest.raises(sts.ServiceError, match="InvalidClientTokenId"):
        assume({"access_key_id": "AKIAWRONGWRONGWRONG1", "secret_access_key": "x"}, ROLE)  # type: ignore[arg-type]


def test_the_web_identity_role_assumer_needs_no_credentials(local_sts: Any) -> None:
    """The token is enough."""
    options = {key: value for key, value in local_sts.client_options().items() if key in {"region", "endpoint"}}
    assume = get_default_role_assumer_with_web_identity(**options)
    got = assume({**ROLE, "WebIdentityToken": local_sts.issue_token()})  # type: ignore[misc]

    assert got.source == "web-identity"


def test_without_a_region_the_role_assumer_takes_v3s(caplog: pytest.LogCaptureFixture) -> None:
    """us-east-1, and says so."""
    handler = FakeHandler(refused("AccessDenied"))
    assume = get_default_role_assumer(request_handler=handler)
    with pytest.raises(errors.ServiceError):
        assume(Credentials("AKIAIOSFODNN7EXAMPLE", "secret"), ROLE)  # type: ignore[arg-type]

    assert handler.requests[0].url.startswith("https://sts.us-east-1.amazonaws.com")
    assert "us-east-1" in caplog.text
