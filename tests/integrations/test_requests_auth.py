"""SigV4 for requests: every kind of body, redirects, and refusals that can be put right."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
import requests

from sts import Credentials
from sts.credentials.refresh.cache import CachedProvider
from sts.errors import ConfigError, MissingRegionError
from sts.integrations.requests_auth import SigV4Auth
from sts.integrations.service_signer import error_code
from sts.testing import LocalSTS
from tests.support.aws_service import Service

KEYS = Credentials("AKIDEXAMPLE", "secret")
SESSION = Credentials("ASIDEXAMPLE", "session/secret", "the+token/==")
SECRETS = {"AKIDEXAMPLE": "secret", "ASIDEXAMPLE": "session/secret", "ASIDNEW": "new"}


@pytest.fixture
def service() -> Iterator[Service]:
    with Service("execute-api", SECRETS) as running:
        yield running


def auth(credentials: Any = KEYS, service: str = "execute-api", **more: Any) -> SigV4Auth:
    return SigV4Auth(service, "eu-west-1", credentials, **more)


class Once:
    """A file that can be read only once, such as a pipe."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)


def part_of_file() -> io.BytesIO:
    file = io.BytesIO(b"skipped" + b"payload")
    file.seek(7)
    return file


BODIES: dict[str, Any] = {
    "bytes": (lambda: b"payload", b"payload"),
    "text": (lambda: "p\u00e4yload", "p\u00e4yload".encode()),
    "form": (lambda: {"a": "1 2", "b": "\u00e4"}, b"a=1+2&b=%C3%A4"),
    "nothing": (lambda: None, b""),
    "file": (lambda: io.BytesIO(b"payload"), b"payload"),
    "rest of a file": (part_of_file, b"payload"),
    "generator": (lambda: (chunk for chunk in [b"pay", b"load"]), b"payload"),
    "generator of text": (lambda: (chunk for chunk in ["p\u00e4y", "load"]), "p\u00e4yload".encode()),
    "pipe": (lambda: Once(b"payload"), b"payload"),
    "large file": (lambda: io.BytesIO(b"x" * 3_000_000), b"x" * 3_000_000),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("credentials", [KEYS, SESSION], ids=["user", "session"])
def test_every_kind_of_body_is_signed(name: str, credentials: Credentials, service: Service) -> None:
    """The whole body arrives, with its length."""
    make, expected = BODIES[name]
    response = requests.post(f"{service.url}/path", data=make(), auth=auth(credentials), timeout=10)

    assert (response.status_code, service.calls[0].body) == (200, expected)
    assert "transfer-encoding" not in service.calls[0].headers
    assert len(service.calls) == 1


def test_a_real_file_and_a_json_body_and_a_multipart_form(service: Service) -> None:
    """As people send them."""
    with tempfile.TemporaryFile() as file:
        file.write(b"payload")
        file.seek(0)
        assert requests.put(f"{service.url}/x", data=file, auth=auth(), timeout=10).text == "payload"
    assert requests.post(f"{service.url}/x", json={"a": 1}, auth=auth(), timeout=10).status_code == 200
    assert requests.post(f"{service.url}/x", files={"f": b"1"}, auth=auth(), timeout=10).status_code == 200
    assert json.loads(service.calls[1].body) == {"a": 1}


@pytest.mark.parametrize(
    "path", ["/", "", "/a b/\u00e4", "/a%2Fb", "/a%2fb?x=%2f", "/a//b/../c", "/x?b=2&a=1&a=0&c", "/x?q=a+b&r=%20"]
)
@pytest.mark.parametrize("name", ["execute-api", "s3"])
def test_the_url_is_signed_as_it_is_sent(path: str, name: str) -> None:
    """Including escapes, dots and the order of parameters. Amazon S3 signs paths unchanged."""
    with Service(name, SECRETS) as service:
        response = requests.get(service.url + path, auth=auth(service=name), timeout=10)

    assert response.status_code == 200


def test_other_headers_may_be_added_and_changed_on_the_way(service: Service) -> None:
    """Only those that belong to AWS are signed, and `Host` as it is sent."""
    headers = {"X-Amz-Meta": "signed", "X-Other": "not", "Content-Type": "text/plain", "Host": "api.example.com"}
    response = requests.post(f"{service.url}/", data="x", headers=headers, auth=auth(), timeout=10)

    assert response.status_code == 200
    assert (
        "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta,"
        in service.calls[0].headers["authorization"]
    )


def test_the_signature_is_botocores() -> None:
    """The same request, signed by both for the same moment."""
    prepared = requests.Request(
        "POST", "https://example.com/p?a=b", data=b"x", headers={"Content-Type": "text/plain"}
    ).prepare()
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    auth(SESSION, now=now.timestamp)(prepared)
    theirs = botocore.awsrequest.AWSRequest(
        "POST",
        "https://example.com/p?a=b",
        {"Content-Type": "text/plain", "X-Amz-Content-SHA256": prepared.headers["x-amz-content-sha256"]},
        b"x",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", lambda *_: now)
        keys = botocore.credentials.Credentials(SESSION.access_key_id, SESSION.secret_access_key, SESSION.session_token)
        botocore.auth.SigV4Auth(keys, "execute-api", "eu-west-1").add_auth(theirs)

    assert prepared.headers["Authorization"] == theirs.headers["Authorization"]


# ---- redirects ----


@pytest.mark.parametrize(
    ("status", "method", "followed"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (307, "POST", "POST"),
        (308, "PUT", "PUT"),
        (302, "GET", "GET"),
    ],
)
@pytest.mark.parametrize("body", [b"payload", None], ids=["body", "empty"])
def test_redirects_on_the_host_are_signed_anew(status: int, method: str, followed: str, body: Any, service: Service) -> None:
    """Each request for its own URL and method, and with the body if it is sent again. None is sent with an old signature."""
    service.redirects = {"/one": (status, "/two?x=\u00e4"), "/two?x=%C3%A4": (status, f"{service.url}/three")}
    file = io.BytesIO(body) if body else None
    response = requests.request(method, f"{service.url}/one", data=file, auth=auth(SESSION), timeout=10)

    assert response.status_code == 200
    assert [call.method for call in service.calls] == [method, followed, followed]
    assert service.statuses == [status, status, 200]
    assert service.calls[2].body == (body or b"" if followed == method and method != "GET" else service.calls[2].body)
    assert [sent.request.headers["Authorization"] for sent in response.history] == [
        call.headers["authorization"] for call in service.calls[:2]
    ]


@pytest.mark.parametrize("unsigned", [False, True])
@pytest.mark.parametrize("status", [303, 307])
def test_a_redirect_is_signed_for_the_body_and_the_type_it_has(status: int, unsigned: bool, service: Service) -> None:
    """requests removes both if a POST becomes a GET. An unsigned payload stays unsigned."""
    service.redirects = {"/one": (status, "/two")}
    response = requests.post(f"{service.url}/one", data={"a": "b"}, auth=auth(SESSION, unsigned_payload=unsigned), timeout=10)
    first, second = service.calls

    assert response.status_code == 200
    assert first.headers["content-type"] == "application/x-www-form-urlencoded"
    assert second.body == (b"" if status == 303 else b"a=b")
    expected = "UNSIGNED-PAYLOAD" if unsigned else hashlib.sha256(second.body).hexdigest()
    assert second.headers["x-amz-content-sha256"] == expected
    signed = second.headers["authorization"].partition("SignedHeaders=")[2]
    assert signed.startswith("content-type;") is (status == 307)


def test_a_redirect_to_another_host_gets_neither_signature_nor_token(service: Service) -> None:
    """Not even the session token, which requests would pass on."""
    with Service("execute-api", SECRETS) as other:
        service.redirects = {"/one": (307, f"{other.url}/two")}
        response = requests.post(f"{service.url}/one", data=b"x", auth=auth(SESSION), timeout=10)

    assert response.status_code == 403
    assert [name for name in other.calls[0].headers if name.startswith(("x-amz", "auth"))] == []


def test_a_redirect_that_is_not_followed_is_left_alone(service: Service) -> None:
    """The response shows the request that was sent."""
    service.redirects = {"/one": (302, "/two")}
    response = requests.get(f"{service.url}/one", auth=auth(), timeout=10, allow_redirects=False)

    assert response.request.headers["Authorization"] == service.calls[0].headers["authorization"]
    assert len(service.calls) == 1


# ---- refusals that can be put right ----


@pytest.mark.parametrize("body", ["bytes", "file", "rest of a file", "generator", "nothing"])
def test_a_wrong_clock_is_corrected_once(body: str) -> None:
    """With the time of the service. The next request is correct immediately."""
    make, expected = BODIES[body]
    with Service("execute-api", SECRETS, ahead=3600) as service:
        signer = auth()
        first = requests.post(service.url, data=make(), auth=signer, timeout=10)
        second = requests.post(service.url, data=make(), auth=signer, timeout=10)

    assert (first.status_code, second.status_code) == (200, 200)
    assert service.statuses == [403, 200, 200]
    assert service.calls[1].body == expected
    assert [response.status_code for response in first.history] == [403]


def test_a_request_signed_long_before_it_is_sent_says_nothing_about_the_clock(service: Service) -> None:
    """It waited in a queue, or the process was frozen: a new signature is all it needs."""
    late = [time.time() - 3600]
    signer = auth(now=lambda: late[0])
    prepared = requests.Request("POST", service.url, data=b"payload", auth=signer).prepare()
    late[0] += 3600
    with requests.Session() as session:
        first = session.send(prepared, timeout=10)
        second = session.post(service.url, data=b"payload", auth=signer, timeout=10)

    assert (first.status_code, second.status_code) == (200, 200)
    assert service.statuses == [403, 200, 200]
    assert signer._signer._clock.offset_of(service.url.removeprefix("http://")) == 0


def test_a_bad_request_is_not_sent_again_because_of_the_clock() -> None:
    """It was rejected for its content."""
    with Service("execute-api", SECRETS, ahead=290) as service:
        service.redirects = {"/": (400, "")}
        response = requests.post(service.url, data=b'{"code": "ValidationException"}', auth=auth(), timeout=10)

    assert (response.status_code, len(service.calls)) == (400, 1)


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({}, b"<Error><Code>ExpiredToken</Code></Error>", "ExpiredToken"),
        ({}, b'{"__type":"com.amazonaws.x#ExpiredTokenException","message":"m"}', "ExpiredTokenException"),
        ({"X-Amzn-ErrorType": "ExpiredTokenException:http://x/"}, b"", "ExpiredTokenException"),
        (
            {},
            b'{"message":"The security token included in the request is expired"}',
            "security token included in the request is expired",
        ),
        ({}, b"no", ""),
    ],
)
def test_the_code_is_found_in_every_protocol(headers: dict[str, str], body: bytes, code: str) -> None:
    """XML, JSON, a header, or a sentence of API Gateway."""
    assert error_code(headers, body) == code


def test_a_mock_without_a_connection_gets_its_answer(requests_mock: Any) -> None:
    """Tools that intercept requests have nothing to send a second request with."""
    requests_mock.get("https://example.com/", status_code=403, headers={"Date": "Thu, 01 Jan 1970 00:00:00 GMT"})

    assert requests.get("https://example.com/", auth=auth(), timeout=10).status_code == 403


def test_expired_credentials_are_replaced_once(service: Service) -> None:
    """The cached credentials are dropped, and the request is sent once more with new ones."""
    keys = [SESSION, Credentials("ASIDNEW", "new", "token2")]

    class Rotating:
        def retrieve(self) -> Credentials:
            return keys.pop(0) if len(keys) > 1 else keys[0]

    service.expired = {"ASIDEXAMPLE"}
    response = requests.post(service.url, data=b"payload", auth=auth(CachedProvider(Rotating())), timeout=10)

    assert (response.status_code, response.text) == (200, "payload")
    assert [call.headers["x-amz-security-token"] for call in service.calls] == ["the+token/==", "token2"]


def test_a_refusal_that_cannot_be_put_right_is_the_answer(service: Service) -> None:
    """Once: long-term keys have no replacement, and a wrong secret stays wrong."""
    service.expired = {"AKIDEXAMPLE"}
    expired = requests.get(service.url, auth=auth(), timeout=10)
    wrong = requests.get(service.url, auth=auth(Credentials("AKIDEXAMPLE", "wrong")), timeout=10)

    assert (expired.status_code, wrong.status_code) == (400, 403)
    assert "SignatureDoesNotMatch" in wrong.text
    assert len(service.calls) == 2


def test_each_request_has_the_credentials_of_its_moment(service: Service) -> None:
    """One auth object outlives many sessions of a role."""
    now = datetime.now(timezone.utc)
    given = [
        Credentials("ASIDEXAMPLE", "session/secret", "t1", now + timedelta(seconds=50)),
        Credentials("ASIDNEW", "new", "t2", now + timedelta(hours=1)),
    ]
    clock = [now.timestamp()]

    class Provider:
        def retrieve(self) -> Credentials:
            return given.pop(0)

    session = requests.Session()
    session.auth = auth(CachedProvider(Provider(), lambda: clock[0], spawn=lambda function: False))
    session.get(service.url, timeout=10)
    clock[0] += 49
    session.get(service.url, timeout=10)
    session.close()

    assert [call.headers["x-amz-security-token"] for call in service.calls] == ["t1", "t2"]


def test_one_auth_object_serves_many_threads(service: Service) -> None:
    """State belongs to the request, not to the object."""
    signer, statuses = auth(SESSION), []
    service.redirects = {f"/{n}": (307, f"/done/{n}") for n in range(8)}

    def call(number: int) -> None:
        statuses.append(requests.post(f"{service.url}/{number}", data=b"x" * number, auth=signer, timeout=10).status_code)

    threads = [threading.Thread(target=call, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 8


# ---- options ----


def test_a_payload_may_be_left_unsigned(service: Service) -> None:
    """Then even a generator is streamed as requests would."""
    response = requests.post(service.url, data=(c for c in [b"pay", b"load"]), auth=auth(unsigned_payload=True), timeout=10)

    assert (response.status_code, response.text) == (200, "payload")
    assert service.calls[0].headers["transfer-encoding"] == "chunked"
    assert service.calls[0].headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD"


def test_region_and_credentials_come_from_the_environment(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a client."""
    with pytest.raises(MissingRegionError, match="AWS_REGION"):
        SigV4Auth("execute-api")
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    response = requests.get(service.url, auth=SigV4Auth("execute-api"), timeout=10)

    assert response.status_code == 200
    assert "/eu-north-1/execute-api/" in service.calls[0].headers["authorization"]


def test_region_and_credentials_come_from_a_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that is named, not the default one."""
    config = tmp_path / "config"
    config.write_text(
        "[default]\nregion = us-west-1\n"
        f"[profile dev]\nregion = eu-central-1\naws_access_key_id = {KEYS.access_key_id}\n"
        f"aws_secret_access_key = {KEYS.secret_access_key}\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    auth = SigV4Auth("execute-api", profile="dev")
    assert repr(auth) == "SigV4Auth('execute-api', 'eu-central-1')"
    signed = auth(requests.Request("GET", "https://api.example.com/").prepare())
    assert f"{KEYS.access_key_id}/" in signed.headers["Authorization"]


def test_mistakes_are_named(tmp_path: Path) -> None:
    """When the object is made, not with the first request."""
    with pytest.raises(ConfigError, match="service is ''"):
        SigV4Auth("", "eu-west-1", KEYS)
    with pytest.raises(ConfigError, match="credentials and profile"):
        SigV4Auth("es", "eu-west-1", KEYS, profile="dev")
    assert repr(auth()) == "SigV4Auth('execute-api', 'eu-west-1')"


def test_sts_itself_accepts_the_signature(local_sts: LocalSTS) -> None:
    """Any AWS service, so STS too."""
    options = local_sts.client_options()
    keys = Credentials(options["access_key_id"], options["secret_access_key"])
    form = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
    response = requests.post(local_sts.url, data=form, auth=SigV4Auth("sts", "us-east-1", keys), timeout=10)

    assert "user/demo" in response.text
