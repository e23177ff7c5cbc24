"""STS servers written by others that need more than an installation with pip, and an identity provider for them."""
