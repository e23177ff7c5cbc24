"""
Identity tokens of CI jobs, for `web_identity_credentials(role, token=...)`: GitHub Actions and GitLab CI.

Sources: GitHub's "OpenID Connect reference", GitLab's "OpenID Connect (OIDC) Authentication Using ID Tokens".
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from sts.base.time import sleep, unix_time
from sts.credentials.chain.chain import Confidential
from sts.credentials.exchange.fetch import Tries, ask_json, client_handler
from sts.credentials.refresh.keys import claims_in
from sts.errors import CredentialsError, NotConfiguredError
from sts.http import Handler, HttpRequest
from sts.settings.table import check_options

AUDIENCE = "sts.amazonaws.com"
"""Audience used by AWS's documentation and GitHub action."""
TRIES = Tries(attempts=5, pause=1.0, seconds=10.0, answers=5)
URL, BEARER = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
_OLD_TOKENS = "CI_JOB_JWT"
"""Begins the names of GitLab's older tokens, which no job chooses; GitLab 17 has removed them."""
_ID_TOKENS = (
    "Add to the job: id_tokens: {AWS_ID_TOKEN: {aud: https://gitlab.com}}, with the audience that the role's trust "
    "policy expects."
)


class GitHubToken(Confidential):
    """
    Source of identity tokens of a GitHub Actions job. Every call fetches a new token, because a token is valid for a few
    minutes only.

    The job needs `permissions: id-token: write`. Works on Gitea and Forgejo as well.

    Args:
        audience: audience of the token. The role's trust policy and the identity provider must contain it.
        environ: the environment, instead of `os.environ`.
        handler: HTTP handler of the exchange. Default: the handler that a client with *options* would use.
        options: transport options of a client: verify, proxies, session, request_handler, ...

    """

    def __init__(
        self,
        audience: str = AUDIENCE,
        *,
        environ: Mapping[str, str] | None = None,
        handler: Handler | None = None,
        sleep: Callable[[float], object] = sleep,
        **options: Any,
    ) -> None:
        check_options(options)
        self.audience = audience
        self._environ = os.environ if environ is None else environ
        self._handler = handler
        self._sleep = sleep
        self._options = options

    def __call__(self) -> str:
        """
        Return a new token.

        Raises:
            NotConfiguredError: this is not a job of GitHub Actions, or it has no permission for tokens.
            CredentialsError: the service rejected the request, or returned no token in five tries.

        """
        url, bearer = self._environ.get(URL), self._environ.get(BEARER)
        if not url or not bearer:
            raise NotConfiguredError(_without_permission(self._environ))
        address = f"{url}{'&' if '?' in url else '?'}audience={quote(self.audience, safe='')}"
        headers = {"authorization": f"bearer {bearer}", "accept": "application/json; api-version=2.0"}
        request = HttpRequest("GET", address, headers)
        what = "GitHub's token service"
        with client_handler(self._handler, self._options, self._environ) as handler:
            answer = ask_json(handler, request, TRIES, what=what, hidden=(bearer,), sleep=self._sleep)
        token = answer.get("value")
        if not isinstance(token, str) or not token.strip():
            raise CredentialsError(f"{what} returned no token: the response has no string in 'value'.")
        return token.strip()

    def _shown(self) -> str:
        return repr(self.audience)


class GitLabToken(Confidential):
    """
    Source of the identity token of a GitLab CI job: the variable defined by `id_tokens:` of the job.

    GitLab does not renew a token while the job runs. So the session should be as long as the job: set `duration=`.

    Args:
        variable: name of the variable. Default: the only variable with a token of this GitLab server.
        environ: the environment, instead of `os.environ`.

    """

    def __init__(self, variable: str | None = None, *, environ: Mapping[str, str] | None = None) -> None:
        self.variable = variable
        self._environ = os.environ if environ is None else environ

    def __call__(self) -> str:
        """
        Return the token.

        Raises:
            NotConfiguredError: no variable contains a token, or several do and *variable* is not set.
            CredentialsError: the token has expired.

        """
        name = self.variable or self._find()
        token = self._environ.get(name, "").strip()
        if not token:
            raise NotConfiguredError(f"{name} is not set. {_ID_TOKENS}")
        expires = claims_in(token).get("exp")
        if isinstance(expires, (int, float)) and expires <= unix_time():
            raise CredentialsError(
                f"The token in {name} has expired, and GitLab does not renew it. Assume the role earlier, with duration= "
                "as long as the job takes, or raise the job's timeout, which is the token's lifetime."
            )
        return token

    def _find(self) -> str:
        server = self._environ.get("CI_SERVER_URL") or self._environ.get("CI_SERVER_HOST") or ""
        tokens = {name: text for name, text in self._environ.items() if _is_issued_by(server, text)}
        names = [name for name in tokens if not name.startswith(_OLD_TOKENS)] or list(tokens)
        if len({tokens[name].strip() for name in names}) == 1:
            return names[0]
        if not names:
            raise NotConfiguredError(
                f"No variable contains a token of GitLab ({server or 'CI_SERVER_URL is not set'}). {_ID_TOKENS}"
            )
        raise NotConfiguredError(
            f"Several variables contain a token: {', '.join(sorted(names))}. Choose one: GitLabToken('NAME')."
        )

    def _shown(self) -> str:
        return repr(self.variable) if self.variable else ""


def _is_issued_by(server: str, text: str) -> bool:
    """Return whether *text* is a token of the GitLab at *server*, a URL or a host."""
    place = _place_of(server)
    return place != "" and text.count(".") == 2 and _place_of(str(claims_in(text).get("iss") or "")) == place


def _place_of(url: str) -> str:
    return (url.partition("://")[2] or url).rstrip("/").lower()


def _without_permission(environ: Mapping[str, str]) -> str:
    if environ.get(URL):
        return f"{BEARER} is not set, although {URL} is: both must be passed on, into a container of the job as well."
    if environ.get("GITHUB_ACTIONS") == "true" or environ.get("GITEA_ACTIONS") == "true":
        return (
            f"{URL} is not set: the job has no permission for an identity token. Add `permissions: id-token: write` (and "
            "what else it needs, such as `contents: read`) to the job or the workflow; jobs of pull requests from forks "
            "never get a token."
        )
    return f"{URL} and {BEARER} are not set: this is not a job of GitHub Actions."
