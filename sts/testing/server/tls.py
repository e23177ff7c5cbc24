"""
Self-signed certificates for LocalSTS. Clients trust them only if configured to do so.

The only module that imports `cryptography`. It is loaded only for servers with TLS.
"""

from __future__ import annotations

import ipaddress
import os
import tempfile
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

FLAWS = ("self-signed", "wrong-host", "expired")


def make_certificate(flaw: str) -> str:
    """
    Write a new certificate and its key to a temporary PEM file and return its path.

    "self-signed" is valid for localhost, 127.0.0.1 and ::1 if the client trusts the file; "wrong-host" is for another host;
    "expired" expired yesterday.
    """
    if flaw not in FLAWS:
        raise ValueError(f"tls={flaw!r} is not one of {', '.join(map(repr, FLAWS))}")
    pem = _certificate(flaw)
    handle, path = tempfile.mkstemp(prefix="local-sts-", suffix=".pem")
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    return path


def _certificate(flaw: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "LocalSTS")])
    host = "sts.example.invalid" if flaw == "wrong-host" else "localhost"
    addresses = [] if flaw == "wrong-host" else [x509.IPAddress(ipaddress.ip_address(one)) for one in ("127.0.0.1", "::1")]
    names = [x509.DNSName(host), *addresses]
    end = datetime.now(timezone.utc) + timedelta(days=-1 if flaw == "expired" else 1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(end - timedelta(days=3))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private = key.private_bytes(encoding, form, serialization.NoEncryption())
    return private + certificate.public_bytes(encoding)
