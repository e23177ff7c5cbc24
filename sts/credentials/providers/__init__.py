"""
One module for each source of credentials.

In: a `Context` or explicit arguments. Out: an object with `retrieve()`.
"""
