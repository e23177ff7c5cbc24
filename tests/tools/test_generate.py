"""Generated files are what the table says."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from unittest.mock import create_autospec

import pytest

from sts import STS, AsyncSTS
from sts.calling.methods import AsyncOperationMethods, OperationMethods
from sts.model.operations import OPERATIONS
from sts.v2.methods import RequestMethods
from tests.tools.generate import stale


@pytest.mark.integration  # ruff lays the files out
def test_generated_files_are_up_to_date() -> None:
    """After a change of the table, `python -m tests.tools.generate` has been run."""
    assert stale() == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@pytest.mark.parametrize("owner", [STS, AsyncSTS])
def test_methods_tell_the_truth_about_themselves(owner: type, operation: object) -> None:
    """`inspect.signature` shows every member, required ones without a default; the docstring describes them."""
    method = getattr(owner, operation.method_name)  # type: ignore[attr-defined]
    parameters = inspect.signature(method).parameters

    for member in operation.input.members:  # type: ignore[attr-defined]
        assert (parameters[member.name].default is inspect.Parameter.empty) is member.required
        assert f"{member.name} (" in method.__doc__
    assert {"timeout", "abort_signal"} <= set(parameters)
    assert inspect.iscoroutinefunction(method) is (owner is AsyncSTS)
    assert method.__qualname__.endswith(operation.method_name)  # type: ignore[attr-defined]


@pytest.mark.parametrize("owner", [OperationMethods, AsyncOperationMethods, RequestMethods])
def test_stubs_leave_out_no_method(owner: type) -> None:
    """Type checkers see every public method that a client has from these classes."""
    stub = Path(inspect.getfile(owner)).with_suffix(".pyi")
    classes = {node.name: node for node in ast.parse(stub.read_text()).body if isinstance(node, ast.ClassDef)}
    stubbed = {node.name for node in classes[owner.__name__].body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}

    assert {name for name in vars(owner) if not name.startswith("_")} <= stubbed


def test_a_bound_method_has_no_self() -> None:
    """The signature of a method of an instance is the one that is called."""
    assert "self" not in inspect.signature(STS(region="us-east-1").assume_role).parameters


def test_a_double_takes_every_form_of_a_call() -> None:
    """`create_autospec` refuses what the method refuses, and nothing that it takes."""
    double = create_autospec(STS, instance=True)
    role = {"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "ci"}
    for args, keywords in (
        ((role,), {}),
        ((role, print), {}),
        ((role, {"timeout": 3}, print), {}),
        ((role,), {"timeout": 3}),
        ((), role),
        ((), {**role, "callback": print}),
        ((print,), role),
    ):
        double.assume_role(*args, **keywords)
        double.assume_role.assert_called_with(*args, **keywords)
    for args, keywords in (((), {}), ((), {"RoleArn": "x"}), ((), {**role, "Nope": 1}), ((role,), {"timout": 3})):
        with pytest.raises(TypeError):
            double.assume_role(*args, **keywords)
    inspect.signature(STS.assume_role).bind(object(), role)
    with pytest.raises(TypeError):
        inspect.signature(STS.assume_role).bind(object())


def test_help_reads_well() -> None:
    """`help(STS.assume_role)` says limits, errors and source."""
    import pydoc

    text = pydoc.plain(pydoc.render_doc(STS.assume_role))
    for expected in (
        "RoleArn (str of 20 to 2048 characters, required)",
        "DurationSeconds (int of 900 to 43200",
        "RegionDisabledException",
        "Source: AWS service model",
    ):
        assert expected in text
