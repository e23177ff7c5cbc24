"""
One HTTP exchange. In: a request and its limits. Out: a response, or an error of `sts.errors`. Uses `base`, `errors`,
`endpoints` and `http`.

`DirectHandler` is the default. `Urllib3Handler` and `RequestsHandler` send through those libraries. Clients with equal options
share a handler. It is kept for a while after its last client, so that its connections are reused.
"""

from __future__ import annotations

from sts._lazy import lazy

_MODULES = {
    "sts.handlers.choose": "acquire_handler drop_handler handler_kind release_handler session_handler",
    "sts.handlers.direct": "DirectHandler",
    "sts.handlers.direct_async": "AsyncDirectHandler",
    "sts.handlers.options": "Cert HandlerOptions handler_options",
    "sts.handlers.requests": "RequestsHandler",
    "sts.handlers.urllib3": "Urllib3Handler",
}
__getattr__, __dir__, __all__, _HOMES = lazy(globals(), _MODULES)
