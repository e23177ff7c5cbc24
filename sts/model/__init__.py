"""
The service model as data: shapes, the table of operations, patterns, and the words that describe them.

In: nothing. Out: frozen shapes that every other room reads. Floor 2: uses `base` only.
"""
