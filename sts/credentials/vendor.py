"""Refreshing credentials from an operation of a server other than AWS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sts.credentials.chain.chain import Confidential
from sts.credentials.exchange.sts_calls import Calls, STSCaller, session_credentials
from sts.credentials.refreshing import RefreshingCredentials, prepare, without_keys
from sts.identity import CredentialProvider, Credentials, CredentialsLike
from sts.model.lookup import find_operation
from sts.model.masks import add_secret_names
from sts.model.shapes import Operation


class VendorProvider(Confidential):
    """
    Provider of a session from a *row* of `sts.vendors`.

    Args:
        row: the operation.
        params: members of the operation. A function as value is called for each new session, for tokens and passwords.
        source: credentials that sign the call. None if the operation is unsigned.
        call: function for the call.

    """

    def __init__(
        self, row: Operation, params: Mapping[str, Any], *, call: STSCaller, source: CredentialProvider | None = None
    ) -> None:
        add_secret_names(member.name for member in row.input.members if member.sensitive)
        self._row = row
        self._params = dict(params)
        self._source = source
        self._call = call

    def retrieve(self) -> Credentials:
        """Return the credentials of a new session. Errors of the server, and of functions in the params, are propagated."""
        params = {name: value() if callable(value) else value for name, value in self._params.items()}
        result = self._call(self._row, params, self._source if self._row.signed else None)
        return session_credentials(result, "vendor")

    def invalidate(self, credentials: Credentials) -> bool:  # noqa: ARG002 - the protocol's
        """Return True: another session can be requested."""
        return True

    def _shown(self) -> str:
        return repr(self._row.name)


def vendor_credentials(
    row: Operation | str,
    params: Mapping[str, Any] | None = None,
    *,
    endpoint: str | None = None,
    source: CredentialsLike | None = None,
    region: str | None = None,
    client_options: Mapping[str, Any] | None = None,
) -> RefreshingCredentials:
    """
    Return refreshing credentials of a server other than AWS. Nothing is sent until they are first used.

    Args:
        row: an operation of `sts.vendors`, such as `minio.ASSUME_ROLE_WITH_LDAP_IDENTITY`, or its name.
        params: members of the operation. A function (without arguments) as value is called for each new session.
        endpoint: URL of the server.
        source: credentials for signed operations: any form that `STS(credentials=)` accepts.
        region: signing region. Default: as for any client.
        client_options: other options of the client for the calls, such as `verify` and `cert`.

    """
    operation = find_operation(row)
    given = {**(client_options or {}), **({} if endpoint is None else {"endpoint": endpoint})}
    signer: CredentialProvider | None = None
    options: Mapping[str, Any] = without_keys(given, region)
    if operation.signed:
        signer, options = prepare(source, region, given)
    return RefreshingCredentials(VendorProvider(operation, params or {}, call=Calls(options), source=signer), options)
