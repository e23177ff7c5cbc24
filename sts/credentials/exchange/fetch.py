"""HTTP exchanges of providers with services other than STS: JSON out, JSON in, a few tries, and no secret in an error."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sts.base.records import Record
from sts.credentials.chain.context import Context
from sts.errors import CredentialsError, STSError, TransportError
from sts.handlers import acquire_handler, handler_kind, release_handler, session_handler
from sts.handlers.options import HandlerOptions
from sts.http import Control, Handler, HttpRequest, HttpResponse
from sts.model.masks import mask_values
from sts.pipeline.wiring import flatten_http_options, transport_of
from sts.protocol.body import find_request_id
from sts.settings.profiles import load_profiles
from sts.settings.settings import Settings, resolve_settings, transport_settings

MAX_POOL = 2
DIRECT = HandlerOptions(no_proxy="*", max_pool=MAX_POOL)
"""Options of the handler for metadata and container endpoints: a proxy would ask its own machine for credentials."""

_CODE = re.compile(r"[A-Za-z][\w.]{0,99}", re.ASCII)
_CODES = ("__type", "code", "Code", "error")
_MAX_MESSAGE = 200
_SHORT = 8
"""Characters of a text that is too short to be a secret."""


class RefusedError(CredentialsError):
    """A service besides STS refused; `service_code` is the code it gave, "" without one."""

    service_code = ""


class Tries(Record):
    """
    Say how often an exchange is tried, how many *seconds* a connection or an answer may take, and the *pause* between.

    Who answers with status 429 or 5xx is there, and is asked *answers* times, if that is more.
    """

    attempts: int = 3
    pause: float = 1.0
    seconds: float = 2.0
    answers: int = 0


def transport_options(context: Context) -> dict[str, Any]:
    """Return how a client with the options of *context*, its profile among them, reaches services."""
    settings = client_settings(context.options, context.environ)
    found = {"verify": settings.verify, "cert": settings.cert, "proxies": settings.proxies}
    found |= {name: context.options.get(name) for name in ("session", "request_handler")}
    return {name: value for name, value in found.items() if value is not None}


def endpoint_options(context: Context) -> dict[str, Any]:
    """Return which kinds of endpoints the client with the options of *context*, its profile among them, asks for."""
    settings = client_settings(context.options, context.environ)
    return {"use_fips_endpoint": settings.use_fips_endpoint, "use_dualstack_endpoint": settings.use_dualstack_endpoint}


def client_settings(options: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    """Return the settings of a client with *options*."""
    return resolve_settings(flatten_http_options(options), environ, lambda: load_profiles(environ))


@contextmanager
def direct_handler(given: Handler | None, trust: Mapping[str, str] | None = None) -> Iterator[Handler]:
    """Give the *given* handler, or one that never uses a proxy; *trust* is an environment whose CA bundle counts."""
    if given is not None:
        yield given
        return
    options = DIRECT if trust is None else transport_of(transport_settings(trust)._replace(proxies={"no_proxy": "*"}), MAX_POOL)
    handler = acquire_handler(handler_kind(options), options)
    try:
        yield handler
    finally:
        release_handler(handler)


@contextmanager
def client_handler(given: Handler | None, options: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[Handler]:
    """Give the *given* handler, or the one that a client with *options* would use."""
    chosen = given or options.get("request_handler")
    if chosen is not None and not isinstance(chosen, str):
        yield chosen
        return
    shared = transport_of(client_settings(options, environ), MAX_POOL, chosen)
    if options.get("session") is not None:
        yield session_handler(options["session"], shared)
        return
    handler = acquire_handler(handler_kind(shared), shared)
    try:
        yield handler
    finally:
        release_handler(handler)


def exchange(
    handler: Handler,
    request: HttpRequest,
    tries: Tries,
    sleep: Callable[[float], object] = time.sleep,
    is_complete: Callable[[HttpResponse], bool] = bool,
) -> HttpResponse:
    """
    Send *request* and return the answer. Retried are transport errors, status 429 and 5xx, and answers not *is_complete*.

    The last answer is returned whatever it is.
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
    """Return False for a success whose body is empty or cut off: an agent that is just starting answers so (botocore)."""
    return response.status != 200 or parse_object(response.body) is not None


def ask_json(
    handler: Handler,
    request: HttpRequest,
    tries: Tries,
    *,
    what: str,
    hidden: tuple[str, ...] = (),
    sleep: Callable[[float], object] = time.sleep,
    is_complete: Callable[[HttpResponse], bool] = bool,
) -> dict[str, Any]:
    """
    Return the JSON object that answers *request*.

    *what* names the other side in errors. *hidden* are secrets of the request, which an answer may repeat. *is_complete* is as
    for `exchange()`.
    """
    try:
        response = exchange(handler, request, tries, sleep, is_complete)
    except STSError as error:
        failure = error
    else:
        return read_json(response, what, hidden)
    raise unanswered(what, failure, hidden)


def unanswered(what: str, failure: STSError, hidden: tuple[str, ...] = ()) -> CredentialsError:
    """Return the error for an exchange that failed: *failure*, without secrets that it may quote."""
    message = mask_values(failure.message, hidden)
    return CredentialsError(f"{what} did not answer: {message}", original_error=failure if message == failure.message else None)


def read_json(response: HttpResponse, what: str, hidden: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the JSON object of a success; raise CredentialsError, which never shows the body of one, for anything else."""
    document = parse_object(response.body)
    if not 200 <= response.status < 300:
        raise refused(response, document or {}, what, hidden)
    if document is None:
        raise CredentialsError(f"{what} answered (HTTP {response.status}) with something that is not a JSON object.")
    return document


def parse_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object *body* is, None when it is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def refused(response: HttpResponse, document: Mapping[str, Any], what: str, hidden: tuple[str, ...] = ()) -> RefusedError:
    """Return the error for an answer that is no success, with the service's code and, without secrets, its message."""
    code, message = mask_values(error_code(response, document), hidden), error_message(document, hidden)
    shown = ", ".join([f"HTTP {response.status}", *([code] if code else [])])
    text = f"{what} refused ({shown}){f': {message}' if message else '.'}"
    request_id = mask_values(find_request_id(response, document) or "", hidden) or None
    return RefusedError(text, service_code=code, status_code=response.status, request_id=request_id)


def error_code(response: HttpResponse, document: Mapping[str, Any]) -> str:
    """Return the code of an error in any of the forms of AWS's JSON services, "" when it has none."""
    return code_in(response.headers.get("x-amzn-errortype"), *(document.get(k) for k in _CODES))


def code_in(*candidates: object) -> str:
    """Return the first of *candidates* that looks like an error's code, without namespace and URI, "" if none does."""
    for text in candidates:
        code = text.partition(":")[0].rpartition("#")[2] if isinstance(text, str) else ""
        if _CODE.fullmatch(code):
            return code
    return ""


def error_message(document: Mapping[str, Any], hidden: tuple[str, ...]) -> str:
    """Return the message of an error on one line, "" when it has none, without it when it repeats a secret."""
    keys = ("message", "Message", "error_description")
    text = next((document[key] for key in keys if isinstance(document.get(key), str)), "")
    # Whatever else the document holds may be a secret as well.
    others = (v for k, v in document.items() if k not in (*keys, *_CODES) and isinstance(v, str) and len(v) > _SHORT)
    if any(secret and secret in text for secret in (*hidden, *others)) or mask_values(text, hidden) != text:
        return "(the message is not shown, because it repeats a secret)"
    return "".join(c if c.isprintable() else " " for c in text)[:_MAX_MESSAGE]
