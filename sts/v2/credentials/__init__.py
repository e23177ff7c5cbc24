"""
v2's classes of credentials: `identity` has `AWS.Credentials` itself, `chain` the chain, `local` what this machine holds or
hands out, `issued` what STS and Cognito issue, and `provided` what the classes have in common.
"""
