"""Who may import whom (DESIGN §2). The seven rules, on syntax trees."""

import ast
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.rules.reading import ROOT, Rule, broken, broken_in, imports, python_files

ROOMS = ("fetcher", "extractor", "classifier", "linker", "store", "webhooks")

# The files of each room that touch the world. Every other file of a room is pure.
SHELLS: dict[str, set[str]] = {
    "fetcher": {"asking", "crawl_delays", "discovery", "doors", "http", "http_errors", "learned_shapes",
                "list_reader", "manners", "origin_files", "ownership", "pages", "polling", "preview",
                "reaching", "revisiting", "telling", "turns", "view", "warc_archive", "warc_files",
                "warc_reader", "warc_records", "warc_removal"},
    "extractor": {"confined", "filtering", "forking", "forks", "jobs", "sandbox"},
    "classifier": set(),
    "linker": set(),
    "store": {"article", "delivered", "erased", "export", "facets", "fit", "glance", "layout", "letters",
              "outcomes", "parquet_days", "postgres", "postgres_reader", "postgres_server", "reading",
              "redrive", "redrive_kafka", "search", "sqlite", "sqlite_file", "standings", "status", "story",
              "tally", "trace", "view", "view_letters", "view_story", "web.app", "web.endpoints",
              "web.guard", "web.openapi", "web.problem", "web.recent", "web.service", "web.showing",
              "yields"},
    "webhooks": {"loading", "receiver", "sending"},
}  # fmt: skip
SHELL_OF_EVERY_ROOM = {"__main__", "service"}

FOR_EVERY_ROOM = ("services.stage.", "services.addresses.", "services.forest.", "services.tolls.")  # pure

SEE_ALL_ROOMS = ("services/embedded/", "services/cli.py")

# Standard-library modules that reach the world, the clock or chance.
IMPURE = {"asyncio", "concurrent", "http", "io", "multiprocessing", "os", "pathlib", "random", "secrets",
          "selectors", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile",
          "threading", "time", "urllib.request", "uuid"}  # fmt: skip
# Libraries that turn values into values.
PURE_LIBRARIES = {"ahocorasick", "brotli", "charset_normalizer", "idna", "lxml", "msgspec", "tldextract",
                  "numpy", "onnxruntime", "pyarrow", "trafilatura", "w3lib", "zstandard"}  # fmt: skip
BROKER_CLIENTS = {"faust", "aiokafka", "mode"}


def top(name: str) -> str:
    return name.split(".")[0]


def project_part(name: str) -> bool:
    return top(name) in {"schemas", "services", "tests", "bench", "deploy"} or name.startswith(".")


def room_of(path: str) -> str | None:
    """The room a file lies in; None for stage, runtime, cli and embedded."""
    parts = PurePosixPath(path).parts
    return parts[1] if len(parts) > 2 and parts[0] == "services" and parts[1] in ROOMS else None


def is_shell(room: str, dotted: str) -> bool:
    """Whether `services.<room>.<file>…` or its path names a shell of the room."""
    parts = dotted.removesuffix(".py").replace("/", ".").split(".")
    own = [".".join(parts[2:end]) for end in range(3, len(parts) + 1)]
    return not (SHELLS[room] | SHELL_OF_EVERY_ROOM).isdisjoint(own)


def schemas_import_only_the_standard_library_and_msgspec(_path: str, tree: ast.Module) -> Iterator[str]:
    for line, name in imports(tree):
        if top(name) not in {"schemas", "msgspec"} | sys.stdlib_module_names:
            yield f"{line}: schemas import {name}"


def stage_imports_only_schemas(_path: str, tree: ast.Module) -> Iterator[str]:
    for line, name in imports(tree):
        if top(name) not in {"schemas"} | sys.stdlib_module_names - IMPURE:
            yield f"{line}: services/stage.py imports {name}"


def forest_imports_only_numpy(_path: str, tree: ast.Module) -> Iterator[str]:
    for line, name in imports(tree):
        if top(name) not in {"numpy"} | sys.stdlib_module_names - IMPURE:
            yield f"{line}: services/forest.py imports {name}"


def tolls_and_addresses_import_only_the_standard_library(path: str, tree: ast.Module) -> Iterator[str]:
    for line, name in imports(tree):
        if top(name) not in sys.stdlib_module_names - IMPURE:
            yield f"{line}: {path} imports {name}"


def pure_files_stay_pure(path: str, tree: ast.Module) -> Iterator[str]:
    room = room_of(path)
    if room is None or is_shell(room, path):
        return
    own = f"services.{room}."
    for line, name in imports(tree):
        if project_part(name):
            sibling = name.startswith(own) and not is_shell(room, name)
            if not (sibling or top(name) == "schemas" or name.startswith(FOR_EVERY_ROOM)):
                yield f"{line}: a pure file imports {name}"
        elif {name, top(name), name.rpartition(".")[0]} & IMPURE:
            yield f"{line}: a pure file imports {name}"
        elif top(name) not in PURE_LIBRARIES | sys.stdlib_module_names:
            yield f"{line}: {top(name)} is not in the list of pure libraries"


READS = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "iterdir", "glob", "unlink"}


def pure_files_read_nothing_but_their_own_data(path: str, tree: ast.Module) -> Iterator[str]:
    room = room_of(path)
    if room is None or is_shell(room, path):
        return
    loader = any(name.startswith("importlib.resources") for _, name in imports(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and not loader:
            called = ast.unparse(node.func).split(".")[-1]
            if called in READS:
                yield f"{node.lineno}: a pure file calls {called}"


def runtime_knows_no_room(_path: str, tree: ast.Module) -> Iterator[str]:
    for line, name in imports(tree):
        if project_part(name) and not f"{name}.".startswith(
            ("schemas.", "services.stage.", "services.runtime.")
        ):
            yield f"{line}: the runtime imports {name}"


def broker_clients_stay_in_runtime_kafka(path: str, tree: ast.Module) -> Iterator[str]:
    for line, name in imports(tree):
        if top(name) in BROKER_CLIENTS and not path.startswith("services/runtime/kafka"):
            yield f"{line}: imports {name} outside services/runtime/kafka*"


def shells_import_their_own_room_and_the_runtime(path: str, tree: ast.Module) -> Iterator[str]:
    room = room_of(path)
    if room is None or not is_shell(room, path):
        return
    allowed = ("schemas.", *FOR_EVERY_ROOM, "services.runtime.", f"services.{room}.")
    for line, name in imports(tree):
        if project_part(name) and not f"{name}.".startswith(allowed):
            yield f"{line}: a shell of {room} imports {name}"


def rooms_never_import_each_other(path: str, tree: ast.Module) -> Iterator[str]:
    if path.startswith(SEE_ALL_ROOMS):
        return
    for line, name in imports(tree):
        parts = name.split(".")
        if parts[0] == "services" and len(parts) > 1 and parts[1] in ROOMS and parts[1] != room_of(path):
            yield f"{line}: imports {name} of another room"


def nothing_imports_tests_mains_or_embedded(path: str, tree: ast.Module) -> Iterator[str]:
    for line, name in imports(tree):
        parts = name.split(".")
        if parts[0] == "tests" or "__main__" in parts:
            yield f"{line}: imports {name}"
        if name.startswith("services.embedded") and not path.startswith(SEE_ALL_ROOMS):
            yield f"{line}: imports {name}"


def imports_are_absolute(_path: str, tree: ast.Module) -> Iterator[str]:
    for line, name in imports(tree):
        if name.startswith("."):
            yield f"{line}: {name} is relative; the other rules read full names"


RULES: list[tuple[Rule, str]] = [
    (schemas_import_only_the_standard_library_and_msgspec, "schemas/"),
    (stage_imports_only_schemas, "services/stage.py"),
    (forest_imports_only_numpy, "services/forest.py"),
    (tolls_and_addresses_import_only_the_standard_library, "services/tolls.py"),
    (tolls_and_addresses_import_only_the_standard_library, "services/addresses.py"),
    (pure_files_stay_pure, "services/"),
    (pure_files_read_nothing_but_their_own_data, "services/"),
    (runtime_knows_no_room, "services/runtime/"),
    (broker_clients_stay_in_runtime_kafka, "services/"),
    (shells_import_their_own_room_and_the_runtime, "services/"),
    (rooms_never_import_each_other, "services/"),
    (nothing_imports_tests_mains_or_embedded, "schemas/"),
    (nothing_imports_tests_mains_or_embedded, "services/"),
    (imports_are_absolute, "schemas/"),
    (imports_are_absolute, "services/"),
]


@pytest.mark.parametrize(("rule", "folder"), RULES, ids=lambda part: getattr(part, "__name__", part))
def test_the_rule_holds(rule: Rule, folder: str) -> None:
    assert broken(rule, folder) == []


PURE, SHELL, RUNTIME = "services/fetcher/feeds.py", "services/fetcher/http.py", "services/runtime/settle.py"

BROKEN: list[tuple[Rule, str, str]] = [
    (schemas_import_only_the_standard_library_and_msgspec, "schemas/x.py", "import yaml"),
    (schemas_import_only_the_standard_library_and_msgspec, "schemas/x.py", "from services.stage import Skip"),
    (stage_imports_only_schemas, "services/stage.py", "import httpx"),
    (stage_imports_only_schemas, "services/stage.py", "import os"),
    (stage_imports_only_schemas, "services/stage.py", "from services.runtime.clock import Clock"),
    (forest_imports_only_numpy, "services/forest.py", "from services.stage import Skip"),
    (forest_imports_only_numpy, "services/forest.py", "import os"),
    (tolls_and_addresses_import_only_the_standard_library, "services/tolls.py", "import numpy"),
    (tolls_and_addresses_import_only_the_standard_library, "services/addresses.py", "import os"),
    *[(pure_files_stay_pure, PURE, f"import {name}") for name in sorted(IMPURE)],
    (pure_files_stay_pure, PURE, "import httpx"),
    (pure_files_stay_pure, PURE, "import faust"),
    (pure_files_stay_pure, PURE, "def late():\n    import os.path"),
    (pure_files_stay_pure, PURE, "from urllib import request"),
    (pure_files_stay_pure, PURE, "from urllib.request import urlopen"),
    (pure_files_stay_pure, PURE, "from services.fetcher.http import fetch"),
    (pure_files_stay_pure, PURE, "from services.fetcher import http"),
    (pure_files_stay_pure, PURE, "from services.runtime.clock import Clock"),
    (pure_files_stay_pure, PURE, "from services.extractor.dates import read_date"),
    (pure_files_read_nothing_but_their_own_data, PURE, "rows = open('x').read()"),
    (pure_files_read_nothing_but_their_own_data, PURE, "def f(p):\n    return p.read_text()"),
    (runtime_knows_no_room, RUNTIME, "from services.store.sqlite import SqliteSink"),
    (runtime_knows_no_room, RUNTIME, "from services import store"),
    (runtime_knows_no_room, RUNTIME, "import services.cli"),
    (broker_clients_stay_in_runtime_kafka, RUNTIME, "from aiokafka import AIOKafkaProducer"),
    (broker_clients_stay_in_runtime_kafka, "services/cli.py", "def f():\n    import faust"),
    (shells_import_their_own_room_and_the_runtime, SHELL, "from services.store.sqlite import SqliteSink"),
    (shells_import_their_own_room_and_the_runtime, SHELL, "from services.cli import main"),
    (rooms_never_import_each_other, PURE, "from services.extractor.dates import read_date"),
    (rooms_never_import_each_other, "services/store/__main__.py", "from services import linker"),
    (nothing_imports_tests_mains_or_embedded, RUNTIME, "from services.embedded.pipeline import run"),
    (nothing_imports_tests_mains_or_embedded, RUNTIME, "from services.fetcher import __main__"),
    (nothing_imports_tests_mains_or_embedded, "services/cli.py", "from tests.clock import FakeClock"),
    (imports_are_absolute, PURE, "from .http import fetch"),
]

KEPT: list[tuple[Rule, str, str]] = [
    (
        schemas_import_only_the_standard_library_and_msgspec,
        "schemas/x.py",
        "import json\nfrom msgspec import Meta",
    ),
    (pure_files_stay_pure, PURE, "import re\nfrom lxml import etree\nfrom urllib.parse import urlsplit"),
    (pure_files_stay_pure, PURE, "from services.stage import Skip\nfrom services.fetcher.dates import x"),
    (pure_files_stay_pure, SHELL, "import asyncio, httpx, os"),
    (pure_files_stay_pure, "services/fetcher/__main__.py", "import asyncio"),
    (
        pure_files_read_nothing_but_their_own_data,
        PURE,
        "from importlib.resources import files\nfiles().read_text()",
    ),
    (runtime_knows_no_room, RUNTIME, "from services.runtime import kafka"),
    (broker_clients_stay_in_runtime_kafka, "services/runtime/kafka_faust.py", "import faust"),
    (rooms_never_import_each_other, "services/embedded/pipeline.py", "from services.linker import stage"),
    (rooms_never_import_each_other, "services/cli.py", "def f():\n    from services.linker import stage"),
    (
        nothing_imports_tests_mains_or_embedded,
        "services/cli.py",
        "from services.embedded.pipeline import run",
    ),
]


@pytest.mark.parametrize(
    ("rule", "path", "snippet"), BROKEN, ids=lambda part: getattr(part, "__name__", part)
)
def test_the_rule_can_fail(rule: Rule, path: str, snippet: str) -> None:
    assert broken_in(rule, path, snippet)


@pytest.mark.parametrize(("rule", "path", "snippet"), KEPT, ids=lambda part: getattr(part, "__name__", part))
def test_the_rule_lets_good_code_pass(rule: Rule, path: str, snippet: str) -> None:
    assert broken_in(rule, path, snippet) == []


@pytest.mark.parametrize("room", ROOMS)
def test_the_table_of_shells_names_files_that_exist(room: str) -> None:
    folder = ROOT / "services" / room
    missing = {
        name
        for name in SHELLS[room] | SHELL_OF_EVERY_ROOM
        if not ((folder / f"{name.replace('.', '/')}.py").is_file() or (folder / name).is_dir())
    }
    assert missing == set()


@pytest.mark.parametrize("room", ROOMS)
def test_the_table_of_shells_names_no_file_that_is_pure(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in sorted(SHELLS[room]):
        path = f"services/{room}/{name.replace('.', '/')}.py"
        with monkeypatch.context() as patch:
            patch.setitem(SHELLS, room, SHELLS[room] - {name})
            assert list(pure_files_stay_pure(path, python_files()[path])), f"{path} is pure: take it out"


def test_every_folder_of_services_is_a_room_or_is_known() -> None:
    folders = {
        path.split("/")[1] for path in python_files() if path.startswith("services/") and path.count("/") > 1
    }
    assert folders <= {*ROOMS, "runtime", "embedded"}
