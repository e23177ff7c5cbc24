"""The structure: imports point down, heavy libraries stay in one place, and `import sts` costs next to nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from sts.credentials.chain.default import LOADERS
from sts.testing import LocalSTS
from tests.support import first_call
from tests.support.imports import hidden, imported

PACKAGE = Path(__file__).resolve().parent.parent / "sts"

# Bottom first. A room (a folder, or a module at the root) may import from lower floors and from rooms of its own floor.
FLOORS = [
    "_version _lazy base",
    "model vendors",
    "errors",
    "http identity",
    "endpoints signer sigv4a events logs arns",
    "settings",
    "retry handlers",
    "protocol",
    "pipeline",
    "drivers",
    "credentials",
    "types commands calling",
    "client explain",
    "v2 tokens fan_out integrations authorization_messages assumers",
    "testing",
    "cli",
    "__main__ __init__ _pyinstaller",
]
FLOOR = {name: floor for floor, names in enumerate(FLOORS) for name in names.split()}
MODULES = sorted(PACKAGE.rglob("*.py"))
NAMES = {"sts." + ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in MODULES}
ONLY_IN = {"xmltodict": "protocol/parse_error.py", "requests": "handlers integrations", "urllib3": "handlers integrations"}


def module_name(path: Path, package: Path = PACKAGE) -> str:
    """Return the dotted name of a module's file."""
    return ".".join(["sts", *path.relative_to(package).with_suffix("").parts]).removesuffix(".__init__")


def unit(name: str) -> str:
    """Return the room of a module: the folder or module below `sts`."""
    return name.split(".")[1] if "." in name else "__init__"


def edges(package: Path = PACKAGE) -> dict[str, set[str]]:
    """Return which modules of ours each module names."""
    paths = {module_name(path, package): path for path in sorted(package.rglob("*.py"))}
    known = set(paths)
    found = {}
    for name, path in paths.items():
        names = {one for one in imported(ast.parse(path.read_text(encoding="utf-8")), known) if one in known}
        found[name] = names - {name}
    return found


def upward(graph: dict[str, set[str]]) -> set[tuple[str, str]]:
    """Return the imports that lead to a higher floor."""
    return {
        (name, other)
        for name, others in graph.items()
        for other in others
        if other != "sts" and FLOOR[unit(other)] > FLOOR[unit(name)]
    }


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return the modules of a circle, in order; an empty list if there is none."""
    done: set[str] = set()

    def visit(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name not in done:
            for other in sorted(graph.get(name, ())):
                if found := visit(other, [*trail, name]):
                    return found
            done.add(name)
        return []

    for name in sorted(graph):
        if found := visit(name, []):
            return found
    return []


def test_every_room_has_its_floor() -> None:
    """A new folder or module at the root needs a line in FLOORS."""
    assert {unit(name) for name in edges()} <= set(FLOOR)


def test_imports_point_down() -> None:
    """A module names modules of its own floor and those below only."""
    assert sorted(upward(edges())) == []


def test_modules_do_not_name_each_other_in_circles() -> None:
    """No module needs itself, whatever way it is loaded."""
    assert circle(edges()) == []


PLATES = sorted(PACKAGE.rglob("__init__.py"))
WITH_MORE = {
    "v2/__init__.py": "`config`, which scripts may replace",
    "_pyinstaller/__init__.py": "the form that PyInstaller gives",
}
"""Door plates that hold more than names, and why."""


def beside_names(tree: ast.Module) -> list[str]:
    """Return the names that a door plate defines itself, other than lists of names."""
    functions = [node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))]
    targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    names = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
    return functions + [name for name in names if not (name.startswith("_") or name == "TYPE_CHECKING")]


@pytest.mark.parametrize("path", PLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_door_plate_says_what_the_room_is_and_names_what_is_public(path: Path) -> None:
    """It has a docstring, imports and lists of names, and nothing else."""
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert ast.get_docstring(tree)
    assert bool(beside_names(tree)) == (path.relative_to(PACKAGE).as_posix() in WITH_MORE)


def test_a_planted_function_in_a_door_plate_is_found() -> None:
    """And a table."""
    code = '"""A room."""\nfrom sts._lazy import lazy\n_T = {}\n__getattr__, __all__ = lazy(globals(), _T)\ndef f(): ...\nTABLE = {}\n'

    assert beside_names(ast.parse(code)) == ["f", "TABLE"]


PASSED_ON = {"_lazy.py": {"homes"}, "base/forks.py": {"name", "names"}, "handlers/choose.py": {"preload"}}
"""Variables that hold what callers give to a loader: in the loaders, and in the one function that passes names on to one."""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_import_is_hidden(path: Path) -> None:
    """What loads modules by name is given literal names, which the tests above read."""
    passed_on = PASSED_ON.get(path.relative_to(PACKAGE).as_posix(), ())
    assert list(hidden(ast.parse(path.read_text(encoding="utf-8")), passed_on)) == []


HIDDEN = {
    "f-string": 'from importlib import import_module\nimport_module(f"sts.{name}")',
    "sum": 'from importlib import import_module\nimport_module("sts." + name)',
    "formatted": 'import importlib\nimportlib.import_module("sts.{}".format(name))',
    "joined": 'from sts.base.forks import load\nload("json", ".".join(["sts", "cli"]))',
    "variable": 'from sts.base import forks\nname = f"sts.{name}"\nforks.load(name)',
    "computed table": 'from sts._lazy import lazy\nNAMES = {f"sts.{one}": one for one in "ab"}\nlazy(globals(), NAMES)',
    "table with a computed row": 'from importlib import import_module\nT = {"a": "sts." + "cli"}\nimport_module(T["a"])',
    "table with another in it": 'from importlib import import_module\nT = {**other}\nimport_module(T["a"])',
    "built-in": '__import__(f"sts.{name}")',
    "loaded already": 'import sys\nsys.modules[f"sts.{name}"].config',
    "loaded already, asked for": 'import sys\nsys.modules.get("sts." + name)',
    "to be preloaded": 'acquire_handler(kind, options, preload=(f"sts.{name}",))',
    "under another name": 'from importlib import import_module as find\nfind(f"sts.{name}")',
    "handed around": "from importlib import import_module\nlist(map(import_module, names))",
    "relative": "from . import cli",
}


@pytest.mark.parametrize("code", HIDDEN.values(), ids=HIDDEN)
def test_a_planted_hidden_import_is_found(code: str) -> None:
    """The test above fails for each way to hide the name of a module."""
    assert list(hidden(ast.parse(code))) == [code.count("\n") + 1 if "find" not in code else 1]


READABLE = {
    "string": 'from importlib import import_module\nimport_module("sts.cli")',
    "table": 'from sts.base.forks import load\nT = {"a": "sts.cli"}\ndef f(name):\n    load("json", T[name])',
    "facade": 'from sts._lazy import lazy\n_T = {"sts.cli": "main"}\nlazy(globals(), _T, {"a": "b"}, short_help=True)',
    "another function": "def f(load):\n    load(name)",
}


@pytest.mark.parametrize("code", READABLE.values(), ids=READABLE)
def test_literal_names_are_not_hidden(code: str) -> None:
    """The test above leaves alone what the tests of floors and circles read, and functions that load no module."""
    assert list(hidden(ast.parse(code))) == []


PLANTED = {
    "plain": "from sts.cli import main",
    "for types": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import sts.cli",
    "in a function": "def f():\n    from sts.cli import main",
    "by name": 'from importlib import import_module\nimport_module("sts.cli")',
    "to a loader": 'from sts.base.forks import load\nload("json", "sts.cli")',
}


@pytest.mark.parametrize("code", PLANTED.values(), ids=PLANTED)
def test_a_planted_import_that_points_up_is_found(code: str, tmp_path: Path) -> None:
    """The test above fails for each way to name a module."""
    for name, text in {"cli": "", "model": code, "base": "", "base/forks": ""}.items():
        path = tmp_path / "sts" / (f"{name}.py" if "/" in name else f"{name}/__init__.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    assert upward(edges(tmp_path / "sts")) == {("sts.model", "sts.cli")}


@pytest.mark.parametrize("code", ["from sts.model import b", "import sts.model.b", 'load("sts.model.b")'])
def test_a_planted_circle_is_found(code: str, tmp_path: Path) -> None:
    """Also one within a room, and one by name."""
    for name, text in {"__init__": "", "a": code, "b": "def f():\n    import sts.model.a"}.items():
        path = tmp_path / "sts" / "model" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    assert set(circle(edges(tmp_path / "sts"))) == {"sts.model.a", "sts.model.b"}


def libraries(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    found |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in found}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_libraries_have_one_home(path: Path) -> None:
    """Each third-party library is imported where it belongs, and botocore only by the bridge to it."""
    names, place = libraries(path), path.relative_to(PACKAGE).as_posix()
    for library, homes in ONLY_IN.items():
        typed = "types.py" if library == "requests" else ""
        assert library not in names or place == typed or any(place.startswith(home) for home in homes.split())
    assert not names & {"boto3", "botocore", "moto"} or unit(module_name(path)) == "integrations"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_are_short(path: Path) -> None:
    """A file has 300 lines at most (tables and generated types more), a function 45."""
    text = path.read_text(encoding="utf-8")
    limit = {"model/operations.py": 450, "settings/table.py": 400, "types.py": 700}.get(
        path.relative_to(PACKAGE).as_posix(), 300
    )
    assert text.count("\n") <= limit

    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or 0) - node.lineno < 45, node.name


def modules_after(code: str, *python_options: str) -> set[str]:
    command = [sys.executable, *python_options, "-c", f"{code}\nimport sys; print(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True, cwd=PACKAGE.parent).stdout.split())


def test_importing_the_package_imports_nothing_else() -> None:
    """`import sts` takes no third-party module, no asyncio, and one of our own."""
    bare = modules_after("pass")
    added = modules_after("import sts") - bare

    assert added <= {"sts", "sts._lazy", "__future__"}


@pytest.mark.parametrize("code", ["import sts", "from sts import STS; STS(region='us-east-1')", "import sts.cli, sts.testing"])
def test_importing_is_silent(code: str) -> None:
    """No warning, with every warning an error."""
    modules_after(code, "-W", "error")


def test_making_a_client_needs_no_http_library() -> None:
    """Making a client does no I/O, so nothing that does I/O is loaded."""
    loaded = modules_after("from sts import STS; STS(region='us-east-1', access_key_id='AKIA', secret_access_key='x')")

    assert not loaded & {"requests", "urllib3", "asyncio", "ssl", "http.client", "botocore", "inspect", "dataclasses"}


SLOW_TO_IMPORT = (
    "asyncio base64 concurrent contextlib copy dataclasses email http importlib inspect ipaddress json linecache logging "
    "random re ssl string textwrap tokenize traceback typing typing_extensions urllib uuid xml certifi requests urllib3 xmltodict"
)
"""Modules that a first call over http does without: each costs about a per cent of it, or more."""
KEYS = {"options": ", access_key_id=os.environ['KEY'], secret_access_key=os.environ['SECRET']", "environment": ""}
CALLS = {
    "GetCallerIdentity": "get_caller_identity()",
    "AssumeRole": "assume_role(RoleArn='arn:aws:iam::123456789012:role/demo', RoleSessionName='me@there')",
}


def loaded_by_call(home: Path, keys: str, operation: str) -> set[str]:
    """Return the modules that the first call of a process loads; its credentials are options or variables."""
    with LocalSTS() as server:
        client = f"STS(region='us-east-1', endpoint={server.url!r}{KEYS[keys]})"
        code = f"""
import os, sys
sys.path.insert(0, {str(PACKAGE.parent)!r})
before = set(sys.modules)
from sts import STS
{client}.{CALLS[operation]}
print(*set(sys.modules) - before)
"""
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY") if keys == "environment" else ("KEY", "SECRET")
        environ = {"HOME": str(home), names[0]: server.user.access_key_id, names[1]: server.user.secret_access_key}
        command = [sys.executable, "-I", "-S", "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=120)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("keys", KEYS)
def test_a_first_call_imports_nothing_that_is_slow(tmp_path: Path, keys: str, operation: str) -> None:
    """Of the standard library a call loads what it cannot do without, and no other library."""
    loaded = {name.partition(".")[0] for name in loaded_by_call(tmp_path, keys, operation)}

    assert loaded & set(SLOW_TO_IMPORT.split()) == set()


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("keys", KEYS)
def test_a_first_call_loads_these_modules_of_ours(tmp_path: Path, keys: str, operation: str) -> None:
    """A module more is a decision: load it when it is needed, or add it to the list with the reason in the changelog."""
    loaded = {name for name in loaded_by_call(tmp_path, keys, operation) if name.partition(".")[0] == "sts"}
    listed = first_call.modules(keys, operation)
    new, unused = sorted(loaded - listed), sorted(listed - loaded)

    assert not new, f"a first call loads {len(new)} more: {', '.join(new)}; see tests/support/first_call.py"
    assert not unused, f"a first call no longer loads {', '.join(unused)}: take it out of tests/support/first_call.py"


def test_a_first_call_stays_light() -> None:
    """The list of the test above does not grow unnoticed."""
    assert len(first_call.modules("options", "GetCallerIdentity")) <= first_call.MOST


def names_to_load() -> set[str]:
    """Return the modules whose names `sts.base.forks.load` is given as literals, and those of credential sources."""
    calls = [
        node for path in MODULES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    ]
    loaded = [argument for call in calls if getattr(call.func, "id", "") == "load" for argument in call.args]
    return {node.value for node in loaded if isinstance(node, ast.Constant)} | set(LOADERS.values())


def test_what_is_loaded_beside_forks_brings_no_logging() -> None:
    """Logging takes a lock at a fork that imports of its users need: `load_library` takes care of that, `load` does not."""
    names = sorted(names_to_load())
    code = "import sys\nfor name in {}:\n    __import__(name)\n    if 'logging' in sys.modules: raise SystemExit(name)"
    done = subprocess.run([sys.executable, "-c", code.format(names)], capture_output=True, text=True, cwd=PACKAGE.parent)

    assert len(names) > 20
    assert done.stderr == ""


FIRST_CALL = """
from sts.credentials.chain.default import LOADERS
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
from sts.credentials.chain.default import LOADERS
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
    if frames and "listener" not in str(frames): print("FRAMES", len(frames), file=sys.stderr)
    return send(self, *args)
socket.socket.sendall = sendall
""",
        more="",
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    counts = [int(line.split()[1]) for line in done.stderr.splitlines() if line.startswith("FRAMES")]

    assert counts
    assert max(counts) <= 8
