"""Classification of codes and statuses, as by the AWS SDKs."""

from __future__ import annotations

import pytest
from botocore.retries.special import RetryIDPCommunicationError
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

from sts.retry.classify import THROTTLING_CODES, TRANSIENT_CODES, TRANSIENT_STATUSES, is_retryable, is_throttling


def test_botocore_agrees():
    """Every code and status that botocore's standard mode retries is retryable here. Throttling codes are equal."""
    assert set(ThrottledRetryableChecker._THROTTLED_ERROR_CODES) == set(THROTTLING_CODES)
    assert set(TransientRetryableChecker._TRANSIENT_ERROR_CODES) <= TRANSIENT_CODES | THROTTLING_CODES
    assert set(TransientRetryableChecker._TRANSIENT_STATUS_CODES) == set(TRANSIENT_STATUSES)
    assert RetryIDPCommunicationError is not None
    assert is_retryable("IDPCommunicationError", "", 400)


@pytest.mark.parametrize(
    ("code", "status", "retryable", "throttling"),
    [
        ("Throttling", 400, True, True),
        ("SlowDown", 503, True, True),
        ("Anything", 429, True, True),
        ("Anything", 500, True, False),
        ("Anything", 502, True, False),
        ("Anything", 503, True, False),
        ("Anything", 504, True, False),
        ("Anything", 501, False, False),
        ("InternalFailure", 400, True, False),
        ("RequestTimeout", 400, True, False),
        ("IDPCommunicationErrorException", 400, True, False),
        ("AccessDenied", 403, False, False),
        ("ValidationError", 400, False, False),
        ("ExpiredToken", 403, False, False),
        ("SignatureDoesNotMatch", 403, False, False),
        ("RequestTimeTooSkewed", 403, False, False),
        ("", 400, False, False),
    ],
)
def test_codes_and_statuses(code, status, retryable, throttling):
    """Codes take precedence over statuses. Errors that depend on clock or credentials are not classified here."""
    assert (is_retryable(code, "", status), is_throttling(code, status)) == (retryable, throttling)


@pytest.mark.parametrize(
    ("message", "retryable"),
    [
        ("Couldn't retrieve verification key from your identity provider, please reference the documentation", True),
        ("Couldn\u2019t retrieve verification key", True),
        ("No OpenIDConnect provider found in your account for https://idp.example", False),
        ("Incorrect token audience", False),
    ],
)
def test_invalid_identity_token(message, retryable):
    """A rejected identity token is retryable only if the provider's keys could not be fetched."""
    assert is_retryable("InvalidIdentityToken", message, 400) is retryable
    assert is_retryable("InvalidIdentityTokenException", message, 400) is retryable
    assert not is_retryable("AccessDenied", message, 403)
