"""`LocalSTS`: the endpoint as a Python object."""

from __future__ import annotations

import contextlib
import os
import ssl
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from io import BufferedReader
from typing import TypedDict, Union

from sts.base.records import of_whole
from sts.base.time import unix_time
from sts.errors import ConfigError
from sts.http import Headers
from sts.testing.issuers.outbound import TokenIssuer
from sts.testing.server.faults import FaultQueue, deliver
from sts.testing.server.listener import Connection, Listener
from sts.testing.server.received_calls import ReceivedCall
from sts.testing.server.wire import Answer, BadRequestError, head, read_request
from sts.testing.service.accounts import DEMO_ACCOUNT, User
from sts.testing.service.checks import OperationContext
from sts.testing.service.registry import Registry
from sts.testing.service.service import RateLimit, Service

ClockFunction = Callable[[], Union[float, datetime]]
DEMO_REGION = "us-east-1"


class LocalOptions(TypedDict):
    """Options for a client of a LocalSTS. All values are strings."""

    region: str
    endpoint: str
    access_key_id: str
    secret_access_key: str


class LocalSTS(Registry):
    """
    STS server on loopback: all operations, with real signatures, sessions and errors, and with faults on demand.

        with LocalSTS() as server:
            client = STS(**server.client_options())

    It starts with account 123456789012, user `demo`, role `demo` (which trusts the account and both providers), an OIDC and a
    SAML provider and a member account: `server.user`, `.role`, `.oidc_provider`, `.saml_provider`; `add_*` methods add more.

    Args:
        host: address to listen on.
        port: port to listen on; 0 selects a free one.
        region: the only signing region to accept. None accepts any region.
        account: default account of the `add_*` methods, twelve digits.
        global_endpoint: leave out operations that only regional endpoints have (AssumeRoot, GetScopedCredentials,
            GetWebIdentityToken).
        clock: function that returns the server's time, as Unix seconds or an aware datetime.
        tls: serve HTTPS with a certificate that is "self-signed" (True), "wrong-host" or "expired". Needs the package
            cryptography. Clients that trust `server.certificate` accept a self-signed one.
        max_calls: number of latest calls to keep. A call takes about 3 kB. None keeps all.
        honor_expires: reject presigned requests after X-Amz-Expires. The service itself accepts them for 15 minutes, whatever
            X-Amz-Expires says; pass False for that.

    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        region: str | None = None,
        account: str = DEMO_ACCOUNT,
        global_endpoint: bool = False,
        clock: ClockFunction = unix_time,
        tls: bool | str | None = None,
        max_calls: int | None = 1_000,
        honor_expires: bool = True,
    ) -> None:
        super().__init__(account, _seconds_of(clock))
        self.region = region or DEMO_REGION
        self.certificate: str | None = None
        self._address = (host, port)
        self._flaw = tls if isinstance(tls, str) else "self-signed" if tls else None
        self._tls: ssl.SSLContext | None = None
        self._faults = FaultQueue()
        self._listener: Listener | None = None
        self._pid = os.getpid()
        self._issuer = TokenIssuer()
        context = OperationContext(self.accounts, self._mint, self._issuer, self.region, region, honor_expires, now=0.0)
        self._service = Service(context, self.clock, max_calls, global_endpoint)

    def start(self) -> LocalSTS:
        """Start serving and return the server."""
        if self._listener:
            raise RuntimeError(f"this LocalSTS is already running at {self.url}")
        if self._flaw:
            self._prepare_tls(self._flaw)
        self._pid = os.getpid()
        self._listener = Listener(*self._address, self._serve)
        self._issuer.url = self.url
        return self

    def stop(self) -> None:
        """Stop serving and close every connection. The server can be started again."""
        listener, self._listener = self._listener, None
        if listener:
            listener.stop()
        if self.certificate and self._pid == os.getpid():
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.certificate)
            self.certificate = None

    def __enter__(self) -> LocalSTS:
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Return the URL of the server, such as `http://127.0.0.1:4566`."""
        if not self._listener:
            raise RuntimeError("this LocalSTS is not running; call start() or use it in a with statement")
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._address[0], self._address[0])  # noqa: S104  # only shown
        return f"http{'s' if self._flaw else ''}://{f'[{host}]' if ':' in host else host}:{self._listener.port}"

    def client_options(self, user: User | None = None) -> LocalOptions:
        """Return options for a client that calls this server as *user* (the demo user if None)."""
        user = user or self.user
        return {
            "region": self.region,
            "endpoint": self.url,
            "access_key_id": user.access_key_id,
            "secret_access_key": user.secret_access_key,
        }

    def environment(self, user: User | None = None) -> dict[str, str]:
        """
        Return environment variables with which AWS SDKs and the AWS CLI call this server as *user* (the demo user if None).

            os.environ.update(server.environment())

        `AWS_SESSION_TOKEN` is empty, so that a previously exported token is not combined with the user's keys.
        """
        options = self.client_options(user)
        return {
            "AWS_ACCESS_KEY_ID": options["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": options["secret_access_key"],
            "AWS_SESSION_TOKEN": "",
            "AWS_REGION": options["region"],
            "AWS_DEFAULT_REGION": options["region"],
            "AWS_ENDPOINT_URL_STS": options["endpoint"],
        }

    def inject(self, fault: str, *, operation: str | None = None, times: int | None = 1, **details: float | str) -> None:
        """
        Make the next requests fail. Faults are used in the order in which they were injected.

        Args:
            fault: throttle, internal_error, unavailable or expired_token (the response is that error; details `status`,
                `retry_after`); reset_before_read (the operation is not performed), reset_after_read (it is performed);
                slow_headers, slow_body (total `seconds`, `pieces`); truncate (`size` bytes of the body are sent); garbage,
                html, huge_body (`status`, `size`); wrong_content_type (`content_type`); clock_skew (`seconds` by which the
                server's clock is ahead). With clock_skew, a client that corrects its own clock needs `times` of 2 or more,
                because the next request meets the true time again.
            operation: name of the operation, as the service or Python spells it. Default: any operation.
            times: number of requests with the fault. None means no limit.
            details: see *fault*. `rate` from 0 to 1 is the share of requests with the fault.

        Raises:
            ValueError: there is no such fault or operation.
            TypeError: the fault does not take one of *details*.

        """
        self._faults.add(fault, operation, times, details)

    def clear_faults(self) -> None:
        """Remove the faults that have not occurred yet."""
        self._faults.clear()

    @property
    def calls(self) -> list[ReceivedCall]:
        """Return the received requests, oldest first."""
        return list(self._service.calls)

    def clear_calls(self) -> None:
        """Remove the recorded requests."""
        self._service.calls.clear()

    @property
    def rate_limit(self) -> float | None:
        """Return the number of calls per second that are served. Others are throttled. None means no limit. Can be assigned."""
        return self._service.rate_limit.per_second if self._service.rate_limit else None

    @rate_limit.setter
    def rate_limit(self, per_second: float | None) -> None:
        self._service.rate_limit = RateLimit(per_second) if per_second is not None else None

    def _prepare_tls(self, flaw: str) -> None:
        try:
            tls = import_module("sts.testing.server.tls")
        except ImportError as error:
            raise ConfigError("LocalSTS(tls=...) needs the package cryptography: pip install cryptography") from error
        path: str = tls.make_certificate(flaw)
        self.certificate = path
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(path)

    def _serve(self, connection: Connection) -> None:
        stream = connection.open(self._tls)
        while stream.peek(1) and self._exchange(connection, stream) and not connection.shared:
            pass

    def _exchange(self, connection: Connection, stream: BufferedReader) -> bool:
        """Serve one request. Return True if the connection can be reused."""
        fault = self._faults.take_before_read()
        if fault:
            self._service.record("", Headers()).fault = fault.name
            connection.reset()
            return False
        try:
            request = read_request(stream, "https" if self._tls else "http", connection.send)
        except BadRequestError as error:
            connection.send(head(Answer(error.status, []), close=True))
            return False
        if request is None:
            return False
        parsed = self._service.receive(request)
        fault = self._faults.take(parsed.call.operation)
        if fault and fault.name == "reset_before_read":
            parsed.call.fault = fault.name
            connection.reset()
            return False
        answer = self._service.answer(parsed, fault)
        close = connection.shared or request.headers.get("connection", "").lower() == "close"
        return deliver(connection, answer, fault, close=close)

    @of_whole
    def __repr__(self) -> str:
        return f"<LocalSTS {self.url if self._listener else 'stopped'}>"


def _seconds_of(clock: ClockFunction) -> Callable[[], float]:
    def seconds() -> float:
        moment = clock()
        return moment.timestamp() if isinstance(moment, datetime) else moment

    return seconds
