"""
Cached sessions, read without the library: a hit must cost hardly more than the start of Python.

The options, the variables `AWS_*` and the state of the shared files determine the file name, so that a change of any of them
selects another file. File names contain no secrets.
"""

from __future__ import annotations

import json
import os
import sys
import time
from hashlib import sha256

from sts.cli.option_table import documents, key_values
from sts.credentials.refresh.private_files import UntrustedPathError, read_private

TYPE_CHECKING = False  # type checkers take it for typing's, and typing takes time to load
if TYPE_CHECKING:
    from typing import Any

SECRET_VARIABLES = frozenset(
    {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN"}
)


def session_path(arguments: Any) -> str:
    """Return the file of the session for *arguments*."""
    return os.path.join(os.path.expanduser("~"), ".aws", "sts", "cache", f"{session_name(arguments)}.json")


def session_name(arguments: Any) -> str:
    """Return the file name of the session for *arguments*."""
    environ = os.environ
    variables = sorted(item for item in environ.items() if item[0].startswith("AWS_") and item[0] not in SECRET_VARIABLES)
    files = (
        environ.get("AWS_CONFIG_FILE") or os.path.join("~", ".aws", "config"),
        environ.get("AWS_SHARED_CREDENTIALS_FILE") or os.path.join("~", ".aws", "credentials"),
    )
    states = [_state(os.path.expanduser(file)) for file in (*files, *documents(arguments))]
    facts = json.dumps([key_values(arguments), variables, states])
    return f"cli-{sha256(facts.encode()).hexdigest()}"


def _state(path: str) -> tuple[str, int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return path, 0, 0
    return path, status.st_mtime_ns, status.st_size


def read_session(path: str) -> dict[str, Any] | None:
    """Return the content of a trusted session file: `Credentials`, `ProviderType` and two times. Otherwise None."""
    try:
        found: dict[str, Any] = json.loads(read_private(path)[0])
        credentials, good_until = found["Credentials"], found["GoodUntil"]
        texts = (credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["Expiration"])
        return found if all(isinstance(text, str) for text in texts) and time.time() < good_until else None
    except UntrustedPathError as error:
        print(f"sts: the cached session cannot be used: {error.filename}: {error.strerror}", file=sys.stderr)
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        pass
    return None


def fresh_session(arguments: Any) -> dict[str, Any] | None:
    """Return the content of the session file for *arguments*, or None if it is absent or must be refreshed."""
    if arguments.no_cache or arguments.local:
        return None
    found = read_session(session_path(arguments))
    return found if found is not None and time.time() < found["FreshUntil"] else None
