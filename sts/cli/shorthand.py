"""
The AWS CLI's shorthand syntax: `Key=team,Value=a`, `Names=a,b`, `Key=[a,b]`, `Key={Inner=1}`, `Key@=file://PATH`.

The grammar and the characters of words are those of AWS CLI 1.46. The tests compare both parsers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_KEY = re.compile(r"[A-Za-z0-9\-_.#/:]*")
_SPACE = re.compile(r"[ \t\n\r\x0b\x0c]*")
_START = r"(?:\\,|[!#-&(-+\--<>-Z\\-z|-\uffff])"
_FIRST = re.compile(_START + r"(?:\\,|[\s!#-&(-+\--\\^-|~-\uffff])*")
"""The first value of a list, and a value in brackets."""
_FURTHER = re.compile(_START + r"(?:\\,|[\s!#-&(-+\--<>-\uffff])*")
"""A further value of a list without brackets, in which an equals sign begins the next pair."""
_QUOTED = {"'": re.compile(r"'((?:\\'|[^'])*)'"), '"': re.compile(r'"((?:\\"|[^"])*)"')}
_DEEPEST = 50


class ShorthandError(ValueError):
    """Invalid shorthand syntax."""


def parse_shorthand(text: str, read_file: Callable[[str], str]) -> dict[str, Any]:
    """Parse *text* into a mapping. *read_file* reads values of `Key@=file://...`. Raises ShorthandError."""
    return _Reader(text, read_file).mapping()


class _Reader:
    """Recursive-descent parser at a position in the text."""

    def __init__(self, text: str, read_file: Callable[[str], str]) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.read_file = read_file
        self.from_file = False

    def mapping(self) -> dict[str, Any]:
        """Read comma-separated pairs up to the end."""
        found: dict[str, Any] = {}
        while True:
            name = self.key()
            value = self.value()
            if name in found:
                raise ShorthandError(f"{name} appears twice. Separate several values with spaces, not commas.")
            found[name] = value
            if self.at >= len(self.text):
                return found
            self.expect(",")

    def key(self) -> str:
        """Read the name of a pair and the equals sign after it."""
        name = self.match(_KEY)
        self.skip_space()
        self.from_file = self.current() == "@"
        if self.from_file:
            self.expect("@")
        self.expect("=")
        return name

    def value(self) -> Any:
        """Read the value after an equals sign."""
        return self.bracketed() if self.current() in ("[", "{") else self.words() if self.current() else ""

    def words(self) -> Any:
        """Read one word, or several comma-separated words, up to the next pair."""
        words = [self.word(_FIRST) or ""]
        self.skip_space()
        while self.current() == ",":
            self.expect(",")
            word = self.word(_FURTHER)
            self.skip_space()
            if word is None and not self.current():
                raise self.error("a value")
            if word is None or self.current() not in ("", ","):
                self.at = self.text.rindex(",", 0, self.at + 1)  # the last word is the key of the next pair
                break
            words.append(word)
        return words if len(words) > 1 else words[0]

    def bracketed(self) -> Any:
        """Read `[...]`, `{...}` or a word inside them."""
        opening = self.current()
        if opening not in ("[", "{"):
            return self.word(_FIRST) or ""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ShorthandError(f"The value is nested more than {_DEEPEST} levels deep.")
        found = self.listed() if opening == "[" else self.nested()
        self.depth -= 1
        return found

    def listed(self) -> list[Any]:
        """Read `[a,b]`."""
        self.expect("[")
        values = []
        while self.current() != "]":
            values.append(self.bracketed())
            self.separate("]")
        self.expect("]", around=False)
        return values

    def nested(self) -> dict[str, Any]:
        """Read `{a=1,b=2}`."""
        self.expect("{")
        found = {}
        while self.current() != "}":
            name = self.key()
            found[name] = self.bracketed()
            self.separate("}")
        self.expect("}", around=False)
        return found

    def separate(self, closing: str) -> None:
        """Read the comma after a value, unless the *closing* bracket follows."""
        self.skip_space()
        if self.current() != closing:
            self.expect(",", around=False)
            self.skip_space()

    def word(self, pattern: re.Pattern[str]) -> str | None:
        """Read a word in quotes, or one of *pattern*. Returns None if no word begins here."""
        quoted = self.quoted()
        if quoted is not None:
            return quoted
        word = self.match(pattern)
        return self.resolved(word.replace("\\,", ",").rstrip()) if word else None

    def quoted(self) -> str | None:
        """Read a word in quotes. Returns None if no quote begins here."""
        mark = self.current()
        if mark not in _QUOTED:
            return None
        found = _QUOTED[mark].match(self.text, self.at)
        if found is None:
            raise self.error(f"a closing {mark}")
        self.at = found.end()
        return self.resolved(found[1].replace(f"\\{mark}", mark).replace("\\\\", "\\"))

    def resolved(self, word: str) -> str:
        """Return *word*, or after `@=` the content of the file that it names."""
        return self.read_file(word) if self.from_file else word

    def match(self, pattern: re.Pattern[str]) -> str:
        """Read the match of *pattern* here, which can be empty."""
        found = pattern.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found[0]

    def expect(self, sign: str, *, around: bool = True) -> None:
        """Read *sign*, and with *around* the white space before and after it."""
        if around:
            self.skip_space()
        if self.current() != sign:
            raise self.error(f"{sign!r}")
        self.at += 1
        if around:
            self.skip_space()

    def skip_space(self) -> None:
        self.match(_SPACE)

    def current(self) -> str:
        """Return the current character, or "" at the end."""
        return self.text[self.at : self.at + 1]

    def error(self, wanted: str) -> ShorthandError:
        """Return the error for text without *wanted* at the current position."""
        return ShorthandError(f"{wanted} is expected at character {self.at + 1}, but there is {self.current() or 'the end'!r}")
