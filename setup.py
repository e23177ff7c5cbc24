"""
Build with setuptools; the metadata is in setup.cfg. What is built depends on the tree, SOURCE_DATE_EPOCH and STS_CLIENT_SOURCE.

STS_CLIENT_SOURCE is the address of the tagged source, such as https://host/owner/name/blob/v0.2.0: with it the links and the
pictures of the README lead there, and the project's addresses are in the metadata. Without it they are left out.
"""

from __future__ import annotations

import atexit
import gzip
import os
import re
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from setuptools import setup
from setuptools.command.build import build
from setuptools.command.egg_info import egg_info
from setuptools.command.sdist import sdist

COMMANDS: dict[str, Any] = {}
_scratch = tempfile.mkdtemp(prefix="sts-build-")
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)


class CleanBuild(build):
    """Build in a temporary folder: what an earlier build left in the tree would be installed again, deleted modules too."""

    def initialize_options(self) -> None:
        """Set the defaults of the options."""
        super().initialize_options()
        self.build_base = _scratch


class CleanEggInfo(egg_info):
    """Write the metadata into a temporary folder, unless the caller names another."""

    def initialize_options(self) -> None:
        """Set the defaults of the options."""
        super().initialize_options()
        self.egg_base = _scratch


COMMANDS["build"] = CleanBuild
COMMANDS["egg_info"] = CleanEggInfo


class ReproducibleSdist(sdist):
    """Pack the files in order, without owners, and with SOURCE_DATE_EPOCH as their time where it is set."""

    def make_archive(self, base_name: str, format: str, root_dir: Any = None, base_dir: Any = None, **more: Any) -> str:
        """Return the path of the archive, ours where a time is given."""
        epoch = os.environ.get("SOURCE_DATE_EPOCH")
        if format != "gztar" or epoch is None:
            return super().make_archive(base_name, format, root_dir, base_dir, **more)
        name = f"{base_name}.tar.gz"

        def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
            member.mtime, member.uid, member.gid, member.uname, member.gname = int(epoch), 0, 0, "", ""
            member.mode = 0o755 if member.mode & 0o100 else 0o644
            return member

        with (
            open(name, "wb") as raw,
            gzip.GzipFile("", "wb", 9, raw, int(epoch)) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            for path in sorted(Path(base_dir or ".").rglob("*")):
                archive.add(path, recursive=False, filter=plain)
        return name


COMMANDS["sdist"] = ReproducibleSdist

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:  # setuptools before 70.1; its wheels keep the modes of the tree
    pass
else:

    class ReproducibleWheel(bdist_wheel):
        """Give every file the mode 0644, whatever the umask and the modes of the tree."""

        def write_wheelfile(self, *arguments: Any, **more: Any) -> None:
            """Write the last file of the wheel and put the modes right."""
            super().write_wheelfile(*arguments, **more)
            for path in Path(self.bdist_dir).rglob("*"):
                if path.is_file():
                    path.chmod(0o644)

    COMMANDS["bdist_wheel"] = ReproducibleWheel

LINK = re.compile(r"\[([^\]]+)\]\((?!https?:|#)([^)]+)\)")
PICTURE = re.compile(r"<picture>.*?</picture>\n*", re.DOTALL)
COMMENT = re.compile(r"^ *<!--.*?-->\n", re.MULTILINE)


def description(readme: str, source: str | None) -> str:
    """Return the README for a package index: with absolute links and pictures, or without any where there is no address."""
    text = COMMENT.sub("", readme)
    if not source:
        return LINK.sub(r"\1", PICTURE.sub("", text))
    text = LINK.sub(rf"[\1]({source}/\2)", text)
    return re.sub(r'(src|srcset)="(?!https?:)', rf'\1="{source.replace("/blob/", "/raw/")}/', text)


def addresses(source: str | None) -> dict[str, str]:
    """Return the addresses of the project, as far as they are known."""
    service = {"AWS STS API": "https://docs.aws.amazon.com/STS/latest/APIReference/"}
    if not source:
        return service
    home = source.partition("/blob/")[0]
    ours = {"Documentation": f"{source}/docs/index.md", "Changelog": f"{source}/CHANGELOG.md"}
    return {**ours, "Source": home, "Issues": f"{home}/issues", **service}


if __name__ == "__main__":
    SOURCE = os.environ.get("STS_CLIENT_SOURCE", "").rstrip("/") or None
    setup(
        cmdclass=COMMANDS,
        long_description=description(Path(__file__).with_name("README.md").read_text(encoding="utf-8"), SOURCE),
        long_description_content_type="text/markdown",
        project_urls=addresses(SOURCE),
    )
