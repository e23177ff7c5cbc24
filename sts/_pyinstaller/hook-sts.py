"""Add every module that programs need: which ones are loaded is known only when a name is used."""

from importlib.util import find_spec

from PyInstaller.utils.hooks import collect_submodules

_LEFT_OUT = ("sts.testing", "sts.integrations.", "sts._pyinstaller")
_BY_NAME = (
    "certifi",
    "jmespath",
    "requests",
    "rich.box",
    "rich.console",
    "rich.progress",
    "rich.table",
    "rich.text",
    "xmltodict",
)
"""Modules of others that are loaded by name; some belong to extras, and are added where they are installed."""

hiddenimports = [name for name in collect_submodules("sts", on_error="ignore") if not name.startswith(_LEFT_OUT)]
hiddenimports += ["sts.integrations.requests_auth", "sts.integrations.service_signer"]
hiddenimports += [name for name in _BY_NAME if find_spec(name.partition(".")[0])]
