"""`exec --server` as the AWS SDKs for Go, JavaScript and Java and the AWS CLI use it: each finds it without any setting."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sts.testing import LocalSTS

ROOT = Path(__file__).resolve().parents[3]
ROLE = "arn:aws:iam::123456789012:role/demo"
DEBIAN_GO = "/usr/share/gocode"
"""Where Debian's package golang-github-aws-aws-sdk-go-v2-dev is."""
JAVA_SDK = os.environ.get("AWS_SDK_JAVA", "")  # tests run without the variables AWS_...
JAVASCRIPT = """
const {fromNodeProviderChain} = require("@aws-sdk/credential-providers");
fromNodeProviderChain()().then((keys) => process.stdout.write(JSON.stringify(
    {key: keys.accessKeyId, token: Boolean(keys.sessionToken), expires: keys.expiration instanceof Date})));
"""
GO = """
package main

import (
	"context"
	"encoding/json"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
)

func main() {
	loaded, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		panic(err)
	}
	keys, err := loaded.Credentials.Retrieve(context.Background())
	if err != nil {
		panic(err)
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"key": keys.AccessKeyID, "token": keys.SessionToken != "", "expires": keys.CanExpire})
}
"""
JAVA = """
import software.amazon.awssdk.auth.credentials.*;

public class Keys {
    public static void main(String[] words) {
        AwsSessionCredentials keys = (AwsSessionCredentials) DefaultCredentialsProvider.create().resolveCredentials();
        System.out.printf("{\\"key\\": \\"%s\\", \\"token\\": %b, \\"expires\\": %b}", keys.accessKeyId(),
            !keys.sessionToken().isEmpty(), keys.expirationTime().isPresent());
    }
}
"""
JAVA_1 = """
import com.amazonaws.auth.*;

public class Keys {
    public static void main(String[] words) {
        AWSSessionCredentials keys = (AWSSessionCredentials) new DefaultAWSCredentialsProviderChain().getCredentials();
        System.out.printf("{\\"key\\": \\"%s\\", \\"token\\": %b, \\"expires\\": true}", keys.getAWSAccessKeyId(),
            !keys.getSessionToken().isEmpty());
    }
}
"""


def serve(environ: dict[str, str], *program: str) -> subprocess.CompletedProcess[str]:
    """Run *program* under `sts exec --server prod`."""
    command = [sys.executable, "-m", "sts", "exec", "--server", "prod", "--", *program]
    return subprocess.run(command, env=environ, capture_output=True, text=True)


def check(done: subprocess.CompletedProcess[str]) -> None:
    """Check that the program found a session and its expiration."""
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["key"].startswith("ASIA")
    assert (found["token"], found["expires"]) == (True, True)


@pytest.mark.skipif(not shutil.which("node"), reason="needs node, and NODE_PATH leading to @aws-sdk/credential-providers")
def test_javascript(environ: dict[str, str]) -> None:
    """The default chain of version 3."""
    done = serve(environ, "node", "-e", JAVASCRIPT)
    if "Cannot find module '@aws-sdk" in done.stderr:
        pytest.skip("NODE_PATH does not lead to @aws-sdk/credential-providers")

    check(done)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("go"), reason="needs go")
@pytest.mark.skipif(
    not os.path.isdir(f"{DEBIAN_GO}/src/github.com/aws/aws-sdk-go-v2/config"),
    reason="needs the AWS SDK for Go, as Debian's golang-github-aws-aws-sdk-go-v2-dev has it",
)
def test_go(environ: dict[str, str], tmp_path: Path) -> None:
    """The default configuration of version 2."""
    (tmp_path / "main.go").write_text(GO)
    settings = {"GO111MODULE": "off", "GOPATH": DEBIAN_GO, "GOCACHE": os.environ.get("GOCACHE", str(tmp_path / "cache"))}
    program = str(tmp_path / "keys")
    subprocess.run(["go", "build", "-o", program, str(tmp_path / "main.go")], env={**environ, **settings}, check=True)

    check(serve(environ, program))


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("javac"), reason="needs a JDK")
@pytest.mark.skipif(
    not JAVA_SDK,
    reason="needs AWS_SDK_JAVA: a class path with the SDK's module auth, or version 1's bundle",
)
def test_java(environ: dict[str, str], tmp_path: Path) -> None:
    """The default provider of version 2, or the default chain of version 1 for a class path of that."""
    (tmp_path / "Keys.java").write_text(JAVA_1 if "aws-java-sdk" in JAVA_SDK else JAVA)
    path = f"{tmp_path}{os.pathsep}{JAVA_SDK}"
    subprocess.run(["javac", "-cp", path, "-d", str(tmp_path), str(tmp_path / "Keys.java")], check=True)

    check(serve(environ, "java", "-cp", path, "Keys"))


@pytest.mark.skipif(not shutil.which("aws"), reason="needs the AWS CLI")
def test_the_aws_cli(environ: dict[str, str], server: LocalSTS) -> None:
    """With a command of its own."""
    words = ["aws", "sts", "get-caller-identity", "--endpoint-url", server.url, "--output", "json"]
    done = serve(environ, *words)

    assert done.returncode == 0, done.stderr
    assert ":assumed-role/demo/" in json.loads(done.stdout)["Arn"]
