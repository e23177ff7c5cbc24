"""What comes of a fan-out: one result for each target, how far it is, and what is done already."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Union

from sts.base.records import Record
from sts.base.time import format_timestamp, parse_timestamp, unix_time
from sts.errors import ConfigError
from sts.identity import Credentials

MARGIN_SECONDS = 60.0
"""How long a session must still live for its target to count as done."""


class Assumed(Record):
    """
    Hold what came of one target: *credentials* or an *error*, never both, and the *value* of `work=`.

    *target* is what was given, *role_arn* and *account* are what it means ("" where it means nothing); *cached* says that the
    credentials were on disk. With an executor and `work=`, *credentials* stay where they were used, and are None here.
    """

    target: Any
    role_arn: str
    account: str
    credentials: Credentials | None = None
    error: Exception | None = None
    value: Any = None
    cached: bool = False

    @property
    def ok(self) -> bool:
        """Whether the role was assumed, and the work done."""
        return self.error is None


class Progress(Record):
    """
    Hold how far a fan-out is: targets *done*, of *total*, None if that is not known.

    *succeeded*, *failed* and *skipped* say what became of them.
    """

    done: int
    total: int | None
    succeeded: int
    failed: int
    skipped: int


class Summary(Record):
    """
    Hold how many targets of a fan-out *succeeded*, *failed* and were *skipped*; *seconds* is how long it took.

    It is the result where each target's own went to `on_result=`.
    """

    succeeded: int
    failed: int
    skipped: int
    seconds: float


Resume = Union[str, "os.PathLike[str]", Iterable[Any], None]


class Tally:
    """Count the results of a fan-out."""

    def __init__(self, total: int | None, progress: Any) -> None:
        self.total = total
        self.succeeded = self.failed = self.skipped = 0
        self._progress = progress
        self._began = time.monotonic()

    def count(self, result: Assumed | None) -> None:
        """Count *result*, None for a target that was skipped, and tell how far it all is."""
        if result is None:
            self.skipped += 1
        elif result.ok:
            self.succeeded += 1
        else:
            self.failed += 1
        if self._progress is not None:
            done = self.succeeded + self.failed + self.skipped
            self._progress(Progress(done, self.total, self.succeeded, self.failed, self.skipped))

    def summary(self) -> Summary:
        """Return the counts at the end."""
        return Summary(self.succeeded, self.failed, self.skipped, time.monotonic() - self._began)


def result_record(result: Assumed) -> dict[str, Any]:
    """Return *result* as a mapping for JSON, secrets in clear; `resume=` takes such records, one JSON object a line."""
    found: dict[str, Any] = {"Account": result.account, "RoleArn": result.role_arn}
    if not result.role_arn:
        found = {"Target": str(result.target)}
    if result.error is not None:
        code = getattr(result.error, "code", None) or type(result.error).__name__
        return {**found, "Error": {"Code": code, "Message": getattr(result.error, "message", None) or str(result.error)}}
    keys = result.credentials
    if keys is not None:
        expiration = format_timestamp(keys.expiration) if keys.expiration else None
        named = {
            "AccessKeyId": keys.access_key_id,
            "SecretAccessKey": keys.secret_access_key,
            "SessionToken": keys.session_token,
            "Expiration": expiration,
        }
        found["Credentials"] = {name: value for name, value in named.items() if value}
    return found if result.value is None else {**found, "Value": result.value}


def done_already(resume: Resume) -> frozenset[str]:
    """Return the roles and targets that *resume* has results for: those without error whose sessions are still good."""
    if resume is None:
        return frozenset()
    items = _read_lines(resume) if isinstance(resume, (str, os.PathLike)) else resume
    if isinstance(items, Mapping):
        items = [key if isinstance(value, str) or value is None else value for key, value in items.items()]
    return frozenset(name for item in items for role in _names(item) if role for name in (role, *place_of(role)))


def place_of(role_arn: str) -> tuple[str, ...]:
    """Return account and role in short, for targets that are given by account; nothing for what is no role ARN."""
    head, _, role = role_arn.partition(":role/")
    return (f"{head.rpartition(':')[2]}/{role}",) if role else ()


def _names(item: Any) -> tuple[str, ...]:
    """Return how the target of one earlier result is called, nothing if it is to be tried again."""
    if isinstance(item, str):
        return (item,)
    if isinstance(item, Assumed):
        item = result_record(item)
    if not isinstance(item, Mapping):
        raise ConfigError(f"resume holds a {type(item).__name__}; it takes results, their records, account ids and role ARNs.")
    if item.get("Error") or not _still_good(item.get("Credentials")):
        return ()
    return (str(item.get("RoleArn") or ""), str(item.get("Target") or ""))


def _still_good(credentials: Any) -> bool:
    if not isinstance(credentials, Mapping) or not credentials.get("Expiration"):
        return True
    try:
        return parse_timestamp(str(credentials["Expiration"])).timestamp() > unix_time() + MARGIN_SECONDS
    except ValueError:
        return False


def _read_lines(path: Union[str, os.PathLike[str]]) -> Iterator[Any]:
    """Give the records in a file; a last line that was cut by the end of the earlier run is left out."""
    try:
        with open(path, encoding="utf-8") as file:
            for line in file:
                try:
                    record = json.loads(line)
                except ValueError:
                    continue
                if isinstance(record, Mapping):
                    yield record
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The results in {os.fspath(path)} cannot be read: {error}") from None
