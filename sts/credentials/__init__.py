"""Credentials: the value, the providers that obtain it, and the cache that refreshes it."""
