"""
Assume one role in many accounts: `assume_many` and `assume_many_async`.

    for result in assume_many(accounts, role_name="Audit"):
        print(result.account, result.error or result.credentials)
"""

from __future__ import annotations

from sts.fan_out.asynchronous import assume_many_async
from sts.fan_out.blocking import assume_many
from sts.fan_out.results import Assumed, Progress, Summary, result_record

__all__ = ["Assumed", "Progress", "Summary", "assume_many", "assume_many_async", "result_record"]
