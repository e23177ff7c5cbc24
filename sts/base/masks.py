"""Secret headers by name."""

from __future__ import annotations

SECRET_HEADERS = frozenset(
    {
        "authorization",
        "cookie",
        "dpop",
        "proxy-authorization",
        "set-cookie",
        "x-amz-security-token",
        "x-amz-sso_bearer_token",
        "x-aws-ec2-metadata-token",
    }
)
"""Headers whose values are never shown."""
