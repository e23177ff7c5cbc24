"""
The namespace of the AWS SDK for JavaScript v2, for scripts that are ported line by line: `from sts import v2 as AWS`.

    sts = AWS.STS({"region": "eu-west-1"})
    sts.assume_role(params).promise().then(use, report)

Names, defaults and units are those of v2 (times in milliseconds). Calls run through the pipeline of the library. Names and
keys of options may be camelCase or snake_case.
"""

from __future__ import annotations

from sts._lazy import lazy
from sts.v2.namespace import Namespace

TYPE_CHECKING = False  # type checkers take it for typing's, and typing is not imported
if TYPE_CHECKING:
    from sts.v2.configuration import Config

_MODULES = {
    "sts.v2.client": "STS",
    "sts.v2.configuration": "Config",
    "sts.v2.credentials.chain": "CredentialProviderChain",
    "sts.v2.credentials.identity": "Credentials",
    "sts.v2.credentials.issued": "ChainableTemporaryCredentials CognitoIdentityCredentials SAMLCredentials "
    "TemporaryCredentials TokenFileWebIdentityCredentials WebIdentityCredentials",
    "sts.v2.credentials.local": "EC2MetadataCredentials ECSCredentials EnvironmentCredentials FileSystemCredentials "
    "ProcessCredentials RemoteCredentials SharedIniFileCredentials SsoCredentials",
    "sts.v2.aws_util": "util",
    "sts.v2.executor": "SequentialExecutor events",
    "sts.v2.http": "Endpoint HttpRequest",
    "sts.v2.request": "Request",
    "sts.v2.response": "Response",
}
_load, _, _names, _HOMES = lazy(globals(), _MODULES)

VERSION = "2.1693.0"
"""The version of `aws-sdk` that the namespace follows."""
__all__ = [*_names, "VERSION", "config"]


def __getattr__(name: str) -> object:
    return _read_config() if name == "config" else _load(name)


def _read_config() -> Config:
    """Return `config`, which scripts may replace. It is created, and reads the environment, on first use."""
    if "config" not in globals():
        from sts.v2.configuration import Config

        made = globals()["config"] = Config.__new__(Config)  # set before __init__, which loads credentials that read it
        made.__init__()  # type: ignore[misc]  # initializes the object created above
    found: Config = globals()["config"]
    return found


Namespace.read_config = _read_config


def __dir__() -> list[str]:
    return sorted(__all__)
