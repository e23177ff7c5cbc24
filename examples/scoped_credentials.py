"""Hand on credentials that may do less and live shorter than one's own: `get_scoped_credentials`, here against a local STS."""

from __future__ import annotations

from datetime import timedelta

from sts import STS, ServiceError
from sts.testing import LocalSTS

READ_ONLY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}


def main() -> None:
    with LocalSTS() as server:
        client = STS(**server.client_options())
        session = client.assume_role(RoleArn=server.role.arn, RoleSessionName="job")
        with STS(region=client.region, endpoint=client.endpoint, credentials=session) as job:
            scoped = job.get_scoped_credentials(Policy=READ_ONLY, DurationSeconds=timedelta(minutes=5))
        print(f"For a helper: {scoped['SessionInfo']['Arn']} until {scoped['Credentials']['Expiration']:%H:%M:%S} UTC")

        with STS(region=client.region, endpoint=client.endpoint, credentials=scoped) as helper:
            print(f"It is still   {helper.get_caller_identity()['Arn']}")
            try:
                helper.assume_role(RoleArn=server.role.arn, RoleSessionName="more")
            except ServiceError as error:
                print(f"It may not:   {error.code}")


if __name__ == "__main__":
    main()
