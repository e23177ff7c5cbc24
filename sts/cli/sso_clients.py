"""
Client registrations at IAM Identity Center, in the files and the format of the AWS CLI.

A registration is valid for about 90 days. Caching it avoids a registration per sign-in, and both programs share it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import datetime, timezone
from hashlib import sha1
from typing import Any

from sts.base.time import format_timestamp, parse_timestamp
from sts.credentials.providers.sso import SSOSession, read_cached
from sts.credentials.refresh.file_lock import write_private
from sts.credentials.refresh.private_files import make_private_folder

BROWSER_GRANT = "authorization_code"


def registration_path(session: SSOSession, scopes: Sequence[str] | None) -> str:
    """Return the file of the registration for *session*. *scopes* are the scopes in the profile, or None."""
    facts = {
        "tool": "botocore",  # part of the file name of the AWS CLI 2
        "startUrl": session.start_url,
        "region": session.region,
        "scopes": list(scopes) if scopes is not None else None,
        "session_name": session.name,
    }
    # SHA-1 as in the AWS CLI. Security does not depend on it.
    digest = sha1(json.dumps(facts, sort_keys=True).encode(), usedforsecurity=False).hexdigest()
    return os.path.join(session.directory, f"{digest}.json")


def find_registration(path: str, now: float, *, browser: bool) -> dict[str, Any] | None:
    """Return the registration in *path* if it is valid at *now* for a sign-in with or without a *browser*, else None."""
    document = read_cached(path)
    if document is None or not all(isinstance(document.get(name), str) for name in ("clientId", "clientSecret", "expiresAt")):
        return None
    try:
        end = parse_timestamp(document["expiresAt"].replace("UTC", "Z"))
    except ValueError:
        return None
    grants = document.get("grantTypes")
    fits = (isinstance(grants, list) and BROWSER_GRANT in grants) == browser
    return {**document, "clientSecretExpiresAt": int(end.timestamp())} if fits and end.timestamp() > now else None


def keep_registration(path: str, client: dict[str, Any], request: dict[str, Any]) -> None:
    """Cache the registration *client*, the response to *request*, for the next sign-in."""
    end = client.get("clientSecretExpiresAt")
    if not isinstance(end, int) or isinstance(end, bool) or end <= 0:
        return
    document: dict[str, Any] = {
        "clientId": client["clientId"],
        "clientSecret": client["clientSecret"],
        "expiresAt": format_timestamp(datetime.fromtimestamp(end, timezone.utc)),
        **{name: request[name] for name in ("scopes", "grantTypes") if name in request},
    }
    make_private_folder(os.path.dirname(path))
    write_private(path, json.dumps(document))
