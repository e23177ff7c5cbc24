"""The shared files: the AWS rules by AWS's own cases, boto3's files side by side with boto3, and anything else as bytes."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest
from botocore import configloader
from botocore.exceptions import ConfigParseError
from hypothesis import given, settings
from hypothesis import strategies as st

from sts.errors import ProfileNotFoundError, ProfileParseError
from sts.settings.profiles import Profiles, expand_path, home_directory, load_profiles, profile_files
from sts.settings.sections import parse_sections

DATA = Path(__file__).parent.parent / "data"
PARSER_CASES = json.loads((DATA / "profile-files-smithy-rs" / "profile-parser-tests.json").read_text("utf-8"))["tests"]
LOCATION_CASES = json.loads((DATA / "profile-files-smithy-rs" / "file-location-tests.json").read_text("utf-8"))["tests"]
BOTOCORE_FILES = sorted(
    path for path in (DATA / "profile-files-botocore").iterdir() if path.name not in {"SOURCE.txt", "LICENSE.txt", "NOTICE"}
)

# The suite has the messages of another SDK. Ours report the same problems of the same lines.
PROBLEMS = {
    "Profile definition must end with ']'": "must end with ']'",
    "Expected a profile definition": "must come before the first property",
    "Property did not have a name": "must have a name before its '='",
    "Expected an '=' sign defining a property": "must have an '='",
    "Expected a property definition": "this line is indented, but there is no property before it",
    "Expected a property definition, found continuation": "this line is indented, but there is no property before it",
    "Expected an '=' sign defining a sub-property": "a nested property must have an '='",
    "Sub-property did not have a name": "a nested property must have a name",
}

BEYOND = {
    "Profile names support alphanumeric characters and - / . % @ _ : +": {"foo!bar": {}},
    "Invalid profile names are ignored.": {"in valid 2": {"name2": "value2"}},
}
"""Profiles that the suite ignores; the AWS CLI writes such names, and boto3 reads them."""


def load(folder: Path, config: str | bytes | None = None, credentials: str | bytes | None = None) -> Profiles:
    (folder / ".aws").mkdir(exist_ok=True)
    for name, content in (("config", config), ("credentials", credentials)):
        if content is not None:
            (folder / ".aws" / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return load_profiles({"HOME": str(folder)})


def as_text(sections: dict) -> dict:
    """Write nested properties the way the suite does."""
    return {
        name: {
            key: value if isinstance(value, str) else "".join(f"\n{k} = {v}".rstrip() for k, v in value.items())
            for key, value in section.items()
        }
        for name, section in sections.items()
    }


@pytest.mark.parametrize("case", PARSER_CASES, ids=lambda case: case["name"])
def test_every_parser_case_of_the_aws_sdks_holds(case, tmp_path):
    """The 65 cases that all AWS SDKs share give the same profiles, or an error about the same thing."""
    files = case["input"].get("configFile"), case["input"].get("credentialsFile")
    if "errorContaining" in case["output"]:
        with pytest.raises(ProfileParseError, match=r"^~/.aws/config, line \d+: ") as raised:
            load(tmp_path, *files)
        assert PROBLEMS[case["output"]["errorContaining"]] in str(raised.value)
    else:
        profiles = load(tmp_path, *files)
        assert as_text(profiles.profiles) == case["output"]["config"]["profiles"] | BEYOND.get(case["name"], {})
        assert as_text(profiles.sso_sessions) == case["output"]["config"].get("sso_sessions", {})


@pytest.mark.parametrize("case", LOCATION_CASES, ids=lambda case: f"{case['platform']}: {case['name']}")
def test_every_location_case_of_the_aws_sdks_holds(case):
    """The 9 cases about where the files are give the same paths."""
    paths = profile_files(case["environment"], windows=case["platform"] == "windows")
    assert paths == (case["configLocation"], case["credentialsLocation"])


@pytest.mark.parametrize("path", BOTOCORE_FILES, ids=lambda path: path.name)
def test_botocores_own_files_read_as_botocore_reads_them(path, tmp_path):
    """Each file gives the profiles, SSO sessions and services it gives botocore, or an error where botocore has one."""
    environ = {"HOME": str(tmp_path), "AWS_CONFIG_FILE": str(path)}
    try:
        theirs = configloader.load_config(str(path))
    except ConfigParseError:
        with pytest.raises(ProfileParseError, match=rf"^{path}, line \d+: "):
            load_profiles(environ)
        return
    ours = load_profiles(environ).config
    assert ours.profiles == theirs["profiles"]
    assert ours.sso_sessions == theirs["sso_sessions"]
    assert ours.services == theirs["services"]


def test_botocores_files_are_all_there():
    """The comparison above covers the whole suite, broken files included."""
    assert len(BOTOCORE_FILES) == 15


@pytest.mark.parametrize(
    ("text", "ours", "reason"),
    [
        ("[default]\na = b # c\n", {"default": {"a": "b"}}, "the AWS rules end a value at ' #'; botocore keeps the comment"),
        ("[default]\na: b\n", None, "the AWS rules know only '='; botocore takes ':', which is read here for AWS's keys"),
        ("[profile Ann's]\na = b\n", {"Ann's": {"a": "b"}}, "the AWS CLI writes it so; botocore cannot read it back"),
        ("[profile a]\nx = 1\n[profile a]\ny = 2\n", {"a": {"x": "1", "y": "2"}}, "repeats merge; an error for botocore"),
        ("[profile a]\nx = 1\nx = 2\n", {"a": {"x": "2"}}, "the last one wins; an error for botocore"),
        ("[profile default]\nx = 1\n[default]\nx = 2\n", {"default": {"x": "1"}}, "the prefix wins; botocore takes the last"),
        (
            "\ufeff[default]\nx = 1\n",
            {"default": {"x": "1"}},
            "editors on Windows write a byte order mark; an error for botocore",
        ),
        ("[default]\na b = c\n", {"default": {}}, "the AWS rules drop names with spaces; botocore keeps them"),
        ("[ default ]\nx = 1\n", {"default": {"x": "1"}}, "names are trimmed; botocore has no such profile"),
        (
            "[default]\nx = 1\n  2\n\n  3\n",
            {"default": {"x": "1\n2\n3"}},
            "blank lines are dropped; botocore keeps them in a value",
        ),
        ("[default] x\na = b\n", None, "only a comment may follow; botocore drops the text"),
    ],
)
def test_deviation_from_botocore(text, ours, reason, tmp_path):
    """Each known difference is deliberate: the AWS rules or the interest of users differ from botocore."""
    path = tmp_path / ".aws" / "config"
    if ours is None:
        with pytest.raises(ProfileParseError):
            load(tmp_path, text)
    else:
        assert load(tmp_path, text).profiles == ours, reason
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    try:
        theirs = configloader.load_config(str(path))["profiles"]
    except ConfigParseError:
        theirs = None
    assert theirs != ours, f"no deviation any more: {reason}"


NAMES = st.sampled_from(["default", "dev", "a-b", "x.y", "p@q", "é"])
KEYS = st.sampled_from(["region", "role_arn", "output", "s3", "a_b"])
VALUES = st.text("abc =-/:[]\"'%é", max_size=12).map(str.strip).filter(lambda text: text[:1] not in {"=", "["})


@st.composite
def files(draw: st.DrawFn) -> str:
    """Draw a config file on whose meaning the AWS rules and botocore agree."""
    lines = []
    for name in draw(st.lists(NAMES, unique=True, max_size=4)):
        kind = "" if name == "default" else draw(st.sampled_from(["profile ", "profile\t", "sso-session ", "services "]))
        quote = draw(st.sampled_from(["", '"', "'"])) if kind else ""
        lines.append(f"[{kind}{quote}{name}{quote}]{draw(st.sampled_from(['', '  # a comment', '; another']))}")
        indent = draw(st.sampled_from(["", "", "  ", "\t"]))
        for key in draw(st.lists(KEYS, unique=True, max_size=4)):
            value = draw(VALUES)
            lines += draw(st.sampled_from([[], ["# a comment"], ["   ; another"], [""]])) if not indent else []
            equals = draw(st.sampled_from(["=", " = ", "\t= "]))
            lines.append(f"{indent}{draw(st.sampled_from([key, key.upper()]))}{equals}{value}")
            if not value and draw(st.booleans()):
                lines += [
                    f"{indent}  {name} = {text}" for name, text in draw(st.dictionaries(KEYS, VALUES, min_size=1)).items()
                ]
            elif value and draw(st.booleans()):
                lines.append(f"{indent}   more{draw(VALUES)}")
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines)


@given(files())
@settings(max_examples=150, deadline=None)
def test_generated_files_read_as_botocore_reads_them(tmp_path_factory, text):
    """Names, quotes, comments, indentation, nested and continued values have the same meaning."""
    path = tmp_path_factory.getbasetemp() / "generated"
    path.write_bytes(text.encode())
    theirs = configloader.load_config(str(path))
    ours = load_profiles({"HOME": "/nowhere", "AWS_CONFIG_FILE": str(path)}).config
    assert (ours.profiles, ours.sso_sessions, ours.services) == (
        theirs["profiles"],
        theirs["sso_sessions"],
        theirs["services"],
    )


LIKELY = st.lists(
    st.sampled_from(
        [b"[", b"]", b"=", b"\n", b"\r", b" ", b"\t", b"#", b"profile ", b"default", b"services x", b'"', b"a", b"\xff", b"\0"]
    )
).map(b"".join)


@given(st.one_of(st.binary(), LIKELY), st.one_of(st.binary(), LIKELY))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_profiles_or_a_parse_error(tmp_path_factory, config, credentials):
    """Whatever the files hold, loading gives well-formed profiles or a ProfileParseError, and nothing else."""
    folder = tmp_path_factory.getbasetemp()
    try:
        profiles = load(folder, config, credentials)
    except ProfileParseError:
        return
    for sections in (profiles.profiles, profiles.sso_sessions, profiles.services):
        for name, section in sections.items():
            assert name
            for key, value in section.items():
                assert key
                assert isinstance(value, str) or all(isinstance(item, str) for pair in value.items() for item in pair)


def test_botocore_users_indented_files_are_understood():
    """A file with indented properties works as in boto3. Deeper lines belong to the value."""
    text = b"[default]\n  region = eu-west-1\n  s3 =\n    # no comment breaks the block\n    a = b\n  output = json\n"
    assert parse_sections(text, "f", []) == [("default", {"region": "eu-west-1", "s3": {"a": "b"}, "output": "json"})]


def test_services_and_sso_sessions_belong_to_the_config_file(tmp_path):
    """[services X] and [sso-session X] contain nested and plain values. In the credentials file they have no effect."""
    text = "[services local]\nsts =\n  endpoint_url = http://localhost:4566\n[sso-session corp]\nsso_region = eu-west-1\n"
    profiles = load(tmp_path, text, text)
    assert profiles.services == {"local": {"sts": {"endpoint_url": "http://localhost:4566"}}}
    assert profiles.sso_sessions == {"corp": {"sso_region": "eu-west-1"}}
    assert profiles.profiles == {}


@pytest.mark.parametrize(
    ("data", "line", "problem"),
    [
        (b"[default]\nregion\n", 2, "must have an '='"),
        (b"\n\nx = y\n", 3, r"a section such as \[default\] must come before"),
        (b"[default]\r\n# \xe9\r\n", 2, "not UTF-8 text"),
        ("[default]".encode("utf-16"), 1, "not UTF-8 text"),
        (b"[default]\ns3 =\n  a = b\n  c\n", 4, "nested property"),
        (b"[default\n", 1, "must end with ']'"),
    ],
)
def test_an_error_names_file_and_line(data, line, problem, tmp_path):
    """The error for a malformed file has the path, the line number and the problem."""
    with pytest.raises(ProfileParseError, match=rf"^~/.aws/credentials, line {line}: .*{problem}"):
        load(tmp_path, credentials=data)


@pytest.mark.parametrize("tail", [b"\nSECRETLINE\n", b"\n SECRETLINE\n", b"\nx = SECRETLINE\xff\n", b"\ns =\n SECRETLINE\n"])
def test_an_error_never_shows_the_line(tail, tmp_path):
    """Neither the error nor its causes contain the text, which may be a secret."""
    with pytest.raises(ProfileParseError) as raised:
        load(tmp_path, credentials=b"[default]\n[p]" + tail)
    assert "SECRETLINE" not in repr(raised.value) + str(raised.value)
    assert raised.value.__context__ is None


def test_repr_shows_names_only(tmp_path):
    """Printing profiles by accident shows no value."""
    profiles = load(tmp_path, "[profile dev]\ntoken = SECRETA\n", "[dev]\naws_secret_access_key = SECRETB\n")
    assert "dev" in repr(profiles)
    assert "SECRET" not in repr(profiles) + repr(profiles.config) + repr(profiles.credentials) + str(profiles)


def test_the_credentials_file_wins_and_origin_says_so(tmp_path):
    """The credentials file has precedence for a property in both files. `origin` names the file of each."""
    profiles = load(tmp_path, "[profile dev]\nregion = a\noutput = b\n", "[dev]\nregion = c\n[ops]\nx = y\n")
    assert profiles.profiles == {"dev": {"region": "c", "output": "b"}, "ops": {"x": "y"}}
    assert profiles.origin("dev", "region") == profiles.origin("ops", "x") == "~/.aws/credentials"
    assert profiles.origin("dev", "output") == "~/.aws/config"
    assert profiles.origin("dev", "nothing") == profiles.origin("nobody", "x") == ""


def test_nothing_is_kept_between_calls(tmp_path):
    """Each call reads the files as they are now."""
    assert load(tmp_path, "[default]\nregion = a\n").profiles["default"] == {"region": "a"}
    assert load(tmp_path, "[default]\nregion = b\n").profiles["default"] == {"region": "b"}


@pytest.mark.parametrize("path", ["/nowhere/at/all", "/dev/null", "/dev/zero", ".", "/dev/null/x", "\0", "x" * 5000, ""])
def test_what_is_no_file_counts_as_empty(path, tmp_path):
    """Missing files, folders, devices and impossible names are empty files, read without waiting."""
    profiles = load_profiles({"HOME": str(tmp_path), "AWS_CONFIG_FILE": path, "AWS_SHARED_CREDENTIALS_FILE": path})
    assert profiles.profiles == profiles.services == profiles.sso_sessions == {}
    assert profiles.config.status != "read"


def test_a_pipe_does_not_block(tmp_path):
    """A named pipe without a writer is not opened."""
    os.mkfifo(tmp_path / "pipe")
    assert (
        load_profiles({"HOME": str(tmp_path), "AWS_CONFIG_FILE": str(tmp_path / "pipe")}).config.status == "not a regular file"
    )


def test_an_unreadable_file_is_empty_with_a_warning(tmp_path, monkeypatch, caplog):
    """A file of somebody else's stops nothing, as with boto3, but is logged and remembered."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[default]\n")
    monkeypatch.setattr("sts.settings.profiles.open", refuse, raising=False)
    assert load_profiles({"HOME": str(tmp_path)}).config.status == "cannot be read: Permission denied"
    assert "~/.aws/config cannot be read (Permission denied)" in caplog.text


@pytest.mark.parametrize(
    ("environ", "windows", "home"),
    [
        ({"HOME": "/h/"}, False, "/h"),
        ({"HOME": "/"}, False, ""),
        ({"USERPROFILE": r"C:\u"}, True, r"C:\u"),
        ({"HOME": "", "USERPROFILE": "C:\\u\\"}, True, r"C:\u"),
        ({"HOMEDRIVE": "D:", "HOMEPATH": r"\u"}, True, r"D:\u"),
        ({}, True, "~"),
    ],
)
def test_home_directory(environ, windows, home):
    """Empty variables count as unset. Without a home directory the tilde stays."""
    assert home_directory(environ, windows=windows) == home


def test_home_without_variables_comes_from_the_user_database(monkeypatch):
    """Without HOME the user database is read. A user that is not in it has no home directory."""
    assert home_directory({}, windows=False).startswith("/")

    def unknown(_: int) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", unknown)
    assert profile_files({}, windows=False) == ("~/.aws/config", "~/.aws/credentials")


def test_where_there_is_no_user_database_there_is_no_home(monkeypatch):
    """
    Pyodide and Windows have no module `pwd`.

    pyodide/pyodide#1883, python/cpython#91089, pywren/pywren#257.
    """
    monkeypatch.setitem(sys.modules, "pwd", None)
    assert profile_files({}, windows=False) == ("~/.aws/config", "~/.aws/credentials")


@pytest.mark.parametrize(
    ("path", "windows", "expanded"),
    [
        ("~/c", False, "/h/c"),
        ("~", False, "/h"),
        (r"~\c", True, r"/h\c"),
        (r"~\c", False, r"~\c"),
        ("$X/c", False, "/x/c"),
        ("${X}c", False, "/xc"),
        ("$NO/c", False, "$NO/c"),
        ("~nobody-of-that-name/c", False, "~nobody-of-that-name/c"),
        ("/c~", False, "/c~"),
    ],
)
def test_expand_path(path, windows, expanded):
    """A leading tilde and variables are replaced, as in boto3. Unknown variables stay."""
    assert expand_path(path, {"HOME": "/h", "X": "/x"}, windows=windows) == expanded


@pytest.mark.parametrize(
    ("config", "credentials", "name", "said"),
    [
        ("[profile production]\n", None, "prodution", "Did you mean 'production'?"),
        ("[dev]\n", None, "dev", "[dev] in ~/.aws/config is not used: the correct form is [profile dev]."),
        ("[profile my dev]\n", None, "my dev", "[profile my dev] in ~/.aws/config is not used: write the name in quotes."),
        (
            None,
            "[profile dev]\n",
            "dev",
            "[profile dev] in ~/.aws/credentials is not used: write it without 'profile'.",
        ),
        ("[profile b]\n", "[a]\n", "zzz", "Profiles found: a, b."),
        (None, None, "dev", "Profiles found: none. Files: ~/.aws/config (not there) and ~/.aws/credentials (not there)."),
    ],
)
def test_a_missing_profile_says_what_there_is(config, credentials, name, said, tmp_path):
    """The error gives the nearest name or the mistake in the file, all names, and which files were read."""
    with pytest.raises(ProfileNotFoundError) as raised:
        load(tmp_path, config, credentials).section(name)
    assert f"There is no profile {name!r}." in str(raised.value)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('credential_process = helper --arg "team #1" --json', 'helper --arg "team #1" --json'),
        ("credential_process = helper --tag #1 ; now", "helper --tag #1 ; now"),
        ("web_identity_token_file = 'my #1/token' # the pod's", "'my #1/token'"),
        ("name = it's # a comment", "it's"),
        ("name = a 'b' \"c ; d\" ; e", "a 'b' \"c ; d\""),
    ],
)
def test_a_comment_begins_outside_quotes_and_never_in_a_command(line, value, tmp_path):
    """
    ` #` in quotes is part of the value, and a command is run whole, as boto3 and the AWS CLI run it.

    oven-sh/bun#39210.
    """
    assert list(load(tmp_path, f"[default]\n{line}\n").config.profiles["default"].values()) == [value]


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ('region = "eu-west-1"', "eu-west-1"),
        ("external_id = 'a b'", "a b"),
        ('tags = "a" "b"', '"a" "b"'),
        ('region = "', '"'),
        ('region = ""', ""),
        ("region = a", "a"),
        ("region = \"a'", "\"a'"),
        ('credential_process = "/a b/helper"', '"/a b/helper"'),
    ],
)
def test_quotes_around_a_whole_value_are_left_out(line, plain, tmp_path):
    """
    Quotes around a value, as in files for shells, are removed. Commands, and quotes around a part, stay.

    boto/botocore#2101, aws/aws-cli#5332, boto/boto#2800, naftulikay/aws-env#12.
    """
    assert list(load(tmp_path, f"[default]\n{line}\n").profiles["default"].values()) == [plain]


def test_section_gives_the_properties(tmp_path):
    """A profile that exists gives its merged properties."""
    assert load(tmp_path, "[profile dev]\na = b\n").section("dev") == {"a": "b"}


def test_the_files_need_no_modes(tmp_path):
    """Reading does not depend on write permission."""
    load(tmp_path, "[default]\na = b\n")
    (tmp_path / ".aws" / "config").chmod(stat.S_IRUSR)
    assert load(tmp_path).profiles == {"default": {"a": "b"}}
