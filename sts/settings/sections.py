"""
Split a shared file into sections and properties, by the rules all AWS SDKs share.

A line parser of our own: importing the standard library's costs more than all the rest of reading a profile. It also takes
what boto3 takes and the AWS rules do not mention: indented lines, and comments inside nested values.
"""

from __future__ import annotations

import re
from typing import NoReturn, Union

from sts.errors import ProfileParseError

Section = dict[str, Union[str, dict[str, str]]]
"""The properties of one section: lower-case names; the value is text, or a dict where it is nested."""

NAME = r"[\w\-/.%@:+]+"
"""What the name of a section or property may be made of."""

_BOM = b"\xef\xbb\xbf"
_COMMENT = r"\s[#;]"
_IGNORED = ""


def parse_sections(data: bytes, path: str) -> list[tuple[str, Section]]:
    """Return header and properties of each section of *data*, in order, repeats kept; *path* is for the errors."""
    parser = _Parser(path)
    for number, line in enumerate(data.removeprefix(_BOM).splitlines(), 1):
        parser.number = number
        parser.read_line(parser.decode(line))
    for _, properties in parser.sections:
        properties.pop(_IGNORED, None)
    return parser.sections


class _Parser:
    """Read one file line by line: a header starts a section, an equals sign a property, deeper indentation goes on with it."""

    __slots__ = ("indent", "key", "number", "path", "sections")

    def __init__(self, path: str) -> None:
        self.path = path
        self.number = 0
        self.sections: list[tuple[str, Section]] = []
        self.key: str | None = None
        self.indent = 0

    def decode(self, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            problem = "not UTF-8 text; save the file as UTF-8"
        return self.fail(problem)  # out here, because the error above carries the line, which may hold a secret

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
        header, bracket, rest = content[1:].partition("]")
        if not bracket:
            self.fail("a section's name must end with ']'")
        if rest.strip()[:1] not in {"", "#", ";"}:
            self.fail("only a comment may follow the ']' of a section's name")
        self.sections.append((header.strip(), {}))
        self.key = None

    def read_property(self, content: str, indent: int) -> None:
        if not self.sections:
            self.fail("a section such as [default] must come before the first property")
        name, equals, value = re.split(_COMMENT, content, maxsplit=1)[0].partition("=")
        name = name.strip()
        if not equals:
            self.fail("this indented line continues no property" if indent else "a property must have an '='")
        if not name:
            self.fail("a property must have a name before its '='")
        self.key = name.lower() if re.fullmatch(NAME, name) else _IGNORED
        self.indent = indent
        self.sections[-1][1][self.key] = value.strip()

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
