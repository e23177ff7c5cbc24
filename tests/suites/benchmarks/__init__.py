"""Benchmarks against peers: `python -m tests.suites.benchmarks`."""
