"""
What is measured: for each figure, the program of each contender.

Every program runs in a fresh process with BENCH_URL, BENCH_CALLS and AWS_* in its environment. Figures of kind "process" are the
whole process, seen from outside; those of kind "printed" are the number that the program prints last.
"""

from __future__ import annotations

import os
from typing import NamedTuple

ROLE = "RoleArn='arn:aws:iam::123456789012:role/demo', RoleSessionName='bench', DurationSeconds=900"
KEYS = "access_key_id='AKIAIOSFODNN7EXAMPLE', secret_access_key='wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'"
AWS_KEYS = "aws_access_key_id='AKIAIOSFODNN7EXAMPLE', aws_secret_access_key='wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'"

OURS = f"""
import os
from sts import STS
client = STS(region='us-east-1', endpoint=os.environ.get('BENCH_URL'), {KEYS})
"""
OURS_REQUESTS = f"""
import os
import requests
from sts import STS
client = STS(region='us-east-1', endpoint=os.environ['BENCH_URL'], session=requests.Session(), {KEYS})
"""
BOTO3 = f"""
import os
import boto3
client = boto3.client('sts', region_name='us-east-1', endpoint_url=os.environ.get('BENCH_URL'), {AWS_KEYS})
"""
# What somebody would write by hand with the same libraries, for this one call.
HAND = """
import datetime, hashlib, hmac, os, urllib.parse, urllib3, xmltodict
url = urllib.parse.urlsplit(os.environ['BENCH_URL'])
pool = urllib3.HTTPConnectionPool(url.hostname, url.port, maxsize=16)
KEY, SECRET = 'AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
def sign(key, text): return hmac.new(key, text.encode(), hashlib.sha256).digest()
def assume_role():
    body = urllib.parse.urlencode({'Action': 'AssumeRole', 'Version': '2011-06-15',
        'RoleArn': 'arn:aws:iam::123456789012:role/demo', 'RoleSessionName': 'bench', 'DurationSeconds': 900},
        quote_via=urllib.parse.quote)
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp, day = now.strftime('%Y%m%dT%H%M%SZ'), now.strftime('%Y%m%d')
    headers = {'content-type': 'application/x-www-form-urlencoded', 'host': url.netloc, 'x-amz-date': stamp}
    names = ';'.join(sorted(headers))
    canonical = '\\n'.join(['POST', '/', '', *(f'{n}:{headers[n]}' for n in sorted(headers)), '', names,
        hashlib.sha256(body.encode()).hexdigest()])
    scope = f'{day}/us-east-1/sts/aws4_request'
    text = '\\n'.join(['AWS4-HMAC-SHA256', stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = sign(sign(sign(sign(('AWS4' + SECRET).encode(), day), 'us-east-1'), 'sts'), 'aws4_request')
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers['authorization'] = (f'AWS4-HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders={names}, Signature={signature}')
    answer = pool.urlopen('POST', '/', body=body, headers=headers)
    result = xmltodict.parse(answer.data)['AssumeRoleResponse']['AssumeRoleResult']
    result['Credentials']['Expiration'] = datetime.datetime.fromisoformat(result['Credentials']['Expiration'].replace('Z', '+00:00'))
    return result
"""
AWS_SDK = f"""
import asyncio, os
from aws_sdk_sts.client import AsyncSTSClient
from aws_sdk_sts.config import AsyncSTSConfig
from aws_sdk_sts.models import AssumeRoleInput
async def make():
    config = await AsyncSTSConfig.resolve(region='us-east-1', endpoint_uri=os.environ['BENCH_URL'], {AWS_KEYS})
    return AsyncSTSClient(config=config)
async def assume(client):
    return await client.assume_role(AssumeRoleInput(
        role_arn='arn:aws:iam::123456789012:role/demo', role_session_name='bench', duration_seconds=900))
async def first(): await assume(await make())
"""
AIOBOTOCORE = f"""
import asyncio, os
from aiobotocore.session import get_session
def make(): return get_session().create_client('sts', region_name='us-east-1', endpoint_url=os.environ['BENCH_URL'], {AWS_KEYS})
"""
ASYNC_OURS = f"""
import asyncio, os
from sts import AsyncSTS
def make(): return AsyncSTS(region='us-east-1', endpoint=os.environ['BENCH_URL'], {KEYS})
"""

MEASURED = """
import os, time
calls = int(os.environ['BENCH_CALLS'])
for _ in range(20): call()
began, cpu = time.perf_counter(), time.process_time()
for _ in range(calls): call()
wall, cpu = time.perf_counter() - began, time.process_time() - cpu
print((cpu if os.environ['BENCH_FIGURE'] == 'cpu' else wall) / calls * 1e6)
"""
THREADED = """
import os, time
from concurrent.futures import ThreadPoolExecutor
calls = int(os.environ['BENCH_CALLS'])
with ThreadPoolExecutor(16) as pool:
    list(pool.map(lambda _: call(), range(64)))
    cpu = time.process_time()
    list(pool.map(lambda _: call(), range(calls)))
    print((time.process_time() - cpu) / calls * 1e6)
"""
TASKS = """
import asyncio, os, time
calls = int(os.environ['BENCH_CALLS'])
async def run(client):
    async def worker(count):
        for _ in range(count): await call(client)
    await asyncio.gather(*(worker(2) for _ in range(50)))
    cpu = time.process_time()
    await asyncio.gather(*(worker(calls // 50) for _ in range(50)))
    print((time.process_time() - cpu) / (calls // 50 * 50) * 1e6)
async def main():
    client = make()
    if asyncio.iscoroutine(client): client = await client
    if hasattr(client, '__aenter__'):
        async with client as entered: await run(entered)
    else:
        await run(client)
asyncio.run(main())
"""
RSS = """
import os
def rss():
    with open('/proc/self/statm') as f: return int(f.read().split()[1]) * os.sysconf('SC_PAGE_SIZE') / 1e6
"""
THOUSAND = "\nbefore = rss()\nkept = [make() for _ in range(1000)]\nprint(rss() - before)\n"


MASS = """
import asyncio, os, time
async def run(client):
    async def one():
        began = time.perf_counter()
        await call(client)
        return time.perf_counter() - began
    await one()
    cpu = time.process_time()
    took = sorted(await asyncio.gather(*(one() for _ in range(1000))))
    cpu = time.process_time() - cpu
    print(cpu / 1000 * 1e6 if os.environ['BENCH_FIGURE'] == 'cpu' else took[500] * 1000)
async def main():
    async with make() as client: await run(client)
asyncio.run(main())
"""


class Figure(NamedTuple):
    """
    What is measured.

    *kind* is process (wall and CPU time of the whole process), memory or printed (the last number that the program prints);
    *programs* has one for each contender (a file for Node, an argument for Go), *serve* the options of the server.
    Instructions are counted of figures of kind process, and of *counted* ones by calls.
    """

    name: str
    unit: str
    kind: str
    programs: dict[str, str]
    environ: dict[str, str] = {}
    serve: tuple[str, ...] = ()
    tls: bool = False
    counted: bool = False


def first_call(setup: str) -> str:
    return setup + f"client.assume_role({ROLE})\n"


def warm(setup: str, loop: str = MEASURED) -> str:
    return setup + f"call = lambda: client.assume_role({ROLE})\n" + loop


CALL_OURS = f"call = lambda client: client.assume_role({ROLE})\n"
CALL_SDK = "call = assume\n"
WARM_LOOP_SDK = """
async def main():
    calls = int(os.environ['BENCH_CALLS'])
    import time
    client = await make()
    for _ in range(20): await assume(client)
    began, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls): await assume(client)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    print((cpu if os.environ['BENCH_FIGURE'] == 'cpu' else wall) / calls * 1e6)
asyncio.run(main())
"""
PRESIGN_BOTO = f"""
import botocore.session
client = botocore.session.get_session().create_client('sts', region_name='eu-west-1', {AWS_KEYS})
client.generate_presigned_url('get_caller_identity', ExpiresIn=60, HttpMethod='GET')
"""
PRESIGN_OURS = f"from sts import STS\nSTS(region='eu-west-1', {KEYS}).presign('get_caller_identity', expires_in=60)\n"
EKS_OURS = """
from sts import Credentials
from sts.tokens.eks import eks_token
eks_token('cluster', region='eu-west-1', credentials=Credentials('AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG'))
"""
MODULES_ONLY = "import hashlib, hmac, datetime, urllib.parse, json, base64\n"
FAN_OUT = f"""
import os, sys, time
from sts import STS, assume_many
client = STS(region='us-east-1', endpoint=os.environ['BENCH_URL'], {KEYS})
began = time.perf_counter()
done = [one for one in assume_many((f'{{n:012d}}' for n in range(ROLES)), role_name='demo', client=client, concurrency=32)]
print(ROLES / (time.perf_counter() - began))
"""


def fan_out(roles: int) -> str:
    return FAN_OUT.replace("ROLES", str(roles))


LISTENING = OURS + "client.on('complete', lambda response: None)\n"
REFRESHER = """
import os, sys
sys.path.insert(0, os.environ['BENCH_ROOT'])
from tests.support.refresher_calls import {function}
print({function}(900, 20))
"""

FIGURES = [
    Figure(
        "import",
        "ms",
        "process",
        {
            "bare python": "pass",
            "sts": "import sts",
            "boto3": "import boto3",
            "aiobotocore": "import aiobotocore.session",
            "aws-sdk-sts": "import aws_sdk_sts.client",
            "hand-written": HAND,
        },
    ),
    Figure("client made", "ms", "process", {"sts": OURS, "boto3": BOTO3, "aws-sdk-sts": AWS_SDK + "asyncio.run(make())\n"}),
    Figure(
        "start to first AssumeRole",
        "ms",
        "process",
        {
            "sts": first_call(OURS),
            "sts (requests)": first_call(OURS_REQUESTS),
            "boto3": first_call(BOTO3),
            "hand-written": HAND + "assume_role()\n",
            "aws-sdk-sts": AWS_SDK + "asyncio.run(first())\n",
            "client-sts (JS v3)": "first_v3.js",
            "aws-sdk (JS v2)": "first_v2.js",
            "aws-sdk-go-v2": "first",
        },
    ),
    Figure(
        "start to first AssumeRole over TLS",
        "ms",
        "process",
        {"sts": first_call(OURS), "boto3": first_call(BOTO3), "client-sts (JS v3)": "first_v3.js", "aws-sdk-go-v2": "first"},
        tls=True,
    ),
    *(
        Figure(
            f"warm call, {name}",
            "us",
            "printed",
            {
                "sts": warm(OURS),
                "sts (requests)": warm(OURS_REQUESTS),
                "boto3": warm(BOTO3),
                "hand-written": HAND + "call = assume_role\n" + MEASURED,
                "aws-sdk-sts": AWS_SDK + WARM_LOOP_SDK,
                "client-sts (JS v3)": "warm_v3.js",
                "aws-sdk (JS v2)": "warm_v2.js",
                "aws-sdk-go-v2": "warm",
            },
            {"BENCH_FIGURE": name},
            counted=name == "cpu",
        )
        for name in ("cpu", "wall")
    ),
    Figure(
        "warm call over TLS, cpu",
        "us",
        "printed",
        {"sts": warm(OURS), "boto3": warm(BOTO3), "client-sts (JS v3)": "warm_v3.js", "aws-sdk-go-v2": "warm"},
        {"BENCH_FIGURE": "cpu"},
        tls=True,
        counted=True,
    ),
    Figure(
        "listeners, CPU per call",
        "us",
        "printed",
        {"sts": warm(OURS), "sts with a listener": warm(LISTENING)},
        {"BENCH_FIGURE": "cpu"},
    ),
    Figure("16 threads, CPU per call", "us", "printed", {"sts": warm(OURS, THREADED), "boto3": warm(BOTO3, THREADED)}),
    Figure(
        "50 tasks, CPU per call",
        "us",
        "printed",
        {
            "sts": ASYNC_OURS + CALL_OURS + TASKS,
            "aiobotocore": AIOBOTOCORE + CALL_OURS + TASKS,
            "aws-sdk-sts": AWS_SDK + CALL_SDK + TASKS,
        },
    ),
    *(
        Figure(
            f"1,000 tasks, service of 50 ms, {name}",
            unit,
            "printed",
            {"sts": ASYNC_OURS + CALL_OURS + MASS, "aiobotocore": AIOBOTOCORE + CALL_OURS + MASS},
            {"BENCH_FIGURE": name},
            ("--delay", "0.05"),
        )
        for name, unit in (("cpu", "us"), ("p50", "ms"))
    ),
    Figure(
        "memory after the first call",
        "MB",
        "memory",
        {
            "sts": first_call(OURS),
            "boto3": first_call(BOTO3),
            "aiobotocore": AIOBOTOCORE
            + f"""
async def main():
    async with make() as client: await client.assume_role({ROLE})
asyncio.run(main())
""",
            "aws-sdk-sts": AWS_SDK + "asyncio.run(first())\n",
            "client-sts (JS v3)": "first_v3.js",
        },
    ),
    Figure(
        "1,000 further clients",
        "MB",
        "printed",
        {
            "sts": OURS
            + f"client.assume_role({ROLE})\n"
            + RSS
            + f"""
def make():
    one = STS(region='us-east-1', endpoint=os.environ['BENCH_URL'], {KEYS})
    one.assume_role({ROLE})
    return one
"""
            + THOUSAND,
            "boto3": BOTO3
            + f"client.assume_role({ROLE})\n"
            + RSS
            + f"""
def make():
    return boto3.client('sts', region_name='us-east-1', endpoint_url=os.environ['BENCH_URL'], {AWS_KEYS})
"""
            + THOUSAND,
        },
    ),
    Figure(
        "presigned URL, cold", "ms", "process", {"sts": PRESIGN_OURS, "botocore": PRESIGN_BOTO, "modules only": MODULES_ONLY}
    ),
    Figure("EKS token, cold", "ms", "process", {"sts": EKS_OURS, "botocore": PRESIGN_BOTO, "modules only": MODULES_ONLY}),
    Figure(
        "EKS token, cold, with a config file",
        "ms",
        "process",
        {"sts": EKS_OURS, "botocore": PRESIGN_BOTO, "modules only": MODULES_ONLY},
        {"AWS_CONFIG_FILE": os.devnull},
    ),
    Figure("fan-out over 1,000 roles at 100/s", "roles/s", "printed", {"sts": fan_out(1000)}, serve=("--rate", "100")),
    Figure("fan-out over 5,000 roles", "roles/s", "printed", {"sts": fan_out(5000)}),
    Figure(
        "sessions fetched for 20 uses of a 900 s one",
        "calls",
        "printed",
        {"sts": REFRESHER.format(function="our_calls"), "boto3": REFRESHER.format(function="botocore_calls")},
    ),
]
