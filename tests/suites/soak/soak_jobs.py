"""Jobs of the soak. Each uses a unique name, so that the response to another request is detected."""

from __future__ import annotations

import base64
import hmac
import itertools
import json
import random
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tests.suites.soak.soak_server import ISSUER, SECRET

AUDIENCE = "sts.amazonaws.com"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_serial = itertools.count()


class Job(NamedTuple):
    """
    Hold one call and what its answer must be.

    *who* signs it: the "role" whose credentials rotate, or the "user". *facts* takes from the answer what must equal
    *expected*.
    """

    who: str
    operation: str
    params: Mapping[str, Any]
    facts: Callable[[Mapping[str, Any]], Any]
    expected: Any


def make_job(role: str, rand: random.Random) -> Job:
    """Return a random job."""
    return rand.choices((assume, identify, exchange, federate, decode, narrow), (40, 15, 20, 15, 5, 5))[0](
        role, f"n{next(_serial)}"
    )


def session_arn(role: str, name: str) -> str:
    """Return the ARN of a session of *role*."""
    account, role_name = role.split(":")[4], role.rpartition("/")[2]
    return f"arn:aws:sts::{account}:assumed-role/{role_name}/{name}"


def sign(claims: Mapping[str, Any]) -> str:
    """Return *claims* as a token signed with HS256 and the secret that the server knows."""
    parts = (json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    text = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    return (text + b"." + base64.urlsafe_b64encode(hmac.digest(SECRET.encode(), text, "sha256")).rstrip(b"=")).decode()


def assume(role: str, name: str) -> Job:
    return Job(
        "role",
        "assume_role",
        {"RoleArn": role, "RoleSessionName": name, "Tags": {"name": name}},
        lambda data: (data["AssumedRoleUser"]["Arn"], data["AssumedRoleUser"]["AssumedRoleId"].partition(":")[2]),
        (session_arn(role, name), name),
    )


def identify(role: str, name: str) -> Job:  # has nothing to put a name in
    return Job("role", "get_caller_identity", {}, lambda data: data["Arn"], session_arn(role, "soak-source"))


def exchange(role: str, name: str) -> Job:
    now = int(time.time())
    token = sign({"iss": ISSUER, "sub": name, "aud": AUDIENCE, "iat": now, "exp": now + 3600})
    return Job(
        "role",
        "assume_role_with_web_identity",
        {"RoleArn": role, "RoleSessionName": name, "WebIdentityToken": token},
        lambda data: (data["SubjectFromWebIdentityToken"], data["AssumedRoleUser"]["Arn"]),
        (name, session_arn(role, name)),
    )


def federate(role: str, name: str) -> Job:  # concerns the user
    return Job(
        "user", "get_federation_token", {"Name": name}, lambda data: data["FederatedUser"]["Arn"].rpartition("/")[2], name
    )


def narrow(role: str, name: str) -> Job:  # has nothing to put a name in that comes back
    params = {"Policy": EVERYTHING, "ScopedSessionDescription": name}
    return Job(
        "role", "get_scoped_credentials", params, lambda data: data["SessionInfo"]["Arn"], session_arn(role, "soak-source")
    )


def decode(role: str, name: str) -> Job:  # the token outlives the role's sessions
    def audience(data: Mapping[str, Any]) -> Any:
        claims = data["WebIdentityToken"].split(".")[1]
        return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["aud"]

    params = {"Audience": [name], "SigningAlgorithm": "ES384"}
    return Job("user", "get_web_identity_token", params, audience, name)
