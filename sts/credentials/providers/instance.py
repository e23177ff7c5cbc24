"""Credentials and region from the metadata of an Amazon EC2 instance."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from sts.base.frames import without_locals
from sts.base.time import sleep, unix_time
from sts.credentials.chain.chain import Confidential, Context
from sts.credentials.exchange.fetch import Tries, direct_handler
from sts.credentials.exchange.json_credentials import is_past, metadata_credentials
from sts.credentials.providers import metadata
from sts.credentials.providers.metadata import WHAT, MetadataConfig
from sts.errors import CredentialsError, NotConfiguredError
from sts.http import Handler
from sts.identity import Credentials
from sts.logs import LOGGER

ROLE_PATH = "/latest/meta-data/iam/security-credentials/"
REGION_PATH = "/latest/meta-data/placement/region"
REGION_TRIES = Tries(attempts=1, pause=0.0, seconds=0.5)
EXTENSION_SECONDS, EXTENSION_JITTER = 15 * 60.0, 5 * 60.0
"""Time for which expired credentials are still used if the metadata service has no new ones (static stability of the SDKs)."""


class InstanceMetadataProvider(Confidential):
    """
    Provider that gets the credentials of the instance's role from the metadata service (IMDSv2, a new token each time).

    If the service returns expired credentials, or stops responding after it returned some, those are used for another 15 to 20
    minutes at a time, because AWS may still accept them. `AWS_EC2_METADATA_DISABLED=true` disables this provider.

    Args:
        endpoint: URL of the service, instead of `AWS_EC2_METADATA_SERVICE_ENDPOINT`.
        endpoint_mode: "IPv4" or "IPv6", instead of `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE`.
        v1_disabled: never send a request without a token, instead of `AWS_EC2_METADATA_V1_DISABLED`.
        section: function that returns the properties of a profile. Its `ec2_metadata_*` are used after the variables.
        tries: attempts and seconds, instead of `AWS_METADATA_SERVICE_NUM_ATTEMPTS` and `AWS_METADATA_SERVICE_TIMEOUT`.

    """

    def __init__(
        self,
        *,
        endpoint: str | None = None,
        endpoint_mode: str | None = None,
        v1_disabled: bool | None = None,
        section: Callable[[], Mapping[str, Any]] = dict,
        tries: Tries | None = None,
        environ: Mapping[str, str] | None = None,
        handler: Handler | None = None,
        now: Callable[[], float] = unix_time,
        sleep: Callable[[float], object] = sleep,
        rand: Callable[[], float] = random.random,
    ) -> None:
        self._given = (endpoint, endpoint_mode, v1_disabled, tries)
        self._section = section
        self._environ = os.environ if environ is None else environ
        self._handler = handler
        self._now = now
        self._sleep = sleep
        self._rand = rand
        self._last: Credentials | None = None

    def config(self) -> MetadataConfig:
        """Return the configuration of the service: arguments, then environment, then profile."""
        endpoint, mode, v1_disabled, tries = self._given
        return metadata.metadata_config(self._environ, self._section, endpoint, mode, v1_disabled, tries)

    @without_locals
    def retrieve(self) -> Credentials:
        """Return the credentials of the role. Raise NotConfiguredError if there is no metadata service or no role."""
        if self._environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
            raise NotConfiguredError("AWS_EC2_METADATA_DISABLED is true.")
        try:
            credentials = self._fetch(self.config())
        except CredentialsError as error:
            if self._last is None:
                raise
            LOGGER.warning("%s returned no credentials (%s); still using the last ones.", WHAT, error.message)
            credentials = self._last
        self._last = credentials
        return self._extended(credentials) if is_past(credentials.expiration, self._now()) else credentials

    def _fetch(self, config: MetadataConfig) -> Credentials:
        metadata.check_host(config)
        with direct_handler(self._handler) as handler:
            try:
                token = metadata.fetch_token(handler, config, self._sleep)
                role = metadata.read_metadata(handler, config, ROLE_PATH, token, self._sleep).strip().partition("\n")[0].strip()
                if not role:
                    raise NotConfiguredError("The instance has no role.")
                document = metadata.read_document(handler, config, ROLE_PATH + role, token, self._sleep)
            except metadata.NoMetadataError as error:
                reason = error.message
            else:
                return metadata_credentials(document, WHAT, "instance-metadata")
        raise NotConfiguredError(reason)

    def _extended(self, credentials: Credentials) -> Credentials:
        until = self._now() + EXTENSION_SECONDS + EXTENSION_JITTER * self._rand()
        LOGGER.warning("The credentials of the instance's role have expired; still using them until there are new ones.")
        expiration = datetime.fromtimestamp(until, timezone.utc)
        return Credentials(**{**credentials.to_dict(), "expiration": expiration}, source=credentials.source)


def from_environment(context: Context, section: Callable[[], Mapping[str, Any]]) -> InstanceMetadataProvider:
    """Return the provider of a chain."""
    return InstanceMetadataProvider(
        environ=context.environ, section=section, handler=context.handler, now=context.now, sleep=context.sleep
    )


def instance_region(*, environ: Mapping[str, str] | None = None, handler: Handler | None = None) -> str | None:
    """Return the region of the instance, or None if the metadata service does not return it within a second."""
    environ = os.environ if environ is None else environ
    if environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        return None
    config = metadata.metadata_config(environ, dict, tries=REGION_TRIES)
    with direct_handler(handler) as chosen:
        try:
            return metadata.read_metadata(chosen, config, REGION_PATH, metadata.fetch_token(chosen, config)).strip() or None
        except CredentialsError as error:
            LOGGER.debug("No region from the instance metadata: %s", error.message)
            return None
