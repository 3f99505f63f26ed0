"""What does not stand in our code, and patterns that no text keeps busy."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

import bridge
import tasks
import transforms
from bridge import company, dispatch
from bridge.company import CompanyInvalid

ROOT = Path(__file__).parent.parent.parent
SOURCES = [
    path
    for folder in ("bridge", "tasks", "transforms", "ops")
    for path in sorted((ROOT / folder).rglob("*.py"))
]

UNSAFE_MODULES = {"pickle", "marshal", "shelve", "dill", "xml", "lxml", "telnetlib", "ftplib"}
"""What runs code from data or follows what a document names; ``xml.parsers`` may be told not to."""
UNSAFE_CALLS = {
    "eval",
    "exec",
    "compile",
    "yaml.load",
    "yaml.full_load",
    "yaml.unsafe_load",
    "os.system",
    "os.popen",
}
ALLOWED_MODULES = {"xml.parsers", "xml.sax.saxutils"}


def nodes() -> Iterator[tuple[str, ast.AST]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            yield str(path.relative_to(ROOT)), node


def test_nothing_unsafe_is_imported():
    found = []
    for where, node in nodes():
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        found += [f"{where}: {name}" for name in names
                  if name.split(".")[0] in UNSAFE_MODULES and name not in ALLOWED_MODULES]  # fmt: skip
    assert found == []


def test_nothing_that_arrives_can_be_run():
    found = []
    for where, node in nodes():
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            shell = [word for word in node.keywords if word.arg == "shell"]
            found += [f"{where}: {name}"] if name in UNSAFE_CALLS or shell else []
    assert found == []


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system [id]", "!!python/name:os.system", "!x 1"])
def test_a_company_folder_is_data_and_never_code(tmp_path, tag):
    (tmp_path / "company.yaml").write_text(f"name: small\ntitle: {tag}\n")
    with pytest.raises(CompanyInvalid):
        company.load(tmp_path)


def test_workers_take_json_only_and_keep_no_results(tmp_path):
    conf = dispatch.celery("redis://127.0.0.1:1/0", tmp_path).conf
    assert conf.accept_content == ["json"]
    assert conf.task_serializer == "json"
    assert conf.result_backend is None


# -- patterns -------------------------------------------------------------------------------------

HOSTILE = [
    "a" * 20_000, "1" * 20_000, " " * 20_000, "." * 20_000, "0,0" * 7_000, "A " * 10_000, "-a" * 10_000, '"' * 20_000,
    '"\\' * 10_000, "[" * 20_000, "\n" * 20_000, "*" * 20_000, "ISA*" * 5_000, "${A:-" * 500, "://:" * 500, "a@" * 500,
]  # fmt: skip


def patterns() -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes]]]:
    for package in (bridge, tasks, transforms):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" in found.name or found.name.endswith(("flowerconfig", "__main__", "tasks.app")):
                continue
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                if isinstance(value, re.Pattern):
                    yield f"{found.name}.{name}", value


def test_no_pattern_of_ours_can_be_kept_busy():
    """Each is given texts that make a pattern with nested repeats try every way to fit."""
    checked, slow = 0, []
    for name, pattern in patterns():
        checked += 1
        for text in HOSTILE:
            for tail in ("", "!", "\0"):
                given = text + tail if isinstance(pattern.pattern, str) else (text + tail).encode()
                start = time.process_time()
                pattern.search(given)  # type: ignore[arg-type]  # of its own kind
                if time.process_time() - start > 0.5:
                    slow.append(f"{name} on {text[:10]!r}…")
    assert checked > 8
    assert slow == []


def test_a_pattern_of_a_company_folder_can_keep_nobody_busy():
    """Names and types are matched with ``*`` and ``?`` only, which give nothing back once they fit."""
    start = time.process_time()
    for pattern in ("*a" * 30 + "b", "*?" * 30 + "b", "*" * 200 + "b", "[a-z]*" * 30 + "0"):
        assert not fnmatchcase("a" * 200, pattern)
    assert time.process_time() - start < 1


def test_a_company_folder_has_no_regular_expressions():
    """Where a pattern is made of more than our own words, what is put into it is escaped or ours."""
    makers = {f"re.{name}" for name in ("compile", "match", "fullmatch", "search", "sub", "split", "findall")}
    found = {
        where
        for where, node in nodes()
        if isinstance(node, ast.Call) and ast.unparse(node.func) in makers
        if not isinstance(node.args[0], ast.Constant)
    }
    assert found == {
        "bridge/pipeline/translate.py",
        "transforms/converters.py",
        "transforms/edi/shortcut.py",
        "transforms/formats/edifact/message.py",
        "transforms/formats/idoc/flat.py",
        "transforms/formats/idoc/xml.py",
        "transforms/formats/xml/layout.py",
        "transforms/segments.py",
    }
