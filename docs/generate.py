"""
Make the tables of the pages from the tables of the code, and the pages of the API from its public names.

    python -m docs.generate            write them (--all: the messages too)
    python -m docs.generate --check    fail when one of them is not what the code says
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from pathlib import Path
from types import ModuleType

from docs.tables import DOCS, ROOT, SLOW, TABLES, row

MARK = "<!-- {}: made by python -m docs.generate -->\n"
END = "<!-- end -->"

API = {
    "client": ("sts", "Clients, requests and everything of the first level"),
    "credentials": ("sts.credentials", "Credentials and their providers"),
    "tokens": ("sts.tokens", "Tokens, proofs and links"),
    "fan_out": ("sts.fan_out", "One role in many accounts"),
    "errors": ("sts.errors", "Errors"),
    "events": ("sts.events", "Events"),
    "commands": ("sts.commands", "Commands, as in the JavaScript SDK v3"),
    "types": ("sts.types", "Types of every input and output"),
    "http": ("sts.http", "HTTP requests, responses and handlers"),
    "signer": ("sts.signer", "Signature Version 4"),
    "sigv4a": ("sts.sigv4a", "Signature Version 4a"),
    "endpoints": ("sts.endpoints", "Endpoints and partitions"),
    "retry": ("sts.retry", "Retry strategies"),
    "logs": ("sts.logs", "Logging"),
    "testing": ("sts.testing", "The testing kit"),
    "v2": ("sts.v2", "The namespace of the JavaScript SDK v2"),
    "boto3": ("sts.integrations.boto3", "boto3 and botocore"),
    "aiobotocore": ("sts.integrations.aiobotocore", "aiobotocore, s3fs and fsspec"),
    "google_auth": ("sts.integrations.google_auth", "google-auth"),
    "httpx_auth": ("sts.integrations.httpx_auth", "httpx"),
    "hvac": ("sts.integrations.hvac", "hvac"),
    "kubernetes": ("sts.integrations.kubernetes", "The Kubernetes Python client"),
    "requests_auth": ("sts.integrations.requests_auth", "requests"),
}
"""Pages of the API: the module and a title."""


MEANT = {
    "sts.http": "Headers HttpRequest HttpResponse AbortSignal AbortController Control Handler",
    "sts.signer": "sign_request presign_url canonical_request string_to_sign signing_key",
    "sts.sigv4a": "sign_request_v4a presign_url_v4a",
    "sts.endpoints": "Endpoint Partition resolve_endpoint partition_of",
    "sts.retry": "RetryStrategy RetryToken StandardRetry NoRetry ConfiguredRetry",
    "sts.logs": "enable_logging SecretFilter",
    "sts.events": "EVENTS",
}
"""What is for users in modules that also hold what the package needs itself."""


def public_names(module: ModuleType) -> list[str]:
    """Return the names that *module* means for its users, in their order."""
    names: list[str] | None = MEANT[module.__name__].split() if module.__name__ in MEANT else getattr(module, "__all__", None)
    if names is None:
        names = [
            name
            for name, value in vars(module).items()
            if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__ and callable(value)
        ]
    if module.__name__ == "sts":  # what has a page of its own is left out here
        elsewhere = {*dir(importlib.import_module("sts.errors")), *dir(importlib.import_module("sts.commands"))}
        elsewhere |= {*dir(importlib.import_module("sts.http")), *dir(importlib.import_module("sts.endpoints"))}
        elsewhere |= {"enable_logging", "assume_many", "assume_many_async", "RejectedTokenError"}
        names = [name for name in names if name not in elsewhere]
    elif module.__name__ == "sts.credentials":
        names = [name for name in names if not hasattr(importlib.import_module("sts"), name)]
    return [name for name in dict.fromkeys(names) if not name.startswith("_")]


def directive(module: str, name: str, value: object) -> str:
    """Return the directive that documents one name."""
    if inspect.ismodule(value):
        return ""
    if inspect.isclass(value):
        kind = "autoexception" if issubclass(value, BaseException) else "autoclass"
        inherited = "" if issubclass(value, (BaseException, dict)) else "\n   :inherited-members: object"
        return f".. {kind}:: {module}.{name}\n   :members:{inherited}\n   :show-inheritance:\n"
    return f".. {'autofunction' if callable(value) and hasattr(value, '__code__') else 'autodata'}:: {module}.{name}\n"


def stand_in_for_aiobotocore() -> None:
    """Let its page be made without it: it needs a botocore of its own, which the other tests cannot use."""
    if importlib.util.find_spec("aiobotocore") is None:
        for name, class_name in (("", ""), (".credentials", "AioCredentialResolver"), (".session", "AioSession")):
            module = sys.modules["aiobotocore" + name] = ModuleType("aiobotocore" + name)
            setattr(module, class_name, object)


def api_page(name: str) -> str:
    """Return a page of the API."""
    module_name, title = API[name]
    if name == "aiobotocore":
        stand_in_for_aiobotocore()
    module = importlib.import_module(module_name)
    directives = [directive(module_name, public, getattr(module, public)) for public in public_names(module)]
    body = "\n".join(filter(None, directives))
    note = "% Made by python -m docs.generate; do not edit.\n\n"
    return f"{note}# {title}: `{module_name}`\n\n```{{eval-rst}}\n.. automodule:: {module_name}\n   :no-members:\n\n{body}```\n"


def api_index() -> str:
    """Return the index of the pages of the API."""
    lines = [row("module", "what"), row("---", "---")]
    lines += [row(f"[`{module}`]({name}.md)", title) for name, (module, title) in API.items()]
    tree = "\n".join(API)
    note = "% Made by python -m docs.generate; do not edit.\n\n"
    text = "Every public name, from the docstrings. `help(sts.STS)` in Python shows the same."
    return f"{note}# API\n\n{text}\n\n" + "\n".join(lines) + f"\n\n```{{toctree}}\n:hidden:\n\n{tree}\n```\n"


def files(names: set[str]) -> dict[Path, str]:
    """Return the text of every file, with the tables *names* made again."""
    made: dict[Path, str] = {}
    for name, (page, make) in TABLES.items():
        path = ROOT / page
        text = made.get(path) or path.read_text(encoding="utf-8")
        mark = MARK.format(name)
        if mark not in text:
            continue
        head, rest = text.split(mark, 1)
        tail = rest.split(END, 1)[1]
        made[path] = f"{head}{mark}{make()}\n{END}{tail}" if name in names else text
    for name in API:
        made[DOCS / "reference" / "api" / f"{name}.md"] = api_page(name)
    made[DOCS / "reference" / "api" / "index.md"] = api_index()
    return made


def main() -> int:
    """Write or check."""
    if "--check" in sys.argv:
        stale = [
            path
            for path, text in files({*TABLES} - SLOW).items()
            if not path.exists() or path.read_text(encoding="utf-8") != text
        ]
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not what the code says; run python -m docs.generate")
        return 1 if stale else 0
    for path, text in files({*TABLES} - SLOW if "--all" not in sys.argv else {*TABLES}).items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
