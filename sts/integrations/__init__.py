"""
Integrations with other libraries, one module for each, imported only on use.

    requests_auth   SigV4Auth for `requests`             boto3         sessions of boto3 from our credentials, and back
    httpx_auth      SigV4Auth for `httpx`                google_auth   Google Cloud credentials from an AWS identity
    kubernetes      EKS tokens that renew themselves     hvac          log in to HashiCorp Vault

These libraries are not installed with this package. If one is missing, the ImportError names it.
"""

from __future__ import annotations
