"""Small servers on loopback that do exactly what a test tells them: raw sockets, TLS with certificates made here, proxies."""

from __future__ import annotations

import datetime
import ipaddress
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sts.drivers.blocking import perform
from sts.http import Control, Handler, HttpRequest, HttpResponse
from sts.pipeline.call import Send
from tests.support.threads import PATIENCE

Behaviour = Callable[[socket.socket, "WireServer", int], None]


class WireServer:
    """
    Accept connections and let *behave(socket, server, number)* speak on each, in a thread of its own.

    `connections` counts them, `closed` those that the server has closed; `requests` holds the bytes of each request head and
    body that was read.
    """

    def __init__(self, behave: Behaviour, tls: ssl.SSLContext | None = None, buffer: int = 0) -> None:
        self.behave = behave
        self.tls = tls
        self.connections = self.closed = 0
        self.requests: list[tuple[bytes, bytes]] = []
        self.stopped = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        if buffer:
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.port = self.listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/"
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> WireServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        # Each thread closes its own socket: the number of one that is closed under it would soon be another connection's.
        for sock in (self.listener, *self._sockets):
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)

    def _accept(self) -> None:
        with self.listener, suppress(OSError):
            while True:
                sock, _ = self.listener.accept()
                self.connections += 1
                thread = threading.Thread(target=self._serve, args=(sock, self.connections), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        with suppress(OSError, ValueError):
            if self.tls is not None:
                sock = self.tls.wrap_socket(sock, server_side=True)
            self._sockets.append(sock)
            with sock:
                if not self.stopped.is_set():
                    self.behave(sock, self, number)
            self.closed += 1

    def read(self, sock: socket.socket) -> bool:
        """Read one request; return False when the client has gone."""
        data = b""
        while b"\r\n\r\n" not in data:
            block = sock.recv(65536)
            if not block:
                return False
            data += block
        head, _, body = data.partition(b"\r\n\r\n")
        length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
        while len(body) < length:
            block = sock.recv(65536)
            if not block:
                return False
            body += block
        self.requests.append((head, body))
        return True


def reply(body: bytes = b"<ok/>", status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """Return an answer as bytes."""
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def answering(*answers: bytes, close: bool = False) -> Behaviour:
    """Answer every request with the next of *answers*; the last one stays."""

    def behave(sock: socket.socket, server: WireServer, _: int) -> None:
        while server.read(sock):
            place = min(len(server.requests), len(answers)) - 1
            sock.sendall(answers[place])
            if close:
                return

    return behave


def dripping(start: bytes, piece: bytes, pause: float | None = 0.03) -> Behaviour:
    """Read a request, send *start*, then *piece* again and again with a pause (None: not before the server ends)."""

    def behave(sock: socket.socket, server: WireServer, _: int) -> None:
        if not server.read(sock):
            return
        sock.sendall(start)
        while not server.stopped.wait(pause):
            sock.sendall(piece)

    return behave


def silent(sock: socket.socket, server: WireServer, _: int) -> None:
    """Never read and never answer, until the test ends the server: a client without a limit hangs."""
    server.stopped.wait()


def told(behave: Behaviour) -> tuple[Behaviour, threading.Event]:
    """Return a behaviour that sets the event when a request has arrived, and then goes on like *behave* without reading it."""
    arrived = threading.Event()

    def tell(sock: socket.socket, server: WireServer, number: int) -> None:
        select.select([sock], [], [])
        arrived.set()
        behave(sock, server, number)

    return tell, arrived


def reset(sock: socket.socket) -> None:
    """Close with a TCP reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


@contextmanager
def unanswering_port() -> Iterator[int]:
    """Yield a port whose connections are never completed (its queue is full)."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
            fillers.append(filler)
        time.sleep(0.01)
        yield listener.getsockname()[1]
        for filler in fillers:
            filler.close()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def request(url: str, body: bytes = b"Action=GetCallerIdentity&Version=2011-06-15", **headers: str) -> HttpRequest:
    """Return a request much like those of STS."""
    host = url.split("/")[2]
    return HttpRequest(
        "POST", url, {"host": host, "user-agent": "sts-test", "authorization": "AWS4-HMAC-SHA256 x", **headers}, body
    )


def driven(handler: Handler, request: HttpRequest, control: Control) -> HttpResponse:
    """Send as a call does: where a handler cannot keep the deadline or heed an abort, the driver does."""
    response: HttpResponse = perform(Send(handler, request, control))
    return response


def proxying(authorization: str | None = None, refusal: bytes = b"", drip: bool = False) -> Behaviour:
    """Serve as an HTTP proxy: CONNECT tunnels, absolute URLs are answered as they are."""

    def behave(sock: socket.socket, server: WireServer, _: int) -> None:
        while server.read(sock):
            head = server.requests[-1][0]
            if refusal:
                sock.sendall(refusal)
                return
            if authorization is not None and f"authorization: {authorization}".lower().encode() not in head.lower():
                sock.sendall(reply(b"", "407 Proxy Authentication Required"))
                return
            if head.startswith(b"CONNECT"):
                _tunnel(sock, server, head, drip)
                return
            sock.sendall(reply(b"<forwarded/>"))

    return behave


def _tunnel(sock: socket.socket, server: WireServer, head: bytes, drip: bool) -> None:
    if drip:
        sock.sendall(b"HTTP/1.1 200 ")
        while not server.stopped.wait(0.03):
            sock.sendall(b"x")
    host, _, port = head.split()[1].decode().rpartition(":")
    with socket.create_connection((host.replace("sts.test", "127.0.0.1"), int(port)), timeout=5) as there:
        sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=_copy, args=(there, sock), daemon=True)
        back.start()
        _copy(sock, there)
        back.join(PATIENCE)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(65536):
            target.sendall(block)
    for sock in (source, target):
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


class Authority:
    """A certificate authority that signs into *folder*; its own certificate is `file`."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        certificate = self._build(self.name, self.key, x509.BasicConstraints(ca=True, path_length=None))
        self.file = str(folder / f"{name}.pem")
        Path(self.file).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def sign(self, name: str, *hosts: str, days: int = 2) -> str:
        """Return a PEM file with key and certificate for *hosts*."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.IPAddress(ipaddress.ip_address(h)) if h[0].isdigit() else x509.DNSName(h) for h in hosts]
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        certificate = self._build(subject, key, x509.SubjectAlternativeName(names or [x509.DNSName(name)]), days)
        path = self.folder / f"{name}.pem"
        secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
        return str(path)

    def _build(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType, days: int = 2
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=9))
        builder = builder.not_valid_after(now + datetime.timedelta(days=days)).add_extension(
            extension, critical=isinstance(extension, x509.BasicConstraints)
        )
        # Python 3.13 demands identifiers, and of an authority that it may sign.
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        for more in (own, issuer):
            builder = builder.add_extension(more, critical=False)
        if isinstance(extension, x509.BasicConstraints):
            signing = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
            builder = builder.add_extension(signing, critical=True)
        return builder.sign(self.key, hashes.SHA256())


def server_tls(certificate: str, authority: str | None = None) -> ssl.SSLContext:
    """Return a server's context; with *authority* it demands a client certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if authority is not None:
        context.load_verify_locations(authority)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
