"""Instance metadata and containers, against small servers on loopback."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import MetadataRetrievalError
from botocore.utils import ContainerMetadataFetcher, InstanceMetadataFetcher

from sts import STS
from sts.credentials import ContainerProvider, InstanceMetadataProvider, default_chain, instance_region
from sts.credentials.exchange.fetch import Tries
from sts.credentials.providers.container import check_url
from sts.errors import ConfigError, CredentialsError, NotConfiguredError, ReadTimeoutError
from sts.http import HttpResponse
from tests.support.fakes import FakeHandler
from tests.support.http_server import HTTPServer, Seen
from tests.support.wire import Authority, WireServer, answering, reply, server_tls

FUTURE = "2199-01-02T03:04:05Z"
DOCUMENT = {"Code": "Success", "AccessKeyId": "ASIAROLE", "SecretAccessKey": "hush", "Token": "tok", "Expiration": FUTURE}
ROLE = "/latest/meta-data/iam/security-credentials/"


class Metadata:
    """Behave like the instance metadata service."""

    def __init__(self, **changes: Any) -> None:
        self.document = DOCUMENT
        self.token: tuple[int, str] = (200, "session-token")
        self.role = (200, "web-role")
        self.region = (200, "ap-south-2")
        self.__dict__.update(changes)

    def __call__(self, seen: Seen) -> Any:
        if seen.path == "/latest/api/token":
            assert seen.method == "PUT"
            assert seen.headers["x-aws-ec2-metadata-token-ttl-seconds"] == "21600"
            return self.token
        if self.token[0] == 200 and seen.headers.get("x-aws-ec2-metadata-token") != self.token[1]:
            return 401, ""
        if seen.path == ROLE:
            return self.role
        if seen.path == "/latest/meta-data/placement/region":
            return self.region
        return (200, self.document) if seen.path == f"{ROLE}web-role" else (404, "")


def instance(server: HTTPServer, **more: Any) -> InstanceMetadataProvider:
    environ = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url, **more.pop("environ", {})}
    return InstanceMetadataProvider(environ=environ, sleep=lambda _: None, rand=lambda: 0.5, **more)


def test_one_token_serves_one_retrieval() -> None:
    """IMDSv2: a session token, the name of the role, its credentials. Each retrieval repeats all three."""
    with HTTPServer(Metadata()) as server:
        provider = instance(server)
        credentials = provider.retrieve()
        provider.retrieve()

    assert credentials.to_dict() == {
        "access_key_id": "ASIAROLE",
        "secret_access_key": "hush",
        "session_token": "tok",
        "expiration": datetime(2199, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
        "account_id": None,
    }
    assert credentials.source == "instance-metadata"
    assert server.paths == ["PUT /latest/api/token", f"GET {ROLE}", f"GET {ROLE}web-role"] * 2


@pytest.mark.parametrize("status", [403, 404, 405])
def test_a_service_without_tokens_is_asked_without(status: int) -> None:
    """IMDSv1 is the way back, unless it is disabled: by argument, variable or profile."""
    with HTTPServer(Metadata(token=(status, ""))) as server:
        assert instance(server).retrieve().access_key_id == "ASIAROLE"
        assert "x-aws-ec2-metadata-token" not in server.requests[-1].headers
        for more in (
            {"v1_disabled": True},
            {"environ": {"AWS_EC2_METADATA_V1_DISABLED": "true"}},
            {"section": lambda: {"ec2_metadata_v1_disabled": "true"}},
        ):
            with pytest.raises(CredentialsError, match="IMDSv1"):
                instance(server, **more).retrieve()


def test_a_token_that_does_not_come_in_time_means_version_1() -> None:
    """A hop limit of 1 lets the question out of a container and not the answer in."""

    class Handler:
        def send(self, request: Any, *, control: Any) -> HttpResponse:
            if request.method == "PUT":
                raise ReadTimeoutError("no answer")
            return HttpResponse(200, {}, json.dumps(DOCUMENT).encode() if request.url.endswith("web-role") else b"web-role")

        def close(self) -> None:
            pass

    provider = InstanceMetadataProvider(environ={}, handler=Handler())
    assert provider.retrieve().access_key_id == "ASIAROLE"
    with pytest.raises(CredentialsError, match="IMDSv1"):
        InstanceMetadataProvider(environ={}, handler=Handler(), v1_disabled=True).retrieve()


def test_no_service_and_no_role_are_not_configured() -> None:
    """Then the next provider of a chain has its turn."""
    with HTTPServer(Metadata(role=(404, ""))) as server:
        with pytest.raises(NotConfiguredError, match="404"):
            instance(server).retrieve()
        with pytest.raises(NotConfiguredError, match="DISABLED"):
            instance(server, environ={"AWS_EC2_METADATA_DISABLED": "TRUE"}).retrieve()
    with pytest.raises(NotConfiguredError, match="There is no instance metadata service"):
        instance(server).retrieve()


def test_an_error_in_a_success_is_an_error() -> None:
    """The service tells some errors with status 200."""
    broken = {"Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 cannot assume the role", "Expiration": "hush"}
    with HTTPServer(Metadata(document=broken)) as server, pytest.raises(CredentialsError) as caught:
        instance(server).retrieve()
    assert "AssumeRoleUnauthorizedAccess" in str(caught.value)
    assert "hush" not in str(caught.value)
    assert not isinstance(caught.value, NotConfiguredError)


@pytest.mark.parametrize("content", ["", "<html>", "[]", '{"AccessKeyId": "x"}', '{"AccessKeyId": 3, "SecretAccessKey": 1}'])
def test_what_is_no_credentials_is_refused(content: str) -> None:
    """Neither a crash nor half a value comes of it."""
    with HTTPServer(Metadata(document=content)) as server, pytest.raises(CredentialsError):
        instance(server).retrieve()


def test_expired_credentials_are_used_on() -> None:
    """
    Static stability: if the service returns old ones or is unavailable, they are used for another 15 to 20 minutes at a time.
    """
    now = datetime(2199, 1, 2, 4, 0, tzinfo=timezone.utc)
    with HTTPServer(Metadata()) as server:
        provider = instance(server, now=lambda: now.timestamp())
        old = provider.retrieve()
    gone = provider.retrieve()

    assert old.access_key_id == gone.access_key_id == "ASIAROLE"
    assert old.expiration == gone.expiration == now + timedelta(minutes=17.5)


@pytest.mark.parametrize("place", ["environ", "section"])
@pytest.mark.parametrize(("number", "busy"), [(None, 2), ("2", 1)])
def test_a_busy_service_is_asked_again(number: str | None, busy: int, place: str) -> None:
    """Three times, or as configured by the variables and profile keys that botocore also reads."""
    answers = [(503, "")] * busy + [(200, "session-token")]
    metadata = Metadata()

    def answer(seen: Seen) -> Any:
        return answers.pop(0) if seen.method == "PUT" else metadata(seen)

    with HTTPServer(answer) as server:
        given = {"metadata_service_timeout": "3", **({"metadata_service_num_attempts": number} if number else {})}
        more: dict[str, Any] = {"section": lambda: given}
        if place == "environ":
            more = {"environ": {f"AWS_{name.upper()}": value for name, value in given.items()}}
        assert instance(server, **more).retrieve().access_key_id == "ASIAROLE"
        answers[:] = [(503, "")] * (busy + 1)
        with pytest.raises(CredentialsError, match="503"):
            instance(server, **more).retrieve()


@pytest.mark.parametrize(
    "given",
    [{"metadata_service_timeout": "soon"}, {"metadata_service_timeout": "nan"}, {"metadata_service_num_attempts": "1.5"}],
)
def test_a_timeout_or_count_that_is_none_is_named(given: dict[str, str]) -> None:
    """The error names the possible sources, the value and what is allowed."""
    (name, value), *_ = given.items()
    for more in ({"section": lambda: given}, {"environ": {f"AWS_{name.upper()}": value}}):
        with pytest.raises(ConfigError, match=f"AWS_{name.upper()} .{name}. (is )?{value!r}.*a number of seconds, and a whole"):
            InstanceMetadataProvider(environ=more.get("environ", {}), section=more.get("section", dict)).config()  # type: ignore[arg-type, call-overload]


def test_metadata_and_containers_are_never_asked_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would ask its own machine."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with HTTPServer(Metadata()) as server:
        assert instance(server).retrieve().access_key_id == "ASIAROLE"
        server.answer = lambda _: (200, DOCUMENT)
        assert ContainerProvider(url=server.url, environ={}).retrieve().access_key_id == "ASIAROLE"


def test_the_ca_bundle_counts_for_containers_too(tmp_path: Path) -> None:
    """An https endpoint may have a private certificate. No proxy is used."""
    authority = Authority(tmp_path)
    certificate = server_tls(authority.sign("agent", "127.0.0.1"))
    with WireServer(answering(reply(body=json.dumps(DOCUMENT).encode())), certificate) as server:
        trusting = {"AWS_CA_BUNDLE": authority.file, "HTTPS_PROXY": "http://127.0.0.1:9"}
        assert ContainerProvider(url=f"{server.url}/x", environ=trusting).retrieve().access_key_id == "ASIAROLE"
        with pytest.raises(CredentialsError, match="certificate"):
            ContainerProvider(url=f"{server.url}/x", environ={}, sleep=lambda _: None).retrieve()


def test_a_client_without_region_asks_the_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the last resort, and is off where the metadata is."""
    with HTTPServer(Metadata()) as server:
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url)
        with pytest.raises(ConfigError, match="No region"):
            STS().region  # noqa: B018
        assert server.requests == []
        monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
        client = STS()
        assert client.region == "ap-south-2"
        assert client.config.sources["region"] == "instance metadata"
        assert server.paths == ["PUT /latest/api/token", "GET /latest/meta-data/placement/region"]
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        assert STS().region == "eu-west-1"
        server.answer = lambda _: (500, "")
        assert instance_region() is None


# Containers


def container(server: HTTPServer, **environ: str) -> ContainerProvider:
    return ContainerProvider(
        environ={"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.url}/v1?x=1", **environ}, sleep=lambda _: None
    )


def test_a_token_file_wins_and_is_read_each_time(tmp_path: Any) -> None:
    """
    EKS replaces the file while the program runs.

    apache/doris#66554, aws/aws-sdk-php#3188.
    """
    path = tmp_path / "token"
    path.write_text("first")
    names = {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "variable"}
    with HTTPServer(lambda _: (200, {**DOCUMENT, "AccountId": "123456789012"})) as server:
        container(server).retrieve()
        container(server, **names).retrieve()
        provider = container(server, **names, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(path))
        credentials = provider.retrieve()
        path.write_text("second")
        provider.retrieve()

    assert [seen.headers.get("authorization") for seen in server.requests] == [None, "variable", "first", "second"]
    assert {seen.path for seen in server.requests} == {"/v1?x=1"}
    assert (credentials.source, credentials.account_id) == ("container", "123456789012")


@pytest.mark.parametrize("token", ["a\nb", "a\r", "a\r\nX-Injected: 1"])
def test_a_token_with_a_line_break_is_refused(token: str, tmp_path: Any) -> None:
    """It could inject a header. Nothing is sent, and the token is not shown."""
    (tmp_path / "token").write_bytes(token.encode())
    with HTTPServer(lambda _: (200, DOCUMENT)) as server:
        for environ in (
            {"AWS_CONTAINER_AUTHORIZATION_TOKEN": token},
            {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(tmp_path / "token")},
        ):
            with pytest.raises(CredentialsError, match="line break") as caught:
                container(server, **environ).retrieve()
            assert "Injected" not in str(caught.value)
        assert server.requests == []


def test_redirects_are_not_followed() -> None:
    """A redirect could carry the token to somebody else."""
    with HTTPServer(lambda _: (302, "", {"location": "/elsewhere"})) as server:
        with pytest.raises(CredentialsError, match="302"):
            container(server, AWS_CONTAINER_AUTHORIZATION_TOKEN="hush").retrieve()
        assert len(server.requests) == 1


def test_a_busy_agent_is_asked_again_and_a_refusal_is_final() -> None:
    """5xx and 429 three times, all others once. The message is shown unless it contains the token."""
    answers: list[Any] = [(503, ""), (429, ""), (200, DOCUMENT)]
    with HTTPServer(lambda _: answers.pop(0)) as server:
        assert container(server).retrieve().access_key_id == "ASIAROLE"
        server.answer = lambda _: (403, {"code": "AccessDenied", "message": "no role here"})
        with pytest.raises(CredentialsError, match=r"HTTP 403, AccessDenied\): no role here"):
            container(server).retrieve()
        server.answer = lambda seen: (400, {"message": f"bad token {seen.headers['authorization']}"})
        with pytest.raises(CredentialsError) as caught:
            container(server, AWS_CONTAINER_AUTHORIZATION_TOKEN="hush").retrieve()
        assert "hush" not in str(caught.value)
        assert len(server.requests) == 5


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/x",
        "http://127.0.0.1.example.com/x",
        "http://localhost@example.com/x",
        "http://169.254.169.254/x",
        "http://2130706433/x",
        "http://127.1/x",
        "ftp://localhost/x",
        "localhost/x",
        "http:///x",
        "http://[::2]/x",
        "http://0127.0.0.1/x",
    ],
)
def test_a_token_goes_to_no_other_host(url: str) -> None:
    """Plain HTTP only to loopback addresses and the known agents."""
    with pytest.raises(ConfigError):
        check_url(url)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://10.0.0.1",
        "https://intranet.example/",
        "http://169.254.169.253",
        "http://127.0.0.1.example.com",
        "http://[::2]:80",
    ],
)
def test_a_profile_cannot_reach_into_the_network(endpoint: str) -> None:
    """It may name only loopback and the addresses of AWS. The error shows the address, and nothing is sent."""
    handler = FakeHandler(HttpResponse(200, {}, b"token"))
    provider = InstanceMetadataProvider(
        environ={}, section=lambda: {"ec2_metadata_service_endpoint": endpoint}, handler=handler, sleep=lambda _: None
    )
    with pytest.raises(ConfigError, match="ec2_metadata_service_endpoint has the host .*AWS_EC2_METADATA_SERVICE_ENDPOINT"):
        provider.retrieve()
    assert handler.requests == []


def test_a_variable_names_any_host_and_a_profile_loopback() -> None:
    """The environment is trusted. A profile may name a metadata service of a tool on this machine."""
    with HTTPServer(Metadata()) as server:
        section = {"ec2_metadata_service_endpoint": "http://10.0.0.1"}
        assert instance(server, section=lambda: section).retrieve().access_key_id == "ASIAROLE"
        section = {"ec2_metadata_service_endpoint": server.url}
        assert instance(server, environ={"AWS_EC2_METADATA_SERVICE_ENDPOINT": ""}, section=lambda: section).retrieve()
    handler = FakeHandler(HttpResponse(404))
    with pytest.raises(NotConfiguredError):
        InstanceMetadataProvider(endpoint="http://metadata.example", environ={}, handler=handler).retrieve()
    assert handler.requests[0].url.startswith("http://metadata.example/")


def test_one_of_the_two_uris_puts_the_container_into_the_chain() -> None:
    """It comes before instance metadata."""
    with HTTPServer(lambda _: (200, DOCUMENT)) as server:
        environ = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url, "HOME": "/nonexistent"}
        chain = default_chain(environ=environ)
        assert chain.retrieve().source == "container"
        assert [verdict.name for verdict in chain.verdicts if verdict.gave] == ["container"]


def test_an_unreachable_agent_is_an_error() -> None:
    """The environment configures the agent, so no other provider is called."""
    with HTTPServer(lambda _: (200, DOCUMENT)) as server:
        pass
    provider = ContainerProvider(url=server.url, environ={}, tries=Tries(2, 0.0, 0.5))
    with pytest.raises(CredentialsError, match="did not respond") as caught:
        provider.retrieve()
    assert not isinstance(caught.value, NotConfiguredError)


@pytest.mark.parametrize("expiration", [{"Expiration": ""}, {"Expiration": None}, {}])
@pytest.mark.parametrize("kind", ["container", "instance"])
def test_credentials_without_an_expiration_are_used_for_a_while(expiration: dict[str, Any], kind: str) -> None:
    """
    They are fetched again after a quarter of an hour.

    awslabs/amazon-ecs-local-container-endpoints#23 and #26, rusoto/rusoto#951.
    """
    document = {**{name: value for name, value in DOCUMENT.items() if name != "Expiration"}, **expiration}
    answer = (lambda _: (200, document)) if kind == "container" else Metadata(document=document)
    with HTTPServer(answer) as server:
        provider = ContainerProvider(url=server.url, environ={}) if kind == "container" else instance(server)
        before = datetime.now(timezone.utc)
        credentials = provider.retrieve()
    assert before + timedelta(minutes=15) <= credentials.expiration <= datetime.now(timezone.utc) + timedelta(minutes=15)
    assert credentials.access_key_id == "ASIAROLE"


def test_a_container_token_that_is_being_replaced_is_read_again(tmp_path: Path) -> None:
    """
    EKS Pod Identity replaces the token file while the program runs.

    boto/botocore#3117, boto/botocore#3134.
    """
    path = tmp_path / "token"
    with HTTPServer(lambda _: (200, DOCUMENT)) as server:
        provider = ContainerProvider(
            url=server.url, token_file=str(path), environ={}, sleep=lambda _: path.write_text("fresh") and None
        )
        provider.retrieve()
    assert [seen.headers["authorization"] for seen in server.requests] == ["fresh"]


GOOD = json.dumps(DOCUMENT)
INCOMPLETE = [
    [(404, "starting"), (200, GOOD)],
    [(404, ""), (404, ""), (200, GOOD)],
    [(200, ""), (200, GOOD)],
    [(200, GOOD[:40]), (200, GOOD)],
    [(200, "[]x"), (503, ""), (200, GOOD)],
    [(500, ""), (200, ""), (404, "")],
    [(200, ""), (200, ""), (200, "")],
    [(404, ""), (404, ""), (404, "")],
]


@pytest.mark.parametrize("answers", INCOMPLETE, ids=str)
def test_an_agent_that_is_starting_is_asked_again_as_botocore_does(answers: list[tuple[int, str]]) -> None:
    """404, an empty body and one that is cut off: three tries, and the same end."""
    outcomes = []
    for kind in ("botocore", "ours"):
        left = list(answers)
        with HTTPServer(lambda _, left=left: left.pop(0) if left else (200, GOOD)) as server:
            try:
                if kind == "botocore":
                    url = f"{server.url}/v1".replace("127.0.0.1", "localhost")
                    found = ContainerMetadataFetcher(sleep=lambda _: None).retrieve_full_uri(url)["AccessKeyId"]
                else:
                    found = container(server).retrieve().access_key_id
            except (MetadataRetrievalError, CredentialsError):
                found = None
            outcomes.append((found, len(server.requests)))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("roles", [["role"], ["", "role"], ["", "", "role"], ["", "", ""]], ids=range(4))
@pytest.mark.parametrize("documents", [[GOOD], ["", GOOD], [GOOD[:30], "", GOOD], ["", "", ""]], ids=range(4))
def test_metadata_that_is_empty_or_cut_is_asked_for_again_as_botocore_does(roles: list[str], documents: list[str]) -> None:
    """The role's name and its document: with three attempts the same questions and the same end."""
    outcomes = []
    for kind in ("botocore", "ours"):
        role, document = list(roles), list(documents)

        def answer(seen: Seen, role: list[str] = role, document: list[str] = document) -> Any:
            if seen.path.endswith("/token"):
                return 200, "token"
            left = role if seen.path.endswith("credentials/") else document
            return 200, left.pop(0) if left else ""

        with HTTPServer(answer) as server:
            found: str | None
            if kind == "botocore":
                fetcher = InstanceMetadataFetcher(num_attempts=3, base_url=server.url, env={})
                found = fetcher.retrieve_iam_role_credentials().get("access_key")
            else:
                try:
                    found = instance(server, tries=Tries(3, 0.0, 5.0)).retrieve().access_key_id
                except CredentialsError:
                    found = None
            outcomes.append((found, [seen.path for seen in server.requests]))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("place", ["code", "__type", "message", "header", "request id"])
def test_what_an_agent_repeats_of_the_token_is_not_shown(place: str) -> None:
    """In its code, its message or an id, also next to letters."""
    token = "Bearer-TOKENwithLetters1234567"

    def answer(_: Seen) -> Any:
        named = {"header": {"x-amzn-errortype": f"x{token.replace('-', '_')}"}, "request id": {"x-amzn-requestid": token}}
        return 400, {place: f"got{token}end" if place == "message" else token}, named.get(place, {})

    with HTTPServer(answer) as server, pytest.raises(CredentialsError) as caught:
        container(server, AWS_CONTAINER_AUTHORIZATION_TOKEN=token).retrieve()
    assert token not in f"{caught.value}{caught.value!r}{vars(caught.value)}"


def test_a_byte_order_mark_is_no_part_of_a_token(tmp_path: Any) -> None:
    """Editors and shells on Windows put one at the beginning of a file."""
    path = tmp_path / "token"
    path.write_bytes(b"\xef\xbb\xbfabc")
    with HTTPServer(lambda _: (200, DOCUMENT)) as server:
        container(server, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(path)).retrieve()
    assert server.requests[0].headers["authorization"] == "abc"
