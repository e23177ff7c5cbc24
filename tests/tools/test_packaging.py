"""The package as it is installed: version, metadata, files."""

from __future__ import annotations

import configparser
import importlib.util
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

import sts

ROOT = Path(__file__).resolve().parent.parent.parent


def setup_cfg() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def test_the_changelog_knows_the_version() -> None:
    """The newest released section is the package's version."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", text, re.MULTILINE)[0] == sts.__version__


def test_the_run_time_dependencies_are_these_five() -> None:
    """Nothing else may creep in."""
    lines = setup_cfg()["options"]["install_requires"].split("\n")
    names = [re.split(r"[<>=~ ]", line)[0] for line in lines if line]

    assert names == ["certifi", "requests", "typing-extensions", "urllib3", "xmltodict"]
    assert all(">=" in line for line in lines if line)


def test_every_public_name_can_be_imported_and_is_documented() -> None:
    """`sts.__all__` tells the truth."""
    for name in sts.__all__:
        assert getattr(sts, name).__doc__ or name in ("ServiceInputTypes", "ServiceOutputTypes"), name
    assert set(dir(sts)) == set(sts.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        sts.nothing  # noqa: B018 - the look-up is the test


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("build", reason="the package build is part of the extra [integration]")
    target = tmp_path_factory.mktemp("dist")
    source = tmp_path_factory.mktemp("source") / "sts"
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split("\0")
    if len(files) < 2:
        pytest.skip("not a git checkout, so what belongs to the package is not known")
    for name in filter(None, files):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(target.glob("*.whl"))


@pytest.mark.integration
def test_the_wheel_holds_types_and_nothing_foreign(wheel: Path) -> None:
    """`py.typed` and the stubs are in; tests and examples are not."""
    names = zipfile.ZipFile(wheel).namelist()

    assert {"sts/py.typed", "sts/calling/methods.pyi", "sts/commands.pyi"} <= set(names)
    assert {name.split("/")[0] for name in names} == {"sts", f"sts_client-{sts.__version__}.dist-info"}
    assert any(name.endswith("LICENSE") for name in names)
    assert not any("__pycache__" in name for name in names)


def setup_py() -> ModuleType:
    pytest.importorskip("setuptools")  # environments of Python 3.12 and later come without it
    spec = importlib.util.spec_from_file_location("sts_client_setup", ROOT / "setup.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_description_for_an_index_has_no_relative_links() -> None:
    """With the address of the source every link and picture leads there; without it they are plain text."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    there = setup_py().description(readme, "https://example.com/o/n/blob/v1")
    alone = setup_py().description(readme, None)

    assert "](docs/" in readme
    for text in (there, alone):
        assert re.findall(r"\]\((?!https?:|#)", text) == []
        assert re.findall(r"(?:src|srcset)=\"(?!https:)", text) == []
    assert "](https://example.com/o/n/blob/v1/docs/how-to/boto3.md)" in there
    assert "https://example.com/o/n/raw/v1/docs/_static/benchmarks-light.svg" in there
    assert "| hand credentials to boto3 | boto3 |" in alone


def test_the_checks_before_a_commit_are_those_of_ci() -> None:
    """Every command of CI's step of lint and types, and every check of generated files, is in the configuration of pre-commit."""
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    start = lines.index('step "lint and types"') + 1
    checks = {line.removesuffix(" .") for line in lines[start : lines.index("", start)] if line}
    checks |= {line for line in lines if line.startswith("python -m docs.") and line.endswith("--check")}
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")

    assert len(checks) >= 9
    assert [check for check in sorted(checks) if check not in hooks] == []
