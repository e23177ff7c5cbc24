"""Settings: precedence, sources, texts of variables, checks of options, and what depends on several settings."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sts.errors import ConfigError, MissingRegionError, ProfileNotFoundError
from sts.settings.profiles import load_profiles
from sts.settings.settings import Settings, endpoint_of, explain_settings, missing_region_message, resolve_settings
from sts.settings.table import OPTIONS, SETTINGS

ROWS = {row.name: row for row in SETTINGS}


@pytest.fixture
def resolve(tmp_path):
    """Resolve options against variables and the texts of the two shared files."""

    def resolve(options=None, variables=None, config="", credentials="", metadata_region=None) -> Settings:
        (tmp_path / ".aws").mkdir(exist_ok=True)
        (tmp_path / ".aws" / "config").write_text(config)
        (tmp_path / ".aws" / "credentials").write_text(credentials)
        environ = {"HOME": str(tmp_path), **(variables or {})}
        return resolve_settings(options or {}, environ, lambda: load_profiles(environ), metadata_region)

    return resolve


def test_the_defaults(resolve):
    """Without any source, the settings are the defaults of the contract, and `sources` says so."""
    found = resolve()
    assert found == Settings(
        profile="default",
        region=None,
        ignore_configured_endpoint_urls=False,
        endpoint=None,
        signing_region=None,
        use_fips_endpoint=False,
        use_dualstack_endpoint=False,
        use_global_endpoint=False,
        sts_regional_endpoints="regional",
        defaults_mode="legacy",
        max_attempts=3,
        retry_mode="standard",
        connect_timeout=5.0,
        read_timeout=30.0,
        timeout=None,
        correct_clock_skew=True,
        system_clock_offset=0.0,
        user_agent_app_id=None,
        custom_user_agent=None,
        verify=True,
        cert=None,
        proxies=None,
        environment_proxies={},
        http_handler=None,
        param_validation=True,
        max_concurrency=32,
        auth_scheme_preference=(),
        sigv4a_signing_region_set=(),
        failover_regions=(),
        sources=found.sources,
    )
    assert {name: source for name, source in found.sources.items() if source != "default"} == {
        "region": "option region=, AWS_REGION, AWS_DEFAULT_REGION, profile 'default' in ~/.aws/config and ~/.aws/credentials"
    }


def test_table_and_fields_agree():
    """The table's rows are the fields of Settings in their order, and every row but two is an option of the client."""
    assert [row.name for row in SETTINGS] == list(Settings._fields[:-1])
    assert {row.name for row in SETTINGS} - set(OPTIONS) == {"environment_proxies", "http_handler"}


# Row, an option's value, text of the variable, text in the profile; then the three values they give.
PRECEDENCE = [
    ("region", "eu-west-1", "eu-west-2", "eu-west-3", ("eu-west-1", "eu-west-2", "eu-west-3")),
    ("ignore_configured_endpoint_urls", False, "true", "TRUE", (False, True, True)),
    ("endpoint", "http://o", "http://e", "http://p", ("http://o", "http://e", "http://p")),
    ("use_fips_endpoint", False, "True", "true", (False, True, True)),
    ("use_dualstack_endpoint", False, "true", " true", (False, True, True)),
    ("sts_regional_endpoints", "legacy", "Regional", "LEGACY", ("legacy", "regional", "legacy")),
    ("defaults_mode", "mobile", "in-region", "auto", ("mobile", "in-region", "auto")),
    ("max_attempts", 1, "2", "4", (1, 2, 4)),
    ("retry_mode", "off", "adaptive", "legacy", ("off", "adaptive", "legacy")),
    ("correct_clock_skew", True, "true", "false", (True, False, True)),
    ("user_agent_app_id", "o", "e", "p", ("o", "e", "p")),
    ("verify", False, "/e", "/p", (False, "/e", "/p")),
    ("auth_scheme_preference", ["sigv4"], "sigv4,x", "y , sigv4", (("sigv4",), ("sigv4", "x"), ("y", "sigv4"))),
    ("sigv4a_signing_region_set", "a,b", "c", "d", (("a", "b"), ("c",), ("d",))),
]


def test_precedence_covers_the_table():
    """Every row with variables and keys is in the precedence test below."""
    assert [row.name for row in SETTINGS if row.variables and row.keys] == [case[0] for case in PRECEDENCE]


@pytest.mark.parametrize(
    ("name", "option", "variable", "key", "values"), PRECEDENCE, ids=lambda value: value if isinstance(value, str) else ""
)
def test_option_beats_environment_beats_profile(name, option, variable, key, values, resolve):
    """Each setting is taken from the option, else the variables in order, else the profile's keys, and names its source."""
    row = ROWS[name]
    more = {"auth_scheme_preference": "sigv4"} if name == "sigv4a_signing_region_set" else {}
    config = f"[profile dev]\n{row.keys[0]} = {key}\n"
    variables = {"AWS_PROFILE": "dev", **dict.fromkeys(row.variables[:1], variable)}
    steps = [
        ({name: option, **more}, variables, f"option {name}="),
        (more, variables, row.variables[0]),
        (more, {"AWS_PROFILE": "dev"}, "profile 'dev' in ~/.aws/config"),
    ]
    for (options, environ, source), value in zip(steps, values, strict=True):
        found = resolve(options, environ, config)
        assert (getattr(found, name), found.sources[name]) == (value, source)


@pytest.mark.parametrize("row", [row for row in SETTINGS if row.variables and row.keys], ids=lambda row: row.name)
def test_empty_texts_and_none_count_as_not_set(row, resolve):
    """An empty or blank variable, an empty property and None as an option all leave the default."""
    config = "[default]\n" + "".join(f"{key} =\n" for key in row.keys)
    found = resolve({row.name: None}, dict.fromkeys(row.variables, " "), config)
    assert getattr(found, row.name) == row.default


@pytest.mark.parametrize("row", [row for row in SETTINGS if len(row.variables) > 1 and row.keys], ids=lambda row: row.name)
def test_the_first_variable_wins(row, resolve):
    """If a setting has two variables, the first in the table has precedence. The other works alone."""
    first, second = row.variables
    texts = {first: "http://a" if row.name == "endpoint" else "a", second: "http://b" if row.name == "endpoint" else "b"}
    assert resolve({}, texts).sources[row.name] == first
    assert resolve({}, {second: texts[second]}).sources[row.name] == second


def test_old_spelling_of_the_application_id(resolve):
    """The profile's old key with hyphens is still read."""
    assert resolve({}, {}, "[default]\nsdk-ua-app-id = old\n").user_agent_app_id == "old"


@pytest.mark.parametrize(
    ("variables", "config", "credentials", "value"),
    [
        ({"AWS_CA_BUNDLE": "/a", "REQUESTS_CA_BUNDLE": "/r"}, "[default]\nca_bundle = /p\n", "", "/a"),
        ({"REQUESTS_CA_BUNDLE": "/r"}, "[default]\nca_bundle = /p\n", "", "/p"),
        ({"REQUESTS_CA_BUNDLE": "/r"}, "", "", "/r"),
        ({}, "[default]\nca_bundle = /p\n", "[default]\nca_bundle = /c\n", "/c"),
    ],
)
def test_ca_bundle(variables, config, credentials, value, resolve):
    """AWS_CA_BUNDLE, then the profile, then REQUESTS_CA_BUNDLE."""
    assert resolve({}, variables, config, credentials).verify == value


def test_the_credentials_file_wins_for_the_region(resolve):
    """A region in both files comes from the credentials file, as for boto3 and the JavaScript SDK."""
    found = resolve({}, {}, "[default]\nregion = eu-west-1\n", "[default]\nregion = eu-west-2\n")
    assert (found.region, found.sources["region"]) == ("eu-west-2", "profile 'default' in ~/.aws/credentials")


ENDPOINT_CONFIG = """
[profile dev]
services = local
endpoint_url = http://profile
[profile plain]
endpoint_url = http://profile
[profile other]
services = s3only
endpoint_url = http://profile
[services local]
sts =
  endpoint_url = http://service
[services s3only]
s3 =
  endpoint_url = http://s3
sts = http://not-nested
"""


@pytest.mark.parametrize(
    ("options", "variables", "endpoint", "source"),
    [
        ({}, {"AWS_ENDPOINT_URL_STS": "http://a", "AWS_ENDPOINT_URL": "http://b"}, "http://a", "AWS_ENDPOINT_URL_STS"),
        ({}, {"AWS_ENDPOINT_URL": "http://b"}, "http://b", "AWS_ENDPOINT_URL"),
        ({"profile": "dev"}, {}, "http://service", "[services local] in ~/.aws/config"),
        ({"profile": "plain"}, {}, "http://profile", "profile 'plain' in ~/.aws/config"),
        ({"profile": "other"}, {}, "http://profile", "profile 'other' in ~/.aws/config"),
        ({"profile": "dev"}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_ENDPOINT_URL": "http://b"}, None, "default"),
        (
            {"profile": "dev", "ignore_configured_endpoint_urls": True, "endpoint": "http://o"},
            {},
            "http://o",
            "option endpoint=",
        ),
    ],
)
def test_where_the_endpoint_comes_from(options, variables, endpoint, source, resolve):
    """
    The variable of the service, the general one, the services section, the profile. None of them if they are to be ignored.
    """
    found = resolve(options, variables, ENDPOINT_CONFIG)
    assert (found.endpoint, found.sources["endpoint"]) == (endpoint, source)


def test_a_services_section_that_does_not_exist_is_an_error(resolve):
    """A profile that names one must not silently go to AWS instead."""
    with pytest.raises(
        ConfigError, match=r"services = gone in profile 'default' in ~/.aws/config, but \[services gone\] is empty"
    ):
        resolve({}, {}, "[default]\nservices = gone\n")


@pytest.mark.parametrize(
    ("options", "variables", "name", "source"),
    [
        ({}, {}, "default", "default"),
        ({}, {"AWS_DEFAULT_PROFILE": "a"}, "a", "AWS_DEFAULT_PROFILE"),
        ({}, {"AWS_DEFAULT_PROFILE": "a", "AWS_PROFILE": "b"}, "b", "AWS_PROFILE"),
        ({"profile": "c"}, {"AWS_DEFAULT_PROFILE": "a", "AWS_PROFILE": "b"}, "c", "option profile="),
    ],
)
def test_which_profile(options, variables, name, source, resolve):
    """The option, AWS_PROFILE, AWS_DEFAULT_PROFILE, default."""
    found = resolve(options, variables, "[profile a]\n[profile b]\n[profile c]\n")
    assert (found.profile, found.sources["profile"]) == (name, source)


def test_a_profile_that_does_not_exist_is_an_error(resolve):
    """The error has the nearest name, the files, and the source of the name."""
    with pytest.raises(ProfileNotFoundError) as raised:
        resolve({}, {"AWS_PROFILE": "prodution"}, "[profile production]\n", "[dev]\n")
    assert str(raised.value) == (
        "There is no profile 'prodution'. Did you mean 'production'? Profiles found: dev, production. "
        "Files: ~/.aws/config (read) and ~/.aws/credentials (read). The profile was chosen by AWS_PROFILE."
    )


def test_a_missing_default_profile_is_fine(resolve):
    """Asking for `default` by name is what many scripts do where there are no files at all."""
    assert resolve({"profile": "default"}).profile == "default"


def test_files_are_read_once_and_only_if_needed():
    """The shared files are not read if options and variables are enough."""
    calls = []

    def load():
        calls.append(1)
        return load_profiles({"HOME": "/nowhere"})

    resolve_settings({}, {}, load)
    assert len(calls) == 1
    options = {name: option for name, option, *_ in PRECEDENCE} | {"auth_scheme_preference": "sigv4"}
    resolve_settings(options, {}, load)
    assert len(calls) == 1


BAD_TEXTS = [
    ("use_fips_endpoint", "yes", "true or false"),
    ("use_dualstack_endpoint", "1", "true or false"),
    ("ignore_configured_endpoint_urls", "on", "true or false"),
    ("correct_clock_skew", "0", "true or false"),
    ("max_attempts", "three", "a whole number of at least 1"),
    ("max_attempts", "0", "a whole number of at least 1"),
    ("max_attempts", "-1", "a whole number of at least 1"),
    ("max_attempts", "3.0", "a whole number of at least 1"),
    ("max_attempts", "\u00b2", "a whole number of at least 1"),
    ("max_attempts", "9" * 50, "a whole number of at least 1"),
    ("retry_mode", "fast", "one of 'standard', 'adaptive', 'legacy', 'off'"),
    ("sts_regional_endpoints", "global", "one of 'regional', 'legacy'"),
    ("defaults_mode", "quick", "one of 'legacy', 'standard', 'in-region', 'cross-region', 'mobile', 'auto'"),
    ("region", "evil.example/", "the name of a region"),
    ("region", "eu_west_1", "the name of a region"),
    ("region", "-a", "the name of a region"),
]


@pytest.mark.parametrize(("name", "text", "allowed"), BAD_TEXTS)
def test_a_bad_text_names_its_source(name, text, allowed, resolve):
    """The error for an invalid variable or property has its name, its text and what is allowed."""
    row = ROWS[name]
    with pytest.raises(ConfigError) as raised:
        resolve({}, {row.variables[0]: text})
    assert str(raised.value).startswith(f"{row.variables[0]} is {text!r}; it must be {allowed}")
    with pytest.raises(ConfigError) as raised:
        resolve({}, {}, f"[default]\n{row.keys[0]} = {text}\n")
    assert str(raised.value).startswith(
        f"{row.keys[0]} of profile 'default' in ~/.aws/config is {text!r}; it must be {allowed}"
    )


def test_a_nested_value_where_a_text_belongs(resolve):
    """A nested block is not a region."""
    with pytest.raises(ConfigError, match=r"region of profile 'default' in ~/\.aws/config is a nested block; it must be"):
        resolve({}, {}, "[default]\nregion =\n  a = b\n")


BAD_OPTIONS = [
    ("profile", 1),
    ("profile", ""),
    ("region", "a.b"),
    ("region", b"eu-west-1"),
    ("endpoint", 5),
    ("use_fips_endpoint", "true"),
    ("use_global_endpoint", 1),
    ("sts_regional_endpoints", True),
    ("max_attempts", "3"),
    ("max_attempts", True),
    ("max_attempts", 0),
    ("max_attempts", 2.0),
    ("connect_timeout", 0),
    ("connect_timeout", "5"),
    ("read_timeout", float("nan")),
    ("read_timeout", float("inf")),
    ("timeout", -1),
    ("timeout", True),
    ("system_clock_offset", "1"),
    pytest.param("system_clock_offset", 10**400, id="huge"),
    pytest.param("system_clock_offset", 10**5000, id="unprintable"),
    ("correct_clock_skew", "no"),
    ("verify", 5),
    ("verify", ""),
    ("cert", ("a",)),
    ("cert", ("a", 1)),
    ("proxies", ["http://p"]),
    ("proxies", {"https": 1}),
    ("param_validation", "yes"),
    ("param_validation", {"kind": True}),
    ("param_validation", {"min": 1}),
    ("max_concurrency", 0),
    ("auth_scheme_preference", 4),
    ("auth_scheme_preference", [4]),
    ("custom_user_agent", [("a", 1)]),
    ("custom_user_agent", 3),
    ("user_agent_app_id", 3),
    ("max_retries", -1),
    ("max_retries", "3"),
]


@pytest.mark.parametrize(("name", "value"), BAD_OPTIONS)
def test_a_bad_option_names_itself_and_what_is_allowed(name, value, resolve):
    """An option of the wrong type or out of range is an error of ours, whatever it is."""
    with pytest.raises(ConfigError, match=rf"^Option {name}= is .*; it must be \w+"):
        resolve({name: value})


GOOD_OPTIONS = [
    ("verify", Path("/ca.pem"), "/ca.pem"),
    ("verify", True, True),
    ("cert", "/c", "/c"),
    ("cert", ["/c", Path("/k")], ("/c", "/k")),
    ("proxies", {}, {}),
    ("proxies", {"https": "http://p", "http": None}, {"https": "http://p"}),
    ("proxies", "http://p", {"http": "http://p", "https": "http://p"}),
    ("param_validation", False, False),
    ("param_validation", {"min": False}, {"min": False}),
    ("connect_timeout", 2, 2.0),
    ("timeout", 0.5, 0.5),
    ("system_clock_offset", -3600, -3600.0),
    ("custom_user_agent", "tool/1", "tool/1"),
    ("custom_user_agent", [["tool", "1"], ("x",), "y"], "tool/1 x y"),
    ("retry_mode", "Adaptive", "adaptive"),
    ("auth_scheme_preference", ("sigv4",), ("sigv4",)),
    ("use_global_endpoint", True, True),
]


@pytest.mark.parametrize(("name", "value", "resolved"), GOOD_OPTIONS)
def test_a_good_option_is_taken(name, value, resolved, resolve):
    """Paths become strings, numbers floats, lists tuples. The source is the option."""
    found = resolve({name: value})
    assert getattr(found, name) == resolved
    assert isinstance(getattr(found, name), type(resolved))
    assert found.sources[name] == f"option {name}="


@pytest.mark.parametrize(
    ("options", "variables", "attempts", "source"),
    [
        ({"max_retries": 0}, {}, 1, "option max_retries="),
        ({"max_retries": 4}, {"AWS_MAX_ATTEMPTS": "9"}, 5, "option max_retries="),
        ({"retry_mode": "legacy"}, {}, 4, "default of retry_mode legacy"),
        ({"retry_mode": "off"}, {}, 1, "default of retry_mode off"),
        ({"retry_mode": "legacy"}, {"AWS_MAX_ATTEMPTS": "9"}, 9, "AWS_MAX_ATTEMPTS"),
        ({"retry_mode": "adaptive"}, {}, 3, "default"),
    ],
)
def test_attempts(options, variables, attempts, source, resolve):
    """v2's max_retries is one less. Each retry mode has its own default."""
    found = resolve(options, variables)
    assert (found.max_attempts, found.sources["max_attempts"]) == (attempts, source)


def test_attempts_and_retries_together_are_refused(resolve):
    """The two mean different numbers, so both at once are a mistake."""
    with pytest.raises(ConfigError, match="give one of them"):
        resolve({"max_attempts": 3, "max_retries": 2})


@pytest.mark.parametrize(
    ("mode", "variables", "seconds"),
    [
        ("legacy", {}, 5.0),
        ("standard", {}, 3.1),
        ("in-region", {}, 1.1),
        ("cross-region", {}, 3.1),
        ("mobile", {}, 30.0),
        ("auto", {}, 3.1),
        ("auto", {"AWS_REGION": "eu-west-1"}, 3.1),
        ("auto", {"AWS_EXECUTION_ENV": "AWS_Lambda", "AWS_REGION": "eu-west-1"}, 1.1),
        ("auto", {"AWS_EXECUTION_ENV": "AWS_Lambda", "AWS_DEFAULT_REGION": "eu-west-1"}, 1.1),
        ("auto", {"AWS_EXECUTION_ENV": "AWS_Lambda", "AWS_REGION": "us-east-1"}, 3.1),
    ],
)
def test_defaults_mode_sets_the_connect_timeout(mode, variables, seconds, resolve):
    """The mode changes the default only: an explicit timeout stays."""
    options = {"region": "eu-west-1", "defaults_mode": mode}
    assert resolve(options, variables).connect_timeout == seconds
    assert resolve({**options, "connect_timeout": 7}, variables).connect_timeout == 7


def test_metadata_is_asked_last(resolve):
    """The region of the instance metadata is read only if there is no other and one is needed."""

    def never() -> str:
        raise AssertionError("asked without need")

    found = resolve(metadata_region=lambda: "eu-central-1")
    assert (found.region, found.sources["region"]) == ("eu-central-1", "instance metadata")
    assert resolve({"region": "eu-west-1"}, metadata_region=never).region == "eu-west-1"
    assert resolve({"use_global_endpoint": True}, metadata_region=never).region is None
    assert resolve({"sts_regional_endpoints": "legacy"}, metadata_region=never).region is None
    assert (
        resolve({"use_global_endpoint": True, "use_fips_endpoint": True}, metadata_region=lambda: "us-east-2").region
        == "us-east-2"
    )
    with pytest.raises(ConfigError, match=r"^instance metadata is '<html>'; it must be the name of a region"):
        resolve(metadata_region=lambda: "<html>")


def test_missing_region_says_where_it_looked(resolve):
    """The error lists every place, and the ways out that need no region."""
    found = resolve({}, {}, "[default]\n", metadata_region=lambda: None)
    with pytest.raises(MissingRegionError) as raised:
        endpoint_of(found)
    assert str(raised.value) == missing_region_message(found)
    for part in (
        "option region=",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "profile 'default' in ~/.aws/config",
        "instance metadata",
    ):
        assert part in str(raised.value)
    assert "use_global_endpoint=True and sts_regional_endpoints='legacy' need no region" in str(raised.value)


@pytest.mark.parametrize(
    ("options", "url", "region"),
    [
        ({"region": "eu-west-1"}, "https://sts.eu-west-1.amazonaws.com", "eu-west-1"),
        ({"use_global_endpoint": True}, "https://sts.amazonaws.com", "us-east-1"),
        ({"sts_regional_endpoints": "legacy"}, "https://sts.amazonaws.com", "us-east-1"),
        ({"sts_regional_endpoints": "legacy", "region": "eu-west-1"}, "https://sts.amazonaws.com", "us-east-1"),
        ({"sts_regional_endpoints": "legacy", "region": "eu-south-1"}, "https://sts.eu-south-1.amazonaws.com", "eu-south-1"),
        ({"use_fips_endpoint": True, "region": "us-east-2"}, "https://sts-fips.us-east-2.amazonaws.com", "us-east-2"),
        ({"use_dualstack_endpoint": True, "region": "us-east-2"}, "https://sts.us-east-2.api.aws", "us-east-2"),
        ({"endpoint": "http://localhost:4566"}, "http://localhost:4566", "us-east-1"),
        (
            {"sts_regional_endpoints": "legacy", "region": "us-east-2", "use_fips_endpoint": True},
            "https://sts-fips.us-east-2.amazonaws.com",
            "us-east-2",
        ),
    ],
)
def test_endpoint_of(options, url, region, resolve):
    """The settings lead to the endpoint and the region to sign for."""
    endpoint = endpoint_of(resolve(options))
    assert (endpoint.url, endpoint.signing_region) == (url, region)


def test_an_endpoint_that_cannot_be_used_names_its_source(resolve):
    """What the endpoint rules refuse is traced back to the variable that caused it."""
    with pytest.raises(ConfigError, match=r"\(endpoint: AWS_ENDPOINT_URL\)$"):
        endpoint_of(resolve({}, {"AWS_ENDPOINT_URL": "localhost:4566"}))
    with pytest.raises(ConfigError, match=r"\(endpoint: option endpoint=; use_fips_endpoint: AWS_USE_FIPS_ENDPOINT\)$"):
        endpoint_of(resolve({"endpoint": "http://h"}, {"AWS_USE_FIPS_ENDPOINT": "true"}))


def test_a_long_application_id_is_a_warning(resolve, caplog):
    """More than 50 characters are sent all the same, as the other SDKs do."""
    assert len(resolve({}, {"AWS_SDK_UA_APP_ID": "x" * 51}).user_agent_app_id) == 51
    assert "user_agent_app_id (AWS_SDK_UA_APP_ID) has 51 characters; AWS recommends at most 50." in caplog.text
    caplog.clear()
    resolve({"user_agent_app_id": "x" * 50})
    assert not caplog.records


@pytest.mark.parametrize(
    ("variables", "proxies", "source"),
    [
        ({"HTTPS_PROXY": "http://u"}, {"https": "http://u"}, "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "http://u", "https_proxy": "http://l"}, {"https": "http://l"}, "https_proxy"),
        ({"HTTPS_PROXY": "http://u", "https_proxy": ""}, {}, "default"),
        ({"HTTP_PROXY": "http://u", "REQUEST_METHOD": "GET"}, {}, "default"),
        ({"http_proxy": "http://u", "REQUEST_METHOD": "GET"}, {"http": "http://u"}, "http_proxy"),
        ({"ALL_PROXY": "http://a", "NO_PROXY": "x"}, {"all": "http://a", "no": "x"}, "ALL_PROXY, NO_PROXY"),
    ],
)
def test_proxies_of_the_environment(variables, proxies, source, resolve):
    """
    Lower case has precedence, and an empty variable means no proxy. HTTP_PROXY is ignored under CGI. An option replaces all.
    """
    found = resolve({}, variables)
    assert (found.environment_proxies, found.sources["environment_proxies"], found.proxies) == (proxies, source, None)
    assert resolve({"proxies": {}}, variables).environment_proxies == {}


def test_no_password_is_shown(resolve):
    """Neither explain_settings nor repr shows user name, password or query of a URL."""
    urls = ["http://user:SECRET@proxy:3128", "user:SECRET@proxy", "http://u:SECRET/x@proxy/", "http://h/?token=SECRET"]
    for url in urls:
        for found in (
            resolve({"region": "a", "endpoint": url, "proxies": {"https": url}}),
            resolve({}, {"HTTPS_PROXY": url, "AWS_ENDPOINT_URL": url}),
        ):
            assert "SECRET" not in repr(found) + str(found) + repr(explain_settings(found))
        with pytest.raises(ConfigError) as raised:
            resolve({"proxies": [url]})
        assert "SECRET" not in str(raised.value)


def test_explain_settings_lists_everything(resolve):
    """Each setting has its displayed value and its source, in the order of the table."""
    lines = explain_settings(resolve({"max_attempts": 2}, {"AWS_REGION": "eu-west-1", "HTTPS_PROXY": "http://u:p@proxy:1"}))
    assert [name for name, _, _ in lines] == [row.name for row in SETTINGS]
    assert ("max_attempts", "2", "option max_attempts=") in lines
    assert ("region", "eu-west-1", "AWS_REGION") in lines
    assert ("environment_proxies", "{'https': 'http://...@proxy:1'}", "HTTPS_PROXY") in lines


def test_settings_never_change_and_pickle(resolve):
    """The value is frozen, and may be sent to another process."""
    found = resolve({"region": "eu-west-1"})
    with pytest.raises(AttributeError):
        found.region = "x"
    assert pickle.loads(pickle.dumps(found)) == found


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.binary(max_size=3),
    st.lists(st.text(max_size=3), max_size=3), st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)  # fmt: skip


@given(
    st.dictionaries(st.sampled_from([row.name for row in SETTINGS]), ANYTHING, max_size=3),
    st.dictionaries(st.sampled_from([name for row in SETTINGS for name in row.variables]), st.text(max_size=8), max_size=3),
)
@settings(max_examples=200, deadline=None)
def test_any_options_and_variables_give_settings_or_a_config_error(options, variables):
    """Whatever is given, there are settings or an error of ours."""
    environ = {"HOME": "/nowhere", **variables}
    try:
        found = resolve_settings(options, environ, lambda: load_profiles(environ))
        endpoint_of(found)
    except ConfigError:
        return
    assert found.region is not None or found.endpoint or found.use_global_endpoint or found.sts_regional_endpoints == "legacy"


def test_an_empty_region_counts_as_not_given(tmp_path):
    """
    Users of boto3 write `region=""` for Ceph. The next source is used.

    ceph documentation, radosgw/STS: `region_name=''`.
    """
    options = {"region": "", "endpoint": "http://localhost:8000"}
    found = resolve_settings(options, {"HOME": str(tmp_path), "AWS_REGION": "eu-west-1"}, lambda: load_profiles({"HOME": "/x"}))
    assert (found.region, found.sources["region"]) == ("eu-west-1", "AWS_REGION")


def test_an_endpoint_of_aws_asks_no_metadata_for_a_region(tmp_path):
    """The region is in the host's name."""
    options = {"endpoint": "https://sts.eu-west-1.amazonaws.com"}
    found = resolve_settings(options, {"HOME": str(tmp_path)}, lambda: load_profiles({"HOME": "/x"}), lambda: 1 / 0)
    assert found.region is None
    assert endpoint_of(found).signing_region == "eu-west-1"


@pytest.mark.parametrize("endpoint", ["https://sts.eu-west-1.amazonaws.com", "http://localhost:9000", None])
def test_signing_region_overrides_every_other(endpoint, tmp_path):
    """For servers and proxies that expect a region other than that of their host."""
    options = {"region": "eu-central-1", "endpoint": endpoint, "signing_region": "garage"}
    found = resolve_settings(options, {"HOME": str(tmp_path)}, lambda: load_profiles({"HOME": "/x"}))
    assert endpoint_of(found).signing_region == "garage"
    assert endpoint_of(found).url == (endpoint or "https://sts.eu-central-1.amazonaws.com")
    assert found.region == "eu-central-1"
