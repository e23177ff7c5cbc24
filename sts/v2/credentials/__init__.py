"""
Credential classes of v2: `identity` has `AWS.Credentials`, `chain` the provider chain, `local` credentials of this machine,
`issued` credentials from STS and Cognito, and `provided` the shared base.
"""
