"""
THE table of options that commands share: one row per option.

The parser, the defaults, the name of a cached session, the client's options, the arguments of a role, the profiles that
`fan-out` writes, completion, help and the manual page are all derived from these rows. Imports neither argparse nor the
library, which would slow down completion and a cached `credential-process`.
"""

from __future__ import annotations

from sts.base.records import Record

TYPE_CHECKING = False  # type checkers take it for typing's, and typing takes time to load
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Option(Record):
    """
    Option that several commands share.

    *group* names the heading in the help. *metavar* is the placeholder for the value; an option without one is a switch.
    *kind* says how the text is read: "text", "seconds", "duration", "pairs" (KEY=VALUE, several), "list" (several) or
    "document" (text or file://PATH). *client* and *role* name the argument of the client and of
    `assume_role_credentials` that the value becomes. With *key*, the credentials depend on the value,
    which is part of the name of a cached session. With *carried*, a command in a generated profile repeats the option.
    *complete* names the kind of completion for the value. *turned* is the value that a switch sets; default True.
    """

    flag: str
    group: str
    help: str
    metavar: str | None = None
    kind: str = "text"
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    client: str | None = None
    role: str | None = None
    key: bool = False
    carried: bool = False
    complete: str | None = None
    turned: object = True

    @property
    def name(self) -> str:
        """Name of the parsed value: `role_arn` for `--role-arn`."""
        return self.flag[2:].replace("-", "_")

    @property
    def many(self) -> bool:
        """Whether the option takes several values."""
        return self.kind in ("pairs", "list")

    @property
    def default(self) -> object:
        """Value of the option if the command line does not have it."""
        return () if self.many else False if self.metavar is None and self.turned is True else None


FORMS = ("json", "text", "table", "yaml", "yaml-stream", "off")
GROUPS = {
    "common": "options of every command",
    "role": "role to assume",
    "session": "session",
    "mfa": "multi-factor authentication",
}
"""Headings of the groups, in the order of the help."""


def _of_client(flag: str, help: str, metavar: str, kind: str = "text", aliases: Any = (), **more: Any) -> Option:
    """Return the row of an option of the client that has the same name."""
    return Option(flag, "common", help, metavar, kind, aliases, client=flag[2:].replace("-", "_"), **more)


def _kept(flag: str, group: str, help: str, metavar: str | None = None, kind: str = "text", **more: Any) -> Option:
    """Return a row that the credentials depend on. Generated profiles repeat it. Those of a session are arguments of a role."""
    role = flag[2:].replace("-", "_") if group == "session" else None
    return Option(flag, group, help, metavar, kind, **{"role": role, "key": True, "carried": True, **more})


OPTIONS: list[Option] = [
    _of_client("--region", "region to call, such as eu-west-1", "NAME", key=True, complete="region"),
    _of_client("--profile", "profile of the shared files", "NAME", key=True, complete="profile"),
    _of_client("--endpoint", "endpoint to call instead of the region's", "URL", aliases=("--endpoint-url",), key=True),
    _of_client("--timeout", "maximum time for a whole call, in seconds", "SECONDS", "seconds"),
    _of_client("--connect-timeout", "maximum time to connect, in seconds", "SECONDS", "seconds", ("--cli-connect-timeout",)),
    _of_client("--read-timeout", "maximum wait for a response, in seconds", "SECONDS", "seconds", ("--cli-read-timeout",)),
    Option(
        *("--ca-bundle", "common", "certificates to trust instead of the system's", "FILE"),
        client="verify",
        carried=True,
        complete="file",
    ),
    Option(
        *("--no-verify-ssl", "common", "do not verify the server's certificate (unsafe)"),
        client="verify",
        carried=True,
        turned=False,
    ),
    Option("--no-sign-request", "common", "send requests without a signature; needs no credentials"),
    Option("--local", "common", "call a temporary local STS; needs no AWS account"),
    Option(
        *("--output", "common", "json, text, table, yaml, yaml-stream or off, as for the AWS CLI", "FORM"),
        choices=FORMS,
    ),
    Option("--query", "common", "JMESPath expression that selects from the result", "EXPRESSION"),
    Option("--color", "common", "colors: on, off or auto", "WHEN", choices=("on", "off", "auto")),
    Option("--show-secrets", "common", "print secrets even to a terminal"),
    Option("--no-cache", "common", "do not read or write cached sessions in ~/.aws/sts/cache"),
    Option("--debug", "common", "log to standard error, with secrets masked"),
    Option("--role-arn", "role", "role to assume", "ARN", key=True, complete="role"),
    Option("--chain", "role", "roles to assume before --role-arn, in this order", "ARN", "list", key=True, complete="role"),
    _kept("--github-oidc", "role", "assume the role with the OIDC token of the GitHub Actions job"),
    _kept("--session-name", "session", "name of the session in CloudTrail; default: user@host", "NAME"),
    _kept("--duration", "session", "lifetime: 900, 15m, 1h30m, or max for the role's maximum", "TIME", "duration"),
    _kept("--external-id", "session", "external id that the role's owner requires", "ID"),
    _kept("--policy", "session", "session policy, or file://PATH of one", "JSON", "document", complete="file"),
    _kept("--policy-arns", "session", "managed session policies", "ARN", "list"),
    _kept("--tags", "session", "session tags", "KEY=VALUE", "pairs"),
    _kept("--transitive-tags", "session", "tags that later roles in a chain keep", "KEY", "list", role="transitive_tag_keys"),
    _kept("--source-identity", "session", "person or program behind the session; later roles in a chain keep it", "NAME"),
    _kept("--mfa", "mfa", "authenticate with an MFA device; asks for the code on the terminal"),
    _kept("--mfa-serial", "mfa", "MFA device; default: mfa_serial of the profile, or the device named like the user", "SERIAL"),
    Option("--mfa-code", "mfa", "MFA code, instead of a prompt", "CODE"),
    Option(
        *("--mfa-command", "mfa", "program that prints the code, such as 'ykman oath accounts code -s aws'", "COMMAND"),
        carried=True,
    ),
]
"""The rows, in the order of the help."""


def options_of(group: str) -> list[Option]:
    """Return the options of *group*."""
    return [option for option in OPTIONS if option.group == group]


def defaults() -> dict[str, object]:
    """Return the default value of each option."""
    return {option.name: option.default for option in OPTIONS}


def client_arguments(arguments: Any) -> dict[str, Any]:
    """Return the client options of the command line."""
    given = ((option.client, getattr(arguments, option.name, None), option.default) for option in OPTIONS if option.client)
    return {name: value for name, value, default in given if name and value is not None and value != default}


def role_rows() -> list[Option]:
    """Return the options that are arguments of `assume_role_credentials`."""
    return [option for option in OPTIONS if option.role]


def key_values(arguments: Any) -> list[tuple[str, Any]]:
    """Return name and value of each option that the credentials depend on; None if it is absent."""
    return [(option.name, getattr(arguments, option.name, None) or None) for option in OPTIONS if option.key]


def documents(arguments: Any) -> Iterator[str]:
    """Yield the paths of files that hold values of options that the credentials depend on."""
    for option in OPTIONS:
        value = getattr(arguments, option.name, None)
        if option.key and isinstance(value, str) and value.startswith("file://"):
            yield value[len("file://") :]


def carried_words(arguments: Any) -> list[str]:
    """Return the options that a command in a generated profile repeats, as words of a command line."""
    words: list[str] = []
    for option in OPTIONS:
        value = getattr(arguments, option.name, None)
        if not option.carried or value in (None, option.default):
            continue
        words.append(option.flag)
        if option.many:
            words += value
        elif option.metavar is not None:
            words.append(str(value))
    return words
