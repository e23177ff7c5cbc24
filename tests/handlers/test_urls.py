"""Parts of a request's URL."""

from __future__ import annotations

import pytest

from sts.errors import ConfigError
from sts.handlers.grammar import split_url


@pytest.mark.parametrize(
    ("url", "origin", "place", "target"),
    [
        ("https://sts.amazonaws.com", "https://sts.amazonaws.com", "sts.amazonaws.com", "/"),
        ("https://sts.amazonaws.com/", "https://sts.amazonaws.com", "sts.amazonaws.com", "/"),
        ("http://127.0.0.1:4566/a/b?c=%2F&d", "http://127.0.0.1:4566", "127.0.0.1:4566", "/a/b?c=%2F&d"),
        ("http://[::1]:80?a=b#part", "http://[::1]:80", "[::1]:80", "/?a=b"),
        ("https://h/a;b=c//d/../e?x?y", "https://h", "h", "/a;b=c//d/../e?x?y"),
    ],
)
def test_a_url_is_sent_as_it_stands(url: str, origin: str, place: str, target: str) -> None:
    """The parts are origin, host with port, and the target exactly as signed. A fragment is not sent."""
    assert split_url(url) == (origin, place, target)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sts.amazonaws.com",
        "ftp://host/",
        "http:///path",
        "http://user:secret@host/",
        "https://",
        "http://[::1/",
        "file:///etc",
    ],
)
def test_other_urls_are_refused(url: str) -> None:
    """The message does not repeat the URL, which may contain a password."""
    with pytest.raises(ConfigError, match="must begin with http:// or https:// and a host") as caught:
        split_url(url)
    assert "secret" not in str(caught.value)
