"""Timeouts of our sockets: set when they change, and only then."""

from __future__ import annotations

import socket

import pytest

from sts.handlers.sockets import PlainSocket, TLSSocket
from sts.handlers.tls import tls_context


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        (None, 5.0, 5.0),
        (5.0, None, None),
        (30.0, 29.995, 30.0),
        (29.995, 30.0, 29.995),
        (30.0, 29.98, 29.98),
        (0.5, 0.497, 0.5),
        (0.5, 0.49, 0.49),
        (0.012, 0.003, 0.003),
        (5.0, 0.0, 0.0),
        (0.0, 5.0, 5.0),
    ],
)
def test_a_timeout_stays_when_it_is_nearly_the_one_wanted(
    before: float | None, wanted: float | None, after: float | None
) -> None:
    """Within a hundredth, and 10 ms; otherwise, and between waiting and not waiting, it is what was asked for."""
    with PlainSocket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.settimeout(before)
        sock.settimeout(wanted)

        assert sock.gettimeout() == after


def test_tls_connections_have_such_sockets_too() -> None:
    """Our TLS contexts make them."""
    assert tls_context(False, None).sslsocket_class is TLSSocket
    assert issubclass(TLSSocket, PlainSocket)
