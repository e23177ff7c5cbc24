"""
Record what the AWS SDKs for JavaScript do, against `LocalSTS`, into `tests/data/js-conformance/`: in the scenarios of
`scenarios.json`, and in the scripts of `ports/`, each of which has its port to Python beside it.

    npm install aws-sdk@2.1693.0 @aws-sdk/client-sts        (in any folder)
    NODE_PATH=<that folder>/node_modules python -m tests.suites.javascript.record

The tests need no Node: they compare this library with the recorded JSON.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from sts import STS
from sts.testing import LocalSTS

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "data" / "js-conformance"
PORTS = HERE / "ports"
SCENARIOS: dict[str, list[dict[str, Any]]] = json.loads((HERE / "scenarios.json").read_text(encoding="utf-8"))
VARIABLE = {
    *("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration", "UserId", "AssumedRoleId", "FederatedUserId"),
    *(
        "ScopedSessionId",
        "RequestId",
        "WebIdentityToken",
        "SubjectFromWebIdentityToken",
        "SessionTokenSize",
        "SessionTokenUtilization",
    ),
}
"""Members of results that differ between calls. Their presence is compared, not their value."""


def closed_port() -> int:
    """Return a port without a server."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def prepare(server: LocalSTS, scenario: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Prepare the server for *scenario*. Return the client's options and the params."""
    server.clear_faults()
    for fault in scenario.get("faults", ()):
        server.inject(fault, **({"seconds": 5.0} if fault == "slow_headers" else {}))
    options: dict[str, Any] = {**server.client_options()}
    if scenario.get("session"):
        options |= session_keys(options)
    if scenario.get("refused"):
        options["endpoint"] = f"http://127.0.0.1:{closed_port()}"
    params = dict(scenario.get("params") or {})
    if params.get("WebIdentityToken"):
        params["WebIdentityToken"] = people_token(server, scenario["people"]) if "people" in scenario else server.issue_token()
    if params.get("AccessKeyId") == "KEY":
        params["AccessKeyId"] = options["access_key_id"]
    return options, params


def session_keys(options: dict[str, Any]) -> dict[str, str]:
    """Return the keys of a session of the demo user."""
    with STS(**options) as client:
        issued = client.get_session_token(DurationSeconds=900)["Credentials"]
    names = {"access_key_id": "AccessKeyId", "secret_access_key": "SecretAccessKey", "session_token": "SessionToken"}
    return {ours: str(issued[theirs]) for ours, theirs in names.items()}  # type: ignore[literal-required]


def people_token(server: LocalSTS, claims: dict[str, str]) -> str:
    """Return a token with *claims*, of a provider whose context provider reads them."""
    context = {"Subject": "email", "SubjectType": "kind", "tenant": "tid", "step": "step"}
    provider = server.add_oidc_provider("https://people.example.org", context=context)
    server.add_role("people", trusts=[provider.arn])
    return server.issue_token(provider=provider, **claims)


def stable(value: Any) -> Any:
    """Return *value* with its variable parts replaced."""
    if isinstance(value, dict):
        return {key: "*" if key in VARIABLE else stable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [stable(item) for item in value]
    return value


def observe(kind: str, scenario: dict[str, Any], server: LocalSTS) -> Any:
    """Run one scenario in Node and return the observations."""
    options, params = prepare(server, scenario)
    arguments = json.dumps({**scenario, "params": params} if scenario.get("params") is not None else scenario)
    environ = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    done = subprocess.run(
        ["node", str(HERE / "run.cjs"), kind, arguments, json.dumps(options)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**environ, "AWS_EC2_METADATA_DISABLED": "true"},
    )
    return stable(json.loads(anonymous(done.stdout, options, params)))


def anonymous(text: str, options: dict[str, str], params: dict[str, Any]) -> str:
    """Return *text* without the values of this run."""
    replaced = {
        params.get("WebIdentityToken") or "\0": "TOKEN",
        options["access_key_id"]: "KEY",
        options["endpoint"].rpartition(":")[2]: "PORT",
    }
    for value, name in replaced.items():
        text = text.replace(value, name)
    return text


def run_port(command: list[str], script: Path) -> dict[str, Any]:
    """Run one of the scripts in `ports/` against its own server. Return its status and its output lines."""
    with LocalSTS() as server:
        server.add_role("mfa", mfa=True)
        server.add_role("second")
        server.add_role("web", trusts=[server.oidc_provider.arn])
        options = server.client_options()
        environ = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        done = subprocess.run(
            [*command, str(script)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={
                **environ,
                "STS_URL": server.url,
                "AWS_ACCESS_KEY_ID": options["access_key_id"],
                "AWS_SECRET_ACCESS_KEY": options["secret_access_key"],
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE": "1",
                "HOME": str(HERE),
                "CODE": server.add_mfa_device().code(),
                "TOKEN": server.issue_token(),
                "PYTHONPATH": str(HERE.parent.parent.parent),
            },
        )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {"status": done.returncode, "printed": lines, "trouble": done.stderr if command[0] != "node" else ""}


def main() -> int:
    """Record every scenario."""
    DATA.mkdir(parents=True, exist_ok=True)
    with LocalSTS() as server:
        for kind, scenarios in SCENARIOS.items():
            recorded = {scenario["name"]: observe(kind, scenario, server) for scenario in scenarios}
            text = json.dumps(recorded, indent=1, ensure_ascii=False, sort_keys=True)
            (DATA / f"{kind}.json").write_text(text + "\n", encoding="utf-8")
            print(f"{kind}: {len(recorded)} scenarios")
    ports = {script.stem: run_port(["node"], script) for script in sorted(PORTS.glob("*.js"))}
    (DATA / "ports.json").write_text(json.dumps(ports, indent=1) + "\n", encoding="utf-8")
    print(f"ports: {len(ports)} scripts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
