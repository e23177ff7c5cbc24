"""Made from `__init__.py` by `python -m tests.tools.generate`; do not edit."""

from sts.handlers.choose import acquire_handler as acquire_handler
from sts.handlers.choose import drop_handler as drop_handler
from sts.handlers.choose import handler_kind as handler_kind
from sts.handlers.choose import release_handler as release_handler
from sts.handlers.choose import session_handler as session_handler
from sts.handlers.direct import DirectHandler as DirectHandler
from sts.handlers.direct_async import AsyncDirectHandler as AsyncDirectHandler
from sts.handlers.options import Cert as Cert
from sts.handlers.options import HandlerOptions as HandlerOptions
from sts.handlers.options import handler_options as handler_options
from sts.handlers.requests import RequestsHandler as RequestsHandler
from sts.handlers.urllib3 import Urllib3Handler as Urllib3Handler

__all__: list[str]
