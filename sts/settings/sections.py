"""
Parser that splits a shared file into sections and properties, by the common rules of the AWS SDKs.

It does not use the standard library's parser, whose import takes longer than reading a profile. It also accepts forms that
boto3 accepts and the AWS rules do not mention: indented lines, and comments inside nested values.
"""

from __future__ import annotations

import re

from sts.errors import ProfileParseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

Section = dict[str, str | dict[str, str]]
"""Properties of one section: lower-case names; the value is a string, or a dict if it is nested."""

NAME = r"[\w\-/.%@:+]+"
"""Characters allowed in the name of a section or property."""

_BOM = b"\xef\xbb\xbf"
_BEFORE_COMMENT = r"""(?:"[^"]*"|'[^']*'|(?!\s[#;]).)*"""
"""Beginning of a comment: ` #` or ` ;` outside quotes."""
_COMMANDS = ("credential_process", "mfa_process")
"""Properties with a command line: boto3 and the AWS CLI run all of it, including ` #`."""
WHOLE = frozenset(("ca_bundle", "services", "source_profile", "sso_session", "web_identity_token_file"))
"""Properties with a name or a path, which may contain ` #`."""
_QUOTES = ('"', "'")
_QUOTED = r"""(["'])(.*)\1"""
_IGNORED = ""

STS_KEYS = frozenset(
    """
    auth_scheme_preference aws_access_key_id aws_account_id aws_secret_access_key aws_security_token aws_session_token
    ca_bundle credential_process credential_source defaults_mode disable_clock_skew_correction duration_seconds
    ec2_metadata_service_endpoint ec2_metadata_service_endpoint_mode ec2_metadata_v1_disabled endpoint_url external_id
    ignore_configured_endpoint_urls login_session max_attempts metadata_service_num_attempts metadata_service_timeout
    mfa_process mfa_serial region retry_mode role_arn role_session_name sdk-ua-app-id sdk_ua_app_id services
    sigv4a_signing_region_set source_identity source_profile sso_account_id sso_region sso_registration_scopes
    sso_role_name sso_session sso_start_url sts_regional_endpoints tags transitive_tag_keys use_dualstack_endpoint
    use_fips_endpoint web_identity_token_file
    """.split()  # noqa: SIM905  # one name on a line would hide the rest
)
"""Keys with an effect in this library."""

PROFILE_KEYS = STS_KEYS | frozenset(
    """
    account_id_endpoint_mode addressing_style api_versions cli_auto_prompt cli_binary_format cli_follow_urlparam cli_history
    cli_pager cli_timestamp_format csm_client_id csm_enabled csm_host csm_port disable_host_prefix_injection
    disable_request_compression endpoint_discovery_enabled include_profile output parameter_validation
    parent_profile region_set request_checksum_calculation request_min_compression_size_bytes response_checksum_validation s3
    s3_disable_express_session_auth s3_disable_multiregion_access_points s3_us_east_1_regional_endpoint s3_use_arn_region s3api
    sso_account_name sso_auto_populated tcp_keepalive use_accelerate_endpoint x_principal_arn x_security_token_expires
    """.split()  # noqa: SIM905  # one name on a line would hide the rest
)
"""
Keys that are not reported as unknown: those above, those of the AWS CLI (`aws help config-vars`), botocore
(`configprovider.py`), the other SDKs, aws-vault, saml2aws and aws-sso-util.
"""
_HEADER = r"\[(.*?)\]\s*(?:[#;].*)?"
"""Header of a section, with a comment after it. A name may contain a bracket, as written by the AWS CLI."""


def parse_sections(data: bytes, path: str, dropped: list[str]) -> list[tuple[str, Section]]:
    """
    Return header and properties of each section of *data*, in order, including repeated ones.

    A header keeps the spaces around its name, and a value that is a name or a path what may be a comment (`drop_comments`).
    *path* is for the errors. *dropped* gets a sentence about each property whose name is not valid.
    """
    parser = _Parser(path, dropped)
    for number, line in enumerate(data.removeprefix(_BOM).splitlines(), 1):
        parser.number = number
        parser.read_line(parser.decode(line))
    for _, properties in parser.sections:
        properties.pop(_IGNORED, None)
    return parser.sections


def unquoted(key: str, value: str) -> str:
    """Return *value* without quotes around all of it. A command line keeps them: all of it may be the path of a program."""
    quoted = re.fullmatch(_QUOTED, value, re.DOTALL) if value[:1] in _QUOTES and key not in _COMMANDS else None
    return quoted[2].strip() if quoted and quoted[1] not in quoted[2] else value


def drop_comments(section: Section, exists: Callable[[str, str], bool]) -> None:
    """Remove comments after names and paths, which boto3 does not support: ` #` is part of a name or path that *exists*."""
    for key in section.keys() & WHOLE:
        value = section[key]
        if isinstance(value, str) and re.search(r"\s[#;]", value) and not exists(key, unquoted(key, value)):
            section[key] = _before_comment(value).strip()


def _before_comment(line: str) -> str:
    found = re.match(_BEFORE_COMMENT, line)
    return found[0] if found else line


def _split_property(line: str) -> tuple[str, str, str]:
    """Return name, sign ("" if there is none) and value of a property, without a comment after it."""
    text = _before_comment(line)
    name, sign, value = text.partition("=")
    if ":" in name and name.partition(":")[0].strip().lower() in PROFILE_KEYS:
        name, sign, value = text.partition(":")  # boto3's form, which the AWS rules do not define
    name = name.strip()
    if name.lower() in (*_COMMANDS, *WHOLE):
        value = line.partition(sign)[2]
    return name, sign, value.strip()


class _Parser:
    """Line parser: a header starts a section, an equals sign a property; deeper indentation continues a property."""

    __slots__ = ("dropped", "indent", "key", "number", "path", "sections")

    def __init__(self, path: str, dropped: list[str]) -> None:
        self.path = path
        self.dropped = dropped
        self.number = 0
        self.sections: list[tuple[str, Section]] = []
        self.key: str | None = None
        self.indent = 0

    def decode(self, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            problem = "not UTF-8 text; save the file as UTF-8"
        return self.fail(problem)  # raise here, because the exception above contains the line, which may hold a secret

    def read_line(self, line: str) -> None:
        content = line.strip()
        if not content or content[0] in "#;":
            return
        indent = len(line) - len(line.lstrip())
        if self.key is not None and indent > self.indent:
            self.read_continuation(content)
        elif content[0] == "[":
            self.read_header(content)
        else:
            self.read_property(content, indent)

    def read_header(self, content: str) -> None:
        if "]" not in content:
            self.fail("a section's name must end with ']'")
        found = re.fullmatch(_HEADER, content, re.DOTALL)
        if not found:
            self.fail("only a comment may follow the ']' of a section's name")
        self.sections.append((found[1], {}))
        self.key = None

    def read_property(self, content: str, indent: int) -> None:
        if not self.sections:
            self.fail("a section such as [default] must come before the first property")
        name, equals, value = _split_property(content)
        if not equals:
            self.fail("this line is indented, but there is no property before it" if indent else "a property must have an '='")
        if not name:
            self.fail("a property must have a name before its '='")
        self.key = name.lower() if re.fullmatch(NAME, name) else _IGNORED
        if self.key == _IGNORED:
            self.dropped.append(f"{self.path}, line {self.number}: this property is not used, because its name is not valid")
        self.indent = indent
        self.sections[-1][1][self.key] = value

    def read_continuation(self, content: str) -> None:
        properties, key = self.sections[-1][1], str(self.key)
        value = properties[key]
        if isinstance(value, str) and value:
            properties[key] = f"{value}\n{content}"
            return
        name, equals, text = content.partition("=")
        if not equals:
            self.fail("a nested property must have an '='")
        if not name.strip():
            self.fail("a nested property must have a name before its '='")
        nested = value if isinstance(value, dict) else {}
        nested[name.strip()] = text.strip()
        properties[key] = nested

    def fail(self, problem: str) -> NoReturn:
        raise ProfileParseError(f"{self.path}, line {self.number}: {problem}.")
