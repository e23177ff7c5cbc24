"""LocalSTS writes bodies as AWS does: recorded answers are written again from their values."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sts.base.time import parse_timestamp
from sts.model.operations import NAMESPACE, OPERATIONS
from sts.model.shapes import Integer, Structure, Timestamp
from sts.testing.service.error_responses import ErrorResponse, not_authorized
from sts.testing.service.render import XML, error_body, result_body
from tests.support.local_sts_clients import form, send

EXCHANGES = json.loads((Path(__file__).parent.parent.parent / "data/sts-wire-exchanges/exchanges.json").read_text())
BODIES = [one["response"]["body"] for one in EXCHANGES if NAMESPACE in str(one["response"]["body"])]
RESULTS = sorted({body for body in BODIES if not body.startswith("<ErrorResponse")})
REFUSALS = sorted({body for body in BODIES if body.startswith("<ErrorResponse")})


def values_of(shape, element):
    """Read an element by the table."""
    if isinstance(shape, Structure):
        found = ((member, element.find(f"{{{NAMESPACE}}}{member.name}")) for member in shape.members)
        return {member.name: values_of(member.shape, child) for member, child in found if child is not None}
    if isinstance(shape, Timestamp):
        return parse_timestamp(element.text)
    return int(element.text) if isinstance(shape, Integer) else element.text


def lines_of(body):
    """Return the lines of a body in an order of their own: the service's is not that of the model."""
    return sorted(line.strip() for line in body.splitlines() if line.strip())


def test_there_are_recorded_answers():
    """Of both kinds."""
    assert RESULTS
    assert REFUSALS


@pytest.mark.parametrize("recorded", RESULTS)
def test_results_look_as_recorded(recorded):
    """Every line of it, fractions of seconds and long tokens too."""
    root = ElementTree.fromstring(recorded)
    operation = next(one for one in OPERATIONS if recorded.startswith(f"<{one.name}Response "))
    result = values_of(operation.output, root.find(f"{{{NAMESPACE}}}{operation.name}Result"))
    written = result_body(operation, result, root.find(f".//{{{NAMESPACE}}}RequestId").text, XML).decode()
    recorded = re.sub(r"\.(\d{3})Z", r".\g<1>000Z", recorded)

    assert lines_of(written) == lines_of(recorded)


@pytest.mark.parametrize("recorded", REFUSALS)
def test_refusals_look_as_recorded(recorded):
    """Byte for byte."""
    code, message, request_id = (re.search(f"<{name}>(.*)</{name}>", recorded)[1] for name in ("Code", "Message", "RequestId"))

    assert error_body(ErrorResponse(code, message), request_id, XML).decode() == recorded.rstrip("\n") + "\n"


def test_a_recorded_refusal_happens_again(local_sts):
    """The same token problem has the same code, words and status."""
    recorded = next(one["response"] for one in EXCHANGES if one["id"].endswith("web_identity_token_invalid_jwt#0"))
    issuer = re.search("account for (.*)</Message>", recorded["body"])[1]
    provider = local_sts.add_oidc_provider(issuer, account="999999999999")
    token = local_sts.issue_token(provider=provider)
    reply = send(
        local_sts,
        body=form("AssumeRoleWithWebIdentity", RoleArn=local_sts.role.arn, RoleSessionName="ci", WebIdentityToken=token),
    )
    anonymous = re.compile("<RequestId>.*</RequestId>")

    assert reply.status == recorded["status"]
    assert anonymous.sub("", reply.body) == anonymous.sub("", recorded["body"])


def test_markup_and_control_characters_cannot_break_a_body():
    """What a caller sent comes back as text."""
    body = error_body(not_authorized("a<b>&\r\x00\ud800", "X", "]]>"), "id", XML)

    assert ElementTree.fromstring(body).find(f".//{{{NAMESPACE}}}Message").text.startswith("User: a<b>&\r?? is not authorized")
