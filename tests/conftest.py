"""What every test starts from: no AWS settings, no proxies, an empty home."""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

with contextlib.suppress(ImportError):
    import hypothesis

    # A machine that is busy makes examples slowly, which says nothing about the code.
    hypothesis.settings.register_profile("suite", suppress_health_check=[hypothesis.HealthCheck.too_slow], deadline=None)
    hypothesis.settings.load_profile("suite")

from sts.testing.pytest_plugin import local_sts  # noqa: F401  # the fixture, also where the package is not installed

HOMES = itertools.count()
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Take away what the machine would add to a test."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "AMAZON_", "_X_AMZN", "BOTO")) or name.upper() in PROXIES:
            monkeypatch.delenv(name)
    # A home of its own for each test, which is only there if the test makes it: what one test writes no other may read.
    monkeypatch.setenv("HOME", str(tmp_path_factory.getbasetemp() / f"home-{next(HOMES)}"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


INTERCEPTORS = {"responses", "requests_mock"}
"""Tools that make every call go through requests once they are loaded, which any test may do."""


@pytest.fixture(autouse=True)
def own_handler(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test whose module does not use such a tool meet the default handler, whatever ran before."""
    if not uses_interceptors(request.path):
        monkeypatch.setattr("sts.handlers.choose.INTERCEPTORS", frozenset())


@pytest.fixture(autouse=True, scope="module")
def little_to_collect(request: pytest.FixtureRequest) -> None:
    """Leave what earlier tests have loaded out of the collections of a module of asyncio, which are quick then."""
    if names(request.path, "AsyncSTS"):
        gc.collect()
        gc.freeze()


@pytest.fixture(autouse=True)
def nothing_left_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """Find what a test of asyncio left open in that test, not in one that runs when the garbage is collected."""
    yield
    if names(request.path, "AsyncSTS"):
        gc.collect()


def uses_interceptors(path: Path) -> bool:
    """Say whether a test's module names a tool that intercepts requests."""
    return any(names(path, tool) for tool in (*INTERCEPTORS, "moto"))


@lru_cache
def names(path: Path, word: str) -> bool:
    """Say whether *word* is in the text of a test's module."""
    return word in path.read_text(encoding="utf-8")


@pytest.fixture
def surfaced(monkeypatch: pytest.MonkeyPatch) -> list[BaseException | None]:
    """Return the list of what `threading.excepthook` is given, which pytest would make a failure of."""
    shown: list[BaseException | None] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: shown.append(args.exc_value))
    return shown


@pytest.fixture
def kept_logger() -> Iterator[None]:
    """Take the handlers and the level that a test gives the logger away again."""
    from sts.logs import LOGGER

    level, handlers = LOGGER.level, list(LOGGER.handlers)
    yield
    LOGGER.setLevel(level)
    LOGGER.handlers[:] = handlers


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Use one process more than there are cores: tests wait for servers and processes now and then."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return int(os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS") or cores + 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order all tests by name: each process that runs a part of them must see the same order, whatever a set gives."""
    items.sort(key=lambda item: item.nodeid)


def pytest_collection_finish() -> None:
    """Leave what has been loaded until now out of later collections, which are quick then."""
    gc.collect()
    gc.freeze()
