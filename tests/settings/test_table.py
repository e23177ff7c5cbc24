"""The names of the client's options, and the errors for unknown names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sts import STS, ConfigError
from sts.settings.table import OPTIONS, check_options
from tests.support.fakes import CREDENTIALS

ROOT = Path(__file__).resolve().parent.parent.parent
DESIGNED = set(
    """
region credentials profile endpoint use_fips_endpoint use_dualstack_endpoint use_global_endpoint sts_regional_endpoints
ignore_configured_endpoint_urls defaults_mode max_attempts retry_mode retry_strategy connect_timeout read_timeout timeout
request_handler session proxies verify cert params param_validation correct_clock_skew system_clock_offset user_agent_app_id
custom_user_agent logger callback_scheduler max_concurrency access_key_id secret_access_key session_token max_retries
retry_delay_options http_options auth_scheme_preference sigv4a_signing_region_set failover_regions signing_region extensions
""".split()
)


def test_the_options_are_those_of_the_contract():
    """The list is complete, and nothing was added unnoticed. Each has a type and one sentence."""
    assert set(OPTIONS) == DESIGNED
    for option in OPTIONS.values():
        assert option.type
        assert option.doc.endswith(".")
        assert "\n" not in option.doc


def test_every_option_passes():
    """All options together are accepted, and so is no option."""
    check_options(OPTIONS)
    check_options({})


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("region_name", "'region'"),
        ("endpoint_url", "'endpoint'"),
        ("aws_access_key_id", "'access_key_id'"),
        ("aws_secret_access_key", "'secret_access_key'"),
        ("aws_session_token", "'session_token'"),
        ("profile_name", "'profile'"),
        ("use_ssl", "endpoint='http://...'"),
        ("api_version", "not needed"),
        ("config", "options of the client"),
        ("retries", "max_attempts= and retry_mode="),
        ("maxRetries", "'max_retries'"),
        ("useFipsEndpoint", "'use_fips_endpoint'"),
        ("stsRegionalEndpoints", "'sts_regional_endpoints'"),
        ("sigv4aSigningRegionSet", "'sigv4a_signing_region_set'"),
        ("accessKeyId", "'access_key_id'"),
        ("credentialDefaultProvider", "'credentials'"),
        ("requestTimeout", "'read_timeout'"),
        ("disableClockSkewCorrection", "correct_clock_skew=False"),
        ("sslEnabled", "endpoint='http://...'"),
        ("Region", "'region'"),
        ("regoin", "'region'"),
        ("max_atempts", "'max_attempts'"),
    ],
)
def test_an_unknown_option_names_the_one_that_was_meant(name, said):
    """boto3's names, camelCase and slips of the pen are answered with the name to use, or what to do instead."""
    with pytest.raises(TypeError, match="There is no client option") as raised:
        check_options({"region": 1, name: 2})
    assert said in str(raised.value)


def test_a_name_like_no_other_gets_no_guess():
    """Nothing is suggested where nothing is near."""
    with pytest.raises(TypeError) as raised:
        check_options(["zzzzzz"])
    assert str(raised.value) == "There is no client option 'zzzzzz'."


@pytest.mark.parametrize("name", ["request_handler", "session", "params", "http_options", "logger", "retry_delay_options"])
def test_objects_are_looked_at_before_the_first_call(name):
    """An object without the required methods is rejected by the constructor, not in the middle of a call."""
    with pytest.raises(ConfigError, match=rf"Option {name}= is not usable \(type int\); it must be "):
        STS(**{**CREDENTIALS, name: 5}).get_caller_identity()


def test_a_scheduler_is_a_function():
    """Like a callback, it is looked at when it is given."""
    with pytest.raises(TypeError, match=r"STS\(\) takes a function as callback_scheduler, not 5"):
        STS(**CREDENTIALS, callback_scheduler=5)


@pytest.mark.parametrize(("name", "value"), [("connect_timeout", 1e12), ("read_timeout", 0), ("system_clock_offset", -1e12)])
def test_numbers_of_seconds_have_bounds_that_are_said(name, value):
    """The error for a too large number has the maximum."""
    with pytest.raises(ConfigError, match=rf"Option {name}= is .*a number of seconds.* at most 1000000000"):
        STS(**{**CREDENTIALS, name: value}).get_caller_identity()


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), 1e12, 10**400, "1", True])
def test_a_total_timeout_has_bounds_that_are_said(value):
    """Before the settings are read it bounds nothing that it cannot."""
    with pytest.raises(ConfigError, match=r"Option timeout= is .*a number of seconds above 0, at most 1000000000"):
        STS(**{**CREDENTIALS, "timeout": value}).get_caller_identity()


@pytest.mark.parametrize("value", ["1", -1, float("inf"), True])
def test_http_options_are_named_as_they_were_given(value):
    """Not by the names of the options that they set."""
    with pytest.raises(ConfigError, match=r"http_options has timeout=.*a number of milliseconds"):
        STS(**CREDENTIALS, http_options={"timeout": value}).get_caller_identity()


def test_no_limit_is_the_usual_limit():
    """v2's scripts write 0 for no limit. Here the default limit applies, so that no call hangs."""
    settings = STS(**CREDENTIALS, http_options={"timeout": 0, "connect_timeout": 0}).config
    assert (settings.read_timeout, settings.connect_timeout) == (30.0, 5.0)


def test_a_missing_bundle_is_traced_to_what_named_it(monkeypatch):
    """The message names the variable."""
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nowhere/ca.pem")
    with pytest.raises(ConfigError, match=r"'/nowhere/ca.pem', which does not exist.*\(verify: AWS_CA_BUNDLE\)"):
        STS(**CREDENTIALS).get_caller_identity()


MOON = """    Option(
        "moon",
        "int",
        "Phase of the moon.",
        kinds.COUNT,
        7,
        variables=("AWS_MOON",),
        keys=("moon",),
        secret=False,
        inherited=True,
        in_cache_keys=True,
    ),
)
"""
ASK = """
import os, sts
from sts import STS
from sts.credentials.choose import choose_credentials
from sts.credentials.refreshing import configured_endpoint
from sts.settings.settings import explain_settings, resolve_settings
from sts.settings.table import check_options, describe_options
from tests.tools.generate import GENERATED
from docs.tables import options, settings_by_variable

for name in ("types.py", "settings/settings.py"):
    print(name, [line.strip() for line in GENERATED[name]().splitlines() if "moon" in line.lower()])
exec((make := GENERATED["settings/settings.py"]()) and compile(make, "settings.py", "exec"), vars(sts.settings.settings))
keys = {"region": "us-east-1", "access_key_id": "AKIAEXAMPLE", "secret_access_key": "s"}
from sts.settings.settings import resolve_settings
print("default", STS(**keys).config.moon)
print("option", STS(**keys, moon=3).config.moon)
os.environ["AWS_MOON"] = "4"
found = STS(**keys).config
print("variable", found.moon, found.sources["moon"])
print("shown", [line for line in explain_settings(found) if line[0] == "moon"])
print("key of a cache", configured_endpoint({}))
try:
    STS(**keys, moon=0).config
except sts.ConfigError as error:
    print("checked", error)
chain = choose_credentials({"region": "us-east-1", "moon": 5}, found, {}).provider
print("inherited", dict(chain)["process"]._context.options.get("moon"))
print("help", [line.strip() for line in describe_options().splitlines() if "moon" in line])
print("docs", [line for line in (options() + "\\n" + settings_by_variable()).splitlines() if "moon" in line])
try:
    check_options(["moom"])
except TypeError as error:
    print("advice", error)
"""


def test_a_new_option_is_one_row(tmp_path):
    """A made-up row appears in settings, types, help, docs, checks, calls of the chain, cache keys and suggestions."""
    shutil.copytree(ROOT / "sts", tmp_path / "sts", ignore=shutil.ignore_patterns("__pycache__"))
    table = tmp_path / "sts" / "settings" / "table.py"
    text = table.read_text()
    end = text.index("\n)\n", text.index("TABLE = (")) + 1
    table.write_text(text[:end] + MOON + text[end + 2 :])
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]), "HOME": str(tmp_path)}
    environ = {name: value for name, value in environ.items() if not name.startswith("AWS_")}
    done = subprocess.run([sys.executable, "-c", ASK], cwd=tmp_path, env=environ, capture_output=True, text=True)
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines())

    assert not done.returncode, done.stderr
    assert said == {
        "types.py": '[\'moon: Union[int, None]\', \'"""Phase of the moon."""\']',
        "settings/settings.py": "['moon: int']",
        "default": "7",
        "option": "3",
        "variable": "4 AWS_MOON",
        "shown": "[('moon', '4', 'AWS_MOON')]",
        "key": "of a cache 4",
        "checked": "Option moon= is 0 (type int); it must be a whole number of at least 1.",
        "inherited": "5",
        "help": "['moon (int): Phase of the moon. Default: 7.']",
        "docs": "['| `moon` | Phase of the moon. | int | `AWS_MOON` | `moon` | `7` |', '| `AWS_MOON` | `moon` | `moon` |']",
        "advice": "There is no client option 'moom'. Did you mean 'moon'?",
    }
