"""
Resolution of options: argument, environment, profile or default.

In: the options of a client, the environment and the shared files. Out: one frozen `Settings`. No other room reads the
environment for a setting. Uses the floors up to `endpoints` and `logs`.
"""
