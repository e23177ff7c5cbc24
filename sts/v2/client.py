"""`AWS.STS`: v2's client."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from sts.client import STSClient
from sts.credentials.given import credentials_of
from sts.model.shapes import Operation
from sts.pipeline.call import Call, Wiring
from sts.v2.camel_case import CamelCase
from sts.v2.configuration import ClientConfig, Config
from sts.v2.credentials.identity import Credentials
from sts.v2.global_events import events
from sts.v2.methods import RequestMethods
from sts.v2.options import check_known, merge, snake_keys, translate
from sts.v2.request import Endpoint, Request
from sts.v2.wiring import wire_v2_client


class STS(RequestMethods, CamelCase, STSClient):
    """
    The client of the AWS SDK for JavaScript v2.

    Every operation returns a `Request`, sent only if there is a callback. Without a region anywhere it uses the global
    endpoint, signed for us-east-1, as v2 does; with one it uses that region's. Options: v2's, in v2's units, and the library's.
    """

    def __init__(self, options: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        config: Config = sys.modules["sts.v2"].config
        own = snake_keys({**(options or {}), **more})
        check_known(own)
        merged = merge(config.to_dict(), config.sts.to_dict(), own)
        super().__init__(**translate(merged))
        self._config = ClientConfig(merged, lambda: (self.wiring or self.wire()).settings)

    @property
    def config(self) -> ClientConfig:  # type: ignore[override]  # under v2's names
        """The options that this client was made with, and the settings they led to."""
        return self._config

    def wire(self) -> Wiring:
        """Resolve the settings, once, and return the wiring."""
        with self._wiring_lock:
            if self.wiring is None:
                self.wiring = wire_v2_client(self.options, self.closing.signal)
            return self.wiring

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint's URL, with its parts as attributes."""
        return Endpoint((self.wiring or self.wire()).endpoint.url)

    def request_of(self, call: Call) -> Request[Any]:
        """Return *call* as a request of this client."""
        return Request(self, call, events.listeners, self.listeners)

    def call(self, operation: Operation, arguments: Any) -> Request[Any]:
        """Return a request, sent if there is a callback."""
        request = self.request_of(Call(self, operation, arguments.params, arguments.timeout, arguments.abort_signal))
        if arguments.callback is not None:
            request.send(arguments.callback)
        return request

    def credentials_from(self, data: Mapping[str, Any] | None, credentials: Credentials | None = None) -> Any:
        """Fill *credentials*, or new ones, from a result such as `assume_role`'s, and return them; None gives None."""
        if data is None:
            return None
        filled = Credentials() if credentials is None else credentials
        filled.fill(credentials_of(data))
        return filled
