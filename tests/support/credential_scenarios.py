"""Run the credential scenarios of other SDKs: an environment, a folder of files and recorded HTTP in, a result out."""

from __future__ import annotations

import json
import re
import shutil
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from sts.http import Control, HttpRequest, HttpResponse

DATA = Path(__file__).parent.parent / "data" / "credential-chain-smithy-rs"
PROFILE_PROVIDER = DATA / "profile-provider"


class Exchange(NamedTuple):
    """Hold one recorded exchange."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    response: HttpResponse


class Scenario(NamedTuple):
    """Hold one folder."""

    name: str
    environ: dict[str, str]
    result: dict[str, Any]
    exchanges: list[Exchange]
    folder: Path


def load(folder: Path) -> Scenario:
    """Read one scenario's folder."""
    case = json.loads((folder / "test-case.json").read_text())
    traffic = json.loads((folder / "http-traffic.json").read_text())
    environ = json.loads((folder / "env.json").read_text())
    return Scenario(folder.name, environ, case["result"], exchanges_of(traffic["events"]), folder)


def exchanges_of(events: list[dict[str, Any]]) -> list[Exchange]:
    """Put the events of each connection together."""
    found: dict[int, dict[str, Any]] = {}
    for event in events:
        parts = found.setdefault(event["connection_id"], {"Request": b"", "Response": b""})
        (kind, value), *_ = event["action"].items()
        if kind == "Data":
            (encoding, text), *_ = value["data"].items()
            parts[value["direction"]] += text.encode() if encoding == "Utf8" else b64decode(text)
        elif kind == "Request":
            parts["asked"] = value["request"]
        elif kind == "Response":
            parts["answer"] = value["response"]["Ok"]
    return [
        Exchange(
            parts["asked"]["method"],
            parts["asked"]["uri"],
            {name: ",".join(values) for name, values in parts["asked"]["headers"].items()},
            parts["Request"],
            HttpResponse(
                parts["answer"]["status"],
                {name: ",".join(values) for name, values in parts["answer"]["headers"].items()},
                parts["Response"],
            ),
        )
        for parts in found.values()
    ]


def place(scenario: Scenario, home: Path) -> dict[str, str]:
    """Copy the scenario's files under *home* and return its environment with that home directory."""
    source = scenario.folder / "fs" / "home"
    if source.exists():
        shutil.copytree(source, home, dirs_exist_ok=True)
    spell_out_shell(home / ".aws" / "config")
    return {**scenario.environ, "HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin"}


def spell_out_shell(config: Path) -> None:
    """Write `sh -c '...'` around commands: the recorded SDK runs a shell, ours does not unless the command asks for it."""
    if config.exists():
        text = config.read_text()
        config.write_text(re.sub(r"credential_process = (.*)", lambda m: f"credential_process = sh -c {quoted(m[1])}", text))


def quoted(text: str) -> str:
    return "'" + text.replace("'", "'\"'\"'") + "'"


class Replay:
    """Answer with what was recorded, and hold each request against the recorded one."""

    def __init__(self, exchanges: list[Exchange]) -> None:
        self.left = list(exchanges)

    def send(self, request: HttpRequest, *, control: Control) -> HttpResponse:
        expected = self.left.pop(0)
        assert request.method == expected.method
        assert facts(request.url) == facts(expected.url)
        assert form(request.body) == form(expected.body)
        for name in ("x-amz-sso_bearer_token", "x-aws-ec2-metadata-token", "x-aws-ec2-metadata-token-ttl-seconds"):
            assert request.headers.get(name) == expected.headers.get(name)
        return expected.response

    def close(self) -> None:
        pass


def facts(url: str) -> tuple[object, ...]:
    """Return what matters of a URL."""
    parts = urlsplit(url)
    return parts.scheme, parts.netloc, parts.path or "/", sorted(parse_qsl(parts.query))


def form(body: bytes) -> dict[str, str] | bytes:
    """Return the members of a form; the session's name is each SDK's own."""
    if not body.startswith(b"Action="):
        return body
    return {key: value for key, value in parse_qsl(body.decode()) if key != "RoleSessionName"}
