"""
Record what the AWS CLI prints and sends, as data for the tests of our command line.

Run with a Python that has `awscli` (it needs an environment of its own) and the path of botocore's newest model of STS:
`python -m tests.tools.aws_cli .../botocore/data/sts/2011-06-15/service-2.json`. It writes `tests/data/aws_cli/*.json`: all of them
with version 1 of the AWS CLI, and the outputs of the forms that only version 2 has with version 2.
"""

from __future__ import annotations

import contextlib
import http.server
import io
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import urllib.parse
from pathlib import Path
from typing import Any, ClassVar

from tests.tools.yaml_values import value

DATA = Path(__file__).resolve().parent.parent / "data" / "aws_cli"
ROLE = "arn:aws:iam::123456789012:role/demo"
REQUIRED: dict[str, list[str]] = {
    "assume-role": ["--role-arn", ROLE, "--role-session-name", "ci"],
    "assume-role-with-saml": [
        *("--role-arn", ROLE, "--principal-arn", "arn:aws:iam::123456789012:saml-provider/p"),
        *("--saml-assertion", "YXNzZXJ0aW9u"),
    ],
    "assume-role-with-web-identity": ["--role-arn", ROLE, "--role-session-name", "ci", "--web-identity-token", "eyJ.e.y"],
    "assume-root": ["--target-principal", "210987654321", "--task-policy-arn", "arn=arn:aws:iam::aws:policy/root-task/X"],
    "decode-authorization-message": ["--encoded-message", "abc"],
    "get-access-key-info": ["--access-key-id", "AKIAIOSFODNN7EXAMPLE"],
    "get-caller-identity": [],
    "get-delegated-access-token": ["--trade-in-token", "token"],
    "get-federation-token": ["--name", "bob"],
    "get-scoped-credentials": ["--duration-seconds", "900"],
    "get-session-token": [],
    "get-web-identity-token": ["--audience", "api.example.com", "--signing-algorithm", "RS256"],
}
"""Every operation, with the options that it cannot do without."""
FORMS = [
    ["--output", "json"],
    ["--output", "text"],
    ["--output", "table", "--color", "off"],
    ["--output", "table", "--color", "on"],
]
FORMS_OF_V2 = [["--output", form] for form in ("yaml", "yaml-stream", "off")]
QUERIES = ["Credentials.[AccessKeyId,Expiration]", "Credentials", "*", "keys(@)", "Account", "[Arn, Account]", "nothing.here"]
QUERIES_OF_V2 = [*QUERIES, "[Credentials, Credentials]", "{b: @, a: [`1`, `true`, `null`, `1.5`, `[]`, `{}`]}"]
SYNTAX: dict[str, list[list[str]]] = {
    "assume-role": [
        ["--tags", "Key=team,Value=a b"],
        ["--tags", "Key=team,Value=a", "Key=env,Value=b=c"],
        ["--tags", '{"Key": "team", "Value": "a b"}'],
        ["--tags", '{"Key": "team", "Value": "a b"}', '{"Key": "env", "Value": "x"}'],
        ["--tags", '[{"Key": "team", "Value": "a b"}, {"Key": "env", "Value": ""}]'],
        ["--tags", "Key=team,Value="],
        ["--tags", "Key='a b',Value=\"c d\""],
        ["--tags", "Key = team , Value = a "],
        ["--tags", "Value=v,Key=k"],
        ["--tags", "file://tags.json"],
        ["--tags", "Key@=file://key,Value=x"],
        ["--policy-arns", "arn=arn:aws:iam::aws:policy/A", "arn=arn:aws:iam::aws:policy/B"],
        ["--policy-arns", '[{"arn": "arn:aws:iam::aws:policy/A"}]'],
        ["--policy-arns", '{"arn": "arn:aws:iam::aws:policy/A"}'],
        ["--provided-contexts", "ProviderArn=arn:aws:iam::aws:contextProvider/IdentityCenter,ContextAssertion=eyJhbGciOi"],
        ["--transitive-tag-keys", "a", "b"],
        ["--transitive-tag-keys", '["a", "b"]'],
        ["--duration-seconds", "900"],
        ["--duration-seconds", "file://seconds"],
        ["--policy", "file://policy.json"],
        ["--policy", '{"Version": "2012-10-17"}'],
        ["--cli-input-json", '{"DurationSeconds": 901, "RoleSessionName": "json", "ExternalId": "xx"}'],
        ["--cli-input-json", "file://input.json"],
        ["--tags"],
        ["--tags", "Key=a, Value=b"],
        ["--tags", "Key=a,Value="],
        ["--tags", "Key=a,Value=b=c=d"],
        ["--tags", "Key@=file://key,Value@=file://key"],
        ["--tags", "Key=aws:cloudformation:stack-name,Value=b"],
        ["--tags", "[]"],
        ["--policy-arns", "arn = arn:aws:iam::aws:policy/A"],
        ["--duration-seconds", " 900"],
        ["--cli-input-json", "fileb://input.json"],
    ],
    "get-web-identity-token": [
        ["--audience", "a", "b"],
        ["--audience", '["a", "b"]'],
        ["--duration-seconds", "60", "--tags", "Key=a,Value=b"],
    ],
    "get-federation-token": [["--policy-arns", "arn=arn:aws:iam::aws:policy/A", "--tags", "Key=a,Value=b"]],
    "assume-root": [["--task-policy-arn", '{"arn": "arn:aws:iam::aws:policy/root-task/Y"}'], ["--duration-seconds", "60"]],
}
"""Forms of values: what the AWS CLI sends for them is what ours has to send."""
WRONG: dict[str, list[list[str]]] = {
    "assume-role": [
        ["--tags", "Key=team"],
        ["--tags", "Value=team"],
        ["--tags", "team"],
        ["--tags", "Key=a,Value=b,Key=c,Value=d"],
        ["--tags", '{"Key": "team"'],
        ["--tags", '{"Key": "team"}'],
        ["--tags", "Key=a,Value=b,Other=c"],
        ["--tags", "Key='a"],
        ["--duration-seconds", "soon"],
        ["--duration-seconds", "file://nowhere"],
        ["--provided-contexts", "x=y"],
        ["--cli-input-json", "{"],
        ["--cli-input-json", '{"NoSuch": 1}'],
        ["--tags", "key=team"],
        ["--tags", '{"key":"a","value":"b"}'],
        ["--tags", "key=a,value=b"],
        ["--tags", '{"Key":"a","Value":1}'],
        ["--tags", "Key={a=b},Value=c"],
        ["--policy-arns", "Arn=arn:aws:iam::aws:policy/A"],
        ["--policy", "fileb://policy.json"],
        ["--policy-arns", "x"],
        ["--cli-input-json", '{"DurationSeconds":"901"}'],
        ["--cli-input-json", '{"DurationSeconds":null}'],
        ["--cli-input-json", '{"Tags":{"Key":"a","Value":"b"}}'],
        ["--cli-input-json", '{"Tags":{"team":"a"}}'],
        ["--cli-input-json", '{"Tags":null}'],
        ["--cli-input-json", '{"PolicyArns":["arn:aws:iam::aws:policy/A"]}'],
        ["--cli-input-json", '{"TransitiveTagKeys":"a"}'],
        ["--cli-input-json", '{"Policy":{"Version":"2012-10-17"}}'],
        ["--cli-input-json", '{"ExternalId":5}'],
    ],
}
"""Values that the AWS CLI refuses before it sends anything, and so must we."""
FILES = {
    "tags.json": '[{"Key": "team", "Value": "a b"}]\n',
    "key": "team",
    "seconds": "900\n",
    "policy.json": '{"Version": "2012-10-17", "Statement": []}\n',
    "input.json": '{"Tags": [{"Key": "a", "Value": "b"}], "RoleArn": "' + ROLE + '", "RoleSessionName": "file"}\n',
}


class Service(http.server.BaseHTTPRequestHandler):
    """STS that answers each operation with the text it is told, and keeps the forms that it gets."""

    answers: ClassVar[dict[str, str]] = {}
    forms: ClassVar[list[list[tuple[str, str]]]] = []

    def do_POST(self) -> None:
        """Answer one call."""
        form = urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
        self.forms.append(sorted(form))
        body = self.answers[dict(form)["Action"]].encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@contextlib.contextmanager
def service(answers: dict[str, str]) -> Any:
    """Run the service; give its URL."""
    Service.answers, Service.forms = answers, []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def answer(model: dict[str, Any], operation: str) -> str:
    """Return a full answer to *operation*: each member of its output, made up from its shape."""
    output = model["operations"][operation]["output"]
    wrapper, namespace = output["resultWrapper"], model["metadata"]["xmlNamespace"]
    inner = "".join(member(model, name, one["shape"]) for name, one in model["shapes"][output["shape"]]["members"].items())
    return (
        f'<{operation}Response xmlns="{namespace}"><{wrapper}>{inner}</{wrapper}>'
        f"<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></{operation}Response>"
    )


def member(model: dict[str, Any], name: str, shape_name: str) -> str:
    """Return one element."""
    shape = model["shapes"][shape_name]
    if shape["type"] == "structure":
        content = "".join(member(model, key, one["shape"]) for key, one in shape["members"].items())
    elif shape["type"] == "list":
        content = "".join(member(model, "member", shape["member"]["shape"]) for _ in range(2))
    elif shape["type"] == "map":
        entry = member(model, "key", shape["key"]["shape"]) + member(model, "value", shape["value"]["shape"])
        content = f"<entry>{entry}</entry>"
    else:
        kinds = {"timestamp": "2030-01-02T03:04:05.678Z", "integer": "7", "boolean": "true"}
        content = kinds.get(shape["type"], "x" * 200 if "oken" in name else f"{name} é ℓ &amp; 日本")
    return f"<{name}>{content}</{name}>"


def wire_name(command: str, model: dict[str, Any]) -> str:
    """Return the operation of a sub-command."""
    return next(name for name in model["operations"] if name.lower() == command.replace("-", ""))


def main() -> None:
    """Record everything that the installed version shows."""
    model_path = Path(sys.argv[1])
    model = json.loads(model_path.read_text())
    configure(model_path)
    import awscli  # type: ignore[import-not-found,unused-ignore]  # it looks for models in HOME

    answers = {name: answer(model, name) for name in model["operations"]}
    with service(answers) as url:
        end = ["--endpoint-url", url]
        if awscli.__version__.startswith("2."):
            found = [case for command in REQUIRED for case in outputs(command, FORMS_OF_V2, QUERIES_OF_V2, end)]
            save(outputs_v2=found, yaml=yaml_texts())
        else:
            recorded = [
                case for command in REQUIRED for case in (*outputs(command, FORMS, QUERIES, end), *skeletons(command, end))
            ]
            save(answers=answers, outputs=recorded, requests=requests(end), refused=refusals(end))


def configure(model_path: Path) -> None:
    """Make a home with the model, the files that values name, and times as the service writes them."""
    home = Path(tempfile.mkdtemp())
    folder = home / ".aws" / "models" / "sts" / "2011-06-15"
    folder.mkdir(parents=True)
    shutil.copy(model_path, folder)
    for name, text in FILES.items():
        (home / name).write_text(text)
    (home / ".aws" / "config").write_text("[default]\ncli_timestamp_format = wire\n")
    os.environ.update(HOME=str(home), AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY="s" * 40)
    os.environ.update(AWS_DEFAULT_REGION="us-east-1")
    os.chdir(home)


def run(*words: str) -> tuple[int, str, str]:
    """Run the AWS CLI; give its exit code and what it prints."""
    from awscli import clidriver, table  # type: ignore[import-not-found,unused-ignore]

    table.colorama.init = lambda **_: None
    random.choice = lambda values: values[0]  # type: ignore[assignment,unused-ignore]  # of an enumeration, for a skeleton
    out, complaint = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(complaint):
        try:
            code = clidriver.create_clidriver().main(["sts", *words])
        except SystemExit as ended:
            code = int(ended.code or 0)
    return code, out.getvalue(), complaint.getvalue()


def requests(end: list[str]) -> list[dict[str, Any]]:
    """Return the form that is sent for each form of value."""
    found = []
    for command, cases in SYNTAX.items():
        for case in cases:
            Service.forms.clear()
            words = [*REQUIRED[command], *case] if case[0] not in REQUIRED[command] else case_only(command, case)
            code, _, complaint = run(command, *words, *end)
            assert code == 0, (command, words, complaint)
            found.append({"words": [command, *words], "form": Service.forms[-1]})
    return found


def refusals(end: list[str]) -> list[dict[str, Any]]:
    """Return the command lines that are refused before anything is sent."""
    found = []
    for command, cases in WRONG.items():
        for case in cases:
            Service.forms.clear()
            code, _, _ = run(command, *REQUIRED[command], *case, *end)
            assert code != 0 and not Service.forms, (command, case, Service.forms)
            found.append({"words": [command, *REQUIRED[command], *case]})
    return found


def outputs(command: str, forms: list[list[str]], queries: list[str], end: list[str]) -> list[dict[str, Any]]:
    """Return what an operation prints in each form, whole and with each query."""
    found = []
    for form in forms:
        for query in [[], *(["--query", one] for one in queries)]:
            words = [command, *REQUIRED[command], *form, *query]
            code, out, _ = run(*words, *end)
            found.append({"words": words, "code": code, "out": out})
    return found


def skeletons(command: str, end: list[str]) -> list[dict[str, Any]]:
    """Return the sample params and the sample result of an operation."""
    found = []
    for what in ("input", "output"):
        words = [command, *REQUIRED[command], "--generate-cli-skeleton", what]
        code, out, _ = run(*words, *end)
        found.append({"words": words, "code": code, "out": out})
    return found


def yaml_texts() -> list[dict[str, Any]]:
    """Return random values with the YAML of each."""
    from awscli.formatter import YAMLDumper  # type: ignore[import-not-found,unused-ignore]

    choose, found = random.Random(0), []
    for _ in range(400):
        data, out = value(choose, shared=False), io.StringIO()
        YAMLDumper().dump(data, out)
        found.append({"value": data, "out": out.getvalue() if data != {} else ""})
    return found


def save(**found: Any) -> None:
    """Write each value to the file of its name."""
    DATA.mkdir(parents=True, exist_ok=True)
    for name, content in found.items():
        (DATA / f"{name}.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(len(content), name)


def case_only(command: str, case: list[str]) -> list[str]:
    """Return the required options with the one that *case* gives replaced."""
    words = list(REQUIRED[command])
    place = words.index(case[0])
    end = next((at for at in range(place + 1, len(words)) if words[at].startswith("--")), len(words))
    return [*words[:place], *words[end:], *case]


if __name__ == "__main__":
    main()
