"""The patterns of the model have the same meaning in Python."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from sts.model.operations import (
    ARN,
    OPERATIONS,
    POLICY_LIMITED,
    ROLE_SESSION_NAME,
    TAG_KEY,
    TAG_VALUE,
    TOKEN_CODE,
    WEB_IDENTITY_SCOPE,
)
from sts.model.patterns import in_words, matcher, stray, translate
from sts.model.shapes import ANY_TEXT, ListOf, MapOf, String, Structure

EVERY_CHARACTER = [chr(point) for point in range(sys.maxunicode + 1)]


def strings(shape):
    if isinstance(shape, String):
        yield shape
    elif isinstance(shape, ListOf):
        yield from strings(shape.item)
    elif isinstance(shape, MapOf):
        yield from (shape.key, shape.value)
    elif isinstance(shape, Structure):
        for member in shape.members:
            yield from strings(member.shape)


PATTERNS = sorted(
    {s.pattern for op in OPERATIONS for top in (op.input, op.output) for s in strings(top) if s.pattern} | {ANY_TEXT}
)


def in_arn(character):
    point = ord(character)
    return (
        point in (9, 10, 13, 0x85)
        or 0x20 <= point <= 0x7E
        or 0xA0 <= point <= 0xD7FF
        or 0xE000 <= point <= 0xFFFD
        or point > 0xFFFF
    )


def in_tag(character):
    return unicodedata.category(character)[0] in "LZN" or character in "_.:/=+-@"


def in_policy(character):
    return character in "\t\n\r" or 0x20 <= ord(character) <= 0xFF


def in_name(character):
    return character.isascii() and (character.isalnum() or character in "_+=,.@-")


@pytest.mark.parametrize(
    ("shape", "allowed"),
    [(ARN, in_arn), (POLICY_LIMITED, in_policy), (ROLE_SESSION_NAME, in_name), (TOKEN_CODE, lambda c: c in "0123456789")],
    ids=lambda value: getattr(value, "name", ""),
)
def test_every_character(shape, allowed):
    """Of all Unicode characters, exactly those of the model's class are allowed."""
    fits = matcher(shape.pattern)

    assert [c for c in EVERY_CHARACTER if bool(fits(c)) != allowed(c)] == []


def test_letters_spaces_and_numbers():
    """Tags accept every letter, space and number of Unicode (by `unicodedata`), and a few other characters."""
    fits = matcher(TAG_KEY.pattern)
    different = [c for c in EVERY_CHARACTER if bool(fits(c)) != in_tag(c)]

    assert [hex(ord(c)) for c in different] == []


@pytest.mark.parametrize("pattern", PATTERNS)
def test_stray_agrees_with_the_pattern(pattern):
    """The stray character of a text is the first that does not match. A matching text has none."""
    fits = matcher(pattern)
    for character in map(chr, range(0x250)):
        text = f"12345{character}1"
        found = stray(pattern, text)

        assert (found is None) == bool(fits(text)) or (character == " " and "( " in pattern)
        assert found is None or (found.start() == 5 and found[0] == character)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_in_words(pattern):
    """Every pattern of the table has a description without regular expressions."""
    words = in_words(pattern)

    assert len(words) > 5
    assert not set(words) & set("\\[]*")


@pytest.mark.parametrize("text", [" read", "read ", "read  write"])
def test_words_have_one_space_between_them(text):
    """A text may be invalid even if each of its characters is allowed."""
    pattern = WEB_IDENTITY_SCOPE.pattern

    assert matcher(pattern)("read write:all 'quoted'")
    assert stray(pattern, '"read"')[0] == '"'
    assert stray(pattern, text) is None
    assert not matcher(pattern)(text)
    assert stray(pattern, "read, write")[0] == ","


def test_whole_value():
    """A pattern applies to the whole value, including a line break at its end. * also accepts an empty value."""
    assert matcher(ROLE_SESSION_NAME.pattern)("name")
    assert not matcher(ROLE_SESSION_NAME.pattern)("name\n")
    assert not matcher(ROLE_SESSION_NAME.pattern)("na me")
    assert matcher(TAG_VALUE.pattern)("")
    assert not matcher(TAG_KEY.pattern)("")


def test_matchers_are_kept():
    """A pattern is compiled once."""
    assert matcher(ARN.pattern) is matcher(ARN.pattern)
    assert translate(ARN.pattern).fullmatch("x")
