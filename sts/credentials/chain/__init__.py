"""
The default provider chain, and what a profile configures.

In: a `Context` (environment, options of the client). Out: a `ProviderChain`.
"""
