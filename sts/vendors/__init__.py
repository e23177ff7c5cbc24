"""
Operations of STS servers other than AWS, in the same form as AWS's own: data for `client.invoke(row, ...)`.

    from sts.vendors import minio
    client.invoke(minio.ASSUME_ROLE_WITH_LDAP_IDENTITY, LDAPUsername="jane", LDAPPassword=password)

May import `model` only.
"""

from __future__ import annotations
