"""
Ceph's RADOS gateway: an S3 server with an STS of its own, written in C++, from Debian's packages.

    CEPH_HOME=folder python -m tests.suites.servers.ceph get     downloads and unpacks (70 MB, 260 MB), installs nothing
    CEPH_HOME=folder python -m tests.suites.servers.ceph up      starts a cluster in memory on loopback; `down` stops it

One monitor, one object store, one gateway; 15 seconds, 150 MB, no root.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.real_servers import RealServer, free_port
from tests.support.threads import wait_until

PACKAGES = ("ceph-mon", "ceph-osd", "radosgw", "ceph-common", "ceph-base", "libfaketime")
USER = "tester"
KEY, SECRET = "AKIAIOSFODNN7CEPHTST", "secret-of-the-user-of-the-tests-of-sts"
_LIBRARIES = "usr/lib/x86_64-linux-gnu"
_DAEMONS = ("client.rgw", "osd.0", "mon.a")


def home() -> Path:
    """Return the folder for all files: `CEPH_HOME`, or one below the folder for temporary files."""
    return Path(os.environ.get("CEPH_HOME") or Path(tempfile.gettempdir()) / "sts-tests-ceph")


class Cluster(NamedTuple):
    """Locations of the programs and of the files of one cluster."""

    root: Path
    run: Path
    port: int

    @property
    def environ(self) -> dict[str, str]:
        """Return the variables with which the programs find their libraries."""
        libraries = [self.root / _LIBRARIES, self.root / "lib/x86_64-linux-gnu", self.root / _LIBRARIES / "ceph"]
        return {
            "PATH": f"{self.root}/usr/bin:{self.root}/usr/sbin:{os.environ['PATH']}",
            "LD_LIBRARY_PATH": ":".join(map(str, libraries)),
            "PYTHONPATH": f"{self.root}/usr/lib/python3/dist-packages",
            "CEPH_CONF": str(self.run / "ceph.conf"),
        }

    def execute(self, program: str, *arguments: str, seconds: float = 60) -> str:
        """Run one of Ceph's programs and return its output."""
        line = [str(self._find(program)), "-c", str(self.run / "ceph.conf"), *arguments]
        environ = {**os.environ, **self.environ}
        done = subprocess.run(line, env=environ, capture_output=True, text=True, timeout=seconds, check=False)
        if done.returncode:
            raise RuntimeError(f"{program} {' '.join(arguments)}: {done.stderr.strip()[-500:]}")
        return done.stdout

    def _find(self, program: str) -> Path:
        return next(path for path in (self.root / "usr/bin" / program, self.root / "usr/sbin" / program) if path.exists())


def get(target: Path) -> None:
    """Download the packages with their dependencies, and unpack them below *target*, unless that was done."""
    if (target / "root/usr/bin/radosgw").exists():
        return
    archives = target / "debs"
    (archives / "partial").mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    options = ["-y", "-qq", "--download-only", "--no-install-recommends", "-o", f"Dir::Cache::archives={archives}"]
    subprocess.run(["apt-get", "install", *options, *PACKAGES], check=True)
    for package in sorted(archives.glob("*.deb")):
        subprocess.run(["dpkg", "-x", str(package), str(target / "root")], check=True)


def configuration(cluster: Cluster, mon: int, old_mon: int) -> str:
    """Return the configuration of the whole cluster."""
    root, run = cluster.root, cluster.run
    folder = {name: next(root.rglob(name)).parent for name in ("libcls_rgw.so", "libec_jerasure.so", "libceph_zlib.so")}
    return f"""\
[global]
fsid = {uuid.uuid4()}
mon initial members = a
mon host = [v2:127.0.0.1:{mon},v1:127.0.0.1:{old_mon}]
auth cluster required = none
auth service required = none
auth client required = none
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd class dir = {folder["libcls_rgw.so"]}
osd class load list = *
osd class default list = *
erasure code dir = {folder["libec_jerasure.so"]}
osd erasure code plugins = jerasure
plugin dir = {folder["libceph_zlib.so"].parent}
mon allow pool size one = true
mon max pg per osd = 2000
mon data avail crit = 1
run dir = {run}
admin socket = {run}/$name.asok
log file = {run}/$name.log
pid file = {run}/$name.pid
keyring = {run}/keyring
[mon]
mon data = {run}/mon
mgr initial modules =
[osd]
osd data = {run}/osd
osd objectstore = memstore
memstore device bytes = 1073741824
osd max object name len = 256
[client.rgw]
# Without this the gateway speaks to the monitor encrypted, which needs keys, and waits for five minutes.
ms mon client mode = crc
rgw data = {run}/rgw
rgw frontends = beast endpoint=127.0.0.1:{cluster.port}
rgw enable apis = s3, admin, sts, iam
rgw enable usage log = false
rgw s3 auth use sts = true
# Seals the session tokens; must have 16 characters.
rgw sts key = sixteen-letters!
rgw thread pool size = 16
"""


def up(target: Path) -> Cluster:
    """Start a new, empty cluster. Return it when the gateway responds."""
    cluster = Cluster(target / "root", target / "run", free_port())
    shutil.rmtree(cluster.run, ignore_errors=True)
    for name in ("mon", "osd", "rgw"):
        (cluster.run / name).mkdir(parents=True)
    mon, old_mon = free_port(), free_port()
    text = configuration(cluster, mon, old_mon)
    (cluster.run / "ceph.conf").write_text(text)
    (cluster.run / "keyring").touch()
    start_monitor(cluster, text, f"[v2:127.0.0.1:{mon},v1:127.0.0.1:{old_mon}]")
    start_store(cluster)
    cluster.execute("radosgw", "-n", "client.rgw")
    wait_for_gateway(f"http://127.0.0.1:{cluster.port}/")
    return cluster


def start_monitor(cluster: Cluster, text: str, addresses: str) -> None:
    """Make and start the monitor."""
    plan, cluster_id = str(cluster.run / "monmap"), text.split("fsid = ")[1].split("\n")[0]
    cluster.execute("monmaptool", "--create", "--clobber", "--fsid", cluster_id, "--addv", "a", addresses, plan)
    cluster.execute("ceph-mon", "-i", "a", "--mkfs", "--monmap", plan)
    cluster.execute("ceph-mon", "-i", "a")


def start_store(cluster: Cluster) -> None:
    """Make and start the object store. Wait until the monitor knows it."""
    identity = str(uuid.uuid4())
    cluster.execute("ceph", "osd", "new", identity, "0")
    cluster.execute("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", identity)
    cluster.execute("ceph-osd", "-i", "0")
    wait_until(lambda: "1 up" in cluster.execute("ceph", "osd", "stat"))


def wait_for_gateway(url: str) -> None:
    """Wait until the gateway responds."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=5).read()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise AssertionError("the gateway does not answer")


def set_up(cluster: Cluster) -> RealServer:
    """Make a user who may make roles and identity providers. Return the address of the gateway."""
    keys = ("--access-key", KEY, "--secret-key", SECRET)
    cluster.execute("radosgw-admin", "user", "create", "--uid", USER, "--display-name", USER, *keys)
    cluster.execute("radosgw-admin", "caps", "add", "--uid", USER, "--caps", "roles=*;oidc-provider=*;user-policy=*")
    return RealServer("ceph", f"http://127.0.0.1:{cluster.port}", KEY, SECRET)


def down(target: Path) -> None:
    """Stop the daemons of this cluster by their own pid files."""
    pids = [int(file.read_text()) for name in _DAEMONS if (file := target / "run" / f"{name}.pid").exists()]
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        time.sleep(1)


@contextmanager
def ceph() -> Iterator[RealServer]:
    """Run a cluster, or skip the test if the programs are not unpacked."""
    target = home()
    if not (target / "root/usr/bin/radosgw").exists():
        pytest.skip("Ceph is not there; set CEPH_HOME to a folder and run: python -m tests.suites.servers.ceph get")
    try:
        yield set_up(up(target))
    finally:
        down(target)


def main(arguments: list[str]) -> int:
    """Run the command line."""
    if arguments == ["get"]:
        get(home())
    elif arguments == ["up"]:
        print(json.dumps(set_up(up(home()))._asdict()))
    elif arguments == ["down"]:
        down(home())
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
