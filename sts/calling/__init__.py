"""
How a user writes a call: arguments, methods, requests, promises, listeners.

In: a call in any calling style. Out: a `Call` for the pipeline, and its outcome in the user's style.
"""
