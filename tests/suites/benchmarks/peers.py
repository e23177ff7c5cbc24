"""Contenders: found or installed, each in its own environment, because their pinned requirements conflict."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent.parent
PACKAGES = {
    "ours": [str(ROOT)],
    "boto3": ["boto3"],
    "aiobotocore": ["aiobotocore"],
    "aws-sdk-sts": ["aws-sdk-sts"],
}
HOMES = {
    "sts": "ours",
    "sts (requests)": "ours",
    "hand-written": "ours",
    "sts with a listener": "ours",
    "bare python": "ours",
    "modules only": "ours",
    "boto3": "boto3",
    "botocore": "boto3",
    "aiobotocore": "aiobotocore",
    "aws-sdk-sts": "aws-sdk-sts",
    "client-sts (JS v3)": "js",
    "aws-sdk (JS v2)": "js",
    "aws-sdk-go-v2": "go",
}
GO_CODE = "/usr/share/gocode"
"""Folder of the sources of Debian's package golang-github-aws-aws-sdk-go-v2-dev."""


def python_for(home: str) -> str | None:
    """Return the Python for the environment. aws-sdk-sts needs 3.12."""
    if home != "aws-sdk-sts" or sys.version_info >= (3, 12):
        return sys.executable
    candidates = [f"python3.{minor}" for minor in (12, 13, 14)]
    roots = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [str(path) for minor in (12, 13) for path in sorted(roots.glob(f"3.{minor}.*/bin/python"))]
    for candidate in [*found, *filter(None, map(shutil.which, candidates))]:
        if subprocess.run([candidate, "-c", "pass"], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


def prepare(folder: Path) -> dict[str, list[str]]:
    """Return the command for the programs of each environment. Unavailable ones are left out, with a message."""
    commands: dict[str, list[str]] = {}
    for home, packages in PACKAGES.items():
        python = folder / home / "bin" / "python"
        if not python.exists() or home == "ours":
            maker = python_for(home)
            if maker is None:
                print(f"{home}: no Python >= 3.12 here, left out", file=sys.stderr)
                continue
            subprocess.run([maker, "-m", "venv", str(folder / home)], check=True)
            subprocess.run([str(python), "-m", "pip", "install", "-q", *packages], check=True, stderr=subprocess.DEVNULL)
        if home == "ours":  # what building in place leaves behind would get into the next wheel
            shutil.rmtree(ROOT / "build", ignore_errors=True)
            shutil.rmtree(ROOT / "sts_client.egg-info", ignore_errors=True)
        commands[home] = [str(python)]
    commands |= _build_go(folder)
    if not shutil.which("node") or not shutil.which("npm"):
        print("JavaScript: Node is not here, left out", file=sys.stderr)
        return commands
    modules = folder / "js"
    if not (modules / "node_modules").exists():
        modules.mkdir(parents=True, exist_ok=True)
        (modules / "package.json").write_text("{}")
        subprocess.run(["npm", "install", "--silent", "@aws-sdk/client-sts", "aws-sdk"], cwd=modules, check=True)
    for script in (Path(__file__).parent / "js").glob("*.js"):
        shutil.copy(script, modules / script.name)
    commands["js"] = ["node"]
    return commands


def _build_go(folder: Path) -> dict[str, list[str]]:
    """Build the Go program if Go and Debian's package of the SDK are installed."""
    if not shutil.which("go") or not Path(GO_CODE, "src/github.com/aws/aws-sdk-go-v2/service/sts").is_dir():
        print("Go: Go and golang-github-aws-aws-sdk-go-v2-dev are not here, left out", file=sys.stderr)
        return {}
    environ = {**os.environ, "GO111MODULE": "off", "GOPATH": GO_CODE, "GOCACHE": str(folder / "go-cache")}
    source = Path(__file__).parent / "go" / "main.go"
    subprocess.run(["go", "build", "-o", str(folder / "go-program"), str(source)], env=environ, check=True)
    return {"go": [str(folder / "go-program")]}


def versions(folder: Path, commands: dict[str, list[str]]) -> dict[str, str]:
    """Return the version of each contender's main package."""
    asked = {"ours": "sts-client", "boto3": "boto3", "aiobotocore": "aiobotocore", "aws-sdk-sts": "aws-sdk-sts"}
    found = {}
    for home, package in asked.items():
        if home in commands:
            code = f"import importlib.metadata as m; print(m.version({package!r}))"
            found[package] = subprocess.run(
                [*commands[home], "-c", code], capture_output=True, text=True, check=True
            ).stdout.strip()
    if "js" in commands:
        for package in ("@aws-sdk/client-sts", "aws-sdk"):
            code = f"console.log(require('{package}/package.json').version)"
            done = subprocess.run(["node", "-e", code], cwd=folder / "js", capture_output=True, text=True, check=True)
            found[package] = done.stdout.strip()
    if "go" in commands:
        done = subprocess.run([*commands["go"], "version"], capture_output=True, text=True, check=True)
        found["aws-sdk-go-v2"] = done.stdout.strip()
    return found


def installed_size(folder: Path, commands: dict[str, list[str]]) -> dict[str, float]:
    """Return the size in MB of each contender with its dependencies, without pip and setuptools."""
    sizes = {}
    for home in commands:
        if home == "go":
            continue  # one file, without what it was built from
        if home == "js":
            sizes |= {name: _node_size(folder / "js" / "node_modules", package) for name, package in NODE_PACKAGES.items()}
            continue
        places = list((folder / home).glob("lib/python*/site-packages"))
        files = [path for place in places for path in place.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        skipped = ("pip", "setuptools", "_distutils_hack", "pkg_resources", "wheel")
        sizes[home] = sum(p.stat().st_size for p in files if not _part(p, places[0]).startswith(skipped)) / 1e6
    return sizes


NODE_PACKAGES = {"client-sts (JS v3)": "@aws-sdk/client-sts", "aws-sdk (JS v2)": "aws-sdk"}


def _node_size(modules: Path, package: str) -> float:
    """Return the size in MB of a Node package with all its dependencies."""
    places, left = set[Path](), [modules / package]
    while left:
        place = left.pop()
        if place in places or not (place / "package.json").exists():
            continue
        places.add(place)
        needs = json.loads((place / "package.json").read_text(encoding="utf-8")).get("dependencies", {})
        left += [folder / name for name in needs for folder in (place / "node_modules", modules)]
    return sum(path.stat().st_size for path in {path for place in places for path in place.rglob("*") if path.is_file()}) / 1e6


def _part(path: Path, place: Path) -> str:
    return path.relative_to(place).parts[0]
