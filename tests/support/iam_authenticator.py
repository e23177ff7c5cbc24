"""
What aws-iam-authenticator checks before it asks STS, as an oracle: its rules in its order, written anew in Python.

Source: kubernetes-sigs/aws-iam-authenticator, pkg/token/token.go, commit 0221afb (Apache-2.0); its host list is that of the
endpoints of the AWS SDK for Go, here regions and suffixes. Go's parser is stood in for by what it is known to accept.
"""

from __future__ import annotations

import base64
import re
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl, urlsplit

ALLOWED = {
    "action",
    "version",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
}
HOSTS = {
    "aws": r"sts\.amazonaws\.com|sts(-fips)?\.(us|eu|ap|ca|sa)-\w+-\d\.amazonaws\.com",
    "aws-cn": r"sts\.cn-\w+-\d\.amazonaws\.com\.cn",
    "aws-us-gov": r"sts\.us-gov-\w+-\d\.amazonaws\.com",
    "aws-eusc": r"sts\.eusc-de-\w+-\d\.amazonaws\.eu",
}


def refusal(token: str, now: datetime, partition: str = "aws") -> str:
    """Return why the authenticator refuses *token* without asking STS, "" if it does not."""
    if len(token) > 4096:
        return "too large"
    if not token.startswith("k8s-aws-v1."):
        return "prefix"
    word = token.removeprefix("k8s-aws-v1.")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", word) or len(word) % 4 == 1:
        return "base64"
    url = urlsplit(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode("latin-1"))
    if url.scheme != "https":
        return "scheme"
    if not re.fullmatch(HOSTS[partition], url.netloc):
        return "host"
    if url.path != "/":
        return "path"
    return refusal_of_query(url.query, now)


def refusal_of_query(query: str, now: datetime) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    names = [name for name, _ in pairs]
    if any(name.lower() not in ALLOWED for name in names):
        return "parameter"
    if len(set(names)) < len(names):
        return "duplicate"
    lower = {name.lower(): value for name, value in pairs}
    if lower.get("action") != "GetCallerIdentity":
        return "action"
    if "x-k8s-aws-id" not in lower.get("x-amz-signedheaders", "").lower().split(";"):
        return "header"
    if not re.fullmatch(r"[+-]?\d+", lower.get("x-amz-expires", "")) or not 0 <= int(lower["x-amz-expires"]) <= 900:
        return "expires"
    try:
        date = datetime.strptime(lower.get("x-amz-date", ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        return "date"
    return "expired" if now > date + timedelta(minutes=15) else ""
