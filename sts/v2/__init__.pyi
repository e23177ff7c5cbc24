"""Made from `__init__.py` by `python -m tests.tools.generate`; do not edit."""

from sts.v2.aws_util import util as util
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
from sts.v2.executor import SequentialExecutor as SequentialExecutor
from sts.v2.executor import events as events
from sts.v2.http import Endpoint as Endpoint
from sts.v2.http import HttpRequest as HttpRequest
from sts.v2.request import Request as Request
from sts.v2.response import Response as Response

VERSION: str
config: Config
__all__: list[str]
