"""The default chain: the order of its providers, what stops it, and what it costs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sts import STS
from sts.credentials import (
    Credentials,
    EnvironmentProvider,
    ProviderChain,
    SharedFilesProvider,
    StaticProvider,
    default_chain,
    provider_of,
)
from sts.credentials.chain.chain import Context, ProfileReader
from sts.credentials.chain.default import EnvironmentLink, missing
from sts.errors import ConfigError, CredentialsError, NotConfiguredError, ProfileNotFoundError
from sts.identity import SOURCES
from tests.support.http_server import files

ORDER = (
    "environment",
    "assume-role",
    "web-identity",
    "sso",
    "shared-credentials-file",
    "login",
    "process",
    "config-file",
    "container",
    "instance-metadata",
)
KEYS = "aws_access_key_id = AKIA{0}\naws_secret_access_key = hush\n"
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT", "AWS_SECRET_ACCESS_KEY": "hush"}


class Silent:
    """Have nothing to go on."""

    def retrieve(self) -> Credentials:
        raise NotConfiguredError("nothing here")


class Broken:
    """Fail with an exception whose text is a secret."""

    def retrieve(self) -> Credentials:
        raise ValueError("hush")


def test_the_order_is_botocores() -> None:
    """With an explicit profile the environment's keys are left out."""
    assert default_chain(environ={}).names == ORDER
    assert default_chain("x", explicit_profile=True, environ={}).names == ORDER[1:]


def process(key: str) -> str:
    document = {"Version": 1, "AccessKeyId": key, "SecretAccessKey": "hush"}
    return f"credential_process = echo '{json.dumps(document)}'\n"


@pytest.mark.parametrize(
    ("config", "credentials", "expected"),
    [
        (f"[default]\n{KEYS.format('CONFIG')}", "", "AKIACONFIG"),
        (f"[default]\n{KEYS.format('CONFIG')}", f"[default]\n{KEYS.format('FILE')}", "AKIAFILE"),
        (f"[default]\n{KEYS.format('CONFIG')}{process('AKIAPROCESS')}", "", "AKIAPROCESS"),
        (f"[default]\n{process('AKIAPROCESS')}", f"[default]\n{KEYS.format('FILE')}", "AKIAFILE"),
    ],
    ids=["config", "credentials file first", "process before config", "credentials file before process"],
)
def test_a_profiles_providers_have_an_order(tmp_path: Path, config: str, credentials: str, expected: str) -> None:
    """The credentials file, then a process, then the config file."""
    chain = default_chain(environ=files(tmp_path, config, credentials))
    assert chain.retrieve().access_key_id == expected


def test_keys_of_the_environment_beat_a_profile_unless_it_is_explicit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys have precedence over AWS_PROFILE, and `profile=` over keys."""
    environ = {**files(tmp_path, credentials=f"[dev]\n{KEYS.format('DEV')}"), **ENVIRONMENT, "AWS_PROFILE": "dev"}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert default_chain(environ=environ).retrieve().access_key_id == "AKIAENVIRONMENT"
    assert default_chain("dev", explicit_profile=True, environ=environ).retrieve().access_key_id == "AKIADEV"
    for options, expected in (({}, "AKIAENVIRONMENT"), ({"profile": "dev"}, "AKIADEV")):
        assert STS(region="us-east-1", **options)._wire().credentials.retrieve().access_key_id == expected


def test_not_configured_moves_on_and_an_error_stops() -> None:
    """
    The verdict of each provider is recorded. Of a foreign exception it has only the type, because its text may contain secrets.
    """
    found = Credentials("AKIAFOUND0001", "hush")
    chain = ProviderChain([("a", Silent()), ("b", StaticProvider(found)), ("c", Broken())])
    assert chain.retrieve() is found
    assert [str(verdict) for verdict in chain.verdicts] == [
        "a: nothing here",
        "b: gave <Credentials ...0001 expiration=None account_id=None>",
    ]
    stopped = ProviderChain([("a", Silent()), ("c", Broken()), ("b", StaticProvider(found))])
    with pytest.raises(ValueError, match="hush"):
        stopped.retrieve()
    assert [str(verdict) for verdict in stopped.verdicts] == ["a: nothing here", "c: failed: ValueError"]


def test_an_exhausted_chain_says_why_each_gave_nothing(tmp_path: Path) -> None:
    """The error lists all ten."""
    with pytest.raises(CredentialsError) as caught:
        default_chain(environ=files(tmp_path)).retrieve()
    assert [verdict.name for verdict in caught.value.verdicts] == list(ORDER)
    assert "AWS_ACCESS_KEY_ID is not set" in str(caught.value)


def test_a_chain_can_be_edited() -> None:
    """Each edit returns a new chain. The error for an unknown name lists the known ones."""
    chain = default_chain(environ={})
    mine = StaticProvider(Credentials("AKIAMINE", "hush"))
    assert chain.insert_before("environment", mine).names == ("static", *ORDER)
    assert chain.insert_after("environment", mine, "mine").names == ("environment", "mine", *ORDER[1:])
    assert chain.without("container", "instance-metadata").names == ORDER[:-2]
    assert chain.names == ORDER
    assert chain.insert_before("environment", mine).retrieve().access_key_id == "AKIAMINE"
    with pytest.raises(ConfigError, match="no provider 'vault'; it has environment"):
        chain.without("vault")


def test_files_are_read_anew_at_each_refresh(tmp_path: Path) -> None:
    """Rotated keys are used without a new client. A chain reads each file once per call."""
    environ = files(tmp_path, credentials=f"[default]\n{KEYS.format('OLD')}")
    chain, alone = default_chain(environ=environ), SharedFilesProvider(environ=environ)
    assert chain.retrieve().access_key_id == alone.retrieve().access_key_id == "AKIAOLD"
    files(tmp_path, credentials=f"[default]\n{KEYS.format('NEW')}")
    assert chain.retrieve().access_key_id == alone.retrieve().access_key_id == "AKIANEW"


def test_a_missing_profile_is_an_error_unless_it_is_the_default(tmp_path: Path) -> None:
    """The role of the instance must not be used in place of an explicit profile."""
    environ = files(tmp_path, "[profile prod]\nregion = eu-west-1")
    with pytest.raises(ProfileNotFoundError, match="prod"):
        default_chain("pord", explicit_profile=True, environ=environ).retrieve()
    with pytest.raises(CredentialsError, match="There is no profile 'default'"):
        default_chain(environ=environ).retrieve()


@pytest.mark.parametrize(
    ("environ", "error", "text"),
    [
        ({"AWS_ACCESS_KEY_ID": "AKIA"}, CredentialsError, "AWS_SECRET_ACCESS_KEY is not set"),
        ({"AWS_SECRET_ACCESS_KEY": "hush"}, NotConfiguredError, "AWS_ACCESS_KEY_ID is not set, although"),
        ({**ENVIRONMENT, "AWS_CREDENTIAL_EXPIRATION": "soon"}, CredentialsError, "'soon'"),
    ],
)
def test_half_an_environment_is_told(environ: dict[str, str], error: type[Exception], text: str) -> None:
    """A key without its secret stops the chain. A secret without its key does not, as in botocore."""
    provider = dict(default_chain(environ=environ))["environment"]
    with pytest.raises(error, match=text) as caught:
        provider.retrieve()
    assert type(caught.value) is error


def test_blanks_around_keys_do_not_count() -> None:
    """Files of variables often end lines with blanks. A blank variable counts as unset."""
    environ = {"AWS_ACCESS_KEY_ID": " AKIA\n", "AWS_SECRET_ACCESS_KEY": "hush\r\n", "AWS_SESSION_TOKEN": "  "}
    credentials = EnvironmentProvider(environ).retrieve()
    assert (credentials.access_key_id, credentials.secret_access_key, credentials.session_token) == ("AKIA", "hush", None)
    with pytest.raises(NotConfiguredError):
        EnvironmentProvider({**environ, "AWS_ACCESS_KEY_ID": " "}).retrieve()


def test_half_a_profile_is_told(tmp_path: Path) -> None:
    """Also where the other half is in the other file: keys of two files are never mixed, as with botocore."""
    for config in ("[default]\naws_secret_access_key = hush", ""):
        environ = files(tmp_path, config, "[default]\naws_access_key_id = AKIASPLIT")
        with pytest.raises(CredentialsError, match="no aws_secret_access_key"):
            default_chain(environ=environ).retrieve()


def test_clients_that_share_a_provider_share_its_cache() -> None:
    """So they share its AssumeRole, too."""
    provider = Silent()
    assert provider_of(provider) is provider_of(provider)
    assert provider_of(provider) is not provider_of(Silent())


@pytest.mark.parametrize(
    ("environ", "config"),
    [(ENVIRONMENT, ""), ({}, f"[default]\n{KEYS.format('X')}")],
    ids=["environment", "files"],
)
def test_simple_credentials_load_no_other_provider(tmp_path: Path, environ: dict[str, str], config: str) -> None:
    """Importing what signs a request with static keys is not to cost an SSO client."""
    code = (
        "import sys; from sts import STS; STS(region='us-east-1')._wire().credentials.retrieve();"
        "print(*[n for n in sys.modules if n.startswith('sts.credentials.')], *sys.modules)"
    )
    command = [sys.executable, "-c", code]
    cwd = Path(__file__).resolve().parent.parent.parent.parent
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=cwd, env={**files(tmp_path, config), **environ}
    )
    loaded = set(done.stdout.split())
    others = "assume_role calls cognito container fetch functions instance login metadata process profile_functions profile_roles saml sso"
    assert loaded.isdisjoint(f"sts.credentials.{name}" for name in [*others.split(), "web_identity"])
    assert loaded.isdisjoint({"urllib3", "requests", "subprocess", "asyncio", "cryptography"})


def test_every_public_name_is_there() -> None:
    """Names are loaded lazily, so a wrong table would only be found by users."""
    import sts.credentials

    for name in sts.credentials.__all__:
        assert getattr(sts.credentials, name).__doc__, name
    assert set(sts.credentials.__all__) == set(dir(sts.credentials))
    with pytest.raises(AttributeError):
        sts.credentials.nothing  # noqa: B018


def test_links_are_named_without_secrets() -> None:
    """By the source that they read."""
    chain = dict(default_chain("dev", environ={}))
    assert repr(chain["process"]) == "<process of profile 'dev'>"
    assert repr(chain["container"]) == "<container of the environment>"


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        ({}, "The profile 'dev' has no sso_account_id or sso_role_name."),
        ({"sso_session": "s"}, " sso_account_id and sso_role_name."),
        ({"sso_role_name": "R"}, ""),
    ],
)
def test_why_a_profile_has_no_sso_role(section: dict[str, str], reason: str) -> None:
    """A session alone gives a token, and no credentials."""
    row = next(row for row in SOURCES if row.name == "sso")
    found = missing(section, "dev", row)
    assert found.endswith(reason)
    assert bool(found) is bool(reason)
    process = next(row for row in SOURCES if row.name == "process")
    assert missing({"sso_session": "s"}, "dev", process) == "The profile 'dev' has no credential_process."


def test_an_option_that_no_client_has_is_refused() -> None:
    """When the chain is made, not at its first use."""
    with pytest.raises(TypeError, match="regoin"):
        default_chain(environ={}, regoin="eu-west-1")


def test_a_link_of_the_environment_names_the_variables_that_are_not_set(tmp_path: Path) -> None:
    """It does not read anything without them."""
    reader = ProfileReader({}, "default")
    with pytest.raises(NotConfiguredError, match="AWS_WEB_IDENTITY_TOKEN_FILE.* are not set"):
        EnvironmentLink("web-identity", Context({}, use_environment=True), reader, "default").retrieve()
