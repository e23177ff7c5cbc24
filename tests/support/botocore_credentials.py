"""Find credentials twice, with botocore and with ours, on the same files, environment and servers."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock
from urllib.parse import parse_qs

import botocore.credentials
import botocore.session
import botocore.tokens
from botocore.exceptions import BotoCoreError, NoRegionError

from sts.credentials import default_chain
from sts.errors import CredentialsError, STSError
from tests.support.http_server import HTTPServer, Seen, files

EXPIRES = "2199-01-01T00:00:00Z"
_SCOPE = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/")


class Setup(NamedTuple):
    """Hold one configuration; `{server}` and `{home}` in its texts are filled in."""

    config: str
    credentials: str
    variables: dict[str, str]
    profile: str | None

    def filled(self, server: HTTPServer, home: Path) -> Setup:
        def fill(text: str) -> str:
            return text.replace("{server}", server.url).replace("{home}", str(home))

        variables = {name: fill(value) for name, value in self.variables.items()}
        return Setup(fill(self.config), fill(self.credentials), variables, self.profile)


def answer(seen: Seen) -> Any:
    """Answer as STS, SSO, a container's agent and the metadata service; keys tell what they were asked for and how."""
    if seen.body.startswith(b"Action="):
        return sts(seen)
    if seen.path.startswith("/federation"):
        key = digest(seen.path, seen.headers["x-amz-sso_bearer_token"])
        found = {"accessKeyId": key, "secretAccessKey": "s", "sessionToken": "t", "expiration": 7226582400000}
        return 200, {"roleCredentials": found}
    if seen.path.endswith("/api/token"):
        return 200, "imds-token"
    if seen.path.endswith("/security-credentials/"):
        return 200, "the-role"
    if seen.path.startswith("/container") or seen.path.endswith("/the-role"):
        key = digest(seen.path, seen.headers.get("authorization", ""), seen.headers.get("x-aws-ec2-metadata-token", ""))
        return 200, {"Code": "Success", "AccessKeyId": key, "SecretAccessKey": "s", "Token": "t", "Expiration": EXPIRES}
    return 404, ""


def sts(seen: Seen) -> Any:
    """Answer AssumeRole and AssumeRoleWithWebIdentity; who signed, for which region and at which path goes into the keys."""
    form = {name: values[0] for name, values in parse_qs(seen.body.decode()).items()}
    if form["RoleSessionName"].startswith(("botocore-session-", "sts-")) or "@" in form["RoleSessionName"]:
        del form["RoleSessionName"]  # one that nobody chose
    signer = _SCOPE.search(seen.headers.get("authorization", ""))
    key = digest(json.dumps(form, sort_keys=True), str(signer and signer.groups()), seen.path.rstrip("/"))
    action = form["Action"]
    body = (
        f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result><AssumedRoleUser>'
        "<AssumedRoleId>A:b</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn></AssumedRoleUser><Credentials>"
        f"<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
        f"<Expiration>{EXPIRES}</Expiration></Credentials></{action}Result><ResponseMetadata><RequestId>r</RequestId>"
        f"</ResponseMetadata></{action}Response>"
    )
    return 200, body, {"content-type": "text/xml"}


def digest(*parts: str) -> str:
    return "ASIA" + hashlib.sha256("|".join(parts).encode()).hexdigest()[:16].upper()


def prepare(setup: Setup, home: Path) -> dict[str, str]:
    """Write the files of *setup* and return its environment."""
    environ = {**files(home, setup.config, setup.credentials), **setup.variables}
    (home / "token").write_text("web-identity-token")
    directory = home / ".aws" / "sso" / "cache"
    directory.mkdir(parents=True, exist_ok=True)
    token = {"accessToken": "sso-token", "expiresAt": EXPIRES, "region": "us-east-1", "startUrl": "https://start"}
    for key in ("work", "https://start"):
        (directory / f"{hashlib.sha1(key.encode()).hexdigest()}.json").write_text(json.dumps(token))
    return environ


Outcome = tuple[str, ...]


def ours(setup: Setup, environ: dict[str, str]) -> Outcome:
    """Return kind and keys of what our chain finds."""
    chain = default_chain(setup.profile, explicit_profile=setup.profile is not None, environ=environ)
    try:
        found = chain.retrieve()
    except CredentialsError as error:
        return ("error",) if not error.verdicts or len(error.verdicts) < len(chain.names) else ("none",)
    except STSError:
        return ("error",)
    return ("found", found.access_key_id, found.secret_access_key, found.session_token or "", found.account_id or "")


def theirs(setup: Setup, environ: dict[str, str]) -> Outcome:
    """Return kind and keys of what botocore finds."""
    cache = str(Path(environ["HOME"]) / ".aws" / "sso" / "cache")
    with (
        mock.patch.dict(os.environ, environ, clear=True),
        mock.patch.object(botocore.credentials.SSOProvider, "_SSO_TOKEN_CACHE_DIR", cache),
        mock.patch.object(botocore.tokens.SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", cache),
        mock.patch.object(botocore.utils.ContainerMetadataFetcher, "SLEEP_TIME", 0),
    ):
        session = botocore.session.Session(profile=setup.profile)
        try:
            found = session.get_credentials()
            if found is None:
                return ("none",)
            frozen = found.get_frozen_credentials()
        except NoRegionError:
            return ("error", "no region")
        except (BotoCoreError, ValueError, KeyError, OSError, RuntimeError):
            return ("error",)
    return ("found", frozen.access_key, frozen.secret_key, frozen.token or "", frozen.account_id or "")
