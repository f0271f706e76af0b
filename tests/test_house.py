"""The house rules, so that nobody need remember them."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from sync.models import MODELS, Doc
from sync.protocol.wire import Kind

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE, LONGEST_FUNCTION = 300, 40
CODE = [*sorted((ROOT / "app").rglob("*.py")), *sorted((ROOT / "sync").rglob("*.py"))]
FORBIDDEN_NAMES = {"utils", "helpers", "manager", "service", "base", "common", "misc"}
FEATURES = sorted(
    folder for folder in (ROOT / "app" / "features").iterdir() if (folder / "__init__.py").exists()
)
TOP = {"app", "assets", "sync", "pyproject.toml", "tests", "build", "README.md", "boot.py"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def run(*command: str) -> None:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def test_imports_point_down() -> None:
    run("-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache")


def test_ruff_has_nothing_to_say() -> None:
    run("-m", "ruff", "check", "--no-cache", ".")


def test_the_code_is_formatted() -> None:
    run("-m", "ruff", "format", "--no-cache", "--check", ".")


def test_types_are_strict_where_the_house_says() -> None:
    run("-m", "mypy")


@pytest.mark.parametrize("file", [*CODE, *sorted((ROOT / "tests").rglob("*.py")), ROOT / "boot.py"], ids=name)
def test_files_and_functions_are_short(file: Path) -> None:
    text = file.read_text()
    assert len(text.splitlines()) <= LONGEST_FILE
    for function in functions(ast.parse(text)):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= LONGEST_FUNCTION, f"{function.name} has {length} lines"


@pytest.mark.parametrize("file", CODE, ids=name)
def test_modules_and_public_functions_say_what_they_are_for(file: Path) -> None:
    tree = ast.parse(file.read_text())
    public = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    assert file.stat().st_size == 0 or ast.get_docstring(tree), "the module has no docstring"
    silent = [n.name for n in public if not n.name.startswith("_") and not ast.get_docstring(n)]
    assert not silent, f"no docstring: {silent}"


def test_names_say_something() -> None:
    assert not {name(file) for file in CODE if file.stem in FORBIDDEN_NAMES}


def test_the_top_of_the_tree_stays_as_it_is() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    tops = {line.split("/")[0] for line in tracked.splitlines()}
    assert {top for top in tops if not top.startswith(".")} <= TOP


def test_every_noun_is_registered() -> None:
    for file in (ROOT / "sync" / "models").glob("*.py"):
        importlib.import_module(f"sync.models.{file.stem}" if file.stem != "__init__" else "sync.models")
    nouns = {noun for noun in Doc.__subclasses__() if noun.__module__.startswith("sync.models")}
    assert nouns == set(MODELS) and len({noun.kind for noun in MODELS}) == len(MODELS)
    assert all(TypeAdapter(Kind).validate_python(noun.kind) for noun in MODELS)


def test_every_feature_is_registered_and_tested() -> None:
    from app.features import FEATURES as REGISTERED

    named = {feature.name for feature in REGISTERED} | {"welcome"}
    assert {folder.name for folder in FEATURES} == named
    assert not [
        folder.name
        for folder in FEATURES
        if not list((ROOT / "tests/features" / folder.name).glob("test_*.py"))
    ]


@pytest.mark.parametrize("folder", FEATURES, ids=lambda folder: folder.name)
def test_a_feature_has_the_five_names(folder: Path) -> None:
    stems = {file.stem for file in folder.glob("*.py")}
    assert "__init__" in stems and "screen" in stems
    drawn = stems - {"__init__", "commands", "queries", "rules", "screen"}
    pure = [stem for stem in drawn if "import flet" not in (folder / f"{stem}.py").read_text()]
    assert not pure, f"what does not draw belongs in commands, queries or rules: {pure}"


def flat(tree: dict[str, object], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in tree.items():
        found |= flat(value, f"{above}{key}.") if isinstance(value, dict) else {f"{above}{key}": str(value)}
    return found


def strings(language: str) -> dict[str, str]:
    return flat(json.loads((ROOT / "assets" / "strings" / f"{language}.json").read_text()))


def test_both_languages_are_complete() -> None:
    english, spanish = strings("en"), strings("es")
    assert english.keys() == spanish.keys()
    odd = [
        key
        for key in english
        if set(re.findall(r"{\w+}", english[key])) != set(re.findall(r"{\w+}", spanish[key]))
    ]
    assert not odd


def test_every_string_asked_for_exists() -> None:
    known = strings("en")
    prefixes = {key.rsplit(".", 1)[0] for key in known}
    asked = {
        (name(file), key)
        for file in CODE
        for key in re.findall(r"""\b(?:t|words)\(\s*"([a-z_]+(?:\.[a-z_0-9-]+)+)["]""", file.read_text())
    }
    assert not [pair for pair in asked if pair[1] not in known and pair[1] not in prefixes]


def test_the_database_has_one_door() -> None:
    guilty = [
        name(file)
        for file in (ROOT / "app").rglob("*.py")
        if re.search(r"sqlite3\.connect|Database\([\"']|cipher\.connect|apsw\.Connection", file.read_text())
    ]
    assert sorted(guilty) == [f"app/store/engines/{one}.py" for one in ("mc", "pages", "sqlcipher")]


def test_the_locks_hold_hashes_and_no_addresses() -> None:
    for lock in (ROOT / "build" / "locks").glob("*.txt"):
        text = lock.read_text()
        assert "--hash=sha256:" in text and "://" not in text
