"""`help()` on anything public reads well, and shows nothing of the environment it is read in."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import pydoc
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import sts
from sts import endpoints, signer
from sts.model.operations import OPERATIONS
from sts.settings.table import OPTIONS
from sts.testing import FakeClock, LocalSTS, StubHandler

MODULES = (
    "sts sts.credentials sts.tokens sts.testing sts.v2 sts.fan_out sts.integrations.boto3 sts.integrations.google_auth "
    "sts.integrations.httpx_auth sts.integrations.hvac sts.integrations.kubernetes sts.integrations.requests_auth"
).split()
if not importlib.util.find_spec("google"):
    MODULES.remove("sts.integrations.google_auth")
# Whatever is passed on, and the seams for tests.
UNSAID = {"args", "kwargs", "members", "more", "options", "configuration", "signer", "_", "__", "misplaced", "input"} | {
    *("now", "sleep", "environ", "handler", "clock", "jitter", "rand", "spawn", "context")
}
# What the parts of the library call on each other.
INNER = {"send"}
PARTS = {signer: "sign_request", endpoints: "resolve_endpoint partition_of"}
# Users are given these and do not make them.
GIVEN = {
    "Request",
    "Response",
    "Promise",
    "Headers",
    "BridgedCredentials",
    "ValidationProblem",
    "Verdict",
    "ProfileRoleProvider",
}


def public() -> Iterator[tuple[str, Any]]:
    for module in MODULES:
        home = importlib.import_module(module)
        for name in home.__all__:
            value = getattr(home, name)
            if not isinstance(value, str) and type(value).__module__ != "typing":  # the versions; unions, which have no text
                yield f"{module}.{name}", getattr(home, name)


NAMES = dict(public())
MADE = {
    name: value
    for name, value in NAMES.items()
    if callable(value) and not (isinstance(value, type) and issubclass(value, BaseException)) and value.__name__ not in GIVEN
}


@pytest.mark.parametrize("name", NAMES)
def test_everything_public_is_described(name: str) -> None:
    """By a text of its own, which begins with a sentence."""
    text = inspect.getdoc(NAMES[name]) or ""

    assert re.match(r"[A-Z`*][^\n]*([.:]|\n)", text), text


@pytest.mark.parametrize("name", MADE)
def test_every_parameter_is_described(name: str) -> None:
    """Each is named in the text, with what it is: in a list of arguments, or in *asterisks*."""
    value = MADE[name]
    text = inspect.getdoc(value) or ""
    try:
        parameters = inspect.signature(value).parameters
    except ValueError:  # a type of C's
        return
    missing = [one for one in parameters if one not in UNSAID and one != "self" and not re.search(rf"\b{one}\b", text)]

    assert missing == []


METHODS = {
    f"{owner.__name__}.{name}": method
    for owner in (sts.STS, sts.AsyncSTS, sts.STSClient, sts.Promise, LocalSTS, StubHandler, FakeClock, sts.DiskCache)
    for name, method in inspect.getmembers(owner, inspect.isfunction)
    if not name.startswith("_") and name not in INNER and not hasattr(method, "__wrapped__")
}
FUNCTIONS = {name: getattr(module, name) for module, names in PARTS.items() for name in names.split()}


@pytest.mark.parametrize("name", [*METHODS, *FUNCTIONS])
def test_every_parameter_of_a_method_is_described(name: str) -> None:
    """As those of functions."""
    method = {**METHODS, **FUNCTIONS}[name]
    text = inspect.getdoc(method) or ""
    missing = [one for one in inspect.signature(method).parameters if one not in UNSAID and not re.search(rf"\b{one}\b", text)]

    assert [one for one in missing if one != "self"] == []


@pytest.mark.parametrize("client", [sts.STS, sts.AsyncSTS, sts.STSClient])
def test_a_clients_options_are_described(client: type) -> None:
    """With their types, units and defaults."""
    text = inspect.getdoc(client) or ""

    assert [name for name in OPTIONS if f"\n    {name} (" not in text] == []
    assert "read_timeout (float): Timeout for a response on a connection, in seconds. Default: 30.0." in text


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_an_operation_is_described_in_each_style(operation: Any) -> None:
    """Members with type and limits; a callback only where one can be given."""
    for owner, takes_callback in ((sts.STS, True), (sts.AsyncSTS, False)):
        method = getattr(owner, operation.method_name)
        text = inspect.getdoc(method) or ""
        assert [member.name for member in operation.input.members if f"    {member.name} (" not in text] == []
        assert ("callback:" in text) == ("callback" in inspect.signature(method).parameters) == takes_callback
    command = inspect.getdoc(getattr(sts, f"{operation.name}Command")) or ""
    assert [member.name for member in operation.input.members if f"    {member.name} (" not in command] == []


READ_ALL = """
import importlib, pydoc, sys
for module in sys.argv[1:]:
    home = importlib.import_module(module)
    print(pydoc.render_doc(home), *(pydoc.render_doc(getattr(home, name)) for name in home.__all__ if callable(getattr(home, name))))
"""


def test_help_shows_nothing_of_the_environment() -> None:
    """Not even as the default of a parameter: people paste help into reports."""
    command = [sys.executable, "-W", "ignore", "-c", READ_ALL, *MODULES]
    environ = {**os.environ, "AWS_SECRET_ACCESS_KEY": "wJalr-of-nobody", "SOMETHING_ELSE": "hunter2"}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 100_000
    assert "wJalr-of-nobody" not in done.stdout
    assert "hunter2" not in done.stdout


def test_the_package_lists_its_names() -> None:
    """`help(sts)` says what there is."""
    assert "assume_role_credentials" in pydoc.render_doc(sts)


def test_help_of_the_package_fits_a_few_screens() -> None:
    """It says what there is and where to read on; each name in it exists."""
    text = pydoc.render_doc(sts, renderer=pydoc.plaintext)
    named = re.findall(r"^    ([A-Za-z_]\w+(?:, [A-Za-z_]\w+)*)(?:  |$)", sts.__doc__ or "", re.MULTILINE)

    assert len(text.splitlines()) < 120
    assert max(map(len, (sts.__doc__ or "").splitlines())) <= 83
    assert len(named) > 12
    for name in ", ".join(named).split(", "):
        assert hasattr(sts, name), name
    for name in re.findall(r"\bsts\.\w+", sts.__doc__ or ""):
        importlib.import_module(name)
