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
    from sts.v2.credentials.chain import CredentialProviderChain as CredentialProviderChain
    from sts.v2.credentials.identity import Credentials as Credentials
    from sts.v2.credentials.issued import ChainableTemporaryCredentials as ChainableTemporaryCredentials
    from sts.v2.credentials.issued import CognitoIdentityCredentials as CognitoIdentityCredentials
    from sts.v2.credentials.issued import SAMLCredentials as SAMLCredentials
    from sts.v2.credentials.issued import TemporaryCredentials as TemporaryCredentials
    from sts.v2.credentials.issued import TokenFileWebIdentityCredentials as TokenFileWebIdentityCredentials
    from sts.v2.credentials.issued import WebIdentityCredentials as WebIdentityCredentials
    from sts.v2.credentials.local import EC2MetadataCredentials as EC2MetadataCredentials
    from sts.v2.credentials.local import ECSCredentials as ECSCredentials
    from sts.v2.credentials.local import EnvironmentCredentials as EnvironmentCredentials
    from sts.v2.credentials.local import FileSystemCredentials as FileSystemCredentials
    from sts.v2.credentials.local import ProcessCredentials as ProcessCredentials
    from sts.v2.credentials.local import RemoteCredentials as RemoteCredentials
    from sts.v2.credentials.local import SharedIniFileCredentials as SharedIniFileCredentials
    from sts.v2.credentials.local import SsoCredentials as SsoCredentials
    from sts.v2.functions import util as util
    from sts.v2.global_events import SequentialExecutor as SequentialExecutor
    from sts.v2.global_events import events as events
    from sts.v2.http import Endpoint as Endpoint
    from sts.v2.http import HttpRequest as HttpRequest
    from sts.v2.request import Request as Request
    from sts.v2.response import Response as Response

    config: Config

_LOCAL = (
    "EC2MetadataCredentials",
    "ECSCredentials",
    "EnvironmentCredentials",
    "FileSystemCredentials",
    "ProcessCredentials",
    "RemoteCredentials",
    "SharedIniFileCredentials",
    "SsoCredentials",
)
_ISSUED = (
    "ChainableTemporaryCredentials",
    "CognitoIdentityCredentials",
    "SAMLCredentials",
    "TemporaryCredentials",
    "TokenFileWebIdentityCredentials",
    "WebIdentityCredentials",
)
_HOMES = {
    "STS": "client",
    "Config": "configuration",
    "Credentials": "credentials.identity",
    "Endpoint": "http",
    "HttpRequest": "http",
    "Request": "request",
    "Response": "response",
    "events": "global_events",
    "SequentialExecutor": "global_events",
    "util": "functions",
    "CredentialProviderChain": "credentials.chain",
    **dict.fromkeys(_LOCAL, "credentials.local"),
    **dict.fromkeys(_ISSUED, "credentials.issued"),
}

VERSION = "2.1693.0"
"""The version of `aws-sdk` that the namespace follows."""
__all__ = [*_HOMES, "VERSION", "config"]


def __getattr__(name: str) -> object:
    if name == "config":
        return _make_config()
    if name in _HOMES:
        value: object = getattr(import_module(f"sts.v2.{_HOMES[name]}"), name)
    else:
        raise AttributeError(f"module 'sts.v2' has no attribute {name!r}")
    globals()[name] = value
    return value


def _make_config() -> object:
    """Make `config` when it is first used: it holds what the environment says then, as v2's does at its start."""
    kind = import_module("sts.v2.configuration").Config
    made = globals()["config"] = kind.__new__(kind)  # already there while it loads credentials, whose classes read it
    made.__init__()
    return made


def __dir__() -> list[str]:
    return sorted(__all__)
