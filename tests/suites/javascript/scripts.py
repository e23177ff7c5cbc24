"""
Run the scripts of `cases/` under Node and here, and compare what they print, their status and the calls that the server saw.

    npm install aws-sdk@2.1693.0 @aws-sdk/client-sts@3.1177.0 @aws-sdk/credential-providers@3.1177.0     (in any folder)
    NODE_PATH=<that folder>/node_modules python -m tests.suites.javascript.scripts --record     what Node does, recorded anew
    python -m tests.suites.javascript.scripts [--only TEXT]                                     what this library does

A case file holds blocks:

    === name | flag flag=value ...
    --- js        code for Node
    --- py        the same for Python, line by line
    --- credentials / config     `~/.aws` files of the case (%KEY% %SECRET% %PYTHON% are filled in)
    --- script    JSON lines [status, {headers}, "body"(, seconds)]: a scripted server instead of `LocalSTS`
    --- known     the row of the port guide (docs/porting) that says why the two differ

Flags: v3 (else v2); envkeys: keys in AWS_*; faults=a,b:seconds: `LocalSTS.inject`; nocalls: calls are not compared; sort: the order
of lines is not; env:NAME=VALUE.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sts.testing import LocalSTS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
RECORDED = ROOT / "tests" / "data" / "js-conformance" / "scripts.json"
PRELUDES = {
    "js": (HERE / "prelude.js").read_text(encoding="utf-8"),
    "py": (HERE / "prelude.py.txt").read_text(encoding="utf-8"),
}
MASKS = (
    (r"eyJ[\w.<>-]{40,}", "<jwt>"),
    (r"\b(ASIA|AKIA|AROA|AIDA)[A-Z0-9]{12,}", r"<\1>"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uuid>"),
    (r"(127\.0\.0\.1|localhost)(:|%3A)\d{4,5}", r"\1:PORT"),
    (r"diff-\w{8}", "diff-TMP"),
    (r"\b\d+(\.\d+)?s (?=\d+ retries)", "N.Ns "),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", "<date>"),
    (r'"TokenCode": "\d{6}"', '"TokenCode": "<code>"'),
    (r"[A-Za-z0-9+/=_-]{100,}", "<long>"),
)
"""Parts that differ between runs."""


class Case:
    """One script in both languages."""

    def __init__(self, file: str, heading: str) -> None:
        name, _, flags = heading.partition("|")
        self.file, self.name, self.flags = file, name.strip(), flags.split()
        self.parts: dict[str, list[str]] = {}

    @property
    def id(self) -> str:
        return f"{self.file}/{self.name}"

    def text(self, part: str) -> str:
        return "\n".join(self.parts.get(part, [])) + "\n"

    def comparable(self, lines: list[str]) -> list[str]:
        return sorted(lines) if "sort" in self.flags else lines


def cases() -> list[Case]:
    """Return the cases of all files."""
    found: list[Case] = []
    for path in sorted((HERE / "cases").glob("*.txt")):
        part: list[str] | None = None
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("=== "):
                found.append(Case(path.stem, line[4:]))
                part = None
            elif line.startswith("--- "):
                part = found[-1].parts.setdefault(line[4:].strip(), [])
            elif part is not None:
                part.append(line)
    return found


class Scripted:
    """A server that returns the responses of a script, one after the other."""

    def __init__(self, lines: list[str]) -> None:
        self.seen: list[list[Any]] = []
        steps = [json.loads(line) for line in lines if line.strip()]
        seen = self.seen

        class Handler(BaseHTTPRequestHandler):
            disable_nagle_algorithm = True  # headers and body are two packets: the second would wait for an acknowledgement
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                form = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
                rest = {name: value for name, value in sorted(form.items()) if name not in ("Action", "Version")}
                seen.append([form.get("Action"), rest])
                status, headers, text, *seconds = steps[min(len(seen), len(steps)) - 1]
                time.sleep(seconds[0] if seconds else 0)
                if status == 0:
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(text.encode()))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # the client was not interested any more

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def run(case: Case, side: str) -> tuple[list[str], str]:
    """Run *case* in "js" or "py", in its own process and home. Return its masked lines and its standard error."""
    home = Path(tempfile.mkdtemp(prefix="diff-"))
    scripted = Scripted(case.parts["script"]) if "script" in case.parts else None
    try:
        with LocalSTS() as server:
            options = server.client_options()
            prepare(server, case.flags)
            env = environment(case, server, scripted.url if scripted else server.url, home)
            write_profiles(case, home, options)
            out, err, status = execute(case, side, home, env)
            calls = scripted.seen if scripted else [[call.operation, flat(call.params)] for call in server.calls]
    finally:
        shutil.rmtree(home, ignore_errors=True)
        if scripted:
            scripted.server.shutdown()
            scripted.server.server_close()
    lines = [*out.splitlines(), f"exit {status}"]
    if "nocalls" not in case.flags:
        lines += [f"call {json.dumps(call)}" for call in calls]
    return [mask(line, options) for line in lines], err


def prepare(server: LocalSTS, flags: list[str]) -> None:
    server.add_role("mfa", mfa=True)
    server.add_role("second")
    server.add_role("web", trusts=[server.oidc_provider.arn])
    for flag in flags:
        for fault in flag[7:].split(",") if flag.startswith("faults=") else ():
            name, _, seconds = fault.partition(":")
            server.inject(name, **({"seconds": float(seconds)} if seconds else {}))  # type: ignore[arg-type]


def environment(case: Case, server: LocalSTS, url: str, home: Path) -> dict[str, str]:
    options = server.client_options()
    unwanted = ("AWS_", "AMAZON_")
    env = {name: text for name, text in os.environ.items() if not name.startswith(unwanted) and "proxy" not in name.lower()}
    env |= {
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE": "1",
        "NODE_NO_WARNINGS": "1",
        "STS_URL": url,
        "T_KEY": options["access_key_id"],
        "T_SECRET": options["secret_access_key"],
        "TOKEN": server.issue_token(),
        "ASSERTION": server.saml_assertion(),
        "CODE": server.add_mfa_device().code(),
        "PRINCIPAL": server.saml_provider.arn,
    }
    if "envkeys" in case.flags:
        env |= {"AWS_ACCESS_KEY_ID": options["access_key_id"], "AWS_SECRET_ACCESS_KEY": options["secret_access_key"]}
    env |= dict(flag[4:].split("=", 1) for flag in case.flags if flag.startswith("env:"))
    if "config" in case.parts:
        env["AWS_SDK_LOAD_CONFIG"] = "1"
    return env


def write_profiles(case: Case, home: Path, options: dict[str, str]) -> None:
    values = {"%KEY%": options["access_key_id"], "%SECRET%": options["secret_access_key"], "%PYTHON%": sys.executable}
    for name in ("credentials", "config"):
        if name in case.parts:
            text = case.text(name)
            for placeholder, value in values.items():
                text = text.replace(placeholder, value)
            (home / ".aws").mkdir(exist_ok=True)
            (home / ".aws" / name).write_text(text, encoding="utf-8")


def execute(case: Case, side: str, home: Path, env: dict[str, str]) -> tuple[str, str, Any]:
    version = "v3" if "v3" in case.flags else "v2"
    marker, line = ("//VERSION//", f"const V = {version!r};") if side == "js" else ("#VERSION#", f"V = {version!r}")
    file = home / ("case.cjs" if side == "js" else "case.py")
    file.write_text(PRELUDES[side].replace(marker, line) + case.text(side), encoding="utf-8")
    command = ["node", str(file)] if side == "js" else [sys.executable, str(file)]
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, cwd=home, check=False)
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(), (late.stderr or b"").decode(), "TIMEOUT"  # type: ignore[union-attr]
    return done.stdout, done.stderr, done.returncode


def flat(params: Any) -> dict[str, str]:
    given = dict(params or {})
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in sorted(given.items())}


def mask(line: str, options: dict[str, str]) -> str:
    line = line.replace(options["access_key_id"], "<KEY>").replace(options["secret_access_key"], "<SECRET>")
    for pattern, shown in MASKS:
        line = re.sub(pattern, shown, line)
    return line


def recorded() -> dict[str, list[str]]:
    """Return the results of Node by the cases' ids."""
    found: dict[str, list[str]] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return found


def main() -> int:
    """Record, or compare and print `N same, M differ, K on purpose`. Return 1 if some differ."""
    parser = argparse.ArgumentParser(description="Compare the scripts with what Node did.")
    parser.add_argument("--record", action="store_true", help="run them under Node, and keep what they print")
    parser.add_argument("--only", default="", help="cases whose id has this text")
    parser.add_argument("-j", type=int, default=2, help="how many at once")
    args = parser.parse_args()
    chosen = [case for case in cases() if args.only in case.id]
    side = "js" if args.record else "py"
    with ThreadPoolExecutor(args.j) as pool:
        outcomes = list(pool.map(lambda case: run(case, side), chosen))
    if args.record:
        kept = {
            **(recorded() if args.only else {}),
            **{case.id: lines for case, (lines, _) in zip(chosen, outcomes, strict=True)},
        }
        RECORDED.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return 0
    return report(chosen, outcomes)


def report(chosen: list[Case], outcomes: list[tuple[list[str], str]]) -> int:
    counts = {"same": 0, "differ": 0, "on purpose": 0}
    expected = recorded()
    for case, (lines, err) in zip(chosen, outcomes, strict=True):
        ours, theirs = case.comparable(lines), case.comparable(expected[case.id])
        kind = "same" if ours == theirs else "on purpose" if "known" in case.parts else "differ"
        counts[kind] += 1
        if kind == "differ":
            print(f"{case.id}\n" + "\n".join(f"    {line}" for line in difflib.ndiff(theirs, ours)) + f"\n{err[-1500:]}")
        elif kind == "same" and "known" in case.parts:
            print(f"{case.id} is the same by now")
    print(", ".join(f"{count} {kind}" for kind, count in counts.items()))
    return 1 if counts["differ"] else 0


if __name__ == "__main__":
    sys.exit(main())
