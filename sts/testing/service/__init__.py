"""
The service behind `LocalSTS`: accounts, sessions, signatures, operations and refusals.

In: a parsed request. Out: a result or a refusal as AWS words it.
"""
