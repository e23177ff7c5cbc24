"""
Operations that only servers of others have, as rows of the same form as AWS's: data for `client.invoke(row, ...)`.

    from sts.vendors import minio
    client.invoke(minio.ASSUME_ROLE_WITH_LDAP_IDENTITY, LDAPUsername="jane", LDAPPassword=password)

May import `model` only.
"""

from __future__ import annotations
