"""
Credential providers, one module for each source.

In: a `Context` or explicit arguments. Out: an object with `retrieve()`.
"""
