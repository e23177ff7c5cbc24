"""
Where the value of an option comes from: argument, environment, profile or default.

In: the options of a client, the environment and the shared files. Out: one frozen `Settings`. Nobody else reads the
environment for a setting. Uses the floors up to `endpoints` and `logs`.
"""
