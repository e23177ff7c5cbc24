"""STS servers that others wrote, beyond those that pip installs ready to run, and the identity provider they ask."""
