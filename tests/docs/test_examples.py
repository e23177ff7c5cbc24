"""Every example runs, says what it shows, and warns of nothing."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
SECONDS = 60


@pytest.mark.integration
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs(example: Path, tmp_path: Path) -> None:
    """Alone, with an empty home, without AWS settings, and with every warning an error."""
    environ = {
        key: value for key, value in os.environ.items() if not key.startswith("AWS_") and not key.lower().endswith("_proxy")
    }
    environ.update(PYTHONPATH=str(ROOT), PYTHONWARNINGS="error", HOME=str(tmp_path), AWS_EC2_METADATA_DISABLED="true")
    command = [sys.executable, str(example)]
    if example.name.startswith("test_"):
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin(), str(example)]
        del environ["PYTHONWARNINGS"]  # pytest's plugins have warnings of their own
    done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS, check=False)

    missing = [line for line in done.stderr.splitlines() if "ModuleNotFoundError" in line and "'sts" not in line]
    if missing:
        pytest.skip(f"needs a package that is not installed: {missing[-1]}")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert done.stdout.strip()


def plugin() -> list[str]:
    """Return what loads the package's pytest plugin where it is not installed."""
    try:
        metadata.distribution("sts-client")
    except metadata.PackageNotFoundError:
        return ["-p", "sts.testing.pytest_plugin"]
    return []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_first_line_says_what_it_shows(example: Path) -> None:
    """A sentence, for the list in the documentation."""
    text = ast.get_docstring(ast.parse(example.read_text(encoding="utf-8"))) or ""

    assert len(text.split("\n")[0]) > 30
