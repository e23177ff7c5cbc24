"""
Retries: strategies, and the classification of errors.

In: an error and the attempts so far. Out: a delay before the next attempt, or the decision to give up. Uses the floors up to
`settings`.
"""

from __future__ import annotations

from sts.retry.standard import ConfiguredRetry as ConfiguredRetry
from sts.retry.standard import NoRetry as NoRetry
from sts.retry.standard import RetryStrategy as RetryStrategy
from sts.retry.standard import RetryToken as RetryToken
from sts.retry.standard import StandardRetry as StandardRetry
