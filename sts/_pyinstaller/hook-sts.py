"""Add every module that programs need: which ones are loaded is known only when a name is used."""

from PyInstaller.utils.hooks import collect_submodules

_OPTIONAL = ("sts.testing", "sts.integrations.", "sts._pyinstaller")
hiddenimports = [name for name in collect_submodules("sts", on_error="ignore") if not name.startswith(_OPTIONAL)]
hiddenimports += ["sts.integrations.requests_auth", "sts.integrations.service_signer", "xmltodict", "requests"]
