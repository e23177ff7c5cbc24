"""
The commands, one module for each or for a few that belong together.

`command_table` lists them. The parser loads the module of a command when it is called. May use everything below `cli`.
"""
