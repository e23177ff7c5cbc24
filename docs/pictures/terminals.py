"""Pictures of the command line: real runs in a pseudo-terminal, drawn by rich's SVG export."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, MONOKAI
from rich.text import Text

from sts.testing import LocalSTS

ROLE = "arn:aws:iam::123456789012:role/demo"
THEMES = {"light": DEFAULT_TERMINAL_THEME, "dark": MONOKAI}
RUNS = {
    "whoami": "sts whoami",
    "assume": f'eval "$(sts assume {ROLE} --session-name me)"\nsts whoami',
    "profiles": "sts whoami prod\nsts profiles",
    "error": 'sts assume audti\nsts assume prod --session-name "my session" --duration 60',
    "fan-out": "sts fan-out --accounts accounts.txt --role-name Audit --format profiles",
}
WIDTH = 96
PROFILES = f"""
[default]
region = eu-west-1
[profile prod]
role_arn = {ROLE}
source_profile = default
role_session_name = me
[profile audit]
role_arn = arn:aws:iam::100000000001:role/Audit
source_profile = default
mfa_serial = arn:aws:iam::123456789012:mfa/me
[sso-session company]
sso_start_url = https://company.awsapps.com/start
sso_region = eu-west-1
[profile staging]
sso_session = company
sso_account_id = 111122223333
sso_role_name = Developer
"""


def run(script: str, environment: dict[str, str], folder: str) -> str:
    """Run *script* in bash on a pseudo-terminal; return the screen's bytes, with a prompt before each command."""
    ours, theirs = pty.openpty()
    os.set_blocking(ours, True)
    shown = "\n".join(f"printf '\\033[32m$\\033[0m %s\\n' '{line}'\n{line}" for line in script.splitlines())
    command = ["bash", "-c", f"stty cols {WIDTH} rows 60; {shown}"]
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)  # noqa: S603 - our own commands
    os.close(theirs)
    screen = b""
    try:
        while piece := os.read(ours, 65536):
            screen += piece
    except OSError:  # the other end is closed
        pass
    process.wait()
    os.close(ours)
    return screen.decode(errors="replace").replace("\r\n", "\n")


def without_carriage_returns(text: str) -> str:
    """Return what stays on the screen where lines were written over."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-HJKfhlsu]", "", text)  # colours stay, movements go
    return "\n".join(line.split("\r")[-1] for line in text.split("\n"))


def draw(name: str, screen: str, theme: str) -> str:
    """Return the SVG of a terminal that shows *screen*."""
    with open(os.devnull, "w") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere, force_terminal=True)
        console.print(Text.from_ansi(without_carriage_returns(screen).rstrip()))
        svg = console.export_svg(title=RUNS[name].splitlines()[0], theme=THEMES[theme], unique_id=f"terminal-{name}-{theme}")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)  # a page of ours loads nothing from elsewhere
    return svg.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace")


def terminals() -> dict[str, dict[str, str]]:
    """Return the SVG of each run, by name and theme."""
    with LocalSTS() as server, tempfile.TemporaryDirectory() as folder:
        accounts = [str(number) for number in range(100000000001, 100000000007)]
        for account in accounts:
            server.add_role("Audit", account=account, trusts=["123456789012"])
        keys = server.environment()
        Path(folder, ".aws").mkdir()
        Path(folder, ".aws", "credentials").touch(0o600)
        Path(folder, ".aws", "config").write_text(PROFILES)
        Path(folder, ".aws", "credentials").write_text(
            f"[default]\naws_access_key_id = {keys['AWS_ACCESS_KEY_ID']}\n"
            f"aws_secret_access_key = {keys['AWS_SECRET_ACCESS_KEY']}\n"
        )
        Path(folder, "accounts.txt").write_text("\n".join([*accounts, "999999999999"]))
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "STS_"))}
        environment = {**kept, **server.environment(), "HOME": folder, "PATH": path, "TERM": "xterm-256color"}
        environment |= {
            "COLORTERM": "truecolor",
            "COLUMNS": str(WIDTH),
            "PYTHONPATH": os.getcwd(),
            "USER": "me",
            "LANG": "C.UTF-8",
        }
        screens = {name: run(script, environment, folder) for name, script in RUNS.items()}
    return {name: {theme: draw(name, screen, theme) for theme in THEMES} for name, screen in screens.items()}
