"""Results of a fan-out: one result per target, the progress, and the targets that are already done."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Union

from sts.base.records import Record
from sts.base.time import format_timestamp, parse_timestamp, unix_time
from sts.errors import ConfigError
from sts.fan_out.targets import TargetLike, names_of
from sts.identity import Credentials

MARGIN_SECONDS = 60.0
"""Shortest remaining lifetime of a session for its target to count as done."""


class Assumed(Record):
    """
    Result of one target: *credentials* or an *error*, never both, and the *value* returned by `work=`.

    *target* is the target as given. *role_arn* and *account* are derived from it ("" if it is invalid). *cached* is True if the
    credentials were on disk. With an executor and `work=`, *credentials* stay on the worker and are None here.
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
        """True if the role was assumed and the work succeeded."""
        return self.error is None


class Progress(Record):
    """Progress of a fan-out: targets *done* of a *total* (None if unknown), by outcome *succeeded*, *failed* and *skipped*."""

    done: int
    total: int | None
    succeeded: int
    failed: int
    skipped: int


class Summary(Record):
    """Number of targets that *succeeded*, *failed* and were *skipped*, and the duration in *seconds*, with `on_result=`."""

    succeeded: int
    failed: int
    skipped: int
    seconds: float


Resume = Union[str, "os.PathLike[str]", Iterable[Any], None]


class Tally:
    """Counter of the results of a fan-out."""

    def __init__(self, total: int | None, progress: Any) -> None:
        self.total = total
        self.succeeded = self.failed = self.skipped = 0
        self._progress = progress
        self._began = time.monotonic()

    def count(self, result: Assumed | None) -> None:
        """Count *result* (None for a skipped target) and report the progress."""
        if result is None:
            self.skipped += 1
        elif result.ok:
            self.succeeded += 1
        else:
            self.failed += 1
        if self._progress is not None:
            done = self.succeeded + self.failed + self.skipped
            self._progress(Progress(done, self.total, self.succeeded, self.failed, self.skipped))

    def wants(self, target: TargetLike, role_name: str | None, done: frozenset[str]) -> bool:
        """Return True if *target* is not one of those *done*. Count it as skipped otherwise."""
        if not done or done.isdisjoint(names_of(target, role_name)):
            return True
        self.count(None)
        return False

    def summary(self) -> Summary:
        """Return the final counts."""
        return Summary(self.succeeded, self.failed, self.skipped, time.monotonic() - self._began)


def result_record(result: Assumed) -> dict[str, Any]:
    """Return *result*, with secrets in clear text, for JSON: a file with one such object per line works as `resume=`."""
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
    """Return the roles and targets that are done according to *resume*: no error, and the session has not expired."""
    if resume is None:
        return frozenset()
    items = _read_lines(resume) if isinstance(resume, (str, os.PathLike)) else resume
    if isinstance(items, Mapping):
        items = [key if isinstance(value, str) or value is None else value for key, value in items.items()]
    done = {name for item in items for name in _names(item)}
    for name in list(done):
        head, _, role = name.partition(":role/")
        if role:
            done.add(f"{head.rpartition(':')[2]}/{role}")  # for targets given by account
    return frozenset(done - {""})


def _names(item: Any) -> tuple[str, ...]:
    """Return the names under which the target of an earlier result may be given, or nothing if it must be tried again."""
    if isinstance(item, str):
        return (item,)
    if isinstance(item, Assumed):
        item = result_record(item)
    if not isinstance(item, Mapping):
        raise ConfigError(
            f"resume contains a {type(item).__name__}; it may contain results, their records, account ids and role ARNs."
        )
    if item.get("Error") or not _is_fresh(item.get("Credentials")):
        return ()
    return (str(item.get("RoleArn") or ""), str(item.get("Target") or ""))


def _is_fresh(credentials: Any) -> bool:
    if not isinstance(credentials, Mapping) or not credentials.get("Expiration"):
        return True
    try:
        return parse_timestamp(str(credentials["Expiration"])).timestamp() > unix_time() + MARGIN_SECONDS
    except ValueError:
        return False


def _read_lines(path: Union[str, os.PathLike[str]]) -> Iterator[Any]:
    """Yield the records in a file. A last line that was cut off when the earlier run ended is ignored."""
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
