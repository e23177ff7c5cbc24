"""Fuzzing: for any input, only our exceptions are raised. `python -m tests.suites.fuzz` runs it for long."""
