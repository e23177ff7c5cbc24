"""
The HTTP server of `LocalSTS`: sockets, TLS, faults and the record of calls.

In: bytes from a client. Out: a parsed request for `testing.service`, and the bytes of its response.
"""
