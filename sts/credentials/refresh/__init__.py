"""
Credentials that stay fresh: the refresher, the disk cache and its locks.

In: a provider. Out: cached credentials, refreshed before they expire.
"""
