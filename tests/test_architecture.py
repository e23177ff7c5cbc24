"""The structure: imports point down, heavy libraries stay in one place, and `import sts` costs next to nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "sts"

# Bottom first. A module may import from lower layers and from its own; a package stands for all its modules.
LAYERS = [
    "_version records shapes errors http forks suggest spelling layout problems",
    "operations dates sections arns access_keys patterns friendly describe signatures types events clock names commands results arguments",
    "hints masks classify profiles endpoints validator serializer refusals request_ids result_parser parser signer retry retry_legacy retry_adaptive user_agent "
    "gate guards",
    "logs setting_kinds setting_search setting_table settings options retry_modes",
    "handlers call recovery session_sizes",
    "pipeline presign promise request drivers wiring",
    "credentials",
    "methods explain connected client",
    "v2 assumers tokens integrations testing cli __main__ __init__ fan_out authorization_messages",
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names.split()}
MODULES = sorted(PACKAGE.rglob("*.py"))
ONLY_IN = {"xmltodict": {"parser"}, "requests": {"handlers", "integrations"}, "urllib3": {"handlers", "integrations"}}


def unit(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(tree: ast.AST, *, top_level: bool = False) -> list[str]:
    """Return what a module imports at run time, as dotted names."""
    found = []
    nodes = list(ast.walk(tree))
    hidden = {
        child
        for node in nodes
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for child in ast.walk(node)
    }
    if top_level:
        hidden |= {
            child for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) for child in ast.walk(node)
        }
    for node in nodes:
        if node in hidden:
            continue
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    """A module imports only from its own layer and those below."""
    own = unit(path)
    assert own in LEVEL, f"say in LAYERS where {own} belongs"
    names = [name.split(".")[1] for name in imported(ast.parse(path.read_text(encoding="utf-8"))) if name.startswith("sts.")]

    assert {name for name in names if LEVEL[name] > LEVEL[own]} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_libraries_have_one_home(path: Path) -> None:
    """Each third-party library is imported where it belongs, and botocore only by the bridge to it."""
    names = {name.split(".")[0] for name in imported(ast.parse(path.read_text(encoding="utf-8")))}
    for library, homes in ONLY_IN.items():
        assert library not in names or unit(path) in homes
    assert not names & {"boto3", "botocore", "moto"} or unit(path) == "integrations"


def test_modules_do_not_import_each_other_in_circles() -> None:
    """Nothing needs itself to be imported first."""
    graph: dict[str, set[str]] = {}
    for path in MODULES:
        name = "sts." + ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        graph[name.removesuffix(".__init__")] = {one for one in imported(tree, top_level=True) if one.startswith("sts.")}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name not in done:
            for other in graph.get(name, ()):
                visit(other, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_are_short(path: Path) -> None:
    """A file has 300 lines at most (the table 500, generated types more), a function 45."""
    text = path.read_text(encoding="utf-8")
    limit = {"operations.py": 450, "types.py": 600}.get(path.name, 300)
    assert text.count("\n") <= limit

    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or 0) - node.lineno < 45, node.name


def modules_after(code: str, *python_options: str) -> set[str]:
    command = [sys.executable, *python_options, "-c", f"{code}\nimport sys; print(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True, cwd=PACKAGE.parent).stdout.split())


def test_importing_the_package_imports_nothing_else() -> None:
    """`import sts` takes no third-party module, no asyncio, and none of our own but the version."""
    bare = modules_after("pass")
    added = modules_after("import sts") - bare

    assert added <= {"sts", "sts._version", "__future__"}


@pytest.mark.parametrize("code", ["import sts", "from sts import STS; STS(region='us-east-1')", "import sts.cli, sts.testing"])
def test_importing_is_silent(code: str) -> None:
    """No warning, with every warning an error."""
    modules_after(code, "-W", "error")


def test_making_a_client_needs_no_http_library() -> None:
    """Making a client does no I/O, so nothing that does I/O is loaded."""
    loaded = modules_after("from sts import STS; STS(region='us-east-1', access_key_id='AKIA', secret_access_key='x')")

    assert not loaded & {"requests", "urllib3", "asyncio", "ssl", "http.client", "botocore", "inspect", "dataclasses"}


FIRST_CALL = """
from sts.testing import LocalSTS
from sts import STS
{before}
with LocalSTS() as server:
    STS(**server.client_options(){more}).get_caller_identity()
"""


@pytest.mark.parametrize(
    ("before", "more", "uses_requests"),
    [("", "", False), ("import responses", "", True), ("import requests", ", session=requests.Session()", True)],
    ids=["default", "intercepted", "session"],
)
def test_a_first_call_imports_requests_only_when_asked_for(before: str, more: str, uses_requests: bool) -> None:
    """The default handler does without requests, which costs a third of a cold start."""
    loaded = modules_after(FIRST_CALL.format(before=before, more=more))

    assert ("sts.handlers.requests" in loaded) is uses_requests
    assert ("requests" in loaded) is uses_requests
    assert uses_requests or "asyncio" not in loaded  # responses imports it
    assert "botocore" not in loaded


@pytest.mark.parametrize(
    ("outcome", "loads"), [("get_caller_identity()", False), ("get_access_key_info(AccessKeyId='A' * 20)", True)]
)
def test_only_a_refusal_loads_xmltodict(outcome: str, loads: bool) -> None:
    """Results are read without it, and its import costs more than the whole of a warm call."""
    code = f"""
from sts.testing import LocalSTS
from sts import STS, ServiceError
with LocalSTS() as server:
    server.inject("throttle", operation="GetAccessKeyInfo", times=9)
    try:
        STS(**server.client_options()).{outcome}
    except ServiceError:
        pass
"""
    assert ("xmltodict" in modules_after(code)) is loads


def test_at_most_eight_of_our_frames_lie_between_the_caller_and_the_socket() -> None:
    """A traceback of a network error can be read."""
    code = FIRST_CALL.format(
        before="""
import socket, sys, traceback
send = socket.socket.sendall
def sendall(self, *args):
    frames = [f for f in traceback.extract_stack() if "/sts/" in f.filename.replace("\\\\\\\\", "/")]
    if frames and "listener" not in str(frames) and "delivery" not in str(frames): print("FRAMES", len(frames), file=sys.stderr)
    return send(self, *args)
socket.socket.sendall = sendall
""",
        more="",
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    counts = [int(line.split()[1]) for line in done.stderr.splitlines() if line.startswith("FRAMES")]

    assert counts
    assert max(counts) <= 8
