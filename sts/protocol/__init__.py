"""
Conversion of dicts to bytes and back: normalize, validate, serialize, parse. Pure functions without I/O.

In: params, or the bytes of a response. Out: the body of a request, a result, or an error with its hint.
"""
