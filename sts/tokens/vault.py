"""
Login payload for HashiCorp Vault or OpenBao: a signed GetCallerIdentity request that Vault forwards to STS.

Vault sends it to its configured endpoint, with the host name from the payload. So the host, the signing region and Vault's
`sts_endpoint` must agree. The default is the global endpoint, as in Vault. Source: hashicorp/vault,
builtin/credential/aws/path_login.go.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import TYPE_CHECKING

from sts.base.frames import without_locals
from sts.endpoints import partition_of, resolve_endpoint
from sts.errors import MissingRegionError
from sts.http import HttpRequest
from sts.signer import host_of, sign_request
from sts.tokens.proofs import check_audience
from sts.tokens.signing import GET_CALLER_IDENTITY, Signing, signing_for

if TYPE_CHECKING:
    from sts.client import AsyncSTS, STSClient
    from sts.identity import CredentialsLike
    from sts.tokens.signing import SigningOptions

    class LoginOptions(SigningOptions, total=False):
        """Keyword arguments of `vault_login()`."""

        server_id: str | None
        server_id_header: str


SERVER_ID_HEADER = "X-Vault-AWS-IAM-Server-ID"
CONTENT_TYPE = "application/x-www-form-urlencoded; charset=utf-8"
_GLOBAL = resolve_endpoint(None, use_global_endpoint=True)


@without_locals
def vault_login(
    role: str | None = None,
    *,
    server_id: str | None = None,
    client: STSClient | AsyncSTS | None = None,
    region: str | None = None,
    credentials: CredentialsLike | None = None,
    profile: str | None = None,
    server_id_header: str = SERVER_ID_HEADER,
    now: datetime | None = None,
) -> dict[str, str]:
    """
    Return the payload to post as JSON to `/v1/auth/aws/login` of a Vault server. Nothing is sent.

    Args:
        role: name of the Vault role. None lets Vault choose the role with the name of the caller's IAM role or user.
        server_id: value that the server requires in `X-Vault-AWS-IAM-Server-ID`. It prevents other servers from using the
            payload.
        client: client to log in as. The request is signed for its endpoint.
        region: region of the STS endpoint that the server is configured with. None means the global endpoint, which is Vault's
            default, or `AWS_REGION` if that is in another partition (China, GovCloud).
        credentials: any form that `STS(credentials=)` accepts.
        profile: profile of the shared files for credentials.
        server_id_header: name of that header if it is different, as in Consul (`X-Consul-IAM-ServerID`).
        now: aware datetime, for tests.

    """
    if server_id is not None:
        check_audience(server_id, "server_id")
    given: SigningOptions = {"client": client, "region": region, "credentials": credentials, "profile": profile, "now": now}
    signing = _signing(given)
    payload = {
        "iam_http_request_method": "POST",
        "iam_request_url": _base64(signing.url),
        "iam_request_headers": _base64(json.dumps(_signed_headers(signing, server_id_header, server_id))),
        "iam_request_body": _base64(GET_CALLER_IDENTITY),
    }
    return payload if role is None else {**payload, "role": role}


def _signed_headers(signing: Signing, server_id_header: str, server_id: str | None) -> dict[str, list[str]]:
    """Return the headers of the signed request, with the order and letter case of hvac, so that hvac's test vectors apply."""
    headers = {"Content-Type": CONTENT_TYPE, "Host": host_of(signing.url)}
    if server_id is not None:
        headers[server_id_header] = server_id
    headers["Content-Length"] = str(len(GET_CALLER_IDENTITY))
    signed = sign_request(
        HttpRequest("POST", signing.url, headers, GET_CALLER_IDENTITY.encode()),
        signing.credentials,
        service=signing.endpoint.signing_name,
        region=signing.endpoint.signing_region,
        now=signing.now,
    )
    names = [*headers, "X-Amz-Date", "X-Amz-Security-Token", "Authorization"]
    return {name: [signed.headers[name]] for name in names if name in signed.headers}


def _signing(given: SigningOptions) -> Signing:
    """Return the signing data, with Vault's default endpoint unless options, settings or the partition require another one."""
    if given["client"] is not None or given["region"]:
        return signing_for(**given)
    try:
        signing = signing_for(**given)
    except MissingRegionError:
        given["region"] = _GLOBAL.signing_region
        signing = signing_for(**given)
    regional = signing.endpoint
    own = regional.url != resolve_endpoint(regional.signing_region).url
    return signing if own or partition_of(regional.signing_region).name != "aws" else signing._replace(endpoint=_GLOBAL)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
