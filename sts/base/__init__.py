"""
Small building blocks without knowledge of AWS: records, fork safety, time, spelling, JSON, text.

Floor 1: imports nothing else of this package.
"""
