"""The output form YAML against what the AWS CLI 2 wrote (recorded by `tests/tools/aws_cli.py`), and against ruamel.yaml."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import pytest

from sts.cli.aws_yaml import as_yaml, as_yaml_stream
from tests.tools.yaml_values import value

DATA = Path(__file__).parent.parent / "data" / "aws_cli" / "yaml.json"


def test_values_are_written_as_the_aws_cli_writes_them() -> None:
    """Quotes, escapes, folded lines, long keys."""
    cases = json.loads(DATA.read_text(encoding="utf-8"))
    assert len(cases) == 400
    assert [case for case in cases if as_yaml(case["value"]) != case["out"]] == []


def test_what_occurs_twice_has_an_anchor() -> None:
    """As ruamel.yaml marks it, also if empty. Equal values that are different objects are written twice."""
    one: dict[str, Any] = {"b": [], "a": "x"}
    assert as_yaml([one, one]) == "- &id001\n  a: x\n  b: []\n- *id001\n"
    assert as_yaml({"b": one["b"], "c": [one["b"]]}) == "b: &id001 []\nc:\n- *id001\n"
    assert as_yaml([{"b": [], "a": "x"}, {"b": [], "a": "x"}]) == "- a: x\n  b: []\n- a: x\n  b: []\n"


def test_nothing_and_a_stream() -> None:
    """An empty result prints nothing. A stream is a list of its one result."""
    assert (as_yaml({}), as_yaml_stream({})) == ("", "")
    assert (as_yaml(None), as_yaml([]), as_yaml("é")) == ("null\n", "[]\n", '"é"\n')
    assert as_yaml_stream({"a": 1, "b": [2]}) == "- a: 1\n  b:\n  - 2\n"
    assert as_yaml_stream("a") == "- a\n"


@pytest.mark.integration
@pytest.mark.parametrize("seed", range(4))
def test_random_values_are_written_as_ruamel_yaml_writes_them(seed: int) -> None:
    """In the settings of the AWS CLI 2, which prints a single value as JSON."""
    pytest.importorskip("_ruamel_yaml", reason="ruamel.yaml.clib is part of the extra [integration]")
    yaml = pytest.importorskip("ruamel.yaml").YAML(typ="safe")
    yaml.representer.default_flow_style = False
    choose = random.Random(seed)
    for _ in range(500):
        data = value(choose, shared=True)
        if not (isinstance(data, (dict, list)) and data):
            continue
        written = io.StringIO()
        yaml.dump(data, written)
        assert as_yaml(data) == written.getvalue(), data
        assert yaml.load(as_yaml(data)) == data
