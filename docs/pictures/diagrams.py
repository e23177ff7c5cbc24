"""The drawings: the way of a call, sequences of messages, the times of a refresh, the floors of the code."""

from __future__ import annotations

from docs.pictures.canvas import Canvas
from sts.credentials.refresh.cache import early_window, mandatory_window

STEPS = [
    ("your line", "client.assume_role(RoleArn=..., RoleSessionName=...)", "blue"),
    ("calling", "a call, from its row of the table of operations", "plain"),
    ("drivers", "run the flow: on this thread, a worker, or an asyncio loop", "plain"),
    ("pipeline", "normalise and validate the params, all problems at once", "green"),
    ("protocol", "serialise: a form for the resolved endpoint", "green"),
    ("credentials", "at hand, or refreshed", "yellow"),
    ("signer", "Signature Version 4", "green"),
    ("handlers", "one HTTP exchange, bounded in time and size", "plain"),
    ("protocol", "parse: a dict, or the error that fits", "green"),
    ("retry", "clock, credentials, back-off: once more, or done", "green"),
    ("your line", "a dict, an exception, a callback, a promise", "blue"),
]
"""The steps of a call: room, what it does, colour (yours, pure functions, credentials)."""


def call() -> Canvas:
    """Draw the way of a call."""
    height, left, width = 44, 40, 600
    title = "The way of a call through the code, from your line to the socket and back"
    picture = Canvas(720, 20 + len(STEPS) * (height + 16), title)
    middles = []
    for index, (room, words, colour) in enumerate(STEPS):
        top = 10 + index * (height + 16)
        middles.append(top + height / 2)
        picture.box(left, top, width, height, colour)
        picture.text(left + 14, top + 27, room, bold=True)
        picture.text(left + 130, top + 27, words)
        if index + 1 < len(STEPS):
            picture.line(left + width / 2, top + height, left + width / 2, top + height + 15, arrow=True)
    again, back = middles[9], middles[5]
    right = left + width
    picture.line(right, again, right + 36, again)
    picture.line(right + 36, again, right + 36, back)
    picture.line(right + 36, back, right + 2, back, arrow=True)
    picture.text(right + 42, (again + back) / 2, "again", colour="muted")
    return picture


def sequence(title: str, actors: list[str], messages: list[tuple[int, int, str]]) -> Canvas:
    """Draw *messages* (from, to, words) between *actors*; one from an actor to itself is a note."""
    gap, step = 230, 46
    picture = Canvas(gap * len(actors), 80 + step * len(messages), title)
    places = [gap * index + gap / 2 for index in range(len(actors))]
    for place, actor in zip(places, actors, strict=True):
        picture.box(place - 85, 10, 170, 34, "blue")
        picture.text(place, 32, actor, anchor="middle", bold=True)
        picture.line(place, 44, place, 70 + step * len(messages), dashed=True)
    for index, (start, end, words) in enumerate(messages):
        level = 84 + step * index
        if start == end:
            picture.box(places[start] - 108, level - 20, 216, 32, "yellow")
            picture.text(places[start], level + 1, words, anchor="middle", size=12)
        else:
            sign = 1 if end > start else -1
            picture.line(places[start], level + 4, places[end] - 2 * sign, level + 4, arrow=True)
            picture.text((places[start] + places[end]) / 2, level - 4, words, anchor="middle", size=12)
    return picture


def eks() -> Canvas:
    """Draw how an EKS token travels."""
    return sequence(
        "How an EKS token is made and verified",
        ["kubectl, client", "cluster", "AWS STS"],
        [
            (0, 0, "presign GetCallerIdentity"),
            (0, 0, "signed header: cluster's name"),
            (0, 1, "Authorization: Bearer k8s-aws-v1..."),
            (1, 1, "check URL, header, age"),
            (1, 2, "the presigned request"),
            (2, 1, "the caller's ARN"),
            (1, 1, "map the ARN to a user"),
            (1, 0, "answer"),
        ],
    )


def service_identity() -> Canvas:
    """Draw how a service learns who calls it."""
    return sequence(
        "How a service learns who calls it, without a shared secret",
        ["caller", "your service", "AWS STS"],
        [
            (0, 0, "presign GetCallerIdentity"),
            (0, 0, "signed header: the audience"),
            (0, 1, "Authorization: Bearer proof"),
            (1, 1, "audience, age, first use?"),
            (1, 2, "the presigned request"),
            (2, 1, "the caller's ARN"),
            (1, 1, "may this ARN do that?"),
            (1, 0, "200, or 401 and 403"),
        ],
    )


LIFETIMES = [(900, "15 minutes"), (3600, "1 hour"), (43200, "12 hours")]


def minutes(seconds: float) -> str:
    """Return a time before the end of a session in words."""
    return f"{seconds / 60:g} min" if seconds < 7200 else f"{seconds / 3600:g} h"


def refresh() -> Canvas:
    """Draw when sessions of three lifetimes are renewed, from the refresher's own windows."""
    left, width, step = 110, 560, 76
    picture = Canvas(
        720, 70 + step * len(LIFETIMES), "When a session is renewed: in the background, and at last while calls wait"
    )
    legend = [("green", "valid"), ("yellow", "renewed in the background"), ("red", "a call waits for the refresh")]
    place = left
    for colour, words in legend:
        picture.box(place, 12, 16, 16, colour, radius=3)
        picture.text(place + 22, 25, words)
        place += 60 + 7 * len(words)
    for index, (lifetime, name) in enumerate(LIFETIMES):
        top = 56 + step * index
        early, late = early_window(lifetime), mandatory_window(lifetime)
        at_early, at_late = width * (1 - early / lifetime), width * (1 - late / lifetime)
        picture.text(left - 12, top + 20, name, anchor="end", bold=True)
        for begin, end, colour in ((0, at_early, "green"), (at_early, at_late, "yellow"), (at_late, width, "red")):
            picture.box(left + begin, top, max(end - begin, 3), 30, colour, radius=0)
        words = f"renewed from {minutes(early)} before the end; a call waits in the last {minutes(late)}"
        picture.text(left + width, top + 47, words, anchor="end", size=12, colour="muted")
    return picture


FLOORS = [
    ("cli", "the command sts"),
    ("testing", "LocalSTS, stub, fixtures"),
    ("v2, tokens, fan_out, integrations", "what is built on a client"),
    ("client, explain", "STS, AsyncSTS, STSClient"),
    ("types, commands, calling", "how a user writes a call"),
    ("credentials", "chain, providers, refresh"),
    ("drivers", "perform what a flow asks for"),
    ("pipeline", "the order of a call, without I/O"),
    ("protocol", "dicts to bytes and back"),
    ("retry, handlers", "once more, HTTP"),
    ("settings", "where values come from"),
    ("endpoints, signer, sigv4a, events, logs, arns", "pure functions"),
    ("http, identity", "records of requests and credentials"),
    ("errors", "one class for each error"),
    ("model, vendors", "the tables of operations and errors"),
    ("base", "records, time, text: needs nothing of ours"),
]
"""The rooms from the top floor down, and what each is for."""


def floors() -> Canvas:
    """Draw the floors: imports point down only."""
    height = 34
    picture = Canvas(720, 30 + len(FLOORS) * (height + 4), "The floors of the code: imports point down only")
    for index, (rooms, words) in enumerate(FLOORS):
        top = 10 + index * (height + 4)
        picture.box(40, top, 640, height, "blue" if index < 5 else "green" if index < 10 else "plain", radius=3)
        picture.text(54, top + 22, rooms, bold=True)
        picture.text(666, top + 22, words, anchor="end", colour="muted")
    picture.line(20, 12, 20, 4 + len(FLOORS) * (height + 4), arrow=True)
    return picture
