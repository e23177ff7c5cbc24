"""
Mistakes that newcomers make, each with what its message must say.

    python -m tests.support.mistakes    make each of them on purpose and print the message
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import queue
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sts import STS, AsyncSTS, Credentials, v2
from sts.cli import main as command_line
from sts.testing import LocalSTS, StubHandler
from tests.support.threads import PATIENCE
from tests.support.wire import WireServer, reply

ROLE = "arn:aws:iam::123456789012:role/demo"
SECRET = "wJalr-of-nobody"
KEYS = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": SECRET}
HERE = {"region": "eu-west-1"}
PAGE = b"<!DOCTYPE html><html><head><title>Sign in to the network</title></head></html>"
SSO = "[profile dev]\nsso_session=corp\nsso_account_id=123456789012\nsso_role_name=Dev\n[sso-session corp]\n" + (
    "sso_region=eu-west-1\nsso_start_url=https://corp.awsapps.com/start\n"
)
MFA = f"[profile dev]\nrole_arn={ROLE}\nsource_profile=base\nmfa_serial=arn:aws:iam::123456789012:mfa/me\n" + (
    "[profile base]\naws_access_key_id=AKIAIOSFODNN7EXAMPLE\n" + f"aws_secret_access_key={SECRET}\n"
)


class Mistake(NamedTuple):
    """Hold what is done wrong, what the message must say, and the shared config file and variables it is done with."""

    name: str
    make: Callable[[], object]
    says: tuple[str, ...]
    config: str = ""
    variables: Mapping[str, str] = {}


def local(call: Callable[[STS], object], fault: str = "", **options: Any) -> Callable[[], object]:
    """Return a function that makes *call* with a client of a LocalSTS."""

    def make() -> None:
        with LocalSTS() as server:
            if fault:
                server.inject(fault, times=9)
            with STS(**{**server.client_options(), **options}) as client:
                call(client)

    return make


def behind(status: str, *, tunnel: bool = True) -> Callable[[], object]:
    """Return a function that makes a call through a proxy that answers everything with a web page."""

    def make() -> None:
        def answer(sock: Any, server: Any, _: Any) -> None:
            server.read(sock)
            sock.sendall(reply(PAGE, status))
            sock.close()

        with WireServer(answer) as server:
            url = "https://sts.eu-west-1.amazonaws.com" if tunnel else "http://sts.example.com"
            STS(**HERE, **KEYS, proxies=server.url, endpoint=url, max_attempts=1).get_caller_identity()

    return make


def session_without_token(client: STS) -> None:
    keys = client.assume_role(RoleArn=ROLE, RoleSessionName="ci")["Credentials"]
    options: Any = {"access_key_id": keys["AccessKeyId"], "secret_access_key": keys["SecretAccessKey"]}
    STS(region=client.region, endpoint=client.endpoint, **options).get_caller_identity()


def sts(*words: str) -> Callable[[], object]:
    """Return a function that runs the command line and raises what it prints."""

    def make() -> None:
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors), contextlib.suppress(SystemExit):
            command_line(words)
        raise SystemExit(errors.getvalue().strip())

    return make


async def coroutine_callback(error: object, data: object) -> None: ...


def one_argument() -> None:
    """Give a callback that takes only the data, and raise what the thread reports."""
    reported: queue.Queue[Any] = queue.Queue()
    before, threading.excepthook = threading.excepthook, reported.put
    try:
        with LocalSTS() as server, STS(**server.client_options()) as client:
            client.get_caller_identity(lambda data: None)  # type: ignore[call-overload]
            error = reported.get(timeout=PATIENCE).exc_value
    finally:
        threading.excepthook = before
    raise error


def me(**options: Any) -> Callable[[], object]:
    return lambda: STS(**options).get_caller_identity()


def assume(client: STS, **members: Any) -> object:
    return client.assume_role(**{"RoleArn": ROLE, "RoleSessionName": "ci", **members})


CLIENT: Any = STS(**HERE)
MISTAKES = (
    Mistake("no region", me(), ("region= (such as 'eu-west-1')", "AWS_REGION", "profile 'default'")),
    Mistake("no credentials", me(**HERE), ("AWS_ACCESS_KEY_ID", "profile", "environment: AWS_ACCESS_KEY_ID is not set")),
    Mistake("wrong profile", me(profile="prd"), ("'prd'", "Did you mean 'prod'", "option profile="), "[profile prod]\n"),
    Mistake("wrong profile in AWS_PROFILE", me(**HERE), ("'prd'", "by AWS_PROFILE"), "", {"AWS_PROFILE": "prd"}),
    Mistake("[dev] in the config file", me(profile="dev"), ("the correct form is [profile dev]",), "[dev]\nregion=eu-west-1\n"),
    Mistake("config file cut off", me(profile="dev"), ("config, line 1", "]"), "[profile dev\n"),
    Mistake("expired token", local(lambda client: client.get_caller_identity(), "expired_token"), ("expired", "get new ones")),
    Mistake(
        "expired token in the environment",
        me(**HERE),
        ("(environment)", "expired at 2020-01-01 00:00:00 UTC", "Get new ones", "clock"),
        "",
        {"AWS_ACCESS_KEY_ID": "ASIA", "AWS_SECRET_ACCESS_KEY": "x", "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"},
    ),
    Mistake(
        "misspelt member",
        lambda: CLIENT.assume_role(RoleArn=ROLE, RoleSessionNam="ci"),
        ("Missing required key 'RoleSessionName'", "'RoleSessionNam'", "Did you mean 'RoleSessionName'"),
    ),
    Mistake(
        "several members wrong",
        lambda: assume(CLIENT, RoleSessionName="my session", DurationSeconds=60, Tags={"a*": "b"}),
        ("3 validation errors", "RoleSessionName", "900 to 43200", "'*'"),
    ),
    Mistake("member in snake_case", lambda: CLIENT.assume_role(role_arn=ROLE), ("Did you mean 'RoleArn'",)),
    Mistake("result misspelt", local(lambda client: client.get_caller_identity()["account"]), ("account",)),  # type: ignore[typeddict-item]
    Mistake("misspelt option", lambda: STS(regoin="x"), ("'regoin'", "Did you mean 'region'")),  # type: ignore[call-arg]
    Mistake("option of boto3", lambda: STS(region_name="x"), ("Did you mean 'region'",)),  # type: ignore[call-arg]
    Mistake("region not by keyword", lambda: STS("eu-west-1"), ("STS(region='eu-west-1')",)),  # type: ignore[arg-type]
    Mistake("misspelt method", lambda: CLIENT.get_caler_identity(), ("Did you mean 'get_caller_identity'",)),
    Mistake("method in camelCase", lambda: CLIENT.getCallerIdentity(), ("Did you mean 'get_caller_identity'",)),
    Mistake("presigning as in boto3", lambda: CLIENT.generate_presigned_url("x"), ("presign(operation, params",)),
    Mistake("errors as in boto3", lambda: CLIENT.exceptions, ("sts.errors",)),
    Mistake(
        "params in two ways",
        lambda: CLIENT.assume_role({"RoleArn": ROLE}, RoleSessionName="ci"),
        ("as a mapping or as keywords",),
    ),
    Mistake("role by position", lambda: CLIENT.assume_role(ROLE, "ci"), ("as a mapping or as keywords, not as str",)),
    Mistake("async callback", lambda: CLIENT.get_caller_identity(coroutine_callback), ("AsyncSTS and await",)),
    Mistake("callback with one argument", one_argument, ("must take two, (error, data)",)),
    Mistake("callback for AsyncSTS", lambda: asyncio.run(AsyncSTS().get_caller_identity(print)), ("await it, or use STS",)),  # type: ignore[call-overload]
    Mistake("use after close", local(lambda client: (client.close(), client.get_caller_identity())), ("Make a new one",)),
    Mistake(
        "clock an hour off, not corrected",
        local(lambda client: client.get_caller_identity(), system_clock_offset=3600, correct_clock_skew=False),
        ("clock of this machine", "correct the clock"),
    ),
    Mistake(
        "a web page instead of STS", behind("200 OK", tunnel=False), ("Sign in to the network", "a proxy, a captive portal")
    ),
    Mistake("a proxy that answers CONNECT with a page", behind("200 OK"), ("The proxy 127.0.0.1", "login")),
    Mistake("a proxy that refuses", behind("403 Forbidden"), ("The proxy 127.0.0.1", "403 Forbidden")),
    Mistake("a proxy that wants a login", behind("407 Proxy Authentication Required"), ("http://user:password@host:port",)),
    Mistake("no proxy there", me(**HERE, **KEYS, proxies="http://127.0.0.1:9"), ("127.0.0.1:9", "Check the proxy setting")),
    Mistake("nobody at the endpoint", me(**HERE, **KEYS, endpoint="http://127.0.0.1:9"), ("Check the endpoint",)),
    Mistake("endpoint without scheme", me(**HERE, endpoint="localhost:4566"), ("'http://' or 'https://'", "option endpoint=")),
    Mistake(
        "https to a port that speaks http",
        local(lambda client: me(**HERE, **KEYS, endpoint=client.endpoint.replace("http", "https"), max_attempts=1)()),
        ("must support https",),
    ),
    Mistake(
        "zone as region",
        me(region="eu-west-1a", endpoint="https://sts.eu-west-1a.invalid", **KEYS, max_attempts=1),
        ("its region is eu-west-1.",),
    ),
    Mistake("region by its title", me(region="EU (Ireland)"), ("such as 'eu-west-1'",)),
    Mistake("bundle that is not there", me(**HERE, **KEYS, verify="/no/such.pem"), ("/no/such.pem", "PEM file")),
    Mistake("timeout with a unit", me(**HERE, timeout="5s"), ("number of seconds",)),
    Mistake("key without secret", me(**HERE), ("AWS_SECRET_ACCESS_KEY is not set",), "", {"AWS_ACCESS_KEY_ID": "AKIA"}),
    Mistake(
        "key in quotes", me(**HERE), ("without quotes",), "", {"AWS_ACCESS_KEY_ID": '"AKIA"', "AWS_SECRET_ACCESS_KEY": '"x"'}
    ),
    Mistake("session without its token", local(session_without_token), ("also need their session token",)),
    Mistake(
        "wrong secret", local(lambda client: client.get_caller_identity(), secret_access_key=SECRET), ("does not belong to",)
    ),
    Mistake("unknown key", local(lambda client: client.get_caller_identity(), **KEYS), ("does not know this access key",)),
    Mistake(
        "role that does not exist", local(lambda client: assume(client, RoleArn=f"{ROLE}x")), ("permissions of this user",)
    ),
    Mistake("policy that is no JSON", local(lambda client: assume(client, Policy="{'Version':")), ("Pass it as a dict",)),
    Mistake(
        "two hours for a chained role",
        lambda: assume(STS(**HERE, credentials=Credentials("ASIA", "x", "t", source="assume-role")), DurationSeconds=7200),
        ("3600 or less",),
    ),
    Mistake("too many calls", local(lambda client: client.get_caller_identity(), "throttle"), ("reuse sessions", "adaptive")),
    Mistake("credentials= a string", me(**HERE, credentials="AKIA"), ("a provider with retrieve()",)),
    Mistake("SSO without a login", me(profile="dev", **HERE), ("aws sso login --profile dev",), SSO),
    Mistake("MFA without a function", me(profile="dev", **HERE), ("Pass mfa=", "mfa/me"), MFA),
    Mistake("role without a source", me(profile="dev", **HERE), ("Add source_profile",), f"[profile dev]\nrole_arn={ROLE}\n"),
    Mistake(
        "process that is not there", me(profile="dev", **HERE), ("'my-tool'",), "[profile dev]\ncredential_process = my-tool\n"
    ),
    Mistake(
        "token file that is not there",
        me(**HERE),
        ("'/no/token'",),
        "",
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "/no/token", "AWS_ROLE_ARN": ROLE},
    ),
    Mistake("option of AWS.STS misspelt", lambda: v2.STS({"regoin": "x"}), ("Did you mean 'region'",)),
    Mistake("stub without an answer", lambda: StubHandler().client().get_caller_identity(), ("stub.add()",)),
    Mistake("sts without a region", sts("whoami"), ("--region", "--local")),
    Mistake("sts without credentials", sts("whoami", "--region", "eu-west-1"), ("--profile", "--local")),
    Mistake("sts with a misspelt command", sts("whoam"), ("Did you mean 'whoami'", "sts --help")),
    Mistake("sts with a misspelt option", sts("whoami", "--regoin", "x"), ("Did you mean '--region'", "sts whoami --help")),
    Mistake("sts with a misspelt param", sts("assume-role", "--role-anr", "x"), ("Did you mean '--role-arn'",)),
)


@contextlib.contextmanager
def fresh_machine(config: str = "", variables: Mapping[str, str] = {}) -> Iterator[None]:
    """Have an empty home and nothing of AWS in the environment but *config* and *variables*."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as home:
        for name in before:
            if name.startswith("AWS_") or name.lower().endswith("_proxy"):
                del os.environ[name]
        os.environ |= {"HOME": home, "AWS_EC2_METADATA_DISABLED": "true", **variables}
        if config:
            folder = Path(home, ".aws")
            folder.mkdir()
            (folder / "config").write_text(config, encoding="utf-8")
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def message_of(mistake: Mistake) -> str:
    """Make *mistake* and return the error as Python shows it; AssertionError when there is none."""
    with fresh_machine(mistake.config, mistake.variables):
        try:
            mistake.make()
        except (Exception, SystemExit) as error:
            return f"{type(error).__name__}: {error}"
    raise AssertionError(f"{mistake.name}: no error")


if __name__ == "__main__":
    for one in MISTAKES:
        print(f"{one.name}\n    {message_of(one)}\n".replace("\n", "\n    ").rstrip(), end="\n\n", file=sys.stdout)
