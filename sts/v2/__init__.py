"""
The namespace of the AWS SDK for JavaScript v2, for scripts that are ported line by line: `from sts import v2 as AWS`.

    sts = AWS.STS({"region": "eu-west-1"})
    sts.assume_role(params).promise().then(use, report)

Names, defaults and units are v2's (times in milliseconds); everything else is the library's one pipeline. Names and keys of
options may be written in camelCase as well.
"""

from importlib import import_module

TYPE_CHECKING = False  # type checkers take it for typing's, and typing is not imported
if TYPE_CHECKING:
    from sts.v2.client import STS as STS
    from sts.v2.configuration import Config as Config
    from sts.v2.configuration import config as config
    from sts.v2.credentials import ChainableTemporaryCredentials as ChainableTemporaryCredentials
    from sts.v2.credentials import CognitoIdentityCredentials as CognitoIdentityCredentials
    from sts.v2.credentials import CredentialProviderChain as CredentialProviderChain
    from sts.v2.credentials import EC2MetadataCredentials as EC2MetadataCredentials
    from sts.v2.credentials import ECSCredentials as ECSCredentials
    from sts.v2.credentials import EnvironmentCredentials as EnvironmentCredentials
    from sts.v2.credentials import FileSystemCredentials as FileSystemCredentials
    from sts.v2.credentials import ProcessCredentials as ProcessCredentials
    from sts.v2.credentials import RemoteCredentials as RemoteCredentials
    from sts.v2.credentials import SAMLCredentials as SAMLCredentials
    from sts.v2.credentials import SharedIniFileCredentials as SharedIniFileCredentials
    from sts.v2.credentials import SsoCredentials as SsoCredentials
    from sts.v2.credentials import TemporaryCredentials as TemporaryCredentials
    from sts.v2.credentials import TokenFileWebIdentityCredentials as TokenFileWebIdentityCredentials
    from sts.v2.credentials import WebIdentityCredentials as WebIdentityCredentials
    from sts.v2.credentials.identity import Credentials as Credentials
    from sts.v2.global_events import events as events
    from sts.v2.request import Endpoint as Endpoint
    from sts.v2.request import Request as Request
    from sts.v2.request import Response as Response

_CREDENTIAL_CLASSES = (
    "ChainableTemporaryCredentials",
    "CognitoIdentityCredentials",
    "CredentialProviderChain",
    "EC2MetadataCredentials",
    "ECSCredentials",
    "EnvironmentCredentials",
    "FileSystemCredentials",
    "ProcessCredentials",
    "RemoteCredentials",
    "SAMLCredentials",
    "SharedIniFileCredentials",
    "SsoCredentials",
    "TemporaryCredentials",
    "TokenFileWebIdentityCredentials",
    "WebIdentityCredentials",
)
_HOMES = {
    "STS": "client",
    "Config": "configuration",
    "config": "configuration",
    "Credentials": "credentials.identity",
    "Endpoint": "request",
    "Request": "request",
    "Response": "request",
    "events": "global_events",
    **dict.fromkeys(_CREDENTIAL_CLASSES, "credentials"),
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'sts.v2' has no attribute {name!r}")
    value = getattr(import_module(f"sts.v2.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
