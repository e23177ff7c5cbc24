"""Output settings of the environment and the profile, as the AWS CLI reads them."""

from __future__ import annotations

import os
from typing import Any

from sts.cli.session import profile_section
from sts.errors import ConfigError

FORMS = {form: form for form in ("json", "text", "table", "yaml", "yaml-stream", "off")}
TIMES = {"wire": "wire", "none": "wire", "iso8601": "iso8601"}
"""Values of `cli_timestamp_format`; `none` is an old name of `wire`, which is the AWS CLI 1's default."""


def configured_output(arguments: Any) -> tuple[str, str]:
    """
    Return the output form and the format of times.

    The form is that of `--output`, AWS_DEFAULT_OUTPUT, the profile's `output`, or JSON. Raises ConfigError for unknown values.
    """
    section = profile_section(arguments)
    candidates = (
        ("--output", arguments.output),
        ("AWS_DEFAULT_OUTPUT", os.environ.get("AWS_DEFAULT_OUTPUT")),
        ("output in the profile", section.get("output")),
        ("the default", "json"),
    )
    where, form = next((where, form) for where, form in candidates if form)
    times = section.get("cli_timestamp_format") or "wire"
    return _known(where, form, FORMS), _known("cli_timestamp_format in the profile", times, TIMES)


def _known(where: str, value: Any, known: dict[str, str]) -> str:
    if value not in known:
        raise ConfigError(f"{where} is {value!r}. Use one of {', '.join(known)}.")
    return known[value]
