"""Credentials from an async function: `credentials=` of `AsyncSTS`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sts.credentials.normalize import CallableProvider
from sts.drivers.coroutines import run_coroutine


class CoroutineProvider(CallableProvider):
    """Provider that awaits *function* on the loop of the call. It returns any form that `credentials=` accepts."""

    def __init__(self, function: Callable[[], Awaitable[Any]]) -> None:
        async def wait() -> Any:
            return await function()

        super().__init__(lambda: run_coroutine(wait()))
