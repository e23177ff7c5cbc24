"""The message of a common mistake is enough to mend it."""

from __future__ import annotations

import pytest

from tests.support.mistakes import MISTAKES, SECRET, Mistake, message_of


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_the_message_says_what_to_do(mistake: Mistake) -> None:
    """It names what was given, and what to give instead or where to look."""
    message = message_of(mistake)

    assert [said for said in mistake.says if said not in message] == [], message


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_no_message_holds_a_secret(mistake: Mistake) -> None:
    """Not even where the secret is what is wrong."""
    assert SECRET not in message_of(mistake)
