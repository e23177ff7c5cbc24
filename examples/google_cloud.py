"""
Get Google Cloud credentials from an AWS identity, without a key file. Needs google-auth.

    python examples/google_cloud.py        makes what Google would be given, and has a local STS accept it

Explained in docs/how-to/google-and-azure.md.
"""

from __future__ import annotations

import json
from urllib.parse import unquote

from sts import assume_role_credentials
from sts.integrations.google_auth import google_credentials
from sts.testing import LocalSTS

AUDIENCE = "//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/pool/providers/aws"


def main() -> None:
    with LocalSTS() as server:
        role = assume_role_credentials(server.role.arn, client_options=server.client_options())
        credentials = google_credentials(AUDIENCE, role, service_account="reports@project.iam.gserviceaccount.com")
        # Give them to any Google client: google.cloud.storage.Client(credentials=credentials). It asks for the token itself:
        token = json.loads(unquote(credentials.retrieve_subject_token(None)))
        print(token["method"], token["url"])
        print("signed headers:", sorted(header["key"].lower() for header in token["headers"]))


if __name__ == "__main__":
    main()
