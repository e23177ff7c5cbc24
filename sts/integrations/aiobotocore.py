"""
Credentials of this package in aiobotocore, and in libraries built on it: s3fs, fsspec, pandas, dask, zarr.

    import s3fs
    files = s3fs.S3FileSystem(session=to_aiobotocore_session(role))

Cached credentials are returned at once. Fetching new ones blocks, so it runs on a thread.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sts.integrations.boto3 import BridgedCredentials, SessionProvider, set_region
from sts.integrations.missing import missing_package
from sts.integrations.service_signer import provider_for

try:
    from aiobotocore.credentials import AioCredentialResolver
    from aiobotocore.session import AioSession
except ImportError as error:
    raise missing_package("aiobotocore", "aiobotocore") from error

if TYPE_CHECKING:
    from botocore.credentials import ReadOnlyCredentials

    from sts.integrations.service_signer import CredentialsOrClient

__all__ = ["AioBridgedCredentials", "to_aiobotocore_session"]


class AioBridgedCredentials(BridgedCredentials):
    """Credentials in the form aiobotocore uses, always valid. Made by `to_aiobotocore_session()`."""

    async def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """Return matching keys and token. If none are cached, fetch them on a thread."""
        if self._provider.cached() is None:
            await asyncio.to_thread(self._retrieve)
        return super().get_frozen_credentials()

    async def get_account_id(self) -> str | None:
        """Return the account id, if it is known."""
        return str((await self.get_frozen_credentials()).account_id or "") or None


class _AioSessionProvider(SessionProvider):
    """Credential provider of an aiobotocore session."""

    async def load(self) -> Any:
        return super().load()


def to_aiobotocore_session(
    credentials: CredentialsOrClient | None = None, *, region: str | None = None, profile: str | None = None
) -> AioSession:
    """
    Return an aiobotocore session that signs with *credentials*, for `session.create_client()` and `S3FileSystem(session=)`.

    For the arguments, see `sts.integrations.boto3.to_boto3_session()`. Errors of this package are raised as botocore's
    `CredentialRetrievalError`.
    """
    session = AioSession()
    bridged = AioBridgedCredentials(provider_for(credentials, profile))
    session.register_component("credential_provider", AioCredentialResolver([_AioSessionProvider(bridged)]))
    set_region(session, region, credentials, profile)
    return session
