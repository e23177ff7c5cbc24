"""Drivers, which perform the effects of a flow: on threads or on asyncio."""
