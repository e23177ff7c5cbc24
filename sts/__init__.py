"""
The Python client for AWS Security Token Service.

    from sts import STS
    STS(region="eu-west-1").get_caller_identity()

Names are loaded when first used, so that importing this package costs next to nothing.
"""

from __future__ import annotations

from sts._version import __version__

TYPE_CHECKING = False  # type checkers take it for typing's, and typing is not imported
if TYPE_CHECKING:
    from sts.arns import Arn as Arn
    from sts.arns import account_id_from_access_key_id as account_id_from_access_key_id
    from sts.arns import parse_arn as parse_arn
    from sts.assumers import get_default_role_assumer as get_default_role_assumer
    from sts.assumers import get_default_role_assumer_with_web_identity as get_default_role_assumer_with_web_identity
    from sts.authorization_messages import decode_authorization_message as decode_authorization_message
    from sts.base.json import to_json as to_json
    from sts.calling.promise import Promise as Promise
    from sts.calling.request import Request as Request
    from sts.calling.request import Response as Response
    from sts.client import STS as STS
    from sts.client import AsyncSTS as AsyncSTS
    from sts.client import STSClient as STSClient
    from sts.commands import AssumeRoleCommand as AssumeRoleCommand
    from sts.commands import AssumeRoleWithSAMLCommand as AssumeRoleWithSAMLCommand
    from sts.commands import AssumeRoleWithWebIdentityCommand as AssumeRoleWithWebIdentityCommand
    from sts.commands import AssumeRootCommand as AssumeRootCommand
    from sts.commands import Command as Command
    from sts.commands import DecodeAuthorizationMessageCommand as DecodeAuthorizationMessageCommand
    from sts.commands import GetAccessKeyInfoCommand as GetAccessKeyInfoCommand
    from sts.commands import GetCallerIdentityCommand as GetCallerIdentityCommand
    from sts.commands import GetDelegatedAccessTokenCommand as GetDelegatedAccessTokenCommand
    from sts.commands import GetFederationTokenCommand as GetFederationTokenCommand
    from sts.commands import GetScopedCredentialsCommand as GetScopedCredentialsCommand
    from sts.commands import GetSessionTokenCommand as GetSessionTokenCommand
    from sts.commands import GetWebIdentityTokenCommand as GetWebIdentityTokenCommand
    from sts.credentials.assumed import assume_role_credentials as assume_role_credentials
    from sts.credentials.assumed import mfa_session as mfa_session
    from sts.credentials.assumed import web_identity_credentials as web_identity_credentials
    from sts.credentials.providers.session_names import session_name as session_name
    from sts.credentials.refresh.disk_cache import DiskCache as DiskCache
    from sts.credentials.refreshing import RefreshingCredentials as RefreshingCredentials
    from sts.credentials.refreshing import profile_credentials as profile_credentials
    from sts.credentials.usable import wait_until_usable as wait_until_usable
    from sts.endpoints import partition_of as partition_of
    from sts.errors import ConfigError as ConfigError
    from sts.errors import ConnectTimeoutError as ConnectTimeoutError
    from sts.errors import CredentialsError as CredentialsError
    from sts.errors import DeadlineExceededError as DeadlineExceededError
    from sts.errors import EndpointConnectionError as EndpointConnectionError
    from sts.errors import ExpiredTokenException as ExpiredTokenException
    from sts.errors import ExpiredTradeInTokenException as ExpiredTradeInTokenException
    from sts.errors import IDPCommunicationErrorException as IDPCommunicationErrorException
    from sts.errors import IDPRejectedClaimException as IDPRejectedClaimException
    from sts.errors import InsufficientSessionLifetimeException as InsufficientSessionLifetimeException
    from sts.errors import InvalidAuthorizationMessageException as InvalidAuthorizationMessageException
    from sts.errors import InvalidContextAssertionException as InvalidContextAssertionException
    from sts.errors import InvalidIdentityTokenException as InvalidIdentityTokenException
    from sts.errors import InvalidSubjectCredentialsException as InvalidSubjectCredentialsException
    from sts.errors import JWTPayloadSizeExceededException as JWTPayloadSizeExceededException
    from sts.errors import MalformedPolicyDocumentException as MalformedPolicyDocumentException
    from sts.errors import MissingRegionError as MissingRegionError
    from sts.errors import NotConfiguredError as NotConfiguredError
    from sts.errors import OutboundWebIdentityFederationDisabledException as OutboundWebIdentityFederationDisabledException
    from sts.errors import PackedPolicyTooLargeException as PackedPolicyTooLargeException
    from sts.errors import ParamValidationError as ParamValidationError
    from sts.errors import ProfileNotFoundError as ProfileNotFoundError
    from sts.errors import ProfileParseError as ProfileParseError
    from sts.errors import ProxyError as ProxyError
    from sts.errors import ReadTimeoutError as ReadTimeoutError
    from sts.errors import RegionDisabledException as RegionDisabledException
    from sts.errors import RequestAbortedError as RequestAbortedError
    from sts.errors import ResponseParseError as ResponseParseError
    from sts.errors import ServiceError as STSServiceException
    from sts.errors import ServiceError as ServiceError
    from sts.errors import SessionDurationEscalationException as SessionDurationEscalationException
    from sts.errors import STSError as STSError
    from sts.errors import TLSError as TLSError
    from sts.errors import TransportError as TransportError
    from sts.errors import ValidationProblem as ValidationProblem
    from sts.fan_out import assume_many as assume_many
    from sts.fan_out import assume_many_async as assume_many_async
    from sts.http import AbortController as AbortController
    from sts.http import AbortSignal as AbortSignal
    from sts.http import Control as Control
    from sts.http import Headers as Headers
    from sts.http import HttpRequest as HttpRequest
    from sts.http import HttpResponse as HttpResponse
    from sts.identity import CredentialProvider as CredentialProvider
    from sts.identity import Credentials as Credentials
    from sts.logs import enable_logging as enable_logging
    from sts.pipeline.presign import PresignedRequest as PresignedRequest
    from sts.tokens.presigned import RejectedTokenError as RejectedTokenError

_MODULES = {
    "sts.arns": (
        "Arn",
        "account_id_from_access_key_id",
        "parse_arn",
    ),
    "sts.assumers": (
        "get_default_role_assumer",
        "get_default_role_assumer_with_web_identity",
    ),
    "sts.authorization_messages": ("decode_authorization_message",),
    "sts.base.json": ("to_json",),
    "sts.calling.promise": ("Promise",),
    "sts.calling.request": (
        "Request",
        "Response",
    ),
    "sts.client": (
        "AsyncSTS",
        "STS",
        "STSClient",
    ),
    "sts.commands": (
        "AssumeRoleCommand",
        "AssumeRoleWithSAMLCommand",
        "AssumeRoleWithWebIdentityCommand",
        "AssumeRootCommand",
        "Command",
        "DecodeAuthorizationMessageCommand",
        "GetAccessKeyInfoCommand",
        "GetCallerIdentityCommand",
        "GetDelegatedAccessTokenCommand",
        "GetFederationTokenCommand",
        "GetScopedCredentialsCommand",
        "GetSessionTokenCommand",
        "GetWebIdentityTokenCommand",
    ),
    "sts.credentials.assumed": (
        "assume_role_credentials",
        "mfa_session",
        "web_identity_credentials",
    ),
    "sts.credentials.providers.session_names": ("session_name",),
    "sts.credentials.refresh.disk_cache": ("DiskCache",),
    "sts.credentials.refreshing": (
        "RefreshingCredentials",
        "profile_credentials",
    ),
    "sts.credentials.usable": ("wait_until_usable",),
    "sts.endpoints": ("partition_of",),
    "sts.errors": (
        "ConfigError",
        "ConnectTimeoutError",
        "CredentialsError",
        "DeadlineExceededError",
        "EndpointConnectionError",
        "ExpiredTokenException",
        "ExpiredTradeInTokenException",
        "IDPCommunicationErrorException",
        "IDPRejectedClaimException",
        "InsufficientSessionLifetimeException",
        "InvalidAuthorizationMessageException",
        "InvalidContextAssertionException",
        "InvalidIdentityTokenException",
        "InvalidSubjectCredentialsException",
        "JWTPayloadSizeExceededException",
        "MalformedPolicyDocumentException",
        "MissingRegionError",
        "NotConfiguredError",
        "OutboundWebIdentityFederationDisabledException",
        "PackedPolicyTooLargeException",
        "ParamValidationError",
        "ProfileNotFoundError",
        "ProfileParseError",
        "ProxyError",
        "ReadTimeoutError",
        "RegionDisabledException",
        "RequestAbortedError",
        "ResponseParseError",
        "STSError",
        "ServiceError",
        "SessionDurationEscalationException",
        "TLSError",
        "TransportError",
        "ValidationProblem",
    ),
    "sts.fan_out": (
        "assume_many",
        "assume_many_async",
    ),
    "sts.http": (
        "AbortController",
        "AbortSignal",
        "Control",
        "Headers",
        "HttpRequest",
        "HttpResponse",
    ),
    "sts.identity": (
        "CredentialProvider",
        "Credentials",
    ),
    "sts.logs": ("enable_logging",),
    "sts.pipeline.presign": ("PresignedRequest",),
    "sts.tokens.presigned": ("RejectedTokenError",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}
_ALIASES = {"STSServiceException": "ServiceError"}

__all__ = ["STSServiceException", "__version__", *_HOMES]


def __getattr__(name: str) -> object:
    target = _ALIASES.get(name, name)
    if target not in _HOMES:
        raise AttributeError(f"module 'sts' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[target]), target)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
