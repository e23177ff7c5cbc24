"""HTTP exchanges of providers with services other than STS: JSON requests and responses, few tries, no secrets in errors."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sts.base.records import Record
from sts.base.time import sleep
from sts.credentials.chain.chain import Context
from sts.errors import CredentialsError, STSError, TransportError
from sts.handlers.choose import acquire_handler, handler_kind, release_handler, session_handler
from sts.handlers.options import HandlerOptions
from sts.http import Control, Handler, HttpRequest, HttpResponse
from sts.model.masks import mask_values
from sts.pipeline.wiring import flatten_http_options, transport_of
from sts.protocol.body import find_request_id
from sts.settings.profiles import load_profiles
from sts.settings.settings import Settings, resolve_settings, transport_settings

MAX_POOL = 2
DIRECT = HandlerOptions(no_proxy="*", max_pool=MAX_POOL)
"""Options of the handler for metadata and container endpoints. A proxy would ask its own machine for credentials."""

_CODE = re.compile(r"[A-Za-z][\w.]{0,99}", re.ASCII)
_CODES = ("__type", "code", "Code", "error")
_MAX_MESSAGE = 200
_SHORT = 8
"""Length of a text that is too short to be a secret."""


class RefusedError(CredentialsError):
    """Error response of a service other than STS. `service_code` is its error code, or ""."""

    service_code = ""


class Tries(Record):
    """
    Limits of the tries of an exchange: the number, the *seconds* for connecting and for a response, and the *pause* between.

    A server that responds with status 429 or 5xx is tried up to *answers* times, if that is more.
    """

    attempts: int = 3
    pause: float = 1.0
    seconds: float = 2.0
    answers: int = 0


def service_options(context: Context) -> dict[str, Any]:
    """Return the transport options and endpoint variants of a client with the options of *context*, including its profile."""
    settings = client_settings(context.options, context.environ)
    of_settings = ("verify", "cert", "proxies", "use_fips_endpoint", "use_dualstack_endpoint")
    found = {name: getattr(settings, name) for name in of_settings}
    found |= {name: context.options.get(name) for name in ("session", "request_handler")}
    return {name: value for name, value in found.items() if value is not None}


def client_settings(options: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    """Return the settings of a client with *options*."""
    return resolve_settings(flatten_http_options(options), environ, lambda: load_profiles(environ))


@contextmanager
def _acquired(options: HandlerOptions) -> Iterator[Handler]:
    handler = acquire_handler(handler_kind(options), options)
    try:
        yield handler
    finally:
        release_handler(handler)


def direct_handler(given: Handler | None, trust: Mapping[str, str] | None = None) -> AbstractContextManager[Handler]:
    """Enter the *given* handler, or one that never uses a proxy. *trust* is an environment with the CA bundle."""
    if given is not None:
        return nullcontext(given)
    direct = {"no_proxy": "*"}
    return _acquired(DIRECT if trust is None else transport_of(transport_settings(trust)._replace(proxies=direct), MAX_POOL))


def client_handler(
    given: Handler | None, options: Mapping[str, Any], environ: Mapping[str, str]
) -> AbstractContextManager[Handler]:
    """Enter the *given* handler, or the one that a client with *options* would use."""
    chosen = given or options.get("request_handler")
    if chosen is not None and not isinstance(chosen, str):
        return nullcontext(chosen)
    shared = transport_of(client_settings(options, environ), MAX_POOL, chosen)
    if options.get("session") is not None:
        return nullcontext(session_handler(options["session"], shared))
    return _acquired(shared)


def exchange(
    handler: Handler,
    request: HttpRequest,
    tries: Tries,
    sleep: Callable[[float], object] = sleep,
    is_complete: Callable[[HttpResponse], bool] = bool,
) -> HttpResponse:
    """
    Send *request* and return the response. Transport errors, status 429 and 5xx, and responses not *is_complete* are retried.

    The last response is returned, whatever it is.
    """
    control = Control(tries.seconds, tries.seconds)
    attempt = 0
    while True:
        attempt += 1
        try:
            response = handler.send(request, control=control)
        except TransportError as error:
            if attempt >= tries.attempts or not error.retryable:
                raise
        else:
            busy = response.status == 429 or response.status >= 500
            if not (busy or not is_complete(response)) or attempt >= max(tries.attempts, tries.answers):
                return response
        sleep(tries.pause)


def has_document(response: HttpResponse) -> bool:
    """Return False for a success with an empty or truncated body: an agent that is starting responds so (botocore)."""
    return response.status != 200 or parse_object(response.body) is not None


def ask(
    handler: Handler,
    request: HttpRequest,
    tries: Tries,
    *,
    what: str,
    hidden: tuple[str, ...] = (),
    sleep: Callable[[float], object] = sleep,
    is_complete: Callable[[HttpResponse], bool] = bool,
) -> HttpResponse:
    """
    Send *request* and return the response. Raise CredentialsError if there is none.

    *what* names the service in errors. *hidden* are secrets of the request, which an error may quote. For *is_complete*, see
    `exchange()`.
    """
    try:
        return exchange(handler, request, tries, sleep, is_complete)
    except STSError as error:
        failure = unanswered(what, error, hidden)
    raise failure


def unanswered(what: str, error: STSError, hidden: tuple[str, ...] = ()) -> CredentialsError:
    """Return the error for an exchange that failed with *error*, without secrets that it may quote."""
    message = mask_values(error.message, hidden)
    return CredentialsError(f"{what} did not respond: {message}", original_error=error if message == error.message else None)


def ask_json(
    handler: Handler,
    request: HttpRequest,
    tries: Tries,
    *,
    what: str,
    hidden: tuple[str, ...] = (),
    sleep: Callable[[float], object] = sleep,
    is_complete: Callable[[HttpResponse], bool] = bool,
) -> dict[str, Any]:
    """Send *request* and return the JSON object in the response. For the arguments, see `ask()`."""
    response = ask(handler, request, tries, what=what, hidden=hidden, sleep=sleep, is_complete=is_complete)
    return read_json(response, what, hidden)


def read_json(response: HttpResponse, what: str, hidden: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the JSON object of a success. Otherwise raise CredentialsError, which never shows the body of a success."""
    document = parse_object(response.body)
    if not 200 <= response.status < 300:
        raise refused(response, document or {}, what, hidden)
    if document is None:
        raise CredentialsError(f"{what} returned (HTTP {response.status}) a body that is not a JSON object.")
    return document


def parse_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in *body*, or None if it is not one."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def refused(response: HttpResponse, document: Mapping[str, Any], what: str, hidden: tuple[str, ...] = ()) -> RefusedError:
    """Return the error for an error response, with the service's code and its message without secrets."""
    code, message = mask_values(error_code(response, document), hidden), error_message(document, hidden)
    shown = ", ".join([f"HTTP {response.status}", *([code] if code else [])])
    text = f"{what} rejected the request ({shown}){f': {message}' if message else '.'}"
    request_id = mask_values(find_request_id(response, document) or "", hidden) or None
    return RefusedError(text, service_code=code, status_code=response.status, request_id=request_id)


def error_code(response: HttpResponse, document: Mapping[str, Any]) -> str:
    """Return the error code in any of the forms of AWS's JSON services, or ""."""
    return code_in(response.headers.get("x-amzn-errortype"), *(document.get(k) for k in _CODES))


def code_in(*candidates: object) -> str:
    """Return the first of *candidates* that looks like an error code, without namespace and URI, or ""."""
    for text in candidates:
        code = text.partition(":")[0].rpartition("#")[2] if isinstance(text, str) else ""
        if _CODE.fullmatch(code):
            return code
    return ""


def error_message(document: Mapping[str, Any], hidden: tuple[str, ...]) -> str:
    """Return the message of an error in one line, or "". If the message repeats a secret, it is left out."""
    keys = ("message", "Message", "error_description")
    text = next((document[key] for key in keys if isinstance(document.get(key), str)), "")
    # Other parts of the document may be secrets as well.
    others = (v for k, v in document.items() if k not in (*keys, *_CODES) and isinstance(v, str) and len(v) > _SHORT)
    if any(secret and secret in text for secret in (*hidden, *others)) or mask_values(text, hidden) != text:
        return "(the message is not shown, because it repeats a secret)"
    return "".join(c if c.isprintable() else " " for c in text)[:_MAX_MESSAGE]
