"""
Reader of the shared files `~/.aws/config` and `~/.aws/credentials`: their paths, their content, and both merged.

Nothing is cached; call `load_profiles` again to re-read the files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping

from sts.base.forks import load
from sts.base.records import Record, of_whole, refuse_pickle
from sts.errors import ProfileNotFoundError
from sts.logs import LOGGER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sts.settings.sections import Section

WINDOWS = os.name == "nt"

_KINDS = ("profile", "sso-session", "services")
_PREFIXED = rf"(?s:({'|'.join(_KINDS)})\s+(.*))"
_OTHER_FILE = rf"({'|'.join(_KINDS)})\s+\S"
"""Beginnings of section headers in the config file. They have no meaning in the credentials file."""
_PLAIN_DEFAULT = "[default]"
"""Temporary name of the section `[default]`, which is not merged with `[profile default]` but used if there is none."""
_VARIABLE = r"\$(\w+)|\$\{([^}]*)\}"


class SharedFile(Record):
    """
    Content of one shared file.

    *shown* is the path with `~` for the home directory; *status* is "read", "not there" or the reason why it could not be read;
    *ignored* says of each section that is not used how it should be written. *literal* holds sections of the credentials file
    whose header, as it stands, is not the name that is read from it.
    """

    path: str
    shown: str
    status: str
    profiles: dict[str, Section]
    sso_sessions: dict[str, Section]
    services: dict[str, Section]
    ignored: dict[str, str]
    literal: dict[str, Section]

    def __reduce_ex__(self, protocol: object) -> str:
        return refuse_pickle(self, protocol)

    @of_whole
    def __repr__(self) -> str:
        return f"<SharedFile {self.shown} {self.status} profiles={list(self.profiles)}>"


class Profiles(Record):
    """
    Both shared files, merged. If both set a property, the credentials file takes precedence.

    Quotes around values are removed here but kept in *config* and *credentials*.

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
        """Return the file with property *key* of profile *name*, such as `~/.aws/config`, or "" if there is none."""
        files = (self.credentials, self.config)
        return next((file.shown for file in files if key in file.profiles.get(name, ())), "")

    def section(self, name: str) -> Section:
        """Return the properties of profile *name*. Raise `ProfileNotFoundError` with the existing profiles if it is missing."""
        if name in self.profiles:
            return self.profiles[name]
        from sts.base.suggestions import suggest  # only on this path: it imports difflib

        files = " and ".join(f"{file.shown} ({file.status})" for file in (self.config, self.credentials))
        ignored = self.config.ignored.get(name) or self.credentials.ignored.get(name)
        hint = f" {ignored}." if ignored else suggest(name, list(self.profiles))
        known = ", ".join(sorted(self.profiles)) or "none"
        raise ProfileNotFoundError(f"There is no profile {name!r}.{hint} Profiles found: {known}. Files: {files}.")

    @of_whole
    def __repr__(self) -> str:
        return f"<Profiles {list(self.profiles)} from {self.config.shown} and {self.credentials.shown}>"


NO_FILE = SharedFile("", "", "not read", {}, {}, {}, {}, {})
NO_PROFILES = Profiles({}, {}, {}, NO_FILE, NO_FILE)
"""Used for settings that do not come from the shared files."""


def load_profiles(environ: Mapping[str, str]) -> Profiles:
    """Read both shared files (a missing one is empty). Raise `ProfileParseError` with file and line, but without values."""
    home = home_directory(environ)
    config_path, credentials_path = profile_files(environ)
    config = _read(config_path, _shown(config_path, home), _sort_config_section)
    credentials = _read(credentials_path, _shown(credentials_path, home), _sort_credentials_section)
    for header in config.profiles.keys() & credentials.literal.keys():  # a profile with a literal header, as the AWS CLI writes
        credentials.profiles.setdefault(header, {}).update(credentials.literal[header])
        credentials.ignored.pop(header.strip().partition(" ")[2].strip(), None)
    _drop_comments(config, credentials, environ)
    merged = {name: _merged(section, credentials.profiles.get(name, {})) for name, section in config.profiles.items()}
    profiles = _unquoted({**credentials.profiles, **merged})
    return Profiles(profiles, _unquoted(config.sso_sessions), _unquoted(config.services), config, credentials)


def _drop_comments(config: SharedFile, credentials: SharedFile, environ: Mapping[str, str]) -> None:
    names = {
        "source_profile": config.profiles.keys() | credentials.profiles.keys(),
        "sso_session": config.sso_sessions.keys(),
        "services": config.services.keys(),
    }
    for section in (*config.profiles.values(), *credentials.profiles.values()):
        load("sts.settings.sections").drop_comments(
            section, lambda key, value: value in names[key] if key in names else os.path.exists(expand_path(value, environ))
        )


def _unquoted(sections: dict[str, Section]) -> dict[str, Section]:
    unquote = load("sts.settings.sections").unquoted if sections else None
    return {
        name: {key: unquote(key, value) if unquote and isinstance(value, str) else value for key, value in section.items()}
        for name, section in sections.items()
    }


_KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token")
"""Keys that belong together: a key id of one file must never be combined with the secret of the other."""


def _merged(config: Section, credentials: Section) -> Section:
    """Merge a profile of both files: the credentials file takes precedence; all keys come from the file with the key id."""
    source = config if _KEYS[0] in config and _KEYS[0] not in credentials else credentials
    if not any(key in source for key in _KEYS):
        source = config
    rest = {name: value for name, value in {**config, **credentials}.items() if name not in _KEYS}
    return {**rest, **{key: source[key] for key in _KEYS if key in source}}


def profile_files(environ: Mapping[str, str], *, windows: bool = WINDOWS) -> tuple[str, str]:
    """Return the paths of the config and the credentials file: those of the variables, or in `.aws` of the home directory."""
    home = home_directory(environ, windows=windows)
    folder = "\\.aws\\" if windows else "/.aws/"
    config, credentials = environ.get("AWS_CONFIG_FILE"), environ.get("AWS_SHARED_CREDENTIALS_FILE")
    return (
        expand_path(config, environ, windows=windows) if config else f"{home}{folder}config",
        expand_path(credentials, environ, windows=windows) if credentials else f"{home}{folder}credentials",
    )


def home_directory(environ: Mapping[str, str], *, windows: bool = WINDOWS) -> str:
    """Return the user's home directory, or `~` if neither the environment nor the user database has one."""
    home = environ.get("HOME")
    if not home and windows:
        home = environ.get("USERPROFILE") or environ.get("HOMEDRIVE", "") + environ.get("HOMEPATH", "")
    elif not home:
        try:
            home = str(load("pwd").getpwuid(os.getuid()).pw_dir)
        except (ImportError, AttributeError, KeyError):  # no database on Windows and Pyodide; containers run as unknown users
            home = ""
    return home.rstrip("\\/" if windows else "/") if home else "~"


def expand_path(path: str, environ: Mapping[str, str], *, windows: bool = WINDOWS) -> str:
    """Return *path* with a leading `~` and `$NAME` or `${NAME}` replaced, as in boto3. Unknown names are kept."""
    if "$" in path:
        path = load("re").sub(_VARIABLE, lambda found: environ.get(found[1] or found[2], found[0]), path)
    if path[:1] != "~":
        return path
    if len(path) == 1 or path[1] == "/" or (windows and path[1] == "\\"):
        return home_directory(environ, windows=windows) + path[1:]
    return os.path.expanduser(path)


def _shown(path: str, home: str) -> str:
    return "~" + path[len(home) :] if home and path.startswith((home + "/", home + "\\")) else path


def _read(path: str, shown: str, sort: Callable[[SharedFile, str, Section], None]) -> SharedFile:
    file = SharedFile(path, shown, "read", {}, {}, {}, {}, {})
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe could block
            return file._replace(status="not a regular file")
        with open(path, "rb") as stream:
            data = stream.read()
    except (FileNotFoundError, NotADirectoryError):
        return file._replace(status="not there")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        LOGGER.warning("The shared file %s cannot be read (%s); continuing without it.", shown, reason)
        return file._replace(status=f"cannot be read: {reason}")
    dropped: list[str] = []
    for header, properties in load("sts.settings.sections").parse_sections(data, shown, dropped):
        sort(file, header, properties)
    file.ignored.update((text, text) for text in dropped)
    plain = file.profiles.pop(_PLAIN_DEFAULT, None)
    if plain is not None and file.profiles.setdefault("default", plain) is not plain:
        file.ignored[_PLAIN_DEFAULT] = f"[default] in {shown} is not used: [profile default] takes precedence"
    return file


def _sort_config_section(file: SharedFile, header: str, properties: Section) -> None:
    header = header.strip()
    prefixed = load("re").fullmatch(_PREFIXED, header)
    name = _name(prefixed[2]) if prefixed else None
    if prefixed and name:
        kinds = {"profile": file.profiles, "sso-session": file.sso_sessions, "services": file.services}
        kinds[prefixed[1]].setdefault(name, {}).update(properties)
    elif header == "default":
        file.profiles.setdefault(_PLAIN_DEFAULT, {}).update(properties)
    elif prefixed:
        file.ignored[prefixed[2]] = f"[{header}] in {file.shown} is not used: write the name in quotes"
    else:
        from sts.base.suggestions import suggest  # only for ignored sections: it imports difflib

        word, _, name = header.partition(" ")
        hint = suggest(word, _KINDS) if name.strip() else ""
        meant = next((kind for kind in _KINDS if f"'{kind}'" in hint), "")
        written = f"{meant} {name.strip()}" if meant else f"profile {header}"
        file.ignored[name.strip() if meant else header] = (
            f"[{header}] in {file.shown} is not used: the correct form is [{written}]"
        )


def _sort_credentials_section(file: SharedFile, literal: str, properties: Section) -> None:
    header = literal.strip()
    name = "" if load("re").match(_OTHER_FILE, header) else _name(header) or header
    if name != literal:
        file.literal.setdefault(literal, {}).update(properties)
    if name:
        # In this file the AWS CLI writes names with spaces without quotes, in the config file with quotes.
        file.profiles.setdefault(name, {}).update(properties)
    elif header:
        kind, name = header.split(maxsplit=1)
        where = "write it without 'profile'" if kind == "profile" else "move it to the config file"
        file.ignored[name.strip()] = f"[{header}] in {file.shown} is not used: {where}"


def _name(text: str) -> str | None:
    """
    Return the name in a section header, or None if there is none.

    The AWS CLI writes names with spaces in shell quotes (`'Ann'"'"'s laptop'` is "Ann's laptop"), and others unquoted.
    """
    if load("re").fullmatch(r"""[^\s"']\S*""", text):
        return text
    from shlex import split  # few names need it

    try:
        words = split(text)
    except ValueError:  # a quote is not closed
        return None
    return words[0] if len(words) == 1 and words[0] else None
