"""The error for a library that is not installed."""

from __future__ import annotations


def missing_package(module: str, package: str) -> ImportError:
    """Return the error for *module* of `sts.integrations`, which cannot work without *package*."""
    return ImportError(f"sts.integrations.{module} needs the package {package}: pip install {package}", name=package)
