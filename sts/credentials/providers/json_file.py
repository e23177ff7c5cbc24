"""Credentials in a JSON file, as the AWS SDK for JavaScript v2 reads them."""

from __future__ import annotations

import os
from typing import Union

from sts.base.frames import without_locals
from sts.base.records import of_whole
from sts.credentials.exchange.fetch import parse_object
from sts.credentials.exchange.json_credentials import V2_FILE, credentials_in
from sts.errors import CredentialsError
from sts.identity import Credentials


class FileSystemProvider:
    """
    Provider that reads the keys of the JSON file *path*, or of its member `credentials`, each time.

    The keys are `accessKeyId`, `secretAccessKey`, `sessionToken` and `expireTime`.
    """

    def __init__(self, path: Union[str, os.PathLike[str]]) -> None:
        self.path = os.fspath(path)

    @without_locals
    def retrieve(self) -> Credentials:
        """Return the credentials. Raise CredentialsError if the file cannot be read or contains none."""
        what = f"The credentials file {self.path!r}"
        try:
            with open(os.path.expanduser(self.path), "rb") as file:
                document = parse_object(file.read())
        except OSError as error:
            problem = f"{what} cannot be read: {error.strerror}."
        else:
            if document is not None:
                nested = document.get("credentials")  # the class of v2 takes this form too
                return credentials_in(nested if isinstance(nested, dict) else document, V2_FILE, what, "static")
            problem = f"{what} is not a JSON object."
        raise CredentialsError(problem)

    @of_whole
    def __repr__(self) -> str:
        return f"FileSystemProvider({self.path!r})"
