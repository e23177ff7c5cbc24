"""The `user-agent` and trace headers, held against the tables that the AWS SDKs share."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from sts.identity import LEGACY_SSO, ROLE_FEATURES, SOURCES
from sts.settings.user_agent import build_user_agent, encode_features, lambda_trace_id, sanitize
from tests.support.fakes import client, ok

DATA = Path(__file__).parent.parent / "data"
CASES = json.loads((DATA / "user-agent" / "cases.json").read_text(encoding="utf-8"))
TRACES = json.loads((DATA / "recursion-detection" / "recursion-detection.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["sanitize_botocore"], ids=lambda case: f"{case['raw']!r}-{case['allow_hash']}")
def test_values_are_sanitized_as_botocore_does(case: dict[str, Any]) -> None:
    """Characters that are not allowed in a token become hyphens."""
    assert sanitize(case["raw"], allow_hash=case["allow_hash"]) == case["expected"]


def expand(text: str) -> str:
    return re.sub(r"(\w)\*(\d+)", lambda match: match[1] * int(match[2]), text)


@pytest.mark.parametrize("case", CASES["encode_features_js_v3"], ids=lambda case: ",".join(case["features"]) or "none")
def test_features_are_encoded_as_the_javascript_sdk_does(case: dict[str, Any]) -> None:
    """The list has at most 1024 bytes. Ids that do not fit are dropped."""
    features = [expand(value) for value in case["features"].values()]

    assert encode_features(features) == expand(case["expected"])


def test_the_string_has_the_order_all_sdks_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shared test case of the AWS SDKs, with the versions of this machine."""
    shared = CASES["shared_across_sdks"]
    given = shared["given"]
    agent = build_user_agent({"AWS_EXECUTION_ENV": given["exec_env"]}, retry_mode=given["retry_mode"], app_id=given["appid"])
    parts = agent.split(" ")

    release = sanitize(os.uname().release, allow_hash=True)
    expected = [part for part in shared["in_order"] if not part.startswith(("os/", "lang/"))]
    assert [part for part in parts if part in expected] == expected
    assert f"os/linux#{release}" in parts or "os/macos" in agent
    assert [part for part in parts if part.startswith("lang/python#")] != []
    assert set(shared["any_order"]) <= set(parts)


def test_feature_ids_are_those_of_the_registry() -> None:
    """Each provider has the id that smithy-rs registers for it."""
    ids = CASES["feature_ids"]
    expected = {
        "environment": ids["CREDENTIALS_ENV_VARS"],
        "assume-role": ids["CREDENTIALS_STS_ASSUME_ROLE"],
        "chained-role": ids["CREDENTIALS_STS_ASSUME_ROLE"],
        "saml": ids["CREDENTIALS_STS_ASSUME_ROLE_SAML"],
        "web-identity": ids["CREDENTIALS_STS_ASSUME_ROLE_WEB_ID"],
        "profile": ids["CREDENTIALS_PROFILE"],
        "sso": ids["CREDENTIALS_SSO"],
        "process": ids["CREDENTIALS_PROCESS"],
        "container": ids["CREDENTIALS_HTTP"],
        "instance-metadata": ids["CREDENTIALS_IMDS"],
        "static": ids["CREDENTIALS_CODE"],
        "cognito": ids["CREDENTIALS_COGNITO"],
        "login": ids["CREDENTIALS_LOGIN"],
        "session-token": ids["CREDENTIALS_STS_SESSION_TOKEN"],
        "federation-token": ids["CREDENTIALS_STS_FEDERATION_TOKEN"],
    }

    assert {row.name: row.feature for row in SOURCES if row.name in expected} == expected
    registered = set(ids.values())
    for row in (*SOURCES, LEGACY_SSO):
        assert {row.feature, row.profile_feature, row.variable_feature} - {""} <= registered
    assert {one for both in ROLE_FEATURES.values() for one in both} <= registered


def test_custom_text_and_app_id_cannot_break_the_header() -> None:
    """Line breaks and spaces of an app id are not header syntax any more."""
    agent = build_user_agent({}, app_id="my app\r\nx: y", custom="tool/1.2 more")

    assert "app/my-app--x--y" in agent
    assert agent.endswith("tool/1.2 more")
    assert agent.isascii()
    assert agent.isprintable()


@pytest.mark.parametrize("case", TRACES, ids=lambda case: (case.get("description") or case["desciption"])[0][:60])
def test_trace_ids_travel_as_recursion_detection_asks(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """In Lambda the trace id is sent, encoded, and one that is there already is kept."""
    for name, value in case["env"].items():
        monkeypatch.setenv(name, value)
    made = client(ok())
    before = dict(header.split(": ", 1) for header in case["requestHeadersBefore"])
    made.on("build", lambda request: request.http_request.headers.update(before))
    made.get_caller_identity()

    expected = dict(header.split(": ", 1) for header in case["requestHeadersAfter"]).get("X-Amzn-Trace-Id")
    assert made.handler.requests[0].headers.get("x-amzn-trace-id") == expected


def test_outside_lambda_there_is_no_trace_id() -> None:
    """The variable alone is not enough."""
    assert lambda_trace_id({"_X_AMZN_TRACE_ID": "Root=1"}) is None
