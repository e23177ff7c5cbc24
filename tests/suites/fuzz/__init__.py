"""Fuzzing: whatever comes in from outside, only our exceptions come out. `python -m tests.suites.fuzz` runs it for long."""
