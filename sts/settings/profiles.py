"""
Read the shared files `~/.aws/config` and `~/.aws/credentials`: where they are, what each says, and both merged.

Nothing is kept between calls: who wants the files as they are now calls `load_profiles` again.
"""

from __future__ import annotations

import logging
import os
import re
import stat
import sys
from collections.abc import Callable, Mapping

from sts.base.records import Record, refuse_pickle
from sts.errors import ProfileNotFoundError
from sts.settings.sections import NAME, Section, parse_sections

if sys.platform != "win32":
    import pwd

WINDOWS = os.name == "nt"

_QUOTED = r"""(["'])([^"']+)\1"""
_PREFIXED = r"(?s:(profile|sso-session|services)\s+(.*))"
_PLAIN_DEFAULT = "[default]"
_VARIABLE = r"\$(\w+)|\$\{([^}]*)\}"

_logger = logging.getLogger("sts")


class SharedFile(Record):
    """
    Hold what one shared file said.

    *shown* is the path with `~` for the home directory; *status* is "read", "not there" or why it could not be read;
    *ignored* says of each section that is not used how it should be written.
    """

    path: str
    shown: str
    status: str
    profiles: dict[str, Section]
    sso_sessions: dict[str, Section]
    services: dict[str, Section]
    ignored: dict[str, str]

    def __reduce_ex__(self, protocol: object) -> str:
        return refuse_pickle(self, protocol)

    def __repr__(self) -> str:
        return f"<SharedFile {self.shown} {self.status} profiles={list(self.profiles)}>"


class Profiles(Record):
    """
    Hold both shared files merged; where both set a property of a profile, the credentials file wins.

    The values are in clear, secrets too; `repr` shows names only.
    """

    profiles: dict[str, Section]
    sso_sessions: dict[str, Section]
    services: dict[str, Section]
    config: SharedFile
    credentials: SharedFile

    def __reduce_ex__(self, protocol: object) -> str:
        return refuse_pickle(self, protocol)

    def origin(self, name: str, key: str) -> str:
        """Return the file that gave property *key* of profile *name*, as `~/.aws/config`; "" where none did."""
        for file in (self.credentials, self.config):
            if key in file.profiles.get(name, ()):
                return file.shown
        return ""

    def section(self, name: str) -> Section:
        """Return the properties of profile *name*; `ProfileNotFoundError` says what there is instead."""
        if name not in self.profiles:
            raise ProfileNotFoundError(_not_found(self, name))
        return self.profiles[name]

    def __repr__(self) -> str:
        return f"<Profiles {list(self.profiles)} from {self.config.shown} and {self.credentials.shown}>"


def load_profiles(environ: Mapping[str, str]) -> Profiles:
    """
    Read both shared files as they are now; a missing file is an empty one.

    Raises `ProfileParseError`, which names file and line and never shows a value.
    """
    home = home_directory(environ)
    config_path, credentials_path = profile_files(environ)
    config = _read(config_path, _shown(config_path, home), _sort_config_section)
    credentials = _read(credentials_path, _shown(credentials_path, home), _sort_credentials_section)
    profiles = config.profiles
    if credentials.profiles:
        profiles = {name: {**section, **credentials.profiles.get(name, {})} for name, section in config.profiles.items()}
        for name, section in credentials.profiles.items():
            profiles.setdefault(name, section)
    return Profiles(profiles, config.sso_sessions, config.services, config, credentials)


def profile_files(environ: Mapping[str, str], *, windows: bool = WINDOWS) -> tuple[str, str]:
    """
    Return the paths of the config and the credentials file.

    `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` name them; else they are in `.aws` of the home directory.
    """
    home = home_directory(environ, windows=windows)
    folder = "\\.aws\\" if windows else "/.aws/"
    config, credentials = environ.get("AWS_CONFIG_FILE"), environ.get("AWS_SHARED_CREDENTIALS_FILE")
    return (
        expand_path(config, environ, windows=windows) if config else f"{home}{folder}config",
        expand_path(credentials, environ, windows=windows) if credentials else f"{home}{folder}credentials",
    )


def home_directory(environ: Mapping[str, str], *, windows: bool = WINDOWS) -> str:
    """
    Return the user's home, `~` if there is none.

    `HOME`; then on Windows `USERPROFILE`, then `HOMEDRIVE` and `HOMEPATH` together, elsewhere the user database.
    """
    home = environ.get("HOME")
    if not home and windows:
        home = environ.get("USERPROFILE") or environ.get("HOMEDRIVE", "") + environ.get("HOMEPATH", "")
    elif not home:
        home = _home_in_user_database()
    return home.rstrip("\\/" if windows else "/") if home else "~"


def expand_path(path: str, environ: Mapping[str, str], *, windows: bool = WINDOWS) -> str:
    """Return *path* with a leading `~` and `$NAME` or `${NAME}` replaced, as boto3 does; unknown names stay."""
    path = re.sub(_VARIABLE, lambda found: environ.get(found[1] or found[2], found[0]), path)
    if path[:1] != "~":
        return path
    if len(path) == 1 or path[1] == "/" or (windows and path[1] == "\\"):
        return home_directory(environ, windows=windows) + path[1:]
    return os.path.expanduser(path)


def _home_in_user_database() -> str:
    if sys.platform == "win32":
        return ""
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:  # containers run as users nobody wrote down
        return ""


def _shown(path: str, home: str) -> str:
    return "~" + path[len(home) :] if home and path.startswith((home + "/", home + "\\")) else path


def _read(path: str, shown: str, sort: Callable[[SharedFile, str, Section], None]) -> SharedFile:
    file = SharedFile(path, shown, "read", {}, {}, {}, {})
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe could block for ever
            return file._replace(status="not a regular file")
        with open(path, "rb") as stream:
            data = stream.read()
    except (FileNotFoundError, NotADirectoryError):
        return file._replace(status="not there")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        _logger.warning("The shared file %s cannot be read (%s); going on without it.", shown, reason)
        return file._replace(status=f"cannot be read: {reason}")
    for header, properties in parse_sections(data, shown):
        sort(file, header, properties)
    return file._replace(profiles=_prefer_prefixed_default(file.profiles))


def _sort_config_section(file: SharedFile, header: str, properties: Section) -> None:
    prefixed = re.fullmatch(_PREFIXED, header)
    name = _name(prefixed[2]) if prefixed else None
    if prefixed and name:
        kinds = {"profile": file.profiles, "sso-session": file.sso_sessions, "services": file.services}
        kinds[prefixed[1]].setdefault(name, {}).update(properties)
    elif header == "default":
        file.profiles.setdefault(_PLAIN_DEFAULT, {}).update(properties)
    elif prefixed:
        file.ignored[prefixed[2]] = f"[{header}] in {file.shown} is not used: put the name in quotes"
    else:
        file.ignored[header] = f"[{header}] in {file.shown} is not used: there it is written [profile {header}]"


def _sort_credentials_section(file: SharedFile, header: str, properties: Section) -> None:
    name = _name(header)
    if name:
        file.profiles.setdefault(name, {}).update(properties)
    elif header.startswith("profile"):
        file.ignored[header[7:].strip()] = f"[{header}] in {file.shown} is not used: there it is written without 'profile'"
    else:
        file.ignored[header] = f"[{header}] in {file.shown} is not used: put the name in quotes"


def _prefer_prefixed_default(profiles: dict[str, Section]) -> dict[str, Section]:
    """Let `[profile default]` win over `[default]`: they are not merged."""
    plain = profiles.pop(_PLAIN_DEFAULT, None)
    if plain is not None:
        profiles.setdefault("default", plain)
    return profiles


def _name(text: str) -> str | None:
    """Return a section's name without its quotes, in which it may have spaces; None where it is not a name."""
    quoted = re.fullmatch(_QUOTED, text)
    return quoted[2] if quoted else text if re.fullmatch(NAME, text) else None


def _not_found(profiles: Profiles, name: str) -> str:
    from sts.base.suggestions import suggest  # only on this path: it costs an import of difflib

    files = " and ".join(f"{file.shown} ({file.status})" for file in (profiles.config, profiles.credentials))
    ignored = profiles.config.ignored.get(name) or profiles.credentials.ignored.get(name)
    hint = f" {ignored}." if ignored else suggest(name, list(profiles.profiles))
    known = ", ".join(sorted(profiles.profiles)) or "none"
    return f"There is no profile {name!r}.{hint} Profiles found: {known}. Files: {files}."
