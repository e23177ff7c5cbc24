"""
Communication of providers with services: STS calls, HTTP documents, service URLs.

In: the `Context` of a provider. Out: documents and `Credentials`.
"""
