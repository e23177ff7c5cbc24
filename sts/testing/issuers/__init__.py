"""What third parties issue, for tests: OIDC tokens, SAML assertions, MFA codes, encoded messages."""
