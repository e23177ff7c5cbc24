"""
Make what is made from tables: `sts/types.py`, `sts/calling/methods.pyi`, `sts/commands.pyi` and `sts/v2/methods.pyi`.

    python -m tests.tools.generate            write the files
    python -m tests.tools.generate --check    fail when one of them is not what the table says
"""

from __future__ import annotations

import sys
from functools import partial
from importlib import import_module
from pathlib import Path

import sts
from sts.model.operations import OPERATIONS
from sts.model.shapes import (
    Boolean,
    Integer,
    ListOf,
    MapOf,
    Member,
    Operation,
    Shape,
    String,
    Structure,
    Timestamp,
    describe_shape,
)
from sts.settings.table import OPTIONS, SETTINGS, annotation

PACKAGE = Path(sts.__file__).parent
NOTE = "Made from `sts/model/operations.py` by `python -m tests.tools.generate`; do not edit."

# Outputs that the service leaves out unless policies, tags, a source identity or a context provider were used.
SOMETIMES = {
    "NameQualifier",
    "PackedPolicySize",
    "SessionTokenSize",
    "SessionTokenUtilization",
    "SourceIdentity",
    "TrustedIdentityPropagationContext",
}
# Structures of which the service leaves out whatever it does not know.
SPARSE = {"OriginIdentity", "TransactionContext", "TrustedIdentityPropagationContext"}


def structures() -> dict[str, tuple[Structure, bool]]:
    """Return every structure below the operations, innermost first, with whether it is (part of) an input."""
    found: dict[str, tuple[Structure, bool]] = {}

    def visit(shape: Shape, is_input: bool) -> None:
        if isinstance(shape, ListOf):
            visit(shape.item, is_input)
        elif isinstance(shape, Structure):
            for member in shape.members:
                visit(member.shape, is_input)
            found.setdefault(shape.name, (shape, is_input))

    for operation in OPERATIONS:
        visit(operation.input, True)
        visit(operation.output, False)
    return found


def type_name(shape: Structure) -> str:
    """Return the TypedDict's name; nested ones say Dict, since members and `sts.Credentials` have the bare names."""
    return shape.name if shape.name.endswith(("Request", "Response")) else f"{shape.name.removesuffix('Type')}Dict"


def input_type(member: Member) -> str:
    """Return the annotation of an input member, friendly forms included."""
    shape = member.shape
    if member.name == "DurationSeconds":
        return "Union[int, timedelta]"
    if isinstance(shape, String) and member.name == "Policy":
        return "Union[str, Mapping[str, object]]"
    if isinstance(shape, Structure):
        return f"Union[str, {type_name(shape)}]" if len(shape.members) == 1 else type_name(shape)
    if isinstance(shape, ListOf):
        return list_type(shape)
    return plain_type(shape)


def list_type(shape: ListOf) -> str:
    item = shape.item
    if isinstance(item, Structure) and [m.name for m in item.members] == ["Key", "Value"]:
        return f"Union[Sequence[{type_name(item)}], Mapping[str, str]]"
    if isinstance(item, Structure) and len(item.members) == 1:
        return f"Sequence[Union[str, {type_name(item)}]]"
    if shape.name == "webIdentityTokenAudienceListType":
        return "Union[str, Sequence[str]]"
    return f"Sequence[{plain_type(item)}]"


def plain_type(shape: Shape) -> str:
    if isinstance(shape, ListOf):
        return f"list[{plain_type(shape.item)}]"
    if isinstance(shape, MapOf):
        return f"dict[{plain_type(shape.key)}, {plain_type(shape.value)}]"
    if isinstance(shape, Structure):
        return type_name(shape)
    if isinstance(shape, String) and shape.enum:
        return f"Literal[{', '.join(map(repr, shape.enum))}]"
    return {String: "str", Integer: "int", Boolean: "bool", Timestamp: "datetime"}[type(shape)]


def typed_dict(shape: Structure, is_input: bool) -> str:
    lines = [
        f"class {type_name(shape)}(TypedDict):",
        f'    """{"What to send" if is_input else "What comes back"}: {shape.name}."""',
        "",
    ]
    for member in shape.members:
        annotation = input_type(member) if is_input else plain_type(member.shape)
        optional = not member.required if is_input else member.name in SOMETIMES or shape.name in SPARSE
        lines += [
            f"    {member.name}: {f'NotRequired[{annotation}]' if optional else annotation}",
            f'    """{member.doc} {describe_shape(member.shape)}."""',
        ]
    if shape.name.endswith("Response"):
        lines += ["    ResponseMetadata: ResponseMetadataDict", '    """Request id, HTTP status and headers, attempts."""']
    return "\n".join(lines)


TYPES = '''"""
Types of every input and output. {note}

Annotate a dict held in a variable by its type: `params: AssumeRoleRequest = {{...}}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, Optional, Protocol, TypeVar, Union

from typing_extensions import NotRequired, TypedDict

from sts.errors import STSError
from sts.http import AbortSignal

if TYPE_CHECKING:
    import logging

    import requests

    from sts.http import Handler
    from sts.identity import CredentialProvider, Credentials
    from sts.retry.standard import RetryStrategy

R = TypeVar("R")
Callback = Callable[[Optional[STSError], Optional[R]], object]
"""A function of (error, data): one of them is None."""


class RuntimeExtension(Protocol):
    """An extension of a client: an item of `extensions=`."""

    def configure(self, configuration: Any, /) -> object:
        """Read and set options by methods such as `set_region()`, `set_credentials()` and `set_http_handler()`."""


class WebIdentityTokenSubjectModeType:
    """The values of `SubjectMode`, by v3's names."""

    AWS_IDENTITY: Literal["AWSIdentity"] = "AWSIdentity"
    ORIGIN_IDENTITY: Literal["OriginIdentity"] = "OriginIdentity"


class CallOptions(TypedDict, total=False):
    """Options of one call."""

    timeout: Optional[float]
    """Seconds that the whole call may take."""
    abort_signal: Optional[AbortSignal]
    """Signal that ends the call."""


class ResponseMetadataDict(TypedDict):
    """What is known of the exchange."""

    RequestId: NotRequired[str]
    """The service's id of the request."""
    HTTPStatusCode: int
    """Status of the last response."""
    HTTPHeaders: dict[str, str]
    """Headers of the last response, names in lower case."""
    Attempts: int
    """Attempts made, the first included."""
    RetryAttempts: int
    """Attempts made after the first."""
    TotalRetryDelay: float
    """Seconds waited between attempts."""
    Region: NotRequired[str]
    """The region that answered, of a client with failover_regions."""
'''

METHODS = '''"""{note}"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal, Union, overload

from sts.http import AbortSignal
from sts.calling.request import Request
from sts.model.shapes import Operation
from sts.types import *

class Described:
    def __init__(self, operation: Operation, *, callback: bool = ...) -> None: ...

def blocking_method(operation: Operation) -> Callable[..., object]: ...
def async_method(operation: Operation) -> Callable[..., object]: ...
'''


def keywords(operation: Operation) -> list[str]:
    members = sorted(operation.input.members, key=lambda member: not member.required)
    return [f"{member.name}: {input_type(member)}" + ("" if member.required else " | None = ...") for member in members]


def blocking_stub(operation: Operation) -> str:
    name, given, result = operation.method_name, operation.input.name, operation.output.name
    options = "timeout: float | None = ..., abort_signal: AbortSignal | None = ..."
    members = "".join(f"{keyword}, " for keyword in keywords(operation))
    forms = [
        (f"self, *, {members}callback: None = ..., {options}", result),
        (f"self, *, {members}callback: Callback[{result}], {options}", f"Request[{result}]"),
        (f"self, params: {given}, options: CallOptions | None = ..., /, *, callback: None = ..., {options}", result),
        (f"self, params: {given}, /, *, callback: Callback[{result}], {options}", f"Request[{result}]"),
        (f"self, params: {given}, callback: Callback[{result}], /, *, {options}", f"Request[{result}]"),
        (f"self, params: {given}, options: CallOptions | None, callback: Callback[{result}], /", f"Request[{result}]"),
        (f"self, callback: Callback[{result}], /, *, {options}", f"Request[{result}]"),
    ]
    if needs_params(operation):
        forms.pop()
    return "\n".join(stub("def", name, *form, operation.doc) for form in forms)


def needs_params(operation: Operation) -> bool:
    """Say whether there is no call of *operation* without params."""
    return bool(operation.one_of) or any(member.required for member in operation.input.members)


def async_stub(operation: Operation) -> str:
    options = "timeout: float | None = ..., abort_signal: AbortSignal | None = ..."
    members = "".join(f"{keyword}, " for keyword in keywords(operation))
    forms = [
        (f"self, *, {members}{options}", operation.output.name),
        (f"self, params: {operation.input.name}, options: CallOptions | None = ..., /, *, {options}", operation.output.name),
    ]
    return "\n".join(stub("async def", operation.method_name, *form, operation.doc) for form in forms)


def stub(kind: str, name: str, parameters: str, result: str, doc: str) -> str:
    return f'    @overload\n    {kind} {name}({parameters}) -> {result}:\n        """{doc}"""'


def option_type(name: str, text: str) -> str:
    """Return the type of the option *name*, in words, as an annotation."""
    if name == "callback_scheduler":
        return "Union[Callable[[Callable[[], None]], object], None]"
    if text.startswith("'"):
        return f"Literal[{', '.join(text.split(' | '))}]"
    exact = {"Mapping": "Mapping[str, Any]", "Callable": "Callable[..., object]"}
    return f"Union[{', '.join(exact.get(one, one) for one in text.split(' | '))}, None]"


def client_options() -> str:
    lines = [
        "class ClientOptions(TypedDict, total=False):",
        '    """Options of a client; None is the same as leaving one out."""',
        "",
    ]
    for name, option in OPTIONS.items():
        lines += [f"    {name}: {option_type(name, option.type)}", f'    """{option.doc}"""']
    return "\n".join(lines)


def settings_py() -> str:
    """Return `sts/settings/settings.py` with the fields of `Settings` as the table has them."""
    start, end = "`python -m tests.tools.generate`; do not edit.\n", "    # End of what is made."
    text = (PACKAGE / "settings" / "settings.py").read_text(encoding="utf-8")
    head, _, rest = text.partition(start)
    fields = "".join(f"    {row.name}: {annotation(row)}\n" for row in SETTINGS)
    return f"{head}{start}{fields}{end}{rest.partition(end)[2]}"


def types_py() -> str:
    blocks = [TYPES.format(note=NOTE), client_options()]
    blocks += [typed_dict(shape, is_input) for shape, is_input in structures().values()]
    for name, shapes, doc in (
        ("ServiceInputTypes", [operation.input for operation in OPERATIONS], "input"),
        ("ServiceOutputTypes", [operation.output for operation in OPERATIONS], "output"),
    ):
        members = ", ".join(dict.fromkeys(type_name(shape) for shape in shapes))
        blocks.append(f'{name} = Union[{members}]\n"""The {doc} of any operation."""')
    return "\n\n".join(blocks) + "\n"


INVOKE = "Call an operation that is not a method: a row of `sts.vendors` or of your own, or the name of any action."


def invoke_stub(kind: str) -> str:
    """Return the stub of `invoke`, whose params and result have no known members."""
    done, result = "Callback[dict[str, Any]]", "dict[str, Any]"
    row, params = "self, row: Operation | str, ", "params: Mapping[str, Any]"
    options = "signed: bool | None = ..., timeout: float | None = ..., abort_signal: AbortSignal | None = ..."
    plain = f"{row}{params} = ..., options: CallOptions | None = ..., /, *, "
    if kind == "async def":
        return f'    {kind} invoke({plain}{options}, **members: object) -> {result}:\n        """{INVOKE}"""'
    forms = [
        (f"{plain}callback: None = ..., {options}, **members: object", result),
        (f"{row}{params} = ..., /, *, callback: {done}, {options}, **members: object", f"Request[{result}]"),
        (f"{row}callback: {done}, /, *, {options}, **members: object", f"Request[{result}]"),
        (f"{row}{params}, callback: {done}, /, *, {options}", f"Request[{result}]"),
        (f"{row}{params}, options: CallOptions | None, callback: {done}, /, *, {options}", f"Request[{result}]"),
    ]
    return "\n".join(stub(kind, "invoke", *form, INVOKE) for form in forms)


def methods_pyi() -> str:
    blocking = "\n".join([*(blocking_stub(operation) for operation in OPERATIONS), invoke_stub("def")])
    coroutines = "\n".join([*(async_stub(operation) for operation in OPERATIONS), invoke_stub("async def")])
    return METHODS.format(note=NOTE) + f"\nclass OperationMethods:\n{blocking}\n\nclass AsyncOperationMethods:\n{coroutines}\n"


def v2_methods_pyi() -> str:
    forms = "(self, params: Mapping[str, Any] | Callback[{0}] | None = ..., callback: Callback[{0}] | None = ..., /, **members: object)"
    methods = "\n".join(
        f"    def {name}{forms.format(operation.output.name)} -> Request[{operation.output.name}]:\n"
        f'        """{operation.doc}"""'
        for operation in OPERATIONS
        for name in (operation.method_name, operation.name[0].lower() + operation.name[1:])
    )
    return (
        f'"""{NOTE}"""\n\nfrom collections.abc import Mapping\nfrom typing import Any\n\nfrom sts.types import *\n'
        f"from sts.v2.request import Request\n\nclass RequestMethods:\n{methods}\n"
    )


def commands_pyi() -> str:
    classes = []
    for operation in OPERATIONS:
        needed = needs_params(operation)
        given = operation.input.name
        first = f"input: {given}, /" if needed else f"input: {given} | None = ..., /"
        classes.append(
            f"class {operation.name}Command(Command[{operation.output.name}]):\n"
            f'    """{operation.doc}"""\n\n'
            f"    @overload\n    def __init__(self, {first}) -> None: ...\n"
            f"    @overload\n    def __init__(self, *, {', '.join(keywords(operation)) or '_none: None = ...'}) -> None: ...\n"
        )
    return (
        f'"""{NOTE}"""\n\nfrom collections.abc import Mapping, Sequence\nfrom datetime import timedelta\n'
        "from typing import Any, ClassVar, Generic, Literal, Union, overload\n\nfrom sts.model.shapes import Operation\nfrom sts.types import *\n\n"
        "class Command(Generic[R]):\n    operation: ClassVar[Operation]\n    input: Mapping[str, Any]\n\n"
        "COMMANDS: dict[str, type[Command[Any]]]\n\n" + "\n".join(classes)
    )


FACADES = {
    "sts": "",
    "sts.credentials": "credentials/",
    "sts.handlers": "handlers/",
    "sts.testing": "testing/",
    "sts.tokens": "tokens/",
    "sts.v2": "v2/",
}
"""Packages whose names are loaded when first used, and their folders: type checkers and editors read the stubs made here."""
OWN_VALUES = {"sts.v2": ("VERSION", "config")}
"""Names that a package defines itself; their types are builtins or names of the package."""


def facade_pyi(package: str) -> str:
    """Return the stub of a package with lazy names: where each of them is defined."""
    module = import_module(package)
    values = {name: type(getattr(module, name)).__name__ for name in OWN_VALUES.get(package, ())}
    names = [name for name in module.__all__ if name not in values]
    aliases = {name: getattr(module, name).__name__ for name in names if name not in module._HOMES}
    lines = [f"from {module._HOMES[aliases.get(name, name)]} import {aliases.get(name, name)} as {name}" for name in names]
    note = "Made from `__init__.py` by `python -m tests.tools.generate`; do not edit."
    return f'"""{note}"""\n\n' + "\n".join(
        [*sorted(lines), "", *(f"{name}: {kind}" for name, kind in values.items()), "__all__: list[str]\n"]
    )


GENERATED = {
    **{f"{folder}__init__.pyi": partial(facade_pyi, package) for package, folder in FACADES.items()},
    "types.py": types_py,
    "settings/settings.py": settings_py,
    "calling/methods.pyi": methods_pyi,
    "commands.pyi": commands_pyi,
    "v2/methods.pyi": v2_methods_pyi,
}


def formatted(name: str, text: str) -> str:
    """Return *text* as `ruff format` leaves it, when ruff is there; the comparison ignores white space in any case."""
    import shutil
    import subprocess

    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if not ruff:
        return text
    command = [ruff, "format", "--stdin-filename", str(PACKAGE / name), "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def stale() -> list[str]:
    """Return the names of generated files that are not what the table says."""

    def squeeze(text: str) -> str:
        return "".join(text.split()).replace(",)", ")").replace(",]", "]")

    return [
        f"sts/{name}"
        for name, make in GENERATED.items()
        if not (PACKAGE / name).exists() or squeeze((PACKAGE / name).read_text()) != squeeze(formatted(name, make()))
    ]


def main() -> int:
    if "--check" in sys.argv:
        for name in stale():
            print(f"{name} is not what the tables in sts/ say; run python -m tests.tools.generate")
        return 1 if stale() else 0
    for name, make in GENERATED.items():
        (PACKAGE / name).write_text(formatted(name, make()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
