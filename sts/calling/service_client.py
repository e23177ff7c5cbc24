"""What all service clients share: options, settings, listeners, requests, presigning. `pipeline` has the steps of a call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from sts.base.forks import load, load_library, reset_after_fork
from sts.base.records import of_whole
from sts.drivers.blocking import drive
from sts.events import Listeners, Listening
from sts.http import AbortController
from sts.identity import Credentials, obtain
from sts.logs import LOGGER
from sts.pipeline.call import Call, CallsInProgress, Wiring
from sts.pipeline.run import first_timeout, run_call
from sts.pipeline.wiring import wire_client
from sts.settings.table import check_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from typing_extensions import Unpack

    from sts.calling.promise import Reactions
    from sts.calling.request import Request, Response  # noqa: F401 - the base class names it in a string
    from sts.commands import Command
    from sts.drivers.workers import Workers
    from sts.pipeline.presign import PresignedRequest
    from sts.settings.settings import Settings
    from sts.types import Callback, ClientOptions


DEFAULT_CONCURRENCY = 32
"""Default limit of simultaneous background calls (`max_concurrency`)."""


class ServiceClient(Listening["Request[Any]", "Response"]):
    """Common part of all clients: options, settings, listeners, requests, presigning."""

    _asynchronous = False
    """True if calls are made on an asyncio loop."""

    def __init__(self, configuration: ClientOptions | None = None, /, **more: Unpack[ClientOptions]) -> None:
        options = self._read_options(configuration, dict(more))
        check_options(options)
        if options.get("callback_scheduler") is not None:
            load("sts.base.functions").check_function("STS", options["callback_scheduler"], "callback_scheduler")
        if "extensions" in options:
            load_library("sts.calling.javascript_options").apply_extensions(options)
        self.options: Mapping[str, Any] = options
        self.listeners = Listeners()
        self._wiring: Wiring | None = None
        self._calls = CallsInProgress()
        self._closing = AbortController()
        self._pools: dict[str, Any] = {}
        self._after_fork()
        reset_after_fork(self)

    def _read_options(self, configuration: Any, more: dict[str, Any]) -> dict[str, Any]:
        """Return the options from one mapping, as in v3, or from keywords."""
        if configuration is None:
            return more
        if not isinstance(configuration, Mapping):
            name = type(self).__name__
            raise TypeError(f"{name}() takes its options as keywords, {name}(region='eu-west-1'), or as one mapping.")
        return {**configuration, **more}

    def _after_fork(self) -> None:
        """Reset the client in a child process: threads and locks belong to the parent."""
        self._wiring_lock = threading.RLock()
        self._calls._after_fork()
        self._closing.signal._after_fork()

    def _wire(self) -> Wiring:
        """Resolve the settings once, and return the wiring."""
        # A separate lock: it may be held for seconds, and sending a request must not wait for it.
        with self._wiring_lock:
            if self._wiring is None:
                if _has_functions(self.options):
                    self.options = load_library("sts.calling.javascript_options").resolve_functions(self.options)
                self._wiring = wire_client(
                    self.options, self._closing.signal, _choose_credentials, _metadata_region, asynchronous=self._asynchronous
                )
            return self._wiring

    @property
    def config(self) -> Settings:
        """The resolved settings. `config.sources` has the source of each. Reads the shared files on first use."""
        settings = (self._wiring or self._wire()).settings
        vars(settings)["_obtain"] = self._obtain_credentials
        return settings

    def _obtain_credentials(self) -> Any:
        return obtain((self._wiring or self._wire()).credentials)

    @property
    def region(self) -> str | None:
        """The region, or None for the global endpoint without a region."""
        return self.config.region

    @property
    def endpoint(self) -> str:
        """The endpoint's URL."""
        return (self._wiring or self._wire()).endpoint.url

    @property
    def _workers(self) -> Workers:
        """The threads of background calls."""
        pool: Workers | None = self._pools.get("calls")
        if pool is None:
            given = self.options.get("max_concurrency")
            # A value that is not a number is reported by each call when it reads the settings.
            maximum = given if isinstance(given, int) and given > 0 else DEFAULT_CONCURRENCY
            # Without a lock: a signal handler may need the pool in the middle of this.
            pool = self._pools.setdefault("calls", self._make_workers(maximum))
        return pool

    def _make_workers(self, maximum: int) -> Workers:
        made: Workers = load("sts.drivers.workers").Workers(maximum, name="sts-call")  # most calls are blocking
        return made

    def _work_off(self) -> None:
        """Run the queued calls of this thread's own pool, which would wait for this thread otherwise."""
        pool: Workers | None = self._pools.get("calls")
        if pool is not None:
            pool.work_off()

    def _launch(self, request: Request[Any]) -> None:
        """Run a sent request on a worker."""
        call, workers = request.call, self._workers
        limit = first_timeout(call)
        begun, cancel = False, None

        def run() -> None:
            nonlocal begun
            begun = True
            if cancel is not None:
                cancel()
            request.run(drive_call)

        def expedite() -> None:
            if workers.withdraw(run):
                self._reactions.submit_or_drain(run, request.future)

        try:
            self._calls.admit(call)
            submitted = workers.submit(run, request.future)
        except BaseException:  # an interrupt: the request was not sent
            self._calls.withdraw(call)
            raise
        call.sender = 0
        if not submitted:
            run()
            return
        if call.abort is not None:
            call.abort.add_listener(expedite)
        if limit is not None and workers.behind:
            cancel = load("sts.drivers.alarms").alarms.set(call.started + limit, expedite)
            if begun:
                cancel()

    @property
    def _reactions(self) -> Reactions:
        """The single thread on which callbacks and promise handlers run."""
        pool: Reactions | None = self._pools.get("reactions")
        if pool is None:
            pool = self._pools.setdefault("reactions", load("sts.drivers.workers").Workers(1, name="sts-callback"))
        return pool

    def make_request(
        self, operation: str | Command[Any], params: Mapping[str, Any] | None = None, callback: Callback[Any] | None = None
    ) -> Request[Any]:
        """
        Return an unsent `Request`. *operation* is a wire, camelCase or snake_case name, or a command. With *callback* it is
        sent.

        *params* are those of the operation, by the service's names. A command contains its own.

        Raises TypeError for an unknown operation, with the nearest name.
        """
        request, given = self._make_request(operation, params, callback)
        return request if given is None else request.send(given)

    def make_unauthenticated_request(
        self, operation: str | Command[Any], params: Mapping[str, Any] | None = None, callback: Callback[Any] | None = None
    ) -> Request[Any]:
        """
        Return an unsent `Request` that will not be signed and needs no credentials.

        For *operation*, *params* and *callback*, see `make_request()`.
        """
        request, given = self._make_request(operation, params, callback)
        request.call.signed = False
        return request if given is None else request.send(given)

    def _make_request(self, operation: Any, params: Any, callback: Any) -> tuple[Request[Any], Callback[Any] | None]:
        from sts.calling.arguments import read_arguments
        from sts.calling.lookup import find_call

        row, given = find_call(operation, params)
        arguments = read_arguments(row, (given,), {}, callback)
        return self._request_of(Call(self, row, arguments.params)), arguments.callback

    def _request_of(self, call: Call) -> Request[Any]:
        """Return *call* as a request of this client. Only calls with callbacks, listeners or requests need it."""
        made: Request[Any] = load_library("sts.calling.request").Request(self, call, self.listeners)
        return made

    def _deliver(self, function: Callable[[], object]) -> None:
        """Run *function* as a callback: with `callback_scheduler` if there is one, otherwise with the promise handlers."""
        scheduler = self.options.get("callback_scheduler")
        if scheduler is not None:
            try:
                scheduler(function)
            except BaseException:  # noqa: BLE001 - a scheduler may fail in any way, and the callback must still run
                LOGGER.exception("callback_scheduler failed; running the callback on a worker instead")
            else:
                return
        self._reactions.submit_or_drain(function)

    def credentials_from(self, data: Mapping[str, Any] | None) -> Credentials | None:
        """Return the credentials in *data*, a result such as that of `assume_role`. None returns None."""
        from sts.credentials.normalize import credentials_of

        return None if data is None else credentials_of(data)

    def presign(
        self,
        operation: str | Command[Any],
        params: Mapping[str, Any] | None = None,
        *,
        expires_in: int = 900,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
    ) -> PresignedRequest:
        """
        Return a presigned request for *operation*, valid for *expires_in* seconds (1 to 604800). Nothing is sent.

        *headers* are also signed and must be sent with the URL. With *method* "POST" the params are in the returned body
        instead of the URL, which suits long params. URL, headers and body must be sent together.

        The method blocks while credentials are fetched: from asyncio use `await asyncio.to_thread(client.presign, ...)`.
        """
        from sts.calling.lookup import find_call

        try:
            row, given = find_call(operation, params)
            call = Call(self, row, given or {})
            if self.listeners:
                self._request_of(call)
            return self._presign_call(call, expires_in, method=method, headers=headers)
        except BaseException as error:
            call = given = params = headers = None  # type: ignore[assignment]  # the error keeps this frame
            load("sts.base.frames").clear_frames(error)
            raise

    def _presign_call(
        self, call: Call, expires_in: int, *, method: str = "GET", headers: Mapping[str, str] | None = None
    ) -> PresignedRequest:
        """Return the request of *call*, presigned."""
        from sts.pipeline.presign import presign_call

        return presign_call(call, self._wiring or self._wire(), expires_in, method=method, headers=headers)

    if not TYPE_CHECKING:  # otherwise type checkers would assume that every attribute exists

        def __getattr__(self, name: str) -> Any:
            from sts.calling.lookup import no_attribute

            raise no_attribute(self, name)

    @of_whole
    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._wiring.endpoint.url if self._wiring else 'not used yet'}>"


_MAY_BE_FUNCTIONS = ("endpoint", "max_attempts", "region", "retry_mode", "use_dualstack_endpoint", "use_fips_endpoint")


def _has_functions(options: Mapping[str, Any]) -> bool:
    """Return True if *options* contain a value in one of v3's forms."""
    plain = all(isinstance(options.get(name), (str, int, type(None))) for name in _MAY_BE_FUNCTIONS)
    return not plain or isinstance(options.get("request_handler"), Mapping)


# A client with keys and a region needs neither.
def _choose_credentials(options: Mapping[str, Any], settings: Settings, environ: Mapping[str, str]) -> Any:
    return load("sts.credentials.choose").choose_credentials(options, settings, environ)


def _metadata_region(environ: Mapping[str, str]) -> Any:
    return load("sts.credentials.choose").metadata_region(environ)


def drive_call(call: Call) -> Any:
    """Run *call* on this thread and return its result."""
    return drive(run_call(call))
