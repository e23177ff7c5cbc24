"""Advice for option names of boto3 and the JavaScript SDKs, and for misspelt names."""

from __future__ import annotations

from collections.abc import Collection

from sts.base.spelling import snake_case
from sts.base.suggestions import suggest

_RENAMED = {
    # client, session and Config of boto3
    "region_name": "region",
    "endpoint_url": "endpoint",
    "aws_access_key_id": "access_key_id",
    "aws_secret_access_key": "secret_access_key",
    "aws_session_token": "session_token",
    "profile_name": "profile",
    "parameter_validation": "param_validation",
    "max_pool_connections": "max_concurrency",
    "total_max_attempts": "max_attempts",
    "user_agent_appid": "user_agent_app_id",
    "user_agent_extra": "custom_user_agent",
    "client_cert": "cert",
    # the JavaScript SDKs, after camelCase
    "connection_timeout": "connect_timeout",
    "request_timeout": "read_timeout",
    "credential_provider": "credentials",
    "credential_default_provider": "credentials",
    "master_credentials": "credentials",
    "sso_session": "profile",
}

_ELSEWHERE = {
    **dict.fromkeys(("use_ssl", "ssl_enabled", "tls"), "Give endpoint='http://...' for an endpoint without TLS."),
    "api_version": "It is not needed: STS has one version.",
    "service_name": "It is not needed: the client is for STS.",
    "config": "Give the settings inside it as options of the client.",
    "retries": "Give max_attempts= and retry_mode= directly.",
    "aws_account_id": "Give credentials=Credentials(..., account_id=...).",
    "signature_version": "Requests are signed with SigV4, or not at all if the operation needs no signature.",
    "botocore_session": "Give credentials= or profile=; sts.integrations converts a botocore session.",
    "disable_clock_skew_correction": "Give correct_clock_skew=False.",
    "ca_bundle": "Give verify='path of the bundle'.",
    "account_id_endpoint_mode": "It has no effect on STS.",
}


def advice(name: str, options: Collection[str]) -> str:
    """Return a sentence with what *name* probably means (an option of *options*), or with the alternative. "" if unknown."""
    snake = snake_case(str(name))
    if snake in _ELSEWHERE:
        return f" {_ELSEWHERE[snake]}"
    meant = _RENAMED.get(snake, snake)
    return f" Did you mean {meant!r}?" if meant in options else suggest(meant, options)
