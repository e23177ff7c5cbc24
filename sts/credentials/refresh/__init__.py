"""
Refresh of credentials: the cache in memory, the disk cache and its locks.

In: a provider. Out: cached credentials, refreshed before they expire.
"""
