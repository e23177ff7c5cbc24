"""The forms of `credentials=` that are accepted, and the errors for other values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import boto3
import pytest
from botocore.credentials import Credentials as BotocoreCredentials

from sts import STS, assume_role_credentials, mfa_session
from sts.credentials import EnvironmentProvider, default_chain
from sts.errors import ConfigError, CredentialsError, STSError
from sts.identity import Credentials
from sts.testing import LocalSTS

KEYS = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "hush-hush"}


class GivesADict:
    """Be a provider that gives a mapping, as a function may."""

    def retrieve(self) -> Any:
        return KEYS


async def coroutine() -> Any:
    return KEYS


def client(**options: Any) -> STS:
    return STS(region="eu-west-1", endpoint="http://127.0.0.1:1", **options)


BAD: list[tuple[str, Callable[[], Any], type[Exception], str]] = [
    ("bytes", lambda: client(**{**KEYS, "secret_access_key": b"hush-hush"}), CredentialsError, "types str, bytes, NoneType"),
    ("a list", lambda: client(**{**KEYS, "secret_access_key": ["hush-hush"]}), CredentialsError, "types str, list, NoneType"),
    ("a number", lambda: client(**{**KEYS, "access_key_id": 7}), CredentialsError, "types int, str, NoneType"),
    (
        "a token",
        lambda: client(**KEYS, session_token=b"hush-hush"),
        CredentialsError,
        "types str, str, bytes; all parts must be strings",
    ),
    (
        "a class",
        lambda: client(credentials=EnvironmentProvider),
        ConfigError,
        r"the class EnvironmentProvider; pass an instance",
    ),
    ("an async function", lambda: client(credentials=coroutine), TypeError, "credentials= .* async function"),
    ("a session", lambda: client(credentials=boto3.Session()), ConfigError, "from_boto3_session"),
    ("keys of botocore", lambda: client(credentials=BotocoreCredentials("A", "hush-hush")), ConfigError, "from_boto3_session"),
    (
        "a dict of a provider",
        lambda: client(credentials=GivesADict()),
        CredentialsError,
        r"GivesADict returned a dict; retrieve\(\)",
    ),
    ("no time", lambda: client(credentials={**KEYS, "Expiration": "hush-hush"}), ConfigError, "Cannot parse the expiration"),
    ("a number for a time", lambda: client(credentials={**KEYS, "expiration": 5}), ConfigError, "expiration is of type int"),
    (
        "no time of a function",
        lambda: client(credentials=lambda: {**KEYS, "expiration": "soon"}),
        ConfigError,
        "Cannot parse the expiration",
    ),
]


@pytest.mark.parametrize(("make", "error", "said"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_what_cannot_be_used_is_named(make: Callable[[], Any], error: type[Exception], said: str) -> None:
    """The error names the type and what is allowed, before anything is sent, and shows no secret."""
    with pytest.raises(error, match=said) as caught:
        make().get_caller_identity()
    assert "hush" not in f"{caught.value}{caught.value!r}"


@pytest.mark.parametrize(
    ("expiration", "said"), [(datetime(2030, 1, 1), "without a time zone"), ("2030-01-01T00:00:00Z", "type str")]
)
def test_an_expiration_is_an_aware_datetime(expiration: Any, said: str) -> None:
    """A time without a zone would be read in the machine's zone, hours off."""
    with pytest.raises(ConfigError, match=said):
        Credentials("AKIA", "s", "t", expiration)
    Credentials("AKIA", "s", "t", datetime(2030, 1, 1, tzinfo=timezone.utc))


@pytest.mark.parametrize("added", [lambda: KEYS, KEYS, Credentials(**KEYS)], ids=["function", "mapping", "value"])
def test_a_chain_takes_what_a_client_takes(added: Any) -> None:
    """Not only providers. Other values are rejected when the chain is made."""
    chain = default_chain(environ={"HOME": "/nowhere", "AWS_EC2_METADATA_DISABLED": "true"})
    edited = chain.insert_before("environment", added, "ours")
    assert (edited.names[0], edited.retrieve().secret_access_key) == ("ours", "hush-hush")
    with pytest.raises(ConfigError, match="of type int"):
        chain.insert_after("sso", 5)  # type: ignore[arg-type]


@pytest.mark.parametrize(("given", "said"), [(None, "a NoneType"), ("  ", "an empty text"), (True, "a bool"), ({}, "a dict")])
def test_a_code_that_is_none_is_told(local_sts: LocalSTS, given: Any, said: str) -> None:
    """The error blames the user's function, not the length of 'None'. Nothing is sent."""
    device = local_sts.add_mfa_device()
    options = local_sts.client_options()
    for made in (
        assume_role_credentials(local_sts.role.arn, mfa=lambda _: given, mfa_serial=device.serial, client_options=options),
        mfa_session(lambda _: given, device.serial, client_options=options),
    ):
        with pytest.raises(STSError, match=f"The mfa function returned {said} for {device.serial}; it must return the code"):
            made.retrieve()
    assert local_sts.calls == []


def test_a_code_may_be_a_number(local_sts: LocalSTS) -> None:
    """Its leading zeros come back."""
    device = local_sts.add_mfa_device()
    options = {**local_sts.client_options(), "max_attempts": 1}
    with pytest.raises(STSError):
        mfa_session(lambda _: 42, device.serial, client_options=options).retrieve()  # type: ignore[arg-type, return-value]
    assert local_sts.calls[0].params["TokenCode"] == "000042"
