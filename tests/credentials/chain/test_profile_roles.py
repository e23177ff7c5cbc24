"""Roles that profiles name, and the destination of their STS calls, against LocalSTS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sts import STS, Credentials
from sts.credentials import AssumeRoleProvider, default_chain, plan_roles
from sts.credentials.chain.chain import Context
from sts.credentials.chain.default import profile_chain
from sts.credentials.chain.profile_roles import RolePlan
from sts.errors import ConfigError, CredentialsError, ServiceError
from sts.testing import LocalSTS
from tests.credentials.providers.test_metadata import Metadata
from tests.support.http_server import HTTPServer, files

KEYS = {"aws_access_key_id": "AKIA", "aws_secret_access_key": "hush"}
ROLE = "arn:aws:iam::123456789012:role/demo"


def role(**more: str) -> dict[str, str]:
    return {"role_arn": ROLE, **more}


PLANS: list[tuple[str, dict[str, Any], RolePlan | str]] = [
    ("one role", {"a": role(source_profile="b"), "b": KEYS}, RolePlan("b", None, ("a",))),
    (
        "a chain",
        {"a": role(source_profile="b"), "b": role(source_profile="c"), "c": KEYS},
        RolePlan("c", None, ("b", "a")),
    ),
    ("itself, with keys", {"a": {**role(source_profile="a"), **KEYS}}, RolePlan("a", None, ("a",))),
    (
        "keys of a source win over its role",
        {"a": role(source_profile="b"), "b": {**role(), **KEYS}},
        RolePlan("b", None, ("a",)),
    ),
    (
        "keys of the profile itself do not",
        {"a": {**role(source_profile="b"), **KEYS}, "b": KEYS},
        RolePlan("b", None, ("a",)),
    ),
    (
        "a source with a web identity",
        {"a": role(source_profile="b"), "b": role(web_identity_token_file="t")},
        RolePlan("b", None, ("a",)),
    ),
    ("a named source", {"a": role(credential_source="Environment")}, RolePlan(None, "Environment", ("a",))),
    (
        "a named source at the chain's beginning",
        {"a": role(source_profile="b"), "b": role(credential_source="EcsContainer")},
        RolePlan(None, "EcsContainer", ("b", "a")),
    ),
    ("itself, without keys", {"a": role(source_profile="a")}, "a -> a"),
    ("a circle of two", {"a": role(source_profile="b"), "b": role(source_profile="a")}, "a -> b -> a"),
    (
        "a circle behind a tail",
        {"a": role(source_profile="b"), "b": role(source_profile="c"), "c": role(source_profile="b")},
        "a -> b -> c -> b",
    ),
    ("no such source", {"a": role(source_profile="z")}, "source_profile = z"),
    ("two sources", {"a": role(source_profile="a", credential_source="Environment")}, "both"),
    ("no source", {"a": role()}, "neither"),
    ("a named source in another case", {"a": role(credential_source="environment")}, RolePlan(None, "Environment", ("a",))),
    (
        "a source profile that has only a named source",
        {"a": role(source_profile="b"), "b": {"credential_source": "EcsContainer"}},
        RolePlan(None, "EcsContainer", ("a",)),
    ),
    (
        "keys of a source win over its named source",
        {"a": role(source_profile="b"), "b": {**KEYS, "credential_source": "EcsContainer"}},
        RolePlan("b", None, ("a",)),
    ),
    ("an unknown named source", {"a": role(credential_source="Env")}, "one of Environment, EcsContainer, Ec2"),
]


@pytest.mark.parametrize(("profiles", "expected"), [case[1:] for case in PLANS], ids=[case[0] for case in PLANS])
def test_the_plan_of_a_profile(profiles: dict[str, Any], expected: RolePlan | str) -> None:
    """Source profiles are followed to one with credentials. The error for a circle has its path."""
    if isinstance(expected, RolePlan):
        assert plan_roles(profiles, "a") == expected
    else:
        with pytest.raises(ConfigError, match=expected) as caught:
            plan_roles(profiles, "a")
        assert "hush" not in str(caught.value)


@settings(max_examples=200, deadline=None)
@given(
    sources=st.lists(st.one_of(st.none(), st.integers(0, 5)), min_size=6, max_size=6),
    keys=st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_every_plan_ends(sources: list[int | None], keys: list[bool]) -> None:
    """At a profile with its own credentials or without a role, or in an error. No role occurs twice."""
    profiles = {
        str(number): {**(role(source_profile=str(source)) if source is not None else {}), **(KEYS if keys[number] else {})}
        for number, source in enumerate(sources)
    }
    if sources[0] is None:
        return  # such a profile does not configure this provider
    try:
        plan = plan_roles(profiles, "0")
    except ConfigError as error:
        assert "circle" in str(error)
        return
    assert plan.base is not None
    assert keys[int(plan.base)] or sources[int(plan.base)] is None
    assert len(set(plan.roles)) == len(plan.roles)
    assert plan.roles[-1] == "0"


def keys_of(server: LocalSTS) -> str:
    return f"aws_access_key_id = {server.user.access_key_id}\naws_secret_access_key = {server.user.secret_access_key}\n"


def environment(server: LocalSTS, folder: Path, config: str) -> dict[str, str]:
    return {**files(folder, config), "AWS_ENDPOINT_URL_STS": server.url, "AWS_REGION": "us-east-1"}


def test_all_that_a_profile_says_of_its_role_is_sent(local_sts: LocalSTS, tmp_path: Path) -> None:
    """Also what no other SDK reads: session tags, transitive keys, source identity."""
    role = local_sts.add_role("full", external_id="ticket-7", max_session_duration=7200)
    config = f"""
[profile dev]
role_arn = {role.arn}
source_profile = base
role_session_name = me
external_id = ticket-7
duration_seconds = 7200
source_identity = alice
tags = team=a, cost=42
transitive_tag_keys = team, cost
[profile base]
{keys_of(local_sts)}"""
    credentials = default_chain("dev", environ=environment(local_sts, tmp_path, config)).retrieve()

    assert (credentials.source, credentials.account_id) == ("assume-role", "123456789012")
    assert dict(local_sts.calls[0].params) == {
        "RoleArn": role.arn,
        "RoleSessionName": "me",
        "ExternalId": "ticket-7",
        "DurationSeconds": 7200,
        "SourceIdentity": "alice",
        "Tags": [{"Key": "team", "Value": "a"}, {"Key": "cost", "Value": "42"}],
        "TransitiveTagKeys": ["team", "cost"],
    }


def test_a_chain_of_roles_is_assumed_in_order(local_sts: LocalSTS, tmp_path: Path) -> None:
    """Each role is assumed with the session before it."""
    first = local_sts.add_role("first")
    second = local_sts.add_role("second", trusts=[first.arn])
    config = f"""
[profile last]
role_arn = {second.arn}
source_profile = middle
[profile middle]
role_arn = {first.arn}
source_profile = base
role_session_name = hop
[profile base]
{keys_of(local_sts)}"""
    default_chain("last", environ=environment(local_sts, tmp_path, config)).retrieve()

    assert [call.principal for call in local_sts.calls] == [
        local_sts.user.arn,
        "arn:aws:sts::123456789012:assumed-role/first/hop",
    ]


def test_a_code_is_asked_for_at_each_refresh(local_sts: LocalSTS, tmp_path: Path) -> None:
    """botocore requests one code and then fails. Without a function the error says so."""
    device = local_sts.add_mfa_device()
    role = local_sts.add_role("admin", mfa=True)
    base = keys_of(local_sts)
    config = f"[profile a]\nrole_arn={role.arn}\nsource_profile=b\nmfa_serial={device.serial}\n[profile b]\n{base}"
    environ = environment(local_sts, tmp_path, config)
    asked = []

    def mfa(serial: str) -> str:
        asked.append(serial)
        return device.code(steps=len(asked) - 1)

    chain = default_chain("a", environ=environ, mfa=mfa)
    chain.retrieve()
    chain.retrieve()
    assert asked == [device.serial] * 2
    with pytest.raises(CredentialsError, match=f"{device.serial}.*mfa="):
        default_chain("a", environ=environ).retrieve()


def test_a_wrong_code_is_not_sent_twice(local_sts: LocalSTS) -> None:
    """A code counts once: trying it again can only lock somebody out."""
    role = local_sts.add_role("admin", mfa=True)
    device = local_sts.add_mfa_device()
    options = local_sts.client_options()
    source = Credentials(options.pop("access_key_id"), options.pop("secret_access_key"))
    provider = AssumeRoleProvider(role_arn=role.arn, source=source, mfa_serial=device.serial, mfa=lambda _: "000000", **options)
    with pytest.raises(ServiceError) as caught:
        provider.retrieve()
    assert caught.value.code == "AccessDenied"
    assert len(local_sts.calls) == 1


def test_named_sources(local_sts: LocalSTS, tmp_path: Path) -> None:
    """Environment and EcsContainer are used whatever the profile has. "Not configured" is an error here."""
    keys = {"AWS_ACCESS_KEY_ID": local_sts.user.access_key_id, "AWS_SECRET_ACCESS_KEY": local_sts.user.secret_access_key}
    document = {"AccessKeyId": keys["AWS_ACCESS_KEY_ID"], "SecretAccessKey": keys["AWS_SECRET_ACCESS_KEY"]}
    config = "".join(
        f"[profile {name}]\nrole_arn={local_sts.role.arn}\ncredential_source={name}\n"
        for name in ("Environment", "EcsContainer", "Ec2InstanceMetadata")
    )
    environ = environment(local_sts, tmp_path, config)
    assert profile_chain("Environment", Context({**environ, **keys})).retrieve().source == "assume-role"
    with HTTPServer(lambda _: (200, {**document, "Token": "", "Expiration": "2199-01-01T00:00:00Z"})) as agent:
        url = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": agent.url}
        with pytest.raises(CredentialsError, match="Token"):  # an agent gives sessions, never long-term keys
            profile_chain("EcsContainer", Context({**environ, **url})).retrieve()
        assert len(agent.requests) == 1
    for name, reason in (
        ("Environment", "AWS_ACCESS_KEY_ID"),
        ("EcsContainer", "RELATIVE"),
        ("Ec2InstanceMetadata", "DISABLED"),
    ):
        with pytest.raises(CredentialsError, match=f"credential_source = {name}.*{reason}"):
            default_chain(name, explicit_profile=True, environ=environ).retrieve()


def test_a_source_without_credentials_says_what_was_tried(tmp_path: Path) -> None:
    """The reasons are those of the source's own providers."""
    environ = files(tmp_path, f"[profile a]\nrole_arn={ROLE}\nsource_profile=b\n[profile b]\nregion=us-east-1")
    with pytest.raises(CredentialsError, match="source profile 'b' has no credentials") as caught:
        default_chain("a", environ=environ).retrieve()
    assert "credential_process" in str(caught.value)


@pytest.mark.parametrize("text", ["1x", "3600.5", "-1", "١٢", "1m1h"])
def test_a_duration_must_be_a_number(text: str, tmp_path: Path) -> None:
    """botocore ignores such a value and the session ends early."""
    profile = f"[profile a]\nrole_arn={ROLE}\nsource_profile=b\nduration_seconds={text}\n"
    environ = files(tmp_path, f"{profile}[profile b]\naws_access_key_id=A\naws_secret_access_key=b")
    with pytest.raises(ConfigError, match="duration_seconds"):
        default_chain("a", environ=environ).retrieve()


ANSWER = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>hush</SecretAccessKey><SessionToken>t</SessionToken>
<Expiration>2199-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""
BASE = "\n[profile b]\naws_access_key_id=A\naws_secret_access_key=b\nregion=ap-south-1\n"


class Recorder:
    """Be the handler of a client, and remember where requests went and which region they were signed for."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def send(self, request: Any, *, control: Any) -> Any:
        from sts.http import HttpResponse

        region = request.headers["authorization"].split("/")[2]
        self.seen.append((request.url, region))
        return HttpResponse(200, {"content-type": "text/xml"}, ANSWER.encode())

    def close(self) -> None:
        pass


PLACES = [
    ("the profile's region", "region=eu-west-3", {}, {}, ("https://sts.eu-west-3.amazonaws.com/", "eu-west-3")),
    ("a variable", "region=eu-west-3", {"AWS_REGION": "eu-west-2"}, {}, ("https://sts.eu-west-2.amazonaws.com/", "eu-west-2")),
    (
        "an option",
        "",
        {"AWS_REGION": "eu-west-2"},
        {"region": "sa-east-1"},
        ("https://sts.sa-east-1.amazonaws.com/", "sa-east-1"),
    ),
    ("nothing: the global endpoint", "", {}, {}, ("https://sts.amazonaws.com/", "us-east-1")),
    ("nothing, with FIPS", "use_fips_endpoint=true", {}, {}, ("https://sts-fips.us-east-1.amazonaws.com/", "us-east-1")),
    (
        "FIPS and dual-stack",
        "region=us-east-1\nuse_fips_endpoint=true\nuse_dualstack_endpoint=true",
        {},
        {},
        ("https://sts-fips.us-east-1.api.aws/", "us-east-1"),
    ),
    ("the profile's URL", "region=eu-west-3\nendpoint_url=http://p", {}, {}, ("http://p/", "eu-west-3")),
    ("the profile's services", "endpoint_url=http://p\nservices=s", {}, {}, ("http://service/", "us-east-1")),
    ("a variable's URL", "endpoint_url=http://p", {"AWS_ENDPOINT_URL": "http://v"}, {}, ("http://v/", "us-east-1")),
    (
        "a variable for the service",
        "services=s",
        {"AWS_ENDPOINT_URL": "http://v", "AWS_ENDPOINT_URL_STS": "http://sts"},
        {},
        ("http://sts/", "us-east-1"),
    ),
    (
        "URLs ignored",
        "region=eu-west-3\nendpoint_url=http://p",
        {"AWS_ENDPOINT_URL": "http://v", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
        {},
        ("https://sts.eu-west-3.amazonaws.com/", "eu-west-3"),
    ),
    ("the client's endpoint", "endpoint_url=http://p", {}, {"endpoint": "http://mine"}, ("http://mine/", "us-east-1")),
]


@pytest.mark.parametrize(
    ("section", "variables", "options", "place"), [case[1:] for case in PLACES], ids=[c[0] for c in PLACES]
)
def test_where_the_call_goes(section: str, variables: Any, options: Any, place: Any, tmp_path: Path) -> None:
    """The STS call for a role uses the endpoint that a client of the same profile would use."""
    services = "\n[services s]\nsts =\n  endpoint_url = http://service\n"
    config = f"[profile a]\nrole_arn={ROLE}\nsource_profile=b\n{section}\n{BASE}{services}"
    recorder = Recorder()
    chain = default_chain("a", environ={**files(tmp_path, config), **variables}, request_handler=recorder, **options)
    chain.retrieve()
    url, region = recorder.seen[0]
    assert (url if url.endswith("/") else f"{url}/", region) == place


def test_a_role_further_back_has_its_own_region_as_a_last_resort(tmp_path: Path) -> None:
    """Where the chosen profile has none, the region of the profile with the role counts (the JavaScript SDK's rule)."""
    middle = f"[profile m]\nrole_arn={ROLE}\nsource_profile=b\nregion=eu-north-1\n"
    config = f"[profile a]\nrole_arn={ROLE}\nsource_profile=m\n{middle}{BASE}"
    recorder = Recorder()
    default_chain("a", environ=files(tmp_path, config), request_handler=recorder).retrieve()
    assert [region for _, region in recorder.seen] == ["eu-north-1", "us-east-1"]


def test_a_client_uses_its_profile_end_to_end(local_sts: LocalSTS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain calls the client's own endpoint. botocore deviates: it would call AWS."""
    config = f"[profile a]\nrole_arn={local_sts.role.arn}\nsource_profile=b\n[profile b]\n{keys_of(local_sts)}"
    for name, value in files(tmp_path, config).items():
        monkeypatch.setenv(name, value)
    client = STS(profile="a", region="us-east-1", endpoint=local_sts.url)
    assert "assumed-role/demo" in client.get_caller_identity()["Arn"]
    assert client.get_caller_identity()["Account"] == "123456789012"
    assert [call.operation for call in local_sts.calls] == ["AssumeRole", "GetCallerIdentity", "GetCallerIdentity"]


def test_a_provider_is_usable_alone(local_sts: LocalSTS) -> None:
    """Any form of credentials is a source, also another provider or a whole client's options."""
    options = local_sts.client_options()
    source = {name: options.pop(name) for name in ("access_key_id", "secret_access_key")}
    first = AssumeRoleProvider(role_arn=local_sts.role.arn, source=source, session_name="one", **options)
    local_sts.add_role("next", trusts=[local_sts.role.arn])
    second = AssumeRoleProvider(role_arn="arn:aws:iam::123456789012:role/next", source=first, tags={"a": "b"}, **options)
    assert second.retrieve().account_id == "123456789012"
    assert "hush" not in repr(second)
    with pytest.raises(ConfigError, match="mfa must be a function"):
        AssumeRoleProvider(role_arn=ROLE, source=source, mfa="123456")  # type: ignore[arg-type]


def test_the_instances_role_may_be_the_source(local_sts: LocalSTS, tmp_path: Path) -> None:
    """`Ec2InstanceMetadata`, with the endpoint that the profile names."""
    base = local_sts.role
    target = local_sts.add_role("target", trusts=[base.arn])
    options = local_sts.client_options()
    given = STS(**options).assume_role(RoleArn=base.arn, RoleSessionName="i-123")["Credentials"]
    document = {
        "AccessKeyId": given["AccessKeyId"],
        "SecretAccessKey": given["SecretAccessKey"],
        "Token": given["SessionToken"],
    }
    with HTTPServer(Metadata(document={**document, "Code": "Success", "Expiration": "2199-01-01T00:00:00Z"})) as server:
        profile = f"role_arn = {target.arn}\ncredential_source = Ec2InstanceMetadata\n"
        environ = environment(local_sts, tmp_path, f"[profile a]\n{profile}ec2_metadata_service_endpoint = {server.url}\n")
        del environ["AWS_EC2_METADATA_DISABLED"]
        assert default_chain("a", environ=environ).retrieve().source == "chained-role"
    assert local_sts.calls[-1].principal == "arn:aws:sts::123456789012:assumed-role/demo/i-123"


def test_a_session_is_not_lost_to_a_source_that_fails_afterwards() -> None:
    """The credentials that signed the call show whether a role is chained. The source is not called again for that."""

    class Source:
        def retrieve(self) -> Credentials:
            raise CredentialsError("asked once more")

    def call(*_: object) -> dict[str, Any]:
        return {"Credentials": {"AccessKeyId": "ASIA", "SecretAccessKey": "s", "SessionToken": "t"}}

    credentials = AssumeRoleProvider(role_arn=ROLE, source=Source(), call=call).retrieve()

    assert (credentials.access_key_id, credentials.source) == ("ASIA", "assume-role")


def test_members_of_a_session_are_for_the_profiles_own_role_only(local_sts: LocalSTS, tmp_path: Path) -> None:
    """The role of a source profile keeps its own name and duration."""
    first = local_sts.add_role("first")
    second = local_sts.add_role("second", trusts=[first.arn])
    config = (
        f"[profile last]\nrole_arn={second.arn}\nsource_profile=middle\nrole_session_name=mine\n"
        f"[profile middle]\nrole_arn={first.arn}\nsource_profile=base\nrole_session_name=hop\n[profile base]\n{keys_of(local_sts)}"
    )
    context = Context(environment(local_sts, tmp_path, config), session={"RoleSessionName": "given", "DurationSeconds": 900})
    profile_chain("last", context).retrieve()

    assert [call.params["RoleSessionName"] for call in local_sts.calls] == ["hop", "given"]
    assert [call.params.get("DurationSeconds") for call in local_sts.calls] == [None, 900]


def test_the_longest_session_needs_one_code(local_sts: LocalSTS, tmp_path: Path) -> None:
    """Each duration that is tried would need a code of its own, so the code is spent on an MFA session first."""
    device = local_sts.add_mfa_device()
    role = local_sts.add_role("admin", mfa=True, max_session_duration=7200)
    config = (
        f"[profile a]\nrole_arn={role.arn}\nsource_profile=b\nmfa_serial={device.serial}\n[profile b]\n{keys_of(local_sts)}"
    )
    asked: list[str] = []

    def mfa(serial: str) -> str:
        asked.append(serial)
        return device.code(steps=len(asked) - 1)

    context = Context(environment(local_sts, tmp_path, config), mfa=mfa, session={"DurationSeconds": "max"})
    profile_chain("a", context).retrieve()

    assert asked == [device.serial]
    operations = [call.operation for call in local_sts.calls]
    assert operations == ["GetSessionToken", *["AssumeRole"] * (len(operations) - 1)]
    assert local_sts.calls[-1].params["DurationSeconds"] == 7200


def test_a_chain_of_one_profile_takes_nothing_from_the_environment(local_sts: LocalSTS, tmp_path: Path) -> None:
    """A pod's variables configure no web identity for a profile that was named."""
    token = tmp_path / "token"
    token.write_text("token")
    environ = environment(local_sts, tmp_path, "[profile empty]\nregion = us-east-1\n")
    pod = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": local_sts.role.arn}
    with pytest.raises(CredentialsError):
        profile_chain("empty", Context({**environ, **pod}, use_environment=True)).retrieve()
    assert local_sts.calls == []
