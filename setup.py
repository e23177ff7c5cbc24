"""Build with setuptools; all metadata is in setup.cfg. What is built depends on the tree and SOURCE_DATE_EPOCH alone."""

from __future__ import annotations

import gzip
import os
import tarfile
from pathlib import Path
from typing import Any

from setuptools import setup
from setuptools.command.sdist import sdist

COMMANDS: dict[str, Any] = {}


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

setup(cmdclass=COMMANDS)
