"""Drivers: they perform the effects of a flow, for threads or for asyncio."""
