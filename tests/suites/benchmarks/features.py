"""
Ask each contender what it can do: every answer is that of a program run in the contender's own environment.

    python -m tests.suites.benchmarks.features            print the table (installs the peers first)
    python -m tests.suites.benchmarks.features --write    keep it in features.json, from which the tables of the pages are made

A program prints "yes", "no" or a number; one that fails prints "no".
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

from sts.testing import LocalSTS
from tests.suites.benchmarks.peers import HOMES, prepare, versions

HERE = Path(__file__).parent
CONTENDERS = ("sts", "boto3", "aiobotocore", "aws-sdk-sts", "client-sts (JS v3)", "aws-sdk (JS v2)")
HOUR = 3600
SECONDS = 60

# --- how each is set up: a client, a call, an event loop where it needs one ---
OURS = """
import os, inspect, threading, asyncio
from sts import STS, AsyncSTS
options = dict(region='us-east-1', endpoint=os.environ['URL'], access_key_id=os.environ['KEY'], secret_access_key=os.environ['SECRET'])
client = STS(**options)
"""
BOTO3 = """
import os, inspect
import boto3
client = boto3.client('sts', region_name='us-east-1', endpoint_url=os.environ['URL'],
    aws_access_key_id=os.environ['KEY'], aws_secret_access_key=os.environ['SECRET'])
"""
AIO = """
import asyncio, os, inspect, threading
from aiobotocore.session import get_session
def run(body):
    async def main():
        async with get_session().create_client('sts', region_name='us-east-1', endpoint_url=os.environ['URL'],
                aws_access_key_id=os.environ['KEY'], aws_secret_access_key=os.environ['SECRET']) as client:
            await body(client)
    asyncio.run(main())
"""
SDK = """
import asyncio, os, inspect, threading
import aws_sdk_sts.client as module
from aws_sdk_sts.client import AsyncSTSClient
from aws_sdk_sts.config import AsyncSTSConfig
from aws_sdk_sts.models import AssumeRoleInput, GetCallerIdentityInput
def run(body):
    async def main():
        await body(AsyncSTSClient(config=await AsyncSTSConfig.resolve(region='us-east-1', endpoint_uri=os.environ['URL'],
            aws_access_key_id=os.environ['KEY'], aws_secret_access_key=os.environ['SECRET'])))
    asyncio.run(main())
"""
V3 = """
const s = require('@aws-sdk/client-sts'), {URL: endpoint, KEY: accessKeyId, SECRET: secretAccessKey} = process.env
const client = new s.STS({region: 'us-east-1', endpoint, credentials: {accessKeyId, secretAccessKey}})
const say = (answer) => console.log(answer === true ? 'yes' : answer === false ? 'no' : answer)
"""
V2 = """
const AWS = require('aws-sdk'), {URL: endpoint, KEY: accessKeyId, SECRET: secretAccessKey} = process.env
const client = new AWS.STS({region: 'us-east-1', endpoint, accessKeyId, secretAccessKey})
const say = (answer) => console.log(answer === true ? 'yes' : answer === false ? 'no' : answer)
"""
SETUP = dict(zip(CONTENDERS, (OURS, BOTO3, AIO, SDK, V3, V2), strict=True))
YES, NO = "print('yes')", "print('no')"

# --- programs that several use ---
WRONG = "dict(RoleArn='short', DurationSeconds=1, Nonsense='x')"  # and RoleSessionName is missing
NAMED = "print(sum(name in str(error) for name in ('RoleArn', 'DurationSeconds', 'Nonsense', 'RoleSessionName')), 'of 4')"
WRONG_JS = "{RoleArn: 'short', DurationSeconds: 1, Nonsense: 'x'}"
NAMED_JS = (
    "['RoleArn', 'DurationSeconds', 'Nonsense', 'RoleSessionName'].filter(n => String(e.message).includes(n)).length + ' of 4'"
)
WATCHED = """
seen = []
def watch(name):
    original = getattr(asyncio.SelectorEventLoop, name)
    async def watched(self, *args, **more):
        seen.append(name)
        return await original(self, *args, **more)
    setattr(asyncio.SelectorEventLoop, name, watched)
watch('sock_connect'), watch('create_connection')
"""
SEEN = "print('yes' if seen else 'no')"
IDENTITY = "print('yes' if me['Account'] else 'no')"
PY_TYPED = "import importlib.util, pathlib; place = importlib.util.find_spec('{}').submodule_search_locations[0]; "
PY_TYPED += "print('yes' if pathlib.Path(place, 'py.typed').exists() else 'no')"
DEPENDENCIES = "import importlib.metadata as m; print(len({d.name.lower() for d in m.distributions()} - {'pip', 'setuptools', 'wheel'}) - 1)"
DEPENDENCIES_JS = """
const fs = require('fs'), path = require('path'), seen = new Set()
const visit = (name, from) => {
  for (let folder = from; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const place = path.join(folder, 'node_modules', name)
    if (!fs.existsSync(path.join(place, 'package.json'))) continue
    if (seen.has(place)) return
    seen.add(place)
    for (const one of Object.keys(JSON.parse(fs.readFileSync(path.join(place, 'package.json'))).dependencies || {})) visit(one, place)
    return
  }
}
visit('NAME', process.cwd()); say(seen.size - 1)
"""
SCRIPTS = "import importlib.metadata as m; print('yes' if [e for e in m.distribution('{}').entry_points if e.group == 'console_scripts'] else 'no')"
SERVICES = "import boto3; print(len(boto3.Session().get_available_services()) - 1)"


class Feature(NamedTuple):
    """One question, with the program of each contender. *clock* is the number of seconds by which the service is ahead."""

    name: str
    programs: dict[str, str]
    clock: int = 0

    def now(self) -> float:
        """Return the service's time."""
        return datetime.now(timezone.utc).timestamp() + self.clock


def feature(name: str, *programs: str, clock: int = 0) -> Feature:
    return Feature(name, dict(zip(CONTENDERS, programs, strict=True)), clock)


FEATURES = (
    feature(
        "operations of STS",
        "from sts.model.operations import OPERATIONS; print(len(OPERATIONS))",
        "print(len(client.meta.service_model.operation_names))",
        "import aiobotocore.session as a\nasync def body(client): print(len(client.meta.service_model.operation_names))\nrun(body)",
        "print(len([n for n, f in vars(AsyncSTSClient).items() if inspect.iscoroutinefunction(f) and not n.startswith('_')"
        " and n not in ('close',)]))",
        "say(Object.keys(s).filter(name => /^[A-Z].*Command$/.test(name)).length)",
        "say(Object.keys(client.api.operations).length)",
    ),
    feature(
        "blocking calls",
        f"me = client.get_caller_identity(); {IDENTITY}",
        f"me = client.get_caller_identity(); {IDENTITY}",
        NO,
        NO,
        "say(false)",
        "say(false)",
    ),
    feature(
        "`await`",
        f"async def main():\n    global me\n    me = await AsyncSTS(**options).get_caller_identity()\nasyncio.run(main()); {IDENTITY}",
        "print('yes' if inspect.iscoroutinefunction(client.get_caller_identity) else 'no')",
        f"async def body(client):\n    me = await client.get_caller_identity(); {IDENTITY}\nrun(body)",
        "async def body(client):\n    print('yes' if (await client.get_caller_identity(GetCallerIdentityInput())).account else 'no')\nrun(body)",
        "client.getCallerIdentity({}).then(me => say(!!me.Account))",
        "client.getCallerIdentity().promise().then(me => say(!!me.Account))",
    ),
    feature(
        "callbacks",
        "client.get_caller_identity(lambda error, me: print('yes' if me else error))",
        NO,
        NO,
        NO,
        "client.getCallerIdentity({}, (error, me) => say(!!me))",
        "client.getCallerIdentity((error, me) => say(!!me))",
    ),
    feature(
        "network I/O on the event loop itself",
        f"{WATCHED}\nasync def main():\n    async with AsyncSTS(**options) as client: await client.get_caller_identity()\n"
        f"asyncio.run(main()); {SEEN}",
        NO,
        f"{WATCHED}\nasync def body(client): await client.get_caller_identity()\nrun(body); {SEEN}",
        f"{WATCHED}\nasync def body(client): await client.get_caller_identity(GetCallerIdentityInput())\nrun(body); {SEEN}",
        "say(true)",
        "say(true)",
    ),
    feature(
        "types for type checkers (`py.typed`, `.d.ts`)",
        PY_TYPED.format("sts"),
        PY_TYPED.format("boto3"),
        PY_TYPED.format("aiobotocore"),
        PY_TYPED.format("aws_sdk_sts"),
        "say(!!require('@aws-sdk/client-sts/package.json').types)",
        "say(!!require('aws-sdk/package.json').typings || !!require('aws-sdk/package.json').types)",
    ),
    feature(
        "wrong params told before sending, of four",
        f"try: client.assume_role({WRONG})\nexcept Exception as error: {NAMED}",
        f"try: client.assume_role(**{WRONG})\nexcept Exception as error: {NAMED}",
        f"async def body(client):\n    try: await client.assume_role(**{WRONG})\n    except Exception as error: {NAMED}\nrun(body)",
        "async def body(client):\n    try: await client.assume_role(AssumeRoleInput(role_arn='short', duration_seconds=1))\n"
        "    except Exception as error: print(sum(n in str(error) for n in ('role_arn', 'duration_seconds', 'role_session_name')) if 'HTTP' not in str(error) and 'alidationError' not in str(error) else 0, 'of 4')\nrun(body)",
        f"client.assumeRole({WRONG_JS}).catch(e => say(e.$metadata?.httpStatusCode ? '0 of 4' : {NAMED_JS}))",
        f"client.assumeRole({WRONG_JS}, e => say(e.statusCode ? '0 of 4' : {NAMED_JS}))",
    ),
    feature(
        "a clock an hour wrong is put right",
        f"me = client.get_caller_identity(); {IDENTITY}",
        f"me = client.get_caller_identity(); {IDENTITY}",
        f"async def body(client):\n    me = await client.get_caller_identity(); {IDENTITY}\nrun(body)",
        "async def body(client):\n    print('yes' if (await client.get_caller_identity(GetCallerIdentityInput())).account else 'no')\nrun(body)",
        "client.getCallerIdentity({}).then(me => say(!!me.Account), () => say(false))",
        "client.getCallerIdentity((error, me) => me ? say(true) : new AWS.STS({...client.config, endpoint, correctClockSkew: true})"
        ".getCallerIdentity((error, me) => say(me ? 'with an option' : false)))",
        clock=HOUR,
    ),
    feature(
        "presigned GetCallerIdentity",
        "print('yes' if 'X-Amz-Signature' in client.presign('get_caller_identity').url else 'no')",
        "print('yes' if 'X-Amz-Signature' in client.generate_presigned_url('get_caller_identity') else 'no')",
        "async def body(client):\n    print('yes' if 'X-Amz-Signature' in await client.generate_presigned_url('get_caller_identity') else 'no')\nrun(body)",
        "print('yes' if any('presign' in name for name in dir(AsyncSTSClient)) else 'no')",
        "say(Object.keys(s).some(name => /presign/i.test(name)))",
        "say(client.getCallerIdentity().presign(60).includes('X-Amz-Signature'))",
    ),
    feature(
        "EKS tokens",
        "from sts.tokens import eks_token; print('yes' if eks_token('prod', client=client).startswith('k8s-aws-v1.') else 'no')",
        NO,
        NO,
        NO,
        "say(false)",
        "say(false)",
    ),
    feature(
        "stub or server for tests",
        "from sts.testing import LocalSTS, StubHandler; print('both')",
        "from botocore.stub import Stubber; print('stub')",
        "from aiobotocore.stub import AioStubber; print('stub')",
        "import aws_sdk_sts.testing; print('yes')",
        "say(Object.keys(s).some(name => /stub|mock/i.test(name)))",
        "say(Object.keys(AWS).some(name => /stub|mock/i.test(name)))",
    ),
    feature(
        "command line",
        SCRIPTS.format("sts-client"),
        SCRIPTS.format("boto3"),
        SCRIPTS.format("aiobotocore"),
        SCRIPTS.format("aws-sdk-sts"),
        "say(!!require('@aws-sdk/client-sts/package.json').bin)",
        "say(!!require('aws-sdk/package.json').bin)",
    ),
    feature(
        "runs in a browser",
        NO,
        NO,
        NO,
        NO,
        "say(!!require('@aws-sdk/client-sts/package.json').browser)",
        "say(!!require('aws-sdk/package.json').browser)",
    ),
    feature(
        "AWS services besides STS",
        "print(0)",
        SERVICES,
        "import aiobotocore.session as a; print(len(a.get_session().get_available_services()) - 1)",
        "print(0)",
        "say(0)",
        "say(Object.values(AWS).filter(one => one && one.serviceIdentifier).length - 1)",
    ),
    feature(
        "packages installed along",
        DEPENDENCIES,
        DEPENDENCIES,
        DEPENDENCIES,
        DEPENDENCIES,
        DEPENDENCIES_JS.replace("NAME", "@aws-sdk/client-sts"),
        DEPENDENCIES_JS.replace("NAME", "aws-sdk"),
    ),
)


def ask(command: list[str], program: str, server: LocalSTS, folder: Path) -> str:
    """Run one program and return its output, or "no" if it fails."""
    options = server.client_options()
    environ = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    environ |= {"URL": server.url, "KEY": options["access_key_id"], "SECRET": options["secret_access_key"]}
    environ |= {"AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "3"}
    flag = "-e" if command == ["node"] else "-c"
    done = subprocess.run(
        [*command, flag, program], env=environ, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    lines = done.stdout.strip().splitlines()
    return lines[-1] if lines and not done.returncode else "no"


def answers(folder: Path, commands: dict[str, list[str]]) -> dict[str, dict[str, str]]:
    """Return the features of each contender."""
    found: dict[str, dict[str, str]] = {}
    for one in FEATURES:
        with LocalSTS(clock=one.now) as server:
            for contender, program in one.programs.items():
                home = HOMES[contender]
                if home in commands:
                    place = folder / "js" if home == "js" else folder
                    answer = ask(commands[home], SETUP[contender] + program, server, place)
                    found.setdefault(one.name, {})[contender] = answer
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.suites.benchmarks.features", description=__doc__.splitlines()[1])
    parser.add_argument(
        "--folder", type=Path, default=Path.home() / ".cache" / "sts-benchmarks", help="where the peers are installed"
    )
    parser.add_argument("--write", action="store_true", help="rewrite features.json")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    commands = prepare(given.folder)
    results: dict[str, Any] = {
        "date": f"{datetime.now(timezone.utc):%Y-%m-%d}",
        "versions": versions(given.folder, commands),
        "features": answers(given.folder, commands),
    }
    for name, row in results["features"].items():
        print(f"{name}: {', '.join(f'{who} {answer}' for who, answer in row.items())}")
    if given.write:
        (HERE / "features.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print("Written; run python -m docs.generate and python -m docs.pictures to renew the pages.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
