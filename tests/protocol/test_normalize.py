"""Convenient values become those of the service model. The validator checks the others."""

from __future__ import annotations

import copy
import json
from collections import OrderedDict
from datetime import timedelta
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sts.errors import ParamValidationError
from sts.model.operations import ASSUME_ROLE, ASSUME_ROOT, GET_WEB_IDENTITY_TOKEN, OPERATIONS
from sts.protocol.validate import normalize_params
from tests.support.strategies import params as valid_params

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ARN = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.mark.parametrize(
    ("operation", "given_params", "normalized"),
    [
        (ASSUME_ROLE, {"Policy": POLICY}, {"Policy": json.dumps(POLICY, separators=(",", ":"))}),
        (ASSUME_ROLE, {"Policy": MappingProxyType(POLICY)}, {"Policy": json.dumps(POLICY, separators=(",", ":"))}),
        (ASSUME_ROLE, {"Policy": {"Statement": [MappingProxyType({"a": 1})]}}, {"Policy": '{"Statement":[{"a":1}]}'}),
        (ASSUME_ROLE, {"Policy": "{ }"}, {"Policy": "{ }"}),
        (ASSUME_ROLE, {"Tags": {"team": "a", "b": ""}}, {"Tags": [{"Key": "team", "Value": "a"}, {"Key": "b", "Value": ""}]}),
        (ASSUME_ROLE, {"Tags": OrderedDict(x="y")}, {"Tags": [{"Key": "x", "Value": "y"}]}),
        (ASSUME_ROLE, {"Tags": {}}, {"Tags": []}),
        (ASSUME_ROLE, {"Tags": {"team": None}}, {"Tags": [{"Key": "team"}]}),
        (ASSUME_ROLE, {"PolicyArns": [ARN, {"arn": ARN}]}, {"PolicyArns": [{"arn": ARN}, {"arn": ARN}]}),
        (ASSUME_ROLE, {"PolicyArns": (ARN,)}, {"PolicyArns": [{"arn": ARN}]}),
        (ASSUME_ROLE, {"PolicyArns": ARN}, {"PolicyArns": [{"arn": ARN}]}),
        (ASSUME_ROLE, {"TransitiveTagKeys": "team"}, {"TransitiveTagKeys": ["team"]}),
        (ASSUME_ROLE, {"DurationSeconds": timedelta(hours=1)}, {"DurationSeconds": 3600}),
        (ASSUME_ROLE, {"DurationSeconds": timedelta(days=2, seconds=1)}, {"DurationSeconds": 172801}),
        (ASSUME_ROLE, {"DurationSeconds": "900"}, {"DurationSeconds": 900}),
        (ASSUME_ROLE, {"MinimumSessionTokenSize": "-1"}, {"MinimumSessionTokenSize": -1}),
        (ASSUME_ROLE, {"RoleArn": None, "ExternalId": "x"}, {"ExternalId": "x"}),
        (
            ASSUME_ROLE,
            {"ProvidedContexts": [{"ProviderArn": ARN, "ContextAssertion": None}]},
            {"ProvidedContexts": [{"ProviderArn": ARN}]},
        ),
        (ASSUME_ROOT, {"TaskPolicyArn": ARN}, {"TaskPolicyArn": {"arn": ARN}}),
        (GET_WEB_IDENTITY_TOKEN, {"Audience": "me"}, {"Audience": ["me"]}),
    ],
)
def test_friendly_values(operation, given_params, normalized):
    """Each convenient form becomes the form of the service model. The caller's object is not changed."""
    before = copy.deepcopy({**given_params} if "Policy" not in given_params else {})

    assert normalize_params(operation, given_params) == normalized
    assert not before or given_params == before


@pytest.mark.parametrize(
    "params",
    [
        {"DurationSeconds": timedelta(seconds=1.5)},
        {"DurationSeconds": "1e3"},
        {"DurationSeconds": " 900"},
        {"DurationSeconds": "٩٠٠"},
        {"DurationSeconds": "9" * 5000},
        {"DurationSeconds": True},
        {"MinimumSessionTokenSize": timedelta(seconds=1)},
        {"Policy": {"a": {1, 2}}},
        {"Policy": {"a": float("nan")}},
        {"Policy": ["list"]},
        {"RoleArn": {"arn": ARN}},
        {"Tags": "team"},
        {"Tags": 5},
        {"Tags": [5]},
        {"PolicyArns": {"arn": ARN}},
        {"Unknown": {"a": None}},
    ],
)
def test_left_alone(params):
    """Other values are left unchanged, and no exception is raised."""
    assert normalize_params(ASSUME_ROLE, params) == params


def test_circular_policy():
    """A policy that contains itself is left unchanged."""
    policy = {}
    policy["Statement"] = policy

    assert normalize_params(ASSUME_ROLE, {"Policy": policy})["Policy"] is policy


@given(st.dictionaries(st.text(), st.text(st.characters(exclude_categories=[])), max_size=3))
@settings(max_examples=60, deadline=None)
def test_policy_as_json(policy):
    """A policy has no character above U+00FF, is as short as JSON allows, and has the same meaning."""
    text = normalize_params(ASSUME_ROLE, {"Policy": policy})["Policy"]

    assert json.loads(text) == policy
    assert max(text, default="") <= "\xff"
    assert text.count("\\u00") == json.dumps(policy, ensure_ascii=False).count("\\u00")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@given(st.data())
@settings(max_examples=10, deadline=None)
def test_normal_params_stay(operation, data):
    """Params in the form of the service model are returned equal, in a new dict."""
    params = data.draw(valid_params(operation))
    normalized = normalize_params(operation, params)

    assert normalized == params
    assert normalized is not params


@pytest.mark.parametrize("params", [None, [], "text", 5, [("RoleArn", "x")]])
def test_not_a_mapping(params):
    """Params that are not a mapping are an error with the validator's text."""
    with pytest.raises(ParamValidationError, match="params to be a mapping") as caught:
        normalize_params(ASSUME_ROLE, params)

    assert caught.value.code == "InvalidParameterType"
