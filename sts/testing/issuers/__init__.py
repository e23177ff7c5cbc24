"""Test versions of tokens of third parties: OIDC tokens, SAML assertions, MFA codes."""
