"""
Google Cloud credentials from an AWS identity, through workload identity federation: no key file, and no boto3.

google-auth signs the request that Google sends to STS. It asks a supplier for the keys each time, and the supplier caches them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sts.base.records import of_whole
from sts.errors import STSError
from sts.identity import obtain
from sts.integrations.missing import missing_package
from sts.integrations.service_signer import provider_for, region_for, region_of

if TYPE_CHECKING:
    from sts.integrations.service_signer import CredentialsOrClient

try:
    from google.auth import aws, exceptions
except ImportError as error:
    raise missing_package("google_auth", "google-auth") from error

# google-auth declares itself typed, but these functions have no annotations.
_credentials: Any = aws.Credentials
_refresh_error: Any = exceptions.RefreshError

__all__ = ["CredentialsSupplier", "google_credentials"]

SUBJECT_TOKEN_TYPE = "urn:ietf:params:aws:token-type:aws4_request"
TOKEN_URL = "https://sts.googleapis.com/v1/token"
IMPERSONATION_URL = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{}:generateAccessToken"


class CredentialsSupplier(aws.AwsSecurityCredentialsSupplier):
    """
    Supplier of AWS keys for google-auth, from any source that `STS(credentials=)` accepts: roles, profiles, ECS, EKS, ...

    None means the default chain. *region* is the region of the STS endpoint that Google calls. Default: the region of the given
    client or refreshing credentials, or that of environment or profile.
    """

    def __init__(
        self, credentials: CredentialsOrClient | None = None, *, region: str | None = None, profile: str | None = None
    ) -> None:
        self._region = region or region_of(credentials)
        self._profile = profile
        self._provider = provider_for(credentials, profile, region)

    def get_aws_security_credentials(self, context: object, request: object) -> aws.AwsSecurityCredentials:  # noqa: ARG002 - google's
        """Return keys for google-auth. Raise its RefreshError, which says whether a retry can help, if there are none."""
        try:
            found = obtain(self._provider)
        except STSError as error:
            raise _refresh_error(str(error), retryable=error.retryable) from error
        return aws.AwsSecurityCredentials(found.access_key_id, found.secret_access_key, found.session_token)

    def get_aws_region(self, context: object, request: object) -> str:  # noqa: ARG002 - google's
        """Return the region of the STS endpoint that Google calls."""
        try:
            return self._region or region_for(self._profile)
        except STSError as error:
            raise _refresh_error(str(error), retryable=False) from error

    @of_whole
    def __repr__(self) -> str:
        return f"CredentialsSupplier({self._provider!r})"


def google_credentials(
    audience: str,
    credentials: CredentialsOrClient | None = None,
    *,
    region: str | None = None,
    profile: str | None = None,
    service_account: str | None = None,
    scopes: Sequence[str] | None = ("https://www.googleapis.com/auth/cloud-platform",),
    **options: object,
) -> aws.Credentials:
    """
    Return `google.auth.aws.Credentials` for any Google Cloud client, based on the AWS identity of *credentials*.

    Args:
        audience: full name of the provider,
            //iam.googleapis.com/projects/N/locations/global/workloadIdentityPools/POOL/providers/PROVIDER.
        credentials: see `CredentialsSupplier`.
        region: see `CredentialsSupplier`.
        profile: see `CredentialsSupplier`.
        service_account: e-mail address of the service account to impersonate. Default: no impersonation.
        scopes: OAuth scopes.
        options: other keyword arguments of `google.auth.aws.Credentials`.

    """
    if service_account is not None:
        options.setdefault("service_account_impersonation_url", IMPERSONATION_URL.format(service_account))
    options.setdefault("token_url", TOKEN_URL)
    supplier = CredentialsSupplier(credentials, region=region, profile=profile)
    made: aws.Credentials = _credentials(
        audience=audience,
        subject_token_type=SUBJECT_TOKEN_TYPE,
        aws_security_credentials_supplier=supplier,
        scopes=scopes,
        **options,
    )
    return made
