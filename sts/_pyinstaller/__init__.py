"""
Hook for PyInstaller, found by the entry point `pyinstaller40`. It adds the modules that are loaded by name to frozen programs.

Source: PyInstaller's manual, "Providing PyInstaller Hooks with your Package".
"""

from __future__ import annotations

import os


def hook_directories() -> list[str]:
    """Return the folder of the hooks."""
    return [os.path.dirname(__file__)]
