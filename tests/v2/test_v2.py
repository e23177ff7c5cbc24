"""`from sts import v2 as AWS`: clients, requests and options with v2's names, defaults and units."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from sts import errors
from sts import v2 as AWS  # noqa: N812 - as v2's users write it
from sts.base.spelling import snake_case
from sts.retry.standard import StandardRetry
from tests.support.fakes import CREDENTIALS, FakeHandler, client, ok, refused
from tests.support.threads import PATIENCE

ROLE = {"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "ci"}


@pytest.fixture(autouse=True)
def fresh_namespace() -> Any:
    """Leave no option and no listener behind."""
    vars(AWS).pop("config", None)  # created again at the first use, as in a new process
    yield
    vars(AWS).pop("config", None)
    AWS.events.removeAllListeners()


def make(*answers: Any, **options: Any) -> Any:
    handler = FakeHandler(*(answers or (ok(),)))
    made = AWS.STS({**CREDENTIALS, "requestHandler": handler, **options})
    made.handler = handler
    return made


class Box:
    def __init__(self) -> None:
        self.calls: list[Any] = []
        self._over = threading.Event()

    def __call__(self, *args: Any) -> None:
        self.calls.append(args)
        self._over.set()

    def wait(self) -> Any:
        assert self._over.wait(PATIENCE)
        self._over.clear()
        return self.calls[-1]


# --- requests ---


def test_every_operation_returns_a_request() -> None:
    """A callback sends it. `promise()`, `send()` and events work as in v2's scripts."""
    made, box = make(), Box()
    request = made.get_caller_identity()
    assert made.handler.requests == []
    assert request.promise().then(lambda data: data["Account"]).result(PATIENCE) == "123456789012"

    sent = made.getCallerIdentity(box)
    assert box.wait()[1]["Account"] == "123456789012"
    assert sent.promise().result(PATIENCE)["Account"] == "123456789012"
    assert len(made.handler.requests) == 2

    seen: list[str] = []
    chained = (
        made.get_caller_identity({})
        .on("success", lambda r: seen.append(r.data["Account"]))
        .on("httpHeaders", lambda status, headers, response, message: seen.append(headers["content-type"]))
    )
    chained.send(box)
    box.wait()
    assert seen == ["text/xml", "123456789012"]


def test_params_may_be_given_in_every_way() -> None:
    """As a mapping or keywords, then a callback, with camelCase or snake_case method names."""
    made, box = make(), Box()
    for request in (
        made.assume_role(ROLE),
        made.assumeRole(**ROLE),
        made.make_request("assumeRole", ROLE),
        made.makeRequest("assume_role", ROLE),
    ):
        assert (type(request), request.operation, dict(request.params)) == (AWS.Request, "assumeRole", ROLE)
        assert request.service is made
    made.make_unauthenticated_request("getCallerIdentity", {}, box)
    box.wait()
    assert "authorization" not in made.handler.requests[0].headers


def test_requests_answer_to_v2s_names() -> None:
    """Attributes in camelCase, the listener methods, and the response."""
    request = make().get_caller_identity()
    seen: list[Any] = []
    request.addListener("complete", seen.append).removeListener("complete", seen.append)
    request.add_listener("complete", seen.append).remove_all_listeners("complete")
    request.result(PATIENCE)

    assert seen == []
    assert request.startTime == request.start_time
    assert request.response.requestId == "header-id"
    assert request.response.retryCount == 0
    assert request.isPageable() is False
    with pytest.raises(AttributeError, match="no attribute 'create_read_stream'"):
        request.createReadStream()


def test_the_exchange_answers_to_v2s_names() -> None:
    """`httpRequest` exists from the start, and headers set early are signed. `httpResponse` exists even without a response."""
    made = make()
    request = made.getCallerIdentity()
    assert request.response.httpResponse.statusCode is None
    assert repr(request.response.httpResponse) == "<HttpResponse not there yet>"
    assert (request.httpRequest.body, request.httpRequest.headers["Authorization"]) == (b"", None)
    request.httpRequest.headers["X-Early"] = "1"
    seen: list[Any] = []
    request.on("build", lambda r: seen.append((r.httpRequest.headers["x-early"], r.httpRequest.body)))
    request.result(PATIENCE)

    sent = request.httpRequest
    assert seen == [("1", b"Action=GetCallerIdentity&Version=2011-06-15")]
    assert "x-amz-date;x-early," in made.handler.requests[0].headers["authorization"]
    assert sent.headers == request.http_request.headers
    assert (sent.method, sent.path, sent.endpoint.hostname, sent.region) == (
        "POST",
        "/",
        "sts.us-east-1.amazonaws.com",
        "us-east-1",
    )
    answer = request.response.httpResponse
    assert (answer.statusCode, answer.statusMessage, answer.headers["Content-Type"]) == (200, "OK", "text/xml")
    assert answer.body.startswith(b"<GetCallerIdentityResponse")
    assert repr(sent).startswith("<HttpRequest POST https://sts.us-east-1.amazonaws.com")
    assert repr(answer).startswith("<HttpResponse 200 ")

    failed = make(errors.EndpointConnectionError("refused"), maxRetries=0).getCallerIdentity()
    with pytest.raises(errors.EndpointConnectionError):
        failed.result(PATIENCE)
    assert (failed.response.httpResponse.statusCode, dict(failed.response.http_response.headers)) == (None, {})


def test_errors_answer_to_v2s_names() -> None:
    """Scripts read `err.statusCode`, and assign `retryDelay` in milliseconds as v2's documentation does."""
    made = make(refused("AccessDenied", status=403), ok())

    def again(response: Any) -> None:
        error = response.error
        assert (error.statusCode, error.requestId, error.originalError) == (403, "error-id", None)
        assert error.extendedRequestId is error.cfId is None
        error.retryable, error.retryDelay = True, 20
        assert (error.retry_delay, error.retryDelay) == (0.02, 20)

    data = made.getCallerIdentity().on("retry", again).result(PATIENCE)
    assert data["ResponseMetadata"]["TotalRetryDelay"] == 0.02

    with pytest.raises(errors.ParamValidationError) as caught:
        made.assumeRole({}).result(PATIENCE)
    assert [one.code for one in caught.value.errors] == ["MissingRequiredParameter"] * 2
    with pytest.raises(AttributeError, match="no attribute 'statsCode'. Did you mean 'status_code'"):
        _ = caught.value.statsCode
    assert not hasattr(errors.ServiceError("x"), "errors")


def test_errors_of_scripts_can_be_asked_for_their_list() -> None:
    """`(err.errors || [err])` is v2's idiom, whatever the error is."""
    for answer in (refused("AccessDenied", status=403), errors.EndpointConnectionError("refused")):
        with pytest.raises(errors.STSError) as caught:
            make(answer, maxRetries=0).getCallerIdentity().result(PATIENCE)
        assert caught.value.errors is None


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:1", None])
def test_a_required_param_that_is_null_is_missing(endpoint: str | None) -> None:
    """As in v2, whatever server the call is for."""
    with pytest.raises(errors.ParamValidationError) as caught:
        make(endpoint=endpoint, region="us-east-1").assumeRole({"RoleArn": None, "RoleSessionName": "ci"}).result(PATIENCE)
    assert caught.value.code == "MissingRequiredParameter"


def test_a_config_as_options_inherits_nothing() -> None:
    """v2 copies the keys of an `AWS.Config`, those without a value too."""
    AWS.config.update({"maxRetries": 7, "region": "us-west-2", "endpoint": "http://127.0.0.1:9"})
    made = AWS.STS(AWS.Config({"region": "eu-north-1"}))
    assert (made.config.maxRetries, made.numRetries(), made.config.region) == (None, 3, "eu-north-1")
    assert made.endpoint.hostname.endswith(".amazonaws.com")
    assert (AWS.Config(AWS.config).maxRetries, AWS.STS(AWS.config).config.maxRetries) == (7, 7)
    AWS.config.update(AWS.Config({"region": "eu-west-1"}))
    assert (AWS.config.region, AWS.config.maxRetries) == ("eu-west-1", None)


@pytest.mark.parametrize(
    ("variable", "line", "code"),
    [("foo", "", "InvalidEnvironmentalVariable"), ("", "sts_regional_endpoints = foo", "InvalidConfiguration")],
)
def test_a_wrong_value_for_the_regional_endpoints_has_v2s_code(
    variable: str, line: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a variable and in a profile. The expected errors were recorded from aws-sdk 2.1693.0."""
    file = tmp_path / "config"
    file.write_text(f"[default]\n{line}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", variable)
    made = AWS.STS({"region": "us-east-1", "accessKeyId": "AKIA", "secretAccessKey": "x"})
    with pytest.raises(errors.ConfigError) as caught:
        made.getCallerIdentity().promise().result(PATIENCE)
    assert caught.value.code == code


def test_presign_gives_the_url() -> None:
    """It is returned, or passed to a callback. The default lifetime is an hour."""
    made, box = make(), Box()
    assert "X-Amz-Expires=3600" in made.get_caller_identity().presign()
    made.get_caller_identity().presign(60, box)
    error, url = box.wait()
    assert error is None
    assert "X-Amz-Expires=60" in url
    made.get_caller_identity().presign(box)
    assert "X-Amz-Expires=3600" in box.wait()[1]
    made.get_caller_identity().presign(604801, box)
    assert box.wait()[0].code == "InvalidExpiryTime"


def test_listeners_of_the_namespace_see_every_request() -> None:
    """Before those of the client, and those before the request's own."""
    seen: list[str] = []
    AWS.events.on("build", lambda request: seen.append("namespace"))
    AWS.events.once("complete", lambda response: seen.append("once"))
    made = make()
    made.on("build", lambda request: seen.append("client"))
    for _ in range(2):
        made.get_caller_identity().on("build", lambda request: seen.append("request")).promise().result(PATIENCE)
    assert seen == ["namespace", "client", "request", "once", "namespace", "client", "request"]

    AWS.events.removeAllListeners("build")
    make().get_caller_identity().result(PATIENCE)
    assert len(seen) == 7


def test_the_main_client_knows_nothing_of_it() -> None:
    """Options and listeners of the namespace are the namespace's."""
    seen: list[Any] = []
    AWS.events.on("complete", seen.append)
    AWS.config.update({"region": "eu-west-1"})
    made = client(ok(), region="us-east-1")
    made.get_caller_identity()
    assert seen == []
    assert made.region == "us-east-1"


def test_credentials_from_fills_what_it_is_given() -> None:
    """A new object or the given one. Without data it returns None."""
    from datetime import datetime, timezone

    until = datetime(2030, 1, 1, tzinfo=timezone.utc)
    data = {"Credentials": {"AccessKeyId": "AKIA1", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": until}}
    made, own = make(), AWS.Credentials("old", "old")
    own.expired = True
    assert made.credentials_from(data, own) is own
    assert (own.access_key_id, own.secretAccessKey, own.sessionToken, own.expireTime, own.expired) == (
        "AKIA1",
        "s",
        "t",
        until,
        False,
    )
    assert made.credentialsFrom(data).accessKeyId == "AKIA1"
    assert made.credentials_from(None) is None
    assert made.credentials_from(None, own) is None


# --- endpoints and precedence ---


@pytest.mark.parametrize(
    ("options", "environment", "url", "region"),
    [
        ({}, {}, "https://sts.amazonaws.com", "us-east-1"),
        ({"region": "eu-west-1"}, {}, "https://sts.eu-west-1.amazonaws.com", "eu-west-1"),
        ({}, {"AWS_REGION": "eu-west-3"}, "https://sts.eu-west-3.amazonaws.com", "eu-west-3"),
        ({"region": "eu-west-1", "stsRegionalEndpoints": "legacy"}, {}, "https://sts.amazonaws.com", "us-east-1"),
        ({"region": "eu-west-1", "useDualstackEndpoint": True}, {}, "https://sts.eu-west-1.api.aws", "eu-west-1"),
        ({"endpoint": "sts.example.com", "region": "us-east-1"}, {}, "https://sts.example.com", "us-east-1"),
        ({"endpoint": "sts.example.com", "sslEnabled": False, "region": "x"}, {}, "http://sts.example.com", "x"),
        ({"endpoint": "{scheme}://{service}.{region}.example", "region": "r"}, {}, "https://sts.r.example", "r"),
        ({"endpoint": AWS.Endpoint("http://h:8080"), "region": "r"}, {}, "http://h:8080", "r"),
    ],
)
def test_endpoints(options: Any, environment: Any, url: str, region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """v2's global endpoint without a region, the region's own with one."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    made = AWS.STS(options)

    assert made.endpoint.rstrip("/") == url
    assert made._wire().endpoint.signing_region == region


def test_an_endpoint_knows_its_parts() -> None:
    """Like `AWS.Endpoint`."""
    endpoint = AWS.Endpoint("sts.example.com")
    assert (endpoint.href, endpoint.protocol, endpoint.host, endpoint.hostname, endpoint.port) == (
        "https://sts.example.com/",
        "https:",
        "sts.example.com",
        "sts.example.com",
        443,
    )
    assert (AWS.Endpoint("http://h:81/x").port, AWS.Endpoint("http://h:81/x").host) == (81, "h:81")


def test_no_region_never_asks_the_instance_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    """v2 does not either."""
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    monkeypatch.setattr("sts.credentials.choose.metadata_region", lambda environ: pytest.fail("asked"))
    assert AWS.STS().endpoint == "https://sts.amazonaws.com"


def test_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Constructor, `config.sts`, `config`, environment, in this order."""
    monkeypatch.setenv("AWS_REGION", "env-1")
    assert AWS.STS().region == "env-1"
    AWS.config.region = "config-1"
    assert AWS.STS().region == "config-1"
    AWS.config.sts = {"region": "section-1"}
    assert AWS.STS().region == "section-1"
    assert AWS.STS({"region": "own-1"}).region == "own-1"
    assert AWS.STS(region="own-2").region == "own-2"
    AWS.config.sts.region = None  # not set is as in v2: the environment again
    assert AWS.STS().region == "env-1"
    AWS.config.sts.clear()
    assert AWS.STS().region == "config-1"
    AWS.config.sts = AWS.Config(region="section-2").sts
    AWS.config.sts = AWS.Config({"sts": {"region": "section-3"}}).sts  # as in v2 it has no sections
    assert AWS.STS().region == "config-1"
    AWS.config.update({"sts": {"region": "section-3"}})
    assert AWS.STS().region == "section-3"


def test_a_client_takes_a_snapshot() -> None:
    """What is set later is for later clients."""
    AWS.config.update({"region": "eu-west-1", "httpOptions": {"timeout": 1000}})
    made = AWS.STS()
    AWS.config.update(region="eu-west-2", http_options={"timeout": 5})

    assert (made.region, made.config.read_timeout) == ("eu-west-1", 1.0)
    assert AWS.STS().region == "eu-west-2"


def test_a_client_has_a_config_of_its_own() -> None:
    """It has v2's names and units, and resolved settings for other options. A change applies to later calls."""
    AWS.config.update({"maxRetries": 5, "httpOptions": {"timeout": 1000}})
    made = make(ok(), ok(), systemClockOffset=2500, correctClockSkew=True)
    config = made.config
    assert (config.region, config.maxRetries, config.httpOptions) == ("us-east-1", 5, {"timeout": 1000})
    assert (config.systemClockOffset, config.correct_clock_skew, config.readTimeout) == (2500, True, 1.0)
    assert "secret" not in repr(config).replace("secret_access_key", "")
    assert made._wire() is made._wire()

    config.update({"credentials": AWS.Credentials("CHANGED", "s"), "region": "eu-west-1"})
    config.httpOptions.timeout = 3000
    made.get_caller_identity().result(PATIENCE)
    assert "CHANGED/" in made.handler.requests[0].headers["authorization"]
    assert "/eu-west-1/sts/" in made.handler.requests[0].headers["authorization"]
    assert (config.readTimeout, AWS.config.region, AWS.STS().config.maxRetries) == (3.0, None, 5)
    assert config.notAnOption is None


def test_keys_and_credentials_of_config_are_the_same_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in v2: keys are read as `credentials`, what was set last counts, and without any the environment's are shown."""
    config = AWS.config
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "env")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    assert config.credentials is None  # read at the start only
    config.clear()
    assert (config.credentials.accessKeyId, config.credentials.sessionToken) == ("env", None)
    for change, expected in (
        ({"accessKeyId": "A", "secretAccessKey": "B", "sessionToken": "T"}, ("A", "B", "T")),
        ({"credentials": AWS.Credentials("C", "D")}, ("C", "D", None)),
        ({"accessKeyId": "E", "secretAccessKey": "F"}, ("E", "F", None)),
        ({"credentials": {"accessKeyId": "G", "secretAccessKey": "H"}}, ("G", "H", None)),
    ):
        config.update(change)
        found = AWS.STS(region="r")._wire().credentials.retrieve()
        assert (found.access_key_id, found.secret_access_key, found.session_token) == expected
        shown = config.credentials
        assert (shown.accessKeyId, shown.secretAccessKey, shown.sessionToken) == expected
        assert config.credentials is AWS.STS(region="r").config.credentials is shown
    assert AWS.STS(region="r", accessKeyId="I", secretAccessKey="J").config.credentials.accessKeyId == "I"


def test_the_promises_of_scripts_are_ours() -> None:
    """v2's scripts name a library for them, which is then no concern of theirs."""
    AWS.config.setPromisesDependency(None)
    AWS.config.set_promises_dependency(object())
    assert make().get_caller_identity().promise().result(PATIENCE)["Account"] == "123456789012"


# --- options ---


def test_defaults_are_v2s() -> None:
    """Three retries with v2's delays, two minutes without a byte, no clock correction."""
    wiring = AWS.STS(CREDENTIALS)._wire()
    assert wiring.retry.max_attempts == 4
    assert 0 <= wiring.retry.delay(0, errors.STSError()) <= 0.1
    assert wiring.settings.read_timeout == 120.0
    assert wiring.settings.correct_clock_skew is False


def test_units_are_v2s() -> None:
    """Milliseconds everywhere."""
    made = AWS.STS(
        region="r", system_clock_offset=2500, http_options={"timeout": 1500, "connectTimeout": 250}, correct_clock_skew=True
    )
    settings = made._wire().settings
    assert (settings.system_clock_offset, settings.read_timeout, settings.connect_timeout) == (2.5, 1.5, 0.25)
    assert settings.correct_clock_skew is True
    assert AWS.STS(region="r", http_options={"timeout": 0}).config.read_timeout == 120.0  # no limit, in v2


def test_http_options_are_merged_deeply() -> None:
    """Each key on its own, from config, its section and the constructor."""
    AWS.config.http_options = {"timeout": 1000}
    AWS.config.update({"httpOptions": {"connectTimeout": 100}})
    AWS.config.sts = {"httpOptions": {"timeout": 2000}}
    settings = AWS.STS({"region": "r", "httpOptions": {"proxy": "http://proxy:1", "xhrAsync": True}}).config

    assert (settings.connect_timeout, settings.read_timeout) == (0.1, 2.0)
    assert "http://proxy:1" in str(settings.proxies)


def test_keys_of_one_layer_hide_credentials_of_another() -> None:
    """A key pair is never mixed from two places."""
    AWS.config.update({"accessKeyId": "a", "secretAccessKey": "b", "sessionToken": "c", "region": "r"})
    made = AWS.STS({"credentials": AWS.Credentials("d", "e")})
    assert made._wire().credentials.retrieve().access_key_id == "d"
    made = AWS.STS({"accessKeyId": "f", "secretAccessKey": "g"})
    assert made._wire().credentials.retrieve().session_token is None


def test_an_agent_is_an_error_that_names_the_way() -> None:
    """Python has none."""
    with pytest.raises(errors.ConfigError, match="proxies=.*session="):
        AWS.STS({"httpOptions": {"agent": object()}})


def test_unknown_options_are_refused_by_clients_and_ignored_by_update() -> None:
    """A client rejects a misspelt option. `update` ignores unknown keys, as in v2."""
    with pytest.raises(TypeError, match="Did you mean 'max_retries'"):
        AWS.STS({"maxRetrys": 1})
    AWS.config.update({"notAnOption": 1, "maxRetries": 7})
    assert AWS.config.max_retries == AWS.config.maxRetries == 7
    assert AWS.config.notAnOption is None
    AWS.config.update({"notAnOption": 1}, True)
    AWS.config.own_attribute = 2
    assert (AWS.config.notAnOption, AWS.config.ownAttribute) == (1, 2)
    AWS.config.update({"s3": {"region": "x"}})
    assert AWS.config.s3["region"] == AWS.config.s3.region == "x"


def test_options_without_effect_are_accepted() -> None:
    """Scripts that set them need not be searched."""
    AWS.STS(
        {
            "apiVersion": "2011-06-15",
            "apiVersions": {"sts": "2011-06-15"},
            "signatureVersion": "v4",
            "sslEnabled": True,
            "computeChecksums": True,
            "convertResponseTypes": False,
            "maxRedirects": 3,
            "signatureCache": False,
            "s3ForcePathStyle": True,
            "hostPrefixEnabled": False,
            "paramValidation": {"min": True, "enum": True},
            "region": "r",
        }
    )._wire()


def test_the_librarys_own_options_are_taken_too() -> None:
    """For instance another retry mode, which v2 did not have."""
    assert isinstance(AWS.STS(region="r", retry_mode="standard", max_attempts=2)._wire().retry, StandardRetry)


@pytest.mark.parametrize(
    ("options", "attempts"),
    [
        ({"maxRetries": 0}, 1),
        ({"maxRetries": 2, "retryDelayOptions": {"base": 0}}, 3),
        ({"retryDelayOptions": {"customBackoff": lambda count, error: 0}}, 4),
        ({"retryDelayOptions": {"customBackoff": lambda count, error: -1 if count else 0}}, 2),
    ],
)
def test_retries_are_v2s(options: Any, attempts: int) -> None:
    """`maxRetries` counts retries. A custom backoff below 0 stops the retries."""
    made = make(refused("Throttling"), **options)
    with pytest.raises(errors.ServiceError):
        made.get_caller_identity().promise().result(PATIENCE)
    assert len(made.handler.requests) == attempts


def test_bound_params_fill_operations_that_have_them() -> None:
    """As `params` of v2's services."""
    made = make(params=ROLE)
    request = made.assume_role({"RoleSessionName": "own"})
    request.on("build", lambda request: request.abort())
    with pytest.raises(errors.RequestAbortedError):
        request.promise().result(PATIENCE)
    assert request.params == {**ROLE, "RoleSessionName": "own"}


@pytest.mark.parametrize("kind", ["logger", "log", "write"])
def test_the_logger_gets_v2s_line(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    """The logger is a `logging.Logger` or an object with `log(text)` or `write(text)`. Sensitive members are masked."""
    lines: list[str] = []
    stream = io.StringIO()
    logger: Any = {
        "logger": logging.getLogger("mine"),
        "log": type("Console", (), {"log": staticmethod(lines.append)}),
        "write": stream,
    }[kind]
    caplog.set_level(logging.INFO, "mine")
    AWS.config.logger = logger
    made = make(refused("AccessDenied", status=403))
    with pytest.raises(errors.ServiceError):
        made.assume_role({**ROLE, "SerialNumber": "arn:aws:iam::1:mfa/x", "TokenCode": "123456"}).promise().result(PATIENCE)

    line = {"logger": "".join(caplog.messages), "log": "".join(lines), "write": stream.getvalue()}[kind]
    assert line.startswith("[AWS sts 403 ")
    assert "s 0 retries] assumeRole({\n  RoleArn: 'arn:aws:iam::123456789012:role/demo',\n" in line
    assert "TokenCode: '***SensitiveInformation***'" in line
    assert "123456'" not in line


def test_a_broken_logger_fails_no_call(caplog: pytest.LogCaptureFixture) -> None:
    """It is reported to the library's logger."""

    def explode(text: str) -> None:
        raise OSError("disk full")

    made = make(logger=type("Console", (), {"log": staticmethod(explode)}))
    assert made.get_caller_identity().promise().result(PATIENCE)["Account"]
    assert "logger failed" in caplog.text


# --- config ---


def test_config_answers_to_both_spellings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset options are None. The region is that of the environment until it is set."""
    config = AWS.Config({"maxRetries": 2}, region="r")
    assert (config.maxRetries, config.max_retries, config.logger, config.region) == (2, 2, None, "r")
    assert repr(config) == "<Config ['max_retries', 'region']>"
    config.clear()
    assert config.region is None
    monkeypatch.setenv("AWS_DEFAULT_REGION", "default-1")
    assert config.region == "default-1"
    monkeypatch.setenv("AWS_REGION", "env-1")
    assert config.region == "env-1"


def test_config_can_be_replaced_and_loaded(tmp_path: Path) -> None:
    """`AWS.config = AWS.Config(...)` and `loadFromPath` as in v2."""
    AWS.config = AWS.Config({"region": "other-1"})
    assert AWS.STS().region == "other-1"
    path = tmp_path / "config.json"
    path.write_text('{"accessKeyId": "a", "secretAccessKey": "b", "region": "file-1", "sts": {"maxRetries": 1}}')
    AWS.config.loadFromPath(str(path))
    assert AWS.STS().region == "file-1"
    assert AWS.config.sts.max_retries is None  # as in v2 sections of a file are left out
    path.write_text("[]")
    with pytest.raises(errors.ConfigError, match="JSON object"):
        AWS.config.load_from_path(str(path))


@pytest.mark.parametrize("given", ["keys", "object", "environment", "nothing"])
def test_get_credentials(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the config, otherwise of the default chain. They are cached, and refreshed before they expire."""
    box = Box()
    if given == "keys":
        AWS.config.update({"accessKeyId": "AKIAKEYS", "secretAccessKey": "s"})
    elif given == "object":
        AWS.config.credentials = AWS.Credentials("AKIAOBJECT", "s")
    elif given == "environment":
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    AWS.config.getCredentials(box)
    error, credentials = box.wait()
    if given == "nothing":
        assert (error.code, credentials) == ("CredentialsError", None)
    else:
        assert error is None
        assert credentials.access_key_id == f"AKIA{given.upper()}"
        assert AWS.config.credentials is credentials


# --- the end of the program ---


@pytest.mark.parametrize(
    ("body", "status", "shown"),
    [
        ("sts.get_caller_identity(lambda err, data: sys.exit(7))", 7, "bye"),
        ("sts.get_caller_identity(lambda err, data: sys.exit())", 0, "bye"),
        ("sts.get_caller_identity(lambda err, data: sys.exit('because'))", 1, "because"),
        ("sts.get_caller_identity().promise().then(lambda data: sys.exit(5)); time.sleep(20)", 5, "bye"),
        ("AWS.Credentials('a', 'b').refresh(lambda err: sys.exit(6)); time.sleep(20)", 6, "bye"),
    ],
)
def test_system_exit_in_a_callback_ends_the_program(body: str, status: int, shown: str) -> None:
    """With its status, after the exit handlers, whatever the main thread is doing: v2's scripts exit that way."""
    script = f"""
import sys, time, atexit
sys.path.insert(0, {str(Path(__file__).resolve().parent.parent.parent)!r})
from sts import v2 as AWS
from tests.support.fakes import CREDENTIALS, FakeHandler, ok
atexit.register(lambda: print("bye"))
sts = AWS.STS({{**CREDENTIALS, "request_handler": FakeHandler(ok())}})
{body}
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)

    assert done.returncode == status
    assert shown in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_system_exit_in_the_main_thread_is_an_ordinary_one() -> None:
    """A scheduler that brings callbacks to the main thread lets Python end as usual."""
    made = make(callback_scheduler=(waiting := []).append)
    made.get_caller_identity(lambda err, data: sys.exit(9)).promise().result(PATIENCE)
    while not waiting:
        pass
    with pytest.raises(SystemExit) as caught:
        waiting[0]()
    assert caught.value.code == 9


@pytest.mark.parametrize(
    ("camel", "snake"),
    [
        ("assumeRoleWithSAML", "assume_role_with_saml"),
        ("useDualstackEndpoint", "use_dualstack_endpoint"),
        ("EC2MetadataCredentials", "ec2_metadata_credentials"),
        ("already_snake", "already_snake"),
        ("region", "region"),
    ],
)
def test_snake_case(camel: str, snake: str) -> None:
    """The rule behind every name of the namespace."""
    assert snake_case(camel) == snake


def test_the_namespace_lists_its_names() -> None:
    """And refuses others."""
    assert {"STS", "config", "Credentials", "events", "TemporaryCredentials"} <= set(dir(AWS))
    with pytest.raises(AttributeError, match="no attribute 'S3'"):
        _ = AWS.S3
