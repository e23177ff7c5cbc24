"""The table equals the service model. Additions to the model are listed here."""

from __future__ import annotations

import json
import re

import botocore
import pytest
from botocore import xform_name

from sts import errors
from sts.model.operations import API_VERSION, NAMESPACE, OPERATIONS
from sts.model.shapes import ListOf, MapOf, Structure
from tests.tools.model_diff import COPY, conformance_model, differences, differences_of_operation, installed_model, main

# Deliberate extras: what the table knows and the model does not.
SECRETS_THE_MODEL_FORGETS = {
    "AssumeRoleRequest.ExternalId",
    "AssumeRoleRequest.Policy",
    "AssumeRoleRequest.TokenCode",
    "AssumeRoleWithSAMLRequest.Policy",
    "AssumeRoleWithWebIdentityRequest.Policy",
    "Credentials.SessionToken",
    "GetFederationTokenRequest.Policy",
    "GetScopedCredentialsRequest.Policy",
    "GetSessionTokenRequest.TokenCode",
    "ProvidedContext.ContextAssertion",
}
RETRYABLE_BEYOND_THE_MODEL = {"IDPCommunicationErrorException"}
# Facts that the model states only in its prose.
NOT_ON_THE_GLOBAL_ENDPOINT = re.compile(
    r"global endpoint is not supported|not available on the STS Global endpoint", re.IGNORECASE
)


@pytest.fixture(params=[conformance_model, installed_model], ids=["copy", f"botocore-{botocore.__version__}"], scope="module")
def model(request):
    """Return our copy of the model, and botocore's. `.ci/run` reports a botocore that is newer than the table."""
    given = request.param()
    if request.param is installed_model and list(differences(given)):
        pytest.skip(f"botocore {botocore.__version__} has another model: python -m tests.tools.model_diff shows what to edit")
    return given


def test_operations(model):
    """Names, order, signing and the names of inputs and outputs equal those of the model."""
    said = [
        (name, each.get("authtype") != "none", each["input"]["shape"], each["output"]["shape"], each["output"]["resultWrapper"])
        for name, each in model["operations"].items()
    ]
    ours = [(each.name, each.signed, each.input.name, each.output.name, f"{each.name}Result") for each in OPERATIONS]

    assert ours == said


def test_service(model):
    """API version, namespace and protocol equal those of the model."""
    metadata = model["metadata"]

    assert (metadata["apiVersion"], metadata["xmlNamespace"]) == (API_VERSION, NAMESPACE)
    assert metadata["protocol"] == "query"
    assert {(each["http"]["method"], each["http"]["requestUri"]) for each in model["operations"].values()} == {("POST", "/")}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_shapes_and_errors(operation, model):
    """Types, limits, patterns, members, required members and errors equal those of the model."""
    assert list(differences_of_operation(operation, model)) == []


def test_every_shape_of_the_model_is_in_the_table(model):
    """No shape that the operations of the model use is missing, except for messages of errors."""
    ours = {shape.name for shape, _ in walk_all()}
    ours |= {error.name for operation in OPERATIONS for error in operation.errors}
    messages = {
        member["shape"] for shape in model["shapes"].values() if shape.get("exception") for member in shape["members"].values()
    }

    assert set(model["shapes"]) - messages == ours


def walk(shape):
    yield shape
    if isinstance(shape, ListOf):
        yield from walk(shape.item)
    if isinstance(shape, MapOf):
        yield from (shape.key, shape.value)
    if isinstance(shape, Structure):
        for member in shape.members:
            yield from walk(member.shape)


def walk_all():
    for operation in OPERATIONS:
        for top in (operation.input, operation.output):
            yield from ((shape, operation) for shape in walk(top))


def test_secrets(model):
    """A member is sensitive if the model marks its shape, or if it is in the list of additions."""
    structures = {shape for shape, _ in walk_all() if isinstance(shape, Structure)}
    ours = {f"{shape.name}.{member.name}" for shape in structures for member in shape.members if member.sensitive}
    said = {
        f"{shape.name}.{member.name}"
        for shape in structures
        for member in shape.members
        if model["shapes"][member.shape.name].get("sensitive")
    }

    assert ours - said == SECRETS_THE_MODEL_FORGETS
    assert said <= ours


def test_regional_only(model):
    """Exactly the operations that the documentation excludes from the global endpoint are marked."""
    said = {name for name, each in model["operations"].items() if NOT_ON_THE_GLOBAL_ENDPOINT.search(each["documentation"])}

    assert {operation.name for operation in OPERATIONS if operation.regional_only} == said


NEEDS_ONE_OF = re.compile(r"must provide at least one of <code>(\w+)</code> or <code>(\w+)</code>")


def test_one_of_several_members(model):
    """Exactly the operations that need one of several members are marked."""
    said = {
        name: found.groups()
        for name, each in model["operations"].items()
        for member in model["shapes"][each["input"]["shape"]].get("members", {}).values()
        if (found := NEEDS_ONE_OF.search(member.get("documentation", "")))
    }

    assert {operation.name: operation.one_of for operation in OPERATIONS if operation.one_of} == said


def test_retryable(model):
    """The model marks no error retryable. The table marks those that the SDKs retry."""
    said = {name for name, shape in model["shapes"].items() if shape.get("retryable")}

    assert {
        error.name for operation in OPERATIONS for error in operation.errors if error.retryable
    } == said | RETRYABLE_BEYOND_THE_MODEL


def test_error_classes():
    """Each modelled error has a class with its name and a docstring, and there are no other classes."""
    names = {error.name for operation in OPERATIONS for error in operation.errors}
    classes = {each.__name__: each for each in errors.ServiceError.__subclasses__() if each.__module__ == errors.__name__}

    assert set(classes) == names
    for operation in OPERATIONS:
        for error in operation.errors:
            assert classes[error.name].retryable is error.retryable
            assert classes[error.name].__doc__


def test_method_names():
    """Methods have the names of boto3."""
    assert [operation.method_name for operation in OPERATIONS] == [xform_name(operation.name) for operation in OPERATIONS]


def test_docs():
    """Every operation and member has a one-sentence description."""
    docs = {operation.name: operation.doc for operation in OPERATIONS}
    docs |= {
        f"{shape.name}.{member.name}": member.doc
        for shape, _ in walk_all()
        if isinstance(shape, Structure)
        for member in shape.members
    }

    assert {name: doc for name, doc in docs.items() if not doc.endswith(".") or "\n" in doc or len(doc) < 10} == {}


def test_a_newer_model_shows_what_to_edit(tmp_path, capsys):
    """`python -m tests.tools.model_diff` prints each difference and where to edit."""
    model = conformance_model()
    model["shapes"]["arnType"]["max"] = 4096
    model["shapes"]["webIdentityTokenSubjectModeType"]["enum"].pop()
    model["operations"]["NewOperation"] = model["operations"]["GetCallerIdentity"]
    path = tmp_path / "service-2.json"
    path.write_text(json.dumps(model))

    assert main([str(path)]) == 1
    shown = capsys.readouterr().out
    assert "NewOperation: an operation of the model that is not here" in shown
    assert "arnType: max 4096 in the model, 2048 here" in shown
    assert "webIdentityTokenSubjectModeType: enum ['AWSIdentity'] in the model" in shown
    assert "sts/model/operations.py" in shown
    assert main([str(COPY)]) == 0
