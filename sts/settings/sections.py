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
    """
    Remove comments after the names and paths of *section*.

    The AWS rules define such comments, but boto3 and the AWS CLI do not support them. So ` #` is part of a name or a path that
    *exists*.
    """
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
    if ":" in name:
        from sts.settings.profile_keys import PROFILE_KEYS  # few files have such lines

        if (
            name.partition(":")[0].strip().lower() in PROFILE_KEYS
        ):  # boto3's form `key: value`, which the AWS rules do not define
            name, sign, value = text.partition(":")
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
