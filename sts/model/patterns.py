r"""
The service model's patterns as Python regular expressions and as text for messages.

The model writes them for another dialect: unanchored in form but meant for the whole value; `\w` and `\d` mean ASCII; `\p{L}`
(letters), `\p{Z}` (spaces) and `\p{N}` (numbers) do not exist in `re`; `\u10000` means a character that Python writes with `\U`
and eight digits. Each pattern is compiled on first use. Most values need none: see `fits` in `sts.protocol.validate`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from sts.model.shapes import ANY_TEXT, ENCODABLE

# Every character of the Unicode category Z; it has been stable for years, and a test compares it with `unicodedata`.
_SPACES = r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_LONG_ESCAPE = r"\\u([0-9A-Fa-f]{5,6})"
_RANGE = r"\\u([0-9A-Fa-f]{4,6})(?:-\\u([0-9A-Fa-f]{4,6}))?"
_LAST_ASCII = 0x7F
_CLASS_IN_WORDS = {
    ANY_TEXT: "text without control characters",
    ENCODABLE: "text that UTF-8 can encode",
    r"[\x21\x23-\x2B\x2D-\x5B\x5D-\x7E]+( [\x21\x23-\x2B\x2D-\x5B\x5D-\x7E]+)*": "printable ASCII without double quotes, "
    "commas and backslashes, and one space between words",
    r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*": "tab, line breaks and the characters U+0020 to "
    "U+007E and U+00A1 to U+00FF",
    r"[\u0009\u000A\u000D\u0020-\u00FF]+": "tab, line breaks and the characters U+0020 to U+00FF",
    r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+": "text without control characters",
}
_SEVERAL = r"(?P<class>\[.*\])\+\( (?P=class)\+\)\*"
"""Form of a pattern for one or more words of one character class, separated by single spaces."""
_SPELT_OUT = ((r"\w", "ASCII letters, digits, _ and "), (r"\d", "digits"), (r"\p{L}\p{Z}\p{N}", "letters, spaces, digits and "))


def translate(pattern: str) -> re.Pattern[str]:
    r"""
    Compile *pattern* for Python. Apply the result with `fullmatch`.

    A pattern with `\p{...}` must allow `_` as well: Python's Unicode `\w` stands in for letters and numbers.
    """
    text = re.sub(_LONG_ESCAPE, lambda match: rf"\U{match[1]:0>8}", pattern)
    if r"\p{" not in text:
        return re.compile(text, re.ASCII)
    return re.compile(text.replace(r"\p{L}", r"\w").replace(r"\p{Z}", _SPACES).replace(r"\p{N}", ""))


def ascii_part(pattern: str) -> str:
    """Return *pattern* (one class, repeated) without the non-ASCII part of its class."""
    text = pattern.replace(r"\p{L}", "A-Za-z").replace(r"\p{Z}", " ").replace(r"\p{N}", "0-9")
    # A class that allows all of ASCII would become empty, which is not a valid class.
    return re.sub(_RANGE, _within_ascii, text).replace("[^]", r"[\u0000-\u007F]")


def _within_ascii(match: re.Match[str]) -> str:
    first, last = int(match[1], 16), int(match[2] or match[1], 16)
    return "" if first > _LAST_ASCII else match[0] if last <= _LAST_ASCII else rf"\u{first:04X}-\u{_LAST_ASCII:04X}"


@cache
def matcher(pattern: str) -> Callable[[str], re.Match[str] | None]:
    """Return the fullmatch function for *pattern*."""
    # Compiling a class that covers most of Unicode takes 20 ms, and almost no value needs it.
    fits_ascii, fits_all = cache(lambda: translate(ascii_part(pattern)).fullmatch), cache(lambda: translate(pattern).fullmatch)
    return lambda value: (fits_ascii if value.isascii() else fits_all)()(value)


def stray(pattern: str, value: str) -> re.Match[str] | None:
    """Return the first character of *value* that *pattern* does not allow, or None if only the order is wrong."""
    several = re.fullmatch(_SEVERAL, pattern)
    character_class = f"(?:{several['class']}| )" if several else translate(pattern).pattern.rstrip("*+")
    flags = re.RegexFlag(0) if r"\p{" in pattern else re.ASCII
    return re.search(f"(?!{character_class})(?s:.)", value, flags)


def in_words(pattern: str) -> str:
    """Return a description of the values that *pattern* allows."""
    if pattern in _CLASS_IN_WORDS:
        return _CLASS_IN_WORDS[pattern]
    text = pattern.rstrip("*+")[1:-1]
    for short, words in _SPELT_OUT:
        text = text.replace(short, words)
    return text.replace("\\", "").removesuffix(" and ")
