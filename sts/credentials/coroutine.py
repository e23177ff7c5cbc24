"""Credentials from an async function: `credentials=` of `AsyncSTS`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sts.credentials.normalize import credentials_of
from sts.drivers.coroutines import run_coroutine
from sts.identity import Credentials


class CoroutineProvider:
    """Provider that awaits *function*, which returns credentials in any form that `credentials=` accepts."""

    def __init__(self, function: Callable[[], Awaitable[Any]]) -> None:
        self._function = function

    def retrieve(self) -> Credentials:
        """Run the function on the loop of the call, and return its result as `Credentials`."""
        return credentials_of(run_coroutine(self._await()))

    async def _await(self) -> Any:
        return await self._function()
