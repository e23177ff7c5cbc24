"""
The order of a call: resolve, validate, serialize, sign, send, parse, recover, retry. No I/O.

In: a `Call`. Out: a generator (`Flow`) that yields the I/O it needs; a driver performs it.
"""
