"""Explanation of a client: each setting with its source, the endpoint, and the result of each credential provider."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from typing import Any

from sts.base.records import Record
from sts.base.text import fold, three_columns
from sts.credentials.chain.chain import NOT_ASKED, ProviderChain, Verdict, name_of_provider
from sts.credentials.choose import choose_credentials, metadata_region
from sts.errors import STSError
from sts.identity import Credentials, obtain
from sts.pipeline.call import Wiring
from sts.pipeline.wiring import flatten_http_options
from sts.settings.profile_notices import notices
from sts.settings.profiles import load_profiles
from sts.settings.settings import Settings, endpoint_of, explain_settings, resolve_settings, signing_note


class SettingLine(Record):
    """One setting: its *name*, its *value* without secrets, and its *source*."""

    name: str
    value: str
    source: str


class Explanation(Record):
    """
    Explanation of a client. `str()` returns the report, without secrets.

    Attributes:
        settings: each setting with its source.
        endpoint: URL of the calls, or None if there is none.
        signing_region: region for which requests are signed.
        providers: result of each credential provider, in the order of the calls.
        credentials: masked credentials that sign the calls, with their source, or None.
        problems: problems that prevent the client from working.
        notices: entries of the shared files without effect, and a configured region that is not the signing region.

    """

    settings: tuple[SettingLine, ...]
    endpoint: str | None
    signing_region: str | None
    providers: tuple[Verdict, ...]
    credentials: str | None
    problems: tuple[str, ...]
    notices: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as plain dicts and lists, for JSON."""
        lists = {
            "settings": [line._asdict() for line in self.settings],
            "providers": [verdict._asdict() for verdict in self.providers],
            "problems": list(self.problems),
            "notices": list(self.notices),
        }
        return {**self._asdict(), **lists}

    def __str__(self) -> str:
        return self.text()

    def text(self, width: int | None = None) -> str:
        """Return the report. With a *width*, lines are at most that long, for a terminal."""
        rows = [(line.name, line.value, line.source) for line in self.settings]
        providers = [(verdict.name, "yes" if verdict.gave else "no", verdict.reason) for verdict in self.providers]
        region = f", signed for {self.signing_region}" if self.signing_region else ""
        parts = [
            "Settings",
            *three_columns(rows, width),
            *_line(f"Endpoint: {self.endpoint or 'none'}{region}", width),
            "Credential providers, in the order in which they are called",
            *three_columns(providers, width),
            *_line(f"Credentials: {self.credentials or 'none'}", width),
            *(line for problem in self.problems for line in _line(f"Problem: {problem}", width)),
            *(line for notice in self.notices for line in _line(f"Notice: {notice}", width)),
        ]
        return "\n".join(parts)


def _line(text: str, width: int | None) -> list[str]:
    return [text] if width is None else fold(text, width, "  ", whole_words=True)


def explain(options: Mapping[str, Any], wiring: Wiring | None = None, *, ask: bool = True) -> Explanation:
    """
    Explain the client with *options*, or with *wiring* if it is given.

    With *ask*, its credential providers are called unless credentials are cached. They read files and may send requests to
    metadata services, SSO or STS. Errors are not raised but listed as problems.
    """
    settings, problems = (wiring.settings, []) if wiring else _settings(options, ask=ask)
    if settings is None:
        return Explanation((), None, None, (), None, tuple(problems))
    lines = tuple(SettingLine(*line) for line in explain_settings(settings))
    try:
        found = notices(load_profiles(os.environ), settings.profile)
    except STSError:  # a file that cannot be read is a problem, which is listed already
        found = ()
    endpoint, region = None, None
    try:
        resolved = wiring.endpoint if wiring else endpoint_of(settings)
        endpoint, region = resolved.url, resolved.signing_region
        found += tuple(filter(None, [signing_note(settings, resolved)]))
    except STSError as error:
        problems.append(str(error))
    verdicts, credentials = _providers(options, settings, wiring, problems, ask=ask)
    return Explanation(lines, endpoint, region, verdicts, credentials, tuple(problems), found)


def _settings(options: Mapping[str, Any], *, ask: bool) -> tuple[Settings | None, list[str]]:
    environ = os.environ
    region = partial(metadata_region, environ) if ask else None
    try:
        return resolve_settings(flatten_http_options(options), environ, lambda: load_profiles(environ), region), []
    except STSError as error:
        return None, [str(error)]


def _providers(
    options: Mapping[str, Any], settings: Settings, wiring: Wiring | None, problems: list[str], *, ask: bool
) -> tuple[tuple[Verdict, ...], str | None]:
    """Return the results of the providers and the masked credentials."""
    try:
        provider: Any = wiring.credentials if wiring else choose_credentials(options, settings, os.environ)
    except STSError as error:
        problems.append(str(error))
        return (), None
    inner = getattr(provider, "provider", provider)
    found = None
    if ask:
        try:
            found = obtain(provider)
        except Exception as error:  # noqa: BLE001 - whatever a provider raises is what is to be explained
            # Only the type of an error of other code: its text may contain a secret.
            problems.append(str(error) if isinstance(error, STSError) else f"{type(error).__name__} (its text is not shown)")
    shown = f"{found!r} from {found.source or 'an unnamed source'}" if found is not None else None
    return _verdicts(inner, found, problems, ask=ask), shown


def _verdicts(provider: Any, found: Credentials | None, problems: list[str], *, ask: bool) -> tuple[Verdict, ...]:
    if isinstance(provider, ProviderChain):
        answered = provider.verdicts
        reason = NOT_ASKED if answered else "not called"
        return (*answered, *(Verdict(name, reason) for name in provider.names[len(answered) :]))
    reason = f"gave {found!r}" if found is not None else (problems[-1] if ask and problems else "not called")
    return (Verdict(name_of_provider(provider), reason, found is not None),)
