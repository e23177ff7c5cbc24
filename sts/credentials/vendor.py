"""Credentials that renew themselves, from an operation of a server that is not AWS's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sts.base.records import of_whole
from sts.credentials.exchange.sts_calls import Calls, STSCaller, session_credentials
from sts.credentials.refreshing import KEYS, RefreshingCredentials, prepare
from sts.identity import CredentialProvider, Credentials, refuse_pickle
from sts.model.lookup import find_operation
from sts.model.masks import add_secret_names
from sts.model.shapes import Operation


class VendorProvider:
    """
    Provider of the session that a *row* of `sts.vendors` gives.

    Args:
        row: the operation.
        params: its members; a value that is a function is called for each new session, for tokens and passwords.
        source: what signs the call; None for a row that needs no signature.
        call: makes the call.

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
        """Return a new session's credentials. Raises what the server, or a function among the params, raises."""
        params = {name: value() if callable(value) else value for name, value in self._params.items()}
        result = self._call(self._row, params, self._source if self._row.signed else None)
        return session_credentials(result, "vendor")

    def invalidate(self, credentials: Credentials) -> bool:  # noqa: ARG002 - the protocol's
        """Return True: the server can be asked again."""
        return True

    __reduce_ex__ = refuse_pickle

    @of_whole
    def __repr__(self) -> str:
        return f"VendorProvider({self._row.name!r})"


def vendor_credentials(
    row: Operation | str,
    params: Mapping[str, Any] | None = None,
    *,
    endpoint: str | None = None,
    source: Any = None,
    region: str | None = None,
    client_options: Mapping[str, Any] | None = None,
) -> RefreshingCredentials:
    """
    Return credentials of a server that is not AWS's that renew themselves; nothing is sent until they are first used.

    Args:
        row: an operation of `sts.vendors`, such as `minio.ASSUME_ROLE_WITH_LDAP_IDENTITY`, or its name.
        params: its members; a value that is a function (of no arguments) is called for each new session.
        endpoint: URL of the server.
        source: what signs the calls of a row that is signed: anything that `STS(credentials=)` takes.
        region: region that is signed for; else as for any client.
        client_options: other options of the client that makes the calls, such as `verify` and `cert`.

    """
    operation = find_operation(row)
    options = {**(client_options or {}), **({} if endpoint is None else {"endpoint": endpoint})}
    signer: CredentialProvider | None = None
    if operation.signed:
        signer, found = prepare(source, region, options)
        options = dict(found)
    else:
        options = {name: value for name, value in options.items() if name not in KEYS}
        options.update({} if region is None else {"region": region})
    return RefreshingCredentials(VendorProvider(operation, params or {}, call=Calls(options), source=signer), options)
