"""
Bridges to other libraries, each in a module of its own that is imported only by who uses it.

    requests_auth   SigV4Auth for `requests`             boto3         sessions of boto3 from our credentials, and back
    httpx_auth      SigV4Auth for `httpx`                google_auth   Google Cloud credentials from an AWS identity
    kubernetes      EKS tokens that renew themselves     hvac          log in to HashiCorp Vault

None of those libraries is installed with this one; what is missing is named in an ImportError.
"""

from __future__ import annotations


def missing_package(module: str, package: str) -> ImportError:
    """Return the error of *module*, one of ours, that cannot work without *package*."""
    return ImportError(f"sts.integrations.{module} needs the package {package}: pip install {package}", name=package)
