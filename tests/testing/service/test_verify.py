"""LocalSTS verifies signatures as the service does. The requests are signed by botocore."""

from __future__ import annotations

import datetime as dt
import re
import time
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

import sts
from sts.http import HttpRequest
from sts.sigv4a import sign_request_v4a
from sts.testing import LocalSTS
from tests.support.local_sts_clients import FORM, boto_client, described, form, send, signed

DEMO = "arn:aws:iam::123456789012:role/demo"
IDENTITY = form("GetCallerIdentity")
INVALID = (403, "InvalidClientTokenId", "The security token included in the request is invalid.")
MISSING = (403, "MissingAuthenticationToken", "Request is missing Authentication Token")
EXPIRED = (403, "ExpiredToken", "The security token included in the request is expired")


def demo_keys(server, **changes):
    options = server.client_options()
    keys = {"access_key": options["access_key_id"], "secret_key": options["secret_access_key"], **changes}
    return Credentials(**keys)


def ask(server, credentials=None, *, change=None, body=IDENTITY, **how):
    """Send a signed GetCallerIdentity whose headers *change* may alter first."""
    headers = signed(server, body, credentials=credentials, **how)
    if change:
        change(headers)
    return described(send(server, body=how.get("sent", body), headers=headers))


@pytest.fixture
def clock():
    """Clock that changes only when it is set."""
    return [time.time()]


@pytest.fixture
def clocked(clock):
    with LocalSTS(clock=lambda: clock[0]) as server:
        yield server


def test_a_wrong_secret_shows_what_should_have_been_signed(local_sts):
    """The refusal tells the canonical request and the string to sign, as AWS does."""
    status, code, message = ask(local_sts, demo_keys(local_sts, secret_key="wrong"))

    assert (status, code) == (403, "SignatureDoesNotMatch")
    assert message.startswith("The request signature we calculated does not match the signature you provided. Check your AWS")
    assert "The Canonical String for this request should have been\n'POST\n/\n\ncontent-type:application/x-www-form" in message
    assert "The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n" in message


def test_unknown_keys_are_refused(local_sts):
    """So is a deleted one, and one that comes with a token that is not its own."""
    user = local_sts.add_user("gone")
    credentials = Credentials(user.access_key_id, user.secret_access_key)

    assert ask(local_sts, credentials)[0] == 200
    local_sts.delete_access_key(user.access_key_id)
    assert ask(local_sts, credentials) == INVALID
    assert ask(local_sts, demo_keys(local_sts, access_key="AKIAIOSFODNN7EXAMPLE")) == INVALID
    assert ask(local_sts, demo_keys(local_sts, token="token")) == INVALID


def test_session_credentials_come_as_three(local_sts):
    """Without the token, or with an altered one or that of another session, they are invalid."""
    client = boto_client(local_sts)
    one, two = (client.assume_role(RoleArn=DEMO, RoleSessionName=name)["Credentials"] for name in ("one", "two"))
    tokens = [None, one["SessionToken"][:-4] + "AAAA", two["SessionToken"], "short", "!"]

    for token in tokens:
        assert ask(local_sts, Credentials(one["AccessKeyId"], one["SecretAccessKey"], token)) == INVALID
    wrong = Credentials(one["AccessKeyId"], "wrong", one["SessionToken"])
    status, code, message = ask(local_sts, wrong)
    assert (status, code) == (403, "SignatureDoesNotMatch")
    assert one["SessionToken"] not in message


def test_session_credentials_expire(clocked, clock):
    """They work until a second before the end. At the end calls are rejected with ExpiredToken."""
    issued = boto_client(clocked).assume_role(RoleArn=DEMO, RoleSessionName="ci", DurationSeconds=900)["Credentials"]
    credentials = Credentials(issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"])
    end = int(clock[0]) + 900
    clock[0] = end - 1.0

    assert ask(clocked, credentials)[0] == 200
    clock[0] = end + 0.0
    assert ask(clocked, credentials) == EXPIRED


@pytest.mark.parametrize("seconds", [-899, 0, 899])
def test_clocks_may_differ_by_15_minutes(clocked, clock, seconds):
    """Either way."""
    clock[0] += seconds

    assert ask(clocked)[0] == 200


def test_the_ends_of_the_window_count(clocked, clock):
    """A signature is good from 15 minutes before its time to 15 minutes after, both included."""
    headers = signed(clocked, IDENTITY)
    moment = moment_of(headers["X-Amz-Date"])
    found = {}
    for seconds in (-901, -900, 900, 901):
        clock[0] = moment + seconds
        found[seconds] = send(clocked, body=IDENTITY, headers=headers).status

    assert found == {-901: 403, -900: 200, 900: 200, 901: 403}


def moment_of(amz_date):
    return dt.datetime.strptime(amz_date, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.timezone.utc).timestamp()


def test_a_late_signature_is_told_when_it_expired(clocked, clock):
    """With the times and the window, as AWS words it."""
    clock[0] += 902
    status, code, message = ask(clocked)
    stamp = r"\d{8}T\d{6}Z"

    assert (status, code) == (403, "SignatureDoesNotMatch")
    assert re.fullmatch(rf"Signature expired: {stamp} is now earlier than {stamp} \({stamp} - 15 min\.\)", message)


def test_an_early_signature_is_told_when_it_is_good(clocked, clock):
    """With the times and the window, as AWS words it."""
    clock[0] -= 902
    status, code, message = ask(clocked)
    stamp = r"\d{8}T\d{6}Z"

    assert (status, code) == (403, "SignatureDoesNotMatch")
    assert re.fullmatch(rf"Signature not yet current: {stamp} is still later than {stamp} \({stamp} \+ 15 min\.\)", message)


def test_the_clock_may_tell_datetimes(clock):
    """An aware datetime does as well as Unix seconds."""
    with LocalSTS(clock=lambda: dt.datetime(2020, 2, 29, tzinfo=dt.timezone.utc)) as server:
        assert send(server).headers["Date"] == "Sat, 29 Feb 2020 00:00:00 GMT"


def test_a_scope_names_service_region_and_day(local_sts):
    """Each wrong part is named."""
    with LocalSTS(region="eu-west-1") as server:
        assert ask(server, region="eu-west-1")[0] == 200
        assert ask(server) == (403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region, not 'us-east-1'. ")
        assert server.client_options()["region"] == "eu-west-1"
    assert ask(local_sts, region="mars-north-1")[0] == 200
    assert ask(local_sts, service="s3") == (
        403,
        "SignatureDoesNotMatch",
        "Credential should be scoped to correct service: 'sts'. ",
    )

    def yesterday(headers):
        headers["Authorization"] = re.sub(r"/\d{8}/", "/20200101/", headers["Authorization"])

    assert "Date in Credential scope does not match YYYYMMDD" in ask(local_sts, change=yesterday)[2]


@pytest.mark.parametrize(
    ("pattern", "replacement", "expected"),
    [
        (r"AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512", (400, "IncompleteSignature", "Unsupported AWS 'algorithm'")),
        (r"Credential=", "Cred=", (400, "IncompleteSignature", "Authorization header requires 'Credential' parameter.")),
        (r", Signature=\w+", "", (400, "IncompleteSignature", "Authorization header requires 'Signature' parameter.")),
        (
            r", SignedHeaders",
            ", SignedHeaders x",
            (400, "IncompleteSignature", "Authorization header requires 'SignedHeaders' parameter."),
        ),
        (r"Signature=", "Signature", (400, "IncompleteSignature", "'Signature")),
        (r"/aws4_request", "", (400, "IncompleteSignature", "Credential must have exactly 5 slash-delimited elements")),
        (
            r"aws4_request",
            "aws5",
            (403, "SignatureDoesNotMatch", "Credential should be scoped with a valid terminator: 'aws4_request'"),
        ),
        (r";host", "", (403, "SignatureDoesNotMatch", "'Host' or ':authority' must be a 'SignedHeader'")),
        (r"Signature=\w", "Signature=x", (403, "SignatureDoesNotMatch", "The request signature we calculated")),
        (r"Signature=", "Signature=é", (403, "SignatureDoesNotMatch", "The request signature we calculated")),
    ],
)
def test_malformed_authorization_headers_are_told_apart(local_sts, pattern, replacement, expected):
    """And never crash the server."""

    def change(headers):
        headers["Authorization"] = re.sub(pattern, replacement, headers["Authorization"]).encode("latin-1")

    status, code, message = ask(local_sts, change=change)

    assert (status, code) == expected[:2]
    assert expected[2] in message


@pytest.mark.parametrize("date", [None, "yesterday", "2026-01-01T00:00:00Z", "20269901T000000Z"])
def test_bad_dates_are_refused(local_sts, date):
    """None at all, no basic ISO 8601, no such day."""

    def change(headers):
        del headers["X-Amz-Date"]
        if date:
            headers["X-Amz-Date"] = date

        headers["Authorization"] = re.sub(r"/\d{8}/", "/20269901/", headers["Authorization"])

    assert ask(local_sts, change=change)[:2] == (400, "IncompleteSignature")


def test_unsigned_requests_are_refused(local_sts):
    """Unless the operation needs no signature."""
    assert described(send(local_sts, body=IDENTITY)) == MISSING


@pytest.mark.parametrize("altered", [IDENTITY + "&X=1", IDENTITY.replace("Identity", "Identitx")])
def test_an_altered_body_is_refused(local_sts, altered):
    """The body itself is hashed; the header of its hash does not count."""
    headers = signed(local_sts, IDENTITY)
    reply = send(local_sts, body=altered, headers=headers)

    assert reply.code in ("SignatureDoesNotMatch", "InvalidAction")


def test_altered_headers_are_refused_and_others_do_not_matter(local_sts):
    """Only what was signed counts."""
    assert ask(local_sts, headers={"X-Extra": "a"}, change=lambda headers: headers.update({"X-Extra": "b"}))[1] == (
        "SignatureDoesNotMatch"
    )
    assert ask(local_sts, change=lambda headers: headers.update({"X-Extra": "b"}))[0] == 200
    assert ask(local_sts, headers={"X-Extra": "a   b "}, change=lambda headers: headers.update({"X-Extra": "a b"}))[0] == 200


def test_the_body_hash_header_has_to_be_true(local_sts):
    """A signed `x-amz-content-sha256` must match the body. STS accepts no unsigned payload."""
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    for claimed in ("UNSIGNED-PAYLOAD", empty):
        assert ask(local_sts, headers={"X-Amz-Content-SHA256": claimed})[1] == "SignatureDoesNotMatch"


def signed_for(server, regions):
    """Return a request that the demo user signed with SigV4a for a set of *regions*."""
    options = server.client_options()
    keys = sts.Credentials(options["access_key_id"], options["secret_access_key"])
    request = HttpRequest("POST", f"{server.url}/", dict(FORM), IDENTITY.encode())
    return dict(sign_request_v4a(request, keys, service="sts", region_set=regions).headers)


@pytest.mark.parametrize(
    ("regions", "status"),
    [("eu-west-1", 200), ("eu-*", 200), ("*", 200), ("us-east-1,eu-west-1", 200), ("us-east-1", 403), ("us-*,ap-*", 403)],
)
def test_a_set_of_regions_has_that_of_the_server(regions, status):
    """Names and patterns are accepted. The error shows the set. A server without a region accepts every set."""
    with LocalSTS(region="eu-west-1") as server:
        found = described(send(server, body=IDENTITY, headers=signed_for(server, regions)))
    assert found[0] == status
    assert status == 200 or found[2] == f"Credential should be scoped to a valid region, not '{regions}'. "
    with LocalSTS() as server:
        assert send(server, body=IDENTITY, headers=signed_for(server, regions)).status == 200


def test_a_set_of_regions_is_signed(local_sts):
    """A header that the signature does not cover has no effect."""
    headers = signed_for(local_sts, "*")
    headers = {name: value.replace("x-amz-region-set", "x-amz-other") for name, value in headers.items()}
    assert described(send(local_sts, body=IDENTITY, headers=headers)) == (
        403,
        "SignatureDoesNotMatch",
        "Credential should be scoped to a valid region, not ''. ",
    )


@pytest.mark.parametrize(("version", "elements", "scope"), [(4, 5, "date/region/service/term"), (5, 4, "date/service/term")])
def test_a_scope_has_the_elements_of_its_algorithm(local_sts, version, elements, scope):
    """SigV4a's has no region."""
    headers = signed(local_sts, IDENTITY) if version == 4 else signed_for(local_sts, "*")
    name = next(name for name in headers if name.lower() == "authorization")
    headers[name] = headers[name].replace("/sts/", "/sts/x/")
    _, code, message = described(send(local_sts, body=IDENTITY, headers=dict(headers)))
    assert code == "IncompleteSignature"
    assert f"must have exactly {elements} slash-delimited elements, e.g. keyid/{scope}, got " in message


# --- presigned ---


def presigned(server, *, expires=900, credentials=None, query=IDENTITY, headers=None, region="us-east-1"):
    """Return the target of a GET request presigned by botocore."""
    request = AWSRequest("GET", f"{server.url}/?{query}", headers=headers or {})
    SigV4QueryAuth(credentials or demo_keys(server), "sts", region, expires=expires).add_auth(request)
    return request.url.removeprefix(server.url)


def fetch(server, target, **how):
    return described(send(server, "GET", target, **how))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_botocores_presigned_urls_work(local_sts, method):
    """Both methods that `generate_presigned_url` signs for."""
    url = boto_client(local_sts).generate_presigned_url("get_caller_identity", HttpMethod=method)

    assert send(local_sts, method, url.removeprefix(local_sts.url)).status == 200
    assert local_sts.calls[-1].operation == "GetCallerIdentity"
    assert send(local_sts, "PUT", url.removeprefix(local_sts.url)).status == 405


def test_presigned_urls_work_for_other_operations_and_sessions(local_sts):
    """With params in the query and a session token among them."""
    issued = boto_client(local_sts).assume_role(RoleArn=DEMO, RoleSessionName="a+b=c")["Credentials"]
    credentials = Credentials(issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"])
    query = urlencode(
        {"Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": DEMO, "RoleSessionName": "x,y"}, quote_via=quote
    )
    target = presigned(local_sts, credentials=credentials, query=query)

    assert send(local_sts, "GET", target).status == 200
    assert local_sts.calls[-1].principal.endswith("assumed-role/demo/a+b=c")


def test_signed_headers_of_a_presigned_request_have_to_be_sent(local_sts):
    """As EKS does with the cluster's name."""
    target = presigned(local_sts, headers={"x-k8s-aws-id": "cluster"}, expires=60)

    assert fetch(local_sts, target, headers={"x-k8s-aws-id": "cluster"})[0] == 200
    assert fetch(local_sts, target)[1] == "SignatureDoesNotMatch"
    assert fetch(local_sts, target, headers={"x-k8s-aws-id": "other"})[1] == "SignatureDoesNotMatch"


def test_presigned_urls_expire(clocked, clock):
    """By default a URL expires after X-Amz-Expires."""
    target = presigned(clocked, expires=60)
    clock[0] += 58

    assert fetch(clocked, target)[0] == 200
    clock[0] += 4
    status, code, message = fetch(clocked, target)
    assert (status, code) == (403, "SignatureDoesNotMatch")
    assert message.startswith("Signature expired: ")
    assert message.endswith("- 1 min.)")


@pytest.mark.parametrize("expires", [0, 61, 604800])
def test_a_presigned_url_is_good_to_the_last_second(clocked, clock, expires):
    """For lifetimes from zero to a week. The error shows minutes only if they are whole."""
    target = presigned(clocked, expires=expires)
    moment = moment_of(dict(parse_qsl(urlsplit(target).query))["X-Amz-Date"])
    clock[0] = moment + expires
    assert fetch(clocked, target)[0] == 200
    clock[0] += 1
    status, _, message = fetch(clocked, target)
    assert status == 403
    assert message.endswith({0: "- 0 min.)", 61: "- 61 sec.)", 604800: "- 10080 min.)"}[expires])


def test_presigned_urls_may_live_as_long_as_with_the_service(clock):
    """With `honor_expires=False` they are valid for 15 minutes, and X-Amz-Expires is ignored."""
    with LocalSTS(clock=lambda: clock[0], honor_expires=False) as server:
        short, long = presigned(server, expires=60), presigned(server, expires=3600)
        clock[0] += 890

        assert (fetch(server, short)[0], fetch(server, long)[0]) == (200, 200)
        clock[0] += 20
        assert (fetch(server, short)[0], fetch(server, long)[0]) == (403, 403)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("X-Amz-Signature", None, "IncompleteSignature"),
        ("X-Amz-Credential", None, "IncompleteSignature"),
        ("X-Amz-Algorithm", "AWS4", "IncompleteSignature"),
        ("X-Amz-Expires", "soon", "IncompleteSignature"),
        ("X-Amz-Expires", "604801", "IncompleteSignature"),
        ("X-Amz-Expires", "899", "SignatureDoesNotMatch"),
        ("X-Amz-Signature", "0" * 64, "SignatureDoesNotMatch"),
        ("Extra", "1", "SignatureDoesNotMatch"),
    ],
)
def test_altered_presigned_urls_are_refused(local_sts, name, value, code):
    """Every parameter counts."""
    pairs = dict(parse_qsl(urlsplit(presigned(local_sts)).query))
    pairs = {**pairs, name: value} if value else {key: kept for key, kept in pairs.items() if key != name}

    assert fetch(local_sts, f"/?{urlencode(pairs, quote_via=quote)}")[1] == code


def test_an_unknown_region_is_refused_by_botocore_as_by_us(local_sts):
    """The error reaches botocore as the service's."""
    with LocalSTS(region="eu-west-1") as server, pytest.raises(ClientError, match="valid region, not 'eu-west-2'"):
        boto_client(server, region="eu-west-2").get_caller_identity()
