"""
A server that plays the documented rules of MinIO's STS handlers: where each looks for its action, what it demands and says.

Source: MinIO's documentation (docs/sts) and the rules that its router and handlers follow.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

from tests.support.http_server import HTTPServer, Seen

USER, PASSWORD = "jane", "correct horse"
IN_FORM = {"AssumeRoleWithLDAPIdentity", "AssumeRoleWithClientGrants", "AssumeRoleWithWebIdentity"}
IN_QUERY = {"AssumeRoleWithCertificate", "AssumeRoleWithCustomToken", *IN_FORM}
FORM = "application/x-www-form-urlencoded"


def minio() -> HTTPServer:
    """Return the server; use it in a `with` statement."""
    return HTTPServer(answer)


def params_of(seen: Seen) -> dict[str, str]:
    """Return what a request asks for, wherever it says it."""
    texts = (urlsplit(seen.path).query, seen.body.decode())
    return {name: values[0] for text in texts for name, values in parse_qs(text, keep_blank_values=True).items()}


def answer(seen: Seen):
    query, form = urlsplit(seen.path).query, seen.headers.get("content-type", "").startswith(FORM)
    params = params_of(seen)
    action = params.get("Action", "")
    signed = seen.headers.get("authorization", "").startswith("AWS4-HMAC-SHA256")
    if params.get("Version") != "2011-06-15":
        return refuse("MissingParameter", "Invalid STS API version")
    if form and signed and not query:
        if action != "AssumeRole":
            return refuse("InvalidParameterValue", f"Unsupported action {action}")
    elif (form and not query and action not in IN_FORM) or (query and action not in IN_QUERY):
        return refuse("InvalidParameterValue", f"Unsupported action {action}")
    return checked(action, params)


def checked(action: str, params: dict[str, str]):
    """Check what the handler of *action* checks."""
    duration = params.get("DurationSeconds", "3600")
    if not duration.isdigit() or not 900 <= int(duration) <= 604800:
        return refuse("InvalidParameterValue", "invalid token expiry")
    if action == "AssumeRoleWithLDAPIdentity":
        if not params.get("LDAPUsername") or not params.get("LDAPPassword"):
            return refuse("MissingParameter", "LDAPUsername and LDAPPassword cannot be empty")
        if (params["LDAPUsername"], params["LDAPPassword"]) != (USER, PASSWORD):
            text = f"LDAP server error: LDAP auth failed for {params['LDAPUsername']}, LDAPPassword={params['LDAPPassword']}"
            return refuse("InvalidParameterValue", text)
    if "Token" in action + "".join(params) and params.get("Token") == "bad":
        return refuse("InvalidParameterValue", "token refused: Token=bad")
    return success(action, int(duration))


def success(action: str, seconds: int):
    expiration = (datetime.now(timezone.utc) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    more = {
        "AssumeRole": "<AssumedRoleUser><Arn></Arn><AssumeRoleId></AssumeRoleId></AssumedRoleUser>",
        "AssumeRoleWithCustomToken": "<AssumedUser>custom:jane</AssumedUser>",
        "AssumeRoleWithClientGrants": "<SubjectFromToken>jane</SubjectFromToken>",
        "AssumeRoleWithWebIdentity": "<SubjectFromWebIdentityToken>jane</SubjectFromWebIdentityToken>",
    }
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        f"<{action}Result><Credentials><AccessKeyId>Y4RJU1RNFGK48LGO9I2S</AccessKeyId><SecretAccessKey>sYLRKS1Z7hSjluf6gEbb9066"
        f"hnx315wHTiACPAjg</SecretAccessKey><Expiration>{expiration}</Expiration><SessionToken>eyJhbGciOiJIUzUxMiJ9.e30.x"
        f"</SessionToken></Credentials>{more.get(action, '')}</{action}Result><ResponseMetadata><RequestId>16F26E081E36DE63"
        f"</RequestId></ResponseMetadata></{action}Response>"
    )
    return 200, body, {"content-type": "application/xml"}


def refuse(code: str, message: str):
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>'
        f"</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>16F26E081E36DE63</RequestId></ErrorResponse>"
    )
    return 400, body, {"content-type": "application/xml"}
