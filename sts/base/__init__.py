"""
Small building blocks that know nothing of AWS: records, fork safety, time, spelling, JSON, text.

Floor 1: imports nothing else of this package.
"""
