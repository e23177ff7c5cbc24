"""What an access key id tells by itself."""

from __future__ import annotations

import base64

_LENGTH = 20
_NEW_FORMAT = frozenset("QRSTUVWXYZ234567")
"""The fifth characters of ids that hold an account; ids made before about 2019 do not."""


def account_id_from_access_key_id(access_key_id: str) -> str | None:
    """
    Return the account (12 digits) that *access_key_id* belongs to, or None if it does not tell.

    Needs no network and no permission. AWS does not document the format, so take it as a hint: `client.get_access_key_info()`
    is the authority, and the only way for ids of the old format.
    """
    text = access_key_id
    if not isinstance(text, str) or len(text) != _LENGTH or text[4] not in _NEW_FORMAT:
        return None
    try:
        number = int.from_bytes(base64.b32decode(text[4:])[:6], "big")
    except ValueError:
        return None
    return f"{(number & 0x7FFFFFFFFF80) >> 7:012d}"
