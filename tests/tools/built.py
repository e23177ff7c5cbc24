"""
Check what `python -m build` made: two builds are the same to the last byte, and nothing is missing.

    python -m tests.tools.built DIST OTHER_DIST
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import sts

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = f"sts_client-{sts.__version__}"


def tracked(*folders: str) -> set[str]:
    """Return the files below *folders* that belong to the project."""
    listed = subprocess.run(["git", "ls-files", "-z", *folders], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).is_file()}


def check_same(one: Path, other: Path) -> list[str]:
    """Return the archives of two builds that differ."""
    names = {path.name for path in (*one.iterdir(), *other.iterdir())}
    return [f"{name}: the builds differ" for name in sorted(names) if content(one / name) != content(other / name)]


def content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def check_sdist(path: Path) -> list[str]:
    """Return what the sdist lacks of the project, and what in it does not belong there."""
    with tarfile.open(path) as archive:
        held = {member.name.removeprefix(f"{NAME}/") for member in archive if member.isfile()}
    made = {name for name in held if "egg-info/" in name} | {"PKG-INFO", "setup.cfg"}
    missing = [f"{path.name} lacks {name}" for name in sorted(tracked() - held - {".gitignore"})]
    return missing + [f"{path.name} has {name}, which is not the project's" for name in sorted(held - made - tracked())]


def check_wheel(path: Path) -> list[str]:
    """Return what the wheel lacks of the package, and what else it holds."""
    with zipfile.ZipFile(path) as archive:
        held = set(archive.namelist())
        metadata = archive.read(f"{NAME}.dist-info/METADATA").decode()
    wanted = {name for name in tracked("sts") if name.endswith((".py", ".pyi", "py.typed"))}
    license_file = f"{NAME}.dist-info/licenses/LICENSE"
    missing = [f"{path.name} lacks {name}" for name in sorted({*wanted, license_file} - held)]
    foreign = [name for name in sorted(held - wanted) if not name.startswith(f"{NAME}.dist-info/")]
    fields = [f"{path.name}: no {field} in its metadata" for field in FIELDS if f"\n{field}" not in metadata]
    return [*missing, *(f"{path.name} has {name}" for name in foreign), *fields]


FIELDS = (
    "Name: sts-client",
    f"Version: {sts.__version__}",
    "License-Expression: Apache-2.0",
    "License-File: LICENSE",
    "Author: ",
    "Requires-Python: >=3.10",
    "Description-Content-Type: text/markdown",
    "Classifier: Programming Language :: Python :: 3.10",
    "Classifier: Programming Language :: Python :: 3.13",
    "Classifier: Typing :: Typed",
    "Provides-Extra: cli",
    "Provides-Extra: servers",
    "Provides-Extra: test",
)


def main(dist: Path, other: Path) -> int:
    found = check_same(dist, other) + check_sdist(dist / f"{NAME}.tar.gz") + check_wheel(dist / f"{NAME}-py3-none-any.whl")
    print("\n".join(found) or f"{NAME}: two builds are the same, and whole.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:3])))
