"""
The rows over TLS: AWS's own host name led to a server here, and each contender in its own default way.

In a mount namespace of its own, the hosts file names loopback for AWS's endpoint. An authority made for the run stands in the place
of "Amazon Root CA 1" in the certificates that each environment trusts; Node and Go are told of it by their variables.
"""

from __future__ import annotations

import datetime
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOST = "sts.us-east-1.amazonaws.com"
INSIDE = "BENCH_NAMESPACE"
_LABEL = '# Label: "Amazon Root CA 1"'
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_ENTER = 'mount --bind "$0" /etc/hosts && exec "$@"'


def missing() -> str:
    """Return the reason why the rows over TLS cannot be measured here, or ""."""
    if os.name != "posix" or os.geteuid() or not shutil.which("unshare"):
        return "root and unshare(1)"
    try:
        import cryptography  # noqa: F401
    except ImportError:
        return "the package cryptography"
    return ""


def enter_namespace(folder: Path) -> None:
    """Start this program again, with a hosts file that leads AWS's endpoint to loopback."""
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {HOST}\n::1 localhost\n")
    os.environ[INSIDE] = "1"
    again = [sys.executable, "-m", "tests.suites.benchmarks", *sys.argv[1:]]
    os.execvp("unshare", ["unshare", "-m", "sh", "-c", _ENTER, str(hosts), *again])


def make_certificates(folder: Path) -> tuple[str, Path]:
    """Return the PEM text of an authority, and the file with a key and a certificate that it signed for AWS's endpoint."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    now = datetime.datetime.now(datetime.timezone.utc)
    pem = serialization.Encoding.PEM
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority_name, name = (
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)]) for text in ("benchmark authority", HOST)
    )

    def certificate(subject: x509.Name, public: ec.EllipticCurvePublicKey, *extensions: x509.ExtensionType) -> bytes:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(authority_name).public_key(public)
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=2))
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
        builder = builder.add_extension(issuer, critical=False)
        for extension in extensions:
            builder = builder.add_extension(extension, critical=not isinstance(extension, x509.SubjectAlternativeName))
        return builder.sign(authority_key, hashes.SHA256()).public_bytes(pem)

    signing = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    may_sign = x509.BasicConstraints(ca=True, path_length=None)
    authority = certificate(authority_name, authority_key.public_key(), may_sign, signing).decode()
    own = certificate(name, key.public_key(), x509.SubjectAlternativeName([x509.DNSName(HOST)]))
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(secret + own)
    (folder / "authority.pem").write_text(authority)
    return authority, folder / "server.pem"


@contextmanager
def trusted(authority: str, homes: list[Path]) -> Iterator[None]:
    """Let the environments in *homes* trust *authority* instead of Amazon's first root within the block."""
    files = [path for home in homes for path in home.rglob("cacert.pem") if path.parent.name in ("certifi", "botocore")]
    before = {path: path.read_text(encoding="utf-8") for path in files}
    try:
        for path, text in before.items():
            path.write_text(_replaced(text, authority), encoding="utf-8")
        yield
    finally:
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")


def _replaced(text: str, authority: str) -> str:
    place = text.find(_LABEL)
    if place < 0:
        return text + authority
    begin, end = text.index(_BEGIN, place), text.index(_END, place) + len(_END)
    return text[:begin] + authority.strip() + text[end:]
