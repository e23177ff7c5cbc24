"""
The service behind `LocalSTS`: accounts, sessions, signatures, operations and error responses.

In: a parsed request. Out: a result, or an error response in the wording of AWS.
"""
